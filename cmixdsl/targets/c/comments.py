"""Comments that say which layer a function or a call is, from its `cmix.layer`."""

from collections.abc import Iterable

from xdsl.dialects import func
from xdsl.dialects.builtin import DictionaryAttr, IntegerAttr, StringAttr
from xdsl.ir import Attribute

from cmixdsl.targets.c.printer import break_line


def emit_layer_comment(function: func.FuncOp, calls: Iterable[func.CallOp]) -> list[str]:
    """The line above the definition of a layer: what it computes and how much; none for others.

    Names all layers that share the function, as its calls say.
    """
    layer = function.attributes.get("cmix.layer")
    macs, weight_bytes = (_describe(layer, key) for key in ("macs", "weight_bytes"))
    parts = [f"{macs} MACs"] if macs else []
    parts += [f"{weight_bytes} bytes of weights"] if weight_bytes else []
    names = [_describe(call.attributes.get("cmix.layer"), "name") for call in calls]
    return _emit(layer, ", ".join(filter(None, names)) or _describe(layer, "name"), parts)


def emit_call_comment(call: func.CallOp, function: func.FuncOp) -> list[str]:
    """The line above a call of a layer: what it computes; none for other functions."""
    layer = call.attributes.get("cmix.layer", function.attributes.get("cmix.layer"))
    return _emit(layer, _describe(layer, "name"), [])


def _emit(layer: Attribute | None, name: str, parts: list[str]) -> list[str]:
    if not isinstance(layer, DictionaryAttr):
        return []
    op, bits = (_describe(layer, key) for key in ("op", "bits"))
    kind = " ".join(part for part in (op.removeprefix("cmix."), bits) if part)
    described = ", ".join(part for part in (kind, *parts) if part)
    return break_line(f"/* {name}: {described}. */" if name else f"/* {described}. */")


def _describe(layer: Attribute | None, key: str) -> str:
    """A string or number of `cmix.layer` as plain text that may stand in a comment."""
    match layer.data.get(key) if isinstance(layer, DictionaryAttr) else None:
        case StringAttr() as text:
            return text.data.replace("*/", "").strip()
        case IntegerAttr() as number:
            return str(number.value.data)
        case _:
            return ""
