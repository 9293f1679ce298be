"""Layers of level 2 against the kernels of TensorFlow Lite Micro, byte for byte.

Multipliers are derived from scales as TensorFlow Lite's `Prepare` functions do it.
"""

from math import frexp
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from builders import build_type
from xdsl.dialects.builtin import ModuleOp
from xdsl.interpreter import Interpreter
from xdsl.ir import Operation, SSAValue
from xdsl.utils.test_value import create_ssa_value

from cmixdsl.dialects.cmix.elementwise import MulOp
from cmixdsl.dialects.cmix.pooling import AvgPool2dOp
from cmixdsl.dialects.cmix.requantization import FixedPointAttr
from cmixdsl.dialects.cmix.rescale import RescaleAttr
from cmixdsl.dialects.cmix.simple_layers import AddOp
from cmixdsl.dialects.cmix.softmax import SoftmaxOp
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.interpreters.registry import register_implementations

pytest.importorskip("tflite_micro")

from frontends.oracle import Oracle
from frontends.tflite_models import ModelBuilder

Array = npt.NDArray[Any]

SEEDS = range(12)
RUNS = 3


def quantize(real: float) -> tuple[int, int]:
    """`QuantizeMultiplier`: a Q31 multiplier and a shift to the left."""
    fraction, exponent = frexp(real)
    multiplier = round(fraction * 2**31)
    return (2**30, exponent + 1) if multiplier == 2**31 else (multiplier, exponent)


def run(op: Operation, *args: Array) -> Array:
    op.verify()
    interpreter = Interpreter(ModuleOp([]))
    register_implementations(interpreter)
    (result,) = interpreter.run_op(op, tuple(arg.astype(np.int32) for arg in args))
    return result


def build_value(shape: tuple[int, ...]) -> SSAValue:
    return create_ssa_value(build_type(shape, "s8"))


def draw(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return generator.integers(-128, 128, shape, np.int8)


def build_fixed_point(real: float, zero: int) -> FixedPointAttr:
    multiplier, shift = quantize(real)
    return FixedPointAttr([multiplier], [shift], zero, -128, 127)


def build_binary(builder: ModelBuilder, kind: str, indices: list[int], output: int) -> Operation:
    (left, left_zero), (right, right_zero), (scale, zero) = (
        builder.get_quantization(index) for index in (*indices, output)
    )
    zeros = left_zero, right_zero
    shapes = [tuple(builder.get_shape(index)[1:]) for index in indices]
    lhs, rhs = (build_value(shape) for shape in shapes)
    result = build_type(shapes[0], "s8")
    if kind == "MUL":
        requant = build_fixed_point(left * right / scale, zero)
        return MulOp(lhs, rhs, result, requant=requant, zeros=zeros)
    twice = 2 * max(left, right)
    factors = [quantize(operand / twice) for operand in (left, right)]
    sign = -1 if kind == "SUB" else 1
    return AddOp(
        lhs,
        rhs,
        result,
        requant=build_fixed_point(twice / (2**20 * scale), zero),
        zeros=zeros,
        rescales=(RescaleAttr(*factors[0]), RescaleAttr(sign * factors[1][0], factors[1][1])),
    )


@pytest.mark.parametrize("kind", ["ADD", "SUB", "MUL"])
@pytest.mark.parametrize("seed", SEEDS)
def test_binary(kind: str, seed: int) -> None:
    builder = ModelBuilder(seed)
    shape = (3, 5, 7)
    small = [(3, 5, 7), (1, 1, 7)][seed % 2]
    indices = [builder.add_input((1, *shape)), builder.add_input((1, *small))]
    output = builder.binary(kind, indices[0], indices[1])
    op = build_binary(builder, kind, indices, output)
    oracle = Oracle(builder.build())
    for _ in range(RUNS):
        inputs = [draw(builder.generator, shape), draw(builder.generator, small)]
        (expected,) = oracle.run(inputs)
        np.testing.assert_array_equal(run(op, *inputs), expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_mean(seed: int) -> None:
    """The multiplier is divided by the number of positions, after a shift that keeps its bits."""
    builder = ModelBuilder(seed)
    generator = builder.generator
    shape = (int(generator.integers(1, 9)), int(generator.integers(1, 9)), 5)
    source = builder.add_input((1, *shape))
    output = builder.mean(source)
    (scale, zero), (result_scale, result_zero) = map(builder.get_quantization, (source, output))
    multiplier, shift = quantize(scale / result_scale)
    count = shape[0] * shape[1]
    extra = min(count.bit_length() - 1, 32, 31 + shift)
    requant = FixedPointAttr(
        [(multiplier << extra) // count], [shift - extra], result_zero, -128, 127
    )
    op = AvgPool2dOp(
        build_value(shape),
        build_type((1, 1, 5), "s8"),
        window=Window((shape[0], shape[1])),
        input_zero=zero,
        requant=requant,
    )
    oracle = Oracle(builder.build())
    for _ in range(RUNS):
        values = draw(generator, shape)
        (expected,) = oracle.run([values])
        np.testing.assert_array_equal(run(op, values), expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_softmax(seed: int) -> None:
    builder = ModelBuilder(seed)
    generator = builder.generator
    columns = 1000 if seed == 0 else int(generator.integers(1, 50))
    scale, beta = (0.003, 0.1, 0.5, 2.0)[(seed + 3) % 4], (1.0, 0.7)[seed // 4 % 2]
    source = builder.add_input((1, columns), (scale, 3))
    builder.softmax(source, beta)
    exact = float(np.float32(beta)) * builder.get_quantization(source)[0]
    multiplier, shift = quantize(min(exact * 2**26, 2**31 - 1.0))
    op = SoftmaxOp(
        build_value((columns,)),
        build_type((columns,), "s8"),
        multiplier=multiplier,
        left_shift=shift,
    )
    oracle = Oracle(builder.build())
    for _ in range(RUNS):
        values = draw(generator, (columns,))
        (expected,) = oracle.run([values])
        np.testing.assert_array_equal(run(op, values), expected)
