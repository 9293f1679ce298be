"""Outputs of few levels, and averages, round halves to even: against Python's fractions."""

from fractions import Fraction

import numpy as np
import pytest
from builders import build_type
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import apply_requantization

from cmixdsl.dialects.cmix.accumulator import AccumulatorBounds
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr
from cmixdsl.dialects.cmix.requantization import IcnAttr, RequantizationAttr, ThresholdsAttr
from cmixdsl.passes.qnn.layer_requantization import (
    Requantization,
    choose_exact_without_bias,
    choose_requantization,
)
from cmixdsl.passes.qnn.real_requantization import OutputElements, RealRequantization

KINDS: tuple[Requantization, ...] = ("icn", "linear")
REACH = 70
TIED = st.integers(1, 1280).map(lambda count: count / 32)
"""Multipliers with which halves are common."""
MULTIPLIERS = st.one_of(TIED, st.floats(1 / 64, 8.0))
OFFSETS = st.one_of(st.integers(-80, 80).map(lambda count: count / 4), st.floats(-20, 20))


def choose(
    kind: Requantization,
    multipliers: list[float],
    offsets: list[float],
    output: OutputElements,
    reach: int = REACH,
) -> tuple[list[int], RequantizationAttr]:
    low, high = (np.full(len(offsets), end) for end in (-reach, reach))
    sums = AccumulatorBounds(low, high)
    real = RealRequantization(tuple(multipliers), tuple(offsets), output, sums)
    return choose_requantization(kind, real)


def round_exactly(acc: int, multiplier: float, offset: float, output: OutputElements) -> int:
    exact = round(acc * Fraction(multiplier) + Fraction(offset)) + output.zero
    return min(max(exact, output.low), output.high)


@pytest.mark.parametrize("kind", KINDS)
@given(
    st.lists(st.tuples(MULTIPLIERS, OFFSETS), min_size=1, max_size=3),
    st.sampled_from([2, 4]),
    st.integers(0, 3),
    st.integers(1, 15),
)
@settings(max_examples=50, derandomize=True)
def test_few_levels(
    kind: Requantization, channels: list[tuple[float, float]], bits: int, zero: int, highest: int
) -> None:
    most = 2**bits - 1
    output = OutputElements(0, min(highest, most), zero, (0, most))
    multipliers, offsets = map(list, zip(*channels, strict=True))
    bias, requant = choose(kind, multipliers, offsets, output)
    type_ = build_type((1,), f"u{bits}")
    for channel, (multiplier, offset) in enumerate(channels):
        for acc in range(-REACH, REACH + 1):
            found = apply_requantization(acc + bias[channel], channel, requant, type_)
            assert found == round_exactly(acc, multiplier, offset, output)


@given(TIED, st.integers(-128, 127))
@settings(max_examples=20, derandomize=True)
def test_averages_of_8_bits(multiplier: float, zero: int) -> None:
    output = OutputElements(-128, 127, zero, (-128, 127))
    requant = choose_exact_without_bias(multiplier, -REACH, REACH, output)
    type_ = build_type((1,), "s8")
    for acc in range(-REACH, REACH + 1):
        found = apply_requantization(acc, 0, requant, type_)
        assert found == round_exactly(acc, multiplier, 0.0, output)


@pytest.mark.parametrize("kind", KINDS)
def test_the_cheapest_form_is_taken(kind: Requantization) -> None:
    """ICN without halves, linear where a bias would have to be finer, thresholds for halves."""
    output = OutputElements(0, 15, 0, (0, 15))
    for multiplier, offset, form in (
        (1.0, 3.0, IcnAttr),
        (0.3, 0.21, LinearAttr),
        (0.25, 0.0, ThresholdsAttr),
    ):
        _, requant = choose(kind, [multiplier], [offset], output)
        assert isinstance(requant, form)


def test_icn_where_linear_reaches_too_far() -> None:
    """2^31 steps of the output leave no bits to divide one."""
    output = OutputElements(0, 255, 0, (0, 255))
    for reach, form in ((1 << 20, LinearAttr), (1 << 28, IcnAttr)):
        _, requant = choose("linear", [8.0], [0.0], output, reach)
        assert isinstance(requant, form)
