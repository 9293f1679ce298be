"""Networks from Python to C on this computer and back, against numpy."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.deployment import Deployment, compile_network, interpret_network
from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.network import Network
from cmixdsl.parsing import parse_module
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context

INPUT = UniformType(8, False, [0.5], [10])
WEIGHTS = UniformType(4, True, [0.25], [0])
OUTPUT = UniformType(8, True, [0.5], [-3])

STORED_WEIGHTS = np.array([[1, -2, 3, -4], [5, 6, -7, 7], [0, 0, 1, -8]])
BIAS = np.array([1.0, -2.5, 0.25])


def build_network() -> ModuleOp:
    """One fully connected layer."""
    net = Network("tiny")
    x = net.input((4,), INPUT)
    w = net.constant(STORED_WEIGHTS, WEIGHTS)
    return net.build(net.fully_connected(x, w, BIAS, output=OUTPUT, name="fc"))


def compute_steps(stored: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """The layer by its formula, in steps of the output, not rounded yet; all of it is exact."""
    return (0.25 * STORED_WEIGHTS @ (0.5 * (stored.astype(np.float64) - 10)) + BIAS) / 0.5


def compute(stored: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """The layer in real numbers, rounded half to even and saturated."""
    return 0.5 * (np.clip(np.rint(compute_steps(stored)) - 3, -128, 127) + 3)


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    """The layer, compiled."""
    return compile_network(build_network(), "portable")


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    """The quickest way to run C here."""
    simulators = available_simulators()
    if "host" not in simulators:
        pytest.skip("no C compiler for this computer")
    return "host"


def test_interpreted() -> None:
    stored = np.array([10, 12, 255, 0])
    (found,) = interpret_network(build_network(), stored)
    assert found.tolist() == compute(stored).tolist()
    (again,) = interpret_network(build_network(), 0.5 * (stored - 10))
    assert again.tolist() == found.tolist()


def test_run_on_stored_integers(deployment: Deployment, simulator: Simulator) -> None:
    images = np.random.default_rng(0).integers(0, 256, (50, 4))
    result = deployment.run(images, simulator=simulator)
    (found,) = result.outputs
    expected = np.array([compute(image) for image in images])
    # Integers always round ties up or down, real numbers to even.
    is_tie = np.array([compute_steps(image) % 1 == 0.5 for image in images])
    np.testing.assert_array_equal(found[~is_tie], expected[~is_tie])
    assert np.abs(found - expected).max() <= 0.5
    np.testing.assert_array_equal(found, 0.5 * (result.stored[0] + 3.0))


def test_run_on_real_numbers(deployment: Deployment, simulator: Simulator) -> None:
    stored = np.array([10, 12, 255, 0], np.uint8)
    reals = 0.5 * (stored.astype(np.float64) - 10) + 0.1
    of_reals = deployment.run(reals, simulator=simulator)
    of_stored = deployment.run(stored, simulator=simulator)
    assert of_reals.stored[0].tolist() == of_stored.stored[0].tolist()
    assert of_reals.outputs[0].shape == (3,)


def test_network_stays_as_it_is() -> None:
    network = build_network()
    text = str(network)
    compile_network(network, "portable")
    assert str(network) == text


def build_branches() -> ModuleOp:
    """Two inputs; outputs are an input, one value twice, and values that other layers read too."""
    net = Network("branches")
    x, y = (net.input((4, 4, 3), UniformType(8, False, [0.5], [10]), name=name) for name in "xy")
    w = net.constant(np.arange(-6, 6).reshape(4, 1, 1, 3), WEIGHTS)
    conv = net.conv2d(x, w, output=UniformType(4, False, [1.0], [7]), name="conv")
    both = net.add(x, y, output=UniformType(8, True, [1.0], [0]), name="both")
    pool = net.max_pool2d(both, (2, 2), name="pool")
    return net.build(conv, y, pool, conv, both)


@pytest.mark.parametrize("name", ["host", "embedded"])
def test_several_inputs_and_outputs(name: Simulator) -> None:
    if name not in available_simulators():
        pytest.skip(f"no simulator {name}")
    x, y = np.random.default_rng(1).integers(0, 256, (2, 4, 4, 3))
    left, right = (0.5 * (stored - 10.0) for stored in (x, y))
    weights = 0.25 * np.arange(-6, 6).reshape(4, 3)
    conv = np.clip(np.rint(left @ weights.T) + 7, 0, 15) - 7
    both = np.clip(left + right, -128, 127)
    pool = both.reshape(2, 2, 2, 2, 3).max((1, 3))
    found = compile_network(build_branches(), "cortex-m4").run(x, y, simulator=name).outputs
    for result, expected in zip(found, (conv, right, pool, conv, both), strict=True):
        # Halves are rounded to either side.
        assert np.abs(result - expected).max() <= 0.5


def test_sources_are_written(deployment: Deployment, tmp_path: Path) -> None:
    paths = deployment.write(tmp_path)
    assert {"tiny.h", "tiny.c", "summary.json"} <= {path.name for path in paths}
    assert all(path.parent == tmp_path and path.is_file() for path in paths)


def test_refused(deployment: Deployment) -> None:
    with pytest.raises(CmixError, match="expected 1 input arrays, found 2"):
        deployment.run(np.zeros(4), np.zeros(4))
    with pytest.raises(CmixError, match=r"input 0: expected values in \[0, 255\] for u8"):
        deployment.run(np.array([0, 0, 0, 256]))
    with pytest.raises(CmixError, match="unknown target 'z80'"):
        compile_network(build_network(), "z80")
    text = b"func.func @net(%x: !cmix.packed<4xui8>) { func.return }"
    with pytest.raises(CmixError, match=r"expected tensors of f32 or of !quant.uniform, found"):
        compile_network(parse_module(build_context(), text, "level 2"))


def test_shapes_of_inputs() -> None:
    with pytest.raises(
        CmixError, match=r"input 0: expected an array of shape \(4,\), found \(5,\)"
    ):
        run_module(build_network(), [np.zeros(5, np.uint8)])
    with pytest.raises(CmixError, match="input 0: expected integers, found float64"):
        run_module(build_network(), [np.zeros(4)])
    with pytest.raises(CmixError, match="expected 1 input arrays, found 0"):
        run_module(build_network(), [])
    with pytest.raises(CmixError, match=r"expected values in \[0, 255\], found 300 at \(1,\)"):
        run_module(build_network(), [np.array([0, 300, 0, 0])])
