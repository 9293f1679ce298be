"""Elementwise operations of `qnn`, and those that move elements, against Python's arithmetic."""

import math
import operator
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qnn_operations import I4, U8, Array, build_module, draw_reals, draw_stored, run_operation
from xdsl.dialects.builtin import f32

from cmixdsl.dialects.qnn.arithmetic import (
    AddOp,
    BinaryOperation,
    ChannelAffine,
    MulOp,
    SubOp,
)
from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.functions import (
    BatchNormOp,
    ClampOp,
    DequantizeOp,
    QuantizeOp,
    SigmoidOp,
    SoftmaxOp,
    TanhOp,
)
from cmixdsl.dialects.qnn.shapes import (
    ConcatOp,
    DepthToSpaceMode,
    DepthToSpaceOp,
    PadOp,
    ReshapeOp,
    TransposeOp,
)
from cmixdsl.dialects.qnn.tensors import build_tensor_type
from cmixdsl.dialects.quant import UniformType
from cmixdsl.execution import run_module

ARITHMETIC: dict[type[BinaryOperation], Callable[[float, float], float]] = {
    AddOp: operator.add,
    SubOp: operator.sub,
    MulOp: operator.mul,
}


@pytest.mark.parametrize("kind", ARITHMETIC)
@pytest.mark.parametrize("shape", [(2, 3, 4), (4,), (1, 1, 4), (2, 1, 1), (1,)])
def test_arithmetic(kind: type[BinaryOperation], shape: tuple[int, ...]) -> None:
    lhs, rhs = draw_stored(1, U8, 2, 3, 4), draw_stored(2, I4, *shape)
    output = UniformType(8, True, [0.7], [3])
    found = run_operation(
        lambda args: kind(
            args[0], args[1], build_tensor_type(lhs.shape, output), clamp=(-60.0, 1e9)
        ),
        [(lhs, U8), (rhs, I4)],
    )
    spread = np.broadcast_to(rhs, lhs.shape)
    for index in np.ndindex(*lhs.shape):
        real = ARITHMETIC[kind](0.5 * (int(lhs[index]) - 128), 0.25 * (int(spread[index]) + 3))
        assert found[index] == min(max(round(max(real, -60.0) / 0.7) + 3, -128), 127)


@pytest.mark.parametrize("kind", ARITHMETIC)
def test_arithmetic_of_channels(kind: type[BinaryOperation]) -> None:
    lhs, rhs = draw_stored(1, U8, 2, 3), draw_stored(2, I4, 2, 3)
    scale, offset, clamp = (2.0, -0.5, 0.0), (1.0, 0.25, -3.0), (-2.0, 100.0)
    affine = ChannelAffine(scale, offset)
    output = UniformType(8, True, [0.7], [3])
    found = run_operation(
        lambda args: kind(
            args[0], args[1], build_tensor_type((2, 3), output), affine=affine, clamp=clamp
        ),
        [(lhs, U8), (rhs, I4)],
    )
    for index in np.ndindex(2, 3):
        channel: int = index[-1]
        left, right = 0.5 * (int(lhs[index]) - 128), 0.25 * (int(rhs[index]) + 3)
        real = scale[channel] * ARITHMETIC[kind](left, right) + offset[channel]
        limited = min(max(real, clamp[0]), clamp[1])
        assert found[index] == min(max(round(limited / 0.7) + 3, -128), 127)


def test_quantize_again() -> None:
    stored = draw_stored(3, U8, 50)
    found = run_operation(
        lambda args: QuantizeOp(args[0], build_tensor_type((50,), I4)), [(stored, U8)]
    )
    expected = [min(max(round(0.5 * (int(q) - 128) / 0.25) - 3, -8), 7) for q in stored]
    assert found.tolist() == expected


def test_dequantize() -> None:
    stored = draw_stored(4, I4, 9)
    found = run_operation(lambda args: DequantizeOp(args[0]), [(stored, I4)])
    assert found.tolist() == [0.25 * (int(q) + 3) for q in stored]


@pytest.mark.parametrize("ends", [(0.0, math.inf), (-math.inf, 0.25), (-0.5, 0.5)])
def test_clamp(ends: tuple[float, float]) -> None:
    reals = draw_reals(5, 40)
    found = run_operation(
        lambda args: ClampOp(args[0], build_tensor_type((40,)), minimum=ends[0], maximum=ends[1]),
        [(reals, f32)],
    )
    assert found.tolist() == [min(max(real, ends[0]), ends[1]) for real in reals.tolist()]


def test_batch_norm() -> None:
    reals = draw_reals(6, 2, 3, 4)
    scale, offset, mean = ([float(v) for v in draw_reals(seed, 4)] for seed in (7, 8, 9))
    variance: list[float] = [0.0, 0.5, 1.0, 4.0]
    found = run_operation(
        lambda args: BatchNormOp(
            args[0], build_tensor_type(reals.shape), scale, offset, mean, variance, epsilon=1e-3
        ),
        [(reals, f32)],
    )
    for c in range(4):
        deviation = math.sqrt(variance[c] + 1e-3)
        expected = scale[c] * (reals[..., c] - mean[c]) / deviation + offset[c]
        np.testing.assert_allclose(found[..., c], expected, 1e-12)


@settings(max_examples=30)
@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=9), st.floats(0.01, 3))
def test_functions(values: list[float], beta: float) -> None:
    reals = np.array(values)
    type_ = build_tensor_type(reals.shape)
    operands = [(reals, f32)]
    sigmoid = run_operation(lambda args: SigmoidOp(args[0], type_), operands)
    tanh = run_operation(lambda args: TanhOp(args[0], type_), operands)
    softmax = run_operation(lambda args: SoftmaxOp(args[0], type_, beta=beta), operands)
    largest = max(values)
    powers = [math.exp(beta * (value - largest)) for value in values]
    for index, value in enumerate(values):
        logistic = 1 / (1 + math.exp(-value)) if value > -700 else 0.0
        assert sigmoid[index] == pytest.approx(logistic, 1e-12, 1e-300)
        assert tanh[index] == pytest.approx(math.tanh(value), 1e-12, 1e-300)
        assert softmax[index] == pytest.approx(powers[index] / math.fsum(powers), 1e-12, 1e-300)


def test_softmax_of_each_row() -> None:
    reals = draw_reals(10, 3, 4)
    found = run_operation(
        lambda args: SoftmaxOp(args[0], build_tensor_type((3, 4))), [(reals, f32)]
    )
    for row, expected in zip(found, np.exp(reals), strict=True):
        np.testing.assert_allclose(row, expected / expected.sum(), 1e-12)


def test_concat_of_different_scales() -> None:
    first, second = draw_stored(11, U8, 2, 3), draw_stored(12, I4, 2, 1)
    found = run_operation(
        lambda args: ConcatOp(args, build_tensor_type((2, 4)), axis=1), [(first, U8), (second, I4)]
    )
    for y in range(2):
        expected = [*(0.5 * (first[y] - 128)), 0.25 * (second[y, 0] + 3)]
        assert found[y].tolist() == expected


def test_pad() -> None:
    stored = draw_stored(13, U8, 2, 3)
    found = run_operation(
        lambda args: PadOp(
            args[0], build_tensor_type((4, 4), U8), low=[1, 0], high=[1, 1], value=-1.5
        ),
        [(stored, U8)],
    )
    border = 128 - 3
    rows = [[*row, border] for row in stored.tolist()]
    assert found.tolist() == [[border] * 4, *rows, [border] * 4]


def test_reshape_and_transpose() -> None:
    stored = draw_stored(14, U8, 2, 3, 4)
    found = run_operation(
        lambda args: ReshapeOp(args[0], build_tensor_type((6, 4), U8)), [(stored, U8)]
    )
    assert found.ravel().tolist() == stored.ravel().tolist()
    turned = run_operation(
        lambda args: TransposeOp(args[0], build_tensor_type((4, 2, 3), U8), permutation=[2, 0, 1]),
        [(stored, U8)],
    )
    for y, x, c in np.ndindex(2, 3, 4):
        assert turned[c, y, x] == stored[y, x, c]


@pytest.mark.parametrize("mode", ["dcr", "crd"])
def test_depth_to_space(mode: DepthToSpaceMode) -> None:
    reals = draw_reals(15, 2, 3, 18)
    found = run_operation(
        lambda args: DepthToSpaceOp(args[0], build_tensor_type((6, 9, 2)), block=3, mode=mode),
        [(reals, f32)],
    )
    for y, x, i, j, c in np.ndindex(2, 3, 3, 3, 2):
        source = (i * 3 + j) * 2 + c if mode == "dcr" else (c * 3 + i) * 3 + j
        assert found[y * 3 + i, x * 3 + j, c] == reals[y, x, source]


CONSTANTS = [
    (np.array([-8, 7, 0]), UniformType(4, True, [0.5], [0])),
    (np.array([255, 0, 128]), U8),
    (np.array([-32768, 32767, 5]), UniformType(16, True, [0.5], [0])),
    (np.array([-(2**31), 2**31 - 1, 5]), UniformType(32, True, [0.5], [0])),
    (np.array([2**32 - 1, 0, 5]), UniformType(32, False, [0.5], [0])),
    (np.array([0.5, -1e30, 3.0]), f32),
]


@pytest.mark.parametrize(("values", "element"), CONSTANTS)
def test_constant(values: Array, element: UniformType) -> None:
    module = build_module(lambda _: ConstantOp(values, build_tensor_type((3,), element)), [])
    (found,) = run_module(module, [])
    np.testing.assert_allclose(found, values, 1e-7)
    assert found.dtype == (np.float64 if element == f32 else found.dtype)
