"""Runs one operation of `qnn`, and draws what it needs."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue

from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.tensors import ElementType, build_tensor_type
from cmixdsl.dialects.quant import UniformType
from cmixdsl.execution import run_module

Array = npt.NDArray[Any]
Build = Callable[[list[SSAValue]], QnnOperation]

U8 = UniformType(8, False, [0.5], [128])
I4 = UniformType(4, True, [0.25], [-3])
I8_COARSE = UniformType(8, True, [0.75], [5])


def build_module(build: Build, inputs: Sequence[tuple[Sequence[int], ElementType]]) -> ModuleOp:
    """A verified network of one operation on inputs of given shapes and elements."""
    block = Block(arg_types=[build_tensor_type(shape, element) for shape, element in inputs])
    op = build(list(block.args))
    block.add_ops([op, ReturnOp(op.output)])
    signature = (block.arg_types, [op.output.type])
    module = ModuleOp([FuncOp("net", signature, Region(block))])
    module.verify()
    return module


def run_operation(build: Build, inputs: Sequence[tuple[Array, ElementType]]) -> Array:
    """The output of one operation; inputs are real numbers or stored integers."""
    module = build_module(build, [(values.shape, element) for values, element in inputs])
    (output,) = run_module(module, [values for values, _ in inputs])
    return output


def draw_reals(seed: int, *shape: int) -> npt.NDArray[np.float64]:
    """Normally distributed numbers."""
    return np.random.default_rng(seed).normal(size=shape)


def draw_stored(seed: int, type_: UniformType, *shape: int) -> npt.NDArray[np.int32]:
    """Stored integers over the whole range of a type."""
    low, high = type_.storage_range
    return np.random.default_rng(seed).integers(low, high + 1, shape, np.int32)
