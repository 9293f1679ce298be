"""Random networks are worth testing with: outputs use their range, equal seeds equal text."""

from itertools import product

import numpy as np
import pytest
from builders import NetworkBuilder
from requant_choice import FLAVOURS, Flavour
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.execution import run_module
from cmixdsl.model import build_random_inputs, find_model

UNSIGNED = ("u2", "u4", "u8")
WINDOW = Window((3, 3), padding=(1, 1, 1, 1))


def build(kind: str, source: str, element: str, weight: str, flavour: Flavour) -> ModuleOp:
    builder = NetworkBuilder((5, 5, 4), source, seed=1)
    if kind == "conv2d":
        return builder.conv2d(4, WINDOW, element, weight, flavour).build()
    return builder.depthwise_conv2d(WINDOW, element, weight, flavour).build()


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("kind", ["conv2d", "depthwise_conv2d"])
def test_outputs_spread_over_their_range(kind: str, flavour: Flavour):
    shares: list[float] = []
    for source, element, weight in product(UNSIGNED, UNSIGNED, UNSIGNED):
        module = build(kind, source, element, weight, flavour)
        model = find_model(module)
        (output,) = run_module(module, build_random_inputs(model, seed=2))
        low, high = model.outputs[0].element_range
        shares.append(float(np.mean((output > low) & (output < high))))
    assert min(shares) > 0.15
    assert np.mean(shares) > 0.5


def test_equal_seeds_build_equal_modules():
    first, second = (str(build("conv2d", "u8", "u4", "u2", "PC+ICN")) for _ in range(2))
    assert first == second
