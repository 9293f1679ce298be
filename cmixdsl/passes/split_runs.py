"""Splits runs of an expansion behind their last whole word, so that words of lanes come first.

All whole words of a column lie at its begin, where they are aligned whatever the length of a run;
what is left of each run follows. The weights, being constants, take the same order for nothing.

Before:
```mlir
func.func private @layer(%x: memref<6x18xi8>, %lanes: memref<1x12xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<[[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]> : !cmix.packed<1x10xui4>
  cmix.expand [i = 2, j = 5] input %x (i, j) -> (i, j) as <6x18xui8>
      lanes %lanes (i, j) -> (0, i * 5 + j) : memref<6x18xi8>, memref<1x12xi16>
  cmix.contract [f = 1, k = 10] input %lanes (f, k) -> (0, k)
      filter %w (f, k) -> (f, k) output %y (f, k) -> (0, f) as <1x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<1x12xi16>, !cmix.packed<1x10xui4>, memref<1x1xi8>
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<6x18xi8>, %lanes: memref<1x12xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<[[0, 1, 2, 3, 5, 6, 7, 8, 4, 9]]> : !cmix.packed<1x10xui4>
  cmix.expand [i = 2, j = 4] input %x (i, j) -> (i, j) as <6x18xui8>
      lanes %lanes (i, j) -> (0, i * 4 + j) : memref<6x18xi8>, memref<1x12xi16>
  cmix.expand [i = 2, j = 1] input %x (i, j) -> (i, j + 4) as <6x18xui8>
      lanes %lanes (i, j) -> (0, i + j + 8) : memref<6x18xi8>, memref<1x12xi16>
  cmix.contract [f = 1, k = 10] input %lanes (f, k) -> (0, k)
      filter %w (f, k) -> (f, k) output %y (f, k) -> (0, f) as <1x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<1x12xi16>, !cmix.packed<1x10xui4>, memref<1x1xi8>
  return
}
```
"""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import AffineMapAttr, DenseArrayBase, ModuleOp, i64
from xdsl.ir import Operation
from xdsl.ir.affine import AffineExpr, AffineMap
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.blocks import ExpandOp
from cmixdsl.dialects.cmix.iteration import get_map_steps
from cmixdsl.passes.builders.word_arithmetic import WORD_BITS
from cmixdsl.passes.permute_lanes import (
    find_contractions,
    get_run_starts,
    is_contiguous,
    permute_filter,
    starts_bytes,
)


def can_split_runs(op: ExpandOp) -> bool:
    """Whether

    1. the innermost iterator steps through neighbours of input and lanes;
    2. it has more than a word of elements, but no whole number of words;
    3. runs start at whole bytes;
    4. the runs of a column lie one after another, its first at lane 0.
    """
    length, word = op.extents.get_values()[-1], WORD_BITS // op.input_type.bits
    if op.order is not None or length < word or length % word == 0:
        return False
    if not is_contiguous(op.input_map.data) or not is_contiguous(op.lanes_map.data):
        return False
    starts = get_run_starts(op)
    return starts_bytes(op) and starts == [index * length for index in range(len(starts))]


def _build_part(op: ExpandOp, start: int, length: int, lane: int) -> ExpandOp:
    """The part of all runs at [start, start + length); the first one's lanes begin at `lane`."""
    extents, count = op.extents.get_values(), op.lanes_map.data.num_dims
    run = AffineExpr.dimension(count - 1)
    input_map, lanes_map = op.input_map.data, op.lanes_map.data
    position: AffineExpr = run
    for dimension in range(count - 1):
        runs = get_map_steps(lanes_map, dimension)[-1] // extents[-1]
        if runs:
            position = AffineExpr.dimension(dimension) * (runs * length) + position
    position = position + lane if lane else position
    *rows, column = input_map.results
    properties = op.properties | {
        "extents": DenseArrayBase.from_list(i64, [*extents[:-1], length]),
        "input_map": AffineMapAttr(
            AffineMap(count, input_map.num_symbols, (*rows, column + start))
        ),
        "lanes_map": AffineMapAttr(
            AffineMap(count, lanes_map.num_symbols, (*lanes_map.results[:-1], position))
        ),
    }
    return ExpandOp(op.input, op.lanes, op.offsets, properties)


class SplitRuns(RewritePattern):
    """Splits an expansion whose only readers are contractions over one merged iterator, k."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ExpandOp) or not can_split_runs(op):
            return
        contracts = find_contractions(op)
        if contracts is None:
            return
        runs, length = len(get_run_starts(op)), op.extents.get_values()[-1]
        head = length - length % (WORD_BITS // op.input_type.bits)
        lanes = np.arange(runs * length).reshape(runs, length)
        permutation = np.concatenate([lanes[:, :head].ravel(), lanes[:, head:].ravel()])
        for contract in contracts:
            permute_filter(contract, permutation, rewriter)
        parts = (
            _build_part(op, 0, head, 0),
            _build_part(op, head, length - head, runs * head),
        )
        rewriter.replace(op, parts)


@dataclass(frozen=True)
class SplitRunsPass(ModulePass):
    """Splits runs of expansions behind their last whole word."""

    name = "cmix-split-runs"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(SplitRuns(), apply_recursively=False).rewrite_module(op)
