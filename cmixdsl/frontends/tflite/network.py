"""A network of TensorFlow Lite as plain data: what is left of a file once it has been read."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, TypeAlias

import numpy.typing as npt

Activation: TypeAlias = Literal["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"]
Padding: TypeAlias = Literal["SAME", "VALID"]


@dataclass(frozen=True)
class Quantization:
    """`real = scale * (stored - zero point)`, for the tensor or for each index of an axis."""

    scales: tuple[float, ...]
    """Numbers of f32."""
    zero_points: tuple[int, ...]
    """As many as scales."""
    axis: int
    """Meaningless with one scale."""


@dataclass(frozen=True)
class Tensor:
    """A tensor as the file describes it, the batch dimension included."""

    index: int
    name: str
    type: str
    """As the schema calls it, such as `INT8`."""
    shape: tuple[int, ...]
    quantization: Quantization | None
    is_constant: bool
    """Whether the file has its values."""
    values: npt.NDArray[Any] | None
    """Of a constant, in its shape: unpacked integers, or floats; None for types that no operator
    may have."""

    def get_size(self) -> int:
        """Number of elements."""
        return prod(self.shape)

    def get_short_name(self) -> str:
        """The name without those of other layers that a converter fused with this one."""
        return self.name.split(";")[0] or self.name

    def describe(self) -> str:
        """As in `'dense/MatMul' (INT8, 10x64)`."""
        return f"'{self.get_short_name()}' ({self.type}, {format_shape(self.shape)})"


@dataclass(frozen=True)
class WindowOptions:
    """Of convolutions and poolings; pairs are (rows, columns)."""

    padding: Padding
    strides: tuple[int, int]
    activation: Activation
    dilation: tuple[int, int] = (1, 1)
    kernel: tuple[int, int] | None = None
    """Of poolings; that of a convolution is its filter's."""


@dataclass(frozen=True)
class FullyConnectedOptions:
    """Of FULLY_CONNECTED."""

    activation: Activation
    is_shuffled: bool
    """Whether weights are stored in an order made for one processor."""


@dataclass(frozen=True)
class FusedOptions:
    """Of operators that have nothing but a fused activation."""

    activation: Activation


@dataclass(frozen=True)
class ConcatenationOptions:
    """Of CONCATENATION."""

    activation: Activation
    axis: int
    """Negative ones count from the last dimension."""


@dataclass(frozen=True)
class SoftmaxOptions:
    """Of SOFTMAX."""

    beta: float


Options: TypeAlias = (
    WindowOptions
    | FullyConnectedOptions
    | FusedOptions
    | ConcatenationOptions
    | SoftmaxOptions
    | None
)


@dataclass(frozen=True)
class Operator:
    """One operator with its tensors."""

    index: int
    kind: str
    """As the schema calls it, such as `CONV_2D`."""
    inputs: tuple[Tensor | None, ...]
    """None stands for an optional input that is left out."""
    outputs: tuple[Tensor, ...]
    options: Options

    def describe(self) -> str:
        """As in `layer 'conv2d/BiasAdd' (CONV_2D, operator 3)`."""
        name = f" '{self.outputs[0].get_short_name()}'" if self.outputs else ""
        return f"layer{name} ({self.kind}, operator {self.index})"


@dataclass(frozen=True)
class Network:
    """The one subgraph of a file; operators stand in the order of execution."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    operators: tuple[Operator, ...]


def format_shape(shape: Sequence[int]) -> str:
    """As in `1x32x32x3`."""
    return "x".join(map(str, shape)) or "scalar"
