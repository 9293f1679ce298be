"""What the printers of operations share: names, expressions of values, and lines of C."""

from bisect import bisect_right
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate

from xdsl.dialects import func, memref
from xdsl.dialects.builtin import IndexType, IntegerAttr
from xdsl.ir import Operation, SSAValue
from xdsl.traits import ConstantLike
from xdsl.utils.hints import isa

from cmixdsl.targets.c.elements import SIGNED_BYTE, is_signed_byte
from cmixdsl.targets.c.expressions import Expression, build_call, build_literal
from cmixdsl.targets.c.folding import Folding
from cmixdsl.targets.c.liveness import Liveness
from cmixdsl.targets.c.names import Names
from cmixdsl.targets.c.pointer_types import PointerTypes
from cmixdsl.targets.c.prelude import is_helper
from cmixdsl.targets.c.type_table import CType, get_c_type, get_element_type, raise_unsupported
from cmixdsl.targets.c.variables import Variable, Variables

LINE_LENGTH = 100
INDENT = "    "


@dataclass
class FunctionPrinter:
    """Prints the body of one function; knows its analyses and the names given so far."""

    names: Names
    variables: Variables
    folding: Folding
    liveness: Liveness
    functions: dict[str, func.FuncOp]
    """All functions, by symbol."""
    table_types: dict[str, CType]
    """The C types of the elements of globals, by symbol."""
    pointer_types: PointerTypes
    global_names: dict[str, str]
    """The C names of functions and globals, by symbol."""
    bounds: dict[SSAValue, str]
    """The names of constants that stand for loop bounds."""
    build_expression: Callable[[Operation, "FunctionPrinter"], Expression]
    """Spells an operation as an expression."""
    lines: list[str] = field(default_factory=list[str])
    used: set[SSAValue] = field(default_factory=set[SSAValue])
    """The values whose names were printed."""
    _value_names: dict[SSAValue, str] = field(default_factory=dict[SSAValue, str])
    _variable_names: dict[Variable, str] = field(default_factory=dict[Variable, str])
    _depth: int = 1

    # region Lines

    def print_line(self, text: str) -> None:
        """Prints one line, broken where it is too long."""
        self.lines.extend(break_line(INDENT * self._depth + text))

    @contextmanager
    def print_body(self) -> Generator[None]:
        """Lines printed inside are indented; names declared inside end with it."""
        self._depth += 1
        with self.names.scope():
            yield
        self._depth -= 1

    # endregion
    # region Names

    def declare(self, value: SSAValue) -> str:
        """Gives a constant value its name."""
        name = self._value_names[value] = self.names.declare(value.name_hint)
        return name

    def is_declared(self, value: SSAValue) -> bool:
        """Whether the variable in which `value` lives has a name."""
        return self.variables.get(value) in self._variable_names

    def declare_variable(self, value: SSAValue) -> str:
        """Gives the variable in which `value` lives its name."""
        variable = self.variables.variable_of[value]
        name = self._variable_names[variable] = self.names.declare(variable.hint)
        return name

    def get_name(self, value: SSAValue) -> str:
        """The name of a declared value."""
        self.used.add(value)
        if (variable := self.variables.get(value)) is not None:
            return self._variable_names[variable]
        return self._value_names[value]

    # endregion
    # region Values

    def get(self, value: SSAValue, *, as_bits: bool = False) -> Expression:
        """The expression of a value: a literal, a folded operation, or a name."""
        if value in self.bounds:
            return Expression(self.bounds[value])
        owner = value.owner
        if isinstance(owner, Operation) and owner.has_trait(ConstantLike):
            return build_literal(get_constant(value, owner), self.get_type(value), as_bits=as_bits)
        if isinstance(owner, Operation) and value in self.folding.folded:
            return self.build_expression(owner, self)
        return Expression(self.get_name(value))

    def get_type(self, value: SSAValue) -> CType:
        """The C type of a scalar value."""
        if is_signed_byte(value):
            return SIGNED_BYTE
        return get_c_type(value.type, get_operation(value))

    def get_element_type(self, value: SSAValue) -> CType:
        """The C type of the elements of a memref."""
        if isinstance(value.owner, memref.GetGlobalOp):
            return self.table_types[value.owner.name_.string_value()]
        return get_element_type(value.type, get_operation(value))

    def get_pointer_type(self, value: SSAValue) -> str:
        """The type of a pointer to a memref's elements, with the star."""
        return self.pointer_types.get(value, get_operation(value))

    def get_variables_read(self, value: SSAValue) -> set[Variable]:
        """The mutable variables that the expression of `value` reads."""
        if value in self.folding.folded and isinstance(value.owner, Operation):
            reads = [self.get_variables_read(operand) for operand in value.owner.operands]
            return set[Variable]().union(*reads)
        variable = self.variables.get(value)
        return set() if variable is None else {variable}

    def call_helper(self, op: Operation, helper: str, *arguments: Expression) -> Expression:
        """A call of `cmix_<helper>`; fails when the prelude has none."""
        if not is_helper(name := f"cmix_{helper}"):
            raise_unsupported(op, f"the C prelude has no helper {name}")
        return build_call(name, arguments)

    # endregion


def get_operation(value: SSAValue) -> Operation:
    """The operation that a complaint about a value's type names."""
    owner = value.owner
    if isinstance(owner, Operation):
        return owner
    parent = owner.parent_op()
    assert parent is not None
    return parent


def get_constant(value: SSAValue, op: Operation) -> int:
    """The value of an integer constant; fails for other constants."""
    attribute = ConstantLike.get_constant_value(value)
    if not isa(attribute, IntegerAttr):
        raise_unsupported(op, f"expected an integer constant, found {attribute}")
    number = attribute.value.data
    if isinstance(attribute.type, IndexType) and not -(1 << 31) <= number < 1 << 31:
        raise_unsupported(op, f"index {number} does not fit 32 bits")
    return number


def find_constant(value: SSAValue) -> int | None:
    """The value of an integer constant, None for any other value."""
    attribute = ConstantLike.get_constant_value(value)
    return attribute.value.data if isinstance(attribute, IntegerAttr) else None


def break_line(line: str) -> list[str]:
    """Breaks a line of C where it nests least, so that it fits the page."""
    lines: list[str] = []
    indent = line[: len(line) - len(line.lstrip())] + INDENT * 2
    while len(line) > LINE_LENGTH and (at := _find_break(line)):
        lines.append(line[:at])
        line = indent + line[at:].lstrip()
    return [*lines, line]


def _find_break(line: str) -> int:
    """Where to break a line, 0 when it has no such place.

    That is the last of the least nested places, after a comma if there are any, else after an
    assignment, else before an operator. An assignment whose right-hand side needs more than a line
    is broken inside of it.
    """
    start = len(line) - len(line.lstrip())
    places: list[tuple[int, int, int]] = []
    depth = 0
    for at, character in enumerate(line[:LINE_LENGTH]):
        depth += (character in "([{") - (character in ")]}")
        if character == " " and at > start:
            before_operator = line[at + 1 : at + 2] in tuple("+-*/%<>&^|?:!")
            leaves_a_line = start + 2 * len(INDENT) + len(line) - at - 1 <= LINE_LENGTH
            if line[at - 1] == ",":
                places.append((depth, 0, -at))
            elif line[at - 1] == "=" and (depth or leaves_a_line):
                places.append((depth, 1, -at))
            elif before_operator and line[at - 1] != "=":
                places.append((depth, 2, -at))
    return -min(places)[2] if places else max(line.rfind(" ", start, LINE_LENGTH), 0)


def join_wrapped(items: Sequence[str], indent: str) -> list[str]:
    """Lines of comma-separated items, as full as the page allows."""
    # Tables have hundreds of thousands of items: the end of a line is looked up among all ends.
    ends = [0, *accumulate(len(item) + len(", ") for item in items)]
    lines: list[str] = []
    first = 0
    while first < len(items):
        # Room for a comma is left behind the last item too, but none for the space behind commas.
        limit = ends[first] + LINE_LENGTH - len(indent) + len(" ")
        last = max(first + 1, bisect_right(ends, limit) - 1)
        lines.append(f"{indent}{', '.join(items[first:last])}{',' * (last < len(items))}")
        first = last
    return lines
