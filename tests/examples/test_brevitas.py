"""The network trained with Brevitas, compiled and run on the emulated core."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cmixdsl.deployment import compile_network
from cmixdsl.frontends.load import load_network
from cmixdsl.universe import build_context

pytest.importorskip("onnx")
pytest.importorskip("unicorn")


def test_core_answers_as_pytorch(repository: Path, full: bool) -> None:
    folder = repository / "examples" / "brevitas"
    with np.load(folder / "test_images.npz") as arrays:
        pixels, logits = arrays["x"], arrays["logits"]
    count = len(logits) if full else 40
    network = load_network(build_context(), folder / "digits_qonnx.onnx")
    result = compile_network(network).run(pixels[:count] / np.float32(16))
    found, wanted = result.outputs[0].argmax(1), logits[:count].argmax(1)
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.full
def test_demonstration(repository: Path) -> None:
    command = [sys.executable, "-m", "examples.brevitas"]
    result = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    assert "Cortex-M4, integers" in result.stdout
