"""`memref.global` as static arrays."""

from math import prod

from xdsl.dialects import memref
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, IntegerType

from cmixdsl.targets.c.elements import WORD
from cmixdsl.targets.c.expressions import build_literal
from cmixdsl.targets.c.printer import INDENT, break_line, join_wrapped
from cmixdsl.targets.c.statements import get_alignment_macro
from cmixdsl.targets.c.type_table import (
    CType,
    get_memref_type,
    get_size_bytes,
    raise_unsupported,
)

ARENA_ALIGNMENT_BYTES = 8


def emit_global(op: memref.GlobalOp, name: str, c_type: CType, *, is_const: bool) -> str:
    """The definition of a static array with elements of type `c_type`.

    Fails for a constant that the program writes.
    """
    if op.sym_visibility.data != "private":
        raise_unsupported(op, f"expected a private global, @{op.sym_name.data} is not")
    if op.constant is not None and not is_const:
        raise_unsupported(op, f"constant @{op.sym_name.data} is written")
    size = max(1, prod(get_memref_type(op.type, op).get_shape()))
    const = "const " if op.constant is not None else ""
    head = f"static {const}{c_type.name} {name}[{size}]{_get_alignment(op, c_type)}"
    if not isinstance(op.initial_value, DenseIntOrFPElementsAttr):
        return "\n".join(break_line(f"{head};"))
    return "\n".join([*break_line(f"{head} = {{"), *_emit_values(op, c_type), "};"])


def _get_alignment(op: memref.GlobalOp, c_type: CType) -> str:
    size_bytes = get_size_bytes(op.type, op)
    if op.constant is None and size_bytes >= ARENA_ALIGNMENT_BYTES and op.alignment is None:
        return f" CMIX_ALIGNED({ARENA_ALIGNMENT_BYTES})"
    return get_alignment_macro(op.alignment, c_type.bytes, size_bytes)


def _emit_values(op: memref.GlobalOp, c_type: CType) -> list[str]:
    """The lines of an initializer."""
    dense = op.initial_value
    assert isinstance(dense, DenseIntOrFPElementsAttr)
    if not isinstance(dense.get_element_type(), IntegerType):
        raise_unsupported(op, f"expected integer elements, found {dense.get_element_type()}")
    values = [value for value in dense.get_values() if isinstance(value, int)]
    if c_type == WORD:
        return join_wrapped([f"0x{value & 0xFFFFFFFF:08x}" for value in values], INDENT)
    # Tables are long and their values few.
    texts = {value: build_literal(value, c_type).text for value in set(values)}
    return join_wrapped([texts[value] for value in values], INDENT)
