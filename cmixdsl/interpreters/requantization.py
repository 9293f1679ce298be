"""What requantization attributes compute, on arrays of exact integers.

Values are int64 throughout; where hardware has 32 bits, they are checked to fit. A module that
verifies cannot fail these checks.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import DenseArrayBase, IntegerType
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects.cmix.linear_requantization import LinearAttr, get_product
from cmixdsl.dialects.cmix.requantization import (
    FixedPointAttr,
    IcnAttr,
    RequantizationAttr,
    ThresholdsAttr,
)
from cmixdsl.dialects.cmix.rescale import RescaleAttr

Integers = npt.NDArray[np.int64]

INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1


def check_int32(what: str, values: Integers) -> Integers:
    """The values themselves; raises InterpretationError when one needs more than 32 bits."""
    if values.size and (values.min() < INT32_MIN or values.max() > INT32_MAX):
        raise InterpretationError(f"{what} in [{values.min()}, {values.max()}] overflows 32 bits")
    return values


def multiply_by_quantized_multiplier(
    values: Integers, multiplier: Integers, shift: Integers
) -> Integers:
    """`values * multiplier / 2^31 * 2^shift`, rounded twice.

    The doubling high multiply rounds half up, the shift to the right half away from zero.
    Multipliers are not negative, hence nothing saturates.
    """
    shifted = check_int32("accumulator shifted left", values << np.maximum(shift, 0))
    high = (shifted * multiplier + (1 << 30)) >> 31
    right = np.maximum(-shift, 0)
    mask = (np.int64(1) << right) - 1
    threshold = (mask >> 1) + (high < 0)
    return (high >> right) + ((high & mask) > threshold)


def rescale(values: Integers, attribute: RescaleAttr) -> Integers:
    """The operand of a sum, each value by `#cmix.rescale`."""
    multiplier, shift = attribute.multiplier.data, attribute.shift.data
    shifted = check_int32("operand shifted left", values << attribute.left_shift.data)
    scaled = multiply_by_quantized_multiplier(shifted, np.array(abs(multiplier)), np.array(shift))
    return -scaled if multiplier < 0 else scaled


def scale_icn(values: Integers, m0: Integers, n0: Integers) -> Integers:
    """`hi32((values << max(-n0, 0)) * m0) >> max(n0, 0)`; both shifts floor."""
    shifted = check_int32("accumulator shifted left", values << np.maximum(-n0, 0))
    return ((shifted * m0) >> 32) >> np.maximum(n0, 0)


def scale_linear(values: Integers, channels: Integers, requant: LinearAttr) -> Integers:
    """`(product(values << left, multiplier) + offset) >> right`, every step in 32 bits."""
    left, multiplier, offset, right = (
        _select(array, channels) for array in requant.channel_parameters.values()
    )
    shifted = check_int32("accumulator shifted left", values << left)
    product = check_int32("product", get_product(shifted, multiplier, requant.kind))
    return check_int32("product and offset", product + offset) >> right


def count_thresholds(values: Integers, channels: Integers, rows: Sequence[Integers]) -> Integers:
    """For each value, how many thresholds of its channel's row it exceeds."""
    if len(rows) == 1 or channels.size == 1:
        channel = 0 if len(rows) == 1 else int(channels.flat[0])
        return np.searchsorted(rows[channel], values, side="left")
    values, channels = np.broadcast_arrays(values, channels)
    counts = np.zeros(values.shape, np.int64)
    for channel, row in enumerate(rows):
        chosen = channels == channel
        counts[chosen] = np.searchsorted(row, values[chosen], side="left")
    return counts


def requantize(
    accumulators: npt.NDArray[Any],
    channels: npt.NDArray[Any],
    requant: RequantizationAttr,
    element_range: tuple[int, int],
) -> Integers:
    """Output elements in `element_range` for accumulators of the given channels.

    `channels` broadcasts against `accumulators`. Raises InterpretationError when a channel has no
    parameters or a 32-bit intermediate overflows.
    """
    values = check_int32("accumulator", np.asarray(accumulators, np.int64))
    channels = np.asarray(channels, np.int64)
    if requant.channels > 1 and (channels.min() < 0 or channels.max() >= requant.channels):
        raise InterpretationError(
            f"requantization has parameters of {requant.channels} channels, "
            f"found channels {channels.min()} to {channels.max()}"
        )
    low, high = element_range
    match requant:
        case IcnAttr():
            m0, n0 = (_select(array, channels) for array in (requant.m0, requant.n0))
            result = scale_icn(values, m0, n0) + requant.zero.data
            low, high = requant.get_clamp(low, high)
        case ThresholdsAttr():
            result = low + count_thresholds(values, channels, _get_threshold_rows(requant))
        case FixedPointAttr():
            multiplier, shift = (
                _select(array, channels) for array in (requant.multiplier, requant.shift)
            )
            scaled = multiply_by_quantized_multiplier(values, multiplier, shift)
            result = scaled + requant.zero.data
            low, high = requant.min.data, requant.max.data
        case LinearAttr():
            result = scale_linear(values, channels, requant)
            low, high = requant.clamp
        case _:
            raise InterpretationError(f"no meaning is known of requantization {requant.name}")
    return np.clip(result, low, high)


def _select(parameters: DenseArrayBase[IntegerType], channels: Integers) -> Integers:
    array = np.array(parameters.get_values(), np.int64)
    return array[channels] if len(array) > 1 else array[0]


@lru_cache(maxsize=64)
def _get_threshold_rows(requant: ThresholdsAttr) -> list[Integers]:
    return [np.array(row, np.int64) for row in requant.get_rows()]
