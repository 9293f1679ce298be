"""The C types of loaded elements and of constant tables: an analysis, before printing.

Signless integers live in the types of `type_table.py` but for two kinds. Bytes that are only
sign-extended are `int8_t`. Words of several fields, which passes mark by `cmix.words`, are
`uint32_t`, spelled in hexadecimal.
"""

from collections.abc import Iterable

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import IntegerType, i8, i32
from xdsl.ir import SSAValue
from xdsl.utils.hints import isa

from cmixdsl.targets.c.type_table import CType, get_element_type

SIGNED_BYTE = CType("int8_t", 8, True)
WORD = CType("uint32_t", 32, False)


def is_signed_byte(value: SSAValue) -> bool:
    """Whether `value` is a loaded byte whose only uses are sign extensions."""
    return (
        value.type == i8
        and isinstance(value.owner, memref.LoadOp)
        and value.first_use is not None
        and all(_is_sign_extension(use.operation) for use in value.uses)
    )


def _is_sign_extension(op: object) -> bool:
    return (
        isinstance(op, arith.ExtSIOp)
        and isa(op.result.type, IntegerType)
        and op.result.type.bitwidth <= i32.bitwidth
    )


def get_table_type(table: memref.GlobalOp, references: Iterable[memref.GetGlobalOp]) -> CType:
    """The C type of a global's elements, by what is marked and how they are read."""
    c_type = get_element_type(table.type, table)
    loads = [use.operation for reference in references for use in reference.memref.uses]
    if table.constant is None or not all(isinstance(load, memref.LoadOp) for load in loads):
        return c_type
    if c_type.bits == i32.bitwidth and "cmix.words" in table.attributes:
        return WORD
    if c_type.bits == i8.bitwidth and all(is_signed_byte(load.results[0]) for load in loads):
        return SIGNED_BYTE
    return c_type
