"""A module at level 4 as C: a header, a source file and the prelude that it uses."""

from dataclasses import dataclass

from xdsl.dialects import func, memref
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.errors import CmixError
from cmixdsl.model import is_private
from cmixdsl.targets.c.elements import get_table_type
from cmixdsl.targets.c.functions import FunctionEmitter, order_functions
from cmixdsl.targets.c.global_arrays import emit_global
from cmixdsl.targets.c.header import emit_header
from cmixdsl.targets.c.names import Names, get_identifier
from cmixdsl.targets.c.pointer_types import PointerTypes
from cmixdsl.targets.c.pointers import ConstPointers, RestrictPointers, get_calls
from cmixdsl.targets.c.prelude import build_prelude, emit_type_includes, find_identifiers, is_helper
from cmixdsl.targets.c.type_table import CType, get_size_bytes, raise_unsupported

PRELUDE = """\
#ifndef {guard}_DSP_H
#define {guard}_DSP_H

{includes}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "packed tensors are read as little-endian words"
#endif

{helpers}#endif /* {guard}_DSP_H */
"""


@dataclass(frozen=True)
class CSources:
    """The files of one generated program."""

    header_name: str
    header: str
    """The API."""
    prelude_name: str
    prelude: str
    """The helpers that the source uses, with an Arm branch and a portable one."""
    source_name: str
    source: str
    """Weights and functions; includes the other two."""
    body: str
    """The source without its includes."""

    @property
    def files(self) -> dict[str, str]:
        """Text by file name."""
        return {
            self.header_name: self.header,
            self.prelude_name: self.prelude,
            self.source_name: self.source,
        }

    @property
    def single_file(self) -> str:
        """Header, prelude and source as one translation unit."""
        return f"{self.header}\n{self.prelude}\n{self.body}"


def emit_c(module: ModuleOp, name: str = "") -> CSources:
    """Prints a module as C; `name` is the stem of the files, by default the first public function.

    Raises CmixError when nothing is public, and OperationFailedException for an operation, type or
    attribute that has no C.
    """
    functions, globals_ = _get_symbols(module)
    ordered = order_functions(functions)
    public = [function for function in ordered if not is_private(function)]
    if not public:
        raise CmixError(
            "expected a public function with a body to print as C, found none: "
            "remove `private` from the model's entry"
        )
    names = _name_symbols(ordered, globals_)
    name = get_identifier(name or names[public[0].sym_name.data])
    const_pointers = ConstPointers(functions)
    calls = get_calls(ordered)
    pointer_types = PointerTypes(calls, const_pointers)
    restrict_pointers = RestrictPointers(calls, const_pointers)
    used = _get_used_globals(ordered, globals_)
    table_types = {symbol: get_table_type(op, refs) for symbol, (op, refs) in used.items()}
    emitter = FunctionEmitter(names, functions, table_types, pointer_types, restrict_pointers)
    parts = _emit_globals(used, names, table_types, const_pointers)
    parts += [emitter.emit_definition(function) for function in ordered]
    body = "\n\n".join(parts) + "\n"
    arena_bytes = sum(get_size_bytes(op.type, op) for op, _ in used.values() if not op.constant)
    return _assemble(name, emit_header(name, public, emitter, arena_bytes), body)


def _assemble(name: str, header: str, body: str) -> CSources:
    header_name, prelude_name, source_name = f"{name}.h", f"{name}_dsp.h", f"{name}.c"
    helpers = build_prelude(find_identifiers(body))
    prelude = PRELUDE.format(
        guard=name.upper(),
        includes=emit_type_includes(helpers + body),
        helpers=f"{helpers}\n\n" if helpers else "",
    )
    source = f'#include "{header_name}"\n#include "{prelude_name}"\n\n{body}'
    return CSources(header_name, header, prelude_name, prelude, source_name, source, body)


def _get_symbols(
    module: ModuleOp,
) -> tuple[dict[str, func.FuncOp], dict[str, memref.GlobalOp]]:
    """The functions and globals of a module, by name; fails for anything else in it."""
    functions: dict[str, func.FuncOp] = {}
    globals_: dict[str, memref.GlobalOp] = {}
    for op in module.body.ops:
        match op:
            case func.FuncOp():
                functions[op.sym_name.data] = op
            case memref.GlobalOp():
                globals_[op.sym_name.data] = op
            case _:
                raise_unsupported(op, "expected functions and globals at the top of a module")
    return functions, globals_


def _name_symbols(
    functions: list[func.FuncOp], globals_: dict[str, memref.GlobalOp]
) -> dict[str, str]:
    """The C names of symbols; public functions choose first."""
    names = Names((), is_helper)
    public_first = sorted((is_private(f), i) for i, f in enumerate(functions))
    symbols = [functions[i].sym_name.data for _, i in public_first] + list(globals_)
    return {symbol: names.declare(symbol) for symbol in symbols}


UsedGlobals = dict[str, tuple[memref.GlobalOp, list[memref.GetGlobalOp]]]


def _get_used_globals(
    functions: list[func.FuncOp], globals_: dict[str, memref.GlobalOp]
) -> UsedGlobals:
    """The globals that functions name, in the order of the module, with their references."""
    references: dict[str, list[memref.GetGlobalOp]] = {}
    for function in functions:
        for op in function.walk():
            if isinstance(op, memref.GetGlobalOp) and op.memref.first_use is not None:
                _check_reference(op, globals_)
                references.setdefault(op.name_.string_value(), []).append(op)
    return {name: (op, references[name]) for name, op in globals_.items() if name in references}


def _check_reference(op: memref.GetGlobalOp, globals_: dict[str, memref.GlobalOp]) -> None:
    symbol = op.name_.string_value()
    if symbol not in globals_:
        raise_unsupported(op, f"global @{symbol} has no definition in this module")
    if globals_[symbol].type != op.memref.type:
        raise_unsupported(
            op, f"global @{symbol} is {globals_[symbol].type}, referred to as {op.memref.type}"
        )


def _emit_globals(
    used: UsedGlobals,
    names: dict[str, str],
    table_types: dict[str, CType],
    const_pointers: ConstPointers,
) -> list[str]:
    """The static arrays."""
    return [
        emit_global(
            op,
            names[name],
            table_types[name],
            is_const=all(const_pointers.is_const(r.memref) for r in refs),
        )
        for name, (op, refs) in used.items()
    ]
