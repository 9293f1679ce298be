"""Folds conversions between real and quantized numbers into the operations around them.

Operations read quantized tensors as the real numbers they stand for, and quantize results as their
types say. So `qnn.dequantize` is dropped before any operation, and `qnn.quantize` gives its type
to the result of the operation before. It moves up through operations that only move elements, or
choose the largest; where none follows, results of these have the type of their operands, and so do
those of clamps to numbers that this type has. At the borders of the network, arguments that are
only quantized and results that are dequantized become quantized ones: the function's type changes.

Before:
```mlir
func.func @net(%x: tensor<4xf32>, %w: tensor<2x4x!quant.uniform<i4:f32, 0.1>>) -> tensor<2xf32> {
  %q = qnn.quantize %x : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 0.5:128>>
  %r = qnn.dequantize %q : tensor<4x!quant.uniform<u8:f32, 0.5:128>> -> tensor<4xf32>
  %v = qnn.dequantize %w : tensor<2x4x!quant.uniform<i4:f32, 0.1>> -> tensor<2x4xf32>
  %h = qnn.fully_connected %r, %v : tensor<4xf32>, tensor<2x4xf32> -> tensor<2xf32>
  %y = qnn.quantize %h : tensor<2xf32> -> tensor<2x!quant.uniform<u4:f32, 0.4>>
  %z = qnn.dequantize %y : tensor<2x!quant.uniform<u4:f32, 0.4>> -> tensor<2xf32>
  return %z : tensor<2xf32>
}
```

After:
```mlir
func.func @net(%x: tensor<4x!quant.uniform<u8:f32, 0.5:128>>,
               %w: tensor<2x4x!quant.uniform<i4:f32, 0.1>>)
    -> tensor<2x!quant.uniform<u4:f32, 0.4>> {
  %y = qnn.fully_connected %x, %w
      : tensor<4x!quant.uniform<u8:f32, 0.5:128>>, tensor<2x4x!quant.uniform<i4:f32, 0.1>>
     -> tensor<2x!quant.uniform<u4:f32, 0.4>>
  return %y : tensor<2x!quant.uniform<u4:f32, 0.4>>
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, BlockArgument, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.functions import ClampOp, DequantizeOp, QuantizeOp
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.pooling import MaxPool2dOp
from cmixdsl.dialects.qnn.shapes import ConcatOp, DepthToSpaceOp, ReshapeOp, TransposeOp
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_quantization, get_shape
from cmixdsl.dialects.quant import UniformType
from cmixdsl.passes.qnn.rewriting import get_single_user, insert_before

MonotonicOperation = ConcatOp | DepthToSpaceOp | MaxPool2dOp | ReshapeOp | TransposeOp
"""Quantizing before them is the same as after."""


class DropDequantize(RewritePattern):
    """Lets users read the quantized tensor: they dequantize it by themselves."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: DequantizeOp, rewriter: PatternRewriter) -> None:
        users = [use.operation for use in op.output.uses]
        if any(not isinstance(user, QnnOperation | ReturnOp) for user in users):
            return
        rewriter.replace(op, [], [op.input])


class FoldQuantize(RewritePattern):
    """Lets the producer of real numbers quantize them, where all users want the same."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: QuantizeOp, rewriter: PatternRewriter) -> None:
        if get_quantization(op.input) is not None:
            if op.input.type == op.output.type:
                rewriter.replace(op, [], [op.input])
            return
        if isinstance(op.input.owner, ConstantOp) or not _can_quantize(op.input):
            return
        users = [use.operation for use in op.input.uses]
        if any(
            not isinstance(user, QuantizeOp) or user.output.type != op.output.type for user in users
        ):
            return
        # Arguments keep the name that the network's caller knows.
        names = (op.output.name_hint, op.input.name_hint)
        name = names[1] if isinstance(op.input, BlockArgument) else names[0] or names[1]
        quantized = rewriter.replace_value_with_new_type(op.input, op.output.type)
        quantized.name_hint = name
        rewriter.replace(op, [], [quantized])


def _can_quantize(value: SSAValue) -> bool:
    """Whether a value's type may change: it is computed by `qnn`, or an argument of a network."""
    if isinstance(value.owner, Block):
        return isinstance(value.owner.parent_op(), FuncOp)
    return isinstance(value.owner, QnnOperation)


class QuantizeEarlier(RewritePattern):
    """Quantizes the real operands of operations that keep the order of numbers."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, MonotonicOperation):
            return
        uniform = get_quantization(op.output)
        if uniform is None or uniform.is_per_axis:
            return
        for index, operand in enumerate(op.operands):
            if get_quantization(operand) is None and get_single_user(operand) is op:
                quantize = QuantizeOp(operand, build_tensor_type(get_shape(operand), uniform))
                op.operands[index] = insert_before(rewriter, op, quantize, operand.name_hint)
                rewriter.notify_op_modified(op)


class KeepQuantization(RewritePattern):
    """Real results of operations that move quantized elements are quantized alike.

    1. all operands are quantized alike, with one scale;
    2. nothing happens to elements on the way but a clamp to numbers on their grid, such as 0;
    3. all users are operations that read what is quantized, none quantizes anew.
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, MonotonicOperation | ClampOp):
            return
        if get_quantization(op.output) is not None:
            return
        kinds = {get_quantization(operand) for operand in op.operands}
        uniform = kinds.pop()
        if kinds or uniform is None or uniform.is_per_axis or not _has_limits(uniform, op):
            return
        users = [use.operation for use in op.output.uses]
        if any(
            not isinstance(user, QnnOperation) or isinstance(user, QuantizeOp) for user in users
        ):
            return
        type_ = build_tensor_type(get_shape(op.output), uniform)
        rewriter.replace_value_with_new_type(op.output, type_)


def _has_limits(uniform: UniformType, op: QnnOperation) -> bool:
    """Whether what an operation limits elements to is infinite, or on the grid of a type."""
    limits: tuple[float, ...] = ()
    if isinstance(op, ClampOp):
        limits = (op.minimum, op.maximum)
    elif isinstance(op, MaxPool2dOp):
        limits = op.get_clamp() or ()
    return all(uniform.holds_limit(limit) for limit in limits)


@dataclass(frozen=True)
class QnnFoldQuantizePass(ModulePass):
    """Folds conversions between real and quantized numbers."""

    name = "qnn-fold-quantize"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns: list[RewritePattern] = [DropDequantize(), FoldQuantize(), QuantizeEarlier()]
        PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)
        PatternRewriteWalker(KeepQuantization()).rewrite_module(op)
        for function in op.ops:
            if isinstance(function, FuncOp) and not function.is_declaration:
                function.update_function_type()
