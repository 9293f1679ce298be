"""Softmax in fixed point, as TensorFlow Lite and gemmlowp round it, on arrays of exact integers.

A number with n integer bits has 31 - n bits behind the point. Formulas: the exponential of x in
[-1/4, 0) is its Taylor series about -1/8 to the fourth power; other powers multiply that by
exp(-2^k) for each bit of their quarters. The reciprocal is three Newton steps from 48/17 - 32/17 d.
"""

from math import exp

import numpy as np
import numpy.typing as npt

from cmixdsl.interpreters.requantization import Integers, multiply_by_quantized_multiplier

DIFFERENCE_BITS = 5
"""Integer bits of a difference from the maximum, scaled."""
SUM_BITS = 12
"""Integer bits of a sum of exponentials."""
ONE = (1 << 31) - 1
"""The greatest fraction of 31 bits, which stands for 1."""


def get_fraction(real: float, integer_bits: int = 0) -> int:
    """The nearest fixed-point number."""
    return round(real * 2 ** (31 - integer_bits))


FACTORS = tuple((bit, get_fraction(exp(-(2.0**bit)))) for bit in range(-2, DIFFERENCE_BITS))
"""exp(-2^bit), to be multiplied in for that bit of a difference."""


def multiply(left: Integers, right: Integers | int) -> Integers:
    """The doubling high product, half rounded up."""
    return (left * right + (1 << 30)) >> 31


def shift_right(values: Integers, amount: int) -> Integers:
    """Half rounded away from zero."""
    half = 1 << amount >> 1
    return (values + half - (values < 0)) >> amount


def compute_exponential(differences: Integers) -> Integers:
    """exp of differences in [-32, 0] of 26 bits behind the point, as fractions."""
    quarter = 1 << (29 - DIFFERENCE_BITS)
    part = (differences & (quarter - 1)) - quarter
    x = (part << DIFFERENCE_BITS) + (1 << 28)
    square = multiply(x, x)
    cube, fourth = multiply(square, x), multiply(square, square)
    tail = multiply(shift_right(fourth, 2) + cube, get_fraction(1 / 3)) + square
    start = get_fraction(exp(-1 / 8))
    result = start + multiply(x + shift_right(tail, 1), start)
    rest = part - differences
    for bit, factor in FACTORS:
        is_set = rest >> (31 - DIFFERENCE_BITS + bit) & 1
        result = np.where(is_set, multiply(result, factor), result)
    return np.where(differences == 0, ONE, result)


def get_exponentials(multiplier: int, left_shift: int, bits: int) -> Integers:
    """Fractions exp(-d) for every difference d of elements of so many bits; 0 where d is great."""
    differences = -np.arange(1 << bits, dtype=np.int64)
    least = -(((1 << DIFFERENCE_BITS) - 1) << (31 - DIFFERENCE_BITS) >> left_shift)
    near = np.maximum(differences, least)
    scaled = multiply_by_quantized_multiplier(near, np.array(multiplier), np.array(left_shift))
    return np.where(differences < least, 0, compute_exponential(scaled))


def compute_reciprocal(sums: Integers) -> tuple[Integers, Integers]:
    """1 / sum as a fraction of one in [1/2, 1], and by how much that is to be shifted right."""
    leading = np.array([32 - int(total).bit_length() for total in sums.flat]).reshape(sums.shape)
    half = sums << (leading - 1)
    x = get_fraction(48 / 17, 2) + multiply(half, get_fraction(-32 / 17, 2))
    for _ in range(3):
        x = x + (multiply(x, (1 << 29) - multiply(half, x)) << 2)
    return np.minimum(x << 1, ONE), SUM_BITS - leading


def compute_shares(values: npt.NDArray[np.integer], exponentials: Integers) -> Integers:
    """Fractions of 31 bits that add up to about 1 along the last axis; the rest is cut off."""
    elements = values.astype(np.int64)
    powers = exponentials[elements.max(axis=-1, keepdims=True) - elements]
    sums = shift_right(powers, SUM_BITS).sum(axis=-1, keepdims=True)
    scale, shift = compute_reciprocal(sums)
    return multiply(powers, scale) >> shift


def round_shares(shares: Integers, bits: int, low: int) -> Integers:
    """Elements of so many bits, the least of them `low`, half rounded up."""
    rounded = ((shares >> (30 - bits)) + 1) >> 1
    return np.minimum(rounded + low, low + (1 << bits) - 1)
