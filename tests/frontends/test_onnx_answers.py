"""The largest logit of legalized networks against ONNX Runtime's and that of exact arithmetic."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from frontends.onnx_runs import compare, compare_with_onnxruntime
from frontends.onnx_writer import Writer, run_in_double_precision, run_onnxruntime

KINDS = [("uint8", "int8"), ("uint4", "int4"), ("uint2", "int4"), ("uint2", "int2")]
"""Activations and weights."""
SEEDS = 10
IMAGES = 100
TIED = (("uint8", "int8", 0), ("uint4", "int4", 9), ("uint2", "int4", 9), ("uint2", "int2", 9))
"""The networks with several images whose largest logit ONNX Runtime's rounding decides."""


def build_answers(writer: Writer, kind: str, weights: str) -> str:
    """Logits behind convolutions, a residual sum and an average of four that keeps its scale."""

    def layer(x: str, shape: tuple[int, ...], **attributes: Any) -> str:
        constants = [writer.weights(shape, weights), writer.bias(shape[0])]
        return writer.node("Conv", [x, *constants], **attributes)

    def relu(x: str) -> str:
        return writer.quantize(writer.node("Relu", [x]), kind)

    x = relu(layer(writer.quantize("x", "uint8"), (8, 3, 3, 3), pads=[1, 1, 1, 1]))
    x = relu(layer(x, (8, 1, 3, 3), group=8, pads=[1, 1, 1, 1], strides=[2, 2]))
    x = relu(layer(x, (16, 8, 1, 1)))
    other = writer.quantize(layer(x, (16, 16, 3, 3), pads=[1, 1, 1, 1]), kind)
    x = relu(writer.node("Add", [x, other]))
    parameters = writer.nodes[-1].input[1:]
    x = writer.node("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2])
    x = writer.node(
        "DequantizeLinear", [writer.node("QuantizeLinear", [x, *parameters]), *parameters]
    )
    x = writer.node("Flatten", [x])
    constants = [writer.weights((10, 64), weights), writer.bias(10)]
    return writer.quantize(writer.node("Gemm", [x, *constants], transB=1))


def draw_images(writer: Writer) -> npt.NDArray[np.float32]:
    return writer.generator.uniform(0, 1, (IMAGES, 3, 8, 8)).astype(np.float32)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("kind", "weights"), KINDS)
def test_answers_are_onnxruntimes(kind: str, weights: str, seed: int, tmp_path: Path) -> None:
    """Scales are powers of two, as trained ones often are, so that many numbers are halves.

    ONNX Runtime then computes exactly too. Where two of its logits are the largest, both are right.
    """
    writer = Writer(seed=seed, opset=25, has_binary_scales=True)
    path = writer.save(tmp_path / "net.onnx", build_answers(writer, kind, weights))
    images = draw_images(writer)
    (difference,) = compare_with_onnxruntime(path, images, legalized=True)
    assert difference.equal_places >= 99


NETWORKS = [(*types, seed) for types in KINDS for seed in range(SEEDS)]


@pytest.mark.parametrize(
    ("kind", "weights", "seed"),
    [pytest.param(*net, marks=[] if net in TIED[::3] else pytest.mark.full) for net in NETWORKS],
)
def test_answers_are_those_of_exact_arithmetic(
    kind: str, weights: str, seed: int, tmp_path: Path
) -> None:
    """Scales are any numbers, and averages of four are halves of a step as often as before.

    ONNX Runtime adds up products with the scale in f32, whose last bit then decides whether a half
    is rounded up or down. In double precision sums and quotients of averages are exact. An image
    does not count against ONNX Runtime where its own answer is another one in double precision.
    """
    writer = Writer(seed=seed, opset=25)
    path = writer.save(tmp_path / "net.onnx", build_answers(writer, kind, weights))
    images = draw_images(writer)
    exact = run_in_double_precision(path, images)
    (difference,) = compare(path, images, [exact], legalized=True)
    assert difference.equal_places >= 99
    single = run_onnxruntime(path, images)[0]
    agrees = single.argmax(1) == exact.argmax(1)
    (difference,) = compare(path, images[agrees], [single[agrees]], legalized=True)
    assert difference.equal_places >= agrees.sum() - 1
    assert ((kind, weights, seed) in TIED) == bool(agrees.sum() < 99)
