"""Converted layers against real arithmetic, which is written out here in numpy."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from xdsl.builder import Builder
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.arithmetic import AddOp, SubOp
from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.qnn.tensors import build_tensor_type
from cmixdsl.dialects.quant import UniformType
from cmixdsl.execution import run_module
from cmixdsl.passes.convert_qnn_to_cmix import ConvertQnnToCmixPass
from cmixdsl.passes.qnn.layer_requantization import REQUANTIZATIONS, Requantization
from cmixdsl.universe import build_context

Array = npt.NDArray[Any]

INPUTS = (
    UniformType(8, False, [0.02], [128]),
    UniformType(4, True, [0.3], [-8]),
    UniformType(2, False, [1.5], [0]),
)
OUTPUTS = (
    UniformType(8, True, [0.11], [-5]),
    UniformType(4, False, [0.5], [3]),
    UniformType(2, True, [2.0], [0]),
    UniformType(3, False, [1.1], [1], storage_max=6),
)
FILTERS, CHANNELS = 5, 3


def draw_integers(
    generator: np.random.Generator, type_: UniformType, shape: tuple[int, ...]
) -> Array:
    low, high = type_.storage_range
    return generator.integers(low, high + 1, shape)


def build_filter_type(generator: np.random.Generator, bits: int, axis: int) -> UniformType:
    """Per-channel scales and zero points, asymmetric."""
    zeros = generator.integers(0, 2**bits, FILTERS)
    return UniformType(
        bits, False, generator.uniform(0.02, 0.2, FILTERS).tolist(), zeros.tolist(), axis=axis
    )


def dequantize(values: Array, type_: UniformType) -> Array:
    scales, zeros = np.array(type_.scales), np.array(type_.zero_points)
    if type_.axis is not None:
        shape = [-1 if axis == type_.axis else 1 for axis in range(values.ndim)]
        scales, zeros = scales.reshape(shape), zeros.reshape(shape)
    return scales * (values - zeros)


def get_steps(real: Array, type_: UniformType) -> Array:
    """Where real numbers fall on the grid of a type, without rounding."""
    return np.clip(real / type_.scales[0] + type_.zero_points[0], *type_.storage_range)


def build_module(arguments: list[UniformType], shapes: list[Any], build: Any) -> ModuleOp:
    types = [
        build_tensor_type(shape, type_) for shape, type_ in zip(shapes, arguments, strict=True)
    ]
    block = Block(arg_types=types)
    result = build(Builder(InsertPoint.at_end(block)), *block.args)
    block.add_op(ReturnOp(result))
    module = ModuleOp([FuncOp("net", (types, [result.type]), Region(block))])
    module.verify()
    return module


def run(module: ModuleOp, kind: Requantization, *inputs: Array) -> Array:
    ConvertQnnToCmixPass(kind).apply(build_context(), module)
    module.verify()
    (output,) = run_module(module, inputs)
    return output


def check(found: Array, real: Array, type_: UniformType, bias_error: float = 0.005) -> None:
    """Outputs are the real ones rounded, after a bias that is so many steps off."""
    assert np.abs(found - get_steps(real, type_)).max() <= 0.5 + bias_error + 1e-6


def get_bias_error(kind: Requantization, step: float) -> float:
    """How far a bias may be off in steps of the output, of which an accumulator's are `step`."""
    return {"icn": min(step / 2, 0.25), "fixed-point": step / 2}.get(kind, 0)


@dataclass(frozen=True)
class Layer:
    """Shapes of a layer with a 3x3 window, strides [2, 1] and padding [1, 0, 1, 1]."""

    input: tuple[int, ...]
    filter: tuple[int, ...]
    output: tuple[int, ...]
    channel_axis: int = 0


LAYERS = {
    "conv2d": Layer((6, 5, CHANNELS), (FILTERS, 3, 3, CHANNELS), (3, 5, FILTERS)),
    "depthwise_conv2d": Layer((6, 5, FILTERS), (3, 3, FILTERS), (3, 5, FILTERS), 2),
    "fully_connected": Layer((40,), (FILTERS, 40), (FILTERS,)),
}
CLAMP = (-1.0, 4.0)


def build_layer(name: str, x: SSAValue, w: SSAValue, b: SSAValue, output: UniformType):
    type_ = build_tensor_type(LAYERS[name].output, output)
    if name == "fully_connected":
        return FullyConnectedOp(x, w, type_, bias=b, clamp=CLAMP)
    op = Conv2dOp if name == "conv2d" else DepthwiseConv2dOp
    return op(x, w, type_, bias=b, clamp=CLAMP, window=Window((3, 3), (2, 1), (1, 0, 1, 1)))


def compute_layer(name: str, inputs: Array, filters: Array) -> Array:
    if name == "fully_connected":
        return filters @ inputs
    padded = np.pad(inputs, ((1, 0), (1, 1), (0, 0)))
    result = np.zeros(LAYERS[name].output)
    axes = (1, 2, 3) if name == "conv2d" else (0, 1)
    for y in range(3):
        for x in range(5):
            result[y, x] = (filters * padded[2 * y : 2 * y + 3, x : x + 3]).sum(axis=axes)
    return result


@pytest.mark.parametrize("kind", REQUANTIZATIONS)
@pytest.mark.parametrize("output", OUTPUTS, ids=str)
@pytest.mark.parametrize("input", INPUTS, ids=str)
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str, input: UniformType, output: UniformType, kind: Requantization) -> None:
    generator = np.random.default_rng(input.storage_bits)
    layer = LAYERS[name]
    bits = int(generator.choice([2, 4, 8]))
    filter_type = build_filter_type(generator, bits, layer.channel_axis)
    values = draw_integers(generator, input, layer.input)
    weights = draw_integers(generator, filter_type, layer.filter)
    bias = generator.normal(0, 2, FILTERS).astype(np.float32)

    def build(builder: Builder, x: SSAValue) -> SSAValue:
        w = builder.insert(ConstantOp(weights, build_tensor_type(layer.filter, filter_type)))
        b = builder.insert(ConstantOp(bias, build_tensor_type((FILTERS,))))
        return builder.insert(build_layer(name, x, w.output, b.output, output)).output

    found = run(build_module([input], [layer.input], build), kind, values)
    real = compute_layer(name, dequantize(values, input), dequantize(weights, filter_type))
    step = input.scales[0] * max(filter_type.scales) / output.scales[0]
    check(found, np.clip(real + bias, *CLAMP), output, get_bias_error(kind, step))


@pytest.mark.parametrize("kind", REQUANTIZATIONS)
@pytest.mark.parametrize("output", OUTPUTS, ids=str)
@pytest.mark.parametrize("op", [AddOp, SubOp])
def test_sums(op: type[AddOp | SubOp], output: UniformType, kind: Requantization) -> None:
    generator = np.random.default_rng(5)
    shape = (4, 6, 7)
    lhs, rhs = INPUTS[:2]
    values = [draw_integers(generator, type_, shape) for type_ in (lhs, rhs)]

    def build(builder: Builder, a: SSAValue, b: SSAValue) -> SSAValue:
        return builder.insert(op(a, b, build_tensor_type(shape, output))).output

    found = run(build_module([lhs, rhs], [shape, shape], build), kind, *values)
    left, right = dequantize(values[0], lhs), dequantize(values[1], rhs)
    check(found, left + right if op is AddOp else left - right, output)
