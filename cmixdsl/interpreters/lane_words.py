"""Rows packed in lane words, as arrays of numbers."""

import numpy as np
import numpy.typing as npt

from cmixdsl.dialects.lanes import WordType
from cmixdsl.interpreters.memref import Buffer
from cmixdsl.interpreters.packed_memory import get_view

Integers = npt.NDArray[np.int64]


def pack_rows(rows: Integers, type_: WordType) -> npt.NDArray[np.uint32]:
    """Words of rows, shape (rows, positions); the last word is filled up with 0."""
    missing = -rows.shape[1] % type_.lanes
    lanes = np.pad(rows, ((0, 0), (0, missing))).reshape(rows.shape[0], -1, type_.lanes)
    words = (lanes << np.arange(type_.lanes) * type_.spacing.data).sum(axis=2)
    return words.T.astype(np.uint32)


def unpack_rows(buffer: Buffer, type_: WordType, rows: int | None = None) -> Integers:
    """The first rows that words hold, or all of them, shape (rows, positions)."""
    words = get_view(buffer, np.uint32).astype(np.int64).T[:rows]
    lanes = words[:, :, None] >> np.arange(type_.lanes) * type_.spacing.data
    lanes[:, :, :-1] &= (1 << type_.spacing.data) - 1
    return lanes.reshape(words.shape[0], -1)
