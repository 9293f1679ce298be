"""Integer parameters that stand for a real multiplication, in plain Python.

A layer's accumulator `a` becomes the output element `round(a * multiplier + offset) + zero point`,
multiplier and offset being real: `multiplier = s_in * s_w / s_out`, `offset = bias / s_out`. Each
requantization attribute of `cmix` approximates this with integers, as exactly as its form allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, frexp, isfinite

MAX_SHIFT = 31
"""Shifts of 32-bit values go this far, left or right."""

Q31 = 1 << 31


@dataclass(frozen=True)
class IcnMultiplier:
    """`floor(a * m0 / 2^(32 + n0))` in place of `floor(a * multiplier)`."""

    m0: int
    n0: int

    @property
    def value(self) -> Fraction:
        """The multiplier that is computed with."""
        return Fraction(self.m0, 1) / Fraction(2) ** (32 + self.n0)


def choose_icn_multiplier(multiplier: float) -> IcnMultiplier:
    """The nearest multiplier of integer channel-normalized requantization (Rusci et al., 2019).

    m0 is in [2^30, 2^31), as precise as 32 signed bits are, unless the multiplier is less than
    2^-33. Its relative error is at most 2^-31. Raises ValueError for a multiplier that is negative
    or not below 2^30.
    """
    _check_multiplier(multiplier)
    mantissa, exponent = _round_mantissa(multiplier)
    n0 = -exponent - 1
    if n0 < -MAX_SHIFT:
        raise ValueError(f"expected a multiplier below 2^30, found {multiplier}")
    if n0 > MAX_SHIFT:
        return IcnMultiplier(round(multiplier * 2.0 ** (32 + MAX_SHIFT)), MAX_SHIFT)
    return IcnMultiplier(mantissa, n0 if mantissa else 0)


def choose_icn_bias(multiplier: float, offset: float, icn: IcnMultiplier, levels: range) -> int:
    """The integer bias with which `floor((a + bias) * icn)` is nearest to rounding.

    The half step that turns a floor into rounding goes into the bias: it is about
    `(offset + 1/2) / multiplier`. Of the integers below and above, the one is taken with which the
    output reaches the `levels`, less the zero point, at the accumulators nearest to those of exact
    arithmetic. A multiplier of 0 gives a bias of 0.
    """
    if not icn.m0:
        return 0
    below = floor((offset + 0.5) / multiplier)
    moves = _get_moves(multiplier, offset, icn, levels)
    return min((below, below + 1), key=lambda bias: sum(abs(move - bias) for move in moves))


def get_icn_bias_error(
    multiplier: float, offset: float, icn: IcnMultiplier, bias: int, levels: range
) -> float:
    """How far the bias moves outputs from those of rounding, in steps of the output.

    It is 0 where every level is reached at the accumulator of exact arithmetic. A multiplier of 0
    makes nothing of any bias, so all of the offset is lost.
    """
    if not icn.m0:
        return abs(offset)
    if all(move == bias for move in _get_moves(multiplier, offset, icn, levels)):
        return 0.0
    return abs(bias * multiplier - (offset + 0.5))


def get_icn_level_error(
    multiplier: float, offset: float, icn: IcnMultiplier, bias: int, levels: range
) -> float:
    """The most, in steps of the output, by which a level is reached too early or too late."""
    if not icn.m0:
        return abs(offset)
    moves = _get_moves(multiplier, offset, icn, levels)
    return multiplier * max((abs(move - bias) for move in moves), default=0)


def _get_moves(multiplier: float, offset: float, icn: IcnMultiplier, levels: range) -> list[int]:
    """For each level, the bias with which it is reached at the accumulator of exact arithmetic."""
    exact = get_thresholds(multiplier, offset, levels)
    scale = 1 << (32 + icn.n0)
    starts = [-(-level * scale // icn.m0) for level in levels]
    return [start - 1 - threshold for start, threshold in zip(starts, exact, strict=True)]


def get_thresholds(multiplier: float, offset: float, levels: range) -> list[int]:
    """For each level the largest integer `a` with `round_half_even(a * multiplier + offset)` less.

    So the output is at least `level` where `a > threshold`. Exact: the floats are taken for the
    binary fractions they are. `multiplier` must be positive.
    """
    numerator, denominator = multiplier.as_integer_ratio()
    shift, unit = offset.as_integer_ratio()
    # a * n / d + s / u >= level - 1/2, where even levels include the tie, odd ones do not.
    divisor = 2 * unit * numerator
    thresholds: list[int] = []
    for level in levels:
        dividend = ((2 * level - 1) * unit - 2 * shift) * denominator
        thresholds.append((dividend - 1) // divisor if level % 2 == 0 else dividend // divisor)
    return thresholds


def quantize_multiplier(multiplier: float) -> tuple[int, int]:
    """Multiplier in Q31 and left shift, as TensorFlow Lite's QuantizeMultiplier chooses them.

    Raises ValueError for a multiplier that is negative.
    """
    _check_multiplier(multiplier)
    mantissa, exponent = _round_mantissa(multiplier)
    if exponent < -MAX_SHIFT or not mantissa:
        return 0, 0
    return (Q31 - 1, 30) if exponent > 30 else (mantissa, exponent)


def quantize_mean(multiplier: float, count: int) -> tuple[int, int]:
    """Multiplier and left shift for the sum of `count` elements, as TensorFlow Lite's MEAN does.

    The multiplier in Q31 is divided by the count, after as much shifting left as keeps its bits.
    """
    mantissa, exponent = quantize_multiplier(multiplier)
    shift = min(count.bit_length() - 1, 32, MAX_SHIFT + exponent)
    return (mantissa << shift) // count, exponent - shift


def get_left_shift_limit(low: int, high: int) -> int:
    """How far every value in [low, high] can be shifted left within 32 signed bits."""
    limit = 0
    while limit < MAX_SHIFT and low << (limit + 1) >= -Q31 and high << (limit + 1) < Q31:
        limit += 1
    return limit


def round_half_away(value: float) -> int:
    """As C's `round`: to the nearest integer, ties away from zero."""
    magnitude = floor(abs(value) + 0.5)
    # The sum above rounds up for the largest float below a half.
    magnitude -= magnitude - abs(value) > 0.5
    return -magnitude if value < 0 else magnitude


def fits_bits(values: Sequence[int], bits: int) -> bool:
    """Whether all values are signed integers of so many bits."""
    return all(-(1 << (bits - 1)) <= value < 1 << (bits - 1) for value in values)


def _check_multiplier(multiplier: float) -> None:
    if not isfinite(multiplier) or multiplier < 0:
        raise ValueError(f"expected a multiplier of at least 0, found {multiplier}")


def _round_mantissa(multiplier: float) -> tuple[int, int]:
    """Mantissa in [2^30, 2^31), or 0, and exponent: `mantissa / 2^31 * 2^exponent`."""
    fraction, exponent = frexp(multiplier)
    mantissa = round_half_away(fraction * Q31)
    return (Q31 // 2, exponent + 1) if mantissa == Q31 else (mantissa, exponent)
