"""Estimates the machine code of a function at level 4, without a C compiler.

Bytes for each operation stand in `code_bytes.toml`, which says how it was made. Kernels differ in
how a C compiler allocates registers, so that the estimate is on the safe side of what it sees.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from xdsl.dialects.func import FuncOp

TABLE_PATH = Path(__file__).parent / "code_bytes.toml"

OTHER = "other"
"""The row of operations that have none."""


@cache
def load_code_bytes() -> Mapping[str, float]:
    """The bytes of each operation, by name."""
    table = tomllib.loads(TABLE_PATH.read_text(encoding="utf-8"))
    return {name: float(bytes_) for name, bytes_ in table["bytes"].items()}


def count_operations(function: FuncOp) -> Counter[str]:
    """How often each operation stands in a function, which counts as one itself."""
    return Counter(op.name for op in function.walk())


def estimate_code_bytes(function: FuncOp) -> int:
    """Bytes of a function on Armv7E-M, its literals included."""
    table = load_code_bytes()
    counts = count_operations(function)
    return round(sum(count * table.get(name, table[OTHER]) for name, count in counts.items()))
