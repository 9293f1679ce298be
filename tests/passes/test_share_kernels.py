"""Equal layers share one function, compute what they computed, and are told apart in reports."""

import numpy as np
import pytest
from xdsl.dialects.func import FuncOp

from cmixdsl.benchmark.flavours import Flavour
from cmixdsl.benchmark.networks import build_mobilenet
from cmixdsl.devices import get_device
from cmixdsl.dialects.cmix.blocks import ExpandOp
from cmixdsl.driver import CompiledModel, apply_pipeline, compile_module
from cmixdsl.execution import run_module
from cmixdsl.model import LAYER_ATTRIBUTE, build_random_inputs, find_model
from cmixdsl.passes.share_kernels import ShareKernelsPass
from cmixdsl.pipelines import CORTEX_M4
from cmixdsl.running import run_compiled, summarize_run
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context

# Three blocks of 16 channels, the last two of one shape.
BLOCKS = ((16, 1), (16, 1), (16, 1))
SHARED = {"dw1": "dw1", "dw2": "dw1", "pw1": "pw1", "pw2": "pw1"}


def compile_network(flavour: Flavour, bits: int) -> CompiledModel:
    module = build_mobilenet(
        4, 1, classes=5, blocks=BLOCKS, activation_bits=bits, weight_bits=bits, flavour=flavour
    )
    return compile_module(build_context(), module, get_device("cortex-m4"), CORTEX_M4)


@pytest.mark.parametrize(("flavour", "bits"), [("PC+ICN", 8), ("thresholds", 2)])
def test_equal_layers_share_one_function(flavour: Flavour, bits: int):
    compiled = compile_network(flavour, bits)
    functions = {layer.name: layer.function for layer in compiled.layers}
    assert list(functions) == [
        "conv0",
        "dw0",
        "pw0",
        "dw1",
        "pw1",
        "dw2",
        "pw2",
        "pool0",
        "fc0",
    ]
    shared = {name: functions[name] for name in SHARED}
    assert shared == {name: functions[first] for name, first in SHARED.items()}
    assert len(set(functions.values())) == len(functions) - 2


def test_later_passes_lower_equal_layers_once():
    """Blocks are still there when layers that differ in tables and multipliers are one."""
    module = build_mobilenet(4, 1, classes=5, blocks=BLOCKS)
    first = next(i for i, step in enumerate(CORTEX_M4) if isinstance(step, ShareKernelsPass))
    apply_pipeline(build_context(), module, CORTEX_M4[: first + 1])
    functions = {op.sym_name.data for op in module.ops if isinstance(op, FuncOp)}
    assert "mobilenet_dw1_depthwise_conv2d" in functions
    assert functions.isdisjoint({"mobilenet_dw2_depthwise_conv2d", "mobilenet_pw2_conv2d"})
    assert any(isinstance(op, ExpandOp) for op in module.walk())


@pytest.mark.parametrize(("flavour", "bits"), [("PC+ICN", 8), ("PL", 4), ("thresholds", 2)])
def test_sharing_keeps_the_meaning(flavour: Flavour, bits: int):
    module = build_mobilenet(
        4, 1, classes=5, blocks=BLOCKS, activation_bits=bits, weight_bits=bits, flavour=flavour
    )
    inputs = build_random_inputs(find_model(module), seed=3)
    expected = run_module(module, inputs)
    apply_pipeline(build_context(), module, CORTEX_M4)
    layers = [
        op for op in module.ops if isinstance(op, FuncOp) and LAYER_ATTRIBUTE in op.attributes
    ]
    assert len(layers) < 10
    for before, after in zip(expected, run_module(module, inputs), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.skipif("embedded" not in available_simulators(), reason="needs ziglang and unicorn")
def test_every_layer_has_its_own_figures():
    compiled = compile_network("PC+ICN", 8)
    inputs = build_random_inputs(compiled.model, seed=3)
    summary = summarize_run(compiled, run_compiled(compiled, inputs, "embedded"))
    layers = {layer["name"]: layer for layer in summary["layers"]}
    for name, first in SHARED.items():
        # The same code on data of the same shape: what differs are branches that depend on data.
        ratio = layers[name]["instructions"] / layers[first]["instructions"]
        assert 0.9 < ratio < 1.1, name
        assert (layers[name]["code_bytes"] == 0) == (name != first), name
    total = sum(layer["instructions"] for layer in summary["layers"])
    assert 0.95 < total / summary["total"]["instructions"] <= 1
    assert "dw1, dw2: depthwise_conv2d" in compiled.sources["mobilenet.c"]
