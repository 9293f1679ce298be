"""The constant of the `cmix` dialect."""

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
from cmixdsl.dialects.dense_text import NestedList, build_array, parse_dense, print_dense
from cmixdsl.packing import pack, unpack


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
        is_padded = self.type.get_shape()[-1] * self.type.bits % 8 != 0
        if (
            is_padded
            and pack(self.get_elements(), self.type.bits).tobytes() != self.value.data.data
        ):
            raise VerifyException("bits that pad a row to a whole byte must be 0")

    @classmethod
    def parse(cls, parser: Parser) -> "ConstantOp":
        data, type_, attributes = parse_dense(
            parser, parser.parse_integer, lambda: _parse_type(parser), _read_elements
        )
        return cls.create(
            properties={"value": _build_value(data, type_)},
            result_types=[type_],
            attributes=attributes,
        )

    def print(self, printer: Printer) -> None:
        print_dense(printer, self.get_elements(), self.value.data.data, str)
        printer.print_op_attributes(self.attributes)
        printer.print_string(" : ")
        printer.print_attribute(self.type)


def _build_value(data: bytes, type_: PackedType) -> DenseIntOrFPElementsAttr:
    return DenseIntOrFPElementsAttr(TensorType(i8, type_.get_storage_shape()), BytesAttr(data))


def _parse_type(parser: Parser) -> PackedType:
    type_ = parser.parse_type()
    if not isinstance(type_, PackedType):
        parser.raise_error(f"expected a !cmix.packed type, found {type_}")
    return type_


def _read_elements(elements: NestedList, type_: PackedType) -> bytes:
    array = build_array(elements, type_.get_shape(), np.int64, "integers of 64 bits")
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
