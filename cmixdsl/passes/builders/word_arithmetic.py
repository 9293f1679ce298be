"""Builds 32-bit word arithmetic: constants, shifts, masks, fields unpacked to pairs of lanes."""

from xdsl.builder import Builder
from xdsl.dialects import arith
from xdsl.dialects.builtin import IntegerAttr, i32
from xdsl.ir import SSAValue

from cmixdsl.dialects.dsp import HoldOp, Ssub16Op, Sxtb16Op, Uxtb16Op

WORD_BITS = 32
LANE_BITS = 16

MAX_NAMED_BY_VALUE = 255
"""The largest magnitude of a constant that is named by its value."""


def build_word(builder: Builder, value: int, name: str | None = None) -> SSAValue:
    """A constant word; values of 32 bits, signed or unsigned, are taken modulo 2^32.

    A small one is named by its value: equal constants become one, whatever each was meant for.
    """
    wrapped = (value + (1 << 31)) % (1 << 32) - (1 << 31)
    constant = builder.insert(arith.ConstantOp(IntegerAttr(wrapped, i32)))
    if abs(wrapped) <= MAX_NAMED_BY_VALUE:
        name = f"c{wrapped}_i32" if wrapped >= 0 else f"c_{-wrapped}_i32"
    constant.result.name_hint = name
    return constant.result


def get_pairs_per_word(bits: int) -> int:
    """Pairs of elements in a word."""
    return LANE_BITS // bits


def repeat_in_lanes(value: int) -> int:
    """A word with a 16-bit value in both lanes."""
    return (value & 0xFFFF) * 0x10001


def build_pair(
    builder: Builder,
    word: SSAValue,
    index: int,
    bits: int,
    *,
    signed: bool,
    hold_mask: bool = False,
) -> SSAValue:
    """Fields `index` and `index + 16 / bits` of a word, as two 16-bit lanes.

    Nothing for fields of 16 bits; one instruction where the core has it: a byte extension, or AND
    with a shifted operand. Signed fields of less than 8 bits take two more. A mask that is held in
    a register costs that register, one that is not costs an instruction per shifted pair.
    """
    if bits == LANE_BITS:
        return word
    if bits == 8:
        extend = Sxtb16Op if signed else Uxtb16Op
        return builder.insert(extend(word, rotate=bits * index)).result
    shifted = word
    if index:
        amount = build_word(builder, bits * index)
        shifted = builder.insert(arith.ShRUIOp(word, amount)).result
    mask = build_word(builder, repeat_in_lanes((1 << bits) - 1), "mask")
    if hold_mask:
        mask = builder.insert(HoldOp(mask)).result
        mask.name_hint = "mask"
    fields = builder.insert(arith.AndIOp(shifted, mask)).result
    if not signed:
        return fields
    # (field ^ s) - s extends the sign bit s of a field, in both lanes at once.
    sign = build_word(builder, repeat_in_lanes(1 << (bits - 1)), "sign")
    flipped = builder.insert(arith.XOrIOp(fields, sign)).result
    return builder.insert(Ssub16Op(flipped, sign)).result
