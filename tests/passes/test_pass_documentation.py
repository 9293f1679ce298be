"""The examples in the docstrings of passes say what the passes do.

A pass shows a module before and after. They are compared without dead code, with equal values
shared and constants in any order, so that examples may be short. Where the text says more than
`After:`, the second block is an excerpt, which only has to parse.
"""

import re
from pathlib import Path

import pytest
from examples_in_text import find_in_docstrings
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Block
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.transforms.canonicalize import CanonicalizePass
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination

from cmixdsl.parsing import parse_module
from cmixdsl.pipelines import get_pipeline
from cmixdsl.universe import build_context

PASSES = Path(__file__).resolve().parent.parent.parent / "cmixdsl" / "passes"
FILES = [path for path in sorted(PASSES.glob("*.py")) if "(ModulePass)" in path.read_text()]
WHOLE = re.compile(r"^Before:\n```mlir\n.*?^After:\n```mlir\n", re.M | re.S)


def run(module: ModuleOp, pipeline: str) -> ModuleOp:
    """The module after a pipeline, without dead code and with equal values shared."""
    clean = (CanonicalizePass(), CommonSubexpressionElimination())
    for instance in (*(get_pipeline(pipeline) if pipeline else ()), *clean):
        instance.apply(build_context(), module)
        module.verify()
    for function in module.walk():
        if isinstance(function, FuncOp) and not function.is_declaration:
            sort_constants(function.body.block)
    return module


def sort_constants(block: Block) -> None:
    """Moves the constants of a block to its start, in the order of their texts without names."""
    constants = [op for op in block.ops if op.name.endswith(".constant")]
    for op in sorted(constants, key=lambda op: str(op).split("=", 1)[1], reverse=True):
        op.detach()
        Rewriter.insert_op(op, InsertPoint.at_start(block))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_example(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (name,) = re.findall(r'^    name = "(.*)"$', text, re.M)
    before, after = (
        parse_module(build_context(), block.code.encode(), str(block))
        for block in find_in_docstrings(path)
        if block.language == "mlir"
    )
    found, shown = run(before, name), run(after, "")
    if WHOLE.search(text):
        assert found.is_structurally_equivalent(shown), f"{found}\n{shown}"
