"""Merges the taps and channels of a window's row: they lie side by side in memory.

A window of a kernel with 3 columns reads 9 neighbouring bytes of an image with 3 channels, where
single taps are too short to be copied by the word. A column lies outside the input exactly where
all of its channels do, so borders stay what they are.

Before:
```mlir
func.func private @layer(%x: memref<6x6x3xi8>, %lanes: memref<2x28xi16>) {
  cmix.expand [x = 2, i = 3, j = 3, c = 3]
      input %x (x, i, j, c) -> (i - 1, x * 2 + j - 1, c) as <6x6x3xui8> pad 7
      lanes %lanes (x, i, j, c) -> (x, i * 9 + j * 3 + c) : memref<6x6x3xi8>, memref<2x28xi16>
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<6x6x3xi8>, %lanes: memref<2x28xi16>) {
  %x_rows = memref.collapse_shape %x [[0], [1, 2]] : memref<6x6x3xi8> into memref<6x18xi8>
  cmix.expand [x = 2, i = 3, j = 9]
      input %x_rows (x, i, j) -> (i - 1, (x * 2 - 1) * 3 + j) as <6x18xui8> pad 7
      lanes %lanes (x, i, j) -> (x, i * 9 + j) : memref<6x18xi8>, memref<2x28xi16>
  return
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import AffineMapAttr, ArrayAttr, DenseArrayBase, ModuleOp, i64
from xdsl.ir import Operation
from xdsl.ir.affine import AffineExpr, AffineMap
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.blocks import ExpandOp
from cmixdsl.dialects.cmix.iteration import get_map_steps
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.passes.builders.memory import build_collapsed
from cmixdsl.passes.builders.word_arithmetic import WORD_BITS


def can_merge_taps(op: ExpandOp) -> bool:
    """Whether

    1. the innermost iterator is the input's last dimension, the channels, all of them;
    2. the next one steps through neighbouring columns;
    3. lanes follow in the same order;
    4. pixels are whole bytes, so that no bits lie between the channels of two of them;
    5. the channels of a tap are no whole number of words, else these are copied tap by tap.
    """
    extents, type_ = op.extents.get_values(), op.input_type
    if op.order is not None or len(extents) < 2 or len(type_.get_shape()) < 2:
        return False
    map_, channels = op.input_map.data, type_.get_shape()[-1]
    taps, last = len(extents) - 2, len(extents) - 1
    rank, lanes_rank = len(map_.results), len(op.lanes_map.data.results)
    return (
        map_.results[-1] == AffineExpr.dimension(last)
        and extents[-1] == channels
        and get_map_steps(map_, last) == (*[0] * (rank - 1), 1)
        and get_map_steps(map_, taps) == (*[0] * (rank - 2), 1, 0)
        and get_map_steps(op.lanes_map.data, last) == (*[0] * (lanes_rank - 1), 1)
        and get_map_steps(op.lanes_map.data, taps) == (*[0] * (lanes_rank - 1), channels)
        and channels * type_.bits % 8 == 0
        and channels * type_.bits % WORD_BITS != 0
    )


def _get_merged_maps(op: ExpandOp) -> tuple[AffineMap, AffineMap]:
    """The maps with taps and channels as one dimension, the columns of the input with them."""
    map_, count = op.input_map.data, len(op.extents.get_values()) - 1
    run = AffineExpr.dimension(count - 1)
    symbols = [AffineExpr.symbol(index) for index in range(map_.num_symbols)]
    dims = [AffineExpr.dimension(index) for index in range(count - 1)]
    zero = AffineExpr.constant(0)
    starts = [
        result.replace_dims_and_symbols([*dims, zero, zero], symbols) for result in map_.results
    ]
    *rows, column, _ = starts
    merged = column * op.input_type.get_shape()[-1] + run
    lanes = [
        result.replace_dims_and_symbols([*dims, zero, run], symbols)
        for result in op.lanes_map.data.results
    ]
    return (
        AffineMap(count, map_.num_symbols, (*rows, merged)),
        AffineMap(count, map_.num_symbols, tuple(lanes)),
    )


class MergeTaps(RewritePattern):
    """Merges the two innermost iterators of an expansion."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ExpandOp) or not can_merge_taps(op):
            return
        *outer, taps, channels = op.extents.get_values()
        *rows, width, _ = op.input_type.get_shape()
        input_map, lanes_map = _get_merged_maps(op)
        properties = op.properties | {
            "iterators": ArrayAttr(op.iterators.data[:-1]),
            "extents": DenseArrayBase.from_list(i64, [*outer, taps * channels]),
            "input_map": AffineMapAttr(input_map),
            "lanes_map": AffineMapAttr(lanes_map),
            "input_type": PackedType([*rows, width * channels], op.input_type.element_type),
        }
        view = build_collapsed(rewriter, op.input, 2, len(rows))
        rewriter.replace(op, ExpandOp(view, op.lanes, op.offsets, properties))


@dataclass(frozen=True)
class MergeTapsPass(ModulePass):
    """Merges taps and channels of expansions where they lie side by side."""

    name = "cmix-merge-taps"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(MergeTaps(), apply_recursively=False).rewrite_module(op)
