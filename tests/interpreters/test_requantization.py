"""Requantization against its formulas in Python integers, and against values worked by hand."""

from typing import Any

import numpy as np
import pytest
from builders import build_type
from hypothesis import assume, given
from hypothesis import strategies as st
from reference import apply_requantization
from xdsl.dialects.builtin import i32
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects.cmix.linear_requantization import LinearAttr, Product
from cmixdsl.dialects.cmix.requantization import (
    FixedPointAttr,
    IcnAttr,
    RequantizationAttr,
    ThresholdsAttr,
)
from cmixdsl.interpreters.requantization import multiply_by_quantized_multiplier, requantize

INT32 = st.integers(-(2**31), 2**31 - 1)
SHIFTS = st.integers(-31, 31)


def check(acc: int, requant: RequantizationAttr, element: str) -> None:
    type_ = build_type((1,), element)
    found = requantize(np.array([acc]), np.array([0]), requant, type_.element_range)
    assert found.tolist() == [apply_requantization(acc, 0, requant, type_)]


def fits_int32(value: int) -> bool:
    return -(2**31) <= value < 2**31


@given(INT32, INT32, SHIFTS, st.integers(0, 255))
def test_icn(acc: int, m0: int, n0: int, zero: int):
    acc >>= max(-n0, 0)
    check(acc, IcnAttr([m0], [n0], zero), "u8")


@given(INT32, INT32, SHIFTS, st.integers(-128, 127), st.integers(-128, 127))
def test_icn_clamps(acc: int, m0: int, n0: int, first: int, second: int):
    acc >>= max(-n0, 0)
    check(acc, IcnAttr([m0], [n0], 3, min(first, second), max(first, second)), "s8")
    check(acc, IcnAttr([m0], [n0], 3, minimum=first), "s8")
    check(acc, IcnAttr([m0], [n0], 3, maximum=second), "s8")


@given(INT32, st.integers(0, 2**31 - 1), SHIFTS, st.integers(-128, 127), st.integers(-128, 127))
def test_fixed_point(acc: int, multiplier: int, shift: int, zero: int, minimum: int):
    acc >>= max(shift, 0)
    check(acc, FixedPointAttr([multiplier], [shift], zero, minimum, 127), "s8")


@given(
    st.integers(-(2**20), 2**20), st.sampled_from(Product), st.integers(0, 8), st.integers(0, 31)
)
def test_linear(acc: int, product: Product, left: int, right: int):
    multiplier = 1021 if product is Product.LOW else 1518500250
    acc = acc >> left
    shifts = {"left": [left], "right": [right]}
    check(acc, LinearAttr(product, [multiplier], [-12345], (-100, 127), **shifts), "s8")


@given(INT32, st.lists(INT32, min_size=3, max_size=3), st.integers(-1, 1))
def test_thresholds(acc: int, thresholds: list[int], distance: int):
    requant = ThresholdsAttr([sorted(thresholds)], i32)
    check(acc, requant, "u2")
    near = thresholds[0] + distance
    assume(fits_int32(near))
    check(near, requant, "s2")


@pytest.mark.parametrize(
    ("value", "multiplier", "shift", "expected"),
    [
        (1, 2**30, 0, 1),  # 0.5 rounds up
        (-1, 2**30, 0, 0),  # -0.5 rounds up
        (-3, 2**30, 0, -1),  # -1.5 rounds up
        (-3, 2**30, 1, -3),  # shifted left first: exact
        (6, 2**30, -1, 2),  # 3, then 1.5 away from zero
        (-6, 2**30, -1, -2),  # -3, then -1.5 away from zero
        (-5, 2**30, -2, -1),  # -2.5 rounds up to -2, then -0.5 away from zero
        (2**31 - 1, 2**31 - 1, 0, 2**31 - 2),
        (-(2**31), 2**31 - 1, -31, -1),
    ],
)
def test_double_rounding(value: int, multiplier: int, shift: int, expected: int):
    found = multiply_by_quantized_multiplier(
        np.array([value]), np.array([multiplier]), np.array([shift])
    )
    assert found.tolist() == [expected]


@pytest.mark.parametrize(
    ("acc", "m0", "n0", "expected"),
    [
        (7, 2**30, 0, 1),  # 1.75
        (-7, 2**30, 0, -2),  # -1.75 floors
        (-5, 2**30, 1, -1),  # -1.25 floors to -2, which halves exactly
        (-3, 2**30, 2, -1),  # -0.75 floors to -1, and -0.25 to -1 again
        (3, 2**30, -3, 6),
        (5, -(2**30), 0, -2),  # a negative multiplier floors as well
    ],
)
def test_icn_floors(acc: int, m0: int, n0: int, expected: int):
    found = requantize(np.array([acc]), np.array([0]), IcnAttr([m0], [n0]), (-128, 127))
    assert found.tolist() == [expected]


def test_parameters_of_each_channel():
    accumulators = np.array([[10, 10, 10], [20, 20, 20]])
    icn = IcnAttr([2**30, 2**30, -(2**31)], [0, 1, -1], 1)
    assert run(accumulators, icn) == [[3, 2, -9], [6, 3, -19]]
    rows = [[5, 10, 15], [9, 10, 11], [19, 19, 20]]
    thresholds = ThresholdsAttr(rows, i32)
    found = requantize(accumulators, np.arange(3), thresholds, (-2, 1))
    assert found.tolist() == [[-1, -1, -2], [1, 1, 0]]


def run(accumulators: Any, requant: RequantizationAttr) -> list[list[int]]:
    return requantize(accumulators, np.arange(3), requant, (-128, 127)).tolist()


def test_channel_without_parameters():
    with pytest.raises(InterpretationError, match="parameters of 2 channels, found channels 2 to"):
        requantize(np.array([1]), np.array([2]), IcnAttr([1, 2], [0, 0]), (0, 255))


def test_accumulator_of_more_than_32_bits():
    with pytest.raises(InterpretationError, match="overflows 32 bits"):
        requantize(np.array([2**31]), np.array([0]), IcnAttr([1], [0]), (0, 255))


def test_linear_product_of_more_than_32_bits():
    requant = LinearAttr(Product.LOW, [2**16], [0], (0, 255))
    with pytest.raises(InterpretationError, match=r"product in .* overflows 32 bits"):
        requantize(np.array([2**15]), np.array([0]), requant, (0, 255))
