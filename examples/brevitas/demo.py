"""Runs the held-out images through the network that Brevitas trained, on an emulated Cortex-M4.

From the repository's root: `python -m examples.brevitas`. PyTorch's answers lie in
`test_images.npz`, so it needs neither PyTorch nor Brevitas.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.deployment import Result, compile_network
from cmixdsl.frontends.load import load_network
from cmixdsl.universe import build_context

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Images:
    """The held-out images, and what PyTorch makes of them."""

    pixels: npt.NDArray[np.uint8]
    """[N, 8, 8, 1], 0 to 16."""
    labels: npt.NDArray[np.uint8]
    """[N], 0 to 9."""
    logits: npt.NDArray[np.float32]
    """[N, 10], of the network with fake quantization in PyTorch."""


def load_images() -> Images:
    """Reads `test_images.npz`."""
    with np.load(FOLDER / "test_images.npz") as arrays:
        return Images(arrays["x"], arrays["y"], arrays["logits"])


def load_digits(context: Context) -> ModuleOp:
    """The network at level 1."""
    return load_network(context, FOLDER / "digits_qonnx.onnx")


def run_images(target: str, pixels: npt.NDArray[np.uint8]) -> Result:
    """Compiles the network and runs it once for each image, whose real numbers are 0 to 1."""
    return compile_network(load_digits(build_context()), target).run(pixels / np.float32(16))


def main() -> None:
    """Prints how the core's answers compare with PyTorch's."""
    images = load_images()
    result = run_images("cortex-m4", images.pixels)
    found, wanted = result.outputs[0].argmax(1), images.logits.argmax(1)
    table = Table("of 360 held-out images", "right", title="digits, trained with Brevitas")
    table.add_row("PyTorch, fake quantization", f"{100 * (wanted == images.labels).mean():.2f} %")
    table.add_row("Cortex-M4, integers", f"{100 * (found == images.labels).mean():.2f} %")
    table.add_row("equal answers", f"{(found == wanted).sum()}")
    table.add_row("instructions an image", f"{result.statistics.instructions:,}")
    Console().print(table)
