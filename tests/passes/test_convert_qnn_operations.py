"""Every other operation of level 1: integers against the real-valued interpreter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from xdsl.dialects.builtin import StringAttr, f32
from xdsl.dialects.func import FuncOp
from xdsl.ir import SSAValue

from cmixdsl.dialects.quant import UniformType
from cmixdsl.driver import legalize
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.graph_model import find_graph_model
from cmixdsl.network import Network
from cmixdsl.passes.qnn.layer_requantization import REQUANTIZATIONS
from cmixdsl.universe import build_context

U8 = UniformType(8, False, [0.02], [128])
U4 = UniformType(4, False, [0.3], [2])
FINER_U4 = UniformType(4, False, [0.157], [2])
COARSER_U4 = UniformType(4, False, [1.013], [2])
FINEST = UniformType(8, False, [2.0**-22], [3])
S8 = UniformType(8, True, [0.035], [-7])
S4 = UniformType(4, True, [0.4], [-3], storage_min=-7)
U2 = UniformType(2, False, [1.0], [1])
PROBABILITY = UniformType(8, True, [1 / 256], [-128])
FIFTEENTHS = UniformType(4, False, [1 / 15], [0])

SHAPE = (4, 6, 8)
Build = Callable[[Network, SSAValue, SSAValue], SSAValue]


@dataclass(frozen=True)
class Case:
    """A network of two inputs, U8 and U4, and how far its outputs may be off."""

    build: Build
    steps: int = 0
    """One step where two roundings meet; none where elements only move or come from a table."""


def normalize(network: Network, x: SSAValue, **options: Any) -> SSAValue:
    """Batch normalization with gains of both signs, and one of 0."""
    scale, offset = np.array([1.5, -0.7, 0.0, 2, 1, -1, 0.1, 3]), np.linspace(-1, 1, 8)
    mean, variance = np.linspace(0.5, -0.5, 8), np.linspace(0.5, 4, 8)
    return network.batch_norm(x, scale, offset, mean, variance, **options)


CASES = {
    "quantize": Case(lambda n, x, y: n.quantize(x, S4)),
    "clamp": Case(lambda n, x, y: n.clamp(x, minimum=0.0, maximum=1.0)),
    "clamp-quantize": Case(lambda n, x, y: n.clamp(x, minimum=0.0, output=U4)),
    "sigmoid": Case(lambda n, x, y: n.sigmoid(x, output=PROBABILITY)),
    "tanh": Case(lambda n, x, y: n.tanh(y, output=S8)),
    "softmax": Case(lambda n, x, y: n.softmax(y, beta=0.8, output=PROBABILITY), 1),
    "softmax-quantize": Case(
        lambda n, x, y: n.softmax(x, output=UniformType(4, False, [1 / 15], [0])), 1
    ),
    "softmax-fine": Case(
        lambda n, x, y: n.softmax(x, output=UniformType(8, True, [0.0007], [-120])), 1
    ),
    "softmax-finest": Case(lambda n, x, y: n.softmax(y, output=FINEST), 1),
    "softmax-coarse": Case(
        lambda n, x, y: n.softmax(y, output=UniformType(8, False, [3.0], [3])), 1
    ),
    "concat": Case(lambda n, x, y: n.concat([x, y], axis=2, output=S8)),
    "concat-rows": Case(lambda n, x, y: n.concat([x, y, x], axis=0, output=U8)),
    "pad": Case(lambda n, x, y: n.pad(x, low=[0, 1, 0], high=[2, 0, 1], value=-0.5, output=S8)),
    "reshape": Case(lambda n, x, y: n.reshape(x, [24, -1], output=U4)),
    "transpose": Case(lambda n, x, y: n.transpose(y, permutation=[2, 0, 1])),
    "depth-to-space": Case(lambda n, x, y: n.depth_to_space(x, block=2, mode="dcr")),
    "depth-to-space-crd": Case(lambda n, x, y: n.depth_to_space(y, block=2, mode="crd")),
    "max-pool": Case(lambda n, x, y: n.max_pool2d(x, kernel=(2, 3), clamp=(0, 1), output=S4)),
    "avg-pool": Case(lambda n, x, y: n.avg_pool2d(x, kernel=(2, 3)), 1),
    "avg-pool-clamp": Case(lambda n, x, y: n.avg_pool2d(x, kernel=(2, 3), clamp=(-0.5, 0.5)), 1),
    "avg-pool-padded": Case(
        lambda n, x, y: n.avg_pool2d(x, kernel=(3, 3), padding=(1, 1, 1, 1), output=S8), 1
    ),
    "avg-pool-quantize": Case(lambda n, x, y: n.avg_pool2d(y, kernel=(2, 3), output=S8), 1),
    "avg-pool-rounds-once": Case(lambda n, x, y: n.avg_pool2d(y, kernel=(2, 2), output=FINER_U4)),
    "avg-pool-padded-rounds-once": Case(
        lambda n, x, y: n.avg_pool2d(y, kernel=(3, 2), padding=(1, 1, 1, 0), output=FINER_U4)
    ),
    "mul-rounds-once": Case(lambda n, x, y: n.mul(y, y, output=COARSER_U4)),
    "mean": Case(lambda n, x, y: n.global_avg_pool2d(x, output=U8), 1),
    "mean-quantize": Case(lambda n, x, y: n.global_avg_pool2d(y, output=S8), 1),
    "add": Case(lambda n, x, y: n.add(x, y, output=S8), 1),
    "add-constant": Case(lambda n, x, y: n.add(y, np.linspace(-1, 1, 8), output=S4), 1),
    "sub": Case(lambda n, x, y: n.sub(y, x, output=U2), 1),
    "sub-from-channels": Case(
        lambda n, x, y: n.sub(n.global_avg_pool2d(y, output=S8), x, output=S8), 2
    ),
    "add-norm": Case(lambda n, x, y: normalize(n, n.add(x, y, output=f32), output=S8), 1),
    "sub-norm-clamp": Case(
        lambda n, x, y: n.clamp(normalize(n, n.sub(x, y, output=f32)), minimum=-0.4, output=U4), 1
    ),
    "mul-norm": Case(lambda n, x, y: normalize(n, n.mul(x, y, output=f32), output=S8), 1),
    "mul": Case(lambda n, x, y: n.mul(x, y, output=S8), 1),
    # A step of the mean, 0.4, times up to 2.56, in steps of 0.3.
    "mul-broadcast": Case(
        lambda n, x, y: n.mul(x, n.global_avg_pool2d(y, output=S4), output=U4), 4
    ),
}


@pytest.mark.parametrize("kind", REQUANTIZATIONS)
@pytest.mark.parametrize("name", CASES)
def test_operation(name: str, kind: str) -> None:
    network = Network("net")
    x, y = network.input(SHAPE, U8, name="x"), network.input(SHAPE, U4, name="y")
    module = network.build(CASES[name].build(network, x, y))
    generator = np.random.default_rng(3)
    inputs = [generator.integers(0, 256, SHAPE), generator.integers(0, 16, SHAPE)]
    (expected,) = run_module(module, inputs)
    assert find_graph_model(module).outputs[0].get_shape() == expected.shape

    for function in module.ops:
        assert isinstance(function, FuncOp)
        function.attributes["cmix.requantization"] = StringAttr(kind)
    legalize(build_context(), module, ())
    (found,) = run_module(module, inputs)
    # TensorFlow Lite computes tables with integers, and rounds halves up.
    steps = max(CASES[name].steps, int(kind == "fixed-point"))
    assert np.abs(found - expected).max() <= steps


def test_a_softmax_finer_than_its_arithmetic_is_refused() -> None:
    network = Network("net")
    x = network.input((4,), U8, name="x")
    finer = UniformType(8, False, [2.0**-23], [3])
    module = network.build(network.softmax(x, output=finer, name="shares"))
    with pytest.raises(CmixError, match="layer 'shares': expected an output scale of"):
        legalize(build_context(), module, ())


@pytest.mark.parametrize(("scale", "is_fine"), [(0.26, False), (0.25, True)])
def test_an_average_over_a_border_too_wide_to_be_rounded_once(scale: float, is_fine: bool) -> None:
    """Of 36 to 121 terms; what is rounded twice is within a step where that is no finer."""
    network = Network("net")
    x = network.input((12, 12, 1), UniformType(8, False, [0.5], [3]), name="x")
    output = UniformType(8, False, [scale], [3])
    module = network.build(
        network.avg_pool2d(
            x, (11, 11), strides=(1, 1), padding=(5, 5, 5, 5), output=output, name="mean"
        )
    )
    if is_fine:
        with pytest.raises(CmixError, match="layer 'mean': expected windows over the border"):
            legalize(build_context(), module, ())
        return
    inputs = [np.random.default_rng(1).integers(0, 256, (12, 12, 1))]
    (expected,) = run_module(module, inputs)
    legalize(build_context(), module, ())
    (found,) = run_module(module, inputs)
    assert np.abs(found - expected).max() <= 1
