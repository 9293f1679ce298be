"""Bits assigned to a network with branches: the network afterwards, down to C."""

import numpy as np
import pytest
from residual_network import build_residual_network
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.devices import get_device
from cmixdsl.driver import apply_pipeline, compile_module
from cmixdsl.execution import run_module
from cmixdsl.model import build_random_inputs, find_function, find_model
from cmixdsl.passes.bits.qnn_network import read_network
from cmixdsl.passes.legalization import FOLD_QNN
from cmixdsl.passes.qnn_assign_bits import Strategy
from cmixdsl.pipelines import PIPELINES, get_pipeline
from cmixdsl.running import run_compiled
from cmixdsl.universe import build_context


def assign(module: ModuleOp, options: str) -> None:
    apply_pipeline(build_context(), module, FOLD_QNN)
    apply_pipeline(build_context(), module, get_pipeline(f"qnn-assign-bits{{{options}}}"))


@pytest.mark.parametrize("strategy", ["paper", "cycles"])
def test_residual_network_fits(strategy: Strategy) -> None:
    module = build_residual_network()
    assign(module, f"flash=1900 ram=2000 strategy={strategy}")
    network = read_network(find_function(module)).network
    bits = {tensor.name: tensor.bits for tensor in network.tensors}
    # While `second` is computed, `stem`, `first` and `second` are in memory: 3 * 1152 elements.
    elements = 12 * 12 * 8
    assert sum(elements * bits[name] // 8 for name in ("stem", "first", "second")) <= 2000
    # The parts of a concatenation, and what is pooled from it, are quantized alike.
    assert len({bits[name] for name in ("left", "right", "both", "pooled", "mean")}) == 1
    assert (bits["image"], bits["fc"]) == (8, 8)
    weights = sum(layer.weight_elements * layer.weight_bits // 8 for layer in network.layers)
    channels = [layer.channels for layer in network.layers if layer.kind is not None]
    parameters = sum(10 * count + 8 for count in channels[:-1]) + 7 * channels[-1] + 4
    assert weights + parameters <= 1900


def test_residual_network_of_fewer_bits_runs_on_the_core() -> None:
    module = build_residual_network()
    assign(module, "flash=1900 ram=2000")
    real = module.clone()
    device = get_device("cortex-m4")
    apply_pipeline(build_context(), module, get_pipeline("convert-qnn-to-cmix"))
    inputs = build_random_inputs(find_model(module), 1)
    (expected,) = run_module(module, inputs)
    (wanted,) = run_module(real, inputs)
    assert np.corrcoef(wanted, expected)[0, 1] > 0.9
    compiled = compile_module(build_context(), module, device, PIPELINES[device.pipeline])
    run = run_compiled(compiled, inputs, "embedded")
    np.testing.assert_array_equal(run.outputs[0], expected)
