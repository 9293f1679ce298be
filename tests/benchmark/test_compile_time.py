"""The compiler's time grows with the network and no faster; the script that shows it runs."""

import importlib.util
import resource
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cmixdsl.benchmark.cases import LAYERS_FOLDER
from cmixdsl.benchmark.networks import MOBILENET_BLOCKS, build_mobilenet, build_pointwise_chain
from cmixdsl.benchmark.redraw import Bits, redraw_layer
from cmixdsl.driver import load_module
from cmixdsl.execution import run_module
from cmixdsl.model import build_random_inputs, find_model, get_layers
from cmixdsl.passes.outline_layers import OutlineLayersPass
from cmixdsl.universe import build_context

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "compile_time.py"

LIMIT_SECONDS = 2.5
"""Of a process that compiles a layer; the goal is 2, but a busy processor does less in a second."""

TURNS = 4_000_000
TURNS_SECONDS = 0.25
"""Slower processors, on which a loop of so many turns takes longer, get more time in proportion."""


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("compile_time", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "compile_time", module)
    spec.loader.exec_module(module)
    return module


def get_slowness() -> float:
    """How many times `TURNS_SECONDS` the loop takes at present; at least 1."""
    start = time.process_time()
    total = 0
    for turn in range(TURNS):
        total += turn * turn % 7
    assert total
    return max(1.0, (time.process_time() - start) / TURNS_SECONDS)


def test_time_grows_linearly_with_layers(script: ModuleType):
    script.measure_layers((1,), 64)
    few, many = script.measure_layers((4, 24), 2400)
    assert (few.layers, many.layers) == (4, 24)
    # Six times the layers, and room for a busy computer; a quadratic compiler would take 36 times.
    assert many.seconds < 15 * few.seconds


def test_time_grows_no_faster_than_weights(script: ModuleType):
    script.measure_layers((1,), 64)
    few, many = script.measure_weights((2_000, 128_000), layers=2)
    assert many.weight_bytes > 50 * few.weight_bytes
    assert many.seconds < 30 * few.seconds


@pytest.mark.parametrize(("name", "bits"), [("L1", Bits(2, 2, 2)), ("L6", Bits(2, 8, 2))])
def test_layers_compile_soon(name: str, bits: Bits, tmp_path: Path):
    """Those that take longest, the start of the process included."""
    template = load_module(build_context(), LAYERS_FOLDER / f"{name}.mlir")
    module = redraw_layer(template, bits, "PC+ICN", seed=0)
    path = tmp_path / "layer.mlir"
    path.write_text(str(module), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = (sys.executable, "-m", "cmixdsl.tools.cmixc", "compile", path, "-o", tmp_path / "out")
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < LIMIT_SECONDS * get_slowness()


def get_loaded_modules(*imports: str) -> list[str]:
    """Names of what a new process has loaded after some imports."""
    loaded = f"import sys, {', '.join(imports)}; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    return result.stdout.split()


def test_compiling_loads_nothing_else():
    """Loading interpreters alone takes as long as compiling a layer."""
    modules = get_loaded_modules("cmixdsl.tools.cmixc", "cmixdsl.tools.commands")
    assert "cmixdsl.pipelines" in modules
    for other in ("xdsl.interpreters", "cmixdsl.dialects.qnn", "cmixdsl.simulator.simulate"):
        assert other not in modules


def test_command_line_is_checked_before_anything_loads():
    """Help takes a tenth of the time that xDSL takes to load."""
    modules = get_loaded_modules("cmixdsl.tools.cmixc")
    assert "cmixdsl.tools.arguments" in modules
    assert not {"xdsl", "numpy", "rich"} & set(modules)


def test_script_prints_a_row_for_each_network():
    result = subprocess.run(
        [sys.executable, SCRIPT, "--quick"], capture_output=True, text=True, check=True
    )
    for name in ("2 layers", "4 layers", "0.0 MB", "MobileNetV1"):
        assert name in result.stdout


def test_mobilenet_has_the_layers_of_the_paper():
    module = build_mobilenet(32, 0.25)
    model = find_model(module)
    assert [packed.get_shape() for packed in (*model.inputs, *model.outputs)] == [
        (32, 32, 3),
        (1000,),
    ]
    OutlineLayersPass().apply(build_context(), module)
    # Howard et al. count 28: a convolution, 13 pairs, a fully connected layer. The average between
    # them is ours.
    layers = get_layers(module)
    assert len(layers) == 1 + 2 * len(MOBILENET_BLOCKS) + 2
    # Keras counts 475,544 parameters at width 0.25: with four for each of 2,736 channels that batch
    # normalization has, and a bias for each class.
    assert sum(layer.weight_bytes for layer in layers) == 475_544 - 4 * 2_736 - 1_000
    assert sum(layer.weight_bytes for layer in layers if layer.name == "fc0") == 256_000


def test_outputs_of_networks_depend_on_their_inputs():
    for module in (build_pointwise_chain(4, 256), build_mobilenet(32, 0.25, classes=10)):
        model = find_model(module)
        outputs = [run_module(module, build_random_inputs(model, seed))[0] for seed in (1, 2)]
        assert not np.array_equal(outputs[0], outputs[1])
        assert len(np.unique(outputs[0])) > 3


def test_equal_seeds_give_equal_networks():
    texts = [str(build_pointwise_chain(2, 64, seed=seed)) for seed in (5, 5, 6)]
    assert texts[0] == texts[1] != texts[2]
