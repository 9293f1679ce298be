"""Loads, addresses and pointers as C expressions."""

from collections.abc import Sequence
from functools import singledispatch

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import i32
from xdsl.ir import Operation, SSAValue

from cmixdsl.targets.c.expressions import (
    POSTFIX,
    Expression,
    build_binary,
    build_cast,
    build_sum_of_products,
)
from cmixdsl.targets.c.printer import FunctionPrinter, find_constant
from cmixdsl.targets.c.type_table import CType, get_memref_type, get_size_bytes, raise_unsupported


@singledispatch
def build_memory(op: Operation, printer: FunctionPrinter) -> Expression:
    """Spells a `memref` operation as an element or a pointer."""
    raise_unsupported(op, "no C expression for this operation")


@build_memory.register
def _(op: memref.LoadOp, printer: FunctionPrinter) -> Expression:
    element = build_element(op, op.memref, op.indices, printer)
    source, target = printer.get_element_type(op.memref), printer.get_type(op.res)
    # What initializes a variable is converted without a cast.
    is_converted = source.bits == i32.bitwidth and op.res not in printer.folding.folded
    return element if source == target or is_converted else build_cast(target.name, element)


def build_element(
    op: Operation,
    pointer: SSAValue,
    indices: Sequence[SSAValue],
    printer: FunctionPrinter,
    ahead: int = 0,
) -> Expression:
    """`pointer[offset]`, the offset row-major, of the element that is so many `ahead`."""
    sizes = get_memref_type(pointer.type, op).get_shape()
    printer.get_element_type(pointer)
    positions = [peel_index(i, printer) for i in indices]
    if ahead:
        text, constant = positions[-1]
        positions[-1] = text, constant + ahead
    offset = build_sum_of_products(positions, sizes)
    return Expression(f"{printer.get(pointer).within(POSTFIX)}[{offset}]")


def build_address(
    op: Operation,
    pointer: SSAValue,
    indices: Sequence[SSAValue],
    printer: FunctionPrinter,
    ahead: int = 0,
) -> Expression:
    """`&pointer[offset]`, of the element that is so many `ahead`."""
    element = build_element(op, pointer, indices, printer, ahead)
    name = element.text.removesuffix("[0]")
    return Expression(name if name != element.text else f"&{name}")


def peel_index(index: SSAValue, printer: FunctionPrinter) -> tuple[Expression, int]:
    """An index as a symbolic part and a constant that is added to it."""
    offset = 0
    while index in printer.folding.folded and isinstance(op := index.owner, arith.AddiOp):
        if (constant := find_constant(op.rhs)) is None:
            break
        offset += constant
        index = op.lhs
    constant = find_constant(index)
    if constant is not None:
        return Expression("0", constant=0), offset + constant
    return printer.get(index), offset


@build_memory.register
def _(op: memref.GetGlobalOp, printer: FunctionPrinter) -> Expression:
    return Expression(printer.global_names[op.name_.string_value()])


@build_memory.register
def _(op: memref.ViewOp, printer: FunctionPrinter) -> Expression:
    offset = printer.get(op.byte_shift)
    element_type = printer.get_element_type(op.result)
    source = printer.get(op.source)
    check_view(op, offset.constant, element_type)
    if offset.constant != 0:
        source = build_binary("+", source, offset)
    if element_type.bits <= 8:
        return source
    return build_cast(printer.get_pointer_type(op.result), source)


def check_view(op: memref.ViewOp, offset: int | None, element_type: CType) -> None:
    """Fails for a view that is misaligned or leaves its source."""
    if offset is None:
        return
    if offset % element_type.bytes:
        raise_unsupported(op, f"byte {offset} is not aligned for elements of {op.result.type}")
    end, size = offset + get_size_bytes(op.result.type, op), get_size_bytes(op.source.type, op)
    if offset < 0 or end > size:
        raise_unsupported(op, f"bytes {offset} to {end} are not within the {size} of the source")


@build_memory.register(memref.CastOp)
@build_memory.register(memref.CollapseShapeOp)
@build_memory.register(memref.ExpandShapeOp)
def _(
    op: memref.CastOp | memref.CollapseShapeOp | memref.ExpandShapeOp, printer: FunctionPrinter
) -> Expression:
    get_size_bytes(op.results[0].type, op)
    return printer.get(op.operands[0])
