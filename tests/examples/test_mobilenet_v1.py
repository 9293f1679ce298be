"""MobileNetV1: its shapes, its bits, and the example's command."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cmixdsl.driver import apply_pipeline
from cmixdsl.execution import run_module
from cmixdsl.model import find_function
from cmixdsl.passes.bits.network import BitsNetwork
from cmixdsl.passes.bits.qnn_network import read_network
from cmixdsl.passes.legalization import FOLD_QNN
from cmixdsl.pipelines import get_pipeline
from cmixdsl.universe import build_context
from examples.mobilenet_v1.network import build_mobilenet

ROOT = Path(__file__).resolve().parent.parent.parent


def test_layers() -> None:
    module = build_mobilenet(32, 0.25)
    apply_pipeline(build_context(), module, FOLD_QNN)
    network = read_network(find_function(module)).network
    assert len(network.weighted_layers) == 28
    assert describe(network, 0) == ("conv0", "shallow", 32 * 32 * 3, 16 * 16 * 8, 27 * 8, 8)
    assert describe(network, 3) == ("dw2", "strided", 16 * 16 * 16, 8 * 8 * 16, 9 * 16, 16)
    assert describe(network, 26) == ("pw13", "pointwise", 256, 256, 256 * 256, 256)
    assert describe(network, 27) == ("pool", None, 256, 256, 0, 0)
    assert describe(network, 28) == ("fc", "matrix", 256, 1000, 256_000, 1000)


def describe(network: BitsNetwork, index: int) -> tuple[str, str | None, int, int, int, int]:
    layer = network.layers[index]
    (source,) = layer.inputs
    sizes = network.tensors[source].elements, network.tensors[layer.output].elements
    return layer.name, layer.kind, *sizes, layer.weight_elements, layer.channels


def test_fewer_bits_are_nearly_the_same_network() -> None:
    context = build_context()
    module = build_mobilenet(16, 0.25)
    apply_pipeline(context, module, FOLD_QNN)
    image = np.random.default_rng(2).integers(0, 256, (16, 16, 3))
    apply_pipeline(context, module, get_pipeline("qnn-assign-bits{flash=500000 ram=1500}"))
    assert "8x8x16x!quant.uniform<u4:f32" in str(module)
    (real,) = run_module(module, [image])
    apply_pipeline(context, module, get_pipeline("convert-qnn-to-cmix"))
    (found,) = run_module(module, [image])
    assert np.corrcoef(real, found)[0, 1] > 0.9


def test_small_example_in_little_memory() -> None:
    # 28 layers; with a reserve for the stack and a bit of code and tables there is no room for 8
    # bits everywhere.
    run_example("--alpha", "0.25", "--size", "32", "--flash", "409600", "--ram", "14336")


@pytest.mark.full
@pytest.mark.parametrize(("alpha", "size"), [("0.25", "128"), ("0.75", "224")])
def test_example(alpha: str, size: str) -> None:
    run_example("--alpha", alpha, "--size", size)


def run_example(*options: str) -> None:
    command = [sys.executable, "-m", "examples.mobilenet_v1", *options]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "equals the interpreter's, byte for byte" in result.stdout
