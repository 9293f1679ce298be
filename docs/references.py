"""Reference pages, made from the definitions and docstrings of dialects, passes and devices."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from xdsl.dialects.builtin import (
    AffineMapAttr,
    ArrayOfConstraint,
    IndexType,
    IntegerType,
    MemRefType,
    StringAttr,
    UnitAttr,
)
from xdsl.ir import Dialect, Operation, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import (
    AnyAttr,
    AttrConstraint,
    BaseAttr,
    EqAttrConstraint,
    IRDLOperation,
    OperandDef,
    OptOperandDef,
    OptPropertyDef,
    ParamAttrConstraint,
    RangeConstraint,
    RangeLengthConstraint,
    RangeOf,
    VarOperandDef,
)
from xdsl.passes import ModulePass, get_pass_option_infos

from cmixdsl.devices import DEVICES
from cmixdsl.dialects import dsp, quant
from cmixdsl.dialects.cmix import dialect as cmix
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.schedule import ScheduleAttr
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.dialects.qnn import dialect as qnn
from cmixdsl.dialects.qnn.tensors import TensorConstraint
from cmixdsl.frontends.onnx.constant_folding import FOLDS
from cmixdsl.frontends.onnx.integer_operators import EXPANSIONS
from cmixdsl.frontends.onnx.operators import OWN_OPERATORS, QONNX_OPERATORS
from cmixdsl.frontends.tflite.operators import CONVERSIONS
from cmixdsl.pipelines import PIPELINES
from cmixdsl.simulator.cores import CORES
from cmixdsl.universe import PASSES, get_multiverse

CLASS_NAMES = {
    AffineMapAttr: "affine map",
    IndexType: "`index`",
    IntegerType: "integer type",
    MemRefType: "`memref`",
    PackedType: "`!cmix.packed`",
    RequantizationAttr: "requantization",
    ScheduleAttr: "`#cmix.schedule`",
    StringAttr: "string",
    UnitAttr: "flag",
}
PARAMETRIZED_NAMES = {
    "DenseArrayBase": "array of {}",
    "FloatAttr": "number",
    "IntegerAttr": "{}",
    "DenseIntOrFPElementsAttr": "dense elements",
}
OPERAND_KINDS = {
    OperandDef: "operand",
    OptOperandDef: "optional operand",
    VarOperandDef: "operands",
}
GENERATED = "<!-- Written by docs/generate.py; change the docstrings instead. -->"


# region text


def get_documentation(item: object) -> str:
    """The docstring of a class or module, with an empty line before every list."""
    text = inspect.cleandoc(getattr(item, "__doc__", None) or "")
    return re.sub(r"^(.*:)\n(?=\d+\. )", r"\1\n\n", text, flags=re.M)


def get_summary(text: str) -> str:
    """The first sentence."""
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=\.) (?=[A-Z])", paragraph)[0]


def build_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line).replace("\n", " ") + " |" for line in lines)


def get_anchor(name: str) -> str:
    """The name under which a heading is linked to."""
    return re.sub(r"[^\w-]", "", name.lower())


# endregion
# region dialects


def describe_constraint(constraint: AttrConstraint | RangeConstraint) -> str:
    """A constraint in a few words."""
    match constraint:
        case RangeLengthConstraint(constraint=inner) | RangeOf(constr=inner):
            return describe_constraint(inner)
        case ArrayOfConstraint(elem_range_constraint=inner):
            return f"array of {describe_constraint(inner)}"
        case TensorConstraint(description=description):
            return description
        case EqAttrConstraint(attr=attribute):
            return f"`{attribute}`"
        case BaseAttr(attr=class_) if class_ in CLASS_NAMES:
            return CLASS_NAMES[class_]
        case BaseAttr(attr=class_) if class_.__name__ in PARAMETRIZED_NAMES:
            return PARAMETRIZED_NAMES[class_.__name__]
        case ParamAttrConstraint(base_attr=class_, param_constrs=inner):
            names = [describe_constraint(c) for c in inner if isinstance(c, EqAttrConstraint)]
            return PARAMETRIZED_NAMES[class_.__name__].format(*names)
        case BaseAttr(attr=class_):
            return class_.__name__.removesuffix("Attr").lower()
        case AnyAttr():
            return "any"
        case _:
            raise NotImplementedError(f"a name for {constraint}")


def _get_rows(operation: type[IRDLOperation]) -> Iterator[tuple[str, str, str]]:
    definition = operation.get_irdl_definition()
    for name, operand in definition.operands:
        count = {
            OperandDef: "operand",
            OptOperandDef: "optional operand",
            VarOperandDef: "operands",
        }
        yield f"`{name}`", count[type(operand)], describe_constraint(operand.constr)
    for name, property_ in definition.properties.items():
        if name != "operandSegmentSizes":
            optional = property_.default_value is not None or isinstance(property_, OptPropertyDef)
            kind = "optional property" if optional else "property"
            yield f"`{name}`", kind, describe_constraint(property_.constr)
    for name, result in definition.results:
        yield f"`{name}`", "result", describe_constraint(result.constr)


def build_operation(operation: type[Operation]) -> str:
    """The section of one operation."""
    assert issubclass(operation, IRDLOperation)
    table = build_table(("name", "kind", "type"), list(_get_rows(operation)))
    return f"### `{operation.name}`\n\n{get_documentation(operation)}\n\n{table}"


def build_attribute(attribute: type[ParametrizedAttribute]) -> str:
    """The section of one attribute or type."""
    sigil = "!" if issubclass(attribute, TypeAttribute) else "#"
    return f"### `{sigil}{attribute.name}`\n\n{get_documentation(attribute)}"


def _find_bases(operations: Sequence[type[Operation]]) -> list[type]:
    """Classes with constraints that several operations share, in order of their first use."""
    bases = [base for operation in operations for base in operation.__mro__[1:]]
    return [
        base
        for base in dict.fromkeys(bases)
        if base.__module__.startswith("cmixdsl") and "Constraint" in (base.__doc__ or "")
    ]


def build_dialect_page(module: object, dialect: Dialect) -> str:
    """The page of one dialect: its operations grouped by the files that define them."""
    operations = list(dialect.operations)
    rows = [
        (f"[`{op.name}`](#{get_anchor(op.name)})", get_summary(get_documentation(op)))
        for op in operations
    ]
    parts = [GENERATED, f"# The dialect `{dialect.name}`", get_documentation(module)]
    if operations:
        parts += ["## Operations", build_table(("operation", "what it does"), rows)]
    attributes = [a for a in dialect.attributes if issubclass(a, ParametrizedAttribute)]
    if attributes:
        parts += ["## Types and attributes", *map(build_attribute, attributes)]
    if bases := _find_bases(operations):
        parts.append("## Shared constraints")
        parts += [f"### `{base.__name__}`\n\n{get_documentation(base)}" for base in bases]
    by_module = sorted(operations, key=lambda op: op.__module__)
    for name, group in groupby(by_module, key=lambda op: op.__module__):
        title = name.rsplit(".", 1)[-1].replace("_", " ").capitalize()
        parts += [f"## {title}", get_documentation(sys.modules[name])]
        parts += map(build_operation, group)
    return "\n\n".join(parts)


def build_cmix_page() -> str:
    """The page docs/cmix.md."""
    return build_dialect_page(cmix, cmix.Cmix)


def build_dsp_page() -> str:
    """The page docs/dsp.md."""
    return build_dialect_page(dsp, dsp.Dsp)


def build_qnn_page() -> str:
    """The page docs/qnn.md."""
    return build_dialect_page(qnn, qnn.Qnn)


def build_quant_page() -> str:
    """The page docs/quant.md."""
    return build_dialect_page(quant, quant.Quant)


# endregion
# region passes and devices


def get_pass_documentation(pass_: type[ModulePass]) -> str:
    """What stands at the top of a pass's file."""
    return get_documentation(sys.modules[pass_.__module__])


def get_all_passes() -> list[type[ModulePass]]:
    """Passes in the order in which pipelines run them, then those in no pipeline."""
    used = [type(instance) for passes in PIPELINES.values() for instance in passes]
    factories = get_multiverse().all_passes
    return list(dict.fromkeys((*used, *(factories[name]() for name in PASSES))))


def _describe_default(value: object) -> str:
    return "none" if value is None else f"`{value}`"


def _build_pass(pass_: type[ModulePass]) -> str:
    text = re.sub(r"^(.*:)\n(?=```)", r"\1\n\n", get_pass_documentation(pass_), flags=re.M)
    options = [
        (f"`{info.name.replace('_', '-')}`", _describe_default(getattr(pass_, info.name)))
        for info in get_pass_option_infos(pass_)
        if hasattr(pass_, info.name)
    ]
    table = "\n\n" + build_table(("option", "default"), options) if options else ""
    return f"## `{pass_.name}`\n\n{text}{table}"


def build_passes_page() -> str:
    """The page docs/passes.md."""
    intro = (
        "In the order in which the pipelines run them; [levels.md](levels.md) has them in one "
        "table. `cmix-opt -p NAME` runs one, `cmix-opt -p 'NAME{option=value}'` sets its options."
    )
    parts = [GENERATED, "# Passes", intro, *map(_build_pass, get_all_passes())]
    return "\n\n".join(parts)


def build_target_table() -> str:
    """What `--target` takes."""
    rows = [(f"`{device.name}`", device.summary, device.core.name) for device in DEVICES.values()]
    return build_table(("target", "made for", "simulated core"), rows)


def build_core_table() -> str:
    """Machines and timing figures of the cores."""
    rows: list[tuple[str, ...]] = []
    for core in CORES:
        timing = core.timing
        figures = (
            f"{timing.load} ({timing.load_pipelined} after a load)",
            f"1 ({timing.store_register_offset} with a register offset)",
            f"{timing.multiple_base} + words",
            f"{timing.divide}",
            f"1 + {timing.branch_refill}",
            f"{timing.issue_width}",
        )
        machines = ("Unicorn" if core.unicorn_model else "-", f"`{core.qemu_machine}`")
        rows.append((core.name, *machines, *figures))
    header = ("core", "embedded", "qemu", "load", "store", "LDM STM LDRD STRD", "divide")
    return build_table((*header, "taken branch", "issues per cycle"), rows)


# endregion


def build_tflite_table() -> str:
    """Operators of TensorFlow Lite that are imported."""
    rows = [
        (f"`{kind}`", _get_line(conversion.ir_gen), _get_line(conversion.check))
        for kind, conversion in CONVERSIONS.items()
    ]
    return build_table(("operator", "becomes", "what is supported"), rows)


def _get_line(function: Callable[..., object]) -> str:
    """The docstring of one line, without its full stop."""
    return inspect.cleandoc(function.__doc__ or "").removesuffix(".")


def build_onnx_table() -> str:
    """Operators of ONNX, QONNX and com.microsoft that are imported."""
    groups = (("", OWN_OPERATORS), ("QONNX ", QONNX_OPERATORS))
    rows = [
        [f"{group}`{name}`", _get_line(function)]
        for group, operators in groups
        for name, function in operators.items()
    ]
    integers = ", ".join(f"`{name}`" for _, name in sorted(EXPANSIONS))
    rows.append([integers, "As the QDQ nodes that mean the same."])
    folded = ", ".join(f"`{name}`" for name in sorted({*FOLDS, "Shape"}))
    rows.append([f"of constants: {folded}", "Computed at import."])
    return build_table(("operator", "what is supported"), rows)
