"""Quantize, clip, dequantize: how Brevitas writes fewer than 8 bits in int8 storage.

Weights are real numbers behind QuantizeLinear and Clip, or integers behind Clip; activations go
through all three nodes; biases are int32 behind DequantizeLinear, in accumulator steps.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("onnxruntime")

from frontends.onnx_runs import compare_with_onnxruntime
from frontends.onnx_writer import Writer, run_onnxruntime

from cmixdsl.deployment import compile_network
from cmixdsl.frontends.load import load_network, load_reference
from cmixdsl.graph_model import build_random_graph_inputs, find_graph_model
from cmixdsl.reference_comparison import compare_with_reference
from cmixdsl.universe import build_context

Reals = npt.NDArray[np.float64]


@dataclass
class QcdqWriter:
    """Nodes as Brevitas' QCDQ export has them."""

    writer: Writer = field(default_factory=Writer)

    def weights(
        self, shape: tuple[int, ...], bits: int, *, as_integers: bool = False
    ) -> tuple[str, Reals]:
        """Weights of a narrow range with a scale for each filter, and these scales."""
        writer = self.writer
        high = 2 ** (bits - 1) - 1
        fan_in = np.prod(shape[1:])
        values = writer.generator.normal(0, 1 / np.sqrt(fan_in), shape).astype(np.float32)
        scales = np.abs(values).reshape(len(values), -1).max(1) / np.float32(high)
        scale, zero = writer.constant(scales), writer.constant(np.zeros(shape[0]), "int8")
        if as_integers:
            divisors = scales.reshape(-1, *(1 for _ in shape[1:]))
            stored = writer.constant(np.rint(values / divisors).clip(-high, high), "int8")
        else:
            stored = writer.node("QuantizeLinear", [writer.constant(values), scale, zero], axis=0)
        if bits < 8:
            bounds = [writer.constant(bound, "int8") for bound in (-high, high)]
            stored = writer.node("Clip", [stored, *bounds])
        return writer.node("DequantizeLinear", [stored, scale, zero], axis=0), scales

    def bias(self, input_scale: float, scales: Reals) -> str:
        """A bias of int32 in steps of the accumulator of each filter."""
        writer = self.writer
        steps = (input_scale * scales).astype(np.float32)
        values = np.rint(writer.generator.normal(0, 0.1, scales.size) / steps)
        zero = writer.constant(np.zeros(scales.size), "int32")
        return writer.node(
            "DequantizeLinear",
            [writer.constant(values, "int32"), writer.constant(steps), zero],
            axis=0,
        )

    def activation(self, value: str, bits: int, *, signed: bool) -> tuple[str, float]:
        """A quantized activation with zero point 0, and its scale."""
        writer, kind = self.writer, "int8" if signed else "uint8"
        bounds = (1 - 2 ** (bits - 1), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
        largest = float(np.abs(writer.measure(value)).max())
        scale = float(np.float32(largest / bounds[1]))
        parameters = [writer.constant(np.float32(scale)), writer.constant(0, kind)]
        stored = writer.node("QuantizeLinear", [value, *parameters])
        if bits < 8:
            clip = [writer.constant(bound, kind) for bound in bounds]
            stored = writer.node("Clip", [stored, *clip])
        return writer.node("DequantizeLinear", [stored, *parameters]), scale


def build_network(folder: Path) -> tuple[Path, Writer]:
    """Convolutions of 8, 4 and 2 bits, a depthwise one, a residual, a classifier."""
    qcdq = QcdqWriter()
    writer = qcdq.writer
    x, step = qcdq.activation("x", 8, signed=False)
    weights, scales = qcdq.weights((8, 3, 3, 3), 8)
    x = writer.node("Conv", [x, weights, qcdq.bias(step, scales)], "first", pads=[1, 1, 1, 1])
    x, step = qcdq.activation(writer.node("Relu", [x]), 4, signed=False)
    weights, scales = qcdq.weights((8, 1, 3, 3), 4)
    y = writer.node(
        "Conv", [x, weights, qcdq.bias(step, scales)], "depthwise", group=8, pads=[1, 1, 1, 1]
    )
    y, _ = qcdq.activation(y, 4, signed=True)
    x, step = qcdq.activation(writer.node("Add", [x, y]), 8, signed=True)
    weights, scales = qcdq.weights((12, 8, 1, 1), 2)
    x = writer.node("Conv", [x, weights, qcdq.bias(step, scales)], "ternary", strides=[2, 2])
    x, step = qcdq.activation(writer.node("Relu", [x]), 2, signed=False)
    x = writer.node("Flatten", [writer.node("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])])
    weights, scales = qcdq.weights((10, 48), 4, as_integers=True)
    x = writer.node("Gemm", [x, weights, qcdq.bias(step, scales)], "classifier", transB=1)
    x, _ = qcdq.activation(x, 8, signed=True)
    return writer.save(folder / "qcdq.onnx", x), writer


def test_types_have_the_true_widths(tmp_path: Path) -> None:
    path, _ = build_network(tmp_path)
    text = str(load_network(build_context(), path))
    for filters, element in (
        ("8x3x3x3", "i8:f32:0"),
        ("3x3x8", "i4<-7:7>:f32:2"),
        ("12x1x1x8", "i2<-1:1>:f32:0"),
        ("10x48", "i4<-7:7>:f32:0"),
    ):
        assert f"tensor<{filters}x!quant.uniform<{element}" in text
    for activation in ("8x8x8x!quant.uniform<u4:f32", "4x4x12x!quant.uniform<u2:f32"):
        assert f"tensor<{activation}" in text
    assert "8x8x8x!quant.uniform<i4<-7:7>:f32" in text


def test_level_1_is_onnxruntime(tmp_path: Path) -> None:
    path, writer = build_network(tmp_path)
    (difference,) = compare_with_onnxruntime(path, writer.images, legalized=False)
    assert difference.largest_steps <= 1.001


def test_layers_are_within_a_step(tmp_path: Path) -> None:
    path, _ = build_network(tmp_path)
    context = build_context()
    reference = load_reference(context, path)
    assert reference is not None
    inputs = build_random_graph_inputs(find_graph_model(reference.module), 0)
    differences = compare_with_reference(context, reference, inputs)
    assert [difference.op.removeprefix("qnn.") for difference in differences] == [
        "conv2d",
        "depthwise_conv2d",
        "add",
        "conv2d",
        "max_pool2d",
        "fully_connected",
    ]
    for difference in differences:
        assert difference.own <= 1.001, difference


def test_program_is_within_a_step(tmp_path: Path) -> None:
    path, writer = build_network(tmp_path)
    deployed = compile_network(load_network(build_context(), path))
    bits = [layer.bits for layer in deployed.compiled.layers]
    # Of inputs, output and weights; each sum and pooling has none of the last.
    assert [b for b in bits if b.count("_") == 2] == [
        "u8_u4_s8",
        "u4_s4_s4",
        "s8_u2_s2",
        "u2_s8_s4",
    ]
    found = deployed.run(np.moveaxis(writer.images, 1, -1).astype(np.float64)).outputs[0]
    (expected,) = run_onnxruntime(path, writer.images)
    assert np.abs(found - expected).max() / deployed.output_types[0].scales[0] <= 1.001
