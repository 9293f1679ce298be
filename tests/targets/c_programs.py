"""Runs a module of level 4 as C and in the interpreter, for tests that compare the two."""

from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp, i8
from xdsl.interpreter import Interpreter
from xdsl.interpreters.shaped_array import ShapedArray
from xdsl.interpreters.utils.ptr import RawPtr, TypedPtr

from cmixdsl.interpreters.registry import register_implementations
from cmixdsl.parsing import parse_module
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.program import Program
from cmixdsl.simulator.simulate import simulate
from cmixdsl.targets.c.emitter import CSources, emit_c
from cmixdsl.universe import build_context

Bytes = npt.NDArray[np.uint8]

STRICT = ("-Wcast-qual", "-Wpedantic")
"""Warnings beyond those that the simulator asks for."""


def parse(text: str) -> ModuleOp:
    """The verified module of MLIR text."""
    module = parse_module(build_context(), text.encode(), "test.mlir")
    module.verify()
    return module


def emit(text: str) -> CSources:
    """The C of MLIR text."""
    return emit_c(parse(text))


def run_c(
    text: str, x: Bytes, y_bytes: int, simulator: Simulator = "host", optimization: str = "-O2"
) -> Bytes:
    """What `@f(%x: memref<..xi8>, %y: memref<..xi8>)` writes to y, compiled; on the host under
    sanitizers."""
    program = Program(emit(text).files, "f", (x.size,), (y_bytes,))
    result = simulate(
        program,
        [[x.tobytes()]],
        simulator=simulator,
        optimization=optimization,
        compiler_flags=STRICT,
    )
    return np.frombuffer(result.outputs[0][0], np.uint8)


def run_interpreter(text: str, x: Bytes, y_bytes: int) -> Bytes:
    """What `@f` writes to y, interpreted."""
    module = parse(text)
    interpreter = Interpreter(module, index_bitwidth=32)
    register_implementations(interpreter)
    buffers = [build_buffer(x.tobytes()), build_buffer(bytes(y_bytes))]
    interpreter.call_op("f", tuple(buffers))
    return np.frombuffer(bytes(buffers[1].data_ptr.raw.memory), np.uint8)


def build_buffer(data: bytes) -> ShapedArray[Any]:
    """A buffer of bytes."""
    return ShapedArray(TypedPtr[Any](RawPtr(bytearray(data)), xtype=i8), [len(data)])
