"""Tables that say, for each operation on integers, which Python function computes it.

The interpreter and compiled code (`cmixdsl.interpreters.compiled`) call the same functions, so
that there is one definition of what an operation means. Values are Python integers in the signed
range of their type's width; `index` counts as an integer of `index_bitwidth` bits.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    OpImpl,
    OpImplResult,
    PythonValues,
)
from xdsl.ir import Operation

Parameters: TypeAlias = Callable[[Operation, int], tuple[int, ...]]
"""From an operation and the width of `index` to what its function takes after the operands."""


def get_no_parameters(op: Operation, index_bitwidth: int) -> tuple[int, ...]:
    """The parameters of an operation whose operands say everything."""
    return ()


@dataclass(frozen=True)
class Semantics:
    """What an operation on integers computes."""

    function: Callable[..., int | tuple[int, ...]]
    """From the operands' values and the parameters to the result or the tuple of results."""

    get_parameters: Parameters = get_no_parameters
    """Widths, shifts and other constants that the operation carries."""


SemanticsTable: TypeAlias = Mapping[type[Operation], Semantics]


def wrap(value: int, width: int) -> int:
    """The value of the low `width` bits in two's complement."""
    half = 1 << (width - 1)
    if -half <= value < half:
        return value
    return ((value + half) & ((1 << width) - 1)) - half


def build_impl(semantics: Semantics) -> OpImpl[InterpreterFunctions, Operation]:
    """The form of a function that xDSL's interpreter calls."""

    def run(
        functions: InterpreterFunctions, interpreter: Interpreter, op: Operation, args: PythonValues
    ) -> OpImplResult:
        parameters = semantics.get_parameters(op, interpreter.index_bitwidth)
        results = semantics.function(*args, *parameters)
        return OpImplResult(results if isinstance(results, tuple) else (results,), None)

    return run


class TableFunctions(InterpreterFunctions):
    """Interpreter functions that a table defines; subclasses set `table`."""

    table: ClassVar[SemanticsTable]

    @classmethod
    def _impls(
        cls,
    ) -> Iterable[tuple[type[Operation], OpImpl[InterpreterFunctions, Operation]]]:
        yield from super()._impls()
        for op_type, semantics in cls.table.items():
            yield op_type, build_impl(semantics)
