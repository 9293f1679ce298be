"""What a loop computes stays when shifts move into its next turn."""

import numpy as np
import pytest
from xdsl.dialects import scf
from xdsl.dialects.builtin import ModuleOp
from xdsl.interpreter import Interpreter

from cmixdsl.interpreters.registry import register_implementations
from cmixdsl.parsing import parse_module
from cmixdsl.passes.sink_shifts import SinkShiftsPass
from cmixdsl.universe import build_context

TEXT = """
func.func @f(%a: i32, %b: i32) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %turns = arith.constant {turns} : index
  %amount = arith.constant {amount} : i32
  %factor = arith.constant 1237 : i32
  %first = arith.{shift} %a, %amount : i32
  %rest = scf.for %i = %c0 to %turns step %c1 iter_args(%carry = %first) -> (i32) {
    %start = arith.addi %carry, %b : i32
    %next = arith.muli %start, %factor : i32
    %left = arith.{shift} %next, %amount : i32
    scf.yield %left : i32
  }
  %sum = arith.addi %rest, %b : i32
  return %sum : i32
}
"""


def run(module: ModuleOp, *arguments: int) -> int:
    interpreter = Interpreter(module)
    register_implementations(interpreter)
    (result,) = interpreter.call_op("f", arguments)
    return int(result)


def compute(a: int, b: int, turns: int, amount: int, *, signed: bool) -> int:
    """The formula in numpy, on words that wrap around."""
    type_ = np.int32 if signed else np.uint32
    with np.errstate(over="ignore"):
        carry = np.array([a]).astype(type_) >> type_(amount)
        for _ in range(turns):
            total = (carry + np.array([b]).astype(type_)) * type_(1237)
            carry = total >> type_(amount)
        return int((carry + np.array([b]).astype(type_)).astype(np.int32)[0])


@pytest.mark.parametrize("shift", ["shrsi", "shrui"])
@pytest.mark.parametrize("turns", [0, 1, 5])
@pytest.mark.parametrize(("a", "b", "amount"), [(-1000, 77, 4), (2**31 - 1, -5, 1), (12345, 9, 17)])
def test_loop(shift: str, turns: int, a: int, b: int, amount: int) -> None:
    text = TEXT.replace("{shift}", shift).replace("{amount}", str(amount))
    module = parse_module(build_context(), text.replace("{turns}", str(turns)).encode(), "loop")
    expected = compute(a, b, turns, amount, signed=shift == "shrsi")
    assert run(module, a, b) == expected
    SinkShiftsPass().apply(build_context(), module)
    module.verify()
    (loop,) = (op for op in module.walk() if isinstance(op, scf.ForOp))
    assert loop.body.block.first_op is not None
    assert loop.body.block.first_op.name == f"arith.{shift}"
    assert run(module, a, b) == expected
