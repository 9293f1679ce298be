"""The constant of the `qnn` dialect."""

from typing import Any, cast

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import BytesAttr, DenseIntOrFPElementsAttr, IntegerType, TensorType
from xdsl.ir import OpResult, SSAValue
from xdsl.irdl import VerificationContext, irdl_op_definition, prop_def, traits_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import ConstantLike, Pure
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.contraction import verify_shape
from cmixdsl.dialects.dense_text import NestedList, build_array, parse_dense, print_dense
from cmixdsl.dialects.float_text import add_point
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.tensors import TENSOR, QnnTensorType, get_num_elements, verify_tensor
from cmixdsl.dialects.quant import UniformType


@irdl_op_definition
class ConstantOp(QnnOperation):
    """A tensor known at compile time: stored integers, or real numbers.

    Up to 64 elements are written as nested lists, more as bytes in hexadecimal: f32, or integers of
    1, 2 or 4 bytes, whatever the storage needs, in little-endian order.

    ```mlir
    func.func @constants() {
      %w = qnn.constant dense<[[1, -2], [7, -7]]>
          : tensor<2x2x!quant.uniform<i4<-7:7>:f32:0, {0.5, 0.25}>>
      %b = qnn.constant dense<[0.5, -1.0]> : tensor<2xf32>
      return
    }
    ```

    Constraints besides those of QnnOperation:
    4. there are as many bytes as the elements take;
    5. stored integers are in the range of the storage, real numbers are finite.
    """

    name = "qnn.constant"

    value = prop_def(DenseIntOrFPElementsAttr)
    """The bytes, as integers of i8, i16 or i32; real numbers by their bits."""

    traits = traits_def(ConstantLike(), Pure())

    def __init__(self, values: npt.ArrayLike, type: QnnTensorType):
        """Builds a constant of stored integers or real numbers, in the shape of the type.

        Raises VerifyException when the values are not those of such a tensor.
        """
        array = np.asarray(values)
        kinds = "iu" if isinstance(type.element_type, UniformType) else "iuf"
        if array.dtype.kind not in kinds:
            what = "stored integers" if kinds == "iu" else "numbers"
            raise VerifyException(f"expected {what} for {type}, found {array.dtype}")
        verify_shape("value", array.shape, type.get_shape())
        verify_values(array, type)
        super().__init__(
            properties={"value": _build_value(_get_bytes(array, type), type)}, result_types=[type]
        )

    def get_values(self) -> npt.NDArray[Any]:
        """The stored integers (int32, or int64 when u32 is stored) or real numbers (float64)."""
        array = np.frombuffer(self.value.data.data, _get_dtype(self.output_type))
        array = array.reshape(self.output_type.get_shape())
        if array.dtype.kind == "f":
            return array.astype(np.float64)
        return array.astype(np.int64 if array.dtype == np.uint32 else np.int32)

    def infer_output_shape(self) -> tuple[int, ...]:
        return self.output_type.get_shape()

    def verify_(self) -> None:
        super().verify_()
        dtype = _get_dtype(self.output_type)
        found = len(self.value.data.data)
        expected = get_num_elements(self.output) * dtype.itemsize
        if found != expected or self.value.get_element_type() != _get_container(dtype):
            raise VerifyException(
                f"{self.output_type} is stored in {expected} bytes ({_get_container(dtype)}), "
                f"found {found} of type {self.value.get_element_type()}"
            )
        verify_values(self.get_values(), self.output_type)

    @classmethod
    def parse(cls, parser: Parser) -> "ConstantOp":
        data, type_, attributes = parse_dense(
            parser, parser.parse_number, lambda: _parse_type(parser), _read_elements
        )
        return cls.create(
            properties={"value": _build_value(data, type_)},
            result_types=[type_],
            attributes=attributes,
        )

    def print(self, printer: Printer) -> None:
        data = self.value.data.data
        array = np.frombuffer(data, _get_dtype(self.output_type))
        print_dense(printer, array.reshape(self.output_type.get_shape()), data, _format_element)
        printer.print_op_attributes(self.attributes)
        printer.print_string(" : ")
        printer.print_attribute(self.output_type)


def verify_values(values: npt.NDArray[Any], type_: QnnTensorType) -> None:
    """Raises VerifyException when a value cannot be an element of the type."""
    if not isinstance(type_.element_type, UniformType):
        outside = values[~np.isfinite(values)]
        if outside.size:
            raise VerifyException(f"real numbers must be finite, found {outside[0]}")
        return
    low, high = type_.element_type.storage_range
    outside = values[(values < low) | (values > high)]
    if outside.size:
        raise VerifyException(
            f"element {outside[0]} is outside the storage range [{low}, {high}] of {type_}"
        )


def get_constant_values(value: SSAValue) -> npt.NDArray[Any] | None:
    """As `ConstantOp.get_values`, or None when the value is not constant."""
    if isinstance(value, OpResult) and isinstance(value.op, ConstantOp):
        return value.op.get_values()
    return None


def _get_dtype(type_: QnnTensorType) -> np.dtype[Any]:
    element = type_.element_type
    if not isinstance(element, UniformType):
        return np.dtype("<f4")
    size = next(size for size in (1, 2, 4) if element.storage_bits <= 8 * size)
    return np.dtype(f"<{'i' if element.is_signed else 'u'}{size}")


def _get_container(dtype: np.dtype[Any]) -> IntegerType:
    return IntegerType(8 * dtype.itemsize)


def _build_value(data: bytes, type_: QnnTensorType) -> DenseIntOrFPElementsAttr:
    container = _get_container(_get_dtype(type_))
    return DenseIntOrFPElementsAttr(TensorType(container, type_.get_shape()), BytesAttr(data))


def _get_bytes(array: npt.NDArray[Any], type_: QnnTensorType) -> bytes:
    with np.errstate(over="ignore"):
        return array.astype(_get_dtype(type_)).tobytes()


def _parse_type(parser: Parser) -> QnnTensorType:
    position = parser.pos
    type_ = parser.parse_type()
    try:
        TENSOR.verify(type_, VerificationContext())
        verify_tensor(type_)
    except VerifyException as error:
        parser.raise_error(str(error), position, parser.pos)
    return cast(QnnTensorType, type_)


def _format_element(element: np.number[Any]) -> str:
    return add_point(str(element)) if element.dtype.kind == "f" else str(element)


def _read_elements(elements: NestedList, type_: QnnTensorType) -> bytes:
    is_quantized = isinstance(type_.element_type, UniformType)
    array = build_array(
        elements, type_.get_shape(), None if is_quantized else np.float64, "numbers"
    )
    if is_quantized and array.dtype.kind != "i":
        raise ValueError(f"elements of {type_} must be integers of at most 64 bits")
    if is_quantized:
        try:
            verify_values(array, type_)
        except VerifyException as error:
            raise ValueError(str(error)) from None
    return _get_bytes(array, type_)
