"""One layer on its way through the levels: what the README and levels.md show of it."""

import re
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

from references import build_table, get_pass_documentation, get_summary
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.scf import ForOp
from xdsl.ir import Operation

from cmixdsl.devices import get_device
from cmixdsl.driver import compile_module, load_module
from cmixdsl.pipelines import PIPELINES
from cmixdsl.universe import build_context

MODEL = Path(__file__).resolve().parent.parent / "examples" / "01_pointwise_conv" / "model.mlir"
PIPELINE = PIPELINES["cortex-m4"]
WIDTH = 96
"""Columns of a line of IR."""
_CLAUSES = re.compile(
    r" (?=(?:input|filter|output|lanes|bias|sums|requant|schedule) |iter_args|: memref|: !cmix)"
)


def lower(last: str | None = None) -> tuple[Context, ModuleOp]:
    """The example after all passes up to `last`; all of the pipeline without it."""
    context = build_context()
    module = load_module(context, MODEL)
    for instance in PIPELINE:
        instance.apply(context, module)
        if instance.name == last:
            break
    return context, module


def wrap(line: str) -> str:
    """Breaks a long line of IR before the clauses of its operation."""
    indent = " " * (len(line) - len(line.lstrip()))
    lines = [""]
    for clause in _CLAUSES.split(line):
        if len(lines[-1]) + 1 + len(clause) > WIDTH and lines[-1]:
            lines.append(f"{indent}    {clause}")
        else:
            lines[-1] += f" {clause}" if lines[-1] else clause
    return "\n".join(lines)


def fence(language: str, code: str) -> str:
    """A code block."""
    return f"```{language}\n{code.strip(chr(10))}\n```"


def print_operations(operations: Sequence[Operation]) -> str:
    """Operations as one block of IR."""
    lines = "\n".join(map(str, operations)).splitlines()
    return fence("mlir", "\n".join(map(wrap, lines)))


def find_all(module: ModuleOp, is_wanted: Callable[[Operation], bool]) -> list[Operation]:
    """The operations that are wanted, in the order of their text."""
    return [operation for operation in module.walk() if is_wanted(operation)]


def build_model() -> str:
    """The layer as its author wrote it."""
    return fence("mlir", MODEL.read_text(encoding="utf-8"))


def build_contraction() -> str:
    """The layer as a contraction over named iterators."""
    _, module = lower("convert-cmix-to-contract")
    return print_operations(find_all(module, lambda op: op.name == "cmix.contract"))


def build_block() -> str:
    """What remains inside of the loops once the contraction is tiled."""
    _, module = lower("cmix-tile-block")
    names = ("cmix.expand", "cmix.sum_lanes", "cmix.contract")
    return print_operations(find_all(module, lambda op: op.name in names))


def _has_products(operation: Operation) -> bool:
    return isinstance(operation, ForOp) and any(
        inner.name == "dsp.smlad" and any("acc" in (r.name_hint or "") for r in inner.results)
        for inner in operation.body.block.ops
    )


def build_loop() -> str:
    """The innermost loop on words, shortened to the first word of weights."""
    _, module = lower()
    (loop,) = find_all(module, _has_products)
    lines = str(loop).splitlines()
    words = [i for i, line in enumerate(lines) if "memref.load" in line]
    cut = words[1] - 1
    lines[cut:-2] = ["  // ... the same for the next word"]
    return fence("mlir", "\n".join(map(wrap, lines)))


def build_c_loop() -> str:
    """The same loop in C, less its indentation."""
    context = build_context()
    module = load_module(context, MODEL)
    compiled = compile_module(context, module, get_device("cortex-m4"), PIPELINE)
    (source,) = [text for name, text in compiled.sources.items() if name.endswith(".c")]
    lines = source.splitlines()
    first = next(i for i, line in enumerate(lines) if re.search(r"\bacc\w+ = cmix_smlad", line))
    start = max(i for i in range(first) if lines[i].lstrip().startswith("for "))
    indent = len(lines[start]) - len(lines[start].lstrip())
    end = next(i for i in range(start, len(lines)) if lines[i] == " " * indent + "}")
    return fence("c", textwrap.dedent("\n".join(lines[start : end + 1])))


def _get_level(module: ModuleOp) -> str:
    names = {operation.name for operation in module.walk()}
    if not any(name.startswith("cmix.") for name in names - {"cmix.constant"}):
        return "4"
    return "3" if "memref<" in str(module) else "2"


def build_pipeline_table() -> str:
    """The passes of the pipeline in order, and the level that each leaves the example on."""
    context = build_context()
    module = load_module(context, MODEL)
    rows: list[tuple[str, ...]] = []
    for number, instance in enumerate(PIPELINE, 1):
        instance.apply(context, module)
        summary = get_summary(get_pass_documentation(type(instance)))
        link = f"[`{instance.name}`](passes.md#{instance.name})"
        rows.append((str(number), link, _get_level(module), summary))
    return build_table(("", "pass", "level after it", "what it does"), rows)
