"""Imported networks compute what TensorFlow Lite Micro computes, every layer, byte for byte."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("tflite")
pytest.importorskip("tflite_micro")

from frontends.oracle import Oracle, expose_layers, get_input_shapes
from frontends.tflite_cases import (
    LAYERS,
    build_autoencoder,
    build_layer,
    build_residual_network,
    build_wake_words,
)

from cmixdsl.devices import get_device
from cmixdsl.driver import CompiledModel, apply_pipeline, compile_module
from cmixdsl.execution import run_module
from cmixdsl.frontends.load import load_network
from cmixdsl.frontends.tflite.importer import import_network
from cmixdsl.pipelines import choose_pipeline, get_pipeline
from cmixdsl.running import run_compiled
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context

Arrays = list[npt.NDArray[Any]]

MODELS = ("ic_resnet8_int8", "kws_dscnn_int8")


def draw_inputs(content: bytes, count: int, seed: int = 0) -> list[Arrays]:
    """Random inputs of a network over the whole range of INT8."""
    generator = np.random.default_rng(seed)
    return [
        [generator.integers(-128, 128, shape, np.int8) for shape in get_input_shapes(content)]
        for _ in range(count)
    ]


def check_layers(content: bytes, inputs: Sequence[Arrays]) -> None:
    """Level 2 gives the output of every layer."""
    context = build_context()
    module = import_network(context, expose_layers(content), Path("net.tflite"))
    apply_pipeline(context, module, get_pipeline("legalize"))
    oracle = Oracle(content)
    for arrays in inputs:
        expected = oracle.run(arrays)
        found = run_module(module, [array.astype(np.int32) for array in arrays])
        for layer, (left, right) in enumerate(zip(found, expected, strict=True)):
            np.testing.assert_array_equal(left, right, err_msg=f"layer {layer}")


def compile_network(path: Path) -> CompiledModel:
    """The network in a file, compiled as `cmixc` does."""
    context = build_context()
    device = get_device("cortex-m4")
    passes = choose_pipeline(device.pipeline, None, None)
    return compile_module(context, load_network(context, path), device, passes)


def check_program(path: Path, inputs: Sequence[Arrays], simulator: Any) -> None:
    """The C gives the network's output."""
    oracle = Oracle(path.read_bytes())
    stacked = [np.stack(arrays).astype(np.int32) for arrays in zip(*inputs, strict=True)]
    outputs = run_compiled(compile_network(path), stacked, simulator).outputs[0]
    for image, arrays in enumerate(inputs):
        expected = oracle.run(arrays)[-1]
        np.testing.assert_array_equal(outputs[image], expected, err_msg=f"image {image}")


@pytest.mark.parametrize("name", LAYERS)
def test_layer(name: str, full: bool) -> None:
    for seed in range(20 if full else 2):
        content = build_layer(name, seed)
        check_layers(content, draw_inputs(content, 3))


@pytest.mark.parametrize("build", [build_residual_network, build_autoencoder])
def test_network(build: Any, full: bool) -> None:
    for seed in range(5 if full else 1):
        content = build(seed)
        check_layers(content, draw_inputs(content, 3))


@pytest.mark.full
def test_wake_words() -> None:
    content = build_wake_words(0)
    check_layers(content, draw_inputs(content, 3))


@pytest.mark.parametrize("simulator", ["embedded", pytest.param("host", marks=pytest.mark.full)])
def test_program(simulator: Any, tmp_path: Path) -> None:
    if simulator not in available_simulators():
        pytest.skip(f"the tools of simulator {simulator} are not installed")
    path = tmp_path / "residual.tflite"
    path.write_bytes(build_residual_network(0))
    check_program(path, draw_inputs(path.read_bytes(), 5), simulator)


@pytest.mark.parametrize("name", MODELS)
def test_real_network(shared_folder: Path, name: str, full: bool) -> None:
    content = (shared_folder / "models" / f"{name}.tflite").read_bytes()
    check_layers(content, draw_inputs(content, 1000 if full else 2))


def test_real_input(shared_folder: Path) -> None:
    content = (shared_folder / "models" / "kws_dscnn_int8.tflite").read_bytes()
    values = np.load(shared_folder / "models" / "kws_input.npy")
    check_layers(content, [[values.reshape(49, 10, 1)]])


@pytest.mark.full
@pytest.mark.parametrize(("simulator", "images"), [("host", 1000), ("embedded", 20)])
@pytest.mark.parametrize("name", MODELS)
def test_real_program(shared_folder: Path, name: str, simulator: Any, images: int) -> None:
    path = shared_folder / "models" / f"{name}.tflite"
    check_program(path, draw_inputs(path.read_bytes(), images), simulator)
