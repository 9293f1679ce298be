"""Quantized types of fewer bits for the same real numbers, in plain Python and numpy."""

from typing import Any

import numpy as np
import numpy.typing as npt

from cmixdsl.dialects.quant import SCALE_RANGE, UniformType
from cmixdsl.interpreters.quantization import Reals, quantize
from cmixdsl.packing import get_element_range

Quantized = tuple[npt.NDArray[Any], UniformType]


def narrow_type(type_: UniformType, bits: int) -> UniformType:
    """A type of `bits` whose whole storage range stands for the range of real numbers of `type_`.

    The zero point is the nearest one: 0 stays exact, so that the range moves by half a step.
    """
    (scale,), (zero,) = type_.scales, type_.zero_points
    low, high = type_.storage_range
    new_low, new_high = get_element_range(bits, type_.is_signed)
    growth = (high - low) / (new_high - new_low)
    new_zero = new_low + round((zero - low) / growth)
    return UniformType(bits, type_.is_signed, [scale * growth], [new_zero])


def quantize_weights(reals: Reals, bits: int, axis: int | None) -> Quantized:
    """Unsigned integers and their type: the least and the greatest weight are the range's ends.

    With an axis each index of it has scale and zero point of its own. 0 is always in the range,
    and exact.
    """
    rows = reals.reshape(1, -1) if axis is None else np.moveaxis(reals, axis, 0)
    rows = rows.reshape(len(rows), -1)
    least, most = np.minimum(rows.min(axis=1), 0), np.maximum(rows.max(axis=1), 0)
    levels = 2**bits - 1
    scales = np.where(most > least, (most - least) / levels, 1.0)
    scales = np.maximum(scales, SCALE_RANGE[0])
    zeros = np.clip(np.rint(-least / scales), 0, levels).astype(np.int64)
    type_ = UniformType(bits, False, scales.tolist(), zeros.tolist(), axis=axis)
    return quantize(reals, type_), type_
