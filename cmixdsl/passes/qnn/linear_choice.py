"""Chooses the linear requantization that comes nearest to one in real numbers.

The bias is a part of the offset, which divides a step of the output as finely as 32 bits allow: an
integer bias of the accumulator is no finer than the accumulator's own step.
"""

from fractions import Fraction
from math import floor, frexp, ldexp

from cmixdsl.dialects.cmix.linear_requantization import INT32_MAX, LinearAttr, Product
from cmixdsl.passes.qnn.linear_solver import get_shared
from cmixdsl.passes.qnn.multipliers import MAX_SHIFT, get_left_shift_limit
from cmixdsl.passes.qnn.real_requantization import RealRequantization

MIN_FRACTION_BITS = 4
"""A step of the output has at least 2^4 parts: offsets are off by 1/32 of it at most."""


def choose_linear(real: RealRequantization) -> LinearAttr | None:
    """`hi32((acc << left) * m) + offset` in steps of the output, each divided into 2^right parts.

    So `m * 2^left / 2^32` is the real multiplier times 2^right; the offset is bias, zero point and
    the half step that turns the floor behind it into rounding. All channels share the shifts. None
    where 32 bits do not hold 2^4 parts of a step.
    """
    shifts = _choose_shifts(real)
    if shifts is None:
        return None
    left, right = shifts
    multipliers = [
        _limit(round(ldexp(multiplier, 32 + right - left))) for multiplier in real.multipliers
    ]
    offsets = [
        floor(
            (Fraction(offset) + real.output.zero + Fraction(1, 2)) * (1 << right) + Fraction(1, 2)
        )
        for offset in real.offsets
    ]
    return LinearAttr(
        Product.HIGH,
        get_shared(multipliers),
        get_shared(offsets),
        (real.output.low, real.output.high),
        left=[left],
        right=[right],
    )


def _limit(multiplier: int) -> int:
    return min(max(multiplier, -INT32_MAX), INT32_MAX)


def _choose_shifts(real: RealRequantization) -> tuple[int, int] | None:
    """Left and right shift.

    1. outputs that are not clamped, in 2^-right steps, fit 32 bits;
    2. so does every accumulator shifted left;
    3. and every multiplier, which with `2^left` gives steps of 2^-right.
    """
    low, high = real.sums.low.tolist(), real.sums.high.tolist()
    reach = max(
        max(-least, most) * abs(multiplier) + abs(offset)
        for least, most, (multiplier, offset) in zip(low, high, real.get_channels(), strict=True)
    )
    # 1, with a step to spare for what is rounded.
    right = min(31 - frexp(reach + abs(real.output.zero) + 1.5)[1], MAX_SHIFT)
    # 3
    left = right + 1 + frexp(max(map(abs, real.multipliers)))[1]
    # 2
    excess = max(left - get_left_shift_limit(min(*low, 0), max(*high, 0)), 0)
    left, right = left - excess, right - excess
    return None if right < MIN_FRACTION_BITS else (max(left, 0), right)
