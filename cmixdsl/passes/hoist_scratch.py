"""Moves scratch memory of layers to their callers, as trailing arguments.

A layer's function then allocates nothing, and the planner of the network's memory sees all of it.
The scratch lives for the duration of the call.

Before:
```mlir
func.func @net(%x: memref<4xi8>) {
  func.call @layer(%x) : (memref<4xi8>) -> ()
  return
}
func.func private @layer(%x: memref<4xi8>) {
  %lanes = memref.alloc() {alignment = 4 : i64} : memref<4xi16>
  return
}
```

After:
```mlir
func.func @net(%x: memref<4xi8>) {
  %lanes = memref.alloc() {alignment = 4 : i64} : memref<4xi16>
  func.call @layer(%x, %lanes) : (memref<4xi8>, memref<4xi16>) -> ()
  return
}
func.func private @layer(%x: memref<4xi8>, %lanes: memref<4xi16>) {
  return
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import memref
from xdsl.dialects.builtin import FunctionType, ModuleOp
from xdsl.dialects.func import CallOp, FuncOp
from xdsl.ir import Attribute
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.model import is_private


@dataclass(frozen=True)
class Scratch:
    """Memory that a function wants from its callers."""

    type: Attribute
    name: str | None
    template: memref.AllocOp


def _take_scratch(function: FuncOp) -> list[Scratch]:
    """Turns the allocations of a function into arguments."""
    block = function.body.block
    scratch: list[Scratch] = []
    for op in list(block.ops):
        if not isinstance(op, memref.AllocOp):
            continue
        argument = block.insert_arg(op.memref.type, len(block.args))
        argument.name_hint = op.memref.name_hint
        template = op.clone()
        scratch.append(Scratch(op.memref.type, op.memref.name_hint, template))
        op.memref.replace_all_uses_with(argument)
        Rewriter.erase_op(op)
    function.function_type = FunctionType.from_lists(
        [argument.type for argument in block.args], function.function_type.outputs.data
    )
    return scratch


def _provide_scratch(call: CallOp, scratch: list[Scratch]) -> None:
    """Allocates before a call what the callee wants, and passes it on."""
    arguments = list(call.arguments)
    for piece in scratch:
        alloc = piece.template.clone()
        alloc.memref.name_hint = piece.name
        Rewriter.insert_op(alloc, InsertPoint.before(call))
        arguments.append(alloc.memref)
    replacement = CallOp(call.callee, arguments, call.result_types)
    replacement.attributes |= call.attributes
    Rewriter.replace_op(call, replacement)


@dataclass(frozen=True)
class HoistScratchPass(ModulePass):
    """Moves allocations of private functions to their callers."""

    name = "cmix-hoist-scratch"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        wanted: dict[str, list[Scratch]] = {}
        for function in op.ops:
            if not isinstance(function, FuncOp) or function.is_declaration:
                continue
            if is_private(function):
                wanted[function.sym_name.data] = _take_scratch(function)
        for call in list(op.walk()):
            if isinstance(call, CallOp) and wanted.get(call.callee.root_reference.data):
                _provide_scratch(call, wanted[call.callee.root_reference.data])
