"""The digits example: the committed model, and its demonstration."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.driver import load_module
from cmixdsl.execution import run_module
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context

LEAST_CORRECT = 342
"""95 % of the held-out images."""


@pytest.fixture(scope="module")
def folder(repository: Path) -> Path:
    """The folder of the example."""
    return repository / "examples" / "digits"


@pytest.fixture(scope="module")
def module(folder: Path) -> ModuleOp:
    """The committed model."""
    return load_module(build_context(), folder / "digits.mlir")


@pytest.fixture(scope="module")
def layers(module: ModuleOp) -> Sequence[ContractionOperation]:
    """The layers with weights, in order."""
    return [op for op in module.walk() if isinstance(op, ContractionOperation)]


@pytest.fixture(scope="module")
def images(folder: Path) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Held-out images [N, 8, 8, 1] and their labels [N]."""
    with np.load(folder / "test_images.npz") as arrays:
        return arrays["x"], arrays["y"]


def test_only_the_first_and_last_weights_have_8_bits(
    layers: Sequence[ContractionOperation],
) -> None:
    bits = [layer.filter_type.bits for layer in layers]
    assert (bits[0], bits[-1]) == (8, 8)
    assert set(bits[1:-1]) == {2, 4}


def test_activations_have_8_4_and_2_bits(layers: Sequence[ContractionOperation]) -> None:
    assert {layer.input_type.bits for layer in layers} == {2, 4, 8}
    assert {layer.output_type.bits for layer in layers} == {2, 4, 8}


def test_all_kinds_of_requantization_occur(layers: Sequence[ContractionOperation]) -> None:
    assert {layer.requant.name for layer in layers} == {
        "cmix.icn",
        "cmix.thresholds",
        "cmix.fixed_point",
    }
    assert {layer.requant.channels for layer in layers} >= {1, 16}
    assert {len(layer.filter_zero) for layer in layers} >= {1, 16}


def test_interpreter_reads_the_held_out_digits(
    module: ModuleOp, images: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
) -> None:
    pixels, labels = images
    assert pixels.shape == (360, 8, 8, 1)
    read = [int(run_module(module, [image])[0].argmax()) for image in pixels]
    assert np.count_nonzero(read == labels) >= LEAST_CORRECT


@pytest.mark.skipif("embedded" not in available_simulators(), reason="needs cmixdsl[sim]")
def test_demonstration_agrees_with_the_interpreter(repository: Path) -> None:
    demo = subprocess.run(
        [sys.executable, "-m", "examples.digits"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (demo.returncode, demo.stderr) == (0, "")
    assert "360 of 360" in demo.stdout
