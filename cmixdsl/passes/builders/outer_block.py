"""Builds blocks of pixels and filters whose products share the lanes of words.

Every word of inputs is multiplied by every word of weights of a block. Weights are unpacked from
packed words by one AND each, several sets of fields a word; a word with one set is what it is. Sums
grow in the lanes of products until those are full: a chunk.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from xdsl.builder import Builder
from xdsl.dialects import memref
from xdsl.ir import Region, SSAValue
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects import lanes
from cmixdsl.dialects.lanes import LongType, WordType
from cmixdsl.passes.builders.index_arithmetic import Linear
from cmixdsl.passes.schedules.lane_packing import limit_to_room
from cmixdsl.passes.schedules.outer_layout import (
    OuterLayout,
    OuterProblem,
    count_products,
    find_violation,
)
from cmixdsl.passes.schedules.outer_packing import OuterPlan

Weights = npt.NDArray[np.int64]


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
    def keeps_chunks(self) -> bool:
        """Whether the sums of chunks are kept as they are until all of them are there."""
        return self.plan.can_keep(self.chunks)

    @property
    def turn_words(self) -> int:
        """Packed words of weights of a turn."""
        return self.plan.turn * self.weight_words // len(self.rotations)

    @cached_property
    def sum_type(self) -> type[LongType] | type[WordType]:
        """The registers that the sums of a chunk need."""
        is_word = self.layout.is_word(self.plan.problem, self.products)
        return WordType if is_word else LongType

    @cached_property
    def bound(self) -> list[int] | None:
        """What lanes have room for, where these weights stay below, but not any there might be."""
        bits = self.sum_type.BITS
        any_weights = replace(self.plan.problem, weights=None)
        if self.products <= count_products(any_weights, self.layout, bits):
            return None
        return limit_to_room(self._get_any_maxima(self.products), self.layout.spacing, bits)

    @property
    def maxima(self) -> list[int]:
        """What lanes are said to hold at most at the end of a chunk."""
        return self.bound or self._get_any_maxima(self.products)

    def get_growth(self, products: int) -> list[int]:
        """What so many products add to what lanes are said to hold: nothing to a bound."""
        return self._get_any_maxima(0 if self.bound else products)

    def _get_any_maxima(self, products: int) -> list[int]:
        """The maxima of lanes for any weights."""
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
    is_short = plan.turn == plan.products and not plan.can_keep(plan.chunks)
    return plan.is_word and is_short and plan.turn % plan.fields == 0


def get_plan(
    word_type: WordType, weight_type: WordType, problem: OuterProblem, sizes: Sequence[int]
) -> OuterPlan:
    """The plan that types and sizes (words of weights, words of inputs, unroll, taps) say.

    Where words of inputs have the larger spacing, filters are neighbours.
    """
    *sizes, taps = sizes
    pixels, spacing = word_type.lanes // taps, weight_type.spacing.data
    if (apart := word_type.spacing.data // spacing) == 1:
        filters = (weight_type.lanes - 1) // word_type.lanes + 1
    else:
        filters = weight_type.lanes
    return OuterPlan(problem, OuterLayout(pixels, filters, spacing, taps, apart), *sizes)


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
    filters = np.arange(layout.filters).reshape(-1, 1) * layout.filter_lanes
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


def _build_zeros(builder: Builder, block: OuterBlock) -> list[SSAValue]:
    type_ = block.sum_type(block.bound or block.get_growth(0), block.layout.spacing)
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
        if len(rotations) == 1:
            return self._build_whole_weight(index, name)
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

    def _build_whole_weight(self, index: int, name: int) -> SSAValue:
        """A word of weights that needs no unpacking, as it is the only set of fields."""
        position = (self.start + index).build(self.builder, "w")
        load = lanes.LoadOp(self.block.table, [position], self.block.weight_type)
        weight = self.builder.insert(load).result
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
        mla = lanes.MlaOp(x, weight, self.sums[index], self.block.sum_type, self.block.bound)
        self.sums[index] = self.builder.insert(mla).result
        self.sums[index].name_hint = f"acc{weight_word}{word}"

    def build_by_filters(self, first: Linear) -> None:
        """All products of a turn, one word of weights after another."""
        turn = self.block.plan.turn
        inputs = [
            [self.build_input(word, first + number) for word in range(self.block.input_words)]
            for number in range(turn)
        ]
        for word in range(self.block.weight_words):
            for number, values in enumerate(inputs):
                weight = self.build_weight(word * turn + number, word)
                for input_word, x in enumerate(values):
                    self.build_product(word, weight, input_word, x)

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


def build_proven_loop(
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


def build_chunk(
    builder: Builder, block: OuterBlock, chunk: Linear, start: Linear
) -> list[SSAValue]:
    """The sums of a chunk."""

    def build(body: Builder, turn: Linear, sums: list[SSAValue]) -> list[SSAValue]:
        return _build_turn(body, block, chunk * block.turns + turn, start, sums)

    sums = _build_zeros(builder, block)
    growth = [block.get_growth(block.plan.turn)] * len(sums)
    return build_proven_loop(builder, sums, block.turns, growth, build)


def check_block(plan: OuterPlan, products: int, largest_weight: int) -> str | None:
    """The bound that a block's sums exceed, None when all are proven."""
    if largest_weight >= 1 << plan.problem.weight_bits:
        return f"weights reach {largest_weight}, more than their lanes hold"
    if products % plan.turn:
        return f"{products} products do not divide into iterations of {plan.turn}"
    return find_violation(plan.problem, plan.layout, products)
