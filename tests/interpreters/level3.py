"""Running functions of level 3 on buffers of packed bytes, for tests."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from level4 import build_buffer, build_interpreter, get_bytes, parse
from xdsl.interpreters.shaped_array import ShapedArray

from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.packing import pack, unpack

Array = npt.NDArray[Any]

GARBAGE = 0xA5
"""What memory holds before it is written."""


def run(text: str, *args: object) -> tuple[Any, ...]:
    """Calls the one function of a module."""
    return build_interpreter(parse(text)).call_op("f", args)


def build_bytes(shape: Sequence[int]) -> ShapedArray[Any]:
    return build_buffer(np.full(shape, GARBAGE, np.uint8).view(np.int8))


def build_packed(elements: Array, bits: int) -> ShapedArray[Any]:
    return build_buffer(pack(elements, bits).view(np.int8))


def get_elements(buffer: ShapedArray[Any], type_: PackedType) -> Array:
    data = np.frombuffer(get_bytes(buffer), np.uint8)
    return unpack(data, type_.get_shape(), type_.bits, type_.is_signed)


def get_array(buffer: ShapedArray[Any], dtype: str) -> Array:
    return np.frombuffer(get_bytes(buffer), dtype).reshape(buffer.shape)


def draw_elements(seed: int, type_: PackedType) -> Array:
    low, high = type_.element_range
    return np.random.default_rng(seed).integers(low, high + 1, type_.get_shape())
