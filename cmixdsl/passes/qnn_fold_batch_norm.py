"""Folds batch normalization into what computes its input: a layer with weights, or arithmetic.

`gain * (acc + bias - mean) + offset`, with `gain = scale / sqrt(variance + epsilon)`: the gain goes
into the weights, the rest into the bias. Of quantized weights it goes into their scales, which
become one for each output channel, so that the integers stay and nothing is lost; a negative gain
turns them around, `q` to `low + high - q`. This is the integer channel normalization of Rusci et
al., arXiv 1905.13082. With `into=weights` it goes into the numbers, and weights that were quantized
are quantized anew, with the scales they had times the growth of their largest number.

A sum, difference or product has no weights: there gain and offset become its `scale` and `offset`.

Before:
```mlir
func.func @net(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = qnn.constant dense<[[3, -1], [2, 2]]> : tensor<2x2x!quant.uniform<i4<-7:7>:f32, 0.5>>
  %h = qnn.fully_connected %x, %w
      : tensor<2xf32>, tensor<2x2x!quant.uniform<i4<-7:7>:f32, 0.5>> -> tensor<2xf32>
  %y = qnn.batch_norm %h scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0]
      variance [1.0, 4.0] epsilon 0.0 : tensor<2xf32> -> tensor<2xf32>
  return %y : tensor<2xf32>
}
```

After:
```mlir
func.func @net(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = qnn.constant dense<[[3, -1], [-2, -2]]>
      : tensor<2x2x!quant.uniform<i4<-7:7>:f32:0, {1.0, 0.25}>>
  %b = qnn.constant dense<[-1.0, 1.0]> : tensor<2xf32>
  %y = qnn.fully_connected %x, %w bias %b
      : tensor<2xf32>, tensor<2x2x!quant.uniform<i4<-7:7>:f32:0, {1.0, 0.25}>>, tensor<2xf32>
     -> tensor<2xf32>
  return %y : tensor<2xf32>
}
```
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from cmixdsl.dialects.qnn.arithmetic import BinaryOperation, ChannelAffine
from cmixdsl.dialects.qnn.constant import get_constant_values
from cmixdsl.dialects.qnn.functions import BatchNormOp
from cmixdsl.dialects.qnn.layers import LayerOperation
from cmixdsl.dialects.qnn.operation import get_reals
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_quantization
from cmixdsl.dialects.quant import SCALE_RANGE, UniformType
from cmixdsl.interpreters.quantization import dequantize, quantize
from cmixdsl.passes.qnn.rewriting import (
    absorb_result,
    build_constant,
    get_gain,
    get_producer,
    replace_operand,
)

Array: TypeAlias = npt.NDArray[Any]
Quantized: TypeAlias = tuple[Array, UniformType]
"""Stored integers and what they mean."""


def scale_channels(stored: Array, type_: UniformType, gain: Array, axis: int) -> Quantized:
    """Weights times the gain of their output channel; only negative gains change integers."""
    low, high = type_.storage_range
    count = len(gain)
    zeros = np.broadcast_to(np.array(type_.zero_points), count)
    scales = np.broadcast_to(np.array(type_.scales), count) * np.abs(gain)
    negative, vanishing = gain < 0, scales < SCALE_RANGE[0]
    flipped = np.where(align(negative, stored, axis), low + high - stored, stored)
    zeros = np.where(negative, low + high - zeros, zeros)
    # No scale can be 0: where the gain is, the weights become what stands for 0.
    flipped = np.where(align(vanishing, stored, axis), align(zeros, stored, axis), flipped)
    scales = np.where(vanishing, 1.0, scales)
    return flipped, _replace_steps(type_, scales, zeros, axis)


def scale_numbers(stored: Array, type_: UniformType, gain: Array, axis: int) -> Quantized:
    """Weights times the gain of their output channel, quantized anew in the same way."""
    before = dequantize(stored, type_)
    after = before * align(gain, stored, axis)
    if type_.axis is None:
        growth = np.array([_get_growth(before, after)])
    else:
        channels = zip(*(np.moveaxis(values, axis, 0) for values in (before, after)), strict=True)
        growth = np.array([_get_growth(*channel) for channel in channels])
    scales = np.array(type_.scales) * growth
    new = _replace_steps(type_, scales, np.array(type_.zero_points), type_.axis)
    return quantize(after, new), new


def align(values: Array, like: Array, axis: int) -> Array:
    """One value for each channel, in a shape that broadcasts against the weights."""
    return values.reshape([-1 if dimension == axis else 1 for dimension in range(like.ndim)])


def _get_growth(before: Array, after: Array) -> float:
    largest = np.abs(before).max()
    grown = np.abs(after).max()
    return float(grown / largest) if largest > 0 and grown > 0 else 1.0


def _replace_steps(
    type_: UniformType, scales: Array, zeros: Array, axis: int | None
) -> UniformType:
    low, high = type_.storage_range
    return UniformType(
        type_.storage_bits,
        type_.is_signed,
        scales.tolist(),
        zeros.tolist(),
        storage_min=low,
        storage_max=high,
        axis=axis,
    )


Into: TypeAlias = Literal["scales", "weights"]


@dataclass
class FoldBatchNorm(RewritePattern):
    """Lets the layer before compute the normalized result."""

    into: Into

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: BatchNormOp, rewriter: PatternRewriter) -> None:
        layer = get_producer(op.input)
        if not isinstance(layer, LayerOperation) or layer.clamp is not None:
            return
        filters, bias = get_constant_values(layer.filter), _get_real_bias(layer)
        uniform = get_quantization(layer.filter)
        if filters is None or bias is None or get_quantization(op.input) is not None:
            return
        if uniform is not None and uniform.axis not in (None, layer.CHANNEL_AXIS):
            return
        gain, mean, offset = _get_parameters(op)
        self._scale_filter(layer, filters, gain, rewriter)
        _set_bias(layer, gain * (bias - mean) + offset, rewriter)
        absorb_result(rewriter, layer, op)

    def _scale_filter(
        self, layer: LayerOperation, filters: Array, gain: Array, rewriter: PatternRewriter
    ) -> None:
        uniform, axis = get_quantization(layer.filter), layer.CHANNEL_AXIS
        element = None
        if uniform is None:
            filters = filters * align(gain, filters, axis)
        elif self.into == "scales":
            filters, element = scale_channels(filters, uniform, gain, axis)
        else:
            filters, element = scale_numbers(filters, uniform, gain, axis)
        shape = filters.shape
        type_ = build_tensor_type(shape) if element is None else build_tensor_type(shape, element)
        constant = build_constant(rewriter, layer, filters, type_, layer.filter.name_hint)
        replace_operand(rewriter, layer, 1, constant)


class FoldIntoArithmetic(RewritePattern):
    """Lets a sum, difference or product compute the normalized result."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: BatchNormOp, rewriter: PatternRewriter) -> None:
        producer = get_producer(op.input)
        if not isinstance(producer, BinaryOperation) or producer.clamp is not None:
            return
        if get_quantization(op.input) is not None:
            return
        gain, mean, offset = _get_parameters(op)
        before = producer.get_affine() or ChannelAffine((1.0,), (0.0,))
        scale = gain * np.array(before.scale)
        offset = gain * (np.array(before.offset) - mean) + offset
        producer.set_affine(ChannelAffine(tuple(scale), tuple(offset)))
        absorb_result(rewriter, producer, op)


def _get_parameters(op: BatchNormOp) -> tuple[Array, Array, Array]:
    """Gain, mean and offset of each channel."""
    gain = get_gain(get_reals(op.scale), get_reals(op.variance), op.epsilon.value.data)
    return gain, np.array(get_reals(op.mean)), np.array(get_reals(op.offset))


def _get_real_bias(layer: LayerOperation) -> Array | None:
    """The bias as real numbers, None when it is not constant."""
    if layer.bias is None:
        return np.zeros(layer.channels)
    values, uniform = get_constant_values(layer.bias), get_quantization(layer.bias)
    if values is None or uniform is None:
        return values
    return dequantize(values, uniform)


def _set_bias(layer: LayerOperation, bias: Array, rewriter: PatternRewriter) -> None:
    hint = layer.bias.name_hint if layer.bias is not None else "bias"
    value = build_constant(rewriter, layer, bias, build_tensor_type(bias.shape), hint)
    if layer.bias is None:
        layer.operands = [layer.input, layer.filter, value]
    else:
        replace_operand(rewriter, layer, 2, value)


@dataclass(frozen=True)
class QnnFoldBatchNormPass(ModulePass):
    """Folds batch normalization into layers with weights, and into arithmetic."""

    name = "qnn-fold-batch-norm"

    into: Into = "scales"
    """Where the gain of quantized weights goes: `scales` or `weights`."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for pattern in (FoldBatchNorm(self.into), FoldIntoArithmetic()):
            PatternRewriteWalker(pattern).rewrite_module(op)
