"""Lets elementwise layers write their output over an input that nobody needs afterwards.

Before:
```mlir
func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
  %a = memref.alloc() {alignment = 4 : i64} : memref<4xi8>
  %b = memref.alloc() {alignment = 4 : i64} : memref<4xi8>
  func.call @other(%x, %a) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @negate(%a, %b) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @other(%b, %y) : (memref<4xi8>, memref<4xi8>) -> ()
  return
}
func.func private @negate(%a: memref<4xi8>, %b: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0 : i8
  scf.for %i = %c0 to %c4 step %c1 {
    %e = memref.load %a[%i] : memref<4xi8>
    %n = arith.subi %zero, %e : i8
    memref.store %n, %b[%i] : memref<4xi8>
  }
  return
}
func.func private @other(memref<4xi8>, memref<4xi8>)
```

After:
```mlir
func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
  %a = memref.alloc() {alignment = 4 : i64} : memref<4xi8>
  func.call @other(%x, %a) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @negate(%a, %a) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @other(%a, %y) : (memref<4xi8>, memref<4xi8>) -> ()
  return
}
func.func private @negate(%a: memref<4xi8>, %b: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0 : i8
  scf.for %i = %c0 to %c4 step %c1 {
    %e = memref.load %a[%i] : memref<4xi8>
    %n = arith.subi %zero, %e : i8
    memref.store %n, %b[%i] : memref<4xi8>
  }
  return
}
func.func private @other(memref<4xi8>, memref<4xi8>)
```
"""

from collections.abc import Iterable
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import memref, scf
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import CallOp, FuncOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from cmixdsl.passes.builders.memory import SAME_BYTES, get_root, get_uses_through_views


@dataclass(frozen=True)
class _Accesses:
    """All that a function does with a buffer."""

    loads: tuple[memref.LoadOp, ...]
    stores: tuple[memref.StoreOp, ...]
    is_complete: bool
    """Whether there is nothing else."""


def _get_accesses(buffer: SSAValue) -> _Accesses:
    loads: list[memref.LoadOp] = []
    stores: list[memref.StoreOp] = []
    is_complete = True
    for use in buffer.uses:
        match use.operation:
            case memref.LoadOp() as load:
                loads.append(load)
            case memref.StoreOp() as store if use.index == 1:
                stores.append(store)
            case reshape if isinstance(reshape, SAME_BYTES):
                inner = _get_accesses(reshape.results[0])
                loads += inner.loads
                stores += inner.stores
                is_complete = is_complete and inner.is_complete
            case _:
                is_complete = False
    return _Accesses(tuple(loads), tuple(stores), is_complete)


def can_overwrite(source: SSAValue, destination: SSAValue) -> bool:
    """Whether a function computes the same when two of its arguments are the same buffer.

    That is known where

    1. `source` is only loaded from, `destination` only stored to;
    2. all of it happens in one block, and the loads come first;
    3. all have the same shape and the same indices;
    4. the indices are the counters of all loops around, so that no turn meets another's element.
    """
    reads, writes = _get_accesses(source), _get_accesses(destination)
    if not (reads.is_complete and writes.is_complete) or reads.stores or writes.loads:
        return False
    accesses: list[memref.LoadOp | memref.StoreOp] = [*reads.loads, *writes.stores]
    if not reads.loads or not writes.stores:
        return False
    first = accesses[0]
    if any(
        access.parent is not first.parent
        or access.memref.type != first.memref.type
        or tuple(access.indices) != tuple(first.indices)
        for access in accesses
    ):
        return False
    if not all(load.is_before_in_block(store) for load in reads.loads for store in writes.stores):
        return False
    counters = _get_counters(first)
    return len(first.indices) == len(counters) and set(first.indices) == set(counters)


def _get_counters(op: Operation) -> list[SSAValue | None]:
    """The induction variables of the loops around an operation; None for other regions."""
    counters: list[SSAValue | None] = []
    parent = op.parent_op()
    while parent is not None and not isinstance(parent, FuncOp):
        counters.append(parent.body.block.args[0] if isinstance(parent, scf.ForOp) else None)
        parent = parent.parent_op()
    return counters


def _get_steps(value: SSAValue, block: Block, steps: dict[Operation, int]) -> list[int]:
    """The steps of a function's body that use a buffer, whatever view of it they are given."""
    users = (use.operation for use in get_uses_through_views(value))
    ancestors = (block.find_ancestor_op_in_block(user) for user in users)
    return [steps[op] for op in ancestors if op is not None]


@dataclass(frozen=True)
class ReuseBuffersPass(ModulePass):
    """Gives outputs of elementwise layers the buffer of an input that dies there."""

    name = "cmix-reuse-buffers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        functions = {child.sym_name.data: child for child in op.ops if isinstance(child, FuncOp)}
        for function in functions.values():
            if function.is_declaration:
                continue
            for call in list(function.body.block.ops):
                callee = functions.get(_get_callee(call))
                if isinstance(call, CallOp) and callee is not None and not callee.is_declaration:
                    _reuse(call, callee)


def _get_callee(op: Operation) -> str:
    return op.callee.string_value() if isinstance(op, CallOp) else ""


def _reuse(call: CallOp, callee: FuncOp) -> None:
    """Replaces one allocated buffer that a call is given by another, where that is legal."""
    for source, destination in _get_pairs(call):
        if _is_legal(call, callee, source, destination):
            kept, given_up = destination, source
            if isinstance(destination.owner, memref.AllocOp):
                kept, given_up = source, destination
            alloc = given_up.owner
            assert isinstance(alloc, memref.AllocOp)
            given_up.replace_all_uses_with(kept)
            Rewriter.erase_op(alloc)
            return


def _get_pairs(call: CallOp) -> Iterable[tuple[SSAValue, SSAValue]]:
    """Buffers of a call, the first an allocated one that dies there, the second born there.

    The first may be a view, which then takes the place of the second.
    """
    block = call.parent
    assert block is not None
    steps = {op: step for step, op in enumerate(block.ops)}
    here = steps[call]
    buffers = list(dict.fromkeys(call.arguments))
    for source in buffers:
        root = get_root(source)
        if not isinstance(root.owner, memref.AllocOp):
            continue
        if max(_get_steps(root, block, steps)) > here:
            continue
        kinds = (Block, memref.AllocOp) if source is root else (memref.AllocOp,)
        for destination in buffers:
            is_replaceable = isinstance(destination.owner, kinds)
            if destination is source or destination.type != source.type or not is_replaceable:
                continue
            if min(_get_steps(destination, block, steps)) == here:
                yield source, destination


def _is_legal(call: CallOp, callee: FuncOp, source: SSAValue, destination: SSAValue) -> bool:
    """Whether the callee may be given one buffer for both, wherever it is given either."""
    roots = [get_root(value) for value in call.arguments]
    sources = [i for i, root in enumerate(roots) if root is get_root(source)]
    destinations = [i for i, root in enumerate(roots) if root is destination]
    return len(destinations) == 1 and all(
        can_overwrite(callee.args[i], callee.args[destinations[0]]) for i in sources
    )
