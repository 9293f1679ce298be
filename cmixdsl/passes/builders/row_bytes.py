"""Builds the expansion of rows of several channels: all channels of a byte at once.

The bytes of two neighbouring pixels stand side by side in a word, 16 bits apart; so fields i and
i + 16 / b are the same channel of both, and unpacking a pair, one instruction for most widths,
gives two neighbouring lanes of that channel's row.
"""

from collections.abc import Callable
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import i32
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.blocks import ExpandOp
from cmixdsl.dialects.dsp import StoreWordOp
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_unrolled_loop,
    get_linear_map,
    get_unroll,
)
from cmixdsl.passes.builders.word_arithmetic import (
    LANE_BITS,
    build_pair,
    build_word,
    repeat_in_lanes,
)

MAX_UNROLL = 8
"""Pairs of pixels that one iteration expands at most."""


BuildWord = Callable[[Builder, Linear], None]
"""Builds what happens to the lanes of one word."""


@dataclass(frozen=True)
class ByteRow:
    """A row under the kernel, of all channels of a byte."""

    op: ExpandOp
    row: Linear
    """The row under the kernel, i."""

    @property
    def channels(self) -> int:
        """Channels that are expanded."""
        return self.op.extents.get_values()[0]

    @property
    def lanes(self) -> int:
        """Lanes of a row that are expanded."""
        return self.op.extents.get_values()[2]

    @property
    def width(self) -> int:
        """Columns of the input."""
        return self.op.input_type.get_shape()[1]

    def get_input(self, lane: Linear) -> list[Linear]:
        """Row, column and first channel of the input for a lane."""
        point = [Linear(), self.row, lane]
        return get_linear_map(self.op.input_map.data, point, self.op.offsets)

    def get_lane(self, channel: int, lane: Linear) -> list[Linear]:
        """Where a lane of a channel's row stands."""
        point = [Linear(channel), self.row, lane]
        return get_linear_map(self.op.lanes_map.data, point, self.op.offsets)

    def is_inside(self, lane: int) -> bool:
        """Whether the input has a column for a lane."""
        return lane < self.lanes and 0 <= self.get_input(Linear(lane))[1].constant < self.width


def is_bytewise(op: ExpandOp) -> bool:
    """Whether an expansion can take all channels of a byte at once:

    1. it has iterators c, i, t, and a lane for each of them: `[c, i, t]`;
    2. bytes hold several channels, and c covers those of one byte, the first at its start;
    3. neighbouring lanes are neighbouring columns, the first of which is known.
    """
    per_byte = 8 // op.input_type.bits
    if op.iterator_names != ("c", "i", "t") or per_byte == 1:
        return False
    row = ByteRow(op, Linear())
    _, column, channel = row.get_input(Linear())
    step = row.get_input(Linear(1))[1].constant - column.constant
    fits = row.channels <= per_byte and channel.is_multiple_of(per_byte)
    return fits and step == 1 and not column.terms


def build_pad_row(builder: Builder, row: ByteRow) -> None:
    """Fills the rows of all channels with the pad value, two lanes at a time."""
    pair = build_word(builder, repeat_in_lanes(row.op.pad.value.data), "pad")
    for channel in range(row.channels):

        def build_pad(body: Builder, word: Linear, channel: int = channel) -> None:
            _build_store(body, row, pair, channel, word * 2)

        _build_words(builder, 0, -(-row.lanes // 2), build_pad)


def build_row(builder: Builder, row: ByteRow) -> None:
    """Expands a row that lies inside the input: at its ends one by one, between them in a loop."""
    words = -(-row.lanes // 2)
    inside = [
        word for word in range(words) if row.is_inside(2 * word) and row.is_inside(2 * word + 1)
    ]
    start, stop = (inside[0], inside[-1] + 1) if inside else (0, 0)

    def build_word_of(body: Builder, word: Linear) -> None:
        _build_pairs(body, row, word * 2)

    for word in range(start):
        build_word_of(builder, Linear(word))
    _build_words(builder, start, stop, build_word_of)
    for word in range(stop, words):
        build_word_of(builder, Linear(word))


def _build_words(builder: Builder, start: int, stop: int, build: BuildWord) -> None:
    """Calls `build` with words [start, stop), several in one iteration."""
    if start == stop:
        return

    def build_step(body: Builder, index: Linear, carried: list[SSAValue]) -> list[SSAValue]:
        build(body, index + start)
        return carried

    count = stop - start
    build_unrolled_loop(builder, count, get_unroll(count, MAX_UNROLL), "q", [], build_step)


def _build_pairs(builder: Builder, row: ByteRow, lane: Linear) -> None:
    """Expands two neighbouring lanes of every channel."""
    pixels = [_build_byte(builder, row, lane + offset) for offset in range(2)]
    amount = build_word(builder, LANE_BITS)
    high = builder.insert(arith.ShLIOp(pixels[1], amount)).result
    bytes_ = builder.insert(arith.OrIOp(pixels[0], high)).result
    bytes_.name_hint = "bytes"
    type_ = row.op.input_type
    for channel in range(row.channels):
        pair = build_pair(builder, bytes_, channel, type_.bits, signed=type_.is_signed)
        pair.name_hint = "pair"
        _build_store(builder, row, pair, channel, lane)


def _build_byte(builder: Builder, row: ByteRow, lane: Linear) -> SSAValue:
    """The byte of a pixel, or one of pad values where the column lies outside the input."""
    type_, pad = row.op.input_type, row.op.pad.value.data
    if not lane.terms and not row.is_inside(lane.constant):
        mask = (1 << type_.bits) - 1
        return build_word(builder, sum((pad & mask) << shift for shift in range(0, 8, type_.bits)))
    line, column, channel = row.get_input(lane)
    indices = [position.build(builder, "in") for position in (line, column)]
    indices.append(channel.build_quotient(builder, 8 // type_.bits, "in"))
    byte = builder.insert(memref.LoadOp.get(row.op.input, indices)).res
    byte.name_hint = "byte"
    return builder.insert(arith.ExtUIOp(byte, i32)).result


def _build_store(
    builder: Builder, row: ByteRow, pair: SSAValue, channel: int, lane: Linear
) -> None:
    target = [position.build(builder, "l") for position in row.get_lane(channel, lane)]
    builder.insert(StoreWordOp(pair, row.op.lanes, target))
