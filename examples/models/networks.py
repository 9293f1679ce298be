"""The networks: their files, what computes the right results, and what is published about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Reference: TypeAlias = Callable[[Array], Array]
"""From one input of the network's integers, without a batch dimension, to its output."""

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "models"
"""Where the files are, beside the repository."""

CUBE_AI = "X-CUBE-AI 9"
"""Figures from milliseconds and clocks of MLPerf Tiny v1.2: 120 MHz (M4), 280 MHz (M7)."""
MICRO_TVM = "microTVM"
"""With kernels of CMSIS-NN; from MLPerf Tiny v1.0: 389.6 ms and 99.8 ms at 120 MHz."""


@dataclass(frozen=True)
class Network:
    """One network."""

    title: str
    file: str
    extra: str
    """The extra of cmixdsl that imports it."""
    build_reference: Callable[[bytes], Reference]
    """From the file's content; raises ModuleNotFoundError where its package is not installed."""
    published: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict[str, dict[str, float]]
    )
    """Of `CUBE_AI` and `MICRO_TVM`, target to MACs per cycle on a board with such a core."""

    @property
    def path(self) -> Path:
        """The file."""
        return FOLDER / self.file


def build_tflite_reference(content: bytes) -> Reference:
    """What TensorFlow Lite Micro computes."""
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(content, arena_size=1 << 22)

    def run(values: Array) -> Array:
        interpreter.set_input(values.astype("int8").reshape(1, *values.shape), 0)
        interpreter.invoke()
        output = interpreter.get_output(0)
        return output.reshape(prod(output.shape))

    return run


NETWORKS = (
    Network(
        "ResNet-8, image classification",
        "ic_resnet8_int8.tflite",
        "tflite",
        build_tflite_reference,
        {CUBE_AI: {"cortex-m4": 0.63, "cortex-m7": 1.09}, MICRO_TVM: {"cortex-m4": 0.27}},
    ),
    Network(
        "DS-CNN, keyword spotting",
        "kws_dscnn_int8.tflite",
        "tflite",
        build_tflite_reference,
        {CUBE_AI: {"cortex-m4": 0.51, "cortex-m7": 0.84}, MICRO_TVM: {"cortex-m4": 0.22}},
    ),
)
