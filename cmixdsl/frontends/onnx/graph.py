"""A network as an ONNX file has it, in plain frozen dataclasses: no protobuf below this point."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy.typing as npt

from cmixdsl.errors import CmixError

Attribute: TypeAlias = "int | float | str | tuple[int, ...] | tuple[float, ...] | Tensor | Opaque"
"""What a node's attribute can hold."""

ElementKind: TypeAlias = str
"""The name of an element type in ONNX, in lower case: `float`, `int8`, `uint4`."""

LONGEST_QUOTE = 80
"""Characters of a name in a message; a hostile file has names of megabytes."""


@dataclass(frozen=True)
class Opaque:
    """An attribute that no supported operator has, such as a subgraph."""

    kind: str


@dataclass(frozen=True)
class Tensor:
    """A constant.

    Elements of fewer than 8 bits stand in int8 or uint8 arrays, one each; `kind` tells.
    """

    kind: ElementKind
    values: npt.NDArray[Any]


@dataclass(frozen=True)
class TensorInfo:
    """An input or output of the graph."""

    name: str
    kind: ElementKind
    shape: tuple[int | None, ...]
    """None where the file names a dimension instead of giving its size."""


@dataclass(frozen=True)
class Node:
    """One operator application; absent optional inputs are empty names."""

    name: str
    domain: str
    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict[str, Attribute])
    origin: str = ""
    """The operator in the file, when this one is part of what it stands for."""

    @property
    def title(self) -> str:
        """What messages call it: name and operator."""
        op = self.origin or self.op
        op = f"{self.domain}.{op}" if self.domain and not self.origin else op
        return f"'{quote(self.name or self.output)}' ({quote(op)})"

    @property
    def output(self) -> str:
        """The first output's name, or the operator's when it has none."""
        return self.outputs[0] if self.outputs else self.op

    def get_input(self, index: int) -> str:
        """The name of an input, empty when it is absent."""
        return self.inputs[index] if index < len(self.inputs) else ""

    def has_input(self, index: int) -> bool:
        """Whether an optional input is there."""
        return bool(self.get_input(index))

    def get_int(self, key: str, default: int) -> int:
        """An integer attribute; raises CmixError when it is something else."""
        value = self.attributes.get(key, default)
        if not isinstance(value, int):
            raise CmixError(f"expected an integer for attribute '{key}', found {describe(value)}")
        return value

    def get_float(self, key: str, default: float) -> float:
        """A real attribute; raises CmixError when it is something else."""
        value = self.attributes.get(key, default)
        if not isinstance(value, float):
            raise CmixError(
                f"expected a real number for attribute '{key}', found {describe(value)}"
            )
        return value

    def get_text(self, key: str, default: str) -> str:
        """A string attribute; raises CmixError when it is something else."""
        value = self.attributes.get(key, default)
        if not isinstance(value, str):
            raise CmixError(f"expected a string for attribute '{key}', found {describe(value)}")
        return value

    def get_ints(self, key: str, default: tuple[int, ...] | None = None) -> tuple[int, ...] | None:
        """A list of integers, or `default`; raises CmixError when it is something else."""
        value = self.attributes.get(key)
        if value is None:
            return default
        if not isinstance(value, tuple) or not all(isinstance(item, int) for item in value):
            raise CmixError(f"expected integers for attribute '{key}', found {describe(value)}")
        return tuple(int(item) for item in value)


@dataclass(frozen=True)
class Graph:
    """The main graph of a model."""

    inputs: tuple[TensorInfo, ...]
    """Without initializers, which old files list among the inputs."""
    outputs: tuple[TensorInfo, ...]
    initializers: Mapping[str, Tensor]
    nodes: tuple[Node, ...]
    opset: int
    """Version of ONNX's own operators."""


def quote(text: str) -> str:
    """`text`, shortened and in one line, for a message."""
    text = "".join(char if char.isprintable() else "?" for char in text[: LONGEST_QUOTE + 1])
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def describe(value: object) -> str:
    """An attribute or an array, shortened, for a message."""
    if isinstance(value, Tensor):
        return f"a tensor of {value.kind}"
    if isinstance(value, Opaque):
        return value.kind
    return quote(str(value))
