"""Sigmoid and tanh of int8 as TensorFlow Lite's kernels compute them, in 32-bit fixed point.

A number with i integer bits is held in 31 - i fractional ones: its raw value is that many
2^(i - 31). The argument is brought to 4 integer bits, exp(-|x|) comes from a Taylor polynomial
around -1/8 and from factors exp(-2^e) for the remaining bits, the quotient from three steps of
Newton's method that start at 48/17 - 32/17 d. The formulas are those of gemmlowp's fixed-point
specification, as the kernels LOGISTIC and TANH use it.
"""

from math import exp, floor, frexp

import numpy as np

from cmixdsl.interpreters.requantization import multiply_by_quantized_multiplier

INPUT_BITS = 4
"""Integer bits of the argument, beyond which results are constant."""
ONE = (1 << 31) - 1
"""1 without integer bits, as near as possible."""
NEWTON_BITS = 2
"""Integer bits of the reciprocal of a number in [1/2, 1]."""
NEWTON_ONE = 1 << (31 - NEWTON_BITS)


def compute_logistic(difference: int, scale: float) -> int:
    """The int8, in steps of 1/256 from -128, of sigmoid(`difference * scale`)."""
    argument = _read_argument(difference, scale)
    if isinstance(argument, bool):
        return 127 if argument else -128
    return min(_divide_by_power(_logistic(argument), 31 - 8) - 128, 127)


def compute_tanh(difference: int, scale: float) -> int:
    """The int8, in steps of 1/128, of tanh(`difference * scale`)."""
    argument = _read_argument(difference, scale)
    if isinstance(argument, bool):
        return 127 if argument else -128
    return min(_divide_by_power(_tanh(argument), 31 - 7), 127)


def _read_argument(difference: int, scale: float) -> int | bool:
    """The argument with `INPUT_BITS` integer bits, or whether it is too large or too small."""
    mantissa, shift = frexp(scale * (1 << (31 - INPUT_BITS)))
    radius = floor(((1 << INPUT_BITS) - 1) * 2.0 ** (31 - INPUT_BITS - shift))
    if difference <= -radius:
        return False
    if difference >= radius:
        return True
    multiplier = np.array(round(mantissa * (1 << 31)))
    return int(multiply_by_quantized_multiplier(np.array(difference), multiplier, np.array(shift)))


def _logistic(argument: int) -> int:
    if argument == 0:
        return 1 << 30
    positive = _shift_left(_reciprocal(_exp_of_negative(-abs(argument), INPUT_BITS)), 1)
    return positive if argument > 0 else ONE - positive


def _tanh(argument: int) -> int:
    """(1 - e) / (1 + e) with e = exp(-2 |x|); twice the number is the same raw value."""
    if argument == 0:
        return 0
    reciprocal = _reciprocal(_exp_of_negative(-abs(argument), INPUT_BITS + 1))
    positive = _shift_left(reciprocal - NEWTON_ONE, NEWTON_BITS)
    return positive if argument > 0 else -positive


def _exp_of_negative(argument: int, integer_bits: int) -> int:
    """exp of a number below 0, without integer bits."""
    quarter = 1 << (31 - integer_bits - 2)
    rest = (argument & (quarter - 1)) - quarter
    result = _exp_of_small(_shift_left(rest, integer_bits))
    remainder = rest - argument
    for exponent in range(-2, integer_bits):
        if remainder >> (31 - integer_bits + exponent) & 1:
            result = _multiply(result, round(exp(-(2.0**exponent)) * (1 << 31)))
    return result


def _exp_of_small(argument: int) -> int:
    """exp of a number in [-1/4, 0), neither having integer bits.

    exp(-1/8) (1 + x + x^2/2 + x^3/6 + x^4/24) for x from the middle of the interval.
    """
    middle = round(exp(-1 / 8) * (1 << 31))
    third = round((1 << 31) / 3)
    x = argument + (1 << 28)
    square = _multiply(x, x)
    cube = _multiply(square, x)
    fourth = _multiply(square, square)
    higher = _multiply(_divide_by_power(fourth, 2) + cube, third) + square
    return middle + _multiply(middle, x + _divide_by_power(higher, 1))


def _reciprocal(exponential: int) -> int:
    """2 / (1 + e) for e without integer bits, with `NEWTON_BITS` of them."""
    half_sum = _halve(exponential + ONE)
    estimate = round(48 / 17 * NEWTON_ONE) + _multiply(half_sum, round(-32 / 17 * NEWTON_ONE))
    for _ in range(3):
        error = NEWTON_ONE - _multiply(half_sum, estimate)
        estimate += _shift_left(_multiply(estimate, error), NEWTON_BITS)
    return estimate


def _multiply(left: int, right: int) -> int:
    """The high word of the doubled product, rounded half up."""
    return (left * right + (1 << 30)) >> 31


def _divide_by_power(value: int, exponent: int) -> int:
    """`value / 2^exponent`, rounded half away from zero."""
    half = 1 << (exponent - 1)
    return (value + half) >> exponent if value >= 0 else -((-value + half) >> exponent)


def _halve(value: int) -> int:
    """Half of a number that is not negative, rounded up."""
    return (value + 1) >> 1


def _shift_left(value: int, count: int) -> int:
    """`value * 2^count`, limited to 32 signed bits."""
    return max(min(value << count, ONE), -(1 << 31))
