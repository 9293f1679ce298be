"""What legalized networks compute in integers, against ONNX Runtime and qonnx in real numbers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from frontends.onnx_runs import compare, compare_with_onnxruntime, run_qonnx
from frontends.onnx_writer import Writer

from cmixdsl.diagnostics import OperationFailedException


def _conv(writer: Writer, x: str) -> str:
    return writer.node("Conv", [x, writer.weights((8, 3, 3, 3)), writer.bias(8)], pads=[1, 1, 1, 1])


def _conv_unsigned(writer: Writer, x: str) -> str:
    return writer.node("Conv", [x, writer.weights((8, 3, 3, 3), "uint2", zero=1), writer.bias(8)])


def _depthwise(writer: Writer, x: str) -> str:
    return writer.node("Conv", [x, writer.weights((6, 1, 3, 3), "int4"), writer.bias(6)], group=3)


def _fully_connected(writer: Writer, x: str) -> str:
    flat = writer.node("Flatten", [x])
    return writer.node("Gemm", [flat, writer.weights((5, 192), "int2"), writer.bias(5)], transB=1)


def _add(writer: Writer, x: str) -> str:
    return writer.node("Add", [x, x])


def _sub_from_channels(writer: Writer, x: str) -> str:
    mean = writer.quantize(writer.node("GlobalAveragePool", [x]))
    return writer.node("Sub", [mean, x])


def _average(writer: Writer, x: str) -> str:
    return writer.node("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2])


def _average_border(writer: Writer, x: str) -> str:
    """Of inputs with coarser steps than most of the results have."""
    x = writer.quantize(x, "uint4")
    return writer.node("AveragePool", [x], kernel_shape=[3, 3], pads=[1, 1, 1, 1])


def _normalize(writer: Writer, x: str, channels: int = 3) -> str:
    normal = writer.generator.normal
    parameters = [*(normal(0, 1, channels) for _ in range(3)), np.linspace(0.5, 2, channels)]
    constants = [writer.constant(values.astype(np.float32)) for values in parameters]
    return writer.node("BatchNormalization", [x, *constants])


def _normalize_sum(writer: Writer, x: str) -> str:
    return _normalize(writer, writer.quantize(_add(writer, x)))


def _normalize_largest(writer: Writer, x: str) -> str:
    return _normalize(writer, writer.node("MaxPool", [x], kernel_shape=[2, 2]))


def _normalize_average(writer: Writer, x: str) -> str:
    return _normalize(writer, writer.node("GlobalAveragePool", [x]))


def _normalize_row(writer: Writer, x: str) -> str:
    return writer.node("Relu", [_normalize(writer, writer.node("Flatten", [x]), 192)])


def _normalize_limited(writer: Writer, x: str) -> str:
    return _normalize(writer, writer.node("Relu", [writer.quantize(_add(writer, x), "int8")]))


def _conv_limited(writer: Writer, x: str) -> str:
    return _conv(writer, writer.node("Relu", [writer.quantize(_add(writer, x), "int8")]))


def _scale(writer: Writer, x: str) -> str:
    factor, term = (writer.generator.normal(0, 1, (1, 3, 1, 1)).astype(np.float32) for _ in "ab")
    scaled = writer.node("Mul", [x, writer.constant(factor)])
    return writer.node("Add", [scaled, writer.constant(term)])


def _add_far(writer: Writer, x: str) -> str:
    """A constant with a range a hundred times that of the result."""
    places = writer.generator.normal(0, 20, (1, 3, 8, 8)).astype(np.float32)
    places[0, :, 2:5] /= 50
    far = writer.node("Sub", [writer.constant(places), x])
    return writer.node("Clip", [far, *(writer.constant(np.float32(end)) for end in (-0.5, 1.5))])


def _conv_twice(writer: Writer, x: str) -> str:
    """A convolution that is quantized in two ways, in one of them limited."""
    conv = _conv(writer, x)
    limited = writer.quantize(writer.node("Relu", [conv]), "uint8")
    return writer.node("Sub", [limited, writer.quantize(conv, "int4")])


LAYERS = [
    _conv,
    _conv_unsigned,
    _depthwise,
    _fully_connected,
    _add,
    _sub_from_channels,
    _average,
    _average_border,
    _normalize,
    _normalize_sum,
    _normalize_largest,
    _normalize_average,
    _normalize_row,
    _normalize_limited,
    _conv_limited,
    _scale,
    _add_far,
    _conv_twice,
]


def test_constant_is_refused_that_8_bits_cannot_hold(tmp_path: Path) -> None:
    """One of its numbers is so large that others would be off by 10 steps of the result."""
    writer = Writer()
    x = writer.quantize("x", "uint8")
    gains = np.ones((1, 3, 8, 8), np.float32)
    gains[0, 1, 2, 3] = 20
    result = writer.node("Mul", [x, writer.constant(gains)], "gain")
    bounds = [writer.constant(np.float32(end)) for end in (0, 1)]
    result = writer.quantize(writer.node("Clip", [result, *bounds]))
    path = writer.save(tmp_path / "net.onnx", result)
    with pytest.raises(
        OperationFailedException, match=r"layer 'gain.*by up to 10.* of its steps: quantize"
    ):
        compare_with_onnxruntime(path, writer.images[:1], legalized=True)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("kind", ["uint8", "int4", "uint2"])
def test_layer_is_within_a_step(
    layer: Callable[[Writer, str], str], kind: str, tmp_path: Path
) -> None:
    writer = Writer(opset=25)
    output = writer.quantize(layer(writer, writer.quantize("x", "uint8")), kind)
    path = writer.save(tmp_path / "net.onnx", output)
    (difference,) = compare_with_onnxruntime(path, writer.images, legalized=True)
    assert difference.largest_steps <= 1.001


@pytest.mark.full
def test_brevitas_network_is_qonnxs(repository: Path) -> None:
    pytest.importorskip("qonnx")
    folder = repository / "examples" / "brevitas"
    with np.load(folder / "test_images.npz") as arrays:
        pixels = arrays["x"][:100]
    images = np.moveaxis(pixels / np.float32(16), -1, 1)
    expected = run_qonnx(folder / "digits_qonnx.onnx", images)
    path = folder / "digits_qonnx.onnx"
    (real,) = compare(path, images, [expected], legalized=False)
    assert real.largest_steps <= 1.001
    (integer,) = compare(path, images, [expected], legalized=True)
    assert integer.equal_places == len(images)
    assert integer.unequal < 0.001
