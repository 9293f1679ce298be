"""Machine code of a kernel stays within its limit, for both objectives, and so does its scratch."""

from functools import cache
from pathlib import Path

import pytest
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.benchmark.cases import Case, list_layers, parse_bits
from cmixdsl.benchmark.comparison import find_goal
from cmixdsl.benchmark.flavours import UNSIGNED_FLAVOURS, Flavour
from cmixdsl.benchmark.redraw import Bits, redraw_layer
from cmixdsl.devices import get_device
from cmixdsl.driver import CompiledModel, compile_module, load_module
from cmixdsl.objectives import CODE_LIMIT_BYTES, COMPILER_LEVELS, OBJECTIVES, Objective
from cmixdsl.pipelines import choose_pipeline
from cmixdsl.simulator.cores import CORTEX_M4
from cmixdsl.simulator.image import build_image
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.simulator.toolchain import find_gcc
from cmixdsl.universe import build_context

SAMPLED: list[tuple[str, Bits, Flavour]] = [
    ("L1", Bits(8, 4, 4), "PC+ICN"),
    ("L1", Bits(4, 2, 4), "PL+ICN"),
    ("L2", Bits(4, 2, 8), "PC+ICN"),
    ("L2", Bits(2, 2, 2), "PC+ICN"),
    ("L5", Bits(8, 2, 8), "PC+ICN"),
    ("L5", Bits(8, 8, 4), "fixed"),
    ("L6", Bits(2, 8, 2), "PC+ICN"),
    ("L6", Bits(8, 4, 8), "PL"),
]
"""The largest of each layer, and others."""


@cache
def load_layer(name: str) -> ModuleOp:
    return load_module(build_context(), list_layers()[name])


def compile_layer(name: str, bits: Bits, flavour: Flavour, objective: Objective) -> CompiledModel:
    module = redraw_layer(load_layer(name), bits, flavour, 0)
    passes = choose_pipeline("cortex-m4", None, objective)
    return compile_module(build_context(), module, get_device("cortex-m4"), passes, objective)


def measure_code(
    name: str, bits: Bits, flavour: Flavour, objective: Objective, folder: Path
) -> int:
    """Bytes of the layer's functions, literal pools included."""
    program = compile_layer(name, bits, flavour, objective).get_program()
    gcc, level = find_gcc(CORTEX_M4), COMPILER_LEVELS[objective]
    return build_image(program, CORTEX_M4, gcc, folder, optimization=level).code_bytes


def require_gcc() -> None:
    if "qemu" not in available_simulators():
        pytest.skip("arm-none-eabi-gcc or qemu-system-arm is not installed")


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(("name", "bits", "flavour"), SAMPLED)
def test_limits(
    name: str, bits: Bits, flavour: Flavour, objective: Objective, tmp_path: Path
) -> None:
    require_gcc()
    found = measure_code(name, bits, flavour, objective, tmp_path)
    assert found <= CODE_LIMIT_BYTES[objective]


def test_unrolled_windows(tmp_path: Path) -> None:
    """Words of four positions are faster; their code, for each channel of a byte, is too long."""
    require_gcc()
    found = measure_code("L4", Bits(4, 2, 2), "PL", "speed", tmp_path)
    assert found <= CODE_LIMIT_BYTES["speed"]


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("L1", Bits(8, 2, 8)),
        ("L1", Bits(8, 8, 2)),
        ("L2", Bits(2, 2, 8)),
        ("L2", Bits(4, 8, 4)),
    ],
)
def test_scratch(name: str, bits: Bits) -> None:
    """Twice the scratch of CMix-NN; a block that is smaller than the others shares theirs."""
    case = Case(name, list_layers()[name], bits, "PC+ICN", "cortex-m4")
    goal = find_goal(case, "speed")
    assert goal is not None
    assert goal.scratch_bytes is not None
    compiled = compile_layer(name, bits, "PC+ICN", "speed")
    assert compiled.memory.variable_bytes <= goal.scratch_bytes


@pytest.mark.full
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("flavour", UNSIGNED_FLAVOURS)
@pytest.mark.parametrize("name", ["L1", "L2", "L5", "L6"])
def test_all_limits(name: str, flavour: Flavour, objective: Objective, tmp_path: Path) -> None:
    require_gcc()
    over: dict[Bits, int] = {}
    for index, bits in enumerate(parse_bits("8,*,*" if name == "L5" else "all")):
        folder = tmp_path / str(index)
        folder.mkdir()
        size = measure_code(name, bits, flavour, objective, folder)
        if size > CODE_LIMIT_BYTES[objective]:
            over[bits] = size
    assert over == {}
