"""Bounds on what a file may make the importer read, however it is damaged."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

MAX_ENTRIES = 1 << 14
"""Tensors, operators and buffers of a file, each."""
MAX_OPERANDS = 1 << 8
"""Inputs or outputs of one operator."""
MAX_RANK = 8
MAX_ELEMENTS = 1 << 26
"""Of one tensor: far more than any core has memory for."""
LONGEST_NAME = 200
"""Characters; the rest of a longer one is left out."""
ELEMENTS_PER_BYTE = 8
"""Elements of all vectors together, for each byte of the file; 2-bit weights have 4."""

Number = TypeVar("Number", bound=np.generic)
Entry = TypeVar("Entry")


class Malformed(ValueError):  # noqa: N818
    """The file contradicts itself or its schema."""


class Budget:
    """What may still be read from a file.

    Vectors of a file may overlap, so that few bytes can stand for any number of elements.
    """

    def __init__(self, file_bytes: int):
        self._elements = ELEMENTS_PER_BYTE * file_bytes

    def take(self, length: int, what: str, most: int) -> int:
        """`length`, which is about to be read.

        Raises Malformed when it exceeds `most`, or all lengths together what the file can hold.
        """
        if length > most:
            raise Malformed(f"expected at most {most} {what}, found {length}")
        self._elements -= length
        if self._elements < 0:
            raise Malformed(f"the file is too short for its {what}")
        return length


def get_array(vector: npt.NDArray[Number] | int) -> npt.NDArray[Number]:
    """A vector of the file, which generated code gives as 0 where it is absent."""
    return np.empty(0, np.int32) if isinstance(vector, int) else vector  # pyright: ignore


def get_entry(entries: Sequence[Entry], index: int, what: str) -> Entry:
    """An entry of a table of the file; raises Malformed when there is none of this index."""
    if not 0 <= index < len(entries):
        raise Malformed(f"expected a {what} of 0 to {len(entries) - 1}, found {index}")
    return entries[index]


def get_text(text: bytes | None) -> str:
    """A name of the file, shortened, with `?` for whatever cannot be printed."""
    decoded = (text or b"")[:LONGEST_NAME].decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "?" for character in decoded)
