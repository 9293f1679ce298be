"""The constant of the `cmix` dialect."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import BytesAttr, DenseIntOrFPElementsAttr, TensorType, i8
from xdsl.ir import OpResult, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import ConstantLike, Pure
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.types import PackedType, get_packed_type
from cmixdsl.packing import pack, unpack

MAX_LISTED_ELEMENTS = 64
"""Constants of more elements are printed as packed bytes in hexadecimal."""

_NestedList = int | Sequence["_NestedList"]


def _parse_elements(parser: Parser) -> _NestedList:
    rows = parser.parse_optional_comma_separated_list(
        parser.Delimiter.SQUARE, lambda: _parse_elements(parser)
    )
    return parser.parse_integer() if rows is None else rows


@irdl_op_definition
class ConstantOp(IRDLOperation):
    """A packed tensor known at compile time.

    Up to 64 elements are written as nested lists, more as their packed bytes in hexadecimal.

    ```mlir
    func.func @constants() {
      %w = cmix.constant dense<[[1, 2, 3], [-4, -5, -6]]> : !cmix.packed<2x3xsi4>
      %v = cmix.constant dense<"0x2103CBAD0E"> : !cmix.packed<10xui4>
      return
    }
    ```

    Constraints:
    1. there are as many packed bytes as the type stores;
    2. bits that pad a row to a whole byte are 0.
    """

    name = "cmix.constant"

    value = prop_def(DenseIntOrFPElementsAttr)
    """The packed bytes, as a tensor of i8 with the type's storage shape."""
    result = result_def(PackedType)

    traits = traits_def(ConstantLike(), Pure())

    def __init__(self, elements: npt.NDArray[Any], result_type: PackedType):
        """Builds a constant of unpacked elements, of the type's shape and range."""
        data = pack(np.asarray(elements).reshape(result_type.get_shape()), result_type.bits)
        super().__init__(
            properties={"value": _build_value(data.tobytes(), result_type)},
            result_types=[result_type],
        )

    @property
    def type(self) -> PackedType:
        """Type of the constant."""
        return get_packed_type(self.result)

    def get_elements(self) -> npt.NDArray[np.int32]:
        """The unpacked elements, in the type's shape."""
        data = np.frombuffer(self.value.data.data, np.uint8)
        return unpack(data, self.type.get_shape(), self.type.bits, self.type.is_signed)

    def verify_(self) -> None:
        found, expected = len(self.value.data.data), self.type.get_storage_bytes()
        if found != expected or self.value.get_element_type() != i8:
            raise VerifyException(
                f"{self.type} is stored in {expected} bytes (i8), found {found} of type "
                f"{self.value.get_element_type()}"
            )
        if pack(self.get_elements(), self.type.bits).tobytes() != self.value.data.data:
            raise VerifyException("bits that pad a row to a whole byte must be 0")

    @classmethod
    def parse(cls, parser: Parser) -> "ConstantOp":
        parser.parse_characters("dense")
        parser.parse_punctuation("<")
        position = parser.pos
        text = parser.parse_optional_str_literal()
        elements: _NestedList = _parse_elements(parser) if text is None else []
        end = parser.pos
        parser.parse_punctuation(">")
        attributes = parser.parse_optional_attr_dict()
        parser.parse_punctuation(":")
        type_ = parser.parse_type()
        if not isinstance(type_, PackedType):
            parser.raise_error(f"expected a !cmix.packed type, found {type_}")
        try:
            data = _read_hex(text) if text is not None else _read_elements(elements, type_)
        except ValueError as error:
            parser.raise_error(str(error), position, end)
        op = cls.create(
            properties={"value": _build_value(data, type_)},
            result_types=[type_],
            attributes=attributes,
        )
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" dense<")
        if self.type.get_num_elements() <= MAX_LISTED_ELEMENTS:
            printer.print_string(str(self.get_elements().tolist()))
        else:
            printer.print_string(f'"0x{self.value.data.data.hex().upper()}"')
        printer.print_string(">")
        printer.print_op_attributes(self.attributes)
        printer.print_string(" : ")
        printer.print_attribute(self.type)


def _build_value(data: bytes, type_: PackedType) -> DenseIntOrFPElementsAttr:
    return DenseIntOrFPElementsAttr(TensorType(i8, type_.get_storage_shape()), BytesAttr(data))


def _read_hex(text: str) -> bytes:
    if not text.startswith("0x"):
        raise ValueError('packed bytes must start with "0x"')
    try:
        return bytes.fromhex(text[2:])
    except ValueError:
        raise ValueError("packed bytes must be pairs of hexadecimal digits") from None


def _read_elements(elements: _NestedList, type_: PackedType) -> bytes:
    try:
        array = np.array(elements, dtype=np.int64)
    except (ValueError, OverflowError):
        raise ValueError(
            "rows of a constant must have equal length and hold integers of 64 bits"
        ) from None
    if array.ndim == 0:
        array = np.full(type_.get_shape(), array)
    if array.shape != type_.get_shape():
        raise ValueError(
            f"constant has shape {list(array.shape)}, its type {list(type_.get_shape())}"
        )
    low, high = type_.element_range
    if array.min() < low or array.max() > high:
        outside = int(array[(array < low) | (array > high)][0])
        raise ValueError(f"element {outside} is outside the range [{low}, {high}] of {type_}")
    return pack(array, type_.bits).tobytes()


def get_constant_elements(value: SSAValue) -> npt.NDArray[np.int32] | None:
    """The elements of a constant packed tensor, or None when the value is not constant."""
    if isinstance(value, OpResult) and isinstance(value.op, ConstantOp):
        return value.op.get_elements()
    return None
