"""Builds the fixed-point arithmetic of TensorFlow Lite, which rounds in its own ways."""

from xdsl.builder import Builder
from xdsl.dialects import arith
from xdsl.dialects.builtin import i32
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.rescale import RescaleAttr
from cmixdsl.dialects.dsp import SmmulrOp, SmullOp
from cmixdsl.passes.builders.word_arithmetic import build_word


def build_doubling_high_multiply(
    builder: Builder, value: SSAValue, multiplier: SSAValue
) -> SSAValue:
    """`(value * multiplier + 2^30) >> 31`, from the two halves of the product.

    With p = hi * 2^32 + lo that is 2 * hi + (lo >> 31) plus bit 30 of lo.
    """
    product = builder.insert(SmullOp(value, multiplier))
    low, high = product.results
    low.name_hint, high.name_hint = "low", "high"
    one = build_word(builder, 1)
    top = builder.insert(arith.ShRUIOp(low, build_word(builder, 31))).result
    half = builder.insert(arith.ShRUIOp(low, build_word(builder, 30))).result
    half = builder.insert(arith.AndIOp(half, one)).result
    doubled = builder.insert(arith.ShLIOp(high, one)).result
    doubled = builder.insert(arith.OrIOp(doubled, top)).result
    result = builder.insert(arith.AddiOp(doubled, half)).result
    result.name_hint = "scaled"
    return result


def build_rounding_shift(builder: Builder, value: SSAValue, amount: SSAValue) -> SSAValue:
    """`value >> amount`, half rounded away from zero.

    gemmlowp's RoundingDivideByPOT: a remainder above half, or half with a positive value, rounds
    up.
    """
    one = build_word(builder, 1)
    power = builder.insert(arith.ShLIOp(one, amount)).result
    mask = builder.insert(arith.SubiOp(power, one)).result
    remainder = builder.insert(arith.AndIOp(value, mask)).result
    half = builder.insert(arith.ShRUIOp(mask, one)).result
    sign = builder.insert(arith.ShRUIOp(value, build_word(builder, 31))).result
    threshold = builder.insert(arith.AddiOp(half, sign)).result
    is_above = builder.insert(arith.CmpiOp(remainder, threshold, "sgt")).result
    increment = builder.insert(arith.ExtUIOp(is_above, i32)).result
    shifted = builder.insert(arith.ShRSIOp(value, amount)).result
    return builder.insert(arith.AddiOp(shifted, increment)).result


def build_short_rounding_shift(builder: Builder, value: SSAValue, amount: int) -> SSAValue:
    """As above for |value| < 2^30: adds half, less one for a negative value, then shifts."""
    if not amount:
        return value
    sign = builder.insert(arith.ShRSIOp(value, build_word(builder, 31))).result
    half = build_word(builder, 1 << (amount - 1), "half")
    raised = builder.insert(arith.AddiOp(value, half)).result
    raised = builder.insert(arith.AddiOp(raised, sign)).result
    return builder.insert(arith.ShRSIOp(raised, build_word(builder, amount))).result


def build_rescaled(builder: Builder, value: SSAValue, rescale: RescaleAttr) -> SSAValue:
    """An element less its zero point, of at most 9 bits, by `#cmix.rescale`.

    One bit further to the left, the doubling high multiply is the rounding high multiply SMMULR.
    """
    exact = rescale.exact_shift
    if exact is not None:
        result = builder.insert(arith.ShLIOp(value, build_word(builder, exact))).result
    else:
        amount = build_word(builder, rescale.left_shift.data + 1)
        wide = builder.insert(arith.ShLIOp(value, amount)).result
        multiplier = build_word(builder, abs(rescale.multiplier.data), "multiplier")
        high = builder.insert(SmmulrOp(wide, multiplier)).result
        high.name_hint = "scaled"
        result = build_short_rounding_shift(builder, high, -rescale.shift.data)
    if rescale.multiplier.data < 0:
        result = builder.insert(arith.SubiOp(build_word(builder, 0), result)).result
    result.name_hint = "term"
    return result
