"""Linear requantization against the formula of ICN, for every accumulator of a range."""

import numpy as np
import pytest
from builders import build_type
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import apply_icn, apply_requantization

from cmixdsl.dialects.cmix.accumulator import AccumulatorBounds
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr, Product
from cmixdsl.dialects.cmix.requantization import FixedPointAttr, IcnAttr
from cmixdsl.passes.linearize_requantization import (
    find_cheaper_linear,
    find_linear_fixed_point,
    find_linear_icn,
)
from cmixdsl.passes.qnn.linear_solver import get_linear_staircase, get_roundest, solve_low


def get_bounds(low: int, high: int, channels: int = 1) -> AccumulatorBounds:
    return AccumulatorBounds(np.full(channels, low), np.full(channels, high))


def check(linear: LinearAttr, icn: IcnAttr, element: str, low: int, high: int) -> None:
    type_ = build_type((1,), element)
    least, most = type_.element_range
    for channel in range(icn.channels):
        m0, n0 = icn.m0.get_values()[channel], icn.n0.get_values()[channel]
        for acc in range(low, high + 1):
            expected = min(max(apply_icn(acc, m0, n0, icn.zero.data), least), most)
            assert apply_requantization(acc, channel, linear, type_) == expected


@given(
    st.lists(st.integers(2**30, 2**31 - 1), min_size=1, max_size=3),
    st.integers(-6, 6),
    st.sampled_from(["u2", "s2", "u4", "u8", "s8"]),
    st.integers(0, 255),
    st.integers(-600, 600),
)
@settings(max_examples=60, derandomize=True)
def test_icn(m0: list[int], n0: int, element: str, zero: int, start: int):
    least, most = build_type((1,), element).element_range
    icn = IcnAttr(m0, [n0 + channel for channel in range(len(m0))], least + zero % (most - least))
    linear = find_linear_icn(icn, get_bounds(start, start + 700, len(m0)), (least, most))
    assert linear is not None
    check(linear, icn, element, start, start + 700)


def test_shared_shift_of_a_deep_layer():
    """Accumulators of 8 by 8 bits: a right shift that two channels share, proven near its steps."""
    icn = IcnAttr([1518500250, 2000000000], [7, 9], 75)
    bound = 9 * 255 * 255
    linear = find_linear_icn(icn, get_bounds(-bound, bound, 2), (0, 255))
    assert linear is not None
    assert linear.kind is Product.HIGH
    assert linear.right.get_values() == (7,)
    type_ = build_type((1,), "u8")
    for channel, (m0, n0) in enumerate(((1518500250, 7), (2000000000, 9))):
        for level in range(256):
            step = -(-(level - 75) * 2 ** (32 + n0) // m0)
            for acc in (step - 1, step, step + 1):
                expected = min(max(apply_icn(acc, m0, n0, 75), 0), 255)
                assert apply_requantization(acc, channel, linear, type_) == expected


@given(
    st.lists(st.integers(2**30, 2**31 - 1), min_size=1, max_size=3),
    st.integers(1, 6),
    st.integers(-300, 300),
    st.sampled_from([Product.HIGH, Product.LOW]),
    st.integers(0, 3),
)
@settings(max_examples=60, derandomize=True)
def test_low_words_take_a_bias_in(
    multipliers: list[int], right: int, bias: int, product: Product, left: int
):
    """Accumulators come without their bias; the offset has it."""
    channels = len(multipliers)
    if product is Product.LOW:
        multipliers, right, left = [each >> 14 for each in multipliers], right + 18, 0
    linear = LinearAttr(product, multipliers, [7 << right], (0, 15), left=[left], right=[right])
    low, high = np.full(channels, -300), np.full(channels, 400)
    stairs = get_linear_staircase(low, high, linear)
    assert stairs is not None
    found = solve_low(stairs.take_off(np.full(channels, bias)))
    assert found is not None
    assert found.kind is Product.LOW
    assert not any(found.left_shifts)
    type_ = build_type((1,), "u4")
    for channel in range(channels):
        for acc in range(-300, 401):
            expected = apply_requantization(acc, channel, linear, type_)
            assert apply_requantization(acc - bias, channel, found, type_) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-3, 5, 0),
        (5, 9, 8),
        (-9, -5, -8),
        (7, 7, 7),
        (1000, 3000, 2048),
        (2**31 - 5, 2**31 - 1, 2**31 - 4),
    ],
)
def test_roundest(low: int, high: int, expected: int):
    assert get_roundest(low, high) == expected


@pytest.mark.parametrize("m0", [-(2**30), 0])
def test_shifts_stay_where_nothing_is_proven(m0: int):
    icn = IcnAttr([m0, 2**30], [3, -2], 9)
    linear = find_linear_icn(icn, get_bounds(-50, 50, 2), (0, 255))
    assert linear is not None
    assert linear.right.get_values() == (3, 0)
    check(linear, icn, "u8", -50, 50)


def check_fixed_point(fixed: FixedPointAttr, linear: LinearAttr, low: int, high: int) -> None:
    type_ = build_type((1,), "s8")
    for channel in range(fixed.channels):
        for acc in range(low, high + 1):
            expected = apply_requantization(acc, channel, fixed, type_)
            assert apply_requantization(acc, channel, linear, type_) == expected


@pytest.mark.parametrize("shift", [-1, -4, -9])
def test_fixed_point(shift: int):
    fixed = FixedPointAttr([1518500250, 2**30], [shift, -2], 5)
    linear = find_linear_fixed_point(fixed, get_bounds(-3000, 3000, 2))
    assert linear is not None
    assert linear.kind is Product.ROUNDED
    check_fixed_point(fixed, linear, -3000, 3000)


@given(
    st.lists(st.integers(2**30, 2**31 - 1), min_size=1, max_size=3),
    st.integers(-9, 2),
    st.sampled_from([(-128, -128, 127), (-3, -3, 90), (7, -100, 7), (-128, -20, 60)]),
    st.integers(-600, 600),
)
@settings(max_examples=60, derandomize=True)
def test_fixed_point_on_one_side_of_zero(
    multiplier: list[int], shift: int, outputs: tuple[int, int, int], start: int
):
    """As after a ReLU, whose least output is the zero point: one rounding instead of two."""
    shifts = [shift - channel for channel in range(len(multiplier))]
    fixed = FixedPointAttr(multiplier, shifts, *outputs)
    linear = find_linear_fixed_point(fixed, get_bounds(start, start + 700, len(multiplier)))
    assert linear is not None
    assert linear.kind is not Product.ROUNDED
    check_fixed_point(fixed, linear, start, start + 700)


def test_fixed_point_of_a_deep_layer():
    """Accumulators of 8 by 8 bits, tried near the steps, and where a first half goes up."""
    multiplier, shift = (2**30 + 1, 1518500250, 2**31 - 1), (-9, -10, -11)
    fixed = FixedPointAttr(multiplier, shift, -128)
    linear = find_linear_fixed_point(fixed, get_bounds(-600_000, 600_000, 3))
    assert linear is not None
    assert linear.kind is Product.HIGH
    assert len(linear.right) == 1
    type_ = build_type((1,), "s8")
    for channel, (m, right) in enumerate(zip(multiplier, shift, strict=True)):
        for level in range(256):
            middle = round((level - 0.5) * 2 ** (31 - right) / m)
            for acc in range(middle - 3, middle + 4):
                expected = apply_requantization(acc, channel, fixed, type_)
                assert apply_requantization(acc, channel, linear, type_) == expected


def test_fixed_point_without_right_shift():
    fixed = FixedPointAttr([2**30], [0], 5)
    linear = find_linear_fixed_point(fixed, get_bounds(-500, 500))
    assert linear is not None
    check_fixed_point(fixed, linear, -500, 500)


@given(
    st.lists(st.integers(2**28, 2**31 - 1), min_size=2, max_size=2),
    st.integers(14, 20),
    st.integers(-(2**20), 2**20),
    st.integers(6, 9),
)
@settings(max_examples=40, derandomize=True)
def test_linear_without_left_shift(multiplier: list[int], left: int, offset: int, right: int):
    linear = LinearAttr(
        Product.HIGH, multiplier, [offset, -offset], (-8, 7), left=[left], right=[right]
    )
    cheaper = find_cheaper_linear(linear, get_bounds(-300, 200, 2))
    assert cheaper is not None
    assert cheaper.left_shifts == (0,)
    type_ = build_type((1,), "s4")
    for channel in range(2):
        for acc in range(-300, 201):
            expected = apply_requantization(acc, channel, linear, type_)
            assert apply_requantization(acc, channel, cheaper, type_) == expected
