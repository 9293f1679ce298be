"""The machine code of a kernel stays within its limit, for both objectives."""

from functools import cache
from pathlib import Path

import pytest
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.benchmark.cases import UNSIGNED_FLAVOURS, list_layers, parse_bits
from cmixdsl.benchmark.redraw import Bits, redraw_layer
from cmixdsl.benchmark.requantization import Flavour
from cmixdsl.devices import get_device
from cmixdsl.driver import compile_module, load_module
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


def measure_code(
    name: str, bits: Bits, flavour: Flavour, objective: Objective, folder: Path
) -> int:
    """Bytes of the layer's functions, literal pools included."""
    module = redraw_layer(load_layer(name), bits, flavour, 0)
    passes = choose_pipeline("cortex-m4", None, objective)
    device = get_device("cortex-m4")
    program = compile_module(build_context(), module, device, passes, objective).get_program()
    level = COMPILER_LEVELS[objective]
    return build_image(
        program, CORTEX_M4, find_gcc(CORTEX_M4), folder, optimization=level
    ).code_bytes


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
