"""Runs a model at any level with the interpreters, which define what operations mean."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp, i8
from xdsl.interpreter import Interpreter
from xdsl.interpreters.shaped_array import ShapedArray
from xdsl.interpreters.utils.ptr import RawPtr, TypedPtr
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.graph_model import (
    check_graph_inputs,
    find_graph_model,
    get_runtime_dtype,
    pack_values,
    unpack_values,
)
from cmixdsl.interpreters.compiled import compile_module
from cmixdsl.interpreters.registry import register_implementations
from cmixdsl.model import Model, check_inputs, find_model, is_graph
from cmixdsl.packing import pack, unpack

Call = Callable[[str, tuple[Any, ...]], tuple[Any, ...]]
"""Calls a function of a module by its symbol."""


def run_module(module: ModuleOp, inputs: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """The outputs of the model in `module`, as unpacked elements in the shapes of its types.

    At level 1, tensors of f32 are float64 arrays, quantized ones arrays of stored integers.

    Raises CmixError when there is no model or an input does not fit its type, InterpretationError
    when an operation cannot be executed.
    """
    if is_graph(module):
        return _run_graph(module, inputs)
    outputs = run_module_packed(module, inputs)
    return [unpack_output(module, index, data) for index, data in enumerate(outputs)]


def run_module_packed(
    module: ModuleOp, inputs: Sequence[npt.NDArray[Any]]
) -> list[npt.NDArray[np.uint8]]:
    """As `run_module`, but the outputs are the bytes in memory, padding bits included.

    At level 1, which has no memory, they are those that level 2 makes of them.
    """
    if is_graph(module):
        outputs = find_graph_model(module).outputs
        results = _run_graph(module, inputs)
        return [pack_values(values, type_) for values, type_ in zip(results, outputs, strict=True)]
    model = find_model(module)
    check_inputs(model, inputs)
    call = _get_execution(module, model)
    if model.in_buffers:
        return _run_on_buffers(call, model, inputs)
    results = call(model.name, tuple(values.astype(np.int32) for values in inputs))
    return [
        pack(values, packed.bits) for values, packed in zip(results, model.outputs, strict=True)
    ]


def unpack_output(module: ModuleOp, index: int, data: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
    """The elements of an output, given its bytes as `run_module_packed` returns them."""
    if is_graph(module):
        return unpack_values(data, find_graph_model(module).outputs[index])
    packed = find_model(module).outputs[index]
    return unpack(data, packed.get_shape(), packed.bits, packed.is_signed)


def _run_graph(module: ModuleOp, inputs: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    model = find_graph_model(module)
    check_graph_inputs(model, inputs)
    values = tuple(
        array.astype(get_runtime_dtype(type_))
        for array, type_ in zip(inputs, model.inputs, strict=True)
    )
    return list(_build_interpreter(module).call_op(model.name, values))


def _build_interpreter(module: ModuleOp) -> Interpreter:
    interpreter = Interpreter(module, index_bitwidth=32)
    register_implementations(interpreter)
    return interpreter


def _get_execution(module: ModuleOp, model: Model) -> Call:
    """Python made from the loops of level 4, where there are only such, else the interpreter."""
    if model.in_buffers:
        try:
            return compile_module(module).call
        except InterpretationError:
            pass
    return _build_interpreter(module).call_op


def _run_on_buffers(
    call: Call, model: Model, inputs: Sequence[npt.NDArray[np.integer]]
) -> list[npt.NDArray[np.uint8]]:
    sources = [
        _build_buffer(packed, pack(values, packed.bits).tobytes())
        for values, packed in zip(inputs, model.inputs, strict=True)
    ]
    # A device does not clear the output first either: bytes nobody writes must show.
    destinations = [
        _build_buffer(packed, b"\xa5" * packed.get_storage_bytes()) for packed in model.outputs
    ]
    arena = [_build_arena(model.arena_bytes)] if model.arena_bytes else []
    call(model.name, (*sources, *destinations, *arena))
    return [
        np.frombuffer(bytes(buffer.data_ptr.raw.memory), np.uint8).reshape(
            packed.get_storage_shape()
        )
        for buffer, packed in zip(destinations, model.outputs, strict=True)
    ]


def _build_arena(size: int) -> ShapedArray[Any]:
    return ShapedArray(TypedPtr[Any](RawPtr(bytearray(b"\xa5" * size)), xtype=i8), [size])


def _build_buffer(packed: PackedType, content: bytes) -> ShapedArray[Any]:
    pointer = TypedPtr[Any](RawPtr(bytearray(content)), xtype=i8)
    return ShapedArray(pointer, list(packed.get_storage_shape()))
