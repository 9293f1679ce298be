"""Lowers the packing of rows into lane words to loops over bytes of channels.

A byte of a pixel holds several channels of less than 8 bits. The bytes of a word's pixels are set
side by side, one per lane; masking then gives the word of each of their channels, one instruction a
word. A lane whose byte does not fit the word is packed field by field.

Before:
```mlir
func.func private @layer(%x: memref<1x2x1xi8>, %words: memref<1x2xi32>) {
  cmix.expand_words [c = 2, i = 1, p = 2] input %x (c, i, p) -> (i, p, c) as <1x2x2xui4>
      words %words as <2 at 12, max 15> : memref<1x2x1xi8>, memref<1x2xi32>
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<1x2x1xi8>, %words: memref<1x2xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %four = arith.constant 4 : i32
  %twelve = arith.constant 12 : i32
  %mask = arith.constant 61455 : i32
  %byte0 = memref.load %x[%c0, %c0, %c0] : memref<1x2x1xi8>
  %lane0 = arith.extui %byte0 : i8 to i32
  %byte1 = memref.load %x[%c0, %c1, %c0] : memref<1x2x1xi8>
  %lane1 = arith.extui %byte1 : i8 to i32
  %shifted = arith.shli %lane1, %twelve : i32
  %bytes = arith.ori %lane0, %shifted : i32
  %word0 = arith.andi %bytes, %mask : i32
  %bytes1 = arith.shrui %bytes, %four : i32
  %word1 = arith.andi %bytes1, %mask : i32
  memref.store %word0, %words[%c0, %c0] : memref<1x2xi32>
  memref.store %word1, %words[%c0, %c1] : memref<1x2xi32>
  return
}
```
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, memref, scf
from xdsl.dialects.builtin import ModuleOp, i32
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.buffers import LoadElementOp
from cmixdsl.dialects.cmix.lane_blocks import ExpandWordsOp
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_blocks,
    build_index,
    build_loop,
    build_yield,
    get_linear_map,
)
from cmixdsl.passes.builders.memory import get_memref_type
from cmixdsl.passes.builders.rewriting import rewrite_each
from cmixdsl.passes.builders.word_arithmetic import build_word


@dataclass(frozen=True)
class Packing:
    """One kernel row of an expansion, or one phase of it."""

    op: ExpandWordsOp
    row: Linear
    """The row under the kernel, i."""
    phase: int = 0
    """The phase of its columns, h."""

    @property
    def bits(self) -> int:
        """Bits of an element."""
        return self.op.input_type.bits

    @property
    def per_byte(self) -> int:
        """Channels in a byte."""
        return 8 // self.bits

    @property
    def channels(self) -> int:
        """Channels that are packed."""
        return self.op.extents.get_values()[0]

    @property
    def spacing(self) -> int:
        """Bits from lane to lane."""
        return self.op.word_type.spacing.data

    @property
    def lanes(self) -> int:
        """Positions in a word."""
        return self.op.word_type.lanes

    @property
    def positions(self) -> int:
        """Positions of the row that are packed."""
        return self.op.positions

    @property
    def width(self) -> int:
        """Columns of the input; a vector has one."""
        return (1, *self.op.input_type.get_shape())[-2]

    @property
    def height(self) -> int:
        """Rows of the input; a list of pixels has one."""
        return (1, 1, *self.op.input_type.get_shape())[-3]

    def get_pixel(self, position: Linear) -> tuple[Linear, Linear]:
        """Row and column of the input, 0 where it has none."""
        results = self._get_input(Linear(), position)
        row, column, _ = (Linear(), Linear(), *results)[-3:]
        return row, column

    def get_channel(self, byte: Linear) -> Linear:
        """The channel of the input that a byte of those that are packed begins with."""
        return self._get_input(byte * self.per_byte, Linear())[-1]

    def _get_input(self, channel: Linear, position: Linear) -> list[Linear]:
        """Where a position of a channel's row is read."""
        phases = [Linear(self.phase)] * (len(self.op.extents) - 3)
        point = [channel, self.row, *phases, position]
        return get_linear_map(self.op.input_map.data, point, self.op.offsets)

    def build_byte(self, row: Linear, column: SSAValue, byte: Linear, builder: Builder) -> SSAValue:
        """Reads a byte of a pixel's channels."""
        indices = [row.build(builder, "in"), column]
        indices.append(self.get_channel(byte).build_quotient(builder, self.per_byte, "in"))
        rank = len(self.op.input_type.get_shape())
        return builder.insert(memref.LoadOp.get(self.op.input, indices[-rank:])).res

    def get_word(self, word: Linear, channel: Linear) -> list[Linear]:
        """Where the word of a channel goes."""
        rows, phases = self.op.extents.get_values()[1], self.op.phases
        return [word, (channel * rows + self.row) * phases + self.phase]

    def is_side_by_side(self, lane: int) -> bool:
        """Whether a lane can hold a whole byte while channels are told apart."""
        return self.spacing >= 8 and lane * self.spacing + 8 <= 32


def _repeat(value: int, bits: int) -> int:
    """A byte that holds a value in all its fields."""
    return sum(value << shift for shift in range(0, 8, bits))


def _build_byte(builder: Builder, packing: Packing, position: Linear, byte: Linear) -> SSAValue:
    """A byte of a pixel's channels, or of pad values where the column lies outside the input."""
    row, column = packing.get_pixel(position)
    pad = build_word(builder, _repeat(packing.op.pad.value.data, packing.bits), "pad")
    bounds = column.get_range()
    if not column.terms and not 0 <= column.constant < packing.width:
        return pad
    index = column.build(builder, "in")
    is_inside: SSAValue | None = None
    if bounds is None or bounds[0] < 0 or bounds[1] >= packing.width:
        width = build_index(builder, packing.width)
        is_inside = builder.insert(arith.CmpiOp(index, width, "ult")).result
        is_inside.name_hint = "is_inside"
        index = builder.insert(arith.SelectOp(is_inside, index, build_index(builder, 0))).result
    load = packing.build_byte(row, index, byte, builder)
    value = builder.insert(arith.ExtUIOp(load, i32)).result
    value.name_hint = "byte"
    if is_inside is not None:
        value = builder.insert(arith.SelectOp(is_inside, value, pad)).result
    return value


def _build_shift(builder: Builder, value: SSAValue, left: int) -> SSAValue:
    """A shift to the left, or to the right where `left` is negative."""
    if not left:
        return value
    op = arith.ShLIOp if left > 0 else arith.ShRUIOp
    return builder.insert(op(value, build_word(builder, abs(left)))).result


def _build_or(builder: Builder, values: Sequence[SSAValue]) -> SSAValue:
    result = values[0]
    for value in values[1:]:
        result = builder.insert(arith.OrIOp(result, value)).result
    return result


def _build_channel_words(
    builder: Builder, packing: Packing, bytes_: Sequence[SSAValue], channels: int
) -> list[SSAValue]:
    """The words of the channels that bytes hold, a byte for each lane."""
    together = [lane for lane in range(len(bytes_)) if packing.is_side_by_side(lane)]
    alone = [lane for lane in range(len(bytes_)) if lane not in together]
    shifted = [_build_shift(builder, bytes_[lane], lane * packing.spacing) for lane in together]
    joined = _build_or(builder, shifted) if shifted else None
    field = (1 << packing.bits) - 1
    words: list[SSAValue] = []
    for channel in range(channels):
        first = channel * packing.bits
        parts: list[SSAValue] = []
        if joined is not None:
            mask = sum(field << lane * packing.spacing for lane in together)
            parts.append(_build_field(builder, joined, -first, mask))
        for lane in alone:
            shift = lane * packing.spacing
            parts.append(_build_field(builder, bytes_[lane], shift - first, field << shift))
        words.append(_build_or(builder, parts))
        words[-1].name_hint = "word"
    return words


def _build_field(builder: Builder, value: SSAValue, left: int, mask: int) -> SSAValue:
    shifted = _build_shift(builder, value, left)
    return builder.insert(arith.AndIOp(shifted, build_word(builder, mask, "mask"))).result


def _build_chunk(
    builder: Builder, packing: Packing, word: tuple[Linear, int], byte: Linear, channels: int
) -> None:
    """Packs the channels of one byte for one word of positions."""
    index, count = word
    bytes_ = [
        _build_byte(builder, packing, index * packing.lanes + lane, byte) for lane in range(count)
    ]
    words = _build_channel_words(builder, packing, bytes_, channels)
    for channel, value in enumerate(words):
        target = packing.get_word(index, byte * packing.per_byte + channel)
        indices = [position.build(builder, "k") for position in target]
        builder.insert(memref.StoreOp.get(value, packing.op.words, indices))


def _build_word(builder: Builder, packing: Packing, word: Linear, count: int) -> None:
    """Packs all channels for one word, of whose lanes `count` are positions of the row."""

    def build_chunk(body: Builder, byte: Linear, channels: int) -> None:
        _build_chunk(body, packing, (word, count), byte, channels)

    build_blocks(builder, packing.channels, packing.per_byte, "byte", build_chunk)


def _get_inside_words(packing: Packing) -> tuple[int, int]:
    """The range of words all of whose positions are inside the input, wherever the row starts."""
    words = packing.positions // packing.lanes
    inside: list[int] = []
    for word in range(words):
        _, first = packing.get_pixel(Linear(word * packing.lanes))
        _, last = packing.get_pixel(Linear((word + 1) * packing.lanes - 1))
        low, high = first.get_range(), last.get_range()
        if low is not None and low[0] >= 0 and high is not None and high[1] < packing.width:
            inside.append(word)
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _build_row(builder: Builder, packing: Packing) -> None:
    """Packs one row: words at the border one by one, the others in a loop."""
    count, rest = divmod(packing.positions, packing.lanes)
    start, stop = _get_inside_words(packing)
    for word in range(start):
        _build_word(builder, packing, Linear(word), packing.lanes)
    if stop - start > 1:
        loop, body = build_loop(builder, (start, stop, 1), "q")
        _build_word(body, packing, Linear.get(loop.body.block.args[0]), packing.lanes)
        build_yield(body)
    elif stop > start:
        _build_word(builder, packing, Linear(start), packing.lanes)
    for word in range(stop, count):
        _build_word(builder, packing, Linear(word), packing.lanes)
    if rest:
        _build_word(builder, packing, Linear(count), rest)


def _build_pad_row(builder: Builder, packing: Packing) -> None:
    """Fills one row with pad values."""
    lanes = range(packing.lanes)
    pad = packing.op.pad.value.data
    count, rest = divmod(packing.positions, packing.lanes)
    for start, stop, used in ((0, count, packing.lanes), (count, count + bool(rest), rest)):
        if start == stop:
            continue
        value = sum(pad << lane * packing.spacing for lane in lanes[:used])
        word = build_word(builder, value, "pad")
        outer, outer_body = build_loop(builder, (start, stop, 1), "q")
        inner, body = build_loop(outer_body, (0, packing.channels, 1), "c")
        target = packing.get_word(
            Linear.get(outer.body.block.args[0]), Linear.get(inner.body.block.args[0])
        )
        indices = [position.build(body, "k") for position in target]
        body.insert(memref.StoreOp.get(word, packing.op.words, indices))
        build_yield(body)
        build_yield(outer_body)


def _build_guarded_row(builder: Builder, packing: Packing) -> None:
    """Packs a row of the input, or pads where it lies above or below."""
    row, _ = packing.get_pixel(Linear())
    height = packing.height
    bounds = row.get_range()
    phases = [replace(packing, phase=phase) for phase in range(packing.op.phases)]
    if bounds is not None and bounds[0] >= 0 and bounds[1] < height:
        for phase in phases:
            _build_row(builder, phase)
        return
    limit = build_index(builder, height)
    test = builder.insert(arith.CmpiOp(row.build(builder, "in"), limit, "ult")).result
    test.name_hint = "is_inside"
    then, otherwise = Region(Block()), Region(Block())
    builder.insert(scf.IfOp(test, [], then, otherwise))
    for region, build in ((then, _build_row), (otherwise, _build_pad_row)):
        body = Builder(InsertPoint.at_end(region.block))
        for phase in phases:
            build(body, phase)
        build_yield(body)


def _build_filling(builder: Builder, op: ExpandWordsOp) -> None:
    """Clears the words behind the last row."""
    length = get_memref_type(op.words).get_shape()[1]
    if op.rows == length:
        return
    words = -(-op.positions // op.word_type.lanes)
    zero = build_word(builder, 0, "zero")
    loop, body = build_loop(builder, (0, words, 1), "q")
    for row in range(op.rows, length):
        indices = [loop.body.block.args[0], build_index(body, row)]
        body.insert(memref.StoreOp.get(zero, op.words, indices))
    build_yield(body)


def _has_neighbours(op: ExpandWordsOp) -> bool:
    """Whether the positions of a word are neighbours of a vector, not pixels."""
    channel = op.input_map.data.results[-1]
    return 2 in channel.used_dims()


def _build_neighbours(builder: Builder, op: ExpandWordsOp) -> None:
    """Packs neighbours of a vector element by element: they are few."""
    words, _, positions = op.extents.get_values()
    loop, body = build_loop(builder, (0, words, 1), "c")
    index = Linear.get(loop.body.block.args[0])
    parts: list[SSAValue] = []
    for lane in range(positions):
        point = [index, Linear(), Linear(lane)]
        source = get_linear_map(op.input_map.data, point, op.offsets)
        indices = [position.build(body, "in") for position in source]
        load = LoadElementOp(op.input, indices, op.input_type)
        element = body.insert(load).result
        element.name_hint = "x"
        parts.append(_build_shift(body, element, lane * op.word_type.spacing.data))
    word = _build_or(body, parts)
    word.name_hint = "word"
    target = [build_index(body, 0), loop.body.block.args[0]]
    body.insert(memref.StoreOp.get(word, op.words, target))
    build_yield(body)


class ConvertExpandWords(RewritePattern):
    """Rewrites the packing of rows as a loop nest."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ExpandWordsOp):
            return
        builder = Builder(InsertPoint.before(op))
        _build_filling(builder, op)
        if _has_neighbours(op):
            _build_neighbours(builder, op)
            rewriter.erase(op)
            return
        rows = op.extents.get_values()[1]
        if rows == 1 and op.first is None:
            _build_guarded_row(builder, Packing(op, Linear()))
        else:
            loop, body = build_loop(builder, (op.first or 0, rows, 1), "i")
            _build_guarded_row(body, Packing(op, Linear.get(loop.body.block.args[0])))
            build_yield(body)
        rewriter.erase(op)


@dataclass(frozen=True)
class ConvertExpandWordsToLoopsPass(ModulePass):
    """Lowers the packing of rows into lane words to loops."""

    name = "convert-expand-words-to-loops"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite_each(op, ConvertExpandWords(), ExpandWordsOp)
