"""What level 2 of `cmix` means: layers on unpacked elements, in exact integers.

The value of a `!cmix.packed` is an int32 array of its elements, in its type's shape.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.interpreter import Interpreter, InterpreterFunctions, PythonValues, impl, register_impls

from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.elementwise import LookupOp, MulOp
from cmixdsl.dialects.cmix.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.cmix.movement import ConcatOp, PadOp, TransposeOp
from cmixdsl.dialects.cmix.pooling import AvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.cmix.rescale import RescaleAttr
from cmixdsl.dialects.cmix.simple_layers import AddOp, BinaryLayerOperation, ReshapeOp
from cmixdsl.dialects.cmix.softmax import SoftmaxOp
from cmixdsl.interpreters.accumulation import (
    Integers,
    accumulate_conv2d,
    accumulate_depthwise_conv2d,
    accumulate_fully_connected,
    compute_avg_pool2d,
    compute_max_pool2d,
    get_windows,
)
from cmixdsl.interpreters.requantization import requantize, rescale
from cmixdsl.interpreters.softmax import compute_shares, get_exponentials, round_shares


def center_operands(op: ContractionOperation, args: PythonValues) -> tuple[Integers, Integers]:
    """Input and filter of a layer, less their zero points."""
    inputs, filters = (np.asarray(arg, np.int64) for arg in args)
    zeros = np.array(op.filter_zero.get_values(), np.int64)
    axes = [-1 if axis == op.CHANNEL_AXIS else 1 for axis in range(filters.ndim)]
    return inputs - op.input_zero.value.data, filters - zeros.reshape(axes)


def finish_layer(op: ContractionOperation, sums: Integers) -> PythonValues:
    """Adds the bias to sums with channels last, and requantizes."""
    accumulators = sums + np.array(op.bias.get_values(), np.int64)
    channels = np.arange(op.channels)
    result = requantize(accumulators, channels, op.requant, op.output_type.element_range)
    return (result.astype(np.int32),)


def center_pair(op: BinaryLayerOperation, args: PythonValues) -> tuple[Integers, Integers]:
    """Both inputs less their zero points; the right one broadcasts against the left one."""
    left, right = (
        np.asarray(values, np.int64) - zero for values, zero in zip(args, op.zeros, strict=True)
    )
    is_full = right.shape == left.shape
    return left, right if is_full else right.reshape(right.shape[-1])


def finish_elementwise(op: BinaryLayerOperation, accumulators: Integers) -> PythonValues:
    """Requantizes each element as its channel, the last dimension, says."""
    channels = np.arange(op.output_type.get_shape()[-1])
    result = requantize(accumulators, channels, op.requant, op.output_type.element_range)
    return (result.astype(np.int32),)


@register_impls
class CmixLayerFunctions(InterpreterFunctions):
    """Interpreter functions of level 2."""

    @impl(ConstantOp)
    def run_constant(
        self, interpreter: Interpreter, op: ConstantOp, args: PythonValues
    ) -> PythonValues:
        return (op.get_elements(),)

    @impl(Conv2dOp)
    def run_conv2d(
        self, interpreter: Interpreter, op: Conv2dOp, args: PythonValues
    ) -> PythonValues:
        pad = op.get_pad_value() - op.input_zero.value.data
        return finish_layer(op, accumulate_conv2d(*center_operands(op, args), op.window, pad))

    @impl(DepthwiseConv2dOp)
    def run_depthwise_conv2d(
        self, interpreter: Interpreter, op: DepthwiseConv2dOp, args: PythonValues
    ) -> PythonValues:
        pad = op.get_pad_value() - op.input_zero.value.data
        operands = center_operands(op, args)
        return finish_layer(op, accumulate_depthwise_conv2d(*operands, op.window, pad))

    @impl(FullyConnectedOp)
    def run_fully_connected(
        self, interpreter: Interpreter, op: FullyConnectedOp, args: PythonValues
    ) -> PythonValues:
        return finish_layer(op, accumulate_fully_connected(*center_operands(op, args)))

    @impl(MaxPool2dOp)
    def run_max_pool2d(
        self, interpreter: Interpreter, op: MaxPool2dOp, args: PythonValues
    ) -> PythonValues:
        return (compute_max_pool2d(args[0], op.window).astype(np.int32),)

    @impl(AvgPool2dOp)
    def run_avg_pool2d(
        self, interpreter: Interpreter, op: AvgPool2dOp, args: PythonValues
    ) -> PythonValues:
        if op.requant is None:
            zero = op.input_zero.value.data if op.to_even is not None else None
            return (compute_avg_pool2d(args[0], op.window, zero).astype(np.int32),)
        centred = np.asarray(args[0], np.int64) - op.input_zero.value.data
        sums = get_windows(centred, op.window, 0).sum(axis=(3, 4))
        if op.terms is not None:
            counts = get_windows(np.ones_like(centred), op.window, 0).sum(axis=(3, 4))
            sums = sums * (op.terms.value.data // counts)
        channels = np.arange(op.output_type.get_shape()[-1])
        result = requantize(sums, channels, op.requant, op.output_type.element_range)
        return (result.astype(np.int32),)

    @impl(AddOp)
    def run_add(self, interpreter: Interpreter, op: AddOp, args: PythonValues) -> PythonValues:
        sums = np.zeros(op.output_type.get_shape(), np.int64)
        for values, factor in zip(center_pair(op, args), op.factors, strict=True):
            is_rescaled = isinstance(factor, RescaleAttr)
            sums += rescale(values, factor) if is_rescaled else factor * values
        return finish_elementwise(op, sums)

    @impl(MulOp)
    def run_mul(self, interpreter: Interpreter, op: MulOp, args: PythonValues) -> PythonValues:
        left, right = center_pair(op, args)
        return finish_elementwise(op, left * right)

    @impl(LookupOp)
    def run_lookup(
        self, interpreter: Interpreter, op: LookupOp, args: PythonValues
    ) -> PythonValues:
        table = np.array(op.table.get_values(), np.int32)
        return (table[args[0] - op.input_type.element_range[0]],)

    @impl(SoftmaxOp)
    def run_softmax(
        self, interpreter: Interpreter, op: SoftmaxOp, args: PythonValues
    ) -> PythonValues:
        type_ = op.output_type
        exponentials = get_exponentials(*op.parameters, op.input_type.bits)
        shares = compute_shares(args[0], exponentials)
        if op.requant is None:
            result = round_shares(shares, type_.bits, type_.element_range[0])
        else:
            channels = np.zeros(type_.get_shape()[-1], np.int64)
            result = requantize(shares, channels, op.requant, type_.element_range)
        return (result.astype(np.int32),)

    @impl(ConcatOp)
    def run_concat(
        self, interpreter: Interpreter, op: ConcatOp, args: PythonValues
    ) -> PythonValues:
        return (np.concatenate(args, axis=op.axis.value.data),)

    @impl(PadOp)
    def run_pad(self, interpreter: Interpreter, op: PadOp, args: PythonValues) -> PythonValues:
        return (np.pad(args[0], op.widths, constant_values=op.value.value.data),)

    @impl(TransposeOp)
    def run_transpose(
        self, interpreter: Interpreter, op: TransposeOp, args: PythonValues
    ) -> PythonValues:
        return (np.transpose(args[0], op.permutation.get_values()),)

    @impl(ReshapeOp)
    def run_reshape(
        self, interpreter: Interpreter, op: ReshapeOp, args: PythonValues
    ) -> PythonValues:
        values: npt.NDArray[Any] = args[0]
        return (values.reshape(op.output_type.get_shape()),)
