"""Filters that TensorFlow Lite Micro has no kernels for: INT2, and INT4 per channel in a matrix.

The oracle is a direct reading of the quantization specification, in numpy: sums of products of real
integers, and the fixed-point rescaling with the branches of the original.
"""

from collections.abc import Callable
from math import frexp
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("tflite")
pytest.importorskip("tflite_micro")

from frontends.tflite_models import ModelBuilder, parse, serialize
from reference import apply_fixed_point

from cmixdsl.deployment import compile_network
from cmixdsl.driver import apply_pipeline
from cmixdsl.execution import run_module
from cmixdsl.frontends.tflite.importer import import_network
from cmixdsl.pipelines import get_pipeline
from cmixdsl.universe import build_context

Array = npt.NDArray[Any]
Build = Callable[[ModelBuilder, int], int]
BITS = {17: 4, 19: 2}
"""Of the schema's numbers of INT4 and INT2."""

LAYERS: dict[str, Build] = {
    "conv2d INT2": lambda b, x: b.conv2d(x, 5, (3, 3), weights="INT2"),
    "conv2d INT2 strided": lambda b, x: b.conv2d(
        x, 7, (3, 2), weights="INT2", strides=(2, 1), padding="VALID", per_channel=False
    ),
    "depthwise INT2": lambda b, x: b.depthwise_conv2d(x, (3, 3), weights="INT2"),
    "fully connected INT2": lambda b, x: b.fully_connected(x, 9, weights="INT2"),
    "fully connected INT2 per channel": lambda b, x: b.fully_connected(
        x, 9, weights="INT2", per_channel=True
    ),
    "fully connected INT4 per channel": lambda b, x: b.fully_connected(
        x, 9, weights="INT4", per_channel=True
    ),
}


def build(name: str) -> tuple[bytes, Array]:
    """A network of one layer whose filters have all values of their type, and these filters."""
    builder = ModelBuilder(len(name))
    LAYERS[name](builder, builder.add_input((1, 6, 5, 3)))
    model = parse(builder.build())
    tensor = model.subgraphs[0].tensors[model.subgraphs[0].operators[0].inputs[1]]
    bits = BITS[int(tensor.type)]
    high = 2 ** (bits - 1)
    values: Array = builder.generator.integers(-high, high, tuple(map(int, tensor.shape)))
    digits: list[int] = (values.ravel() % 2**bits).tolist()
    per_byte = 8 // bits
    digits += [0] * (-len(digits) % per_byte)
    groups = [digits[start : start + per_byte] for start in range(0, len(digits), per_byte)]
    data = [sum(d << (bits * place) for place, d in enumerate(group)) for group in groups]
    model.buffers[tensor.buffer].data = np.array(data, np.uint8)
    return serialize(model), values


def compute(content: bytes, filters: Array, image: Array) -> Array:
    """The layer by its definition."""
    model = parse(content)
    graph = model.subgraphs[0]
    operator = graph.operators[0]
    x, w, b = (graph.tensors[index] for index in operator.inputs)
    y = graph.tensors[operator.outputs[0]]
    bias = np.frombuffer(bytes(model.buffers[b.buffer].data), "<i4")
    centered = image.astype(np.int64) - x.quantization.zeroPoint[0]
    if w.shape.size == 2:
        sums = filters @ centered.ravel()
    else:
        sums = convolve(centered, filters, operator.builtinOptions, w.shape[0] == 1)
    scales = np.broadcast_to(np.asarray(w.quantization.scale, np.float64), sums.shape[-1])
    if w.shape.size == 2 and len(w.quantization.scale) == 1:
        # The kernel multiplies both scales in f32.
        product = np.float32(x.quantization.scale[0]) * np.float32(scales[0])
        factors = np.broadcast_to(np.float64(product), scales.shape)
    else:
        factors = np.float64(x.quantization.scale[0]) * scales
    step, zero = float(y.quantization.scale[0]), int(y.quantization.zeroPoint[0])
    pairs = [frexp(float(factor) / step) for factor in factors]
    rows = (sums + bias).reshape(-1, sums.shape[-1])
    found = [
        [
            apply_fixed_point(int(value), round(fraction * 2**31), shift, zero)
            for value, (fraction, shift) in zip(row, pairs, strict=True)
        ]
        for row in rows
    ]
    return np.clip(found, -128, 127).reshape(sums.shape)


def convolve(image: Array, filters: Array, options: Any, is_depthwise: bool) -> Array:
    """Sums of a convolution of a centered image; padding contributes nothing."""
    rows, columns = filters.shape[1:3]
    strides = (options.strideH, options.strideW)
    pads: list[tuple[int, int]] = []
    for extent, taps, stride in zip(image.shape, (rows, columns), strides, strict=False):
        total = max(0, (-(-extent // stride) - 1) * stride + taps - extent)
        total = total if options.padding == 0 else 0
        pads.append((total // 2, total - total // 2))
    padded = np.pad(image, [*pads, (0, 0)])
    height = (padded.shape[0] - rows) // strides[0] + 1
    width = (padded.shape[1] - columns) // strides[1] + 1
    sums = np.zeros((height, width, filters.shape[3 if is_depthwise else 0]), np.int64)
    for row in range(height):
        for column in range(width):
            top, left = row * strides[0], column * strides[1]
            window = padded[top : top + rows, left : left + columns]
            products = "hwc,hwc->c" if is_depthwise else "hwc,fhwc->f"
            weights = filters[0] if is_depthwise else filters
            sums[row, column] = np.einsum(products, window, weights)
    return sums


@pytest.mark.parametrize("name", LAYERS)
def test_integers(name: str) -> None:
    content, filters = build(name)
    context = build_context()
    module = import_network(context, content, Path("net.tflite"))
    apply_pipeline(context, module, get_pipeline("legalize"))
    generator = np.random.default_rng(0)
    for _ in range(3):
        image = generator.integers(-128, 128, (6, 5, 3))
        (found,) = run_module(module, [image.astype(np.int32)])
        np.testing.assert_array_equal(found, compute(content, filters, image))


@pytest.mark.parametrize(
    "name",
    [
        "conv2d INT2",
        *(pytest.param(name, marks=pytest.mark.full) for name in LAYERS if name != "conv2d INT2"),
    ],
)
def test_program(name: str) -> None:
    content, filters = build(name)
    module = import_network(build_context(), content, Path("net.tflite"))
    deployed = compile_network(module)
    image = np.random.default_rng(1).integers(-128, 128, (6, 5, 3))
    found = deployed.run(image).stored[0]
    np.testing.assert_array_equal(found, compute(content, filters, image))
