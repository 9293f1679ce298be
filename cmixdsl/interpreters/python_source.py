"""The Python text of a function of level 4: one emitter for each kind of operation.

Values keep their meaning: integers are integers in the signed range of their type, memrefs are
memoryviews that know their shape and element type, so that Python itself refuses indices that are
too large and values that do not fit.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatchmethod
from math import prod
from typing import Any, Literal, NoReturn, TypeAlias, cast

from xdsl.dialects import arith, func, memref, scf
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    IntegerAttr,
    IntegerType,
    MemRefType,
)
from xdsl.ir import Attribute, Block, Operation, SSAValue
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects import dsp
from cmixdsl.dialects.cmix.buffers import ClearOp
from cmixdsl.interpreters.arith import ARITH_SEMANTICS
from cmixdsl.interpreters.dsp import DSP_SEMANTICS, WORD_BYTES, check_copy
from cmixdsl.interpreters.memref import UNINITIALIZED
from cmixdsl.interpreters.semantics import Semantics, SemanticsTable

SEMANTICS: SemanticsTable = {**ARITH_SEMANTICS, **DSP_SEMANTICS}

ViewFormat: TypeAlias = Literal["b", "h", "i", "q"]

VIEW_FORMATS: Mapping[int, ViewFormat] = {8: "b", 16: "h", 32: "i", 64: "q"}
"""memoryview formats of signed integers, by width."""

WORD = struct.Struct("<i")


def get_view_format(element_type: Attribute) -> ViewFormat:
    """The memoryview format of an element type; raises InterpretationError when there is none."""
    for width, view_format in VIEW_FORMATS.items():
        if element_type == IntegerType(width):
            return view_format
    raise InterpretationError(f"elements must be i8, i16, i32 or i64, got {element_type}")


# region Runtime: what the text calls


def refuse_index(*indices: int) -> NoReturn:
    """Raises IndexError; Python itself would take a negative index to count from the end."""
    raise IndexError(f"index {list(indices)} is outside the shape")


def check_word(view: memoryview, offset: int) -> None:
    """Raises IndexError unless a word at this offset lies within the bytes of `view`."""
    if not 0 <= offset <= len(view) - WORD_BYTES:
        raise IndexError(f"a word at byte {offset} is outside a buffer of {len(view)} bytes")


def load_word(view: memoryview, offset: int) -> int:
    check_word(view, offset)
    return WORD.unpack_from(view, offset)[0]


def store_word(view: memoryview, offset: int, value: int) -> None:
    check_word(view, offset)
    WORD.pack_into(view, offset, value)


def copy_words(source: memoryview, start: int, target: memoryview, end: int, words: int) -> None:
    size = words * WORD_BYTES
    for view, offset in ((source, start), (target, end)):
        check_word(view, offset)
        check_word(view, offset + size - WORD_BYTES)
    check_copy("dsp.copy_words", start, end, size if source is target else 0)
    target[end : end + size] = source[start : start + size]


def view_bytes(
    source: memoryview, offset: int, view_format: ViewFormat, size: int, shape: list[int]
) -> memoryview:
    """A view of another shape and element size over the bytes of a buffer, from `offset` on."""
    extent = prod(shape) * size
    if not 0 <= offset <= source.nbytes - extent:
        raise IndexError(f"{extent} bytes at {offset} are outside a buffer of {source.nbytes}")
    return source.cast("B")[offset : offset + extent].cast(view_format, shape)


def allocate(view_format: ViewFormat, size: int, shape: list[int]) -> memoryview:
    """A fresh buffer, not initialized."""
    memory = bytearray([UNINITIALIZED]) * (prod(shape) * size)
    return memoryview(memory).cast(view_format, shape)


def copy_buffer(source: memoryview, destination: memoryview) -> None:
    destination.cast("B")[:] = bytes(source.cast("B"))


def clear_buffer(buffer: memoryview, byte: int) -> None:
    data = buffer.cast("B")
    data[:] = bytes([byte]) * len(data)


RUNTIME: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        *(semantics.function for semantics in SEMANTICS.values()),
        refuse_index,
        load_word,
        store_word,
        copy_words,
        view_bytes,
        allocate,
        copy_buffer,
        clear_buffer,
    )
}

# endregion


WordOperation = dsp.LoadWordOp | dsp.StoreWordOp | dsp.CopyWordsOp
"""Operations on words of a buffer, whatever its elements are."""


def is_used_by_words(buffer: SSAValue) -> bool:
    return any(isinstance(use.operation, WordOperation) for use in buffer.uses)


@dataclass(frozen=True)
class FunctionSource:
    """The Python text of one function."""

    python_name: str
    lines: tuple[str, ...]
    operations: tuple[str, ...]
    """For each line the name of the operation that it computes."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


@dataclass
class FunctionEmitter:
    """Collects the lines of one function."""

    functions: Mapping[str, str]
    """Python names of functions, by symbol."""
    buffers: Mapping[str, str]
    """Python names of globals, by symbol."""
    index_bitwidth: int
    lines: list[str] = field(default_factory=list[str])
    operations: list[str] = field(default_factory=list[str])
    names: dict[SSAValue, str] = field(default_factory=dict[SSAValue, str])
    """The Python expression, a name or a number, of each value."""
    depth: int = 0
    values: int = 0

    # region Lines and names

    def add_line(self, op: Operation, text: str) -> None:
        self.lines.append("    " * self.depth + text)
        self.operations.append(op.name)

    def add_name(self, value: SSAValue) -> str:
        """A new Python name for a value."""
        self.values += 1
        self.names[value] = f"v{self.values}"
        return self.names[value]

    def add_names(self, values: Sequence[SSAValue]) -> str:
        return ", ".join(self.add_name(value) for value in values)

    def join(self, values: Sequence[SSAValue]) -> str:
        return ", ".join(self.names[value] for value in values)

    def add_bytes_views(self, op: Operation | None, values: Sequence[SSAValue]) -> None:
        """Views buffers as bytes, once, if words are loaded from them or stored into them."""
        for value in values:
            if op is not None and isinstance(value.type, MemRefType) and is_used_by_words(value):
                self.add_line(op, f'{self.names[value]}_bytes = {self.names[value]}.cast("B")')

    # endregion
    # region Structure

    def emit_function(self, op: func.FuncOp) -> None:
        if op.is_declaration:
            raise InterpretationError(f"func.func: {op.sym_name.data} has no body")
        python_name = self.functions[op.sym_name.data]
        self.add_line(op, f"def {python_name}({self.add_names(op.body.block.args)}):")
        self.depth += 1
        self.emit_block(op.body.block)
        self.depth -= 1

    def emit_block(self, block: Block) -> None:
        self.add_bytes_views(block.parent_op(), block.args)
        for op in block.ops:
            if (semantics := SEMANTICS.get(type(op))) is not None:
                self.emit_function_of_integers(op, semantics)
            else:
                self.emit(op)
                self.add_bytes_views(op, op.results)

    def emit_function_of_integers(self, op: Operation, semantics: Semantics) -> None:
        parameters = semantics.get_parameters(op, self.index_bitwidth)
        operands = (self.names[operand] for operand in op.operands)
        arguments = ", ".join((*operands, *map(str, parameters)))
        results = self.add_names(op.results)
        self.add_line(op, f"{results} = {semantics.function.__name__}({arguments})")

    @singledispatchmethod
    def emit(self, op: Operation) -> None:
        """Emits one operation that is not a function of integers."""
        raise InterpretationError(f"{op.name} cannot be compiled to Python")

    @emit.register
    def _(self, op: func.ReturnOp) -> None:
        values = self.join(op.arguments)
        self.add_line(op, f"return ({values},)" if values else "return ()")

    @emit.register
    def _(self, op: func.CallOp) -> None:
        callee = op.callee.string_value()
        if callee not in self.functions:
            raise InterpretationError(f"{op.name}: there is no function {callee}")
        results = self.add_names(op.res)
        call = f"{self.functions[callee]}({self.join(op.arguments)})"
        self.add_line(op, f"({results},) = {call}" if results else call)

    @emit.register
    def _(self, op: scf.ForOp) -> None:
        induction, *carried = op.body.block.args
        if carried:
            self.add_line(op, f"{self.add_names(carried)} = {self.join(op.iter_args)}")
        bounds = self.join((op.lb, op.ub, op.step))
        self.add_line(op, f"for {self.add_name(induction)} in range({bounds}):")
        self.emit_region(op.body.block, [self.names[value] for value in carried])
        for result, value in zip(op.results, carried, strict=True):
            self.names[result] = self.names[value]

    @emit.register
    def _(self, op: scf.IfOp) -> None:
        self.add_names(op.results)
        targets = [self.names[result] for result in op.results]
        self.add_line(op, f"if {self.names[op.cond]}:")
        self.emit_region(op.true_region.block, targets)
        if op.false_region.blocks:
            self.add_line(op, "else:")
            self.emit_region(op.false_region.block, targets)

    def emit_region(self, block: Block, targets: Sequence[str]) -> None:
        """Emits an indented block whose yielded values are assigned to `targets`."""
        self.depth += 1
        self.emit_block(block)
        terminator = block.last_op
        assert terminator is not None
        if targets:
            self.add_line(terminator, f"{', '.join(targets)} = {self.join(terminator.operands)}")
        else:
            self.add_line(terminator, "pass")
        self.depth -= 1

    @emit.register
    def _(self, op: scf.YieldOp) -> None:
        """The operation around it assigns the values."""

    # endregion
    # region Values

    @emit.register
    def _(self, op: arith.ConstantOp) -> None:
        if not isinstance(op.value, IntegerAttr):
            raise InterpretationError(f"{op.name}: {op.value} cannot be compiled to Python")
        value = op.value.value.data
        self.names[op.result] = str(value) if value >= 0 else f"({value})"

    @emit.register
    def _(self, op: arith.SelectOp) -> None:
        condition, left, right = (self.names[operand] for operand in op.operands)
        self.add_line(op, f"{self.add_name(op.result)} = {left} if {condition} else {right}")

    # endregion
    # region Memory

    def get_element(self, buffer: SSAValue, indices: Sequence[SSAValue]) -> str:
        return f"{self.names[buffer]}[{self.join(indices) or '()'}]"

    def get_index_test(self, indices: Sequence[SSAValue]) -> str:
        """The condition that no index is negative: that their signs or to zero."""
        return f"{' | '.join(self.names[index] for index in indices) or '0'} >= 0"

    @emit.register
    def _(self, op: memref.LoadOp) -> None:
        element = self.get_element(op.memref, op.indices)
        refusal = f"refuse_index({self.join(op.indices)})"
        test = self.get_index_test(op.indices)
        self.add_line(op, f"{self.add_name(op.res)} = {element} if {test} else {refusal}")

    @emit.register
    def _(self, op: memref.StoreOp) -> None:
        self.add_line(op, f"if not ({self.get_index_test(op.indices)}):")
        self.add_line(op, f"    refuse_index({self.join(op.indices)})")
        element = self.get_element(op.memref, op.indices)
        self.add_line(op, f"{element} = {self.names[op.value]}")

    def emit_index_check(
        self, op: Operation, buffer: SSAValue, indices: Sequence[SSAValue]
    ) -> None:
        """Refuses an index outside its dimension; with one dimension the offset alone tells."""
        shape = cast(MemRefType, buffer.type).get_shape()
        if len(shape) > 1:
            tests = (
                f"0 <= {self.names[index]} < {size}"
                for index, size in zip(indices, shape, strict=True)
            )
            self.add_line(op, f"if not ({' and '.join(tests)}):")
            self.add_line(op, f"    refuse_index({self.join(indices)})")

    def get_word_offset(self, buffer: SSAValue, indices: Sequence[SSAValue]) -> str:
        """Where a word is among the bytes of its buffer."""
        memref_type = cast(MemRefType, buffer.type)
        offset = "0"
        for index, dimension in zip(indices, memref_type.get_shape(), strict=True):
            name = self.names[index]
            offset = name if offset == "0" else f"({offset} * {dimension} + {name})"
        size = cast(IntegerType, memref_type.get_element_type()).compile_time_size
        return f"{offset} * {size}"

    @emit.register
    def _(self, op: dsp.LoadWordOp) -> None:
        self.emit_index_check(op, op.memref, op.indices)
        result, offset = self.add_name(op.result), self.get_word_offset(op.memref, op.indices)
        self.add_line(op, f"{result} = load_word({self.names[op.memref]}_bytes, {offset})")

    @emit.register
    def _(self, op: dsp.StoreWordOp) -> None:
        self.emit_index_check(op, op.memref, op.indices)
        offset, value = self.get_word_offset(op.memref, op.indices), self.names[op.value]
        self.add_line(op, f"store_word({self.names[op.memref]}_bytes, {offset}, {value})")

    @emit.register
    def _(self, op: dsp.CopyWordsOp) -> None:
        arguments: list[str] = []
        for buffer, indices in op.places:
            self.emit_index_check(op, buffer, indices)
            arguments += [f"{self.names[buffer]}_bytes", self.get_word_offset(buffer, indices)]
        self.add_line(op, f"copy_words({', '.join(arguments)}, {op.words.value.data})")

    @emit.register
    def _(self, op: memref.GetGlobalOp) -> None:
        symbol = op.name_.string_value()
        if symbol not in self.buffers:
            raise InterpretationError(f"{op.name}: there is no memref.global named {symbol}")
        self.add_line(op, f"{self.add_name(op.memref)} = {self.buffers[symbol]}")

    def get_layout(self, memref_type: MemRefType, sizes: Sequence[SSAValue]) -> str:
        """The arguments that describe a new view: format, element size, shape."""
        remaining = iter(sizes)
        shape = [
            self.names[next(remaining)] if dimension == DYNAMIC_INDEX else str(dimension)
            for dimension in memref_type.get_shape()
        ]
        view_format = get_view_format(memref_type.get_element_type())
        return f'"{view_format}", {struct.calcsize(view_format)}, [{", ".join(shape)}]'

    @emit.register
    def _(self, op: memref.ViewOp) -> None:
        layout = self.get_layout(op.result.type, op.sizes)
        source, shift = self.names[op.source], self.names[op.byte_shift]
        result = self.add_name(op.result)
        self.add_line(op, f"{result} = view_bytes({source}, {shift}, {layout})")

    @emit.register(memref.CollapseShapeOp)
    @emit.register(memref.ExpandShapeOp)
    def _(self, op: memref.CollapseShapeOp | memref.ExpandShapeOp) -> None:
        layout = self.get_layout(op.result.type, op.operands[1:])
        source = self.names[op.operands[0]]
        result = self.add_name(op.result)
        self.add_line(op, f"{result} = view_bytes({source}, 0, {layout})")

    @emit.register(memref.AllocOp)
    @emit.register(memref.AllocaOp)
    def _(self, op: memref.AllocOp | memref.AllocaOp) -> None:
        layout = self.get_layout(op.memref.type, op.dynamic_sizes)
        self.add_line(op, f"{self.add_name(op.memref)} = allocate({layout})")

    @emit.register
    def _(self, op: memref.DeallocOp) -> None:
        """Python frees memory by itself."""

    @emit.register
    def _(self, op: memref.CopyOp) -> None:
        self.add_line(op, f"copy_buffer({self.names[op.source]}, {self.names[op.destination]})")

    @emit.register
    def _(self, op: ClearOp) -> None:
        self.add_line(op, f"clear_buffer({self.names[op.memref]}, {op.byte.value.data})")

    # endregion


def build_function_source(
    op: func.FuncOp,
    functions: Mapping[str, str],
    buffers: Mapping[str, str],
    index_bitwidth: int,
) -> FunctionSource:
    """
    Translates one function; names of functions and of globals are given by symbol.

    Raises InterpretationError when an operation cannot be translated.
    """
    emitter = FunctionEmitter(functions, buffers, index_bitwidth)
    emitter.emit_function(op)
    python_name = functions[op.sym_name.data]
    return FunctionSource(python_name, tuple(emitter.lines), tuple(emitter.operations))
