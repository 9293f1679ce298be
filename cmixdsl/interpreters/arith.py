"""What integer `arith` operations compute.

Sums, products and casts wrap in two's complement. What MLIR leaves undefined or poison raises
InterpretationError: division by zero, a quotient out of range, a shift by the width or more.
xDSL's own functions cover a part of these operations and let the undefined cases pass.
"""

from collections.abc import Callable
from typing import ClassVar

from xdsl.dialects import arith
from xdsl.dialects.builtin import IndexType, IntegerType
from xdsl.interpreter import register_impls
from xdsl.ir import Attribute, Operation
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.interpreters.semantics import Semantics, SemanticsTable, TableFunctions, wrap

# region Semantics


def get_unsigned(value: int, width: int) -> int:
    """The value of the same bits without a sign."""
    return value & ((1 << width) - 1)


def addi(a: int, b: int, width: int) -> int:
    return wrap(a + b, width)


def subi(a: int, b: int, width: int) -> int:
    return wrap(a - b, width)


def muli(a: int, b: int, width: int) -> int:
    return wrap(a * b, width)


def andi(a: int, b: int) -> int:
    return a & b


def ori(a: int, b: int) -> int:
    return a | b


def xori(a: int, b: int) -> int:
    return a ^ b


def check_shift(name: str, amount: int, width: int) -> None:
    """Raises InterpretationError unless the amount is less than the width."""
    if not 0 <= amount < width:
        raise InterpretationError(
            f"arith.{name}: shift must be 0 to {width - 1}, got {get_unsigned(amount, width)}"
        )


def shli(a: int, b: int, width: int) -> int:
    check_shift("shli", b, width)
    return wrap(a << b, width)


def shrsi(a: int, b: int, width: int) -> int:
    check_shift("shrsi", b, width)
    return a >> b


def shrui(a: int, b: int, width: int) -> int:
    check_shift("shrui", b, width)
    return wrap(get_unsigned(a, width) >> b, width)


def check_division(name: str, a: int, b: int, width: int) -> None:
    """Raises InterpretationError when a signed quotient does not exist or is out of range."""
    if b == 0 or (b == -1 and a == -(1 << (width - 1))):
        raise InterpretationError(f"arith.{name}: {a} / {b} has no quotient of {width} bits")


def divsi(a: int, b: int, width: int) -> int:
    """The quotient, rounded towards zero."""
    check_division("divsi", a, b, width)
    return a // b if (a < 0) == (b < 0) else -(-a // b)


def remsi(a: int, b: int, width: int) -> int:
    """The remainder of division towards zero: it has the sign of the dividend."""
    check_division("remsi", a, b, width)
    return a - divsi(a, b, width) * b


def floordivsi(a: int, b: int, width: int) -> int:
    check_division("floordivsi", a, b, width)
    return a // b


def ceildivsi(a: int, b: int, width: int) -> int:
    check_division("ceildivsi", a, b, width)
    return -(-a // b)


def check_divisor(name: str, b: int) -> None:
    """Raises InterpretationError when an unsigned divisor is zero."""
    if b == 0:
        raise InterpretationError(f"arith.{name}: the divisor is 0")


def divui(a: int, b: int, width: int) -> int:
    check_divisor("divui", b)
    return wrap(get_unsigned(a, width) // get_unsigned(b, width), width)


def remui(a: int, b: int, width: int) -> int:
    check_divisor("remui", b)
    return wrap(get_unsigned(a, width) % get_unsigned(b, width), width)


def ceildivui(a: int, b: int, width: int) -> int:
    check_divisor("ceildivui", b)
    return wrap(-(-get_unsigned(a, width) // get_unsigned(b, width)), width)


def minsi(a: int, b: int) -> int:
    return min(a, b)


def maxsi(a: int, b: int) -> int:
    return max(a, b)


def minui(a: int, b: int, width: int) -> int:
    return wrap(min(get_unsigned(a, width), get_unsigned(b, width)), width)


def maxui(a: int, b: int, width: int) -> int:
    return wrap(max(get_unsigned(a, width), get_unsigned(b, width)), width)


def extsi(a: int) -> int:
    return a


def extui(a: int, width: int) -> int:
    """Zero extension; `width` is that of the operand."""
    return get_unsigned(a, width)


def trunci(a: int, width: int) -> int:
    return wrap(a, width)


def index_cast(a: int, width: int) -> int:
    return wrap(a, width)


def cmpi(a: int, b: int, predicate: int, width: int) -> int:
    """The comparison as an `i1`: 0 or -1; predicates are numbered as MLIR does."""
    if predicate >= 6:
        a, b, predicate = get_unsigned(a, width), get_unsigned(b, width), predicate - 4
    return -(a == b, a != b, a < b, a <= b, a > b, a >= b)[predicate]


def select(condition: int, a: int, b: int) -> int:
    return a if condition else b


# endregion
# region Parameters


def get_width(value_type: Attribute, index_bitwidth: int) -> int:
    """Bits of an integer or index type."""
    match value_type:
        case IntegerType():
            return value_type.width.data
        case IndexType():
            return index_bitwidth
        case _:
            raise InterpretationError(f"expected an integer or index type, got {value_type}")


def get_operand_width(op: Operation, index_bitwidth: int) -> tuple[int, ...]:
    return (get_width(op.operands[0].type, index_bitwidth),)


def get_result_width(op: Operation, index_bitwidth: int) -> tuple[int, ...]:
    return (get_width(op.results[0].type, index_bitwidth),)


def get_comparison(op: Operation, index_bitwidth: int) -> tuple[int, ...]:
    """The predicate and the width of a comparison."""
    assert isinstance(op, arith.CmpiOp)
    return op.predicate.value.data, get_width(op.lhs.type, index_bitwidth)


# endregion

WITHOUT_WIDTH: tuple[tuple[type[Operation], Callable[..., int]], ...] = (
    (arith.AndIOp, andi),
    (arith.OrIOp, ori),
    (arith.XOrIOp, xori),
    (arith.MinSIOp, minsi),
    (arith.MaxSIOp, maxsi),
    (arith.ExtSIOp, extsi),
)

OF_RESULT_WIDTH: tuple[tuple[type[Operation], Callable[..., int]], ...] = (
    (arith.AddiOp, addi),
    (arith.SubiOp, subi),
    (arith.MuliOp, muli),
    (arith.ShLIOp, shli),
    (arith.ShRSIOp, shrsi),
    (arith.ShRUIOp, shrui),
    (arith.DivSIOp, divsi),
    (arith.RemSIOp, remsi),
    (arith.FloorDivSIOp, floordivsi),
    (arith.CeilDivSIOp, ceildivsi),
    (arith.DivUIOp, divui),
    (arith.RemUIOp, remui),
    (arith.CeilDivUIOp, ceildivui),
    (arith.MinUIOp, minui),
    (arith.MaxUIOp, maxui),
    (arith.TruncIOp, trunci),
    (arith.IndexCastOp, index_cast),
)

ARITH_SEMANTICS: SemanticsTable = {
    **{op_type: Semantics(function) for op_type, function in WITHOUT_WIDTH},
    **{op_type: Semantics(function, get_result_width) for op_type, function in OF_RESULT_WIDTH},
    arith.ExtUIOp: Semantics(extui, get_operand_width),
    arith.CmpiOp: Semantics(cmpi, get_comparison),
}


@register_impls
class ArithFunctions(TableFunctions):
    """Integer operations; overrides xDSL's functions of the same name."""

    table: ClassVar[SemanticsTable] = ARITH_SEMANTICS
