"""The packed storage of tensors with 2-, 4- and 8-bit elements, in numpy.

Elements lie along the innermost dimension, least significant bits first: at 4 bits a byte is
`e0 | e1 << 4`, at 2 bits `e0 | e1 << 2 | e2 << 4 | e3 << 6`. Every row of the innermost dimension
is padded with zero bits to a whole byte, so any number of channels is legal.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def get_row_bytes(elements: int, bits: int) -> int:
    """Bytes that one row of `elements` elements of `bits` bits takes."""
    return -(-elements * bits // 8)


def get_element_range(bits: int, signed: bool) -> tuple[int, int]:
    """Smallest and largest value of an element, both inclusive."""
    if signed:
        return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    return 0, (1 << bits) - 1


def pack(values: npt.NDArray[np.integer], bits: int) -> npt.NDArray[np.uint8]:
    """Packs an array of elements; only the last dimension of the shape changes, into bytes.

    Values outside the range of `bits` bits (signed or unsigned) are a bug of the caller: only their
    low bits are kept.
    """
    per_byte = 8 // bits
    columns = values.shape[-1]
    row_bytes = get_row_bytes(columns, bits)
    fields = np.zeros((*values.shape[:-1], row_bytes * per_byte), np.uint8)
    fields[..., :columns] = values.astype(np.uint8) & np.uint8((1 << bits) - 1)
    packed = np.zeros((*values.shape[:-1], row_bytes), np.uint8)
    for index in range(per_byte):
        packed |= fields[..., index::per_byte] << np.uint8(index * bits)
    return packed


def unpack(
    data: npt.NDArray[np.uint8], shape: Sequence[int], bits: int, signed: bool
) -> npt.NDArray[np.int32]:
    """Unpacks bytes into int32 elements of the given shape.

    Raises ValueError when the number of bytes does not fit the shape.
    """
    *outer, columns = shape
    row_bytes = get_row_bytes(columns, bits)
    rows = np.asarray(data, np.uint8).reshape(*outer, row_bytes, 1)
    shifts = np.arange(8 // bits, dtype=np.uint8) * np.uint8(bits)
    fields = ((rows >> shifts) & np.uint8((1 << bits) - 1)).astype(np.int32)
    values = fields.reshape(*outer, row_bytes * (8 // bits))[..., :columns]
    if signed:
        values = values - ((values >> (bits - 1)) << bits)
    return np.ascontiguousarray(values)
