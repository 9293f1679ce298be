"""Random biases and requantization with which outputs spread over the range of their type."""

from math import frexp
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import i16, i32

from cmixdsl.benchmark.flavours import Flavour
from cmixdsl.dialects.cmix.requantization import (
    MAX_SHIFT,
    FixedPointAttr,
    IcnAttr,
    RequantizationAttr,
    ThresholdsAttr,
)

_Array: TypeAlias = npt.NDArray[Any]


def choose_requantization(
    generator: np.random.Generator,
    sums: _Array,
    element_range: tuple[int, int],
    flavour: Flavour,
    zero: int | None = None,
) -> tuple[list[int], RequantizationAttr]:
    """A bias for each channel, and the requantization to elements in `element_range`.

    `sums`, of shape (samples, channels), holds typical accumulators without bias: nine of ten
    become elements inside the range, the others are clamped. Scales of channels differ by a factor
    of up to 2, as batch normalization makes them differ, except for PL, which has one. The zero
    point of outputs is drawn too, unless it is given.
    """
    least: _Array = np.percentile(sums, 5, axis=0)
    most: _Array = np.percentile(sums, 95, axis=0)
    spread: _Array = np.maximum(most - least, 1.0)
    spread = np.full_like(spread, np.median(spread)) if flavour == "PL" else spread
    if flavour != "PL":
        spread = spread * generator.uniform(0.7, 1.4, len(spread))
    low, high = element_range
    if flavour == "thresholds":
        return [0] * len(spread), _build_thresholds((least + most) / 2, spread, high - low)
    zero = int(generator.integers(low, high + 1)) if zero is None else zero
    # ICN floors: an element stands for the values up to the next one. Fixed point rounds.
    top = high if flavour == "fixed" else high + 1
    scales: _Array = (top - low) / spread
    bias: _Array = ((low + top) / 2 - zero) / scales - (least + most) / 2
    pairs = [frexp(scale) for scale in (scales[:1] if flavour == "PL" else scales).tolist()]
    mantissas = [min(round(fraction * 2**31), 2**31 - 1) for fraction, _ in pairs]
    if flavour == "fixed":
        shifts = [_limit_shift(exponent) for _, exponent in pairs]
        return _round(bias), FixedPointAttr(mantissas, shifts, zero, low, high)
    # The high word of the product is half of what a Q31 multiplication gives.
    shifts = [_limit_shift(-exponent - 1) for _, exponent in pairs]
    return _round(bias), IcnAttr(mantissas, shifts, zero)


def _build_thresholds(middle: _Array, spread: _Array, levels: int) -> ThresholdsAttr:
    """`levels` equidistant thresholds for each channel."""
    positions = (np.arange(levels) + 0.5) / levels - 0.5
    rows = [_round(row) for row in middle[:, None] + positions * spread[:, None]]
    fits = all(-(2**15) <= value < 2**15 for row in rows for value in row)
    return ThresholdsAttr(rows, i16 if fits else i32)


def _limit_shift(shift: int) -> int:
    return max(-MAX_SHIFT, min(MAX_SHIFT, shift))


def _round(values: _Array) -> list[int]:
    return np.rint(values).astype(np.int64).tolist()
