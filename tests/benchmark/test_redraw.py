"""Layers with random constants are those that were asked for, and stand for real ones."""

import numpy as np
import pytest
from small_layers import CONV
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.benchmark.cases import is_combination, list_layers, parse_bits
from cmixdsl.benchmark.flavours import FLAVOURS, Flavour
from cmixdsl.benchmark.redraw import Bits, find_layer, redraw_layer
from cmixdsl.dialects.cmix.constant import get_constant_elements
from cmixdsl.dialects.cmix.requantization import FixedPointAttr, IcnAttr, ThresholdsAttr
from cmixdsl.driver import load_module
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.parsing import parse_module
from cmixdsl.universe import build_context

MACS = {
    "L1": 4_718_592,
    "L2": 3_211_264,
    "L3": 451_584,
    "L4": 112_896,
    "L5": 497_664,
    "L6": 1_024_000,
}
"""Products of the layers that other libraries were measured on."""


@pytest.fixture
def template() -> ModuleOp:
    return parse_module(build_context(), CONV.encode(), "small.mlir")


@pytest.mark.parametrize("name", MACS)
def test_shapes(name: str) -> None:
    module = load_module(build_context(), list_layers()[name])
    assert find_layer(module).num_macs == MACS[name]
    assert find_model(module).name == name


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("bits", parse_bits("all"), ids=str)
def test_outputs_spread(template: ModuleOp, bits: Bits, flavour: Flavour) -> None:
    """Most of the output's range occurs, also between its ends, where outputs are clamped."""
    if not is_combination(bits, flavour):
        pytest.skip("no such layer")
    module = redraw_layer(template, bits, flavour, seed=1)
    (output,) = run_module(module, build_random_inputs(find_model(module), 2))
    low, high = find_model(module).outputs[0].element_range
    inside = (output > low) & (output < high)
    assert len(np.unique(output)) >= 0.7 * min(high - low + 1, 20)
    assert inside.mean() > 0.3


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_parameters(template: ModuleOp, flavour: Flavour) -> None:
    bits = Bits(8, 8, 4) if flavour == "fixed" else Bits(2, 4, 8)
    layer = find_layer(redraw_layer(template, bits, flavour, seed=0))
    types = (layer.input_type, layer.output_type, layer.filter_type)
    names = "_".join(type_.get_short_name() for type_ in types)
    assert names == ("s8_s8_s4" if flavour == "fixed" else "u2_u4_u8")
    assert len(layer.filter_zero) == (6 if flavour == "PC+ICN" else 1)
    assert layer.requant.channels == (1 if flavour == "PL" else 6)
    kinds = {"thresholds": ThresholdsAttr, "fixed": FixedPointAttr}
    assert isinstance(layer.requant, kinds.get(flavour, IcnAttr))
    weights = get_constant_elements(layer.filter)
    assert weights is not None
    assert len(np.unique(weights)) > (12 if flavour == "fixed" else 100)


def test_seeds(template: ModuleOp) -> None:
    texts = [str(redraw_layer(template, Bits(8, 8, 8), "PC+ICN", seed)) for seed in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]


def test_geometry_stays(template: ModuleOp) -> None:
    before = find_layer(template)
    after = find_layer(redraw_layer(template, Bits(2, 2, 2), "PL", seed=0))
    assert after.window == before.window
    assert after.output_type.get_shape() == before.output_type.get_shape()


def test_needs_one_layer() -> None:
    source = """\
func.func @pool(%x: !cmix.packed<4x4x2xui8>) -> !cmix.packed<2x2x2xui8> {
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2]
      : !cmix.packed<4x4x2xui8> -> !cmix.packed<2x2x2xui8>
  return %y : !cmix.packed<2x2x2xui8>
}
"""
    module = parse_module(build_context(), source.encode(), "pool.mlir")
    with pytest.raises(CmixError, match="function of one layer with constant weights, found 0"):
        redraw_layer(module, Bits(8, 8, 8), "PL", seed=0)
