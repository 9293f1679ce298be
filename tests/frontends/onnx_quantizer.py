"""Random networks as ONNX Runtime's own quantizer writes them: QDQ around float operators."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from frontends.onnx_writer import Writer

Array = npt.NDArray[Any]
COARSE_SHARE = 0.8
"""How much of an image is its quarters' colours, which make answers differ; the rest is noise."""


def draw_images(generator: np.random.Generator, count: int, shape: Sequence[int]) -> Array:
    """Images of `shape`, channels first: quarters of random colours under noise."""
    channels, height, width = shape
    blocks = generator.uniform(0, 1, (count, channels, 2, 2))
    repeats = -(-height // 2), -(-width // 2)
    coarse = blocks.repeat(repeats[0], 2).repeat(repeats[1], 3)[:, :, :height, :width]
    noise = generator.uniform(0, 1, coarse.shape)
    return (COARSE_SHARE * coarse + (1 - COARSE_SHARE) * noise).astype(np.float32)


def build_conv(
    writer: Writer, x: str, shape: Sequence[int], *, relu: bool = True, **attributes: Any
) -> str:
    """A float convolution with filters of `shape`, whose outputs are about as large as inputs."""
    weights = writer.generator.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
    bias = writer.generator.normal(0, 0.1, shape[0])
    constants = [writer.constant(values.astype(np.float32)) for values in (weights, bias)]
    pads = [(size - 1) // 2 for size in shape[2:]]
    attributes.setdefault("pads", [*pads, *pads])
    x = writer.node("Conv", [x, *constants], **attributes)
    return writer.node("Relu", [x]) if relu else x


def build_logits(writer: Writer, x: str, count: int) -> str:
    """A fully connected layer whose results have mean 0 and deviation 1, so that answers differ."""
    flat = writer.node("Flatten", [x])
    features = writer.measure(flat)
    weights = writer.generator.normal(0, 1, (features.shape[1], count))
    logits = features @ weights
    weights, bias = weights / logits.std(0), -logits.mean(0) / logits.std(0)
    constants = [writer.constant(values.astype(np.float32)) for values in (weights, bias)]
    return writer.node("Gemm", [flat, *constants])


def build_resnet(writer: Writer) -> str:
    """Three residual blocks as of ResNet-8, and an average of windows."""
    x, channels = build_conv(writer, "x", (16, 3, 3, 3)), 16
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        y = build_conv(writer, x, (filters, channels, 3, 3), strides=[stride, stride])
        y = build_conv(writer, y, (filters, filters, 3, 3), relu=False)
        if stride > 1:
            shape = (filters, channels, 1, 1)
            x = build_conv(writer, x, shape, relu=False, strides=[stride, stride])
        x, channels = writer.node("Relu", [writer.node("Add", [x, y])]), filters
    x = writer.node("AveragePool", [x], kernel_shape=[4, 4], strides=[4, 4])
    return build_logits(writer, x, 10)


def build_ds_cnn(writer: Writer) -> str:
    """Four depthwise separable layers over a spectrogram, as in DS-CNN."""
    x = build_conv(writer, "x", (64, 1, 10, 4), strides=[2, 2], pads=[4, 1, 5, 1])
    for _ in range(4):
        x = build_conv(writer, x, (64, 1, 3, 3), group=64)
        x = build_conv(writer, x, (64, 64, 1, 1))
    return build_logits(writer, writer.node("GlobalAveragePool", [x]), 12)


def build_mobilenet(writer: Writer) -> str:
    """Six depthwise separable layers of growing width, as in MobileNet."""
    x, channels = build_conv(writer, "x", (8, 3, 3, 3), strides=[2, 2]), 8
    for filters, stride in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2)):
        x = build_conv(writer, x, (channels, 1, 3, 3), group=channels, strides=[stride, stride])
        x, channels = build_conv(writer, x, (filters, channels, 1, 1)), filters
    return build_logits(writer, writer.node("GlobalAveragePool", [x]), 10)


NETWORKS: Mapping[str, tuple[Callable[[Writer], str], tuple[int, ...]]] = {
    "resnet": (build_resnet, (3, 16, 16)),
    "ds_cnn": (build_ds_cnn, (1, 49, 10)),
    "mobilenet": (build_mobilenet, (3, 48, 48)),
}
"""What builds a network, and the shape of its input."""


def quantize(path: Path, name: str, activations: str, weights: str, *, per_channel: bool) -> Writer:
    """Writes the network `name` with the quantizer's types `activations` and `weights`.

    Weights of 8 bits have a reduced range: ONNX Runtime's operators on integers saturate sums of
    two products where the CPU lacks VNNI.
    """
    quantization: Any = import_module("onnxruntime.quantization")
    build, shape = NETWORKS[name]
    writer = Writer(shape=(1, *shape))
    writer.images = draw_images(writer.generator, 32, shape)
    model = writer.build([build(writer)])
    batches = iter([{"x": image[None]} for image in writer.images])

    class Reader(quantization.CalibrationDataReader):
        def get_next(self) -> dict[str, Array] | None:
            return next(batches, None)

    quantization.quantize_static(
        model,
        str(path),
        Reader(),
        quant_format=quantization.QuantFormat.QDQ,
        activation_type=getattr(quantization.QuantType, activations),
        weight_type=getattr(quantization.QuantType, weights),
        per_channel=per_channel,
        reduce_range=weights.endswith("8"),
    )
    return writer
