"""Chooses a layer's integer bias and requantization from the real numbers they stand for."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from xdsl.dialects.builtin import i16, i32

from cmixdsl.dialects.cmix.accumulator import build_equal_bounds
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr
from cmixdsl.dialects.cmix.requantization import (
    FixedPointAttr,
    IcnAttr,
    RequantizationAttr,
    ThresholdsAttr,
)
from cmixdsl.passes.qnn.linear_choice import choose_linear
from cmixdsl.passes.qnn.multipliers import (
    IcnMultiplier,
    choose_icn_bias,
    choose_icn_multiplier,
    fits_bits,
    get_icn_bias_error,
    get_icn_level_error,
    get_thresholds,
    quantize_multiplier,
    round_half_away,
)
from cmixdsl.passes.qnn.real_requantization import OutputElements, RealRequantization
from cmixdsl.passes.qnn.rounding import MAX_ERROR, choose_exact_linear

Requantization: TypeAlias = Literal["icn", "linear", "thresholds", "fixed-point"]
"""How accumulators become outputs: the four attributes of `cmix`."""

REQUANTIZATIONS: tuple[Requantization, ...] = get_args(Requantization)

INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1

MAX_BIAS_ERROR = 0.25
"""How far, in steps of the output, a rounded bias may move what a layer with ICN computes."""


IntegerRequantization: TypeAlias = tuple[list[int], RequantizationAttr]
"""Integer biases, one for each channel, and the attribute."""


def choose_requantization(kind: Requantization, real: RealRequantization) -> IntegerRequantization:
    """The integers that come nearest to `real`.

    Raises ValueError, or VerifyException, for numbers that the attribute or 32 bits cannot hold.
    """
    bias, requant = _CHOICES[kind](real)
    _check_bias(bias)
    return bias, requant


def _choose_icn(real: RealRequantization) -> IntegerRequantization:
    """ICN, or where its bias is too coarse the linear requantization, if that fits 32 bits.

    Outputs of few levels are rounded half to even, as real numbers are.
    """
    choices = [choose_icn_multiplier(multiplier) for multiplier in real.multipliers]
    channels = choices * len(real.offsets) if len(choices) == 1 else choices
    bias = [
        choose_icn_bias(multiplier, offset, icn, real.output.levels)
        for (multiplier, offset), icn in zip(real.get_channels(), channels, strict=True)
    ]
    error = max(
        get_icn_bias_error(*channel, icn, value, real.output.levels)
        for channel, icn, value in zip(real.get_channels(), channels, bias, strict=True)
    )
    if real.output.has_few_levels and _is_inexact(real, channels, bias):
        return [0] * len(bias), _choose_exact(real)
    if error > MAX_BIAS_ERROR and (linear := choose_linear(real)) is not None:
        return [0] * len(bias), linear
    shared = choices[:1] if len(set(choices)) == 1 else choices
    low, high = real.output.type_range
    return bias, IcnAttr(
        [icn.m0 for icn in shared],
        [icn.n0 for icn in shared],
        real.output.zero,
        real.output.low if real.output.low > low else None,
        real.output.high if real.output.high < high else None,
    )


def _is_inexact(
    real: RealRequantization, channels: Sequence[IcnMultiplier], bias: Sequence[int]
) -> bool:
    return any(
        get_icn_level_error(*channel, icn, value, real.output.levels) > MAX_ERROR
        for channel, icn, value in zip(real.get_channels(), channels, bias, strict=True)
    )


def _choose_linear(real: RealRequantization) -> IntegerRequantization:
    """Linear, the bias in the offset; ICN for outputs of few levels, and where 32 bits are too few.

    ICN takes care of halves where levels are few, and of accumulators that reach far.
    """
    linear = None if real.output.has_few_levels else choose_linear(real)
    return _choose_icn(real) if linear is None else ([0] * len(real.offsets), linear)


def _choose_exact(real: RealRequantization) -> LinearAttr | ThresholdsAttr:
    """What rounds halves to even: linear where that is as good, else thresholds."""
    return choose_exact_linear(real) or _build_thresholds(real)


def _choose_thresholds(real: RealRequantization) -> IntegerRequantization:
    return [0] * len(real.offsets), _build_thresholds(real)


def _build_thresholds(real: RealRequantization) -> ThresholdsAttr:
    """The output is the lowest element and one more for each threshold exceeded."""
    low, high = real.output.type_range
    always, never = real.output.low - low, high - real.output.high
    rows = [
        [INT32_MIN] * always
        + [_limit(value) for value in get_thresholds(multiplier, offset, real.output.levels)]
        + [INT32_MAX] * never
        for multiplier, offset in real.get_channels()
    ]
    narrow = all(fits_bits(row, 16) for row in rows)
    shared = rows[:1] if all(row == rows[0] for row in rows) else rows
    return ThresholdsAttr(shared, i16 if narrow else i32)


def _choose_fixed_point(real: RealRequantization) -> IntegerRequantization:
    """As TensorFlow Lite: a bias is a whole number of accumulators.

    Rounding it moves results by half of the multiplier, so they are within a step of the real ones
    where multipliers are not above 1.
    """
    pairs = [quantize_multiplier(multiplier) for multiplier in real.multipliers]
    bias = [
        round_half_away(offset / multiplier) if multiplier else 0
        for multiplier, offset in real.get_channels()
    ]
    return bias, build_fixed_point(pairs, real.output)


def choose_without_bias(
    multiplier: float, low: int, high: int, output: OutputElements
) -> RequantizationAttr:
    """For accumulators in [low, high] without a bias: rounded once, where 32 bits allow it.

    Fixed point rounds twice, to whole accumulators first: of few of these that shows.
    """
    real = _describe_without_bias(multiplier, low, high, output)
    if output.has_few_levels:
        return _choose_exact(real)
    return choose_linear(real) or build_fixed_point([quantize_multiplier(multiplier)], output)


def choose_exact_without_bias(
    multiplier: float, low: int, high: int, output: OutputElements
) -> RequantizationAttr:
    """For accumulators in [low, high] without a bias: halves become even."""
    return _choose_exact(_describe_without_bias(multiplier, low, high, output))


def _describe_without_bias(
    multiplier: float, low: int, high: int, output: OutputElements
) -> RealRequantization:
    return RealRequantization((multiplier,), (0.0,), output, build_equal_bounds(low, high, 1))


def build_fixed_point(pairs: Sequence[tuple[int, int]], output: OutputElements) -> FixedPointAttr:
    """The attribute for pairs of multiplier and shift, one of them where all are equal."""
    pairs = pairs[:1] if len(set(pairs)) == 1 else pairs
    multipliers, shifts = zip(*pairs, strict=True)
    return FixedPointAttr(multipliers, shifts, output.zero, output.low, output.high)


def _limit(value: int) -> int:
    return min(max(value, INT32_MIN), INT32_MAX)


def _check_bias(bias: Sequence[int]) -> None:
    for channel, value in enumerate(bias):
        if not INT32_MIN <= value <= INT32_MAX:
            raise ValueError(
                f"bias of channel {channel} is {value} steps of its accumulator, more than 32 bits"
            )


_CHOICES: Mapping[Requantization, Callable[[RealRequantization], IntegerRequantization]] = (
    MappingProxyType(
        {
            "icn": _choose_icn,
            "linear": _choose_linear,
            "thresholds": _choose_thresholds,
            "fixed-point": _choose_fixed_point,
        }
    )
)
