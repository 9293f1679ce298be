"""The example of a pointwise convolution builds with its Makefile and prints what numpy expects."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cmixdsl.packing import unpack

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "01_pointwise_conv"
WEIGHTS = bytes.fromhex("FFE42279F3BD068366A852C1BB9651F3CD18EC08F6A4E724D26FACD2AEB0DAF2")
BIAS = [-1004, -753, 1476, -307]


def compute_output() -> str:
    """What the layer of model.mlir gives for the input of main.c."""
    index = np.arange(8 * 8 * 16, dtype=np.int64)
    x = ((index * index + 7 * index) % 256).reshape(64, 16)
    w = unpack(np.frombuffer(WEIGHTS, np.uint8), (4, 16), 4, False).astype(np.int64)
    accumulator = np.array(BIAS) + (x - 128) @ (w - 8).T
    y = np.clip((accumulator * 1518500250 >> 32 >> 8) + 4, 0, 15)
    return "".join(" ".join(map(str, row)) + "\n" for row in y)


def run_make(folder: Path, target: str) -> None:
    binaries = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": os.pathsep.join([binaries, os.environ["PATH"]])}
    ran = subprocess.run(
        ["make", target], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def copy_example(tmp_path: Path, *tools: str) -> Path:
    """A copy of the example; skips the test where a tool is missing."""
    for tool in ("make", *tools):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "example"))


def test_expected_output() -> None:
    assert (EXAMPLE / "expected.txt").read_text() == compute_output()


def test_weights_are_those_of_the_model() -> None:
    assert WEIGHTS.hex().upper() in (EXAMPLE / "model.mlir").read_text()


def test_host(tmp_path: Path) -> None:
    folder = copy_example(tmp_path, "cc")
    run_make(folder, "check")
    assert (folder / "build" / "output.txt").read_text() == compute_output()


def test_arm(tmp_path: Path) -> None:
    run_make(copy_example(tmp_path, "arm-none-eabi-gcc"), "arm")
