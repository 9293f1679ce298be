"""Functions as C: signatures, comments, bodies, and the order in which C needs them."""

from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import MemRefType
from xdsl.ir import BlockArgument
from xdsl.utils.hints import isa

from cmixdsl.hints import AS_WRITTEN_ATTRIBUTE, IN_ORDER_ATTRIBUTE, ONE_REGION_ATTRIBUTE
from cmixdsl.model import is_private
from cmixdsl.targets.c.comments import emit_layer_comment
from cmixdsl.targets.c.folding import Folding
from cmixdsl.targets.c.liveness import Liveness
from cmixdsl.targets.c.names import Names
from cmixdsl.targets.c.operation_expressions import build_expression
from cmixdsl.targets.c.pointer_types import PointerTypes
from cmixdsl.targets.c.pointers import RestrictPointers
from cmixdsl.targets.c.prelude import is_helper
from cmixdsl.targets.c.printer import INDENT, FunctionPrinter, break_line
from cmixdsl.targets.c.statements import find_bounds, print_block
from cmixdsl.targets.c.type_table import CType, get_c_type, raise_unsupported
from cmixdsl.targets.c.variables import Variables

HINTS = {
    ONE_REGION_ATTRIBUTE: "CMIX_ONE_REGION",
    IN_ORDER_ATTRIBUTE: "CMIX_IN_ORDER",
    AS_WRITTEN_ATTRIBUTE: "CMIX_AS_WRITTEN",
}
"""Attributes of functions, and the macros before a definition that say the same."""


def order_functions(functions: dict[str, func.FuncOp]) -> list[func.FuncOp]:
    """The public functions and all they call, each after its callees.

    Fails for recursion, and for calls of functions that the module does not define.
    """
    ordered: dict[str, func.FuncOp] = {}

    def visit(function: func.FuncOp, callers: tuple[str, ...]) -> None:
        name = function.sym_name.data
        if name in callers:
            raise_unsupported(function, f"function @{name} calls itself")
        if name in ordered:
            return
        for op in function.walk():
            if isinstance(op, func.CallOp):
                callee = op.callee.string_value()
                if callee not in functions or functions[callee].is_declaration:
                    raise_unsupported(op, f"function @{callee} has no definition in this module")
                visit(functions[callee], (*callers, name))
        ordered[name] = function

    for function in functions.values():
        if not is_private(function) and not function.is_declaration:
            visit(function, ())
    return list(ordered.values())


@dataclass
class FunctionEmitter:
    """Prints the functions of a module."""

    global_names: dict[str, str]
    """The C names of functions and globals, by symbol."""
    functions: dict[str, func.FuncOp]
    """All functions, by symbol."""
    table_types: dict[str, CType]
    """The C types of the elements of globals, by symbol."""
    pointer_types: PointerTypes
    restrict_pointers: RestrictPointers

    def build_names(self) -> Names:
        """Names in which those of the file are taken."""
        return Names(self.global_names.values(), is_helper)

    def emit_definition(self, function: func.FuncOp) -> str:
        """The function with its comment and body."""
        printer = self._build_printer(function)
        arguments = [printer.declare(argument) for argument in function.args]
        constants = self._declare_bounds(function, printer)
        print_block(get_body(function), printer)
        unused = [
            f"{INDENT}(void){name};"
            for argument, name in zip(function.args, arguments, strict=True)
            if argument not in printer.used
        ]
        calls = self.pointer_types.calls.get(function.sym_name.data, ())
        comment = emit_layer_comment(function, calls)
        head = [*comment, *break_line(self._emit_head(function)), "{"]
        return "\n".join([*head, *constants, *unused, *printer.lines, "}"])

    def _build_printer(self, function: func.FuncOp) -> FunctionPrinter:
        variables, liveness = Variables.find(function), Liveness.find(function)
        return FunctionPrinter(
            names=self.build_names(),
            variables=variables,
            folding=Folding.find(function, variables, liveness),
            liveness=liveness,
            functions=self.functions,
            table_types=self.table_types,
            pointer_types=self.pointer_types,
            global_names=self.global_names,
            bounds={},
            build_expression=build_expression,
        )

    def _declare_bounds(self, function: func.FuncOp, printer: FunctionPrinter) -> list[str]:
        """The line that names loop bounds, if there are any."""
        names: dict[tuple[str, int], str] = {}
        for value, bound in find_bounds(function).items():
            if bound not in names:
                names[bound] = printer.names.declare(bound[0].upper())
            printer.bounds[value] = names[bound]
        if not names:
            return []
        entries = ", ".join(f"{name} = {value}" for (_, value), name in names.items())
        return [*break_line(f"{INDENT}enum {{ {entries} }};"), ""]

    def emit_signature(self, function: func.FuncOp, restrict: str = "restrict") -> str:
        """The function's declarator, without a semicolon."""
        names = self.build_names()
        parameters = [
            self._emit_parameter(argument, names.declare(argument.name_hint), restrict)
            for argument in function.args
        ]
        name = self.global_names[function.sym_name.data]
        return f"{get_result_type(function)} {name}({', '.join(parameters) or 'void'})"

    def _emit_head(self, function: func.FuncOp) -> str:
        """The declarator of a definition: with what callers need not know."""
        prefix = "static CMIX_NOINLINE " if is_private(function) else ""
        for hint, macro in HINTS.items():
            if hint in function.attributes:
                prefix += f"{macro} "
        return prefix + self.emit_signature(function)

    def _emit_parameter(self, argument: BlockArgument, name: str, restrict: str) -> str:
        function = argument.block.parent_op()
        assert function is not None
        if not isa(argument.type, MemRefType):
            return f"{get_c_type(argument.type, function).name} {name}"
        alone = f"{restrict} " if self.restrict_pointers.is_restrict(argument) else ""
        return f"{self.pointer_types.get(argument, function)}{alone}{name}"


def get_body(function: func.FuncOp):
    """The only block of a function; fails when there are more."""
    if len(function.body.blocks) != 1:
        raise_unsupported(function, "expected a body of one block with structured control flow")
    return function.body.block


def get_result_type(function: func.FuncOp) -> str:
    """The C type that a function returns; fails for more than one result."""
    results = function.function_type.outputs.data
    if len(results) > 1:
        raise_unsupported(function, f"expected at most one result, found {len(results)}")
    return get_c_type(results[0], function).name if results else "void"
