"""Chooses biases and requantization such that outputs spread over their range."""

from math import frexp
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import i16, i32

from cmixdsl.dialects.cmix.requantization import (
    FixedPointAttr,
    IcnAttr,
    RequantizationAttr,
    ThresholdsAttr,
)

Array = npt.NDArray[Any]

Flavour: TypeAlias = Literal["PL", "PL+ICN", "PC+ICN", "thresholds", "fixed_point"]
"""PL has one multiplier, the others one per channel; only PC+ICN has filter zeros per channel."""

FLAVOURS: tuple[Flavour, ...] = ("PL", "PL+ICN", "PC+ICN", "thresholds", "fixed_point")

NEGATIVE_SHARE = 0.15
"""How many ICN channels have a negative multiplier, as a negative batch norm weight gives."""


def choose_requantization(
    generator: np.random.Generator,
    sums: Array,
    limits: Array,
    element_range: tuple[int, int],
    flavour: Flavour,
) -> tuple[list[int], RequantizationAttr]:
    """Bias per channel and requantization to elements in a range.

    `sums` has shape (samples, channels) and holds typical accumulators without bias; `limits` are
    bounds of their absolute value.
    """
    least: Array = np.percentile(sums, 5, axis=0)
    most: Array = np.percentile(sums, 95, axis=0)
    spread: Array = np.maximum(most - least, 1.0)
    if flavour == "PL":
        spread = np.full_like(spread, np.median(spread))
    if flavour == "thresholds":
        return _choose_thresholds(generator, least, spread, element_range)
    low, high = element_range
    scale: Array = (high - low) / spread
    zero = int(generator.integers(low, high + 1))
    jitter: Array = generator.uniform(-0.1, 0.1, len(spread)) * spread
    bias: Array = (low - zero) / scale - least + jitter
    if flavour == "fixed_point":
        return _round(bias), _build_fixed_point(generator, scale, zero, element_range)
    if flavour != "PL":
        is_negative = generator.random(len(spread)) < NEGATIVE_SHARE
        bias = np.where(is_negative, (zero - low) / scale - most + jitter, bias)
        scale = np.where(is_negative, -scale, scale)
    scales = scale[:1] if flavour == "PL" else scale
    bound = float(np.max(np.abs(bias) + limits)) + 1
    return _round(bias), _clamp(
        generator, _build_icn(generator, scales, bound, zero), element_range
    )


def choose_without_bias(
    generator: np.random.Generator,
    sums: Array,
    limit: int,
    element_range: tuple[int, int],
    flavour: Flavour,
    channels: int = 1,
) -> RequantizationAttr:
    """Requantization of accumulators, of shape (samples,) and mean about 0, that have no bias.

    It has parameters for each of the channels unless the flavour is PL.
    """
    gains = generator.uniform(0.5, 1, channels)
    bias, requant = choose_requantization(
        generator, sums[:, None] * gains, np.full(channels, limit), element_range, flavour
    )
    middle = (sum(element_range) + 1) // 2
    match requant:
        case IcnAttr():
            return _clamp(generator, IcnAttr(requant.m0, requant.n0, middle), element_range)
        case ThresholdsAttr():
            pairs = zip(requant.get_rows(), bias, strict=False)
            rows = [[value - offset for value in row] for row, offset in pairs]
            return ThresholdsAttr(rows, i32)
        case FixedPointAttr():
            return FixedPointAttr(requant.multiplier, requant.shift, middle, *element_range)
        case _:
            raise AssertionError(f"unknown requantization {requant}")


def _choose_thresholds(
    generator: np.random.Generator,
    least: Array,
    spread: Array,
    element_range: tuple[int, int],
) -> tuple[list[int], RequantizationAttr]:
    levels = element_range[1] - element_range[0]
    if generator.random() < 0.3:
        spread = np.median(spread, keepdims=True)
    steps = (np.arange(levels) + generator.uniform(0, 1, (len(spread), levels))) / levels
    origin = generator.uniform(-0.5, 0.5) * float(spread.max())
    rows = np.sort(origin + steps * spread[:, None], axis=1)
    jitter = generator.uniform(-0.1, 0.1, least.shape) * spread
    fits = bool(np.abs(rows).max() < 2**15 - 1)
    storage = i16 if fits and generator.random() < 0.7 else i32
    return _round(origin - least + jitter), ThresholdsAttr([_round(row) for row in rows], storage)


def _build_fixed_point(
    generator: np.random.Generator, scale: Array, zero: int, element_range: tuple[int, int]
) -> FixedPointAttr:
    pairs = [frexp(value) for value in scale.tolist()]
    multipliers = [min(round(fraction * 2**31), 2**31 - 1) for fraction, _ in pairs]
    low, high = element_range
    is_rectified = generator.random() < 0.5 and 2 * zero < low + high
    minimum = zero if is_rectified else low
    return FixedPointAttr(multipliers, [shift for _, shift in pairs], zero, minimum, high)


def _build_icn(generator: np.random.Generator, scales: Array, bound: float, zero: int) -> IcnAttr:
    """The same scale may be written with a smaller m0 and a larger left shift: both occur."""
    most_left = 31 - frexp(bound)[1]
    m0s: list[int] = []
    n0s: list[int] = []
    for scale in scales.tolist():
        fraction, exponent = frexp(abs(scale))
        n0 = max(-exponent - 1, -most_left)
        lost = -exponent - 1 - n0
        slack = int(generator.integers(0, max(min(n0 + most_left, 12), 0) + 1))
        m0 = min(round(fraction * 2.0 ** (31 - lost - slack)), 2**31 - 1)
        m0s.append(m0 if scale > 0 else -m0)
        n0s.append(n0 - slack)
    return IcnAttr(m0s, n0s, zero)


def _clamp(
    generator: np.random.Generator, requant: IcnAttr, element_range: tuple[int, int]
) -> IcnAttr:
    """Every other one keeps outputs in the middle of their range, of a third at least."""
    low, high = element_range
    below, above = (int(part) for part in generator.integers(0, (high - low) // 3 + 1, 2))
    least, most = low + below, high - above
    limits = [(None, None), (None, None), (None, None), (low, most), (least, None), (least, most)]
    choice = limits[int(generator.integers(len(limits)))]
    return IcnAttr(requant.m0, requant.n0, requant.zero, *choice)


def _round(values: Array) -> list[int]:
    return np.rint(values).astype(np.int64).tolist()
