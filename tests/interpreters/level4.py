"""A module of level 4 and buffers for it, for tests of both ways to run it."""

from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import IntegerType, ModuleOp
from xdsl.interpreter import Interpreter
from xdsl.interpreters.shaped_array import ShapedArray
from xdsl.interpreters.utils.ptr import RawPtr, TypedPtr
from xdsl.parser import Parser

from cmixdsl.interpreters.registry import register_implementations
from cmixdsl.universe import build_context


def parse(text: str) -> ModuleOp:
    module = Parser(build_context(), text).parse_module()
    module.verify()
    return module


def build_interpreter(module: ModuleOp) -> Interpreter:
    interpreter = Interpreter(module, index_bitwidth=32)
    register_implementations(interpreter)
    return interpreter


def build_buffer(values: npt.NDArray[np.signedinteger]) -> ShapedArray[Any]:
    """A buffer of the values' shape and width, over a copy of them."""
    element_type = IntegerType(values.itemsize * 8)
    pointer = TypedPtr[Any](RawPtr(bytearray(values.tobytes())), xtype=element_type)
    return ShapedArray(pointer, list(values.shape))


def get_bytes(buffer: ShapedArray[Any]) -> bytes:
    return bytes(buffer.data_ptr.raw.memory)
