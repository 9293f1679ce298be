"""C expressions with their precedence, so that only the parentheses a reader needs are printed."""

from collections.abc import Iterable
from dataclasses import dataclass

from cmixdsl.targets.c.type_table import CType

PRIMARY, POSTFIX, UNARY = 16, 15, 14
CONDITIONAL, LOWEST = 3, 0

BINARY_PRECEDENCE = {
    "*": 13,
    "/": 13,
    "%": 13,
    "+": 12,
    "-": 12,
    "<<": 11,
    ">>": 11,
    "<": 10,
    "<=": 10,
    ">": 10,
    ">=": 10,
    "==": 9,
    "!=": 9,
    "&": 8,
    "^": 7,
    "|": 6,
}

UNFAMILIAR_OPERATORS = frozenset(["%", "<<", ">>", "==", "!=", "&", "^", "|"])
"""Operators whose operands get parentheses unless they bind as tightly as a cast."""

ASSOCIATIVE_OPERATORS = frozenset(["&", "^", "|"])


@dataclass(frozen=True)
class Expression:
    """Text that has the value of an SSA value, in its C type or in one that promotes alike."""

    text: str
    precedence: int = PRIMARY
    operator: str = ""
    """The operator of a binary expression."""
    operands: tuple[str, ...] = ()
    """The operands of a binary expression, as printed in it."""
    constant: int | None = None
    """The value of a literal."""
    uncast: "Expression | None" = None
    """The operand of a cast."""

    def within(self, precedence: int) -> str:
        """The text, in parentheses unless it binds at least as tightly as `precedence`."""
        return self.text if self.precedence >= precedence else f"({self.text})"


def build_binary(operator: str, lhs: Expression, rhs: Expression) -> Expression:
    """`lhs operator rhs`, left associative."""
    precedence = BINARY_PRECEDENCE[operator]
    if operator == "+" and rhs.constant is not None and -(1 << 31) < rhs.constant < 0:
        return build_binary("-", lhs, Expression(str(-rhs.constant), constant=-rhs.constant))
    least = UNARY if operator in UNFAMILIAR_OPERATORS else precedence
    chains = operator in ASSOCIATIVE_OPERATORS and lhs.operator == operator
    left = lhs.text if chains else lhs.within(least)
    right = rhs.within(max(least, precedence + 1))
    return Expression(f"{left} {operator} {right}", precedence, operator, (left, right))


def build_cast(type_name: str, value: Expression) -> Expression:
    """`(type)value`."""
    return Expression(f"({type_name}){value.within(UNARY)}", UNARY, uncast=value)


def build_complement(value: Expression) -> Expression:
    """`~value`."""
    return Expression(f"~{value.within(UNARY)}", UNARY)


def build_call(function: str, arguments: Iterable[Expression]) -> Expression:
    """`function(arguments)`."""
    return Expression(f"{function}({', '.join(a.text for a in arguments)})", POSTFIX)


def build_conditional(condition: Expression, yes: Expression, no: Expression) -> Expression:
    """`condition ? yes : no`; a nested one gets parentheses."""
    parts = [part.within(CONDITIONAL + 1) for part in (condition, yes, no)]
    return Expression(f"{parts[0]} ? {parts[1]} : {parts[2]}", CONDITIONAL)


def build_literal(value: int, c_type: CType, *, as_bits: bool = False) -> Expression:
    """A constant of type `c_type`; `as_bits` spells patterns of bits in hexadecimal.

    The value is taken modulo the width of the type, so both readings of a signless constant serve.
    """
    if c_type.bits == 1:
        return Expression("true" if value & 1 else "false")
    value &= (1 << c_type.bits) - 1
    if c_type.is_signed and value >> (c_type.bits - 1):
        value -= 1 << c_type.bits
    return Expression(*_spell(value, c_type, as_bits), constant=value)


def _spell(value: int, c_type: CType, as_bits: bool) -> tuple[str, int]:
    """The text of a literal and its precedence."""
    if c_type.bits == 64:
        if value == -(1 << 63):
            return "INT64_MIN", PRIMARY
        return (f"INT64_C({value})", POSTFIX) if value >= 0 else (f"-INT64_C({-value})", UNARY)
    if as_bits and value > 9:
        return f"0x{value:0{_hex_digits(value)}x}", PRIMARY
    if as_bits and value < -0xFFFF:
        return f"(int32_t)0x{value & 0xFFFFFFFF:08x}", UNARY
    if value == -(1 << 31):
        return "INT32_MIN", PRIMARY
    return str(value), PRIMARY if value >= 0 else UNARY


def _hex_digits(value: int) -> int:
    return next(digits for digits in (2, 4, 8) if value < 1 << (4 * digits))


def build_signed(value: Expression, c_type: CType) -> Expression:
    """`value` read as a signed number of its width."""
    if c_type.is_signed:
        return value
    if c_type.bits == 1:
        return Expression(f"-{value.within(UNARY)}", UNARY)
    if value.constant is not None:
        signed = value.constant - ((value.constant >> 7) << 8)
        return Expression(str(signed), PRIMARY if signed >= 0 else UNARY, constant=signed)
    return build_cast(c_type.signed_name, value)


def build_unsigned(value: Expression, c_type: CType) -> Expression:
    """`value` read as an unsigned number of its width."""
    if not c_type.is_signed:
        return value
    if value.constant is not None and c_type.bits == 32:
        return Expression(f"{value.constant & 0xFFFFFFFF}u")
    return build_cast(c_type.unsigned_name, value)


def _build_sum(lhs: Expression, rhs: Expression) -> Expression:
    """`lhs + rhs` without parentheses around a sum on the right: offsets are far from overflow."""
    if rhs.operator in ("+", "-"):
        return Expression(f"{lhs.text} + {rhs.text}", BINARY_PRECEDENCE["+"])
    return build_binary("+", lhs, rhs)


def build_sum_of_products(terms: Iterable[tuple[Expression, int]], sizes: Iterable[int]) -> str:
    """The row-major offset `(i0 * size1 + i1) * size2 + i2 ...`, constant parts gathered.

    Each term is a symbolic part (a literal 0 when there is none) and a constant to be added to it.
    """
    symbolic: Expression | None = None
    constant = 0
    for (term, offset), size in zip(terms, sizes, strict=True):
        constant = constant * size + offset
        if symbolic is not None and size != 1:
            symbolic = build_binary("*", symbolic, Expression(str(size)))
        if term.constant != 0:
            symbolic = term if symbolic is None else _build_sum(symbolic, term)
    if symbolic is None:
        return str(constant)
    if constant:
        symbolic = build_binary("+", symbolic, Expression(str(constant), constant=constant))
    return symbolic.text
