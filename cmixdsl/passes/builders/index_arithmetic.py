"""Builds index arithmetic: linear forms of loop variables, constants folded, names kept.

All maps of the dialect are linear, so a position is a constant plus a sum of coefficients times
values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from xdsl.builder import Builder
from xdsl.dialects import scf
from xdsl.dialects.arith import AddiOp, ConstantOp, DivUIOp, MinUIOp, MuliOp
from xdsl.dialects.builtin import IndexType, IntegerAttr, UnitAttr
from xdsl.ir import Block, BlockArgument, Operation, OpResult, Region, SSAValue
from xdsl.ir.affine import AffineExpr, AffineMap
from xdsl.rewriter import InsertPoint

from cmixdsl.hints import ROLLED_ATTRIBUTE


def build_index(builder: Builder, value: int) -> SSAValue:
    """An index constant."""
    constant = builder.insert(ConstantOp(IntegerAttr(value, IndexType())))
    constant.result.name_hint = f"c{value}" if value >= 0 else f"c_{-value}"
    return constant.result


def get_integer_constant(value: SSAValue) -> int | None:
    """The number that a value always is, None for others."""
    if isinstance(value, OpResult) and isinstance(value.op, ConstantOp):
        attribute = value.op.value
        if isinstance(attribute, IntegerAttr):
            return attribute.value.data
    return None


def get_index_range(value: SSAValue) -> tuple[int, int] | None:
    """Smallest and largest value of a constant, a minimum, or what a loop counts or carries.

    None where a bound of the loop, or what it starts from or yields, is not known.
    """
    constant = get_integer_constant(value)
    if constant is not None:
        return constant, constant
    if isinstance(value.owner, MinUIOp):
        ranges = [get_index_range(operand) for operand in value.owner.operands]
        known = [bounds for bounds in ranges if bounds is not None and bounds[0] >= 0]
        if len(known) != len(ranges):
            return None
        return min(low for low, _ in known), min(high for _, high in known)
    loop = get_loop(value)
    if loop is None:
        return _get_carried_range(value)
    first = get_index_range(loop.lb)
    high, step = get_integer_constant(loop.ub), get_integer_constant(loop.step)
    if first is None or high is None or step is None or high <= first[0]:
        return None
    low, highest = first
    is_known = low == highest
    return low, low + (high - 1 - low) // step * step if is_known else high - 1


def _get_carried_range(value: SSAValue) -> tuple[int, int] | None:
    """The range of what a loop carries where it starts from and yields constants."""
    if not isinstance(value, BlockArgument) or not value.index:
        return None
    loop = value.block.parent_op()
    if not isinstance(loop, scf.ForOp) or (last := value.block.last_op) is None:
        return None
    at = value.index - 1
    values = [get_integer_constant(each) for each in (loop.iter_args[at], last.operands[at])]
    known = [each for each in values if each is not None]
    return (min(known), max(known)) if len(known) == len(values) else None


def get_loop(value: SSAValue) -> scf.ForOp | None:
    """The loop whose variable the value is, or None."""
    if not isinstance(value, BlockArgument) or value.index != 0:
        return None
    parent = value.block.parent_op()
    return parent if isinstance(parent, scf.ForOp) else None


def get_divisor(value: SSAValue) -> int:
    """A number that divides every value of a constant or loop variable; 0 for the constant 0."""
    constant = get_integer_constant(value)
    if constant is not None:
        return abs(constant)
    loop = get_loop(value)
    if loop is None:
        return 1
    low, step = get_integer_constant(loop.lb), get_integer_constant(loop.step)
    if low != 0 or step is None:
        return 1
    return step


@dataclass(frozen=True)
class Linear:
    """`constant + sum of coefficient * value`, the values being of type index."""

    constant: int = 0
    terms: tuple[tuple[int, SSAValue], ...] = field(default=())

    def __add__(self, other: "Linear | int") -> "Linear":
        if isinstance(other, int):
            return Linear(self.constant + other, self.terms)
        merged: dict[SSAValue, int] = {}
        for coefficient, value in (*self.terms, *other.terms):
            merged[value] = merged.get(value, 0) + coefficient
        terms = tuple((factor, value) for value, factor in merged.items() if factor)
        return Linear(self.constant + other.constant, terms)

    def __mul__(self, factor: int) -> "Linear":
        terms = tuple((coefficient * factor, value) for coefficient, value in self.terms)
        return Linear(self.constant * factor, terms if factor else ())

    @classmethod
    def get(cls, value: SSAValue) -> "Linear":
        """The linear form that is just a value."""
        constant = get_integer_constant(value)
        return cls(0, ((1, value),)) if constant is None else cls(constant)

    def get_range(self) -> tuple[int, int] | None:
        """Smallest and largest value, or None when a term's range is not known."""
        low = high = self.constant
        for coefficient, value in self.terms:
            bounds = get_index_range(value)
            if bounds is None:
                return None
            ends = [coefficient * bound for bound in bounds]
            low, high = low + min(ends), high + max(ends)
        return low, high

    def is_multiple_of(self, divisor: int) -> bool:
        """Whether the value is a multiple of `divisor` whatever the terms are."""
        return self.get_residue(divisor) == 0

    def get_residue(self, divisor: int) -> int | None:
        """The value modulo `divisor`, when it is the same whatever the terms are."""
        varies = any(
            coefficient * get_divisor(value) % divisor for coefficient, value in self.terms
        )
        return None if varies else self.constant % divisor

    def build_quotient(self, builder: Builder, divisor: int, name: str | None = None) -> SSAValue:
        """Builds the value divided by `divisor`, rounded down; it must not be negative.

        What is a multiple of the divisor is divided at compile time.
        """
        exact = Linear(
            self.constant // divisor,
            tuple((factor // divisor, v) for factor, v in self.terms if factor % divisor == 0),
        )
        rest = Linear(0, tuple((factor, v) for factor, v in self.terms if factor % divisor))
        if self.constant % divisor and rest.get_residue(divisor) != 0:
            # Splitting could make the part to divide negative.
            exact, rest = Linear(), self
        if not rest.terms:
            return exact.build(builder, name)
        amount = build_index(builder, divisor)
        quotient = builder.insert(DivUIOp(rest.build(builder, name), amount)).result
        quotient.name_hint = name
        return (exact + Linear.get(quotient)).build(builder, name)

    def build(self, builder: Builder, name: str | None = None) -> SSAValue:
        """Builds the sum and names it."""
        result: SSAValue | None = None
        for coefficient, value in self.terms:
            term = value
            if coefficient != 1:
                factor = build_index(builder, coefficient)
                term = builder.insert(MuliOp(value, factor)).result
                term.name_hint = value.name_hint
            if result is not None:
                term = builder.insert(AddiOp(result, term)).result
                term.name_hint = name
            result = term
        if result is None:
            return build_index(builder, self.constant)
        if self.constant:
            result = builder.insert(AddiOp(result, build_index(builder, self.constant))).result
            result.name_hint = name
        return result


def get_linear_form(value: SSAValue) -> Linear:
    """The linear form of a value, through the additions and multiplications that made it."""
    if isinstance(value, OpResult):
        op = value.op
        if isinstance(op, AddiOp):
            return get_linear_form(op.lhs) + get_linear_form(op.rhs)
        if isinstance(op, MuliOp):
            lhs, rhs = get_linear_form(op.lhs), get_linear_form(op.rhs)
            if not rhs.terms:
                return lhs * rhs.constant
            if not lhs.terms:
                return rhs * lhs.constant
    return Linear.get(value)


def get_linear(
    expression: AffineExpr, dimensions: Sequence[Linear], symbols: Sequence[Linear]
) -> Linear:
    """The linear form of an affine expression without divisions."""
    counts = len(dimensions), len(symbols)
    zeros = [0] * counts[0], [0] * counts[1]
    base = expression.eval(*zeros)
    result = Linear(base)
    for kind, values in enumerate((dimensions, symbols)):
        for position, value in enumerate(values):
            point = [list(zeros[0]), list(zeros[1])]
            point[kind][position] = 1
            result += value * (expression.eval(point[0], point[1]) - base)
    return result


def get_linear_map(
    map_: AffineMap, dimensions: Sequence[Linear], offsets: Sequence[SSAValue]
) -> list[Linear]:
    """Positions that a map leads to."""
    symbols = [Linear.get(offset) for offset in offsets]
    return [get_linear(result, dimensions, symbols) for result in map_.results]


def build_loop(
    builder: Builder,
    bounds: tuple[int | SSAValue, int, int],
    name: str,
    iter_args: Sequence[SSAValue] = (),
) -> tuple[scf.ForOp, Builder]:
    """A loop over `range(*bounds)`, and a builder in its body, which still lacks a yield."""
    low, high, step = (
        bound if isinstance(bound, SSAValue) else build_index(builder, bound) for bound in bounds
    )
    types = [value.type for value in iter_args]
    body = Region(Block(arg_types=[IndexType(), *types]))
    loop = builder.insert(scf.ForOp(low, high, step, iter_args, body))
    loop.body.block.args[0].name_hint = name
    return loop, Builder(InsertPoint.at_end(loop.body.block))


def get_unroll(count: int, limit: int) -> int:
    """Steps that one iteration of a loop takes, at most `limit`.

    A number that divides `count` leaves nothing behind the loop; where only small ones do, the most
    steps are better.
    """
    limit = min(max(limit, 1), count)
    divisor = max(steps for steps in range(1, limit + 1) if count % steps == 0)
    return divisor if 2 * divisor > limit else limit


Step = Callable[[Builder, Linear, list[SSAValue]], list[SSAValue]]
"""Builds one step for a value of the loop variable, from carried values to carried values."""


def build_unrolled_loop(
    builder: Builder,
    count: int,
    unroll: int,
    name: str,
    carried: Sequence[SSAValue],
    build_step: Step,
    *,
    rolled: bool = True,
) -> list[SSAValue]:
    """Steps 0 to count - 1, `unroll` in an iteration, the rest behind the loop.

    A loop of one iteration becomes straight code. Another is marked `rolled`: a C compiler shall
    not unroll it further. Returns the carried values after the last step.
    """
    values: list[SSAValue] = list(carried)
    looped = count - count % unroll if count >= 2 * unroll else 0
    if looped:
        loop, body = build_loop(builder, (0, looped, unroll), name, values)
        if rolled:
            loop.attributes[ROLLED_ATTRIBUTE] = UnitAttr()
        variable, *inner = loop.body.block.args
        results: list[SSAValue] = list(inner)
        for step in range(unroll):
            results = build_step(body, Linear.get(variable) + step, results)
        for argument, result in zip(inner, results, strict=True):
            argument.name_hint = result.name_hint
        build_yield(body, *results)
        for after, result in zip(loop.results, results, strict=True):
            after.name_hint = result.name_hint
        values = [*loop.results]
    for step in range(looped, count):
        values = build_step(builder, Linear(step), values)
    return values


def build_blocks(
    builder: Builder,
    extent: int,
    size: int,
    name: str,
    build_block: Callable[[Builder, Linear, int], None],
    *,
    rolled: bool = False,
) -> None:
    """Calls `build_block` for blocks of `size`, several of them in a loop, and for what is left.

    It gets the number of the block and how much of `extent` it has. A loop that is marked `rolled`
    shall not be unrolled further by a C compiler.
    """
    full, rest = divmod(extent, size)
    if full > 1:
        loop, body = build_loop(builder, (0, full, 1), name)
        if rolled:
            loop.attributes[ROLLED_ATTRIBUTE] = UnitAttr()
        build_block(body, Linear.get(loop.body.block.args[0]), size)
        build_yield(body)
    elif full:
        build_block(builder, Linear(), size)
    if rest:
        build_block(builder, Linear(full), rest)


def build_yield(builder: Builder, *values: SSAValue | Operation) -> None:
    """Ends the body of a loop."""
    builder.insert(scf.YieldOp(*values))
