"""Words that hold lanes: how they are loaded and stored, and how lanes come out of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import i32
from xdsl.ir import SSAValue

from cmixdsl.dialects import lanes
from cmixdsl.dialects.dsp import HoldOp, LoadWordOp, RorOp, StoreWordOp
from cmixdsl.passes.builders.index_arithmetic import get_linear_form
from cmixdsl.passes.builders.memory import get_memref_type
from cmixdsl.passes.builders.word_arithmetic import build_word

WORD_BITS = 32


@dataclass(frozen=True)
class Registers:
    """The words that hold lanes: one, or a low and a high one."""

    low: SSAValue
    high: SSAValue | None = None


def build_constant(builder: Builder, op: lanes.ConstantOp) -> Registers:
    """The words of lanes that are constants."""
    low = build_word(builder, op.value % (1 << WORD_BITS), "offset")
    if isinstance(op.result.type, lanes.WordType):
        return Registers(low)
    return Registers(low, build_word(builder, op.value >> WORD_BITS, "offset"))


def get_byte(op: lanes.GetOp, source: Registers) -> tuple[SSAValue, int] | None:
    """The word and the bit at which a lane is a byte of its own, None for others."""
    spacing = lanes.get_lanes_type(op.source).spacing.data
    high, bit = divmod(op.lane.value.data * spacing, WORD_BITS)
    word = source.high if high else source.low
    return None if spacing != 8 or word is None else (word, bit)


def get_byte_rotation(op: lanes.TakeOp) -> int | None:
    """The first bit of two lanes that are every other byte of one word, None for others."""
    type_, taken = lanes.get_lanes_type(op.source), op.taken.get_values()
    if type_.spacing.data != 8 or len(taken) != 2 or taken[1] != taken[0] + 2:
        return None
    return taken[0] * 8 if taken[0] % 4 < 2 else None


def build_lane(builder: Builder, registers: Registers, value: SSAValue, lane: int) -> SSAValue:
    """One lane of a value as a number."""
    type_ = lanes.get_lanes_type(value)
    bit, count = lane * type_.spacing.data, type_.get_maxima()[lane].bit_length()
    if lane == type_.lanes - 1 and (registers.high is None or bit >= WORD_BITS):
        # Nothing lies above it.
        word = registers.low if registers.high is None else registers.high
        return _build_shift(builder, word, bit % WORD_BITS, arith.ShRUIOp)
    return _build_masked_bits(builder, registers, bit, count)


def build_unpack(builder: Builder, op: lanes.UnpackOp) -> SSAValue:
    """One AND with a shifted or rotated operand; its mask stays in a register."""
    word, rotate = op.word, op.rotate.value.data
    if rotate and rotate + op.mask.bit_length() <= WORD_BITS:
        word = _build_shift(builder, word, rotate, arith.ShRUIOp)
    elif rotate:
        word = builder.insert(RorOp(word, rotate)).result
    mask = builder.insert(HoldOp(build_word(builder, op.mask, "mask"))).result
    mask.name_hint = "mask"
    return builder.insert(arith.AndIOp(word, mask)).result


def build_bits(builder: Builder, source: Registers, bit: int, *, signed: bool = False) -> SSAValue:
    """The 32 bits of a pair of words from `bit` on."""
    assert source.high is not None
    if bit >= WORD_BITS:
        shift = arith.ShRSIOp if signed else arith.ShRUIOp
        return _build_shift(builder, source.high, bit - WORD_BITS, shift)
    if not bit:
        return source.low
    low = _build_shift(builder, source.low, bit, arith.ShRUIOp)
    high = _build_shift(builder, source.high, WORD_BITS - bit, arith.ShLIOp)
    return builder.insert(arith.OrIOp(low, high)).result


def _build_masked_bits(builder: Builder, source: Registers, bit: int, count: int) -> SSAValue:
    """`count` bits of a word or a pair of words from `bit` on."""
    if source.high is None or bit + count <= WORD_BITS:
        word = _build_shift(builder, source.low, bit, arith.ShRUIOp)
        is_top = bit + count == WORD_BITS
    else:
        word = build_bits(builder, source, bit)
        is_top = bit + count == 2 * WORD_BITS
    if is_top:
        return word
    mask = build_word(builder, (1 << count) - 1, "mask")
    return builder.insert(arith.AndIOp(word, mask)).result


def _build_shift(
    builder: Builder,
    value: SSAValue,
    amount: int,
    op: type[arith.ShLIOp | arith.ShRUIOp | arith.ShRSIOp],
) -> SSAValue:
    if not amount:
        return value
    return builder.insert(op(value, build_word(builder, amount))).result


def _get_next(builder: Builder, indices: Sequence[SSAValue]) -> list[SSAValue]:
    """Where the higher word of a pair stands."""
    *outer, last = indices
    return [*outer, (get_linear_form(last) + 1).build(builder, "s")]


def build_load(builder: Builder, op: lanes.LoadOp) -> Registers:
    """Loads a word from memory of any elements, or one or two from memory of words."""
    if get_memref_type(op.memref).element_type != i32:
        return Registers(builder.insert(LoadWordOp(op.memref, op.indices)).result)
    low = builder.insert(memref.LoadOp.get(op.memref, op.indices)).res
    if isinstance(op.result.type, lanes.WordType):
        return Registers(low)
    load = memref.LoadOp.get(op.memref, _get_next(builder, op.indices))
    return Registers(low, builder.insert(load).res)


def build_store(builder: Builder, op: lanes.StoreOp, words: Registers) -> None:
    """Stores a word to memory of any elements, or one or two to memory of words."""
    if get_memref_type(op.memref).element_type != i32:
        builder.insert(StoreWordOp(words.low, op.memref, op.indices))
        return
    builder.insert(memref.StoreOp.get(words.low, op.memref, op.indices))
    if words.high is not None:
        indices = _get_next(builder, op.indices)
        builder.insert(memref.StoreOp.get(words.high, op.memref, indices))
