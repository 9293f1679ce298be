"""Places all buffers of a network in one arena: a static one, or one that the caller provides.

A layer's output may lie over its input, where all accesses of the layer's function show that it
never writes a byte that it still has to read. See `passes/builders/access_order.py`.

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

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import memref
from xdsl.dialects.builtin import (
    FunctionType,
    IntegerType,
    MemRefType,
    ModuleOp,
    StringAttr,
    UnitAttr,
    i8,
)
from xdsl.dialects.func import CallOp, FuncOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.arena_kinds import ArenaKind
from cmixdsl.model import is_private
from cmixdsl.passes.builders.buffer_overlaps import (
    ALIGNMENT,
    CalleeDistances,
    FindDistance,
    find_overlaps,
)
from cmixdsl.passes.builders.index_arithmetic import build_index
from cmixdsl.passes.builders.memory import get_memref_type, get_uses_through_views
from cmixdsl.passes.builders.memory_plan import Buffer, Overlap, plan_memory


def get_memref_bytes(type_: MemRefType[IntegerType]) -> int:
    """Bytes of a memref of integers."""
    return prod(type_.get_shape()) * (type_.element_type.width.data // 8)


def get_buffers(function: FuncOp) -> list[tuple[memref.AllocOp, Buffer]]:
    """The allocations of a function with the steps of its body between which they are used.

    What uses a view of a buffer uses the buffer.
    """
    block = function.body.block
    steps = {op: step for step, op in enumerate(block.ops)}

    def get_step(op: Operation) -> int:
        ancestor = block.find_ancestor_op_in_block(op)
        assert ancestor is not None
        return steps[ancestor]

    found: list[tuple[memref.AllocOp, Buffer]] = []
    for op in block.ops:
        if isinstance(op, memref.AllocOp):
            users = [use.operation for use in get_uses_through_views(op.memref)]
            uses = [get_step(user) for user in users] or [steps[op]]
            name = op.memref.name_hint or "buffer"
            size = get_memref_bytes(get_memref_type(op.memref))
            found.append((op, Buffer(name, size, min(uses), max(uses))))
    return found


def get_overlaps(
    function: FuncOp, found: Sequence[tuple[memref.AllocOp, Buffer]], find_distance: FindDistance
) -> list[Overlap]:
    """Which of the buffers of a function may overlap."""
    steps = enumerate(function.body.block.ops)
    calls = {op: step for step, op in steps if isinstance(op, CallOp)}
    buffers = [(alloc.memref, buffer) for alloc, buffer in found]
    return find_overlaps(calls, buffers, find_distance)


def _place(function: FuncOp, arena: ArenaKind, find_distance: FindDistance) -> None:
    """Replaces the allocations of a function by views of its arena."""
    found = get_buffers(function)
    if not found:
        return
    buffers = [buffer for _, buffer in found]
    plan = plan_memory(buffers, ALIGNMENT, get_overlaps(function, found, find_distance))
    arena_type = MemRefType(i8, [plan.size])
    if arena == "caller" and not is_private(function):
        base = _add_argument(function, arena_type)
    else:
        base = _add_global(function, arena_type)
    base.name_hint = "arena"
    for (alloc, _), offset in zip(found, plan.offsets, strict=True):
        before = Builder(InsertPoint.before(alloc))
        start = build_index(before, offset)
        view = memref.ViewOp.create(operands=[base, start], result_types=[alloc.memref.type])
        view.results[0].name_hint = alloc.memref.name_hint
        Rewriter.replace_op(alloc, view)


def _add_argument(function: FuncOp, type_: MemRefType[IntegerType]) -> SSAValue:
    """A last argument of a function, for its callers to provide memory."""
    block = function.body.block
    argument = block.insert_arg(type_, len(block.args))
    function.function_type = FunctionType.from_lists(
        [value.type for value in block.args], function.function_type.outputs.data
    )
    return argument


def _add_global(function: FuncOp, type_: MemRefType[IntegerType]) -> SSAValue:
    """A reference to a new static buffer of a function."""
    symbol = f"{function.sym_name.data}_arena"
    arena = memref.GlobalOp.get(
        StringAttr(symbol), type_, UnitAttr(), StringAttr("private"), alignment=ALIGNMENT
    )
    Rewriter.insert_op(arena, InsertPoint.before(function))
    builder = Builder(InsertPoint.at_start(function.body.block))
    return builder.insert(memref.GetGlobalOp(symbol, type_)).memref


@dataclass(frozen=True)
class PlanBuffersPass(ModulePass):
    """Places the buffers of every function in an arena."""

    name = "cmix-plan-buffers"

    arena: ArenaKind = "static"
    """`caller`: public functions take a last argument, memory aligned to 8 bytes."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        functions = [child for child in op.ops if isinstance(child, FuncOp)]
        distances = CalleeDistances(functions)
        for function in functions:
            if not function.is_declaration:
                _place(function, self.arena, distances.find)
