"""The examples in the documentation of the dsp dialect parse, verify and show their operation."""

import re

import pytest
from xdsl.ir import Operation
from xdsl.parser import Parser

from cmixdsl.dialects import dsp
from cmixdsl.universe import build_context

EXAMPLE = re.compile(r"```mlir\n(.*?)```", re.DOTALL)

FUNCTION = """
func.func @example(%a: i32, %b: i32, %x: i32, %acc: i32, %acc_lo: i32, %acc_hi: i32, {word}
                   %m: memref<4x32xi8>, %i: index, %j: index) {{
  {example}
  func.return
}}
"""


def get_operation_names(documentation: str | None) -> list[str]:
    """The operations of the one example in a docstring, after parsing it."""
    (example,) = EXAMPLE.findall(documentation or "")
    word = "" if "%w =" in example else "%w: i32,"
    module = Parser(build_context(), FUNCTION.format(word=word, example=example)).parse_module()
    module.verify()
    return [op.name for op in module.walk() if op.name.startswith("dsp.")]


@pytest.mark.parametrize("op_type", list(dsp.Dsp.operations), ids=lambda op_type: op_type.name)
def test_operation(op_type: type[Operation]) -> None:
    assert get_operation_names(op_type.__doc__) == [op_type.name]


def test_dialect() -> None:
    assert len(get_operation_names(dsp.__doc__)) == 5
