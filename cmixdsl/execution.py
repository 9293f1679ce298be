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
from cmixdsl.interpreters.compiled import compile_module
from cmixdsl.interpreters.registry import register_implementations
from cmixdsl.model import Model, check_inputs, find_model
from cmixdsl.packing import pack, unpack

Call = Callable[[str, tuple[Any, ...]], tuple[Any, ...]]
"""Calls a function of a module by its symbol."""


def run_module(
    module: ModuleOp, inputs: Sequence[npt.NDArray[np.integer]]
) -> list[npt.NDArray[np.int32]]:
    """The outputs of the model in `module`, as unpacked elements in the shapes of its types.

    Raises CmixError when there is no model or an input does not fit its type, InterpretationError
    when an operation cannot be executed.
    """
    model = find_model(module)
    return [
        unpack(data, packed.get_shape(), packed.bits, packed.is_signed)
        for data, packed in zip(run_module_packed(module, inputs), model.outputs, strict=True)
    ]


def run_module_packed(
    module: ModuleOp, inputs: Sequence[npt.NDArray[np.integer]]
) -> list[npt.NDArray[np.uint8]]:
    """As `run_module`, but the outputs are the bytes in memory, padding bits included."""
    model = find_model(module)
    check_inputs(model, inputs)
    call = _get_execution(module, model)
    if model.in_buffers:
        return _run_on_buffers(call, model, inputs)
    results = call(model.name, tuple(values.astype(np.int32) for values in inputs))
    return [
        pack(values, packed.bits) for values, packed in zip(results, model.outputs, strict=True)
    ]


def _get_execution(module: ModuleOp, model: Model) -> Call:
    """Python made from the loops of level 4, where there are only such, else the interpreter."""
    if model.in_buffers:
        try:
            return compile_module(module).call
        except InterpretationError:
            pass
    interpreter = Interpreter(module, index_bitwidth=32)
    register_implementations(interpreter)
    return interpreter.call_op


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
    call(model.name, (*sources, *destinations))
    return [
        np.frombuffer(bytes(buffer.data_ptr.raw.memory), np.uint8).reshape(
            packed.get_storage_shape()
        )
        for buffer, packed in zip(destinations, model.outputs, strict=True)
    ]


def _build_buffer(packed: PackedType, content: bytes) -> ShapedArray[Any]:
    pointer = TypedPtr[Any](RawPtr(bytearray(content)), xtype=i8)
    return ShapedArray(pointer, list(packed.get_storage_shape()))
