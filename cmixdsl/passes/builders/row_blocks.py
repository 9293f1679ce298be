"""Builds blocks of several filters and two words of a packed row, whose lanes overlap.

Every word of the row is multiplied by a word of weights of each filter, for a group of products in
one loop. No word hands on what it leaves: the sums of all groups wait in memory, and an output adds
the lanes of its word to what the words before have left for it. A lane has fewer terms so, and
takes more products.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.builder import Builder
from xdsl.dialects import arith
from xdsl.ir import SSAValue

from cmixdsl.dialects import lanes
from cmixdsl.dialects.lanes import LongType
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_blocks,
    build_loop,
    build_unrolled_loop,
    build_yield,
)
from cmixdsl.passes.builders.outer_block import build_proven_loop
from cmixdsl.passes.builders.row_sweep import RowSweep, Weights
from cmixdsl.passes.builders.word_arithmetic import build_word
from cmixdsl.passes.schedules.lane_packing import BLOCK_WORDS, OverlapPlan

PAIR = 2
"""Words of memory of a sum."""


@dataclass(frozen=True)
class RowBlocks:
    """Some filters that multiply a row, and where their sums wait."""

    sweep: RowSweep
    filters: int
    turn: int
    """Products of a turn of the innermost loop."""
    table: SSAValue
    """Memref of i32: words of weights, those of a product together."""
    memory: SSAValue
    """Memref of i32 for the sums of all words, filters and groups of a row."""

    def get_position(self, word: Linear, filter_: int, group: Linear) -> Linear:
        """Where a sum stands."""
        groups = self.sweep.groups
        return (word * self.filters + filter_) * (groups * PAIR) + group * PAIR

    @property
    def plan(self) -> OverlapPlan:
        """How the row is packed."""
        return self.sweep.plan


def get_sum_words(sweep: RowSweep, filters: int) -> int:
    """Words of memory that the sums of a row take."""
    return sweep.row_words * filters * sweep.groups * PAIR


def arrange_filters(sweep: RowSweep, weights: Weights, filters: int) -> npt.NDArray[np.uint32]:
    """Words of weights, those that a product multiplies together side by side.

    Of filters that do not fill up a block the words are as they are, behind the others.
    """
    words = sweep.arrange(weights).reshape(len(weights), -1)
    parts = [
        words[first : first + filters].T.reshape(-1) for first in range(0, len(words), filters)
    ]
    return np.concatenate(parts)


def build_row_sums(builder: Builder, blocks: RowBlocks, start: Linear) -> None:
    """The sums of a row, for weights whose words begin at `start`."""

    def build_block(body: Builder, number: Linear, count: int) -> None:
        _build_words(body, blocks, number * BLOCK_WORDS, count, start)

    build_blocks(builder, blocks.sweep.row_words, BLOCK_WORDS, "q", build_block)


def _build_words(
    builder: Builder, blocks: RowBlocks, word: Linear, count: int, start: Linear
) -> None:
    """The sums of neighbouring words, group by group."""

    def build(body: Builder, group: Linear) -> None:
        sums = _build_group(body, blocks, (word, count), group, start)
        for index, value in enumerate(sums):
            filter_, offset = index % blocks.filters, index // blocks.filters
            position = blocks.get_position(word + offset, filter_, group).build(body, "s")
            body.insert(lanes.StoreOp(value, blocks.memory, [position]))

    if blocks.sweep.groups == 1:
        build(builder, Linear())
        return
    loop, body = build_loop(builder, (0, blocks.sweep.groups, 1), "group")
    build(body, Linear.get(loop.body.block.args[0]))
    build_yield(body)


def _build_group(
    builder: Builder, blocks: RowBlocks, words: tuple[Linear, int], group: Linear, start: Linear
) -> list[SSAValue]:
    """The sums of a group of products, those of the first word's filters first."""
    sweep, count = blocks.sweep, words[1]
    first = group * sweep.products
    initial: list[SSAValue] = []
    type_ = LongType(blocks.plan.bound or [0] * sweep.layout.lanes, sweep.layout.spacing)
    for index in range(count * blocks.filters):
        initial.append(builder.insert(lanes.ZeroOp(type_)).result)
        initial[-1].name_hint = f"acc{index // blocks.filters}{index % blocks.filters}"

    def build_turn(body: Builder, turn: Linear, sums: list[SSAValue]) -> list[SSAValue]:
        for number in range(blocks.turn):
            row = first + turn * blocks.turn + number
            sums = _build_product(body, blocks, words, row, start, sums)
        return sums

    growth = [blocks.plan.get_growth(blocks.turn)] * len(initial)
    return build_proven_loop(builder, initial, sweep.products // blocks.turn, growth, build_turn)


def _build_product(
    builder: Builder,
    blocks: RowBlocks,
    words: tuple[Linear, int],
    row: Linear,
    start: Linear,
    sums: list[SSAValue],
) -> list[SSAValue]:
    """The products of a row of all words by all filters, added to their sums."""
    sweep, (word, count) = blocks.sweep, words
    weights: list[SSAValue] = []
    for filter_ in range(blocks.filters):
        position = (start + row * blocks.filters + filter_).build(builder, "w")
        load = lanes.LoadOp(blocks.table, [position], sweep.weight_type)
        weights.append(builder.insert(load).result)
        weights[-1].name_hint = f"w{filter_}"
    added: list[SSAValue] = []
    for offset in range(count):
        indices = [(word + offset).build(builder, "q"), row.build(builder, "k")]
        x = builder.insert(lanes.LoadOp(sweep.words, indices, sweep.word_type)).result
        x.name_hint = f"x{offset}"
        for filter_, weight in enumerate(weights):
            acc = sums[len(added)]
            mla = lanes.MlaOp(x, weight, acc, bound=blocks.plan.bound)
            added.append(builder.insert(mla).result)
            added[-1].name_hint = f"acc{offset}{filter_}"
    return added


def build_totals(
    builder: Builder, blocks: RowBlocks, block: Linear, count: int
) -> list[list[SSAValue]]:
    """The sums of columns `block * positions` and on, `count` of them, by filter, as 32 bits."""
    totals = [build_word(builder, 0, "total") for _ in range(blocks.filters * count)]
    layout = blocks.sweep.layout

    def build_step(body: Builder, group: Linear, before: list[SSAValue]) -> list[SSAValue]:
        after = list(before)
        for filter_ in range(blocks.filters):
            sums = [
                _build_load(body, blocks, block + word, filter_, group)
                for word in range((count + layout.taps - 2) // layout.positions + 1)
            ]
            for column in range(count):
                index = filter_ * count + column
                after[index] = _build_total(body, blocks, sums, column, after[index])
        return after

    totals = build_unrolled_loop(builder, blocks.sweep.groups, 1, "group", totals, build_step)
    return [totals[first : first + count] for first in range(0, len(totals), count)]


def _build_load(
    builder: Builder, blocks: RowBlocks, word: Linear, filter_: int, group: Linear
) -> SSAValue:
    """Reads a sum from memory."""
    sweep = blocks.sweep
    type_ = LongType(blocks.plan.maxima, sweep.layout.spacing)
    position = blocks.get_position(word, filter_, group).build(builder, "s")
    load = builder.insert(lanes.LoadOp(blocks.memory, [position], type_)).result
    load.name_hint = "acc"
    return load


def _build_total(
    builder: Builder, blocks: RowBlocks, sums: list[SSAValue], column: int, total: SSAValue
) -> SSAValue:
    """Adds the lanes of a column: one of its own word, others that words before left for it."""
    layout = blocks.sweep.layout
    for word, sum_ in enumerate(sums):
        lane = column + layout.taps - 1 - word * layout.positions
        if 0 <= lane < layout.lanes:
            value = builder.insert(lanes.GetOp(sum_, lane)).result
            value.name_hint = "lane"
            total = builder.insert(arith.AddiOp(total, value)).result
            total.name_hint = "total"
    return total


BuildOutputs = Callable[[Builder, list[SSAValue], Linear], None]
"""Builds the outputs of all filters of a column from their sums."""


def build_columns(builder: Builder, blocks: RowBlocks, build_outputs: BuildOutputs) -> None:
    """Takes the sums of a row apart and builds the outputs of all columns."""
    positions = blocks.sweep.layout.positions

    def build_block(body: Builder, block: Linear, count: int) -> None:
        totals = build_totals(body, blocks, block, count)
        for column in range(count):
            build_outputs(body, [each[column] for each in totals], block * positions + column)

    build_blocks(builder, blocks.sweep.columns, positions, "b", build_block)
