"""Types of the `cmix` dialect."""

from collections.abc import Sequence
from math import prod

from xdsl.dialects.builtin import (
    ArrayAttr,
    IntAttr,
    IntegerType,
    MemRefType,
    Signedness,
    i8,
)
from xdsl.ir import Attribute, ParametrizedAttribute, SSAValue, TypeAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from cmixdsl.packing import get_element_range, get_row_bytes

ELEMENT_BITS = (2, 4, 8)
"""Element widths that the packed format knows."""

MAX_ELEMENTS = 2**31 - 1
"""Loops of the C code count elements in 32-bit signed integers."""


@irdl_attr_definition
class PackedType(ParametrizedAttribute, TypeAttribute):
    """A tensor of 2-, 4- or 8-bit integers, stored in packed bytes.

    Elements lie least significant bits first along the innermost dimension, each row of which is
    padded with zero bits to a whole byte.

    ```mlir
    func.func private @layer(!cmix.packed<16x16x32xui4>) -> !cmix.packed<16x16x64xsi8>
    ```

    Constraints:
    1. there is at least one dimension, and each is at least 1;
    2. the element type is one of ui2, ui4, ui8, si2, si4, si8;
    3. it has fewer than 2^31 elements, because cores count them in 32 bits.
    """

    name = "cmix.packed"

    shape: ArrayAttr[IntAttr]
    element_type: IntegerType

    def __init__(self, shape: Sequence[int] | ArrayAttr[IntAttr], element_type: IntegerType):
        if not isinstance(shape, ArrayAttr):
            shape = ArrayAttr(IntAttr(dimension) for dimension in shape)
        super().__init__(shape, element_type)

    def verify(self) -> None:
        shape = self.get_shape()
        if not shape or any(dimension < 1 for dimension in shape):
            raise VerifyException(
                f"packed tensor needs dimensions of at least 1, found {list(shape)}"
            )
        if (
            self.bits not in ELEMENT_BITS
            or self.element_type.signedness.data == Signedness.SIGNLESS
        ):
            raise VerifyException(
                "element type of a packed tensor must be one of ui2, ui4, ui8, si2, si4, si8, "
                f"found {self.element_type}"
            )
        if self.get_num_elements() > MAX_ELEMENTS:
            raise VerifyException(
                f"packed tensor must have at most {MAX_ELEMENTS} elements, "
                f"found {self.get_num_elements()}"
            )

    def get_shape(self) -> tuple[int, ...]:
        """The dimensions, outermost first, in elements."""
        return tuple(dimension.data for dimension in self.shape)

    @property
    def bits(self) -> int:
        """Bits of one element."""
        return self.element_type.width.data

    @property
    def is_signed(self) -> bool:
        """Whether elements are signed (two's complement)."""
        return self.element_type.signedness.data == Signedness.SIGNED

    @property
    def element_range(self) -> tuple[int, int]:
        """Smallest and largest element value, both inclusive."""
        return get_element_range(self.bits, self.is_signed)

    def get_num_elements(self) -> int:
        """Number of elements."""
        return prod(self.get_shape())

    def get_storage_shape(self) -> tuple[int, ...]:
        """Shape of the packed bytes."""
        *outer, columns = self.get_shape()
        return (*outer, get_row_bytes(columns, self.bits))

    def get_storage_bytes(self) -> int:
        """Number of packed bytes."""
        return prod(self.get_storage_shape())

    def get_storage_type(self) -> MemRefType[IntegerType]:
        """The memref of bytes that holds such a tensor."""
        return MemRefType(i8, self.get_storage_shape())

    def get_short_name(self) -> str:
        """The element type in the field's short form: `u4`, `s8`."""
        return f"{'s' if self.is_signed else 'u'}{self.bits}"

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            shape, element_type = parser.parse_ranked_shape()
            if not isa(element_type, IntegerType):
                parser.raise_error(
                    f"expected an element type such as ui4 or si8, found {element_type}"
                )
            return (ArrayAttr(IntAttr(dimension) for dimension in shape), element_type)

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_dimension_list(self.get_shape())
            printer.print_string("x")
            printer.print_attribute(self.element_type)


def get_packed_type(value: SSAValue) -> PackedType:
    """The type of a value that an operation's definition says to be packed."""
    type_ = value.type
    assert isinstance(type_, PackedType)
    return type_


def keeps_bytes(input_type: PackedType, output_type: PackedType) -> bool:
    """Whether equal elements in equal order have the same packed bytes under two types."""
    widths = input_type.get_shape()[-1], output_type.get_shape()[-1]
    return widths[0] == widths[1] or all(width * input_type.bits % 8 == 0 for width in widths)
