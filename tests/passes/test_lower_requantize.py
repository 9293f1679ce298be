"""Requantization by instructions is what the attribute says, where a limit allows fewer of them."""

import numpy as np
import pytest
from xdsl.builder import Builder
from xdsl.dialects.builtin import IndexType, IntegerType, ModuleOp, Signedness, i32
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.interpreter import Interpreter
from xdsl.ir import Block, Region
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.blocks import RequantizeOp
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr, Product
from cmixdsl.interpreters.registry import register_implementations
from cmixdsl.passes.lower_requantize import LowerRequantizePass, clamps_negative_products
from cmixdsl.universe import build_context

SI8 = IntegerType(8, Signedness.SIGNED)
MULTIPLIER, LEFT, RIGHT, ZERO = 1_518_500_250, 1, 3, -100


def build_requant(least: int) -> LinearAttr:
    """Rounded twice, as TFLite does, with a zero point of -100."""
    offset = (ZERO << RIGHT) + (1 << RIGHT - 1)
    return LinearAttr(
        Product.ROUNDED, [MULTIPLIER], [offset], (least, 127), left=[LEFT], right=[RIGHT]
    )


def build_module(requant: LinearAttr) -> ModuleOp:
    block = Block(arg_types=[i32, IndexType()])
    builder = Builder(InsertPoint.at_end(block))
    acc, channel = block.args
    result = builder.insert(RequantizeOp(acc, channel, requant, SI8)).result
    builder.insert(ReturnOp(result))
    return ModuleOp([FuncOp("f", ([i32, IndexType()], [i32]), Region(block))])


@pytest.mark.parametrize(("least", "is_short"), [(ZERO, True), (ZERO - 1, False), (-128, False)])
def test_limits_at_the_zero_point(least: int, is_short: bool) -> None:
    """Half steps below 0 are the only values that the sign decides."""
    requant = build_requant(least)
    assert clamps_negative_products(requant) == is_short
    module = build_module(requant)
    LowerRequantizePass().apply(build_context(), module)
    interpreter = Interpreter(module, index_bitwidth=32)
    register_implementations(interpreter)
    for acc in range(-300, 300):
        product = np.floor(acc * 2**LEFT * MULTIPLIER / 2**32 + 0.5)
        nearest = np.sign(product) * np.floor(abs(product) / 2**RIGHT + 0.5)
        expected = int(np.clip(nearest + ZERO, least, 127))
        assert interpreter.call_op("f", (acc, 0)) == (expected,), acc
