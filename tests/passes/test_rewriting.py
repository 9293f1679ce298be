"""One walk over the operations of a class."""

from xdsl.dialects import arith, scf
from xdsl.dialects.builtin import i32
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from cmixdsl.parsing import parse_module
from cmixdsl.passes.builders.rewriting import rewrite_each
from cmixdsl.universe import build_context

LOOPS = b"""
func.func @f(%n: index) {
  %0 = arith.constant 0 : i32
  scf.for %i = %n to %n step %n {
    scf.for %j = %n to %n step %n {
    }
  }
  %1 = arith.constant 1 : i32
  return
}
"""


class Record(RewritePattern):
    """Counts constants up by inserting one more before each, and erases loops."""

    def __init__(self) -> None:
        self.seen: list[Operation] = []

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        self.seen.append(op)
        if isinstance(op, arith.ConstantOp):
            rewriter.insert(arith.ConstantOp.from_int_and_width(2, i32))
        else:
            rewriter.erase(op)


def test_visits_each_operation_of_a_class_once_and_none_that_is_new():
    module = parse_module(build_context(), LOOPS, "loops.mlir")
    constants = [op for op in module.walk() if isinstance(op, arith.ConstantOp)]
    pattern = Record()
    rewrite_each(module, pattern, arith.ConstantOp)
    assert pattern.seen == constants
    assert str(module).count("arith.constant 2") == len(constants) == 2


def test_leaves_out_what_is_erased_with_the_operation_around_it():
    module = parse_module(build_context(), LOOPS, "loops.mlir")
    outer = next(op for op in module.walk() if isinstance(op, scf.ForOp))
    pattern = Record()
    rewrite_each(module, pattern, scf.ForOp)
    assert pattern.seen == [outer]
    assert "scf.for" not in str(module)
