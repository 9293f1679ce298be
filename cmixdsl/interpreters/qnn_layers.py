"""What layers of `qnn` mean: those with weights, and poolings.

Sums of products of quantized operands are sums of integers, scaled once at the end, as long as an
output channel has one scale: so they are exact in float64, whatever the order of the terms.
"""

import numpy as np
from xdsl.interpreter import Interpreter, InterpreterFunctions, PythonValues, impl, register_impls
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.layers import (
    Conv2dOp,
    DepthwiseConv2dOp,
    FullyConnectedOp,
    LayerOperation,
)
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp, GlobalAvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.qnn.tensors import get_quantization
from cmixdsl.interpreters.accumulation import get_windows
from cmixdsl.interpreters.qnn_values import finish, get_reals
from cmixdsl.interpreters.quantization import Reals, Values, get_steps


def split_scale(operand: SSAValue, values: Values, channel_axis: int | None) -> tuple[Reals, Reals]:
    """An operand as numbers and the factor that makes real numbers of them.

    The factor is a single one, or has the shape (channels,). Where scales differ along another axis
    than that of the channels, numbers are real already and the factor is 1.
    """
    type_ = get_quantization(operand)
    if type_ is None or type_.axis not in (None, channel_axis):
        return get_reals(operand, values), np.ones(1)
    _, zeros = get_steps(type_, values.ndim)
    return np.asarray(values, np.float64) - zeros, np.array(type_.scales)


def compute_conv2d(inputs: Reals, filters: Reals, window: Window) -> Reals:
    """`sum over i, j, c of window[y, x, c, i, j] * filters[o, i, j, c]`, shape (y, x, o)."""
    windows = get_windows(inputs, window, 0)
    return np.tensordot(windows, filters, ((3, 4, 2), (1, 2, 3)))


def compute_depthwise_conv2d(inputs: Reals, filters: Reals, window: Window) -> Reals:
    """`sum over i, j of window[y, x, o / m, i, j] * filters[i, j, o]`, m filters per channel."""
    multiplier = filters.shape[2] // inputs.shape[2]
    windows = get_windows(np.repeat(inputs, multiplier, axis=2), window, 0)
    sums = np.zeros(windows.shape[:3])
    for row, column in np.ndindex(*window.kernel):
        sums += windows[..., row, column] * filters[row, column]
    return sums


def finish_layer(op: LayerOperation, args: PythonValues, sums: Reals, scale: Reals) -> PythonValues:
    """Scales the sums of products of a layer and adds its bias."""
    results = sums * scale
    if op.bias is not None:
        results = results + get_reals(op.bias, args[2])
    return finish(op, results)


@register_impls
class QnnLayerFunctions(InterpreterFunctions):
    """Interpreter functions of layers with weights and of poolings."""

    @impl(Conv2dOp)
    def run_conv2d(
        self, interpreter: Interpreter, op: Conv2dOp, args: PythonValues
    ) -> PythonValues:
        inputs, input_scale = split_scale(op.input, args[0], None)
        filters, filter_scale = split_scale(op.filter, args[1], op.CHANNEL_AXIS)
        sums = compute_conv2d(inputs, filters, op.window)
        return finish_layer(op, args, sums, input_scale * filter_scale)

    @impl(DepthwiseConv2dOp)
    def run_depthwise_conv2d(
        self, interpreter: Interpreter, op: DepthwiseConv2dOp, args: PythonValues
    ) -> PythonValues:
        inputs, input_scale = split_scale(op.input, args[0], None)
        filters, filter_scale = split_scale(op.filter, args[1], op.CHANNEL_AXIS)
        sums = compute_depthwise_conv2d(inputs, filters, op.window)
        return finish_layer(op, args, sums, input_scale * filter_scale)

    @impl(FullyConnectedOp)
    def run_fully_connected(
        self, interpreter: Interpreter, op: FullyConnectedOp, args: PythonValues
    ) -> PythonValues:
        inputs, input_scale = split_scale(op.input, args[0], None)
        filters, filter_scale = split_scale(op.filter, args[1], op.CHANNEL_AXIS)
        return finish_layer(op, args, filters @ inputs, input_scale * filter_scale)

    @impl(MaxPool2dOp)
    def run_max_pool2d(
        self, interpreter: Interpreter, op: MaxPool2dOp, args: PythonValues
    ) -> PythonValues:
        windows = get_windows(get_reals(op.input, args[0]), op.window, -np.inf)
        return finish(op, windows.max(axis=(3, 4)))

    @impl(AvgPool2dOp)
    def run_avg_pool2d(
        self, interpreter: Interpreter, op: AvgPool2dOp, args: PythonValues
    ) -> PythonValues:
        reals = get_reals(op.input, args[0])
        counts = get_windows(np.ones_like(reals), op.window, 0).sum(axis=(3, 4))
        return finish(op, get_windows(reals, op.window, 0).sum(axis=(3, 4)) / counts)

    @impl(GlobalAvgPool2dOp)
    def run_global_avg_pool2d(
        self, interpreter: Interpreter, op: GlobalAvgPool2dOp, args: PythonValues
    ) -> PythonValues:
        return finish(op, get_reals(op.input, args[0]).mean(axis=(0, 1)))
