"""Random small networks of level 1: integers stay near real numbers, and C equals integers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp, f32
from xdsl.ir import SSAValue

from cmixdsl.devices import get_device
from cmixdsl.dialects.qnn.tensors import get_quantization, get_shape
from cmixdsl.dialects.quant import UniformType
from cmixdsl.driver import compile_module, legalize
from cmixdsl.execution import run_module
from cmixdsl.graph_model import build_random_graph_inputs, find_graph_model
from cmixdsl.level_comparison import compare_levels
from cmixdsl.network import Network
from cmixdsl.pipelines import PIPELINES
from cmixdsl.running import run_compiled
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.universe import build_context

BITS = st.sampled_from((2, 4, 8))


@st.composite
def activation_types(draw: st.DrawFn, reach: float = 4.0) -> UniformType:
    """Types of 2, 4 or 8 bits whose range is about `reach` wide, 0 somewhere in it."""
    bits, signed = draw(BITS), draw(st.booleans())
    low = -(2 ** (bits - 1)) if signed else 0
    high = low + 2**bits - 1
    return UniformType(bits, signed, [reach / (high - low)], [draw(st.integers(low, high))])


@dataclass
class RandomNetwork:
    """Appends layers that a test draws; images keep their height and width."""

    draw: st.DrawFn
    network: Network
    generator: np.random.Generator

    def append(self, x: SSAValue) -> SSAValue:
        """One more layer, perhaps of two branches."""
        kinds = ("affine", "conv", "depthwise", "residual", "concat", "norm", "pool")
        kind = self.draw(st.sampled_from(kinds))
        output = self.draw(activation_types())
        match kind:
            case "affine":
                combine = self.draw(st.sampled_from(("add", "sub", "mul")))
                constant = self.generator.normal(0, 3, get_shape(x)[2])
                return getattr(self.network, combine)(x, constant, output=output)
            case "conv":
                return self.convolve(x, self.draw(st.integers(1, 5)), output)
            case "depthwise":
                weights = self.get_weights((3, 3, get_shape(x)[2]), axis=2)
                return self.network.depthwise_conv2d(x, weights, padding="same", output=output)
            case "residual":
                branch = self.convolve(x, get_shape(x)[2], self.draw(activation_types()))
                if self.draw(st.booleans()):
                    return self.normalize(self.network.add(x, branch, output=f32), output)
                return self.network.add(x, branch, output=output)
            case "concat":
                branch = self.convolve(x, 3, self.draw(activation_types()))
                return self.network.concat([x, branch], axis=2, output=output)
            case "norm":
                return self.normalize(x, output)
            case _:
                return self.network.max_pool2d(
                    x, kernel=(3, 3), strides=(1, 1), padding="same", output=output
                )

    def convolve(self, x: SSAValue, filters: int, output: UniformType) -> SSAValue:
        """A convolution with a bias and an activation."""
        kernel = self.draw(st.sampled_from((1, 3)))
        weights = self.get_weights((filters, kernel, kernel, get_shape(x)[2]), axis=0)
        clamp = (0.0, 3.0) if self.draw(st.booleans()) else None
        bias = self.generator.normal(0, 1, filters)
        return self.network.conv2d(x, weights, bias, padding="same", clamp=clamp, output=output)

    def normalize(self, x: SSAValue, output: UniformType) -> SSAValue:
        """Batch normalization of sums, or of elements, or of averages of four of these."""
        channels = get_shape(x)[2]
        scale, offset, mean = self.generator.normal(0, 1, (3, channels))
        variance = self.generator.uniform(0.5, 2, channels)
        is_image = min(get_shape(x)[:2]) > 1
        if get_quantization(x) is not None and is_image and self.draw(st.booleans()):
            x = self.network.avg_pool2d(x, kernel=(2, 2), strides=(1, 1), output=f32)
        return self.network.batch_norm(x, scale, offset, mean, variance, output=output)

    def get_weights(self, shape: tuple[int, ...], axis: int) -> SSAValue:
        """Constant weights with a scale and zero point for each channel."""
        bits, channels = self.draw(BITS), shape[axis]
        zeros = self.generator.integers(0, 2**bits, channels)
        terms = np.prod(shape) / channels
        scales = self.generator.uniform(1, 3, channels) / (2**bits * np.sqrt(terms))
        type_ = UniformType(bits, False, scales.tolist(), zeros.tolist(), axis=axis)
        return self.network.constant(self.generator.integers(0, 2**bits, shape), type_)


class DrawnNetwork:
    """A module that a failing test shows as text."""

    def __init__(self, module: ModuleOp):
        self.module = module

    def __repr__(self) -> str:
        return f"\n{self.module}\n"


@st.composite
def networks(draw: st.DrawFn) -> DrawnNetwork:
    """Networks of one to four layers on small images of one to five channels."""
    network = Network("net")
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5)))
    value = network.input(shape, draw(activation_types()), name="x")
    generator = np.random.default_rng(draw(st.integers(0, 2**16)))
    random = RandomNetwork(draw, network, generator)
    for _ in range(draw(st.integers(1, 4))):
        value = random.append(value)
    return DrawnNetwork(network.build(value))


def get_input(module: ModuleOp) -> npt.NDArray[Any]:
    """Random elements of the network's input."""

    (values,) = build_random_graph_inputs(find_graph_model(module), 1)
    return values


@given(networks())
@settings(max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_integers_stay_near_real_numbers(drawn: DrawnNetwork) -> None:
    module = drawn.module
    for layer in compare_levels(build_context(), module, [get_input(module)]):
        assert layer.own <= 1, layer


def check_on(drawn: DrawnNetwork, simulator: Simulator) -> None:
    module = drawn.module.clone()
    values, context = get_input(module), build_context()
    legalize(context, module, ())
    note(str(module))
    (expected,) = run_module(module, [values])
    device = get_device("cortex-m4")
    compiled = compile_module(context, module, device, PIPELINES[device.pipeline])
    np.testing.assert_array_equal(run_compiled(compiled, [values], simulator).outputs[0], expected)


@pytest.mark.full
@given(networks())
@settings(max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_c_equals_integers_on_the_host(drawn: DrawnNetwork) -> None:
    check_on(drawn, "host")


@pytest.mark.full
@given(networks())
@settings(max_examples=20, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_c_equals_integers_on_the_core(drawn: DrawnNetwork) -> None:
    check_on(drawn, "embedded")
