"""Decodes the constants of an ONNX file, never reading more than their dimensions say."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from cmixdsl.errors import CmixError
from cmixdsl.frontends.onnx.graph import ElementKind, Tensor, quote

MOST_CONSTANT_ELEMENTS = 1 << 26
"""Of one constant; far above the flash of any core."""


@dataclass(frozen=True)
class Storage:
    """How elements of one type are stored."""

    dtype: str
    """Numpy's name for one element, little-endian, once unpacked."""
    bits: int
    field: str
    """The typed field of `TensorProto` that holds elements when `raw_data` is empty."""


STORAGES = {
    "float": Storage("<f4", 32, "float_data"),
    "double": Storage("<f8", 64, "double_data"),
    "float16": Storage("<f2", 16, ""),
    "int8": Storage("<i1", 8, "int32_data"),
    "uint8": Storage("<u1", 8, "int32_data"),
    "int16": Storage("<i2", 16, "int32_data"),
    "uint16": Storage("<u2", 16, "int32_data"),
    "int32": Storage("<i4", 32, "int32_data"),
    "int64": Storage("<i8", 64, "int64_data"),
    "bool": Storage("|b1", 8, "int32_data"),
    "int4": Storage("<i1", 4, "int32_data"),
    "uint4": Storage("<u1", 4, "int32_data"),
    "int2": Storage("<i1", 2, "int32_data"),
    "uint2": Storage("<u1", 2, "int32_data"),
}
"""The element types of constants, by their names in lower case."""


def get_kind(data_type: int) -> ElementKind:
    """The name of an element type; numbers that no version of ONNX knows are named by number."""
    if data_type not in TensorProto.DataType.values():
        return f"type {data_type}"
    return TensorProto.DataType.Name(data_type).lower()  # pyright: ignore


def decode_tensor(proto: TensorProto, folder: Path) -> Tensor:
    """The constant in `proto`, whose external data, if any, lies inside `folder`.

    Raises CmixError for element types without a use here, and for data that does not fit the shape.
    """
    kind = get_kind(proto.data_type)
    storage = STORAGES.get(kind)
    if storage is None:
        raise CmixError(f"expected elements of {', '.join(STORAGES)}, found {kind}")
    shape = tuple(proto.dims)
    if any(size < 0 for size in shape):
        raise CmixError(f"expected sizes of at least 0, found {quote(str(shape))}")
    count = prod(shape)
    if count > MOST_CONSTANT_ELEMENTS:
        raise CmixError(f"expected at most {MOST_CONSTANT_ELEMENTS} elements, found {count}")
    return Tensor(kind, _read_elements(proto, storage, count, folder).reshape(shape))


def _read_elements(
    proto: TensorProto, storage: Storage, count: int, folder: Path
) -> npt.NDArray[Any]:
    expected_bytes = -(-count * storage.bits // 8)
    if proto.data_location == TensorProto.EXTERNAL:
        entries = {str(entry.key): str(entry.value) for entry in proto.external_data}
        return _decode_raw(_read_external(entries, expected_bytes, folder), storage, count)
    if proto.HasField("raw_data"):
        return _decode_raw(proto.raw_data, storage, count)
    typed: Sequence[float] = getattr(proto, storage.field or "int32_data")
    if storage.bits < 8:
        return _decode_raw(bytes(value & 0xFF for value in proto.int32_data), storage, count)
    if len(typed) != count:
        raise CmixError(f"expected {count} elements for the shape, found {len(typed)}")
    if storage.dtype == "<f2":
        return np.array(typed, np.int64).astype(np.uint16).view("<f2")
    return np.array(typed).astype(storage.dtype)


def _decode_raw(raw: bytes, storage: Storage, count: int) -> npt.NDArray[Any]:
    expected_bytes = -(-count * storage.bits // 8)
    if len(raw) != expected_bytes:
        raise CmixError(f"expected {expected_bytes} bytes for the shape, found {len(raw)}")
    if storage.bits >= 8:
        return np.frombuffer(raw, storage.dtype)
    return _unpack(raw, storage)[:count]


def _unpack(raw: bytes, storage: Storage) -> npt.NDArray[Any]:
    """Elements of fewer than 8 bits, the first in the least significant bits."""
    shifts = np.arange(0, 8, storage.bits, dtype=np.uint8)
    fields = (np.frombuffer(raw, np.uint8)[:, None] >> shifts) & ((1 << storage.bits) - 1)
    if storage.dtype == "<u1":
        return fields.astype(np.uint8).ravel()
    sign = 1 << (storage.bits - 1)
    return ((fields.astype(np.int16) ^ sign) - sign).astype(np.int8).ravel()


def _read_external(entries: dict[str, str], expected_bytes: int, folder: Path) -> bytes:
    """The bytes of a constant in a file of its own, which must lie in the model's folder."""
    location = entries.get("location", "")
    root = folder.resolve()
    try:
        path = (root / location).resolve()
        is_inside = path.is_relative_to(root) and path.is_file()
        offset, length = int(entries.get("offset", 0)), int(entries.get("length", expected_bytes))
    except (OSError, ValueError, RuntimeError) as error:
        raise CmixError(f"external data '{quote(location)}': {quote(str(error))}") from error
    if not location or not is_inside:
        raise CmixError(
            f"external data '{quote(location)}': expected a file in the model's folder or below"
        )
    if length != expected_bytes or offset < 0:
        raise CmixError(
            f"external data '{quote(location)}': expected {expected_bytes} bytes for the shape, "
            f"found length {length} at offset {offset}"
        )
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)
    except (OSError, OverflowError) as error:
        raise CmixError(f"external data '{quote(location)}': cannot read: {error}") from error
