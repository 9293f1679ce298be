"""Tensors of the `qnn` dialect: of real numbers, or of integers that stand for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Self, TypeAlias, cast

from typing_extensions import TypeVar
from xdsl.dialects.builtin import DYNAMIC_INDEX, AnyTensorType, Float32Type, TensorType, f32
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import AttrConstraint, IntConstraint, VerificationContext
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from cmixdsl.dialects.cmix.types import MAX_ELEMENTS
from cmixdsl.dialects.quant import UniformType

ElementType: TypeAlias = Float32Type | UniformType
QnnTensorType: TypeAlias = TensorType[ElementType]
"""What operations of `qnn` read and write."""


@dataclass(frozen=True)
class TensorConstraint(AttrConstraint[QnnTensorType]):
    """Tensors of some kinds of elements; the error says which."""

    elements: tuple[type[Attribute], ...]
    description: str

    def verify(self, attr: Attribute, constraint_context: VerificationContext) -> None:
        if not isa(attr, AnyTensorType) or not isinstance(attr.element_type, self.elements):
            raise VerifyException(f"expected a {self.description}, found {attr}")

    def get_bases(self) -> set[type[Attribute]]:
        return {TensorType}

    def mapping_type_vars(
        self, type_var_mapping: Mapping[TypeVar, AttrConstraint | IntConstraint]
    ) -> Self:
        return self


TENSOR = TensorConstraint((Float32Type, UniformType), "tensor of f32 or of a quantized type")
QUANTIZED_TENSOR = TensorConstraint((UniformType,), "tensor of a quantized type")
REAL_TENSOR = TensorConstraint((Float32Type,), "tensor of f32")


def get_tensor_type(value: SSAValue) -> QnnTensorType:
    """The type of a value that an operation's definition says to be a tensor of `qnn`."""
    return cast(QnnTensorType, value.type)


def get_shape(value: SSAValue) -> tuple[int, ...]:
    """The dimensions of a tensor, outermost first."""
    return get_tensor_type(value).get_shape()


def get_num_elements(value: SSAValue) -> int:
    """Number of elements of a tensor."""
    return prod(get_shape(value))


def get_quantization(value: SSAValue) -> UniformType | None:
    """How the elements of a tensor are quantized, or None for real numbers."""
    element = get_tensor_type(value).element_type
    return element if isinstance(element, UniformType) else None


def build_tensor_type(shape: Sequence[int], element: ElementType = f32) -> QnnTensorType:
    """A tensor of real numbers, or of quantized ones."""
    return TensorType(element, shape)


def verify_tensor(type_: Attribute) -> None:
    """Raises VerifyException when shape or axis of a tensor are none that `qnn` computes with."""
    assert isinstance(type_, TensorType)
    shape = type_.get_shape()
    if not shape or any(dimension == DYNAMIC_INDEX or dimension < 1 for dimension in shape):
        raise VerifyException(f"tensor must have static dimensions of at least 1, found {type_}")
    if prod(shape) > MAX_ELEMENTS:
        raise VerifyException(f"tensor must have at most {MAX_ELEMENTS} elements, found {type_}")
    element = cast(Attribute, type_.element_type)
    if not isinstance(element, UniformType) or element.axis is None:
        return
    if element.axis >= len(shape):
        raise VerifyException(
            f"axis of a quantized type must be less than {len(shape)} (dimensions of its tensor), "
            f"found {element.axis}"
        )
    if len(element.scales) != shape[element.axis]:
        raise VerifyException(
            f"quantized type must have {shape[element.axis]} scales for axis {element.axis} of "
            f"{list(shape)}, found {len(element.scales)}"
        )


def verify_rank(what: str, shape: Sequence[int], rank: int, dimensions: str) -> None:
    """Raises VerifyException when a tensor has another rank than expected."""
    if len(shape) != rank:
        raise VerifyException(
            f"{what} must have {rank} dimensions ({dimensions}), found {list(shape)}"
        )


def verify_axis(axis: int, rank: int) -> None:
    """Raises VerifyException when a tensor of a rank has no such axis."""
    if not 0 <= axis < rank:
        raise VerifyException(f"axis must be in [0, {rank - 1}], found {axis}")
