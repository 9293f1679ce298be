"""Layers of `qnn` against loops over their formulas, in real numbers."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qnn_operations import I4, I8_COARSE, U8, Array, draw_reals, draw_stored, run_operation
from xdsl.dialects.builtin import f32

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp, GlobalAvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.qnn.tensors import ElementType, build_tensor_type
from cmixdsl.dialects.quant import UniformType

Reals = npt.NDArray[np.float64]
WINDOW = Window((3, 2), (2, 1), (1, 2, 0, 1), (1, 2))


def to_real(values: Array, type_: ElementType) -> Reals:
    """Dequantizes channel by channel, by hand."""
    if not isinstance(type_, UniformType):
        return values
    reals = values.astype(np.float64)
    axis = type_.axis or 0
    steps = list(zip(type_.scales, type_.zero_points, strict=True))
    for index in range(values.shape[axis]):
        scale, zero = steps[index] if type_.is_per_axis else steps[0]
        np.moveaxis(reals, axis, 0)[index] = scale * (np.moveaxis(values, axis, 0)[index] - zero)
    return reals


def to_stored(reals: Reals, type_: UniformType) -> Array:
    """Quantizes with Python's rounding, which is half to even."""
    low, high = type_.storage_range
    flat = [round(real / type_.scales[0]) + type_.zero_points[0] for real in reals.flat]
    return np.array([min(max(value, low), high) for value in flat]).reshape(reals.shape)


def get_positions(window: Window, y: int, x: int, shape: tuple[int, ...]):
    """Kernel and input positions of one output, those in the padding left out."""
    for i, j in np.ndindex(*window.kernel):
        row = y * window.strides[0] + i * window.dilation[0] - window.padding[0]
        column = x * window.strides[1] + j * window.dilation[1] - window.padding[2]
        if 0 <= row < shape[0] and 0 <= column < shape[1]:
            yield (i, j), (row, column)


def compute_conv2d(inputs: Reals, filters: Reals, bias: Reals, window: Window) -> Reals:
    size = window.get_output_size(inputs.shape[0], inputs.shape[1])
    result = np.zeros((*size, len(filters)))
    for y, x, o in np.ndindex(*result.shape):
        result[y, x, o] = bias[o] + sum(
            inputs[at] @ filters[o][tap] for tap, at in get_positions(window, y, x, inputs.shape)
        )
    return result


def compute_depthwise(inputs: Reals, filters: Reals, bias: Reals, window: Window) -> Reals:
    multiplier = filters.shape[2] // inputs.shape[2]
    size = window.get_output_size(inputs.shape[0], inputs.shape[1])
    result = np.zeros((*size, filters.shape[2]))
    for y, x, o in np.ndindex(*result.shape):
        result[y, x, o] = bias[o] + sum(
            inputs[at][o // multiplier] * filters[tap][o]
            for tap, at in get_positions(window, y, x, inputs.shape)
        )
    return result


def draw(seed: int, type_: ElementType, *shape: int) -> Array:
    """Real numbers or stored integers, as the type says."""
    if isinstance(type_, UniformType):
        return draw_stored(seed, type_, *shape)
    return draw_reals(seed, *shape)


def per_axis(axis: int, channels: int, bits: int = 4) -> UniformType:
    """Signed filters of different scales and zero points."""
    zeros = [channel % 3 - 1 for channel in range(channels)]
    return UniformType(bits, True, [0.1 * (1 + c) for c in range(channels)], zeros, axis=axis)


CONV_TYPES = [
    (f32, f32, f32),
    (U8, f32, UniformType(32, True, [0.01], [0])),
    (U8, per_axis(0, 3), f32),
    (I4, I4, UniformType(32, True, [0.01, 0.02, 0.03], [0, 0, 0], axis=0)),
    (f32, per_axis(3, 4), f32),
    (UniformType(4, False, [0.1, 0.2, 0.3, 0.4], [8, 7, 6, 5], axis=2), per_axis(0, 3), f32),
]


@pytest.mark.parametrize(("input_type", "filter_type", "bias_type"), CONV_TYPES)
def test_conv2d(input_type: ElementType, filter_type: ElementType, bias_type: ElementType) -> None:
    inputs = draw(1, input_type, 6, 5, 4)
    filters, bias = draw(2, filter_type, 3, 3, 2, 4), draw(3, bias_type, 3) // 2**20
    found = run_operation(
        lambda args: Conv2dOp(
            args[0], args[1], build_tensor_type((4, 4, 3)), window=WINDOW, bias=args[2]
        ),
        [(inputs, input_type), (filters, filter_type), (bias, bias_type)],
    )
    expected = compute_conv2d(
        to_real(inputs, input_type), to_real(filters, filter_type), to_real(bias, bias_type), WINDOW
    )
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


DEPTHWISE_TYPES = [(f32, f32), (U8, per_axis(2, 4)), (I4, I4)]


@pytest.mark.parametrize(("input_type", "filter_type"), DEPTHWISE_TYPES)
def test_depthwise_conv2d(input_type: ElementType, filter_type: ElementType) -> None:
    inputs, filters = draw(1, input_type, 6, 5, 2), draw(2, filter_type, 3, 2, 4)
    found = run_operation(
        lambda args: DepthwiseConv2dOp(
            args[0], args[1], build_tensor_type((4, 4, 4)), window=WINDOW
        ),
        [(inputs, input_type), (filters, filter_type)],
    )
    expected = compute_depthwise(
        to_real(inputs, input_type), to_real(filters, filter_type), np.zeros(4), WINDOW
    )
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_output_is_clamped_then_quantized() -> None:
    inputs, filters, bias = draw(1, U8, 7), draw(2, per_axis(0, 40), 40, 7), draw_reals(3, 40)
    output = UniformType(4, False, [3.0], [2])
    found = run_operation(
        lambda args: FullyConnectedOp(
            args[0], args[1], build_tensor_type((40,), output), bias=args[2], clamp=(-4.0, 31.0)
        ),
        [(inputs, U8), (filters, per_axis(0, 40)), (bias, f32)],
    )
    reals = to_real(filters, per_axis(0, 40)) @ to_real(inputs, U8) + bias
    expected = to_stored(np.minimum(np.maximum(reals, -4.0), 31.0), output)
    assert found.dtype == np.int32
    assert found.tolist() == expected.tolist()
    assert {int(expected.min()), int(expected.max())} == {1, 12}, "both ends shall be reached"


def test_sums_of_integers_are_exact() -> None:
    """The products of scales come in once, at the end; so results have every bit right."""
    generator = np.random.default_rng(0)
    inputs = generator.integers(-128, 128, 4096)
    filters = generator.integers(-128, 128, (300, 4096))
    type_ = UniformType(8, True, [0.1], [0])
    found = run_operation(
        lambda args: FullyConnectedOp(args[0], args[1], build_tensor_type((300,))),
        [(inputs, type_), (filters, type_)],
    )
    exact = filters.astype(object) @ inputs.astype(object)
    assert found.tolist() == [int(value) * (0.1 * 0.1) for value in exact]


@settings(max_examples=40)
@given(st.data())
def test_windows(data: st.DataObject) -> None:
    """Any window that fits, in all four kinds of layers that have one."""
    draw_pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    kernel, strides, dilation = (data.draw(draw_pair) for _ in range(3))
    extents = [(size - 1) * step + 1 for size, step in zip(kernel, dilation, strict=True)]
    padding = [data.draw(st.integers(0, extents[axis] - 1)) for axis in (0, 0, 1, 1)]
    height = data.draw(st.integers(extents[0], 8))
    width = data.draw(st.integers(extents[1], 8))
    window = Window.get(kernel, strides, padding, dilation)
    size = window.get_output_size(height, width)
    inputs = draw_reals(4, height, width, 2)
    filters, taps = draw_reals(5, 2, *kernel, 2), draw_reals(6, *kernel, 2)
    type_ = build_tensor_type((*size, 2))
    found = run_operation(
        lambda args: Conv2dOp(args[0], args[1], type_, window=window),
        [(inputs, f32), (filters, f32)],
    )
    np.testing.assert_allclose(found, compute_conv2d(inputs, filters, np.zeros(2), window), 1e-9)
    found = run_operation(
        lambda args: DepthwiseConv2dOp(args[0], args[1], type_, window=window),
        [(inputs, f32), (taps, f32)],
    )
    np.testing.assert_allclose(found, compute_depthwise(inputs, taps, np.zeros(2), window), 1e-9)
    if dilation == (1, 1):
        check_pools(inputs, window, size)


def check_pools(inputs: Reals, window: Window, size: tuple[int, int]) -> None:
    """Compares poolings of real numbers with maxima and means of what is inside the input."""
    type_ = build_tensor_type((*size, 2))
    largest = run_operation(
        lambda args: MaxPool2dOp(args[0], type_, window=window), [(inputs, f32)]
    )
    mean = run_operation(lambda args: AvgPool2dOp(args[0], type_, window=window), [(inputs, f32)])
    for y, x in np.ndindex(*size):
        inside = [inputs[at] for _, at in get_positions(window, y, x, inputs.shape)]
        assert largest[y, x].tolist() == np.max(inside, axis=0).tolist()
        np.testing.assert_allclose(mean[y, x], np.mean(inside, axis=0), 1e-12)


def test_quantized_pools() -> None:
    inputs = draw(7, U8, 4, 4, 3)
    window = Window((2, 2), (2, 2))
    blocks = to_real(inputs, U8).reshape(2, 2, 2, 2, 3)
    pairs = (
        (MaxPool2dOp, blocks.max(axis=(1, 3))),
        (AvgPool2dOp, blocks.mean(axis=(1, 3))),
    )
    for kind, reals in pairs:
        found = run_operation(
            lambda args, kind=kind: kind(
                args[0], build_tensor_type((2, 2, 3), I8_COARSE), window=window, clamp=(-9, 30)
            ),
            [(inputs, U8)],
        )
        expected = to_stored(np.minimum(np.maximum(reals, -9), 30), I8_COARSE)
        assert found.tolist() == expected.tolist()


def test_global_avg_pool2d() -> None:
    inputs = draw(8, U8, 5, 3, 4)
    found = run_operation(
        lambda args: GlobalAvgPool2dOp(args[0], build_tensor_type((4,), I4), clamp=(-1.0, 1.0)),
        [(inputs, U8)],
    )
    means = to_real(inputs, U8).reshape(15, 4).sum(axis=0) / 15
    assert found.tolist() == to_stored(np.clip(means, -1, 1), I4).tolist()
