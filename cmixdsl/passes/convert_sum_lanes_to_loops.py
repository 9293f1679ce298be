"""Lowers sums of columns to SMLAD with a word of ones.

Before:
```mlir
func.func private @layer(%lanes: memref<1x4xi16>, %sums: memref<1xi32>) {
  cmix.sum_lanes %lanes length 4 to %sums : memref<1x4xi16>, memref<1xi32>
  return
}
```

After:
```mlir
func.func private @layer(%lanes: memref<1x4xi16>, %sums: memref<1xi32>) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0 : i32
  %ones = arith.constant 65537 : i32
  %x = dsp.load_word %lanes[%c0, %c0] : memref<1x4xi16>
  %sum = dsp.smlad %x, %ones, %zero
  %x_1 = dsp.load_word %lanes[%c0, %c2] : memref<1x4xi16>
  %sum_1 = dsp.smlad %x_1, %ones, %sum
  memref.store %sum_1, %sums[%c0] : memref<1xi32>
  return
}
```
"""

from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import ModuleOp, i32
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.blocks import SumLanesOp
from cmixdsl.dialects.dsp import LoadWordOp, SmladOp
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_index,
    build_unrolled_loop,
    get_unroll,
)
from cmixdsl.passes.builders.memory import get_memref_type
from cmixdsl.passes.builders.rewriting import rewrite_each
from cmixdsl.passes.builders.word_arithmetic import build_word, repeat_in_lanes

UNROLL = 8
"""Pairs that one iteration adds at most."""


def _build_column_sum(builder: Builder, op: SumLanesOp, column: SSAValue) -> SSAValue:
    """Sums one column, two lanes at a time, and the last lane of an odd number alone."""
    length = op.length.value.data
    total: SSAValue = build_word(builder, 0, "sum")
    pairs = length // 2
    ones = build_word(builder, repeat_in_lanes(1), "ones")

    def build_step(body: Builder, pair: Linear, carried: list[SSAValue]) -> list[SSAValue]:
        position = (pair * 2).build(body, "k")
        lanes = body.insert(LoadWordOp(op.lanes, [column, position])).result
        lanes.name_hint = "x"
        result = body.insert(SmladOp(lanes, ones, carried[0])).result
        result.name_hint = "sum"
        return [result]

    if pairs:
        unroll = get_unroll(pairs, UNROLL)
        (total,) = build_unrolled_loop(builder, pairs, unroll, "k", [total], build_step)
    if length % 2:
        last = build_index(builder, length - 1)
        lane = builder.insert(memref.LoadOp.get(op.lanes, [column, last])).res
        extended = builder.insert(arith.ExtSIOp(lane, i32)).result
        total = builder.insert(arith.AddiOp(total, extended)).result
    total.name_hint = "sum"
    return total


class ConvertSumLanes(RewritePattern):
    """Rewrites a sum of lanes as a loop per column."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, SumLanesOp):
            return
        builder = Builder(InsertPoint.before(op))
        for column in range(get_memref_type(op.lanes).get_shape()[0]):
            position = build_index(builder, column)
            total = _build_column_sum(builder, op, position)
            builder.insert(memref.StoreOp.get(total, op.sums, [position]))
        rewriter.erase(op)


@dataclass(frozen=True)
class ConvertSumLanesToLoopsPass(ModulePass):
    """Lowers sums of columns to loops."""

    name = "convert-sum-lanes-to-loops"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite_each(op, ConvertSumLanes(), SumLanesOp)
