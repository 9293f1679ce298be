"""Sums the lanes of every column once, so that zero points of weights stay out of the inner loop.

`sum x * (w - z) = sum x * w - z * sum x`, and `sum x` is the same for all filters.

Before:
```mlir
func.func private @layer(%lanes: memref<2x8xi16>, %y: memref<2x1xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<1x8xui4>
  cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8>
      bias [5] filter_zero [7]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 2>
      : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
  return
}
```

After:
```mlir
func.func private @layer(%lanes: memref<2x8xi16>, %y: memref<2x1xi8>) {
  %sums = memref.alloca() {alignment = 4 : i64} : memref<2xi32>
  %w = cmix.constant dense<3> : !cmix.packed<1x8xui4>
  cmix.sum_lanes %lanes length 8 to %sums : memref<2x8xi16>, memref<2xi32>
  cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8>
      bias [5] filter_zero [7]
      sums %sums : memref<2xi32>
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 2>
      : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
  return
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.blocks import ContractOp, SumLanesOp
from cmixdsl.dialects.cmix.schedule import Expansion
from cmixdsl.passes.builders.memory import build_stack_scratch, get_memref_type
from cmixdsl.passes.builders.weight_words import get_stored_zeros
from cmixdsl.passes.tile_outer import get_schedule


class SumColumns(RewritePattern):
    """Adds the sums of columns to a contraction whose weights have zero points."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractOp) or op.sums is not None or op.input_type is not None:
            return
        if get_schedule(op).expansion is not Expansion.COLUMNS or not any(get_stored_zeros(op)):
            return
        columns = get_memref_type(op.input).get_shape()[0]
        sums = build_stack_scratch(op, (columns,), 32, "sums", rewriter)
        rewriter.insert(SumLanesOp(op.input, sums, op.get_extent("k")))
        operands = (op.input, op.filter, op.output, sums)
        rewriter.replace(op, op.with_properties(op.offsets, op.properties, operands), [])


@dataclass(frozen=True)
class SumColumnsPass(ModulePass):
    """Computes the sums that zero points of weights need once per column."""

    name = "cmix-sum-columns"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(SumColumns(), apply_recursively=False).rewrite_module(op)
