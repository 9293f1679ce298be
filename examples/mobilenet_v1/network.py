"""MobileNetV1 (Howard et al., arXiv 1704.04861) at level 1, with seeded random weights.

Every layer is a convolution, batch normalization and ReLU6. Batch normalization is calibrated: its
mean and variance are those of the layer's result for random images, computed in real numbers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.quant import UniformType
from cmixdsl.interpreters.qnn_layers import compute_conv2d, compute_depthwise_conv2d
from cmixdsl.network import Network

Reals = npt.NDArray[np.float64]

POINTWISE_FILTERS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
CLASSES = 1000
EPSILON = 1e-3

PIXEL = UniformType(8, False, [1 / 128], [128])
ACTIVATION = UniformType(8, False, [6 / 255], [0])
"""ReLU6 in 255 steps; qnn-assign-bits makes fewer of them."""
SCORE = UniformType(8, True, [0.1], [0])


@dataclass
class Builder:
    """Appends layers to a network and follows one random image through it."""

    network: Network
    generator: np.random.Generator
    value: SSAValue
    image: Reals
    """What `value` is, in real numbers."""

    def conv2d(self, filters: int, kernel: int, stride: int, name: str) -> None:
        """A convolution of all channels."""
        channels = self.image.shape[2]
        weights = self._draw((filters, kernel, kernel, channels), kernel * kernel * channels)
        window = self._get_window(kernel, stride)
        result = self.network.conv2d(
            self.value,
            weights,
            strides=(stride, stride),
            padding=window.padding,
            name=f"{name}_sum",
        )
        self._finish(result, compute_conv2d(self.image, weights, window), name)

    def depthwise_conv2d(self, stride: int, name: str) -> None:
        """A convolution of each channel by itself."""
        weights = self._draw((3, 3, self.image.shape[2]), 9)
        window = self._get_window(3, stride)
        result = self.network.depthwise_conv2d(
            self.value,
            weights,
            strides=(stride, stride),
            padding=window.padding,
            name=f"{name}_sum",
        )
        self._finish(result, compute_depthwise_conv2d(self.image, weights, window), name)

    def classify(self) -> SSAValue:
        """The mean of each channel, and a score for each class."""
        mean = self.network.global_avg_pool2d(self.value, output=ACTIVATION, name="pool")
        channels = self.image.shape[2]
        weights = self._draw((CLASSES, channels), channels)
        return self.network.fully_connected(mean, weights, output=SCORE, name="fc")

    def _draw(self, shape: tuple[int, ...], terms: int) -> Reals:
        return self.generator.normal(0, np.sqrt(2 / terms), shape).astype(np.float32).astype(float)

    def _get_window(self, kernel: int, stride: int) -> Window:
        """Padding of 1 on all sides for a 3x3 kernel and stride 1, as SAME else."""
        sides: list[int] = []
        for size in self.image.shape[:2]:
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            sides += [total // 2, total - total // 2]
        padding = (sides[0], sides[1], sides[2], sides[3])
        return Window((kernel, kernel), (stride, stride), padding)

    def _finish(self, result: SSAValue, reals: Reals, name: str) -> None:
        """Normalizes to mean 1.5 and deviation 1.5, limits to [0, 6] and quantizes."""
        mean, variance = reals.mean(axis=(0, 1)), reals.var(axis=(0, 1))
        # Few pixels of one image say little about a channel: what all channels do counts too.
        variance = np.maximum(variance, reals.var() / 4)
        channels = len(mean)
        scale = self.generator.uniform(0.75, 2.0, channels)
        scale *= self.generator.choice([-1, 1], channels)
        offset = self.generator.normal(1.5, 0.5, channels)
        normalized = self.network.batch_norm(
            result, scale, offset, mean, variance, epsilon=EPSILON, name=f"{name}_norm"
        )
        self.value = self.network.clamp(
            normalized, minimum=0.0, maximum=6.0, output=ACTIVATION, name=name
        )
        deviation = np.sqrt(variance + EPSILON)
        self.image = np.clip(scale * (reals - mean) / deviation + offset, 0, 6)


def build_mobilenet(size: int, alpha: float, seed: int = 0) -> ModuleOp:
    """The network for images of `size` by `size` pixels and channel counts times `alpha`."""
    generator = np.random.default_rng(seed)
    network = Network("mobilenet")
    image = network.input((size, size, 3), PIXEL, name="image")
    builder = Builder(network, generator, image, generator.uniform(-1, 1, (size, size, 3)))
    builder.conv2d(int(32 * alpha), 3, 2, "conv0")
    for number, (stride, filters) in enumerate(zip(STRIDES, POINTWISE_FILTERS, strict=True), 1):
        builder.depthwise_conv2d(stride, f"dw{number}")
        builder.conv2d(int(filters * alpha), 1, 1, f"pw{number}")
    return network.build(builder.classify())
