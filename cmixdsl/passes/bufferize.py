"""Gives every packed tensor a place in memory: values become memrefs of packed bytes.

Functions take one memref per input and one per output and return nothing; results of calls are
allocated. Inside a layer's function, `cmix.from_memref` and `cmix.to_memref` mark where memory ends
and values begin; lowering the layer removes them. Reshapes that keep bytes become views of their
operand's memory. Public functions remember the packed types in the attributes `cmix.inputs` and
`cmix.outputs`.

Before:
```mlir
func.func private @layer(%x: !cmix.packed<4x4x3xui4>) -> !cmix.packed<2x2x3xui4> {
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2]
      : !cmix.packed<4x4x3xui4> -> !cmix.packed<2x2x3xui4>
  return %y : !cmix.packed<2x2x3xui4>
}
```

After:
```mlir
func.func private @layer(%x_bytes: memref<4x4x2xi8>, %y_bytes: memref<2x2x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<4x4x2xi8> as !cmix.packed<4x4x3xui4>
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2]
      : !cmix.packed<4x4x3xui4> -> !cmix.packed<2x2x3xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x2x3xui4> to memref<2x2x2xi8>
  return
}
```
"""

from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import memref
from xdsl.dialects.builtin import ArrayAttr, FunctionType, ModuleOp
from xdsl.dialects.func import CallOp, FuncOp, ReturnOp
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.dialects.cmix.buffers import FromMemrefOp, ToMemrefOp
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.layers import ContractionOperation
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.model import INPUTS_ATTRIBUTE, OUTPUTS_ATTRIBUTE, is_private
from cmixdsl.passes.builders.global_constants import build_bytes
from cmixdsl.passes.builders.memory import build_reshaped, is_view

FILTER_OPERAND = 1
"""Position of the weights among the operands of a contraction."""


def _get_storage(type_: Attribute) -> Attribute:
    return type_.get_storage_type() if isinstance(type_, PackedType) else type_


def _bufferize_arguments(function: FuncOp) -> None:
    """Makes packed arguments memrefs, read back by `cmix.from_memref` where they are used."""
    block = function.body.block
    for argument in block.args:
        type_ = argument.type
        if not isinstance(type_, PackedType):
            continue
        name = argument.name_hint or "x"
        storage = Rewriter.replace_value_with_new_type(argument, type_.get_storage_type())
        read = FromMemrefOp(storage, type_)
        read.result.name_hint = name
        storage.name_hint = f"{name}_bytes"
        storage.replace_all_uses_with(read.result)
        read.operands[0] = storage
        Rewriter.insert_op(read, InsertPoint.at_start(block))


def _bufferize_results(function: FuncOp) -> None:
    """Appends a memref argument per packed result, written by `cmix.to_memref` at the end."""
    block = function.body.block
    terminator = block.last_op
    assert isinstance(terminator, ReturnOp)
    kept: list[SSAValue] = []
    for value in terminator.arguments:
        type_ = value.type
        if not isinstance(type_, PackedType):
            kept.append(value)
            continue
        destination = block.insert_arg(type_.get_storage_type(), len(block.args))
        destination.name_hint = f"{value.name_hint or 'y'}_bytes"
        Rewriter.insert_op(ToMemrefOp(value, destination), InsertPoint.before(terminator))
    Rewriter.replace_op(terminator, ReturnOp(*kept))


def _bufferize_function(function: FuncOp) -> None:
    inputs, outputs = function.function_type.inputs.data, function.function_type.outputs.data
    packed_in = [type_ for type_ in inputs if isinstance(type_, PackedType)]
    packed_out = [type_ for type_ in outputs if isinstance(type_, PackedType)]
    if not packed_in and not packed_out:
        return
    if not is_private(function):
        function.attributes[INPUTS_ATTRIBUTE] = ArrayAttr(packed_in)
        function.attributes[OUTPUTS_ATTRIBUTE] = ArrayAttr(packed_out)
    function.function_type = FunctionType.from_lists(
        [_get_storage(type_) for type_ in inputs]
        + [type_.get_storage_type() for type_ in packed_out],
        [type_ for type_ in outputs if not isinstance(type_, PackedType)],
    )
    if not function.is_declaration:
        _bufferize_arguments(function)
        _bufferize_results(function)


def _find_destination(value: SSAValue) -> tuple[list[Operation], ToMemrefOp] | None:
    """The write that is a value's only use, when nothing else touches the memory it writes.

    With it the reshapes that lie between, in order.
    """
    views: list[Operation] = []
    while len(uses := list(value.uses)) == 1 and is_view(user := uses[0].operation):
        views.append(user)
        (value,) = user.results
    if len(uses) != 1 or not isinstance(write := uses[0].operation, ToMemrefOp):
        return None
    same = [use for use in write.destination.uses if use.operation is not write]
    return None if same else (views, write)


def _take_destination(value: SSAValue, type_: PackedType, point: InsertPoint) -> SSAValue | None:
    """The memory of the network's output that a value will be, as the value's type lies in it."""
    found = _find_destination(value)
    if found is None:
        return None
    views, write = found
    for op in (write, *reversed(views)):
        Rewriter.erase_op(op)
    taken = build_reshaped(Builder(point), write.destination, type_.get_storage_shape())
    if taken is not write.destination:
        taken.name_hint = value.name_hint
    return taken


def _bufferize_view(op: Operation) -> None:
    """A reshape of what lies in memory is another view of it."""
    read, (result,) = op.operands[0].owner, op.results
    if not isinstance(read, FromMemrefOp) or not isinstance(result.type, PackedType):
        return
    builder = Builder(InsertPoint.before(op))
    view = build_reshaped(builder, read.source, result.type.get_storage_shape())
    if view is not read.source:
        view.name_hint = result.name_hint
    Rewriter.replace_op(op, FromMemrefOp(view, result.type))


def _bufferize_call(call: CallOp) -> None:
    """Calls a bufferized function on memrefs, allocating results that no caller provides."""
    if not any(isinstance(value.type, PackedType) for value in (*call.operands, *call.results)):
        return
    before = InsertPoint.before(call)
    arguments: list[SSAValue] = []
    for value in call.arguments:
        if not isinstance(value.type, PackedType):
            arguments.append(value)
        elif isinstance(value.owner, FromMemrefOp):
            arguments.append(value.owner.source)
        else:
            storage = _allocate(value.type, value.name_hint, before)
            Rewriter.insert_op(ToMemrefOp(value, storage), before)
            arguments.append(storage)
    reads: list[Operation] = []
    for result in call.results:
        type_ = result.type
        if not isinstance(type_, PackedType):
            raise NotImplementedError(f"a call with a result of type {type_} cannot be bufferized")
        destination = _take_destination(result, type_, before)
        if destination is not None:
            arguments.append(destination)
            continue
        storage = _allocate(type_, result.name_hint, before)
        arguments.append(storage)
        read = FromMemrefOp(storage, type_)
        read.result.name_hint = result.name_hint
        reads.append(read)
        result.replace_all_uses_with(read.result)
    Rewriter.insert_op([CallOp(call.callee, arguments, []), *reads], before)
    Rewriter.erase_op(call)


def _allocate(type_: PackedType, name: str | None, point: InsertPoint) -> SSAValue:
    alloc = memref.AllocOp.get(
        type_.get_storage_type().element_type, shape=type_.get_storage_shape(), alignment=4
    )
    alloc.memref.name_hint = name
    Rewriter.insert_op(alloc, point)
    return alloc.memref


def _copy_what_lies_in_memory(module: ModuleOp) -> None:
    """Values that are read from one place only to be written to another are copied.

    These are outputs that are inputs or constants, that later layers use too, or that are returned
    more than once.
    """
    for op in list(module.walk()):
        if not isinstance(op, ToMemrefOp) or not isinstance(
            read := op.operands[0].owner, FromMemrefOp
        ):
            continue
        Rewriter.replace_op(op, memref.CopyOp(read.source, op.destination))


def _place_constant(constant: ConstantOp) -> None:
    """Makes a constant that is no layer's weights a global, read where it was."""
    uses = [
        use
        for use in constant.result.uses
        if not isinstance(use.operation, ContractionOperation) or use.index != FILTER_OPERAND
    ]
    if not uses:
        return
    builder = Builder(InsertPoint.before(constant))
    name = constant.result.name_hint or "constant"
    read = builder.insert(FromMemrefOp(build_bytes(builder, constant, name), constant.type))
    read.result.name_hint = constant.result.name_hint
    for use in uses:
        use.operation.operands[use.index] = read.result
    if not constant.result.uses:
        Rewriter.erase_op(constant)


def _erase_unused_reads(module: ModuleOp) -> None:
    for op in list(module.walk()):
        if isinstance(op, FromMemrefOp) and not op.result.uses:
            Rewriter.erase_op(op)


@dataclass(frozen=True)
class BufferizePass(ModulePass):
    """Turns packed values at function boundaries into memrefs of packed bytes."""

    name = "cmix-bufferize"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for child in list(op.walk()):
            if isinstance(child, ConstantOp) and child.parent_op() is not op:
                _place_constant(child)
        for child in list(op.walk()):
            if isinstance(child, FuncOp):
                _bufferize_function(child)
        for child in list(op.walk()):
            if isinstance(child, CallOp):
                _bufferize_call(child)
            elif child.parent is not None and is_view(child):
                _bufferize_view(child)
        _copy_what_lies_in_memory(op)
        _erase_unused_reads(op)
