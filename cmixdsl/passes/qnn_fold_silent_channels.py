"""Makes filters zero whose products cannot move the output by a thousandth of its step.

Training leaves such channels: their weights, or the gain of a normalization, have become almost
zero, and only the bias is left. Their tiny scales would need biases of more than 32 bits. A zero
filter may have any scale, so it gets the greatest of the other filters.

Before:
```mlir
func.func @net(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>)
    -> tensor<2x!quant.uniform<u8:f32, 0.25>> {
  %w = qnn.constant dense<[[3, -1], [5, 7]]>
      : tensor<2x2x!quant.uniform<i4:f32:0, {0.5, 1.0e-12}>>
  %b = qnn.constant dense<[0.5, 1.5]> : tensor<2xf32>
  %y = qnn.fully_connected %x, %w bias %b
      : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<2x2x!quant.uniform<i4:f32:0, {0.5, 1.0e-12}>>,
        tensor<2xf32> -> tensor<2x!quant.uniform<u8:f32, 0.25>>
  return %y : tensor<2x!quant.uniform<u8:f32, 0.25>>
}
```

After:
```mlir
func.func @net(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>)
    -> tensor<2x!quant.uniform<u8:f32, 0.25>> {
  %w = qnn.constant dense<[[3, -1], [0, 0]]>
      : tensor<2x2x!quant.uniform<i4:f32:0, {0.5, 0.5}>>
  %b = qnn.constant dense<[0.5, 1.5]> : tensor<2xf32>
  %y = qnn.fully_connected %x, %w bias %b
      : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<2x2x!quant.uniform<i4:f32:0, {0.5, 0.5}>>,
        tensor<2xf32> -> tensor<2x!quant.uniform<u8:f32, 0.25>>
  return %y : tensor<2x!quant.uniform<u8:f32, 0.25>>
}
```
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.qnn.constant import get_constant_values
from cmixdsl.dialects.qnn.layers import LayerOperation
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_quantization
from cmixdsl.dialects.quant import UniformType
from cmixdsl.interpreters.quantization import dequantize
from cmixdsl.passes.qnn.rewriting import build_constant, replace_operand

SILENT_STEPS = 2.0**-10
"""What a silent channel's products can move the output by, in its steps."""


def find_silent(
    filters: npt.NDArray[np.float64], largest_input: float, output_step: float, axis: int
) -> npt.NDArray[np.bool_]:
    """Which channels of real weights cannot be heard for inputs up to `largest_input`."""
    others = tuple(other for other in range(filters.ndim) if other != axis)
    reach = np.abs(filters).sum(axis=others) * largest_input
    return reach < SILENT_STEPS * output_step


def replace_silent(type_: UniformType, silent: npt.NDArray[np.bool_]) -> UniformType:
    """The type with the greatest scale of the other channels for silent ones."""
    scales = np.array(type_.scales)
    greatest = scales[~silent].max() if not silent.all() else 1.0
    low, high = type_.storage_range
    return UniformType(
        type_.storage_bits,
        type_.is_signed,
        np.where(silent, greatest, scales).tolist(),
        type_.zero_points,
        storage_min=low,
        storage_max=high,
        axis=type_.axis,
    )


class FoldSilentChannels(RewritePattern):
    """Replaces the filters of a layer whose input, filters and output are quantized."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, LayerOperation):
            return
        filters, axis = get_constant_values(op.filter), op.CHANNEL_AXIS
        input_type, filter_type, output_type = map(
            get_quantization, (op.input, op.filter, op.output)
        )
        if input_type is None or filter_type is None or output_type is None:
            return
        if filters is None or filter_type.axis != axis or input_type.is_per_axis:
            return
        bounds = np.abs(dequantize(np.array(input_type.storage_range), input_type))
        reals = dequantize(filters, filter_type)
        silent = find_silent(reals, float(bounds.max()), min(output_type.scales), axis)
        zeros = np.expand_dims(
            filter_type.zero_points, [a for a in range(filters.ndim) if a != axis]
        )
        where = np.expand_dims(silent, [other for other in range(filters.ndim) if other != axis])
        new_type, new = replace_silent(filter_type, silent), np.where(where, zeros, filters)
        if new_type == filter_type and (new == filters).all():
            return
        tensor = build_tensor_type(filters.shape, new_type)
        value = build_constant(rewriter, op, new, tensor, op.filter.name_hint)
        replace_operand(rewriter, op, 1, value)


@dataclass(frozen=True)
class QnnFoldSilentChannelsPass(ModulePass):
    """Makes filters zero that only their bias speaks for."""

    name = "qnn-fold-silent-channels"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(FoldSilentChannels(), apply_recursively=False).rewrite_module(op)
