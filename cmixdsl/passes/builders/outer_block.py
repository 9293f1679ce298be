"""Builds blocks of pixels and filters whose products share the lanes of words.

Every word of inputs is multiplied by every word of weights of a block. Weights are unpacked from
packed words by one AND each, several sets of fields a word. Sums grow in the lanes of products
until those are full; then they are taken apart, and the next chunk begins.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from xdsl.builder import Builder
from xdsl.dialects import arith, memref
from xdsl.ir import Region, SSAValue
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects import lanes
from cmixdsl.dialects.lanes import LongType, WordType
from cmixdsl.passes.builders.index_arithmetic import Linear, build_loop, build_yield
from cmixdsl.passes.schedules.outer_packing import (
    MOST_CARRIED_CHUNKS,
    OuterLayout,
    OuterPlan,
    OuterProblem,
    find_violation,
)

Weights = npt.NDArray[np.int64]

SHORT_TURN = 2
"""Inputs of a turn that is worth repeating before the loop goes on."""


@dataclass(frozen=True)
class OuterBlock:
    """A block of some words of inputs and weights, seen as numbers."""

    words: SSAValue
    """Memref of i32, shape (words of the pixels, products)."""
    table: SSAValue
    """Memref of i32: packed words of weights, block after block."""
    plan: OuterPlan
    products: int
    """Products of a chunk."""
    weight_words: int
    """Words of weights of this block: the last one of a layer may have fewer."""

    @property
    def layout(self) -> OuterLayout:
        """How pixels and filters are packed."""
        return self.plan.layout

    @property
    def input_words(self) -> int:
        """Words of inputs."""
        return self.plan.input_words

    @cached_property
    def input_type(self) -> WordType:
        """A word of inputs."""
        return WordType(self.layout.get_input_maxima(self.plan.problem), self.layout.spacing)

    @cached_property
    def weight_type(self) -> WordType:
        """A word of weights, once unpacked."""
        return WordType(self.layout.get_weight_maxima(self.plan.problem), self.layout.spacing)

    @cached_property
    def rotations(self) -> tuple[int, ...]:
        """Rotations that unpack the sets of fields of a word."""
        return self.layout.get_rotations(self.plan.problem)

    @property
    def turns(self) -> int:
        """Turns of a chunk."""
        return self.products // self.plan.turn

    @property
    def chunks(self) -> int:
        """Chunks of all products."""
        return -(-self.plan.problem.length // self.products)

    @property
    def turn_words(self) -> int:
        """Packed words of weights of a turn."""
        return self.plan.turn * self.weight_words // len(self.rotations)

    @cached_property
    def sum_type(self) -> type[LongType] | type[WordType]:
        """The registers that the sums of a chunk need."""
        is_word = self.layout.is_word(self.plan.problem, self.products)
        return WordType if is_word else LongType

    def get_maxima(self, products: int) -> list[int]:
        """What so many products add to the lanes of a sum at most."""
        growth = self.layout.get_growth(self.plan.problem, self.sum_type.BITS)
        return [products * one for one in growth]

    @property
    def is_filter_major(self) -> bool:
        """Whether a word of weights has all products of a turn before the next word's begin.

        Else all words have those of one input before the next input's begin.
        """
        return is_filter_major(self.plan)


def is_filter_major(plan: OuterPlan) -> bool:
    """Whether the sets of a word of weights come one after another, a turn being whole words."""
    is_short = plan.turn == plan.products and plan.chunks > MOST_CARRIED_CHUNKS
    return plan.is_word and is_short and plan.turn % plan.fields == 0


def get_plan(
    word_type: WordType, weight_type: WordType, problem: OuterProblem, sizes: Sequence[int]
) -> OuterPlan:
    """The plan that types and sizes (words of weights, words of inputs, unroll, taps) say."""
    *sizes, taps = sizes
    pixels = word_type.lanes // taps
    filters = (weight_type.lanes - 1) // word_type.lanes + 1
    layout = OuterLayout(pixels, filters, word_type.spacing.data, taps)
    return OuterPlan(problem, layout, *sizes)


def can_split(plan: OuterPlan, weight_words: int) -> bool:
    """Whether the weights of so many words take whole packed words in every turn."""
    return plan.turn * weight_words % plan.fields == 0


def arrange_block(plan: OuterPlan, weights: Weights, products: int) -> npt.NDArray[np.uint32]:
    """Packed words of the weights of a block, shape (filters, length, taps).

    Filters and products that are missing are filled up with weights of 0.
    """
    layout, rotations = plan.layout, plan.layout.get_rotations(plan.problem)
    missing = -weights.shape[0] % layout.filters, -weights.shape[1] % products
    padded = np.pad(weights, ((0, missing[0]), (0, missing[1]), (0, 0)))
    length = padded.shape[1]
    fields = padded.reshape(-1, layout.filters, length, layout.taps).astype(np.uint64)
    filters = np.arange(layout.filters).reshape(-1, 1) * (layout.pixels * layout.taps)
    positions = filters + np.arange(layout.taps)[::-1]
    shifts = (positions * layout.spacing).astype(np.uint64).reshape(1, layout.filters, 1, -1)
    lanes_ = (fields << shifts).sum(axis=(1, 3), dtype=np.uint64)
    if is_filter_major(plan):
        turns = lanes_.reshape(lanes_.shape[0], -1, plan.turn).transpose(1, 0, 2)
        sets = turns.reshape(-1, len(rotations))
    else:
        sets = lanes_.T.reshape(-1, len(rotations))
    amounts = np.array(rotations, np.uint64)
    rotated = sets << amounts | sets >> (np.uint64(32) - amounts)
    return (rotated & np.uint64(0xFFFFFFFF)).sum(axis=1, dtype=np.uint64).astype(np.uint32)


# region Products


def _build_zeros(builder: Builder, block: OuterBlock) -> list[SSAValue]:
    type_ = block.sum_type([0] * len(block.get_maxima(0)), block.layout.spacing)
    sums: list[SSAValue] = []
    for index in range(block.weight_words * block.input_words):
        zero = builder.insert(lanes.ZeroOp(type_)).result
        zero.name_hint = f"acc{index // block.input_words}{index % block.input_words}"
        sums.append(zero)
    return sums


@dataclass
class _TurnBuilder:
    """Builds the products of a turn, whose weights start at a packed word."""

    builder: Builder
    block: OuterBlock
    start: Linear
    sums: list[SSAValue]
    word: SSAValue | None = None

    def build_weight(self, index: int, name: int) -> SSAValue:
        """The set of fields number `index` of the turn; each word is loaded once."""
        rotations = self.block.rotations
        number, field = divmod(index, len(rotations))
        if not field:
            position = (self.start + number).build(self.builder, "w")
            load = self.builder.insert(memref.LoadOp.get(self.block.table, [position]))
            self.word = load.res
            self.word.name_hint = "word"
        assert self.word is not None
        unpack = lanes.UnpackOp(self.word, rotations[field], self.block.weight_type)
        weight = self.builder.insert(unpack).result
        weight.name_hint = f"w{name}"
        return weight

    def build_input(self, word: int, product: Linear) -> SSAValue:
        indices = [Linear(word).build(self.builder), product.build(self.builder, "k")]
        load = lanes.LoadOp(self.block.words, indices, self.block.input_type)
        value = self.builder.insert(load).result
        value.name_hint = f"x{word}"
        return value

    def build_product(self, weight_word: int, weight: SSAValue, word: int, x: SSAValue) -> None:
        index = weight_word * self.block.input_words + word
        mla = lanes.MlaOp(x, weight, self.sums[index], self.block.sum_type)
        self.sums[index] = self.builder.insert(mla).result
        self.sums[index].name_hint = f"acc{weight_word}{word}"

    def build_by_filters(self, first: Linear) -> None:
        """All products of a turn, one word of weights after another."""
        turn = self.block.plan.turn
        inputs = [self.build_input(0, first + number) for number in range(turn)]
        for word in range(self.block.weight_words):
            for number, x in enumerate(inputs):
                weight = self.build_weight(word * turn + number, word)
                self.build_product(word, weight, 0, x)

    def build_by_inputs(self, product: Linear, number: int) -> None:
        """All products of one channel, the turn's `number`th."""
        words = range(self.block.weight_words)
        first = number * self.block.weight_words
        if self.block.input_words == 1:
            # Weights come and go, so that one register holds all of them.
            x = self.build_input(0, product)
            for word in words:
                self.build_product(word, self.build_weight(first + word, word), 0, x)
            return
        weights = [self.build_weight(first + word, word) for word in words]
        for input_word in range(self.block.input_words):
            x = self.build_input(input_word, product)
            for word, weight in enumerate(weights):
                self.build_product(word, weight, input_word, x)


def _build_turn(
    builder: Builder, block: OuterBlock, turn: Linear, start: Linear, sums: Sequence[SSAValue]
) -> list[SSAValue]:
    products = _TurnBuilder(builder, block, start + turn * block.turn_words, list(sums))
    first = turn * block.plan.turn
    if block.is_filter_major:
        products.build_by_filters(first)
        return products.sums
    for number in range(block.plan.turn):
        products.build_by_inputs(first + number, number)
    return products.sums


def _build_loop(
    builder: Builder,
    initial: Sequence[SSAValue],
    turns: int,
    growth: Sequence[Sequence[int]],
    build: Callable[[Builder, Linear, list[SSAValue]], list[SSAValue]],
) -> list[SSAValue]:
    """A proven loop; one of a single turn is straight code."""
    if turns == 1:
        return build(builder, Linear(), list(initial))
    body = lanes.build_for_block(initial, turns, 1, growth)
    index, *arguments = body.args
    index.name_hint = "k"
    inner = Builder(InsertPoint.at_end(body))
    results = build(inner, Linear.get(index), list(arguments))
    inner.insert(lanes.YieldOp(results))
    loop = builder.insert(lanes.ForOp(initial, turns, 1, Region(body)))
    for before, argument, result in zip(initial, arguments, loop.sums, strict=True):
        argument.name_hint = result.name_hint = before.name_hint
    return list(loop.sums)


def _build_chunk(
    builder: Builder, block: OuterBlock, chunk: Linear, start: Linear
) -> list[SSAValue]:
    """The sums of a chunk."""

    def build(body: Builder, turn: Linear, sums: list[SSAValue]) -> list[SSAValue]:
        return _build_turn(body, block, chunk * block.turns + turn, start, sums)

    sums = _build_zeros(builder, block)
    return _build_loop(
        builder, sums, block.turns, [block.get_maxima(block.plan.turn)] * len(sums), build
    )


# endregion
# region Extraction


def _build_totals(builder: Builder, block: OuterBlock, start: Linear) -> list[SSAValue]:
    """Sums of all chunks: those of each chunk are taken apart and added."""
    takes = block.plan.takes
    count = block.weight_words * block.input_words
    initial: list[SSAValue] = []
    for _ in range(count * len(takes)):
        size = len(takes[0])
        zero = builder.insert(lanes.ZeroOp(WordType([0] * size, 32 // size))).result
        zero.name_hint = "total"
        initial.append(zero)

    def build_chunk(body: Builder, chunk: Linear, totals: list[SSAValue]) -> list[SSAValue]:
        sums = _build_chunk(body, block, chunk, start)
        added: list[SSAValue] = []
        for index, total in enumerate(totals):
            taken = takes[index % len(takes)]
            take = body.insert(lanes.TakeOp(sums[index // len(takes)], taken)).result
            added.append(body.insert(lanes.AddOp(total, take)).result)
            added[-1].name_hint = "total"
        return added

    # A turn of the loop over short chunks takes two of them, as far as registers hold all inputs.
    is_short = block.turns == 1 and block.plan.turn <= SHORT_TURN
    together = 2 if is_short and block.chunks % 2 == 0 else 1

    def build(body: Builder, turn: Linear, totals: list[SSAValue]) -> list[SSAValue]:
        for chunk in range(together):
            totals = build_chunk(body, turn * together + chunk, totals)
        return totals

    maxima = block.get_maxima(block.products)
    growth = [[together * maxima[lane] for lane in taken] for taken in takes] * count
    return _build_loop(builder, initial, block.chunks // together, growth, build)


@dataclass
class BlockSums:
    """The sums of a block in memory: what the loops leave, before lanes are taken apart.

    Kept in registers, they would be in the way of the innermost loop's own.
    """

    block: OuterBlock
    memory: SSAValue
    """Memref of i32."""
    type: lanes.LanesType
    """Of each sum; a word of inputs and one of weights have one for each chunk, or each take."""

    def get_position(self, word: Linear, weight_word: int, number: Linear) -> Linear:
        """Where a sum stands: those of a word of inputs lie together."""
        count = self.block.weight_words * self.block.input_words
        size = get_sum_words(self.block) // count
        return (word * self.block.weight_words + weight_word) * size + number * self.width

    @property
    def width(self) -> int:
        """Words of a sum."""
        return self.type.BITS // 32

    def build_store(self, builder: Builder, index: int, number: Linear, value: SSAValue) -> None:
        """Writes a sum; `index` counts words of weights, and words of inputs within."""
        weight_word, word = divmod(index, self.block.input_words)
        position = self.get_position(Linear(word), weight_word, number)
        store = lanes.StoreOp(value, self.memory, [position.build(builder, "s")])
        builder.insert(store)

    def build_lane(
        self, builder: Builder, word: Linear, weight_word: int, sum_: tuple[int, int]
    ) -> SSAValue:
        """Reads a lane of a sum as a number."""
        number, lane = sum_
        position = self.get_position(word, weight_word, Linear(number)).build(builder, "s")
        load = lanes.LoadOp(self.memory, [position], self.type)
        value = builder.insert(load).result
        value.name_hint = "acc"
        number_ = builder.insert(lanes.GetOp(value, lane)).result
        number_.name_hint = "total"
        return number_

    def build_total(self, builder: Builder, word: Linear, filter_: int, pixel: int) -> SSAValue:
        """The sum of a filter and a pixel of a word of inputs, as 32 bits."""
        layout = self.block.layout
        weight_word, rest = divmod(filter_, layout.filters)
        lane = layout.get_lane(rest, pixel)
        if self.block.chunks > MOST_CARRIED_CHUNKS:
            for number, taken in enumerate(self.block.plan.takes):
                if lane in taken:
                    place = number, taken.index(lane)
                    return self.build_lane(builder, word, weight_word, place)
        total = self.build_lane(builder, word, weight_word, (0, lane))
        for number in range(1, self.block.chunks):
            part = self.build_lane(builder, word, weight_word, (number, lane))
            total = builder.insert(arith.AddiOp(total, part)).result
            total.name_hint = "total"
        return total


def build_sums(builder: Builder, block: OuterBlock, start: Linear, memory: SSAValue) -> BlockSums:
    """All products of a block, whose packed words of weights begin at `start`."""
    if block.chunks > MOST_CARRIED_CHUNKS:
        return _build_total_sums(builder, block, start, memory)
    type_ = block.sum_type(block.get_maxima(block.products), block.layout.spacing)
    sums = BlockSums(block, memory, type_)

    def build(body: Builder, chunk: Linear) -> None:
        for index, value in enumerate(_build_chunk(body, block, chunk, start)):
            sums.build_store(body, index, chunk, value)

    if block.chunks == 1:
        build(builder, Linear())
        return sums
    loop, body = build_loop(builder, (0, block.chunks, 1), "chunk")
    build(body, Linear.get(loop.body.block.args[0]))
    build_yield(body)
    return sums


def _build_total_sums(
    builder: Builder, block: OuterBlock, start: Linear, memory: SSAValue
) -> BlockSums:
    totals = _build_totals(builder, block, start)
    sums = BlockSums(block, memory, lanes.get_lanes_type(totals[0]))
    takes = len(block.plan.takes)
    for index, total in enumerate(totals):
        sums.build_store(builder, index // takes, Linear(index % takes), total)
    return sums


def get_sum_words(block: OuterBlock) -> int:
    """Words of memory that the sums of a block take."""
    count = block.weight_words * block.input_words
    if block.chunks > MOST_CARRIED_CHUNKS:
        return count * len(block.plan.takes)
    return count * block.chunks * (block.sum_type.BITS // 32)


# endregion


def check_block(plan: OuterPlan, products: int, largest_weight: int) -> str | None:
    """The bound that a block's sums exceed, None when all are proven."""
    if largest_weight >= 1 << plan.problem.weight_bits:
        return f"weights reach {largest_weight}, more than their lanes hold"
    if products % plan.turn:
        return f"{products} products do not divide into iterations of {plan.turn}"
    return find_violation(plan.problem, plan.layout, products)
