"""What the runtime of a file's format computes for every layer, to measure integers against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.frontends.options import ImportOptions

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class LayerReference:
    """A network at level 1 whose function returns every layer's tensor, and its runtime."""

    runtime: str
    """The program's name."""
    module: ModuleOp
    tensors: tuple[str, ...]
    """The name in the file of what each result of the function is."""
    run: Callable[[Sequence[Array]], list[Array]]
    """From arguments of the function to its results, as the runtime computes them.

    They count steps of the result's type from 0 of its storage: stored integers, or numbers
    between such where the runtime leaves a tensor real. Raises CmixError when the runtime refuses
    the file.
    """


BuildReference: TypeAlias = Callable[[Context, bytes, Path, ImportOptions], LayerReference]
"""From the content of a file, and its path for messages.

Raises CmixError as the import of the file does, ModuleNotFoundError without the runtime's package.
"""
