"""Folds clamps, which is what ReLU and its kin are, into the operations that they follow.

Sums, products, layers with weights and poolings limit their real result before they quantize it. A
clamp of a result that is quantized already is folded when it does not quantize it differently.

Before:
```mlir
func.func @net(%x: tensor<4xf32>, %w: tensor<2x4xf32>)
    -> tensor<2x!quant.uniform<u4:f32, 0.4>> {
  %h = qnn.fully_connected %x, %w : tensor<4xf32>, tensor<2x4xf32> -> tensor<2xf32>
  %y = qnn.clamp %h to [0.0, 6.0] : tensor<2xf32> -> tensor<2x!quant.uniform<u4:f32, 0.4>>
  return %y : tensor<2x!quant.uniform<u4:f32, 0.4>>
}
```

After:
```mlir
func.func @net(%x: tensor<4xf32>, %w: tensor<2x4xf32>)
    -> tensor<2x!quant.uniform<u4:f32, 0.4>> {
  %y = qnn.fully_connected %x, %w clamp [0.0, 6.0]
      : tensor<4xf32>, tensor<2x4xf32> -> tensor<2x!quant.uniform<u4:f32, 0.4>>
  return %y : tensor<2x!quant.uniform<u4:f32, 0.4>>
}
```
"""

from dataclasses import dataclass
from math import inf

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from cmixdsl.dialects.qnn.functions import ClampOp
from cmixdsl.dialects.qnn.operation import ClampedOperation, build_clamp
from cmixdsl.dialects.qnn.tensors import get_quantization
from cmixdsl.passes.qnn.rewriting import absorb_result, get_producer


def intersect(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    """The range of a value limited to the first range, then to the second."""
    low, high = (min(max(end, second[0]), second[1]) for end in first)
    return low, high


class FoldClamp(RewritePattern):
    """Lets the producer limit its result."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ClampOp, rewriter: PatternRewriter) -> None:
        producer = get_producer(op.input)
        if not isinstance(producer, ClampedOperation):
            return
        if get_quantization(op.input) not in (None, get_quantization(op.output)):
            return
        clamp = intersect(producer.get_clamp() or (-inf, inf), (op.minimum, op.maximum))
        producer.clamp = build_clamp(clamp)
        absorb_result(rewriter, producer, op)


@dataclass(frozen=True)
class QnnFoldActivationsPass(ModulePass):
    """Folds clamps into their producers."""

    name = "qnn-fold-activations"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(FoldClamp()).rewrite_module(op)
