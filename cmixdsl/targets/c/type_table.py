"""The C types of scalar and memref types, and the error for whatever has none."""

from dataclasses import dataclass
from math import prod
from typing import NoReturn

from xdsl.dialects.builtin import IndexType, MemRefType, NoneAttr, i1, i8, i16, i32, i64
from xdsl.ir import Attribute, Operation
from xdsl.utils.hints import isa

from cmixdsl.diagnostics import OperationFailedException


@dataclass(frozen=True)
class CType:
    """A scalar C type. A signless integer lives in one of them, whatever its user makes of it."""

    name: str
    bits: int
    is_signed: bool

    @property
    def signed_name(self) -> str:
        """The signed type of this width."""
        return f"int{self.bits}_t"

    @property
    def unsigned_name(self) -> str:
        """The unsigned type of this width."""
        return self.name if self.bits == 1 else f"uint{self.bits}_t"

    @property
    def aliasing_name(self) -> str:
        """The type of the prelude that is this one, but may lie in memory of any other."""
        return f"cmix_{self.name.removesuffix('_t')}"

    @property
    def mask(self) -> int:
        """The largest unsigned number of this width."""
        return (1 << self.bits) - 1

    @property
    def bytes(self) -> int:
        """Size in memory."""
        return max(1, self.bits // 8)


SCALAR_TYPES: dict[Attribute, CType] = {
    i1: CType("bool", 1, False),
    i8: CType("uint8_t", 8, False),
    i16: CType("int16_t", 16, True),
    i32: CType("int32_t", 32, True),
    i64: CType("int64_t", 64, True),
    IndexType(): CType("int32_t", 32, True),
}


def raise_unsupported(op: Operation, message: str) -> NoReturn:
    """Ends the emission because of `op`; tools add its name and location to the message."""
    raise OperationFailedException(op, f"{op.name}: {message}")


def get_c_type(attribute: Attribute, op: Operation) -> CType:
    """The C type of a scalar type that `op` uses; fails for types without one."""
    if (c_type := SCALAR_TYPES.get(attribute)) is None:
        raise_unsupported(op, f"type {attribute} has no C type, expected i1, i8 to i64 or index")
    return c_type


def get_memref_type(attribute: Attribute, op: Operation) -> MemRefType:
    """`attribute` as a memref of static shape and identity layout; fails for others."""
    if not isa(attribute, MemRefType):
        raise_unsupported(op, f"expected a memref, found {attribute}")
    if not attribute.has_static_shape() or not isinstance(attribute.layout, NoneAttr):
        raise_unsupported(op, f"expected a static shape and the identity layout, got {attribute}")
    return attribute


def get_element_type(attribute: Attribute, op: Operation) -> CType:
    """The C type of a memref's elements."""
    return get_c_type(get_memref_type(attribute, op).element_type, op)


def get_size_bytes(attribute: Attribute, op: Operation) -> int:
    """Bytes that the elements of a memref take."""
    memref_type = get_memref_type(attribute, op)
    return prod(memref_type.get_shape()) * get_element_type(attribute, op).bytes
