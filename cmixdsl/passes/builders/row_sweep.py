"""Builds the sweep of packed rows by words of weights: what all filters do with the same words.

A group of products has its weights in registers. Over the words of the row, each accumulates the
group's products on what the word before left, adds its complete lanes to partial sums in memory
and hands the others on. Partial sums have 16 bits where no sum can exceed them, two in a word.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from xdsl.builder import Builder
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import i32
from xdsl.ir import SSAValue

from cmixdsl.dialects import lanes
from cmixdsl.dialects.lanes import WordType
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_loop,
    build_unrolled_loop,
    build_yield,
    get_unroll,
)
from cmixdsl.passes.schedules.lane_packing import (
    LaneLayout,
    OverlapPlan,
    OverlapProblem,
    find_violation,
)
from cmixdsl.passes.schedules.weight_sums import WeightSums

UNROLLED_PRODUCTS = 72
"""Products of an unrolled sweep at most."""

Weights = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RowSweep:
    """Rows packed in words, and how groups of them are multiplied by words of weights."""

    words: SSAValue
    """Memref of i32, shape (words of a row, rows)."""
    word_type: WordType
    largest_weight: int
    taps: int
    length: int
    """Rows that are summed."""
    products: int
    """Rows of a group."""
    columns: int
    """Outputs of a row."""
    filters: int = 1
    """Filters that multiply a row together."""
    sums: WeightSums | None = None
    """What the weights add up to; without them any may come."""

    @property
    def problem(self) -> OverlapProblem:
        """The sweep in numbers."""
        return OverlapProblem(
            largest_input=max(self.word_type.get_maxima()),
            largest_weight=self.largest_weight,
            taps=self.taps,
            length=self.length,
            columns=self.columns,
            weights=self.sums,
        )

    @cached_property
    def plan(self) -> OverlapPlan:
        """How the sweep is packed."""
        return OverlapPlan(self.problem, self.layout, self.products, self.filters)

    @property
    def layout(self) -> LaneLayout:
        """How words are packed."""
        return LaneLayout(self.word_type.lanes, self.taps, self.word_type.spacing.data)

    @property
    def violation(self) -> str | None:
        """The bound that a group's sums exceed, None when all are proven."""
        return find_violation(self.problem, self.layout, self.products, self.filters)

    @property
    def groups(self) -> int:
        """Groups of rows."""
        return self.plan.groups

    @property
    def row_words(self) -> int:
        """Words of a row."""
        return self.plan.words

    # region Weights

    @property
    def weight_type(self) -> WordType:
        """A word of weights."""
        return WordType([self.largest_weight] * self.taps, self.layout.spacing)

    def arrange(self, weights: Weights) -> npt.NDArray[np.uint32]:
        """Words of weights, shape (filters, rows, taps): the last tap lowest, groups filled up."""
        missing = self.groups * self.products - self.length
        padded = np.pad(weights, ((0, 0), (0, missing), (0, 0)))
        shifts = np.arange(self.taps)[::-1] * self.layout.spacing
        return (padded << shifts).sum(axis=2).astype(np.uint32).reshape(-1)

    # endregion
    # region Partial sums

    @property
    def partial_bits(self) -> int:
        """Bits of a partial sum."""
        return self.plan.partial_bits

    @property
    def takes(self) -> list[tuple[int, ...]]:
        """Lanes that are added to the partial sums together, in the order of memory."""
        positions = self.layout.positions
        if self.partial_bits == 32:
            return [(lane,) for lane in range(positions)]
        if self.layout.spacing == 8 and positions == 4:
            # UXTAB16 adds every other byte.
            return [(0, 2), (1, 3)]
        pairs: list[tuple[int, ...]] = [(lane, lane + 1) for lane in range(0, positions - 1, 2)]
        return pairs + [(positions - 1,)] * (positions % 2)

    @property
    def take_size(self) -> int:
        """Partial sums in one word of memory."""
        return 32 // self.partial_bits

    @property
    def partial_shape(self) -> tuple[int]:
        """Shape of the partial sums in memory."""
        return (self.row_words * len(self.takes) * self.take_size,)

    def get_partial(self, word: Linear, position: int) -> Linear:
        """Where the partial sum of a position of a word stands."""
        offsets = {
            lane: take * self.take_size + index
            for take, taken in enumerate(self.takes)
            for index, lane in enumerate(taken)
        }
        return word * (len(self.takes) * self.take_size) + offsets[position]

    # endregion


def build_clear(builder: Builder, sweep: RowSweep, partial: SSAValue) -> None:
    """Sets all partial sums to 0."""
    zero_type = WordType([0], 32)
    (size,) = sweep.partial_shape
    zero = builder.insert(lanes.ZeroOp(zero_type)).result
    zero.name_hint = "zero"
    for start in range(0, size, sweep.take_size):
        position = Linear(start).build(builder)
        builder.insert(lanes.StoreOp(zero, partial, [position]))


GetWeight = Callable[[Builder, Linear], SSAValue]
"""Builds the word of weights of a row."""


def build_groups(
    builder: Builder, sweep: RowSweep, get_weight: GetWeight, partial: SSAValue
) -> None:
    """Adds the products of all groups to the partial sums, after clearing them."""
    build_clear(builder, sweep, partial)
    if sweep.groups == 1:
        build_group(builder, sweep, get_weight, Linear(), partial)
        return
    loop, body = build_loop(builder, (0, sweep.groups * sweep.products, sweep.products), "k")
    build_group(body, sweep, get_weight, Linear.get(loop.body.block.args[0]), partial)
    build_yield(body)


def build_group(
    builder: Builder,
    sweep: RowSweep,
    get_weight: GetWeight,
    first: Linear,
    partial: SSAValue,
) -> None:
    """Sweeps the row with the weights of one group, whose first row is `first`."""
    loaded = [get_weight(builder, first + product) for product in range(sweep.products)]
    for product, weight in enumerate(loaded):
        weight.name_hint = f"w{product}"
    carry = _build_no_carry(builder, sweep)
    count = sweep.row_words
    unroll = get_unroll(count, max(UNROLLED_PRODUCTS // sweep.products, 1))

    def build_step(body: Builder, word: Linear, carried: list[SSAValue]) -> list[SSAValue]:
        before = carried[0] if carried else None
        after = _build_word(body, sweep, loaded, (word, first), before, partial)
        return [] if after is None else [after]

    initial = [] if carry is None else [carry]
    build_unrolled_loop(builder, count, unroll, "q", initial, build_step, rolled=False)


def _build_no_carry(builder: Builder, sweep: RowSweep) -> SSAValue | None:
    """What the first word of a row begins with; None for kernels of one column."""
    left = sweep.plan.maxima[sweep.layout.positions :]
    if not left:
        return None
    carry = builder.insert(lanes.ZeroOp(WordType(left, sweep.layout.spacing))).result
    carry.name_hint = "carry"
    return carry


def _build_word(
    builder: Builder,
    sweep: RowSweep,
    weights: Sequence[SSAValue],
    position: tuple[Linear, Linear],
    carry: SSAValue | None,
    partial: SSAValue,
) -> SSAValue | None:
    """One word of the row: products, extraction of complete lanes; returns the other lanes."""
    word, first = position
    acc = carry
    if acc is None:
        acc = builder.insert(lanes.ZeroOp(WordType([0], sweep.layout.spacing))).result
    for product, weight in enumerate(weights):
        indices = [word.build(builder, "q"), (first + product).build(builder, "k")]
        load = builder.insert(lanes.LoadOp(sweep.words, indices, sweep.word_type))
        load.result.name_hint = "x"
        mla = lanes.MlaOp(load.result, weight, acc, bound=sweep.plan.bound)
        acc = builder.insert(mla).result
        acc.name_hint = "acc"
    for taken in sweep.takes:
        _build_accumulation(builder, sweep, acc, taken, word, partial)
    if carry is None:
        return None
    rest = builder.insert(lanes.DropOp(acc, sweep.layout.positions)).result
    rest.name_hint = "carry"
    return rest


def _build_accumulation(
    builder: Builder,
    sweep: RowSweep,
    acc: SSAValue,
    taken: Sequence[int],
    word: Linear,
    partial: SSAValue,
) -> None:
    """Adds some lanes to their partial sums, which other groups have filled so far."""
    take = builder.insert(lanes.TakeOp(acc, taken)).result
    take.name_hint = "taken"
    type_ = lanes.get_lanes_type(take)
    before = [sweep.plan.largest_sum - largest for largest in type_.get_maxima()]
    position = sweep.get_partial(word, taken[0]).build(builder, "s")
    load = builder.insert(lanes.LoadOp(partial, [position], WordType(before, type_.spacing.data)))
    load.result.name_hint = "partial"
    total = builder.insert(lanes.AddOp(load.result, take)).result
    total.name_hint = "partial"
    builder.insert(lanes.StoreOp(total, partial, [position]))


def build_partial_load(
    builder: Builder, sweep: RowSweep, partial: SSAValue, word: Linear, position: int
) -> SSAValue:
    """The sum of a position of a word, as 32 bits."""
    index = sweep.get_partial(word, position).build(builder, "s")
    load = builder.insert(memref.LoadOp.get(partial, [index])).res
    load.name_hint = "partial"
    if sweep.partial_bits == 32:
        return load
    return builder.insert(arith.ExtUIOp(load, i32)).result
