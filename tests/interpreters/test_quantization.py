"""Quantization against exact rational arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects.quant import UniformType
from cmixdsl.interpreters.quantization import dequantize, quantize


@st.composite
def types(draw: st.DrawFn) -> UniformType:
    """Any type of one scale, storage narrowed or not."""
    bits = draw(st.integers(1, 32))
    is_signed = draw(st.booleans())
    least = -(2 ** (bits - 1)) if is_signed else 0
    bounds = st.integers(least, least + 2**bits - 1)
    low, high = sorted(draw(st.lists(bounds, min_size=2, max_size=2, unique=True)))
    scale = draw(st.floats(2.0**-30, 2.0**30))
    zero = draw(st.integers(low, high))
    return UniformType(bits, is_signed, [scale], [zero], storage_min=low, storage_max=high)


@given(types(), st.floats(-(2.0**70), 2.0**70))
def test_quantize(type_: UniformType, real: float) -> None:
    low, high = type_.storage_range
    # Python rounds fractions half to even; the quotient in doubles is what the formula has.
    steps = round(Fraction(real / type_.scales[0]))
    expected = min(max(steps + type_.zero_points[0], low), high)
    found = quantize(np.array([real]), type_)
    assert int(found[0]) == expected
    assert found.dtype == (np.int32 if high < 2**31 else np.int64)


@given(types(), st.data())
def test_stored_integers_survive(type_: UniformType, data: st.DataObject) -> None:
    stored = data.draw(st.integers(*type_.storage_range))
    real = dequantize(np.array([stored]), type_)
    exact = Fraction(type_.scales[0]) * (stored - type_.zero_points[0])
    assert real[0] == float(exact)
    assert int(quantize(real, type_)[0]) == stored


def test_ties_go_to_even() -> None:
    type_ = UniformType(4, True, [2.0], [1])
    halves = np.array([-3.0, -1.0, 1.0, 3.0, 5.0, 1e300, -np.inf])
    assert quantize(halves, type_).tolist() == [-1, 1, 1, 3, 3, 7, -8]


def test_axis() -> None:
    type_ = UniformType(8, False, [1.0, 0.5, 0.25], [0, 10, 20], axis=1)
    reals = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    stored = quantize(reals, type_)
    assert stored.tolist() == [[1, 12, 24], [2, 14, 28]]
    assert dequantize(stored, type_).tolist() == reals.tolist()


def test_not_a_number() -> None:
    with pytest.raises(InterpretationError, match="expected real numbers to quantize, found NaN"):
        quantize(np.array([0.0, np.nan]), UniformType(8, False, [1.0], [0]))
