"""The register block of a contraction: filters x pixels accumulators, how weights are read."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.dialects import memref
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.dialects.dsp import LoadWordOp
from cmixdsl.passes.builders.index_arithmetic import Linear, get_linear_map
from cmixdsl.passes.builders.weight_words import WeightWords
from cmixdsl.passes.builders.word_arithmetic import build_pair, get_pairs_per_word

MAX_ACCUMULATORS_BESIDE_MASK = 6
"""With more, the 14 registers do not hold accumulators, words, pointers and a mask."""


@dataclass(frozen=True)
class Block:
    """A contraction of constant extents, seen as filters x pixels x words."""

    op: ContractOp
    words: WeightWords

    @property
    def filters(self) -> int:
        """Filters computed at once."""
        return self.op.get_extent("f")

    @property
    def pixels(self) -> int:
        """Pixels computed at once."""
        return self.op.get_extent("x")

    @property
    def has_free_register(self) -> bool:
        """Whether a mask fits in a register beside the accumulators."""
        return self.filters * self.pixels <= MAX_ACCUMULATORS_BESIDE_MASK

    def get_point(self, **iterators: Linear | int) -> list[Linear]:
        """Values of the iterators, 0 where none is given."""
        values = [iterators.get(name, 0) for name in self.op.iterator_names]
        return [Linear(value) if isinstance(value, int) else value for value in values]

    def get_output_positions(self, pixel: int) -> list[Linear]:
        """Where the first filter's output of a pixel goes."""
        point = self.get_point(x=pixel)
        return get_linear_map(self.op.output_map.data, point, self.op.offsets)

    def get_lane_positions(self, pixel: int, **taps: Linear | int) -> list[Linear]:
        """Where the first lane of a pair stands."""
        point = self.get_point(x=pixel, **taps)
        return get_linear_map(self.op.input_map.data, point, self.op.offsets)

    @property
    def channel(self) -> Linear:
        """Output channel of the first filter."""
        return self.get_output_positions(0)[-1]


Accumulators = list[SSAValue]
"""One per filter and pixel, filters outermost."""


@dataclass
class WeightReader:
    """Reads the block's weights pair by pair: each word once, when its first pair is wanted."""

    block: Block
    table: SSAValue
    start: Linear
    """Position of the first word, within those of the block."""
    word: SSAValue | None = None

    def build_pairs(self, builder: Builder, pair: int) -> list[SSAValue]:
        """The weights of a pair for each filter, in two lanes."""
        words = self.block.words
        per_word = get_pairs_per_word(words.bits)
        lanes: list[SSAValue] = []
        for filter_ in range(self.block.filters):
            index = pair * self.block.filters + filter_
            if index % per_word == 0:
                self.word = self.build_word(builder, pair, filter_)
            assert self.word is not None
            field = index % per_word
            lanes.append(self.build_field(builder, self.word, field, f"w{filter_}"))
        return lanes

    def build_field(self, builder: Builder, word: SSAValue, field: int, name: str) -> SSAValue:
        """A pair of weights of a word, in two lanes."""
        words = self.block.words
        lanes = build_pair(
            builder,
            word,
            field,
            words.bits,
            signed=words.signed,
            hold_mask=self.block.has_free_register,
        )
        lanes.name_hint = name
        return lanes

    def build_word(self, builder: Builder, pair: int, filter_: int) -> SSAValue:
        """Loads the word that holds a pair of weights of a filter."""
        index = pair * self.block.filters + filter_
        word = index // get_pairs_per_word(self.block.words.bits)
        position = self.block.channel * self.block.words.per_filter + self.start + word
        load = builder.insert(memref.LoadOp.get(self.table, [position.build(builder, "w")]))
        load.res.name_hint = "word"
        return load.res


def build_input_word(builder: Builder, block: Block, lane: Sequence[Linear], name: str) -> SSAValue:
    """Loads two neighbouring lanes of the input."""
    positions = [position.build(builder, "lane") for position in lane]
    word = builder.insert(LoadWordOp(block.op.input, positions)).result
    word.name_hint = name
    return word


def get_accumulator_names(block: Block) -> list[str]:
    """`acc01` for filter 0 and pixel 1, and so on, filters outermost."""
    return [
        f"acc{filter_}{pixel}" for filter_ in range(block.filters) for pixel in range(block.pixels)
    ]


def build_channel_loads(
    builder: Builder, block: Block, table: SSAValue, name: str
) -> list[SSAValue]:
    loads: list[SSAValue] = []
    for filter_ in range(block.filters):
        channel = (block.channel + filter_).build(builder, "o")
        load = builder.insert(memref.LoadOp.get(table, [channel]))
        load.res.name_hint = f"{name}{filter_}"
        loads.append(load.res)
    return loads
