"""Linear requantizations that are chosen for real numbers, against exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from builders import build_type
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import apply_requantization

from cmixdsl.dialects.cmix.accumulator import AccumulatorBounds
from cmixdsl.passes.qnn.linear_choice import choose_linear
from cmixdsl.passes.qnn.real_requantization import OutputElements, RealRequantization

CHANNELS = st.tuples(st.floats(2.0**-16, 64.0), st.floats(-300, 300))


def describe(
    multipliers: list[float], offsets: list[float], zero: int, low: int, high: int
) -> RealRequantization:
    sums = AccumulatorBounds(np.full(len(offsets), low), np.full(len(offsets), high))
    output = OutputElements(0, 255, zero, (0, 255))
    return RealRequantization(tuple(multipliers), tuple(offsets), output, sums)


@given(
    st.lists(CHANNELS, min_size=1, max_size=3),
    st.integers(0, 255),
    st.integers(-(2**17), 2**17),
)
@settings(max_examples=100, derandomize=True)
def test_rounds_to_the_nearest(channels: list[tuple[float, float]], zero: int, start: int) -> None:
    multipliers, offsets = map(list, zip(*channels, strict=True))
    linear = choose_linear(describe(multipliers, offsets, zero, start - 20, start + 20))
    assert linear is not None
    linear.verify_accumulators(np.array([start - 20]), np.array([start + 20]))
    type_ = build_type((1,), "u8")
    for channel, (multiplier, offset) in enumerate(channels):
        for acc in range(start - 20, start + 21):
            exact = acc * Fraction(multiplier) + Fraction(offset) + zero
            nearest = min(max(exact, Fraction(0)), Fraction(255))
            found = apply_requantization(acc, channel, linear, type_)
            assert abs(found - nearest) <= Fraction(1, 2) + Fraction(1, 16)


def test_many_parts_of_a_step() -> None:
    """Accumulators of 2 by 2 bits: rounding is exact to the 2^19th of a step."""
    linear = choose_linear(describe([7.3], [5.21], 100, -9 * 27, 9 * 27))
    assert linear is not None
    assert linear.right.get_values() == (19,)


@pytest.mark.parametrize(
    ("multiplier", "offset", "reach"), [(2.0**20, 0.0, 2**20), (1.0, 2.0**28, 5), (8.0, 0.0, 2**29)]
)
def test_too_far_for_32_bits(multiplier: float, offset: float, reach: int) -> None:
    assert choose_linear(describe([multiplier], [offset], 0, -reach, reach)) is None


def test_flat_channels_are_their_offset() -> None:
    linear = choose_linear(describe([0.0, 2.0**-70], [3.4, -9.8], 50, -(2**30), 2**30))
    assert linear is not None
    type_ = build_type((1,), "u8")
    assert [apply_requantization(2**30, channel, linear, type_) for channel in (0, 1)] == [53, 40]
