"""Moves the zero point of inputs into the bias, so that no later level subtracts it.

`sum (x - z) * w' = sum x * w' - z * sum w'`, with w' the weight less its own zero point: the second
sum is known at compile time. Padded positions keep holding the zero point, now as their pad value.
In the example the bias becomes 5 - 10 * (3 - 1).

Before:
```mlir
func.func @fc(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
  %w = cmix.constant dense<[[3, -1]]> : !cmix.packed<1x2xsi4>
  %y = cmix.fully_connected %x, %w bias [5] input_zero 10
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi4> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
```

After:
```mlir
func.func @fc(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
  %w = cmix.constant dense<[[3, -1]]> : !cmix.packed<1x2xsi4>
  %y = cmix.fully_connected %x, %w bias [-15]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi4> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import DenseArrayBase, IntegerAttr, ModuleOp, i32
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.layers import ContractionOperation, WindowedContractionOperation
from cmixdsl.passes.builders.constants import get_centred_filter_rows


class FoldInputZeroPoint(RewritePattern):
    """Folds the input's zero point where it is not 0."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractionOperation):
            return
        zero = op.input_zero.value.data
        if not zero:
            return
        sums = get_centred_filter_rows(op).sum(axis=1)
        # An input of zeros has this accumulator; the verifier has proven that it fits 32 bits.
        bias = [
            value - zero * int(weights)
            for value, weights in zip(op.bias.iter_values(), sums, strict=True)
        ]
        if isinstance(op, WindowedContractionOperation):
            op.pad_value = IntegerAttr(op.get_pad_value(), i32)
        op.bias = DenseArrayBase.from_list(i32, bias)
        op.input_zero = IntegerAttr(0, i32)
        rewriter.notify_op_modified(op)


@dataclass(frozen=True)
class FoldZeroPointsPass(ModulePass):
    """Folds the zero points of inputs into biases."""

    name = "cmix-fold-zero-points"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(FoldInputZeroPoint(), apply_recursively=False).rewrite_module(op)
