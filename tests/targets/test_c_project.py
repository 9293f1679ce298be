"""Projects build with make and CMake, here and for a board, and print what the network computes."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from builders import NetworkBuilder
from xdsl.dialects.builtin import ArrayAttr, ModuleOp, StringAttr

from cmixdsl.arena_kinds import ArenaKind
from cmixdsl.devices import get_device
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.quant import UniformType
from cmixdsl.driver import CompiledModel, compile_module, write_compiled
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.model import INPUT_QUANTIZATION_ATTRIBUTE, build_random_inputs, find_model
from cmixdsl.parsing import parse_module
from cmixdsl.passes.plan_buffers import PlanBuffersPass
from cmixdsl.pipelines import CORTEX_M4
from cmixdsl.universe import build_context

TWO_OF_EACH = b"""
func.func @model(%left: !cmix.packed<2x3xsi4>, %int: !cmix.packed<2x3xui8>)
    -> (!cmix.packed<2x3xsi8>, !cmix.packed<2x3xui2>) {
  %sum = cmix.add %left, %int rhs_zero 100 requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 3>
      : !cmix.packed<2x3xsi4>, !cmix.packed<2x3xui8> -> !cmix.packed<2x3xsi8>
  %few = cmix.add %sum, %left requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 1>
      : !cmix.packed<2x3xsi8>, !cmix.packed<2x3xsi4> -> !cmix.packed<2x3xui2>
  func.return %sum, %few : !cmix.packed<2x3xsi8>, !cmix.packed<2x3xui2>
}
"""

needs_make = pytest.mark.skipif(
    not (shutil.which("make") and shutil.which("cc")), reason="needs make and cc"
)
needs_cmake = pytest.mark.skipif(
    not (shutil.which("cmake") and shutil.which("cc")), reason="needs cmake and cc"
)
needs_board = pytest.mark.skipif(
    not all(map(shutil.which, ("make", "arm-none-eabi-gcc", "qemu-system-arm"))),
    reason="needs make, arm-none-eabi-gcc and qemu-system-arm",
)


def build_network() -> ModuleOp:
    builder = NetworkBuilder((4, 4, 3), "u8", seed=3)
    return builder.conv2d(4, Window((3, 3)), "u4", "s4").fully_connected(5, "s8").build()


def build_two_of_each() -> ModuleOp:
    return parse_module(build_context(), TWO_OF_EACH, "test")


def compile_network(
    module: ModuleOp, arena: ArenaKind = "static", ram_kib: int | None = None
) -> CompiledModel:
    passes = (*CORTEX_M4[:-1], PlanBuffersPass(arena))
    device = get_device("cortex-m4", ram_kib=ram_kib)
    return compile_module(build_context(), module, device, passes)


def write_project(
    folder: Path, module: ModuleOp, arena: ArenaKind = "static", ram_kib: int | None = None
) -> dict[str, list[int]]:
    """Writes the project; returns what it has to print."""
    expected = run_module(module, build_random_inputs(find_model(module), seed=0))
    compiled = compile_network(module, arena, ram_kib)
    write_compiled(compiled, folder, as_project=True)
    members = re.findall(r"(\w+)\[\d+\] MODEL_ALIGNED", (folder / "model.h").read_text())
    names = members[-len(expected) :]
    return {name: values.reshape(-1).tolist() for name, values in zip(names, expected, strict=True)}


def run(folder: Path, *command: str, succeeds: bool = True) -> str:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (result.returncode == 0) == succeeds, result.stdout + result.stderr
    return result.stdout + result.stderr


def read_outputs(printed: str) -> dict[str, list[int]]:
    lines = [line.split(": ") for line in printed.splitlines() if re.match(r"\w+: -?\d", line)]
    return {name: [int(word) for word in values.split()] for name, values in lines}


@needs_make
@pytest.mark.parametrize("arena", ["static", "caller"])
@pytest.mark.parametrize("build", [build_network, build_two_of_each])
def test_make_on_this_computer(tmp_path: Path, build: Callable[[], ModuleOp], arena: ArenaKind):
    expected = write_project(tmp_path, build(), arena)
    flags = "CFLAGS=-fsanitize=address,undefined -fno-sanitize-recover"
    assert read_outputs(run(tmp_path, "make", "-s", "run", flags)) == expected


@needs_board
@pytest.mark.parametrize("build", [build_network, build_two_of_each])
def test_make_for_the_board(tmp_path: Path, build: Callable[[], ModuleOp]):
    expected = write_project(tmp_path, build())
    printed = run(tmp_path, "make", "-s", "run-arm")
    assert read_outputs(printed) == expected
    assert re.search(r"FLASH: +\d+ B +4 MB", printed)


@needs_board
def test_linker_refuses_what_does_not_fit(tmp_path: Path):
    """2 KiB have room for buffers, inputs and outputs, but not for a stack besides."""
    builder = NetworkBuilder((7, 7, 4), "u8", seed=1).conv2d(10).fully_connected(5)
    write_project(tmp_path, builder.build(), ram_kib=2)
    assert "region `RAM' overflowed" in run(tmp_path, "make", "-s", "arm", succeeds=False)


@needs_cmake
def test_cmake_on_this_computer(tmp_path: Path):
    expected = write_project(tmp_path, build_network(), "caller")
    run(tmp_path, "cmake", "-B", "build")
    run(tmp_path, "cmake", "--build", "build")
    assert read_outputs(run(tmp_path, "build/example")) == expected


@needs_cmake
@needs_board
def test_cmake_for_the_board(tmp_path: Path):
    expected = write_project(tmp_path, build_network())
    run(tmp_path, "cmake", "-B", "build", "-DCMAKE_TOOLCHAIN_FILE=arm-none-eabi.cmake")
    assert "FLASH" in run(tmp_path, "cmake", "--build", "build")
    qemu = "qemu-system-arm -M mps2-an386 -kernel build/example.elf -display none -monitor none"
    options = "-serial none -semihosting-config enable=on,target=native"
    assert read_outputs(run(tmp_path, *qemu.split(), *options.split())) == expected


def test_header_says_what_elements_mean():
    module = build_network()
    compiled = compile_network(module)
    function = compiled.model.function
    type_ = UniformType(8, False, (0.0078125,), (128,))
    function.attributes[INPUT_QUANTIZATION_ATTRIBUTE] = ArrayAttr([type_])
    header = compiled.get_project()["model.h"]
    assert "/* u8[4][4][3], real value = 0.0078125 * (element - 128) */" in header
    assert "/* s8[5] */" in header


def test_arena_of_the_caller_is_the_only_memory():
    static, caller = (compile_network(build_network(), kind) for kind in ("static", "caller"))
    assert static.memory.variable_bytes == caller.model.arena_bytes > 0
    assert caller.memory.variable_bytes == static.model.arena_bytes == 0
    assert "_arena[" in static.sources["net.c"]
    assert "_arena[" not in caller.sources["net.c"]
    size = caller.model.arena_bytes
    assert f"enum {{ MODEL_ARENA_BYTES = {size} }};" in caller.get_project()["model.h"]
    for text in caller.get_project().values():
        assert "malloc" not in text


def test_project_is_deterministic():
    first, second = (compile_network(build_network()).get_project() for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", ["model_run", "board_write"])
def test_name_that_the_project_needs(name: str):
    module = build_network()
    find_model(module).function.sym_name = StringAttr(name)
    with pytest.raises(CmixError, match="rename the function"):
        compile_network(module).get_project()


def test_network_with_the_name_of_a_file():
    compiled = compile_network(build_two_of_each())
    files = compiled.get_project()
    assert '#include "model_network.h"' in files["model.c"]
    assert "model_run" not in files["model_network.c"]
    assert np.array_equal(sorted(files), sorted(set(files)))
