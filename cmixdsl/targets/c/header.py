"""The header of a generated program: its API, shapes and sizes."""

from collections.abc import Iterable, Sequence

from xdsl.dialects import func
from xdsl.dialects.builtin import ArrayAttr, IntegerType, MemRefType, Signedness
from xdsl.ir import Attribute, BlockArgument
from xdsl.utils.hints import isa

from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.targets.c.functions import FunctionEmitter
from cmixdsl.targets.c.global_arrays import ARENA_ALIGNMENT_BYTES
from cmixdsl.targets.c.names import get_identifier
from cmixdsl.targets.c.prelude import emit_type_includes
from cmixdsl.targets.c.printer import break_line
from cmixdsl.targets.c.type_table import get_c_type, get_size_bytes

HEADER = """\
#ifndef {guard}_H
#define {guard}_H

{includes}

#ifdef __cplusplus
extern "C" {{
#define {guard}_RESTRICT __restrict
#else
#define {guard}_RESTRICT restrict
#endif

{declarations}

#ifdef __cplusplus
}}
#endif

#endif /* {guard}_H */
"""


def emit_header(
    name: str, functions: Iterable[func.FuncOp], emitter: FunctionEmitter, arena_bytes: int
) -> str:
    """The header for the public functions; `arena_bytes` is the size of the writable globals."""
    guard = get_identifier(name).upper()
    parts: list[str] = []
    functions = tuple(functions)
    for function in functions:
        # The only function has the name of the file, or the file was named to be told apart.
        symbol = emitter.global_names[function.sym_name.data]
        prefix = guard if len(functions) == 1 else symbol.upper()
        parts += ["\n".join(lines) for lines in (_emit_sizes(function, emitter, prefix),) if lines]
        signature = emitter.emit_signature(function, f"{guard}_RESTRICT")
        comment = _emit_comment(function, emitter, arena_bytes)
        parts.append("\n".join([*comment, *break_line(f"{signature};")]))
    declarations = "\n\n".join(parts)
    return HEADER.format(
        guard=guard, includes=emit_type_includes(declarations), declarations=declarations
    )


def _get_memrefs(
    function: func.FuncOp, emitter: FunctionEmitter
) -> list[tuple[str, BlockArgument]]:
    """The memref arguments of a function and their C names."""
    names = emitter.build_names()
    named = [(names.declare(argument.name_hint), argument) for argument in function.args]
    return [(name, argument) for name, argument in named if isinstance(argument.type, MemRefType)]


def _emit_sizes(function: func.FuncOp, emitter: FunctionEmitter, prefix: str) -> list[str]:
    """An enum with the bytes that each argument takes."""
    entries = [
        f"    {prefix}_{argument_name.upper().removesuffix('_BYTES')}_BYTES = "
        f"{get_size_bytes(argument.type, function)},"
        for argument_name, argument in _get_memrefs(function, emitter)
    ]
    return ["enum {", *entries, "};"] if entries else []


def _emit_comment(function: func.FuncOp, emitter: FunctionEmitter, arena_bytes: int) -> list[str]:
    """What each argument holds, in the types of `cmix.inputs` and `cmix.outputs`."""
    memrefs = _get_memrefs(function, emitter)
    inputs, outputs = (_get_types(function, f"cmix.{kind}") for kind in ("inputs", "outputs"))
    if not memrefs:
        return []
    kinds = ["input"] * len(inputs) + ["output"] * len(outputs)
    described = [*inputs, *outputs]
    if described and len(memrefs) == len(described) + 1:
        # An arena that the caller provides.
        kinds.append(f"memory to work in, aligned to {ARENA_ALIGNMENT_BYTES} bytes")
        described.append(memrefs[-1][1].type)
    if len(described) != len(memrefs):
        is_const = emitter.pointer_types.const_pointers.is_const
        kinds = ["read" if is_const(argument) else "written" for _, argument in memrefs]
        described = [argument.type for _, argument in memrefs]
    lines = ["/*", f" * {emitter.global_names[function.sym_name.data]}:"]
    for (name, argument), kind, attribute in zip(memrefs, kinds, described, strict=True):
        size = get_size_bytes(argument.type, function)
        lines.append(f" *   {name}: {kind}, {_describe(attribute, function)}, {size} bytes")
    if any(isinstance(t, PackedType) and t.element_type.bitwidth < 8 for t in described):
        lines.append(
            " * Elements of 2 and 4 bits are packed least significant bits first, and each"
        )
        lines.append(" * row of the innermost dimension is padded to a whole byte.")
    if arena_bytes:
        lines.append(f" * Uses {arena_bytes} bytes of static memory: calls must not overlap.")
    return [*lines, " */"]


def _get_types(function: func.FuncOp, key: str) -> Sequence[Attribute]:
    attribute = function.attributes.get(key)
    return attribute.data if isa(attribute, ArrayAttr[Attribute]) else ()


def _describe(attribute: Attribute, function: func.FuncOp) -> str:
    """An element type and a shape, as in `u4[16][16][32]`."""
    match attribute:
        case PackedType():
            return describe_packed(attribute)
        case MemRefType():
            element = get_c_type(attribute.element_type, function).name
            shape = attribute.get_shape()
        case _:
            return str(attribute)
    return element + "".join(f"[{size}]" for size in shape)


def _describe_element(element_type: IntegerType) -> str:
    sign = "s" if element_type.signedness.data == Signedness.SIGNED else "u"
    return f"{sign}{element_type.bitwidth}"


def describe_packed(packed: PackedType) -> str:
    """An element type and a shape, as in `u4[16][16][32]`."""
    sizes = "".join(f"[{size}]" for size in packed.get_shape())
    return _describe_element(packed.element_type) + sizes
