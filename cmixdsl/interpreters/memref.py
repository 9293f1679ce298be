"""What `memref` operations do to memory, where xDSL's interpreter lacks them or is slow.

Memory that the program has not written holds `UNINITIALIZED` bytes, so that reading it does not
pass for reading zeros; storing into a constant raises TypeError. Globals live as long as the
interpreter: every function, and every later call, sees the same bytes.
"""

from collections.abc import Sequence
from math import prod
from typing import Any, Literal, TypeAlias, cast

from xdsl.dialects import memref
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    DenseIntOrFPElementsAttr,
    IntegerType,
    MemRefType,
)
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)
from xdsl.interpreters.builtin import xtype_for_el_type
from xdsl.interpreters.shaped_array import ShapedArray
from xdsl.interpreters.utils.ptr import RawPtr, TypedPtr
from xdsl.ir import Operation
from xdsl.traits import SymbolTable
from xdsl.utils.exceptions import InterpretationError

Buffer: TypeAlias = ShapedArray[Any]
"""The value of a memref: a shape over bytes, which views share."""

IndexWidth: TypeAlias = Literal[32, 64]

UNINITIALIZED = 0xA5
"""The byte that fresh memory holds."""

# region Addresses


def get_buffer_bytes(buffer: Buffer) -> int:
    """The extent of a buffer in bytes."""
    return prod(buffer.shape) * buffer.data_ptr.size


def get_element_offset(name: str, shape: Sequence[int], indices: Sequence[int]) -> int:
    """
    The row-major number of an element.

    Raises InterpretationError, which names the operation, when an index is outside its dimension.
    """
    offset = 0
    for index, size in zip(indices, shape, strict=True):
        if not 0 <= index < size:
            raise InterpretationError(
                f"{name}: index {list(indices)} is outside the shape {list(shape)}"
            )
        offset = offset * size + index
    return offset


def get_memory_offset(name: str, buffer: Buffer, indices: Sequence[int], extent: int) -> int:
    """
    The offset in the underlying memory of `extent` bytes that start at an element.

    Raises InterpretationError, which names the operation, when an index is outside its dimension or
    the bytes run over the end of the buffer.
    """
    bytes_offset = get_element_offset(name, buffer.shape, indices) * buffer.data_ptr.size
    if bytes_offset + extent > (available := get_buffer_bytes(buffer)):
        raise InterpretationError(
            f"{name}: {extent} bytes at index {list(indices)} run over the end of a buffer of "
            f"{available} bytes"
        )
    return buffer.data_ptr.raw.offset + bytes_offset


# endregion
# region Memory


def build_buffer(
    memory: bytearray, offset: int, memref_type: MemRefType, shape: Sequence[int], width: IndexWidth
) -> Buffer:
    """A buffer over existing bytes; `width` is that of `index` elements."""
    xtype = xtype_for_el_type(memref_type.get_element_type(), width)
    return ShapedArray(TypedPtr[Any](RawPtr(memory, offset), xtype=xtype), list(shape))


def view_reshaped(op: memref.AlterShapeOperation, args: PythonValues, width: IndexWidth) -> Buffer:
    """The same bytes under the shape of the operation's result."""
    raw = cast(Buffer, args[0]).data_ptr.raw
    shape = get_shape(op, op.result.type, args[1:])
    return build_buffer(raw.memory, raw.offset, op.result.type, shape, width)


def build_fresh_memory(
    memref_type: MemRefType, shape: Sequence[int], width: IndexWidth
) -> bytearray:
    """Memory for a buffer of the given type, not initialized."""
    xtype = xtype_for_el_type(memref_type.get_element_type(), width)
    return bytearray([UNINITIALIZED]) * (prod(shape) * xtype.compile_time_size)


def build_global_memory(op: memref.GlobalOp, width: IndexWidth) -> bytearray:
    """The memory of a global: a copy of its initial value if it has one; read-only if constant."""
    if not isinstance(op.initial_value, DenseIntOrFPElementsAttr):
        return build_fresh_memory(op.type, op.type.get_shape(), width)
    if not isinstance(op.type.get_element_type(), IntegerType):
        raise InterpretationError(f"{op.name}: elements must be integers, got {op.type}")
    initial_bytes = op.initial_value.data.data
    # bytes behaves as a bytearray that refuses stores, which is what a constant has to be
    return bytearray(initial_bytes) if op.constant is None else cast(bytearray, initial_bytes)


def get_shape(op: Operation, memref_type: MemRefType, sizes: Sequence[int]) -> list[int]:
    """The shape of a new buffer, dynamic dimensions taken from `sizes` in order."""
    remaining = iter(sizes)
    return [
        next(remaining) if dimension == DYNAMIC_INDEX else dimension
        for dimension in memref_type.get_shape()
    ]


# endregion


@register_impls
class MemRefFunctions(InterpreterFunctions):
    """Overrides xDSL's functions of the same name, and adds views, copies and mutable globals."""

    @impl(memref.LoadOp)
    def run_load(
        self, interpreter: Interpreter, op: memref.LoadOp, args: PythonValues
    ) -> PythonValues:
        buffer, *indices = args
        pointer = cast(Buffer, buffer).data_ptr
        if not isinstance(pointer.xtype, IntegerType):
            return (buffer.load(indices),)
        start = get_memory_offset(op.name, buffer, indices, size := pointer.size)
        memory = pointer.raw.memory
        return (int.from_bytes(memory[start : start + size], "little", signed=True),)

    @impl(memref.StoreOp)
    def run_store(
        self, interpreter: Interpreter, op: memref.StoreOp, args: PythonValues
    ) -> PythonValues:
        value, buffer, *indices = args
        pointer = cast(Buffer, buffer).data_ptr
        if not isinstance(pointer.xtype, IntegerType):
            buffer.store(indices, value)
            return ()
        start = get_memory_offset(op.name, buffer, indices, size := pointer.size)
        pointer.raw.memory[start : start + size] = value.to_bytes(size, "little", signed=True)
        return ()

    @impl(memref.AllocOp)
    def run_alloc(
        self, interpreter: Interpreter, op: memref.AllocOp, args: PythonValues
    ) -> PythonValues:
        return (self.allocate(interpreter, op, op.memref.type, args),)

    @impl(memref.AllocaOp)
    def run_alloca(
        self, interpreter: Interpreter, op: memref.AllocaOp, args: PythonValues
    ) -> PythonValues:
        return (self.allocate(interpreter, op, op.memref.type, args),)

    def allocate(
        self, interpreter: Interpreter, op: Operation, memref_type: MemRefType, args: PythonValues
    ) -> Buffer:
        """A fresh buffer; `args` are the dynamic sizes."""
        shape = get_shape(op, memref_type, args)
        memory = build_fresh_memory(memref_type, shape, interpreter.index_bitwidth)
        return build_buffer(memory, 0, memref_type, shape, interpreter.index_bitwidth)

    @impl(memref.GetGlobalOp)
    def run_get_global(
        self, interpreter: Interpreter, op: memref.GetGlobalOp, args: PythonValues
    ) -> PythonValues:
        definition = SymbolTable.lookup_symbol(op, op.name_)
        if not isinstance(definition, memref.GlobalOp):
            raise InterpretationError(f"{op.name}: there is no memref.global named {op.name_}")
        width = interpreter.index_bitwidth
        memory = interpreter.get_data(
            MemRefFunctions,
            definition.sym_name.data,
            lambda: build_global_memory(definition, width),
        )
        memref_type = definition.type
        return (build_buffer(memory, 0, memref_type, memref_type.get_shape(), width),)

    @impl(memref.ViewOp)
    def run_view(
        self, interpreter: Interpreter, op: memref.ViewOp, args: PythonValues
    ) -> PythonValues:
        source, bytes_shift, *sizes = args
        raw = cast(Buffer, source).data_ptr.raw
        shape = get_shape(op, op.result.type, sizes)
        view = build_buffer(
            raw.memory,
            raw.offset + bytes_shift,
            op.result.type,
            shape,
            interpreter.index_bitwidth,
        )
        extent, available = get_buffer_bytes(view), get_buffer_bytes(source)
        if bytes_shift < 0 or bytes_shift + extent > available:
            raise InterpretationError(
                f"{op.name}: {extent} bytes at {bytes_shift} are outside a buffer of "
                f"{available} bytes"
            )
        return (view,)

    @impl(memref.CollapseShapeOp)
    def run_collapse_shape(
        self, interpreter: Interpreter, op: memref.CollapseShapeOp, args: PythonValues
    ) -> PythonValues:
        return (view_reshaped(op, args, interpreter.index_bitwidth),)

    @impl(memref.ExpandShapeOp)
    def run_expand_shape(
        self, interpreter: Interpreter, op: memref.ExpandShapeOp, args: PythonValues
    ) -> PythonValues:
        return (view_reshaped(op, args, interpreter.index_bitwidth),)

    @impl(memref.CopyOp)
    def run_copy(
        self, interpreter: Interpreter, op: memref.CopyOp, args: PythonValues
    ) -> PythonValues:
        source, destination = (cast(Buffer, arg).data_ptr.raw for arg in args)
        extent = get_buffer_bytes(args[0])
        data = source.memory[source.offset : source.offset + extent]
        destination.memory[destination.offset : destination.offset + extent] = data
        return ()
