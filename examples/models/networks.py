"""The networks: their files, their inputs, what is right, and what is published about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.benchmark.networks import build_autoencoder, build_mobilenet
from cmixdsl.model import Model, build_random_inputs

Array: TypeAlias = npt.NDArray[Any]

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "models"
"""Where the files are, beside the repository."""

CUBE_AI = "X-CUBE-AI 9"
"""Figures from milliseconds and clocks of MLPerf Tiny v1.2: 120 MHz (M4), 280 MHz (M7)."""
MICRO_TVM = "microTVM"
"""With kernels of CMSIS-NN; from MLPerf Tiny v1.0: 389.6 ms and 99.8 ms at 120 MHz."""
LEAST_DECIBELS = 40.0
"""Of pictures; differences that are smaller than this nobody sees."""


@dataclass(frozen=True)
class Verdict:
    """What comparing outputs with the reference's says."""

    text: str
    is_right: bool


BuildNetwork: TypeAlias = Callable[[], ModuleOp]
"""Draws a network of level 2; equal calls give equal networks."""
DrawInputs: TypeAlias = Callable[[Model, int], Array]
"""That many inputs of a network, as stored integers."""
Judge: TypeAlias = Callable[[Array, Array, float], Verdict]
"""Compares outputs in stored integers with the reference's, given the real size of a step."""


def draw_random_inputs(model: Model, count: int) -> Array:
    """Random elements over the whole range of the network's one input."""
    return np.stack([build_random_inputs(model, seed)[0] for seed in range(count)])


def draw_picture(model: Model, _: int) -> Array:
    """One picture with waves, a gradient and an edge, in 8 bits for red, green and blue."""
    height, width, _ = model.inputs[0].get_shape()
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width]).reshape(2, 1, 1)
    colours = [0.5 + 0.5 * np.sin(9 * x + 3 * y), np.sqrt(x * y), (x > 0.5) * y]
    return np.rint(np.stack(colours, -1) * 255).astype(np.int32)[None]


def count_equal(found: Array, expected: Array, _: float) -> Verdict:
    """Every output must be the reference's."""
    equal = sum(np.array_equal(*pair) for pair in zip(found, expected, strict=True))
    return Verdict(f"{equal} of {len(found)} equal", equal == len(found))


def measure_noise(found: Array, expected: Array, step: float) -> Verdict:
    """The peak signal-to-noise ratio of pictures whose numbers go from 0 to 1."""
    error = float(np.square((found - expected) * step).mean())
    decibels = -10 * np.log10(error) if error else np.inf
    return Verdict(f"PSNR {decibels:.1f} dB", bool(decibels > LEAST_DECIBELS))


@dataclass(frozen=True)
class Network:
    """One network."""

    title: str
    source: str | BuildNetwork
    """A file's name, or what draws a network of the same shape where there is no file."""
    published: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict[str, dict[str, float]]
    )
    """Of `CUBE_AI` and `MICRO_TVM`, target to MACs per cycle on a board with such a core."""
    targets: tuple[str, ...] = ("cortex-m4", "cortex-m7")
    part_kib: tuple[int, int] | None = None
    """Flash and RAM of the part that the network is meant for, where it may exceed them."""
    draw_inputs: DrawInputs = draw_random_inputs
    judge: Judge = count_equal

    @property
    def origin(self) -> Path | BuildNetwork:
        """The file, or what draws the network."""
        return FOLDER / self.source if isinstance(self.source, str) else self.source


NETWORKS = (
    Network(
        "ResNet-8, image classification",
        "ic_resnet8_int8.tflite",
        {CUBE_AI: {"cortex-m4": 0.63, "cortex-m7": 1.09}, MICRO_TVM: {"cortex-m4": 0.27}},
    ),
    Network(
        "DS-CNN, keyword spotting",
        "kws_dscnn_int8.tflite",
        {CUBE_AI: {"cortex-m4": 0.51, "cortex-m7": 0.84}, MICRO_TVM: {"cortex-m4": 0.22}},
    ),
    Network(
        "MobileNetV1 0.25, visual wake words, random weights",
        partial(build_mobilenet, 96, 0.25, classes=2, flavour="fixed"),
        {CUBE_AI: {"cortex-m4": 0.70, "cortex-m7": 1.12}},
    ),
    Network(
        "autoencoder, anomaly detection, random weights",
        partial(build_autoencoder, flavour="fixed"),
    ),
    Network(
        "ESPCN, super-resolution, 8 and 4 bits",
        "espcn_subpixel_w8w4_qonnx.onnx",
        targets=("cortex-m7",),
        part_kib=(2048, 1024),  # STM32H743
        draw_inputs=draw_picture,
        judge=measure_noise,
    ),
)
