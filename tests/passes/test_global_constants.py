"""Constant tables of functions: shared where equal, numbered where not, beside their function."""

from xdsl.builder import Builder
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.dialects.memref import GetGlobalOp, GlobalOp
from xdsl.ir import Block, Region
from xdsl.rewriter import InsertPoint

from cmixdsl.passes.builders.global_constants import build_table


def build_function(name: str) -> FuncOp:
    return FuncOp(name, ([], []), Region(Block([ReturnOp()])), visibility="private")


def add_table(function: FuncOp, name: str, values: list[int]) -> str:
    terminator = function.body.block.last_op
    assert terminator is not None
    reference = build_table(
        Builder(InsertPoint.before(terminator)), terminator, name, values, 32
    ).owner
    assert isinstance(reference, GetGlobalOp)
    return reference.name_.string_value()


def test_tables_of_a_function() -> None:
    first, second = build_function("net_a"), build_function("net_b")
    module = ModuleOp([first, second])
    assert add_table(first, "bias", [1, 2]) == "net_a_bias"
    assert add_table(second, "bias", [1, 2]) == "net_b_bias"
    assert add_table(first, "bias", [1, 2]) == "net_a_bias"
    assert add_table(first, "bias", [1, 3]) == "net_a_bias_1"
    assert add_table(second, "bias", [1, 2]) == "net_b_bias"
    module.verify()
    # Each function's tables are right before it, where alone they are looked for.
    names = [op.sym_name.data for op in module.ops if isinstance(op, GlobalOp | FuncOp)]
    assert names == ["net_a_bias", "net_a_bias_1", "net_a", "net_b_bias", "net_b"]
