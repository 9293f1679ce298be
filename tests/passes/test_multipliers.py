"""Integer multipliers, biases and thresholds against exact real arithmetic."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmixdsl.passes.qnn.multipliers import (
    choose_icn_bias,
    choose_icn_multiplier,
    get_icn_bias_error,
    get_left_shift_limit,
    get_thresholds,
    quantize_multiplier,
)

MULTIPLIERS = st.floats(2.0**-40, 2.0**20)
USUAL_MULTIPLIERS = st.floats(2.0**-16, 2.0)
OFFSETS = st.floats(-300, 300)


def round_half_even(value: Fraction) -> int:
    return round(value)


@given(MULTIPLIERS)
def test_icn_multiplier_is_the_nearest(multiplier: float) -> None:
    icn = choose_icn_multiplier(multiplier)
    unit = Fraction(1, 2) ** (32 + icn.n0)
    assert abs(Fraction(multiplier) - icn.value) <= unit / 2
    assert (1 << 30) <= icn.m0 < (1 << 31) or (icn.n0 == 31 and icn.m0 < (1 << 30))


@pytest.mark.parametrize(
    ("multiplier", "m0", "n0"),
    [
        (0.0, 0, 0),
        (0.25, 1 << 30, 0),
        (0.5, 1 << 30, -1),
        (1 - 2**-40, 1 << 30, -2),
        (2.0**-33, 1 << 30, 31),
        (2.0**-40, 1 << 23, 31),
    ],
)
def test_icn_multiplier_at_its_limits(multiplier: float, m0: int, n0: int) -> None:
    icn = choose_icn_multiplier(multiplier)
    assert (icn.m0, icn.n0) == (m0, n0)


@pytest.mark.parametrize("multiplier", [-1.0, float("nan"), float("inf"), 2.0**31])
def test_icn_refuses(multiplier: float) -> None:
    with pytest.raises(ValueError, match="expected a multiplier"):
        choose_icn_multiplier(multiplier)


@given(USUAL_MULTIPLIERS, OFFSETS, st.integers(-(2**20), 2**20))
@settings(max_examples=300)
def test_thresholds_are_the_rounding_points(multiplier: float, offset: float, level: int) -> None:
    (threshold,) = get_thresholds(multiplier, offset, range(level, level + 1))

    def get_output(accumulator: int) -> int:
        return round_half_even(accumulator * Fraction(multiplier) + Fraction(offset))

    assert get_output(threshold) < level <= get_output(threshold + 1)


@pytest.mark.parametrize(("level", "threshold"), [(0, -2), (1, 1), (2, 2), (3, 5)])
def test_thresholds_round_ties_to_even(level: int, threshold: int) -> None:
    # a / 2: 1/2 becomes 0, 3/2 becomes 2.
    assert get_thresholds(0.5, 0.0, range(level, level + 1)) == [threshold]


@given(USUAL_MULTIPLIERS, OFFSETS)
@settings(max_examples=300)
def test_icn_bias_moves_no_level_by_more_than_one(multiplier: float, offset: float) -> None:
    levels = range(-8, 9)
    icn = choose_icn_multiplier(multiplier)
    bias = choose_icn_bias(multiplier, offset, icn, levels)
    for level, threshold in zip(levels, get_thresholds(multiplier, offset, levels), strict=True):
        assert floor((threshold - 1 + bias) * icn.value) < level
        assert floor((threshold + 2 + bias) * icn.value) >= level


@pytest.mark.parametrize("shift", range(9))
def test_icn_is_exact_for_powers_of_two(shift: int) -> None:
    multiplier = 2.0**-shift
    icn = choose_icn_multiplier(multiplier)
    bias = choose_icn_bias(multiplier, 3.0, icn, range(16))
    for accumulator in range(-2000, 2000):
        found = min(max(floor((accumulator + bias) * icn.value), 0), 15)
        assert found == min(max(floor(accumulator * multiplier + 3.5), 0), 15)


@pytest.mark.parametrize(
    ("multiplier", "offset", "expected"),
    [
        # Levels are reached where they should be, ties included; or 3 steps of 8 are missing.
        (1.0, 7.0, 0.0),
        (1.0, 7.3, 0.0),
        (0.5, 3.0, 0.0),
        (8.0, 10.5, 3.0),
        (0.75, 0.25, 0.0),
    ],
)
def test_icn_bias_error(multiplier: float, offset: float, expected: float) -> None:
    icn, levels = choose_icn_multiplier(multiplier), range(64)
    bias = choose_icn_bias(multiplier, offset, icn, levels)
    assert get_icn_bias_error(multiplier, offset, icn, bias, levels) == expected


def test_a_multiplier_of_0_loses_the_offset() -> None:
    """2^-80 is 0 in 32 + 31 bits; the layer is all bias, which ICN cannot add."""
    icn = choose_icn_multiplier(2.0**-80)
    assert icn.m0 == 0
    assert choose_icn_bias(2.0**-80, -3.25, icn, range(-3, 4)) == 0
    assert get_icn_bias_error(2.0**-80, -3.25, icn, 0, range(-3, 4)) == 3.25


@pytest.mark.parametrize(
    ("multiplier", "expected"),
    [
        # frexp, rounding and limits worked out by hand.
        (0.0, (0, 0)),
        (0.5, (1 << 30, 0)),
        (1.0, (1 << 30, 1)),
        (0.75, (3 << 29, 0)),
        (1 - 2**-40, (1 << 30, 1)),
        (2.0**-32, (1 << 30, -31)),
        (2.0**-33, (0, 0)),
        (2.0**31, ((1 << 31) - 1, 30)),
        (2.0**29, (1 << 30, 30)),
    ],
)
def test_quantize_multiplier(multiplier: float, expected: tuple[int, int]) -> None:
    assert quantize_multiplier(multiplier) == expected


@given(st.integers(-(2**31), 0), st.integers(0, 2**31 - 1))
def test_left_shift_limit_is_the_largest(low: int, high: int) -> None:
    limit = get_left_shift_limit(low, high)

    def fits(shift: int) -> bool:
        return low << shift >= -(2**31) and high << shift < 2**31

    assert fits(limit)
    assert limit == 31 or not fits(limit + 1)
