"""Numpy arrays that alias the bytes of buffers, and packed elements in them."""

from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.interpreters.memref import Buffer, get_buffer_bytes

Integers = npt.NDArray[np.int64]
Positions = tuple[Integers, ...]
"""An index array for each dimension; they broadcast against each other."""


def get_view(buffer: Buffer, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """A buffer's memory as a little-endian array of its shape; writing it writes the memory."""
    raw = buffer.data_ptr.raw
    data = np.frombuffer(raw.memory, np.uint8, get_buffer_bytes(buffer), raw.offset)
    return data.view(np.dtype(dtype).newbyteorder("<")).reshape(buffer.shape)


def get_writable_view(name: str, buffer: Buffer, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """As `get_view`; raises InterpretationError, which names the operation, for a constant."""
    view = get_view(buffer, dtype)
    if not view.flags.writeable:
        raise InterpretationError(f"{name}: cannot write to a constant")
    return view


def are_inside(positions: Positions, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Where positions lie inside a tensor of that shape."""
    inside = np.array(True)
    for position, size in zip(positions, shape, strict=True):
        inside = inside & (position >= 0) & (position < size)
    return inside


def check_inside(what: str, positions: Positions, shape: tuple[int, ...]) -> None:
    """Raises InterpretationError, which begins with `what`, when a position is outside."""
    if not are_inside(positions, shape).all():
        reached = [(int(position.min()), int(position.max())) for position in positions]
        raise InterpretationError(f"{what}: positions {reached} are outside the shape {shape}")


def read_elements(data: npt.NDArray[np.uint8], type_: PackedType, positions: Positions) -> Integers:
    """Elements at positions that are inside the tensor which `data` stores."""
    *outer, column = positions
    per_byte = 8 // type_.bits
    fields = data[(*outer, column // per_byte)].astype(np.int64)
    values = (fields >> (column % per_byte * type_.bits)) & ((1 << type_.bits) - 1)
    if type_.is_signed:
        values = values - ((values >> (type_.bits - 1)) << type_.bits)
    return values


def write_elements(
    data: npt.NDArray[np.uint8], type_: PackedType, positions: Positions, values: Integers
) -> None:
    """Writes the low bits of values at positions inside the tensor that `data` stores.

    Bits that pad a row to a whole byte become 0 when the row's last element is written.
    """
    *outer, column, values = np.broadcast_arrays(*positions, values)
    per_byte, mask = 8 // type_.bits, (1 << type_.bits) - 1
    for field in range(per_byte):
        chosen = column % per_byte == field
        index = (*(position[chosen] for position in outer), column[chosen] // per_byte)
        shift = field * type_.bits
        fields = (values[chosen] & mask) << shift
        data[index] = (data[index] & (0xFF ^ (mask << shift))) | fields
    columns = type_.get_shape()[-1]
    is_last = column == columns - 1
    used_bits = (columns - 1) % per_byte * type_.bits + type_.bits
    data[(*(position[is_last] for position in outer), -1)] &= (1 << used_bits) - 1
