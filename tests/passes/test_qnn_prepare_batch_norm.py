"""Batch normalization without a layer before it, in integers, against the formula."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from xdsl.dialects.builtin import f32
from xdsl.ir import SSAValue

from cmixdsl.dialects.quant import UniformType
from cmixdsl.driver import legalize
from cmixdsl.execution import run_module
from cmixdsl.network import Network
from cmixdsl.universe import build_context

Array = npt.NDArray[Any]
INPUT = UniformType(8, False, [0.03], [100])
OUTPUT = UniformType(8, True, [0.05], [7])
SCALE = np.array([1.5, -0.7, 0.0])
OFFSET = np.array([0.3, -1.1, 2.0])
MEAN = np.array([0.2, 0.6, -0.1])
VARIANCE = np.array([0.8, 2.5, 1.0])
EPSILON = 1e-3


def normalize(values: Array) -> Array:
    return SCALE * (values - MEAN) / np.sqrt(VARIANCE + EPSILON) + OFFSET


def append(network: Network, x: SSAValue, **options: Any) -> SSAValue:
    return network.batch_norm(x, SCALE, OFFSET, MEAN, VARIANCE, epsilon=EPSILON, **options)


def check(
    network: Network, result: SSAValue, shape: tuple[int, ...], compute: Callable[[Array], Array]
) -> None:
    """Integers are those nearest to what `compute` makes of the input's real numbers."""
    module = network.build(result)
    legalize(build_context(), module, ())
    stored = np.random.default_rng(4).integers(0, 256, shape)
    (found,) = run_module(module, [stored])
    exact = compute(0.03 * (stored - 100.0)) / 0.05 + 7
    assert np.abs(found - np.clip(exact, -128, 127)).max() <= 0.5 + 1e-3
    assert len(np.unique(found)) > 2


@pytest.mark.parametrize("shape", [(3,), (50, 3), (5, 6, 3), (2, 3, 4, 3)])
@pytest.mark.parametrize("clamped", [False, True])
def test_elements(shape: tuple[int, ...], clamped: bool) -> None:
    network = Network("net")
    x = network.input(shape, INPUT, name="x")
    if not clamped:
        return check(network, append(network, x, output=OUTPUT), shape, normalize)
    result = network.clamp(append(network, x), minimum=0.0, maximum=3.0, output=OUTPUT)
    return check(network, result, shape, lambda x: np.clip(normalize(x), 0, 3))


def test_twice() -> None:
    network = Network("net")
    x = network.input((5, 6, 3), INPUT, name="x")
    result = append(network, append(network, x), output=OUTPUT)
    check(network, result, (5, 6, 3), lambda x: normalize(normalize(x)))


@pytest.mark.parametrize("kind", ["max", "mean"])
def test_after_windows(kind: str) -> None:
    network = Network("net")
    x = network.input((4, 6, 3), INPUT, name="x")
    pool = network.max_pool2d if kind == "max" else network.avg_pool2d
    result = append(network, pool(x, (2, 2), output=f32), output=OUTPUT)

    def compute(x: Array) -> Array:
        windows = x.reshape(2, 2, 3, 2, 3)
        return normalize(windows.max((1, 3)) if kind == "max" else windows.mean((1, 3)))

    check(network, result, (4, 6, 3), compute)


def test_after_global_average() -> None:
    network = Network("net")
    x = network.input((4, 6, 3), INPUT, name="x")
    result = append(network, network.global_avg_pool2d(x, output=f32), output=OUTPUT)
    check(network, result, (4, 6, 3), lambda x: normalize(x.mean(axis=(0, 1))))


def test_after_a_quantized_sum() -> None:
    network = Network("net")
    x = network.input((4, 6, 3), INPUT, name="x")
    total = network.add(x, x, output=UniformType(8, False, [0.06], [100]))
    result = append(network, total, output=OUTPUT)
    check(network, result, (4, 6, 3), lambda x: normalize(x + x))
