"""Moves what does not change in a loop out of it: pure operations, and reads of constant tables.

Before:
```mlir
func.func @f(%m: memref<8xi32>, %a: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    %double = arith.addi %a, %a : i32
    memref.store %double, %m[%i] : memref<8xi32>
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
  %double = arith.addi %a, %a : i32
  scf.for %i = %c0 to %c8 step %c1 {
    memref.store %double, %m[%i] : memref<8xi32>
  }
  return
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import memref, scf
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import CallOp, FuncOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.traits import IsTerminator, is_side_effect_free

from cmixdsl.model import is_private


def _get_constant_tables(module: ModuleOp) -> set[SSAValue]:
    """All references to tables that never change.

    An argument of a private function is one where every call passes one.
    """
    symbols = {
        op.sym_name.data
        for op in module.ops
        if isinstance(op, memref.GlobalOp) and op.constant is not None
    }
    references: set[SSAValue] = set()
    calls: dict[str, list[CallOp]] = {}
    for op in module.walk():
        if isinstance(op, memref.GetGlobalOp) and op.name_.string_value() in symbols:
            references.add(op.memref)
        elif isinstance(op, CallOp):
            calls.setdefault(op.callee.string_value(), []).append(op)
    for function in module.ops:
        if isinstance(function, FuncOp) and function.body.blocks and is_private(function):
            callers = calls.get(function.sym_name.data, [])
            references.update(
                argument
                for argument in function.args
                if callers and all(call.arguments[argument.index] in references for call in callers)
            )
    return references


def _reads_constant(op: Operation, tables: set[SSAValue]) -> bool:
    """Whether an operation reads one of `tables`."""
    return isinstance(op, memref.LoadOp) and op.memref in tables


def _is_invariant(op: Operation, loop: scf.ForOp, tables: set[SSAValue]) -> bool:
    if op.regions or op.has_trait(IsTerminator):
        return False
    if not (is_side_effect_free(op) or _reads_constant(op, tables)):
        return False
    return not any(loop.is_ancestor(_get_definition(value.owner)) for value in op.operands)


def _get_definition(owner: object) -> Operation:
    if isinstance(owner, Block):
        parent = owner.parent_op()
        assert parent is not None
        return parent
    assert isinstance(owner, Operation)
    return owner


@dataclass(frozen=True)
class HoistInvariantsPass(ModulePass):
    """Moves invariant operations out of loops, innermost loops first."""

    name = "cmix-hoist-invariants"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        tables = _get_constant_tables(op)
        loops = [loop for loop in op.walk() if isinstance(loop, scf.ForOp)]
        for loop in reversed(loops):
            for inner in list(loop.body.block.ops):
                if _is_invariant(inner, loop, tables):
                    inner.detach()
                    Rewriter.insert_op(inner, InsertPoint.before(loop))
