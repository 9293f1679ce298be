"""Turns convolutions along packed rows into multiplications of lane words.

Weights become words of their own, the last tap in the lowest lane. Every filter sweeps the row with
one group of products after another; then its sums are corrected for zero points, requantized and
stored. Window sums are a sweep with weights of 1.

Before:
```mlir
func.func private @layer(%words: memref<2x2xi32>, %sums: memref<4xi32>) {
  cmix.sum_words %words as <4 at 8, max 3> length 2 taps 3 products 2 to %sums
      : memref<2x2xi32>, memref<4xi32>
  return
}
```

After, one product of the first word with its extraction:
```mlir
func.func private @layer(%words: memref<2x2xi32>, %ones: !lanes.word<3 at 8, max 1>,
                         %partial: memref<8xi16>) {
  %c0 = arith.constant 0 : index
  %zero = lanes.zero : !lanes.word<2 at 8, max [6, 3]>
  %x = lanes.load %words[%c0, %c0] : memref<2x2xi32> -> !lanes.word<4 at 8, max 3>
  %acc = lanes.mla %x, %ones, %zero : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max 1>,
      !lanes.word<2 at 8, max [6, 3]> -> !lanes.long<6 at 8, max [9, 9, 9, 9, 6, 3]>
  %taken = lanes.take %acc [0, 2] : !lanes.long<6 at 8, max [9, 9, 9, 9, 6, 3]>
      -> !lanes.word<2 at 16, max 9>
  lanes.store %taken, %partial[%c0] : !lanes.word<2 at 16, max 9>, memref<8xi16>
  %carry = lanes.drop %acc by 4 : !lanes.long<6 at 8, max [9, 9, 9, 9, 6, 3]>
      -> !lanes.word<2 at 8, max [6, 3]>
  return
}
```
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint
from xdsl.utils.exceptions import PassFailedException

from cmixdsl.dialects import lanes
from cmixdsl.dialects.cmix.blocks import RequantizeOp
from cmixdsl.dialects.cmix.buffers import StoreElementsOp
from cmixdsl.dialects.cmix.lane_blocks import ContractWordsOp, SumWordsOp
from cmixdsl.dialects.dsp import MlsOp
from cmixdsl.passes.constants import get_filter_elements
from cmixdsl.passes.global_constants import build_table
from cmixdsl.passes.index_arithmetic import (
    Linear,
    build_index,
    build_loop,
    build_yield,
    get_linear_map,
)
from cmixdsl.passes.memory import build_stack_scratch, needs_merging
from cmixdsl.passes.row_sweep import RowSweep, build_groups, build_partial_load
from cmixdsl.passes.word_arithmetic import build_word


def _build_columns(
    builder: Builder, sweep: RowSweep, build: Callable[[Builder, Linear, Linear, int], None]
) -> None:
    """Calls `build` with every output column, and the word and position of its complete lane."""
    positions, first = sweep.layout.positions, sweep.taps - 1

    def build_block(body: Builder, block: Linear, count: int) -> None:
        for column in range(count):
            offset, position = divmod(column + first, positions)
            build(body, block * positions + column, block + offset, position)

    blocks, rest = divmod(sweep.columns, positions)
    if blocks > 1:
        loop, body = build_loop(builder, (0, blocks, 1), "b")
        build_block(body, Linear.get(loop.body.block.args[0]), positions)
        build_yield(body)
    elif blocks:
        build_block(builder, Linear(), positions)
    if rest:
        build_block(builder, Linear(blocks), rest)


def _check(op: Operation, sweep: RowSweep) -> None:
    if (violation := sweep.violation) is not None:
        raise PassFailedException(f"{op.name}: {violation}")


class ConvertSumWords(RewritePattern):
    """Rewrites window sums as a sweep with weights of 1."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, SumWordsOp):
            return
        taps, length, products = (value.value.data for value in (op.taps, op.length, op.products))
        sweep = RowSweep(op.words, op.word_type, 1, taps, length, products, op.columns)
        _check(op, sweep)
        partial = build_stack_scratch(
            op, sweep.partial_shape, sweep.partial_bits, "partial_sums", rewriter
        )
        builder = Builder(InsertPoint.before(op))
        ones = sum(1 << tap * sweep.layout.spacing for tap in range(taps))
        table = build_table(builder, op, "ones", [ones], 32)
        weight = builder.insert(
            lanes.LoadOp(table, [build_index(builder, 0)], sweep.weight_type)
        ).result
        build_groups(builder, sweep, lambda body, row: weight, partial)

        def build_store(body: Builder, column: Linear, word: Linear, position: int) -> None:
            value = build_partial_load(body, sweep, partial, word, position)
            body.insert(memref.StoreOp.get(value, op.sums, [column.build(body, "x")]))

        _build_columns(builder, sweep, build_store)
        rewriter.erase(op)


@dataclass(frozen=True)
class FilterConstants:
    """What the outputs of one filter share."""

    channel: SSAValue
    bias: SSAValue
    zero: SSAValue | None


def _build_constants(builder: Builder, op: ContractWordsOp, filter_: SSAValue) -> FilterConstants:
    table = build_table(builder, op, "bias", op.bias.get_values(), 32)
    bias = builder.insert(memref.LoadOp.get(table, [filter_])).res
    bias.name_hint = "bias"
    zeros = op.filter_zero.get_values()
    zero: SSAValue | None = None
    if any(zeros) and len(zeros) == 1:
        zero = build_word(builder, zeros[0], "filter_zero")
    elif any(zeros):
        table = build_table(builder, op, "filter_zero", zeros, 32)
        zero = builder.insert(memref.LoadOp.get(table, [filter_])).res
        zero.name_hint = "filter_zero"
    return FilterConstants(filter_, bias, zero)


def _build_output(
    builder: Builder,
    op: ContractWordsOp,
    total: SSAValue,
    column: Linear,
    constants: FilterConstants,
) -> None:
    """Corrects one sum for zero points, requantizes and stores it."""
    acc = builder.insert(arith.AddiOp(constants.bias, total)).result
    acc.name_hint = "acc"
    if constants.zero is not None and op.sums is not None:
        load = builder.insert(memref.LoadOp.get(op.sums, [column.build(builder, "x")])).res
        load.name_hint = "sum"
        acc = builder.insert(MlsOp(constants.zero, load, acc)).result
        acc.name_hint = "acc"
    element_type = op.output_type.element_type
    output = builder.insert(RequantizeOp(acc, constants.channel, op.requant, element_type)).result
    output.name_hint = "y"
    point = [column, Linear.get(constants.channel), Linear(), Linear()]
    positions = get_linear_map(op.output_map.data, point, op.offsets)
    indices = [position.build(builder, "o") for position in positions]
    cleared = needs_merging(1, op.output_type)
    builder.insert(StoreElementsOp([output], op.output, indices, op.output_type, cleared=cleared))


class ConvertContractWords(RewritePattern):
    """Rewrites a convolution along packed rows as a sweep for every filter."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractWordsOp):
            return
        weights = get_filter_elements(op, op.filter).astype(np.int64)
        columns, filters, length, taps = op.extents.get_values()
        largest, products = max(int(weights.max()), 1), op.products.value.data
        sweep = RowSweep(op.words, op.word_type, largest, taps, length, products, columns)
        _check(op, sweep)
        partial = build_stack_scratch(
            op, sweep.partial_shape, sweep.partial_bits, "partial_sums", rewriter
        )
        builder = Builder(InsertPoint.before(op))
        table = build_table(builder, op, "weight", sweep.arrange(weights), 32)
        loop, body = build_loop(builder, (0, filters, 1), "f")
        filter_ = loop.body.block.args[0]
        start = Linear.get(filter_) * (sweep.groups * products)

        def build_weight(inner: Builder, row: Linear) -> SSAValue:
            position = (start + row).build(inner, "w")
            return inner.insert(lanes.LoadOp(table, [position], sweep.weight_type)).result

        build_groups(body, sweep, build_weight, partial)
        constants = _build_constants(body, op, filter_)

        def build_output(inner: Builder, column: Linear, word: Linear, position: int) -> None:
            total = build_partial_load(inner, sweep, partial, word, position)
            _build_output(inner, op, total, column, constants)

        _build_columns(body, sweep, build_output)
        build_yield(body)
        rewriter.erase(op)


@dataclass(frozen=True)
class ConvertContractWordsToLanesPass(ModulePass):
    """Turns convolutions along packed rows into multiplications of lane words."""

    name = "convert-contract-words-to-lanes"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for pattern in (ConvertSumWords(), ConvertContractWords()):
            PatternRewriteWalker(pattern, apply_recursively=False).rewrite_module(op)
