"""Quantized types from what ONNX says: scale, zero point, bits, sign, range, axis."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cmixdsl.dialects.quant import SCALE_RANGE, UniformType
from cmixdsl.frontends.onnx.values import Constant, RefusedError
from cmixdsl.packing import get_element_range

STORAGE_BITS = (2, 4, 8, 16, 32)
"""Widths of storage; what lies between rounds up and keeps its exact range."""
INTEGER_KINDS = {
    "int2": (2, True),
    "uint2": (2, False),
    "int4": (4, True),
    "uint4": (4, False),
    "int8": (8, True),
    "uint8": (8, False),
    "int16": (16, True),
    "uint16": (16, False),
    "int32": (32, True),
}
"""Bits and sign of ONNX's integer types."""
Reals: TypeAlias = npt.NDArray[np.floating[Any]]
MEND_SCALE = "export the model again with positive scales, and zero points within the range"


def build_type(
    bounds: tuple[int, int],
    is_signed: bool,
    scales: npt.NDArray[Any],
    zero_points: npt.NDArray[Any],
    axis: int | None,
) -> UniformType:
    """The type whose storage is the smallest that holds `bounds`, kept as its range.

    `scales` and `zero_points` have one element without an axis, else one for each index; one zero
    point may serve all. Raises RefusedError where these are none that a type can have.
    """
    scales = np.atleast_1d(scales).astype(np.float64).ravel()
    zeros = np.atleast_1d(zero_points).ravel()
    if zeros.size not in (1, scales.size) or not scales.size:
        raise RefusedError(
            f"expected as many zero points as scales, found {zeros.size} and {scales.size}",
            MEND_SCALE,
        )
    zeros = np.broadcast_to(zeros, scales.shape)
    if not (np.isfinite(scales).all() and (scales > 0).all()):
        raise RefusedError(
            f"expected positive scales, found {scales[~(scales > 0)][:1]}", MEND_SCALE
        )
    low, high = bounds
    if (zeros != np.round(zeros)).any() or (zeros < low).any() or (zeros > high).any():
        outside = zeros[(zeros != np.round(zeros)) | (zeros < low) | (zeros > high)]
        raise RefusedError(
            f"expected whole zero points in [{low}, {high}], found {outside[0]}", MEND_SCALE
        )
    bits = next(bits for bits in STORAGE_BITS if _holds(bits, is_signed, bounds))
    return UniformType(
        bits,
        is_signed,
        scales.tolist(),
        [int(zero) for zero in zeros],
        storage_min=low,
        storage_max=high,
        axis=axis,
    )


def get_bounds(bits: int, is_signed: bool, is_narrow: bool) -> tuple[int, int]:
    """The range of QONNX's Quant; a narrow one lacks the least signed or greatest unsigned one."""
    low, high = get_element_range(bits, is_signed)
    if not is_narrow:
        return low, high
    return (low + 1, high) if is_signed else (low, high - 1)


def narrow_type(type_: UniformType, low: float, high: float) -> UniformType:
    """The type with its range limited, and the smallest storage for that; infinity is no limit."""
    least, greatest = type_.storage_range
    bounds = (int(np.ceil(max(least, low))), int(np.floor(min(greatest, high))))
    if bounds[0] >= bounds[1]:
        raise RefusedError(f"expected a range of integers, found [{low}, {high}]", MEND_SCALE)
    return build_type(
        bounds, type_.is_signed, np.array(type_.scales), np.array(type_.zero_points), type_.axis
    )


def with_axis(type_: UniformType, axis: int) -> UniformType:
    """The type with its scales along another axis."""
    return _copy_type(type_, type_.scales, axis)


def scale_type(type_: UniformType, factor: float) -> UniformType:
    """The type of `factor` times the numbers; raises RefusedError unless it is positive."""
    scales = [scale * factor for scale in type_.scales]
    if not all(SCALE_RANGE[0] <= scale <= SCALE_RANGE[1] for scale in scales):
        raise RefusedError(
            f"expected positive scales of f32, found {type_.scales[0]} times {factor}", MEND_SCALE
        )
    return _copy_type(type_, scales, type_.axis)


def _copy_type(type_: UniformType, scales: Sequence[float], axis: int | None) -> UniformType:
    low, high = type_.storage_range
    return UniformType(
        type_.storage_bits,
        type_.is_signed,
        scales,
        type_.zero_points,
        storage_min=low,
        storage_max=high,
        axis=axis,
    )


def quantize_constant(
    values: npt.NDArray[np.float64],
    type_: UniformType,
    rounding: str = "ROUND",
    *,
    kind: str = "float",
    rounds_sum: bool = False,
) -> Constant:
    """Real constants as stored integers, of `kind` in ONNX; divided in f32 as ONNX and QONNX do.

    ONNX rounds quotients and adds the zero point, QONNX (`rounds_sum`) rounds their sum.
    """
    shape = [1] * values.ndim
    if type_.axis is not None:
        shape[type_.axis] = -1
    zeros = np.array(type_.zero_points, np.float32).reshape(shape)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = values.astype(np.float32) / np.array(type_.scales, np.float32).reshape(shape)
        round_ = ROUNDINGS[rounding]
        stored = round_(scaled + zeros) if rounds_sum else round_(scaled) + zeros
    if np.isnan(stored).any():
        raise RefusedError("expected real numbers, found NaN", "train the network again")
    low, high = type_.storage_range
    return Constant(np.clip(stored, low, high).astype(np.int64), kind, type_)


def _round_half_up(values: Reals) -> Reals:
    return np.copysign(np.floor(np.abs(values) + 0.5), values)


def _round_half_down(values: Reals) -> Reals:
    return np.copysign(np.ceil(np.abs(values) - 0.5), values)


def _round_away(values: Reals) -> Reals:
    return np.copysign(np.ceil(np.abs(values)), values)


ROUNDINGS = {
    "ROUND": np.rint,
    "HALF_EVEN": np.rint,
    "CEIL": np.ceil,
    "FLOOR": np.floor,
    "UP": _round_away,
    "DOWN": np.trunc,
    "ROUND_TO_ZERO": np.trunc,
    "HALF_UP": _round_half_up,
    "HALF_DOWN": _round_half_down,
}
"""QONNX's rounding modes; constants can have any of them."""
EVEN_ROUNDINGS = ("ROUND", "HALF_EVEN")
"""Those that `qnn.quantize` does."""


def find_axis(parameters: Sequence[tuple[int, ...]], shape: tuple[int, ...]) -> int | None:
    """The axis of `shape` along which QONNX's parameters differ, None when one serves all.

    Parameters are broadcast to the tensor. Raises RefusedError when they differ along several axes,
    or do not fit.
    """
    axes: set[int] = set()
    for parameter in parameters:
        if len(parameter) > len(shape) and any(size > 1 for size in parameter[: -len(shape)]):
            axes.update((-1, -2))
        offset = len(shape) - len(parameter)
        axes.update(offset + index for index, size in enumerate(parameter) if size > 1)
    if len(axes) > 1:
        raise RefusedError(
            f"expected scales along one axis, found shapes {[list(p) for p in parameters]} for "
            f"{list(shape)}",
            "quantize per tensor or per channel",
        )
    axis = axes.pop() if axes else None
    counts = {size for parameter in parameters for size in parameter if size > 1}
    if axis is not None and (not 0 <= axis < len(shape) or counts != {shape[axis]}):
        raise RefusedError(
            f"expected one scale for each index of an axis of {list(shape)}, found shapes "
            f"{[list(p) for p in parameters]}",
            "quantize per tensor or per channel",
            depends_on_input=True,
        )
    return axis


def _holds(bits: int, is_signed: bool, bounds: tuple[int, int]) -> bool:
    low, high = get_element_range(bits, is_signed)
    return low <= bounds[0] and bounds[1] <= high
