"""Reads the tensors of a file: shapes, quantization, and the values of constants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite

from cmixdsl.frontends.tflite.limits import (
    MAX_ELEMENTS,
    MAX_ENTRIES,
    MAX_RANK,
    Budget,
    Malformed,
    get_array,
    get_entry,
    get_text,
)
from cmixdsl.frontends.tflite.network import Quantization, Tensor, format_shape
from cmixdsl.packing import unpack


@dataclass(frozen=True)
class StoredType:
    """How the elements of a constant lie in its bytes, which are little-endian."""

    dtype: str
    bits: int


STORED_TYPES: Mapping[str, StoredType] = {
    "FLOAT32": StoredType("<f4", 32),
    "INT32": StoredType("<i4", 32),
    "INT8": StoredType("i1", 8),
    "INT4": StoredType("i1", 4),
    "INT2": StoredType("i1", 2),
}
"""Types whose constants are read; those of others are left out, with their operators refused."""
LATER_TYPES = {19: "INT2", 20: "UINT4"}
"""Types that came into the schema after the release of the package `tflite`."""


def parse_tensor(
    tensor: tflite.Tensor, index: int, buffers: Sequence[tflite.Buffer], budget: Budget
) -> Tensor:
    """One tensor of a subgraph; raises Malformed when its parts contradict each other."""
    name = get_text(tensor.Name()) or f"tensor{index}"
    type_name = _get_type_name(tensor)
    shape = _parse_shape(tensor, name, budget)
    buffer = get_entry(buffers, tensor.Buffer(), f"buffer for tensor '{name}'")
    return Tensor(
        index=index,
        name=name,
        type=type_name,
        shape=shape,
        quantization=_parse_quantization(tensor.Quantization(), name, budget),
        is_constant=buffer.DataLength() > 0,
        values=_parse_values(buffer, type_name, shape, name, budget),
    )


def _get_type_name(tensor: tflite.Tensor) -> str:
    number = tensor.Type()
    names = (name for name, value in vars(tflite.TensorType).items() if value == number)
    name = next(names, LATER_TYPES.get(number, f"type {number}"))
    if tensor.IsVariable():
        return f"variable {name}"
    return name if tensor.Sparsity() is None else f"sparse {name}"


def _parse_shape(tensor: tflite.Tensor, name: str, budget: Budget) -> tuple[int, ...]:
    budget.take(tensor.ShapeLength(), f"dimensions of tensor '{name}'", MAX_RANK)
    shape = tuple(int(extent) for extent in get_array(tensor.ShapeAsNumpy()))
    if any(extent < 1 for extent in shape) or prod(shape) > MAX_ELEMENTS:
        raise Malformed(
            f"tensor '{name}' must have dimensions of at least 1 and at most {MAX_ELEMENTS} "
            f"elements, found shape {format_shape(shape)}"
        )
    return shape


def _parse_quantization(
    parameters: tflite.QuantizationParameters | None, name: str, budget: Budget
) -> Quantization | None:
    if parameters is None or parameters.ScaleLength() == 0:
        return None
    budget.take(parameters.ScaleLength(), f"scales of tensor '{name}'", MAX_ENTRIES)
    budget.take(parameters.ZeroPointLength(), f"zero points of tensor '{name}'", MAX_ENTRIES)
    scales = get_array(parameters.ScaleAsNumpy())
    zeros = get_array(parameters.ZeroPointAsNumpy())
    if zeros.size not in (0, 1, scales.size):
        raise Malformed(
            f"tensor '{name}' must have as many zero points as scales ({scales.size}), found "
            f"{zeros.size}"
        )
    if not (np.isfinite(scales).all() and (scales > 0).all()):
        raise Malformed(f"scales of tensor '{name}' must be positive and finite")
    zeros = np.broadcast_to(zeros if zeros.size else np.zeros(1, np.int64), scales.shape)
    return Quantization(
        tuple(float(scale) for scale in scales),
        tuple(int(zero) for zero in zeros),
        parameters.QuantizedDimension(),
    )


def _parse_values(
    buffer: tflite.Buffer, type_name: str, shape: tuple[int, ...], name: str, budget: Budget
) -> npt.NDArray[Any] | None:
    """The elements of a constant; None for activations and for types that no operator may have."""
    if buffer.Offset() > 1 or buffer.Size() > 1:
        raise Malformed(f"tensor '{name}' has its values behind the end of the structure")
    stored = STORED_TYPES.get(type_name)
    if buffer.DataLength() == 0 or stored is None:
        return None
    size = prod(shape)
    expected = (size * stored.bits + 7) // 8
    if buffer.DataLength() != expected:
        raise Malformed(
            f"tensor '{name}' ({type_name}, {format_shape(shape)}) must have {expected} bytes of "
            f"values, found {buffer.DataLength()}"
        )
    budget.take(size, f"values of tensor '{name}'", MAX_ELEMENTS)
    data = get_array(buffer.DataAsNumpy())
    if stored.bits < 8:
        return unpack(data, (size,), stored.bits, signed=True).reshape(shape)
    return data.view(np.dtype(stored.dtype)).reshape(shape)
