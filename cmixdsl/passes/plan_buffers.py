"""Places all buffers of a network in one static arena.

Before:
```mlir
func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
  %h = memref.alloc() {alignment = 4 : i64} : memref<4xi8>
  func.call @layer(%x, %h) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @layer(%h, %y) : (memref<4xi8>, memref<4xi8>) -> ()
  return
}
func.func private @layer(memref<4xi8>, memref<4xi8>)
```

After:
```mlir
"memref.global"() <{sym_name = "net_arena", sym_visibility = "private", type = memref<4xi8>,
                    initial_value, alignment = 8 : i64}> : () -> ()
func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
  %arena = memref.get_global @net_arena : memref<4xi8>
  %c0 = arith.constant 0 : index
  %h = memref.view %arena[%c0][] : memref<4xi8> to memref<4xi8>
  func.call @layer(%x, %h) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @layer(%h, %y) : (memref<4xi8>, memref<4xi8>) -> ()
  return
}
func.func private @layer(memref<4xi8>, memref<4xi8>)
```
"""

from dataclasses import dataclass
from math import prod

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import memref
from xdsl.dialects.builtin import IntegerType, MemRefType, ModuleOp, StringAttr, UnitAttr, i8
from xdsl.dialects.func import FuncOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.passes.index_arithmetic import build_index
from cmixdsl.passes.memory import get_memref_type
from cmixdsl.passes.memory_plan import Buffer, plan_memory

ALIGNMENT = 8
"""Bytes; no access is wider."""


def get_memref_bytes(type_: MemRefType[IntegerType]) -> int:
    """Bytes of a memref of integers."""
    return prod(type_.get_shape()) * (type_.element_type.width.data // 8)


def get_buffers(function: FuncOp) -> list[tuple[memref.AllocOp, Buffer]]:
    """The allocations of a function with the steps of its body between which they are used."""
    block = function.body.block
    steps = {op: step for step, op in enumerate(block.ops)}

    def get_step(op: Operation) -> int:
        ancestor = block.find_ancestor_op_in_block(op)
        assert ancestor is not None
        return steps[ancestor]

    found: list[tuple[memref.AllocOp, Buffer]] = []
    for op in block.ops:
        if isinstance(op, memref.AllocOp):
            uses = [get_step(use.operation) for use in op.memref.uses] or [steps[op]]
            name = op.memref.name_hint or "buffer"
            size = get_memref_bytes(get_memref_type(op.memref))
            found.append((op, Buffer(name, size, min(uses), max(uses))))
    return found


def _place(function: FuncOp) -> None:
    """Replaces the allocations of a function by views of its arena."""
    found = get_buffers(function)
    if not found:
        return
    plan = plan_memory([buffer for _, buffer in found], ALIGNMENT)
    symbol = f"{function.sym_name.data}_arena"
    arena_type = MemRefType(i8, [plan.size])
    arena = memref.GlobalOp.get(
        StringAttr(symbol), arena_type, UnitAttr(), StringAttr("private"), alignment=ALIGNMENT
    )
    Rewriter.insert_op(arena, InsertPoint.before(function))
    builder = Builder(InsertPoint.at_start(function.body.block))
    base = builder.insert(memref.GetGlobalOp(symbol, arena_type)).memref
    base.name_hint = "arena"
    for (alloc, _), offset in zip(found, plan.offsets, strict=True):
        before = Builder(InsertPoint.before(alloc))
        start = build_index(before, offset)
        view = memref.ViewOp.create(operands=[base, start], result_types=[alloc.memref.type])
        view.results[0].name_hint = alloc.memref.name_hint
        Rewriter.replace_op(alloc, view)


@dataclass(frozen=True)
class PlanBuffersPass(ModulePass):
    """Places the buffers of every function in a static arena."""

    name = "cmix-plan-buffers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in list(op.ops):
            if isinstance(function, FuncOp) and not function.is_declaration:
                _place(function)
