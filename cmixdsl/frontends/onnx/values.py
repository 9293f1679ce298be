"""What the names of a graph stand for while it is imported: constants, and values of the module.

Layout is decided here, once. ONNX has images as NCHW, `qnn` as HWC without a batch. Every value
knows how its elements stand: as an ONNX tensor without its batch, transposed by `order`, perhaps
flattened after that. A transposition in the file then only changes `order`, and flattening an image
keeps HWC order until something needs the other one; a layer with weights permutes those instead.
"""

from dataclasses import dataclass, replace
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.tensors import get_quantization
from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError

REAL_KINDS = ("float", "double", "float16")
IMAGE_ORDER = (1, 2, 0)
"""The place of height, width and channels in CHW."""
LINE_ORDER = (1, 0)
"""The place of length and channels in CL."""


class RefusedError(CmixError):
    """A node that cannot be imported: what was found, and what to do about it."""

    def __init__(self, found: str, advice: str, *, depends_on_input: bool = False):
        super().__init__(f"{found}: {advice}")
        self.found = found
        self.advice = advice
        self.depends_on_input = depends_on_input
        """Whether a problem of an earlier node may be the cause."""


@dataclass(frozen=True)
class Layout:
    """How the elements of a tensor stand: those of `shape`, transposed, then perhaps flattened."""

    shape: tuple[int, ...]
    """Of the ONNX tensor, without its batch."""
    order: tuple[int, ...]
    """Dimension i of the transposed tensor is dimension `order[i]` of `shape`."""
    is_flat: bool = False

    @classmethod
    def get_plain(cls, shape: tuple[int, ...]) -> "Layout":
        """The layout of ONNX."""
        return cls(shape, tuple(range(len(shape))))

    @property
    def transposed(self) -> tuple[int, ...]:
        """The shape after transposition, before flattening."""
        return tuple(self.shape[axis] for axis in self.order)

    @property
    def stored_shape(self) -> tuple[int, ...]:
        """The shape of the value in the module."""
        return (prod(self.shape),) if self.is_flat else self.transposed

    @property
    def is_plain(self) -> bool:
        """Whether elements stand in ONNX's order, as dimensions of extent 1 may stand anywhere."""
        kept = [axis for axis in self.order if self.shape[axis] > 1]
        return kept == sorted(kept)

    def get_positions(self) -> npt.NDArray[np.int64]:
        """For each element as stored, its place in ONNX's row-major order."""
        return np.arange(prod(self.shape)).reshape(self.shape).transpose(self.order).ravel()


@dataclass(frozen=True)
class ImportedTensor:
    """A value of the module that stands for an ONNX tensor."""

    value: SSAValue
    shape: tuple[int, ...]
    """The shape in ONNX, with the batch of 1 unless there is but one dimension."""
    layout: Layout
    is_integer: bool = False
    """Whether ONNX has integers here, which only a DequantizeLinear makes real."""
    is_suspect: bool = False
    """Whether it stands in for the result of a node that could not be imported."""

    @property
    def quantization(self) -> UniformType | None:
        """How elements are quantized, None for real numbers."""
        return get_quantization(self.value)

    def with_value(self, value: SSAValue) -> "ImportedTensor":
        """The same tensor, computed further element by element."""
        return replace(self, value=value)


@dataclass(frozen=True)
class Constant:
    """A constant in ONNX's layout: plain numbers, or stored integers with their quantization."""

    values: npt.NDArray[Any]
    kind: str = "float"
    """The element type in ONNX."""
    quantization: UniformType | None = None
    """Its axis counts dimensions of ONNX's layout; None for plain numbers."""
    bounds: tuple[float, float] | None = None
    """What a Clip limited plain integers to, as exporters write a narrower range."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Dimensions, outermost first."""
        return self.values.shape

    @property
    def is_integer(self) -> bool:
        """Whether ONNX has integers here: plain ones, or stored ones not yet dequantized."""
        return self.kind not in REAL_KINDS

    def get_real(self) -> npt.NDArray[np.float64]:
        """The real numbers."""
        # Signalling NaNs of a damaged file are NaNs like others, which callers refuse.
        with np.errstate(invalid="ignore"):
            values = self.values.astype(np.float64)
        if self.quantization is None:
            return values
        shape = [1] * values.ndim
        if self.quantization.axis is not None:
            shape[self.quantization.axis] = -1
        zeros = np.array(self.quantization.zero_points, np.float64).reshape(shape)
        return (values - zeros) * np.array(self.quantization.scales).reshape(shape)


Value: TypeAlias = ImportedTensor | Constant


def strip_batch(shape: tuple[int, ...]) -> tuple[int, ...]:
    """An ONNX shape without its batch; raises RefusedError unless the batch is 1."""
    if len(shape) < 2:
        return shape or (1,)
    if shape[0] != 1:
        raise RefusedError(
            f"expected a batch (first dimension) of 1, found shape {list(shape)}",
            "export the network for one image",
            depends_on_input=True,
        )
    return shape[1:]


def get_stripped_axis(axis: int, shape: tuple[int, ...]) -> int:
    """An axis of an ONNX shape as one of the shape without batch.

    Raises RefusedError for the batch itself and for axes that do not exist.
    """
    rank = len(shape)
    if not -rank <= axis < rank:
        raise RefusedError(
            f"expected an axis of {list(shape)}, found {axis}",
            "mend the model",
            depends_on_input=True,
        )
    axis %= rank
    if rank < 2:
        return axis
    if axis == 0:
        raise RefusedError(
            "expected another axis than the batch (0)",
            "export the network without operations across images",
            depends_on_input=True,
        )
    return axis - 1
