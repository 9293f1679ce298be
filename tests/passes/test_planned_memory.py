"""Memory counted on layers as they are compiled, beside that of the compiled network."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from residual_network import ACTIVATION, build_residual_network
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp

from cmixdsl.benchmark.cases import list_layers
from cmixdsl.benchmark.redraw import Bits, redraw_layer
from cmixdsl.devices import get_device
from cmixdsl.driver import CompiledModel, apply_pipeline, compile_module
from cmixdsl.errors import CmixError
from cmixdsl.frontends.load import load_network
from cmixdsl.model import find_function
from cmixdsl.network import Network
from cmixdsl.objectives import Objective
from cmixdsl.passes.bits.assignment import assign_bits
from cmixdsl.passes.bits.code_bytes import estimate_code_bytes
from cmixdsl.passes.bits.memory import PublishedMemory
from cmixdsl.passes.bits.network import BitAssignment, ChainLayer, build_chain, build_widest
from cmixdsl.passes.bits.planned_memory import PlannedMemory
from cmixdsl.passes.bits.qnn_network import QnnBitsNetwork, apply_assignment, read_network
from cmixdsl.passes.legalization import FOLD_QNN
from cmixdsl.passes.qnn_assign_bits import ASSIGNMENTS, Strategy
from cmixdsl.pipelines import PIPELINES, choose_pipeline
from cmixdsl.simulator.image import build_image
from cmixdsl.simulator.toolchain import find_clang
from cmixdsl.universe import build_context

MOST_OF_A_KERNEL, MOST_OF_A_NETWORK = 2.5, 1.6
"""How many times its machine code an estimate may be. It is never less."""


def read(module: ModuleOp, objective: Objective = "speed") -> tuple[QnnBitsNetwork, PlannedMemory]:
    apply_pipeline(build_context(), module, FOLD_QNN)
    source = read_network(find_function(module))
    return source, PlannedMemory(build_context(), source, "pc-icn", objective)


def compile_assigned(
    module: ModuleOp,
    source: QnnBitsNetwork,
    assignment: BitAssignment,
    objective: Objective = "speed",
) -> CompiledModel:
    apply_assignment(source, assignment, "pc-icn")
    passes = choose_pipeline("cortex-m4", None, objective)
    return compile_module(build_context(), module, get_device("cortex-m4"), passes, objective)


def count_code(compiled: CompiledModel) -> int:
    core = compiled.device.core
    with TemporaryDirectory() as folder:
        image = build_image(
            compiled.get_program(), core, find_clang(core), Path(folder), optimization="-O3"
        )
    return image.code_bytes


def get_code_estimate(memory: PlannedMemory, assignment: BitAssignment, constants: int) -> int:
    return memory.get_flash_bytes(assignment) - constants


@pytest.mark.parametrize(
    ("ram", "flash", "strategy", "objective"),
    [
        (10_000, 100_000, "paper", "size"),
        (3000, 20_000, "paper", "speed"),
        (2600, 100_000, "cycles", "speed"),
    ],
)
def test_residual_network_takes_what_was_counted(
    ram: int, flash: int, strategy: Strategy, objective: Objective
) -> None:
    module = build_residual_network()
    source, memory = read(module, objective)
    assignment = ASSIGNMENTS[strategy](source.network, memory, flash, ram)
    assert memory.get_ram_bytes(assignment) <= ram
    assert memory.get_flash_bytes(assignment) <= flash
    compiled = compile_assigned(module, source, assignment, objective)
    found = compiled.memory
    assert found.variable_bytes + found.input_bytes + found.output_bytes == memory.get_ram_bytes(
        assignment
    )
    estimate = get_code_estimate(memory, assignment, found.constant_bytes)
    assert 1 <= estimate / count_code(compiled) <= MOST_OF_A_NETWORK
    peaks = [memory.get_layer_bytes(assignment, index) for index in range(len(source.layers))]
    assert max(peaks) == compiled.arena.lower_bound + found.input_bytes + found.output_bytes


def test_kernels_that_layers_share_count_once() -> None:
    estimates: list[int] = []
    for layers in (1, 2, 3):
        module = build_chain_of_equals(layers)
        source, memory = read(module)
        assignment = assign_bits(source.network, memory, 100_000, 8000)
        compiled = compile_assigned(module, source, assignment)
        assert len({layer.function for layer in compiled.layers}) == 1
        estimate = get_code_estimate(memory, assignment, compiled.memory.constant_bytes)
        assert 1 <= estimate / count_code(compiled) <= MOST_OF_A_KERNEL
        estimates.append(estimate)
    # One more call each time, and no more code.
    assert estimates[1] - estimates[0] == estimates[2] - estimates[1]
    assert 3 * (estimates[1] - estimates[0]) < estimates[0]


def build_chain_of_equals(layers: int) -> ModuleOp:
    """Pointwise convolutions of 8 channels, of different weights."""
    generator = np.random.default_rng(0)
    network = Network("chain")
    value = network.input((6, 6, 8), ACTIVATION, name="image")
    for number in range(layers):
        weights = generator.normal(0.1, 0.5, (8, 1, 1, 8))
        value = network.conv2d(value, weights, clamp=(0, 6), output=ACTIVATION, name=f"h{number}")
    return network.build(value)


@pytest.mark.parametrize(
    ("layer", "bits"),
    [
        ("L1", Bits(2, 4, 2)),
        ("L3", Bits(8, 8, 8)),
        ("L4", Bits(8, 4, 4)),
        ("L5", Bits(8, 8, 2)),
    ],
)
def test_code_is_estimated_on_the_safe_side(layer: str, bits: Bits) -> None:
    module = load_network(build_context(), list_layers()[layer])
    module = redraw_layer(module, bits, "PC+ICN", 3)
    device = get_device("cortex-m4")
    compiled = compile_module(build_context(), module, device, PIPELINES[device.pipeline])
    estimate = sum(estimate_code_bytes(op) for op in module.ops if isinstance(op, FuncOp))
    assert 1 <= estimate / count_code(compiled) <= MOST_OF_A_KERNEL


@pytest.mark.parametrize("strategy", ["paper", "cycles"])
def test_too_little_ram_names_layer_and_bytes(strategy: Strategy) -> None:
    source, memory = read(build_residual_network())
    with pytest.raises(
        CmixError,
        match=r"layer 'second': stem at 2 bits, first at 2 bits, second at 2 bits, and [\d,]+ "
        r"bytes of scratch and of inputs and outputs that stay, need [\d,]+ bytes more than the "
        r"1,500 bytes of RAM",
    ):
        ASSIGNMENTS[strategy](source.network, memory, 100_000, 1500)


@pytest.mark.parametrize("strategy", ["paper", "cycles"])
def test_too_little_flash_names_layer_and_bytes(strategy: Strategy) -> None:
    source, memory = read(build_residual_network())
    with pytest.raises(
        CmixError, match=r"need [\d,]+ bytes more than the 2,000 bytes of flash.*'(first|second)'"
    ):
        ASSIGNMENTS[strategy](source.network, memory, 2000, 100_000)


class MemoryWithGaps(PublishedMemory):
    """As if a part in eight of RAM were lost between buffers."""

    def get_ram_bytes(self, assignment: BitAssignment) -> int:
        return super().get_ram_bytes(assignment) * 9 // 8


@pytest.mark.parametrize("strategy", ["paper", "cycles"])
def test_gaps_between_buffers_cost_bits(strategy: Strategy) -> None:
    sizes = (400, 300, 100, 10)
    layers = [ChainLayer(f"h{size}", "matrix", size, 90, 10) for size in sizes]
    network = build_chain(100, layers)
    memory = MemoryWithGaps("pc-icn")
    eights = build_widest(network)
    # 700 bytes fit 750, but not with gaps.
    assert memory.get_layer_bytes(eights, 1) == 700
    assert memory.get_ram_bytes(eights) == 787
    found = ASSIGNMENTS[strategy](network, memory, 10**6, 750)
    assert memory.get_ram_bytes(found) <= 750
    assert sum(bits < 8 for bits in found.tensor_bits) == 1
