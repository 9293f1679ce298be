"""Moves shifts of what a loop carries into the next turn, where an addition does them on its way.

A word of lanes hands the upper half of a sum on to the next word, shifted to the right. Done before
the turn ends, the shift is an instruction; done as the next word starts, it is part of the addition
that begins its sum.

1. What is yielded is a word shifted by a constant, and nothing else reads it.
2. So is the initial value, by the same amount, or it is 0.
3. Whoever reads the carried value, in the loop and behind it, adds to it.

Before:
```mlir
func.func @f(%m: memref<8xi32>, %a: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %amount = arith.constant 4 : i32
  %first = arith.shrsi %a, %amount : i32
  %rest = scf.for %i = %c0 to %c8 step %c1 iter_args(%carry = %first) -> (i32) {
    %start = arith.addi %carry, %a : i32
    memref.store %start, %m[%i] : memref<8xi32>
    %next = arith.muli %start, %a : i32
    %left = arith.shrsi %next, %amount : i32
    scf.yield %left : i32
  }
  return
}
```

After:
```mlir
func.func @f(%m: memref<8xi32>, %a: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %amount = arith.constant 4 : i32
  %rest = scf.for %i = %c0 to %c8 step %c1 iter_args(%carry = %a) -> (i32) {
    %left = arith.shrsi %carry, %amount : i32
    %start = arith.addi %left, %a : i32
    memref.store %start, %m[%i] : memref<8xi32>
    %next = arith.muli %start, %a : i32
    scf.yield %next : i32
  }
  return
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith, scf
from xdsl.dialects.builtin import ModuleOp, i32
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.passes.builders.index_arithmetic import get_integer_constant

Shift = arith.ShLIOp | arith.ShRUIOp | arith.ShRSIOp


def _get_shift(value: SSAValue) -> Shift | None:
    """The operation that shifts a word by a constant and gives `value`."""
    owner = value.owner
    if not isinstance(owner, Shift) or value.type != i32 or get_integer_constant(owner.rhs) is None:
        return None
    return owner


def _find_source(value: SSAValue, shift: Shift) -> SSAValue | None:
    """What becomes `value` by a shift like the given one."""
    if get_integer_constant(value) == 0:
        return value
    other = _get_shift(value)
    if type(other) is not type(shift) or other is None:
        return None
    return other.lhs if get_integer_constant(other.rhs) == get_integer_constant(shift.rhs) else None


def _is_only_added(value: SSAValue) -> bool:
    return all(isinstance(use.operation, arith.AddiOp) for use in value.uses)


def _shift_at(value: SSAValue, shift: Shift, place: InsertPoint) -> None:
    """Lets all that read `value` read what the shift makes of it."""
    if not value.uses:
        return
    users = list(value.uses)
    delayed = type(shift)(value, shift.rhs)
    delayed.result.name_hint = shift.result.name_hint
    Rewriter.insert_op(delayed, place)
    for use in users:
        use.operation.operands[use.index] = delayed.result


def _sink(loop: scf.ForOp, index: int) -> None:
    """Sinks the shift of one carried value."""
    block = loop.body.block
    argument, result = block.args[index + 1], loop.results[index]
    yielded = block.last_op
    assert isinstance(yielded, scf.YieldOp)
    shift = _get_shift(yielded.operands[index])
    if shift is None or shift.parent is not block or not shift.result.has_one_use():
        return
    source = _find_source(loop.iter_args[index], shift)
    if source is None or not _is_only_added(argument) or not _is_only_added(result):
        return
    amount = shift.rhs.owner
    assert isinstance(amount, arith.ConstantOp)
    if amount.parent is block:
        amount.detach()
        Rewriter.insert_op(amount, InsertPoint.before(loop))
    initial = loop.iter_args[index]
    loop.operands[3 + index] = source
    if initial is not source and not initial.uses and isinstance(initial.owner, Shift):
        Rewriter.erase_op(initial.owner)
    yielded.operands[index] = shift.lhs
    _shift_at(argument, shift, InsertPoint.at_start(block))
    _shift_at(result, shift, InsertPoint.after(loop))
    Rewriter.erase_op(shift)


@dataclass(frozen=True)
class SinkShiftsPass(ModulePass):
    """Moves shifts of what loops carry into the next turn."""

    name = "cmix-sink-shifts"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for loop in [loop for loop in op.walk() if isinstance(loop, scf.ForOp)]:
            for index in range(len(loop.iter_args)):
                _sink(loop, index)
