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
from dataclasses import dataclass, replace

import numpy as np
from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import memref
from xdsl.dialects.builtin import ModuleOp, UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects import lanes
from cmixdsl.dialects.cmix.lane_blocks import ContractWordsOp, SumWordsOp
from cmixdsl.dialects.lanes import WordType
from cmixdsl.hints import ONE_REGION_ATTRIBUTE
from cmixdsl.passes.builders.constants import get_filter_elements
from cmixdsl.passes.builders.global_constants import build_table, get_parent_function
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_blocks,
    build_index,
    build_loop,
    build_yield,
)
from cmixdsl.passes.builders.memory import build_stack_scratch
from cmixdsl.passes.builders.outer_block import (
    OuterBlock,
    arrange_block,
    can_split,
    check_block,
    get_plan,
)
from cmixdsl.passes.builders.outer_sums import BlockSums, build_sums, get_sum_words
from cmixdsl.passes.builders.row_blocks import (
    RowBlocks,
    arrange_filters,
    build_columns,
    build_row_sums,
)
from cmixdsl.passes.builders.row_blocks import get_sum_words as get_row_sum_words
from cmixdsl.passes.builders.row_sweep import RowSweep, build_groups, build_partial_load
from cmixdsl.passes.builders.word_outputs import build_constants, build_outputs
from cmixdsl.passes.schedules.outer_layout import OuterProblem
from cmixdsl.passes.schedules.outer_packing import OuterPlan
from cmixdsl.passes.schedules.weight_sums import WeightSums


def _build_columns(
    builder: Builder, sweep: RowSweep, build: Callable[[Builder, Linear, Linear, int], None]
) -> None:
    """Calls `build` with every output column, and the word and position of its complete lane."""
    positions, first = sweep.layout.positions, sweep.taps - 1

    def build_block(body: Builder, block: Linear, count: int) -> None:
        for column in range(count):
            offset, position = divmod(column + first, positions)
            build(body, block * positions + column, block + offset, position)

    build_blocks(builder, sweep.columns, positions, "b", build_block)


def _check(op: Operation, sweep: RowSweep) -> None:
    if (violation := sweep.violation) is not None:
        raise_pass_failure(op, violation)


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


class ConvertContractWords(RewritePattern):
    """Rewrites a convolution along packed rows as a sweep for every filter."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractWordsOp) or op.weight_type is not None:
            return
        if op.block_filters > 1:
            return
        weights = get_filter_elements(op, op.filter).astype(np.int64)
        columns, filters, length, taps = op.extents.get_values()
        largest, products = max(int(weights.max()), 1), op.products.value.data
        sweep = RowSweep(
            *(op.words, op.word_type, largest, taps, length, products, columns),
            sums=WeightSums.of(weights),
        )
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
        constants = build_constants(body, op, filter_)

        def build_output(inner: Builder, column: Linear, word: Linear, position: int) -> None:
            total = build_partial_load(inner, sweep, partial, word, position)
            build_outputs(inner, op, [total], column, [constants])

        _build_columns(body, sweep, build_output)
        build_yield(body)
        rewriter.erase(op)


class ConvertContractRows(RewritePattern):
    """Rewrites a convolution along packed rows as blocks of several filters."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractWordsOp) or op.weight_type is not None:
            return
        if (size := op.block_filters) == 1:
            return
        weights = get_filter_elements(op, op.filter).astype(np.int64)
        columns, filters, length, taps = op.extents.get_values()
        largest, products = max(int(weights.max()), 1), op.products.value.data
        sweep = RowSweep(
            *(op.words, op.word_type, largest, taps, length, products, columns, size),
            sums=WeightSums.of(weights),
        )
        _check(op, sweep)
        if products % (turn := op.unroll.value.data):
            raise_pass_failure(op, f"{products} products do not divide into iterations of {turn}")
        get_parent_function(op).attributes[ONE_REGION_ATTRIBUTE] = UnitAttr()
        memory = build_stack_scratch(
            op, (get_row_sum_words(sweep, size),), 32, "row_sums", rewriter
        )
        builder = Builder(InsertPoint.before(op))
        table = build_table(builder, op, "weight", arrange_filters(sweep, weights, size), 32)

        def build_block(body: Builder, number: Linear, count: int) -> None:
            first, blocks = number * size, RowBlocks(sweep, count, turn, table, memory)
            build_row_sums(body, blocks, first * (sweep.groups * products))
            constants = [
                build_constants(body, op, (first + filter_).build(body, "f"))
                for filter_ in range(count)
            ]
            build_columns(
                body,
                blocks,
                lambda inner, totals, column: build_outputs(inner, op, totals, column, constants),
            )

        build_blocks(builder, filters, size, "f", build_block)
        rewriter.erase(op)


def _get_outer_plan(op: ContractWordsOp, weight_type: WordType) -> OuterPlan:
    """What a contraction of pixels and filters says; raises PassFailedException if unproven."""
    columns, filters, length, taps = op.extents.get_values()
    largest = max(weight_type.get_maxima()).bit_length()
    inputs = max(op.word_type.get_maxima()).bit_length()
    is_vector = len(op.output_type.get_shape()) == 1
    weights = get_filter_elements(op, op.filter)
    problem = OuterProblem(
        *(inputs, largest, length, columns, filters, op.output_type.bits, is_vector),
        weights=None if is_vector else WeightSums.of(weights),
    )
    input_words = -(-columns * taps // op.word_type.lanes)
    sizes = op.weight_words.value.data, input_words, op.unroll.value.data, taps
    plan = get_plan(op.word_type, weight_type, problem, sizes)
    violation = check_block(plan, op.products.value.data, int(weights.max()))
    if violation is not None:
        raise_pass_failure(op, violation)
    return plan


class ConvertContractOuter(RewritePattern):
    """Rewrites a contraction of pixels and filters that share the lanes of products."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractWordsOp) or op.weight_type is None:
            return
        plan = _get_outer_plan(op, op.weight_type)
        get_parent_function(op).attributes[ONE_REGION_ATTRIBUTE] = UnitAttr()
        weights = get_filter_elements(op, op.filter).astype(np.int64)
        products, size = op.products.value.data, op.block_filters
        filters = op.extents.get_values()[1]
        rest = filters % size
        last_words = -(-rest // op.word_filters)
        if not can_split(plan, last_words):
            last_words = plan.weight_words
        blocks = [weights[start : start + size] for start in range(0, len(weights), size)]
        if rest:
            blocks[-1] = np.pad(
                blocks[-1], ((0, last_words * op.word_filters - rest), (0, 0), (0, 0))
            )
        words = [arrange_block(plan, block, products) for block in blocks]
        builder = Builder(InsertPoint.before(op))
        table = build_table(builder, op, "weight", np.concatenate(words), 32, packed=True)
        block = OuterBlock(op.words, table, plan, products, plan.weight_words)
        memory = build_stack_scratch(op, (get_sum_words(block),), 32, "block_sums", rewriter)

        def build_block(body: Builder, number: Linear, count: int) -> None:
            used = block if count == size else replace(block, weight_words=last_words)
            sums = build_sums(body, used, number * len(words[0]), memory)
            _build_block_outputs(body, op, sums, (number * size, count))

        build_blocks(builder, filters, size, "b", build_block)
        rewriter.erase(op)


def _build_block_outputs(
    builder: Builder, op: ContractWordsOp, sums: BlockSums, filters: tuple[Linear, int]
) -> None:
    """The outputs of a block, of which filters are the first one and their number."""
    first, count = filters
    columns, pixels = op.extents.get_values()[0], sums.block.layout.pixels

    def build_word(body: Builder, word: Linear, size: int) -> None:
        constants = [
            build_constants(body, op, (first + filter_).build(body, "o"))
            for filter_ in range(count)
        ]
        loads = sums.get_loads(body, word)
        for pixel in range(size):
            totals = [loads.build_total(filter_, pixel) for filter_ in range(count)]
            build_outputs(body, op, totals, word * pixels + pixel, constants)

    build_blocks(builder, columns, pixels, "p", build_word)


@dataclass(frozen=True)
class ConvertContractWordsToLanesPass(ModulePass):
    """Turns convolutions along packed rows into multiplications of lane words."""

    name = "convert-contract-words-to-lanes"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for pattern in (
            ConvertSumWords(),
            ConvertContractWords(),
            ConvertContractRows(),
            ConvertContractOuter(),
        ):
            PatternRewriteWalker(pattern, apply_recursively=False).rewrite_module(op)
