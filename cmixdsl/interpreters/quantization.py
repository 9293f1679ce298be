"""How the types of the `quant` dialect turn real numbers into integers, and integers back."""

from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects.quant import UniformType

Reals = npt.NDArray[np.float64]
Values = npt.NDArray[Any]
"""Stored integers, or real numbers."""


def get_storage_dtype(type: UniformType) -> np.dtype[Any]:
    """What holds stored integers in memory: int32, or int64 where these do not fit."""
    return np.dtype(np.int32 if type.storage_range[1] < 2**31 else np.int64)


def quantize(values: npt.ArrayLike, type: UniformType) -> Values:
    """Stored integers for real numbers: `clip(rint(real / scale) + zero_point)`, ties to even.

    `values` has the shape of the tensor when the type has an axis, any shape otherwise. Raises
    InterpretationError when one is not a number.
    """
    reals = np.asarray(values, np.float64)
    if np.isnan(reals).any():
        raise InterpretationError("expected real numbers to quantize, found NaN")
    scales, zeros = get_steps(type, reals.ndim)
    stored = np.clip(np.rint(reals / scales) + zeros, *type.storage_range)
    return stored.astype(get_storage_dtype(type))


def dequantize(stored: npt.ArrayLike, type: UniformType) -> Reals:
    """The real numbers for which stored integers stand: `scale * (stored - zero_point)`."""
    integers = np.asarray(stored, np.float64)
    scales, zeros = get_steps(type, integers.ndim)
    return scales * (integers - zeros)


def get_steps(type: UniformType, rank: int) -> tuple[Reals, Reals]:
    """Scales and zero points, in a shape that broadcasts against a tensor of `rank` dimensions."""
    shape = [-1 if axis == type.axis else 1 for axis in range(rank)] if type.is_per_axis else []
    return (
        np.array(type.scales, np.float64).reshape(shape),
        np.array(type.zero_points, np.float64).reshape(shape),
    )
