"""Comments that say which layer a function is, from its `cmix.layer`."""

from xdsl.dialects import func
from xdsl.dialects.builtin import DictionaryAttr, IntegerAttr, StringAttr

from cmixdsl.targets.c.printer import break_line


def emit_layer_comment(function: func.FuncOp) -> list[str]:
    """The line above the definition of a layer: what it computes and how much; none for others."""
    macs, weight_bytes = (_describe(function, key) for key in ("macs", "weight_bytes"))
    parts = [f"{macs} MACs"] if macs else []
    parts += [f"{weight_bytes} bytes of weights"] if weight_bytes else []
    return _emit(function, parts)


def emit_call_comment(function: func.FuncOp) -> list[str]:
    """The line above a call of a layer: what it computes; none for other functions."""
    return _emit(function, [])


def _emit(function: func.FuncOp, parts: list[str]) -> list[str]:
    if not isinstance(function.attributes.get("cmix.layer"), DictionaryAttr):
        return []
    name, op, bits = (_describe(function, key) for key in ("name", "op", "bits"))
    kind = " ".join(part for part in (op.removeprefix("cmix."), bits) if part)
    described = ", ".join(part for part in (kind, *parts) if part)
    return break_line(f"/* {name}: {described}. */" if name else f"/* {described}. */")


def _describe(function: func.FuncOp, key: str) -> str:
    """A string or number of `cmix.layer` as plain text that may stand in a comment."""
    layer = function.attributes.get("cmix.layer")
    match layer.data.get(key) if isinstance(layer, DictionaryAttr) else None:
        case StringAttr() as text:
            return text.data.replace("*/", "").strip()
        case IntegerAttr() as number:
            return str(number.value.data)
        case _:
            return ""
