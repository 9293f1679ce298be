"""Builds the sums of a block whose products share lanes: chunk by chunk, then taken apart."""

from dataclasses import dataclass, field

from xdsl.builder import Builder
from xdsl.dialects import arith
from xdsl.ir import SSAValue

from cmixdsl.dialects import lanes
from cmixdsl.dialects.lanes import WordType
from cmixdsl.passes.builders.index_arithmetic import Linear, build_loop, build_yield
from cmixdsl.passes.builders.outer_block import (
    OuterBlock,
    build_chunk,
    build_proven_loop,
)

SHORT_TURN = 2
"""Inputs of a turn that is worth repeating before the loop goes on."""


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

    def add_chunk(body: Builder, chunk: Linear, totals: list[SSAValue]) -> list[SSAValue]:
        sums = build_chunk(body, block, chunk, start)
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
            totals = add_chunk(body, turn * together + chunk, totals)
        return totals

    maxima = block.maxima
    growth = [[together * maxima[lane] for lane in taken] for taken in takes] * count
    return build_proven_loop(builder, initial, block.chunks // together, growth, build)


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

    def get_loads(self, builder: Builder, word: Linear) -> "LoadedSums":
        """Reads the sums of a word of inputs, each once."""
        return LoadedSums(self, builder, word)


@dataclass
class LoadedSums:
    """The sums of a word of inputs, read from memory where they are asked for first."""

    sums: BlockSums
    builder: Builder
    word: Linear
    values: dict[tuple[int, int], SSAValue] = field(default_factory=dict[tuple[int, int], SSAValue])

    def _build_sum(self, weight_word: int, number: int) -> SSAValue:
        key = weight_word, number
        if key not in self.values:
            position = self.sums.get_position(self.word, weight_word, Linear(number))
            indices = [position.build(self.builder, "s")]
            load = lanes.LoadOp(self.sums.memory, indices, self.sums.type)
            self.values[key] = self.builder.insert(load).result
            self.values[key].name_hint = "acc"
        return self.values[key]

    def _build_lane(self, weight_word: int, number: int, lane: int) -> SSAValue:
        """A lane of a sum as a number."""
        sum_ = self._build_sum(weight_word, number)
        result = self.builder.insert(lanes.GetOp(sum_, lane)).result
        result.name_hint = "total"
        return result

    def build_total(self, filter_: int, pixel: int) -> SSAValue:
        """The sum of a filter and a pixel, as 32 bits."""
        block = self.sums.block
        weight_word, rest = divmod(filter_, block.layout.filters)
        lane = block.layout.get_lane(rest, pixel)
        if not block.keeps_chunks:
            for number, taken in enumerate(block.plan.takes):
                if lane in taken:
                    return self._build_lane(weight_word, number, taken.index(lane))
        total = self._build_lane(weight_word, 0, lane)
        for number in range(1, block.chunks):
            part = self._build_lane(weight_word, number, lane)
            total = self.builder.insert(arith.AddiOp(total, part)).result
            total.name_hint = "total"
        return total


def build_sums(builder: Builder, block: OuterBlock, start: Linear, memory: SSAValue) -> BlockSums:
    """All products of a block, whose packed words of weights begin at `start`."""
    if not block.keeps_chunks:
        return _build_total_sums(builder, block, start, memory)
    type_ = block.sum_type(block.maxima, block.layout.spacing)
    sums = BlockSums(block, memory, type_)

    def build(body: Builder, chunk: Linear) -> None:
        for index, value in enumerate(build_chunk(body, block, chunk, start)):
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
    if not block.keeps_chunks:
        return count * len(block.plan.takes)
    return count * block.chunks * (block.sum_type.BITS // 32)
