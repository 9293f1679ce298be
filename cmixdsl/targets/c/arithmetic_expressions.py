"""`arith` operations as C expressions.

Overflow is defined wherever it is in the IR: without `nsw`, 32- and 64-bit arithmetic goes through
helpers that wrap; narrower types are computed as `int` and cut. What is poison in the IR (a shift
by the width or more, overflow in spite of `nsw`) is undefined in C too.
"""

import operator
from collections.abc import Callable
from dataclasses import replace
from functools import singledispatch

from xdsl.dialects import arith
from xdsl.dialects.builtin import IndexType
from xdsl.ir import Operation

from cmixdsl.targets.c.expressions import (
    Expression,
    build_binary,
    build_cast,
    build_complement,
    build_conditional,
    build_literal,
    build_signed,
    build_unsigned,
)
from cmixdsl.targets.c.folding import is_silent_conversion
from cmixdsl.targets.c.printer import FunctionPrinter, find_constant
from cmixdsl.targets.c.signs import is_nonnegative
from cmixdsl.targets.c.type_table import CType, raise_unsupported

WRAPPING: dict[type[Operation], tuple[str, str, Callable[[int, int], int]]] = {
    arith.AddiOp: ("+", "add", operator.add),
    arith.SubiOp: ("-", "sub", operator.sub),
    arith.MuliOp: ("*", "mul", operator.mul),
}
"""Operator, wrapping helper, and what they compute of constants."""

BITWISE = {arith.AndIOp: "&", arith.OrIOp: "|", arith.XOrIOp: "^"}

EXTREMA = {
    arith.MinSIOp: ("min", True),
    arith.MaxSIOp: ("max", True),
    arith.MinUIOp: ("umin", False),
    arith.MaxUIOp: ("umax", False),
}
"""Helper, and whether it compares signed numbers."""

DIVISIONS: dict[type[Operation], tuple[str, str, bool]] = {
    arith.DivSIOp: ("/", "div", True),
    arith.RemSIOp: ("%", "rem", True),
    arith.DivUIOp: ("/", "udiv", False),
    arith.RemUIOp: ("%", "urem", False),
    arith.FloorDivSIOp: ("", "floordiv", True),
    arith.CeilDivSIOp: ("", "ceildiv", True),
    arith.CeilDivUIOp: ("", "uceildiv", False),
}
"""Operator where C has one for a constant divisor, helper, and whether operands are signed."""

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "<", "<=", ">", ">=")
"""Operators of `arith.cmpi` by predicate: eq, ne, four signed ones, four unsigned ones."""

FIRST_UNSIGNED_PREDICATE = 6


@singledispatch
def build_arithmetic(op: Operation, printer: FunctionPrinter) -> Expression:
    """Spells an `arith` operation as an expression of its result's type."""
    raise_unsupported(op, "no C expression for this operation")


# region Arithmetic


@build_arithmetic.register(arith.AddiOp)
@build_arithmetic.register(arith.SubiOp)
@build_arithmetic.register(arith.MuliOp)
def _(op: arith.AddiOp | arith.SubiOp | arith.MuliOp, printer: FunctionPrinter) -> Expression:
    c_type = printer.get_type(op.result)
    symbol, helper, compute = WRAPPING[type(op)]
    lhs, rhs = printer.get(op.lhs), printer.get(op.rhs)
    if c_type.bits == 1:
        raise_unsupported(op, "no arithmetic on i1, use andi, ori or xori")
    if lhs.constant is not None and rhs.constant is not None:
        return build_literal(compute(lhs.constant, rhs.constant), c_type)
    if c_type.bits < 32:
        return build_cast(c_type.name, build_binary(symbol, lhs, rhs))
    if is_free_of_overflow(op):
        return build_binary(symbol, lhs, rhs)
    return printer.call_helper(op, with_width(helper, c_type), lhs, rhs)


def is_free_of_overflow(op: arith.SignlessIntegerBinaryOperationWithOverflow) -> bool:
    """Whether signed overflow does not happen: as promised, or because indices are small."""
    is_index = op.result.type == IndexType()
    return is_index or arith.IntegerOverflowFlag.NSW in op.overflow_flags.data


def with_width(helper: str, c_type: CType) -> str:
    """The name of a helper for operands of this type."""
    return f"{helper}64" if c_type.bits == 64 else helper


@build_arithmetic.register(arith.AndIOp)
@build_arithmetic.register(arith.OrIOp)
@build_arithmetic.register(arith.XOrIOp)
def _(op: arith.AndIOp | arith.OrIOp | arith.XOrIOp, printer: FunctionPrinter) -> Expression:
    lhs, rhs = (printer.get(operand, as_bits=True) for operand in (op.lhs, op.rhs))
    if isinstance(op, arith.XOrIOp) and rhs.constant == -1:
        return build_complement(lhs)
    return build_binary(BITWISE[type(op)], lhs, rhs)


@build_arithmetic.register
def _(op: arith.ShLIOp, printer: FunctionPrinter) -> Expression:
    c_type = printer.get_type(op.result)
    lhs, amount = printer.get(op.lhs), get_shift_amount(op, printer)
    if lhs.constant is not None and amount.constant is not None:
        return build_literal(lhs.constant << amount.constant, c_type)
    if c_type.bits < 32:
        shifted = build_binary("<<", build_unsigned(lhs, c_type), amount)
        return build_cast(c_type.name, shifted)
    if is_free_of_overflow(op) and amount.constant is not None and amount.constant < 31:
        return build_binary("*", lhs, build_literal(1 << amount.constant, c_type))
    return printer.call_helper(op, with_width("shl", c_type), lhs, amount)


@build_arithmetic.register
def _(op: arith.ShRSIOp, printer: FunctionPrinter) -> Expression:
    c_type = printer.get_type(op.result)
    amount = get_shift_amount(op, printer)
    shifted = build_binary(">>", build_signed(printer.get(op.lhs), c_type), amount)
    return shifted if c_type.is_signed else build_cast(c_type.name, shifted)


@build_arithmetic.register
def _(op: arith.ShRUIOp, printer: FunctionPrinter) -> Expression:
    c_type = printer.get_type(op.result)
    value, amount = printer.get(op.lhs), get_shift_amount(op, printer)
    if value.constant is not None and amount.constant is not None:
        return build_literal((value.constant & c_type.mask) >> amount.constant, c_type)
    if not c_type.is_signed or is_nonnegative(op.lhs):
        return build_binary(">>", value, amount)
    if c_type.bits >= 32:
        return printer.call_helper(op, with_width("shr", c_type), value, amount)
    return build_cast(c_type.name, build_binary(">>", build_unsigned(value, c_type), amount))


def get_shift_amount(
    op: arith.ShLIOp | arith.ShRSIOp | arith.ShRUIOp, printer: FunctionPrinter
) -> Expression:
    """The amount of a shift; fails for i1 and for a constant amount that is too large."""
    bits = printer.get_type(op.result).bits
    amount = find_constant(op.rhs)
    if bits == 1 or (amount is not None and not 0 <= amount < bits):
        raise_unsupported(op, f"expected a shift by 0 to {bits - 1} bits, found {amount}")
    return printer.get(op.rhs) if amount is None else Expression(str(amount), constant=amount)


@build_arithmetic.register(arith.MinSIOp)
@build_arithmetic.register(arith.MaxSIOp)
@build_arithmetic.register(arith.MinUIOp)
@build_arithmetic.register(arith.MaxUIOp)
def _(
    op: arith.MinSIOp | arith.MaxSIOp | arith.MinUIOp | arith.MaxUIOp, printer: FunctionPrinter
) -> Expression:
    c_type = printer.get_type(op.result)
    helper, is_signed = EXTREMA[type(op)]
    lhs, rhs = (read_as(printer.get(v), c_type, is_signed) for v in (op.lhs, op.rhs))
    result = printer.call_helper(op, with_width(helper, c_type), lhs, rhs)
    return result if c_type.bits >= 32 else build_cast(c_type.name, result)


def are_nonnegative(op: Operation, c_type: CType) -> bool:
    """Whether an unsigned operation may read its operands in the signed C type they live in."""
    return c_type.is_signed and all(is_nonnegative(operand) for operand in op.operands)


def read_as(value: Expression, c_type: CType, is_signed: bool) -> Expression:
    """`value` as a signed or unsigned number."""
    return build_signed(value, c_type) if is_signed else build_unsigned(value, c_type)


@build_arithmetic.register(arith.DivSIOp)
@build_arithmetic.register(arith.DivUIOp)
@build_arithmetic.register(arith.RemSIOp)
@build_arithmetic.register(arith.RemUIOp)
@build_arithmetic.register(arith.FloorDivSIOp)
@build_arithmetic.register(arith.CeilDivSIOp)
@build_arithmetic.register(arith.CeilDivUIOp)
def _(op: arith.SignlessIntegerBinaryOperation, printer: FunctionPrinter) -> Expression:
    c_type = printer.get_type(op.result)
    symbol, helper, is_signed = DIVISIONS[type(op)]
    is_signed = is_signed or (bool(symbol) and are_nonnegative(op, c_type))
    lhs, rhs = (read_as(printer.get(v), c_type, is_signed) for v in (op.lhs, op.rhs))
    divisor = find_constant(op.rhs)
    if symbol and divisor is not None and divisor > 0:
        result = build_binary(symbol, lhs, rhs)
    else:
        result = printer.call_helper(op, with_width(helper, c_type), lhs, rhs)
    return result if is_signed and c_type.is_signed else build_cast(c_type.name, result)


@build_arithmetic.register
def _(op: arith.CmpiOp, printer: FunctionPrinter) -> Expression:
    c_type = printer.get_type(op.lhs)
    predicate = op.predicate.value.data
    operands = [printer.get(op.lhs), printer.get(op.rhs)]
    if predicate >= 2:
        is_signed = predicate < FIRST_UNSIGNED_PREDICATE or are_nonnegative(op, c_type)
        operands = [read_as(operand, c_type, is_signed) for operand in operands]
    return build_binary(COMPARISONS[predicate], *operands)


@build_arithmetic.register
def _(op: arith.SelectOp, printer: FunctionPrinter) -> Expression:
    printer.get_type(op.result)
    return build_conditional(printer.get(op.cond), printer.get(op.lhs), printer.get(op.rhs))


# endregion
# region Conversions


@build_arithmetic.register(arith.ExtSIOp)
@build_arithmetic.register(arith.ExtUIOp)
@build_arithmetic.register(arith.IndexCastOp)
def _(
    op: arith.ExtSIOp | arith.ExtUIOp | arith.IndexCastOp, printer: FunctionPrinter
) -> Expression:
    value = printer.get(op.input)
    source, target = printer.get_type(op.input), printer.get_type(op.result)
    if not is_silent_conversion(op):
        value = read_as(value, source, not isinstance(op, arith.ExtUIOp))
        widens_silently = source.bits < target.bits <= 32
        if not widens_silently:
            return build_cast(target.name, value)
    # A cast to the narrow type is what extends: a truncation that follows must not drop it.
    return value if source.bits == target.bits else replace(value, uncast=None)


@build_arithmetic.register
def _(op: arith.TruncIOp, printer: FunctionPrinter) -> Expression:
    target = printer.get_type(op.result)
    value = printer.get(op.input)
    if value.constant is not None:
        return build_literal(value.constant, target)
    if target.bits > 1:
        return build_cast(target.name, value.uncast or value)
    one, zero = (Expression(text, constant=int(text)) for text in "10")
    return build_binary("!=", build_binary("&", value, one), zero)


# endregion
