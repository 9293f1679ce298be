"""Moves clamps of real numbers up through operations that move elements, or choose the largest.

There they meet the layer that computes the numbers, which limits them by itself.

Before:
```mlir
func.func @net(%x: tensor<2x2x4xf32>) -> tensor<4x4x1xf32> {
  %d = qnn.depth_to_space %x block 2 mode "crd" : tensor<2x2x4xf32> -> tensor<4x4x1xf32>
  %y = qnn.clamp %d to [0.0, inf] : tensor<4x4x1xf32> -> tensor<4x4x1xf32>
  return %y : tensor<4x4x1xf32>
}
```

After:
```mlir
func.func @net(%x: tensor<2x2x4xf32>) -> tensor<4x4x1xf32> {
  %d = qnn.clamp %x to [0.0, inf] : tensor<2x2x4xf32> -> tensor<2x2x4xf32>
  %y = qnn.depth_to_space %d block 2 mode "crd" : tensor<2x2x4xf32> -> tensor<4x4x1xf32>
  return %y : tensor<4x4x1xf32>
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.qnn.functions import ClampOp
from cmixdsl.dialects.qnn.pooling import MaxPool2dOp
from cmixdsl.dialects.qnn.shapes import DepthToSpaceOp, ReshapeOp, TransposeOp
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_quantization, get_shape
from cmixdsl.passes.qnn.rewriting import get_producer

MovingOperation = DepthToSpaceOp | MaxPool2dOp | ReshapeOp | TransposeOp
"""Clamping before them is the same as after."""


class HoistClamp(RewritePattern):
    """Clamps the operand instead of the result; both must be real, and have no other user."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ClampOp, rewriter: PatternRewriter) -> None:
        mover = get_producer(op.input)
        if not isinstance(mover, MovingOperation):
            return
        if any(get_quantization(value) for value in (mover.input, op.input, op.output)):
            return
        clamp = ClampOp(
            mover.input,
            build_tensor_type(get_shape(mover.input)),
            minimum=op.minimum,
            maximum=op.maximum,
        )
        clamp.output.name_hint = mover.output.name_hint
        rewriter.insert(clamp, InsertPoint.before(mover))
        mover.operands[0] = clamp.output
        mover.output.name_hint = op.output.name_hint
        rewriter.replace(op, [], [mover.output])


@dataclass(frozen=True)
class QnnHoistClampsPass(ModulePass):
    """Moves clamps up to the layers whose results they limit."""

    name = "qnn-hoist-clamps"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(HoistClamp()).rewrite_module(op)
