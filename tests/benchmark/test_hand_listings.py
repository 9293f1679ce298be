"""The table of docs/kernels.md says what GCC makes of loops, and of their listings."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile  # pyright: ignore[reportMissingTypeStubs]
from test_inner_loops import build_layer, find_compiler
from xdsl.passes import ModulePass

from cmixdsl.benchmark.redraw import Bits
from cmixdsl.devices import get_device
from cmixdsl.driver import compile_module
from cmixdsl.passes.allocate_registers import AllocateRegistersPass
from cmixdsl.pipelines import get_pipeline
from cmixdsl.simulator.cores import CORTEX_M4
from cmixdsl.simulator.cycles import get_block_cycles
from cmixdsl.simulator.disassembler import Disassembler, Instruction
from cmixdsl.universe import build_context

PAGE = Path(__file__).parents[2] / "docs" / "kernels.md"
ROW = re.compile(
    r"\| (L\d) \| (\d), (\d) bits \| (\d+) (UMLAL|SMLAL|SMLAD) "
    r"\| (\d+), (\d+) \| (\d+), (\d+) \| (\d+), (\d+) \|"
)
MNEMONICS = {
    "UMLAL": ("umlal", "umull"),
    "SMLAL": ("smlal",),
    "SMLAD": ("smlad", "smlabb", "smlabt", "smlatb", "smlatt"),
}
"""By what the table calls them: multiplications of a loop, and how their mnemonics begin."""


def read_rows() -> list[tuple[str, ...]]:
    return [match.groups() for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))]


def find_loops(code: bytes) -> list[list[Instruction]]:
    """The instructions of every loop without another branch inside."""
    instructions = Disassembler(CORTEX_M4).decode(code, 0)
    numbers = {each.address: number for number, each in enumerate(instructions)}
    loops: list[list[Instruction]] = []
    for number, each in enumerate(instructions):
        target = re.search(r"#(0x[0-9a-f]+|\d+)$", each.text) if each.is_branch else None
        start = numbers.get(int(target[1], 0)) if target else None
        if start is not None and start <= number:
            body = instructions[start : number + 1]
            if not any(inner.is_branch for inner in body[:-1]):
                loops.append(body)
    return loops


def measure(folder: Path, passes: Sequence[ModulePass], row: Sequence[str]) -> tuple[int, int]:
    """Instructions and modelled cycles of the last loop with so many multiplications of a kind.

    Sums of columns come before.
    """
    layer, inputs, weights, products = row[0], *map(int, row[1:4])
    mnemonics = MNEMONICS[row[4]]
    module = build_layer(layer, Bits(inputs, inputs if layer == "L2" else 8, weights))
    device = get_device("cortex-m4")
    compiled = compile_module(build_context(), module, device, tuple(passes))
    folder.mkdir()
    for name, text in compiled.sources.items():
        (folder / name).write_text(text, encoding="utf-8")
    flags = ["-mcpu=cortex-m4", "-mthumb", "-std=c99", "-ffreestanding", "-O2"]
    command = [find_compiler(), *flags, "-c", "-o", "out.o", f"{layer}.c"]
    subprocess.run(command, cwd=folder, check=True)
    with (folder / "out.o").open("rb") as file:
        code: bytes = ELFFile(file).get_section_by_name(".text").data()  # pyright: ignore
    loops = [
        loop
        for loop in find_loops(code)
        if sum(each.text.startswith(mnemonics) for each in loop) == products
    ]
    loop = loops[-1]
    refill = CORTEX_M4.timing.branch_refill
    return len(loop), get_block_cycles(loop, CORTEX_M4.timing) + refill


@pytest.mark.parametrize("row", read_rows(), ids=lambda row: "-".join(row[:3]))
def test_row(row: tuple[str, ...], tmp_path: Path) -> None:
    find_compiler()
    passes = get_pipeline("cortex-m4")
    plain = [each for each in passes if not isinstance(each, AllocateRegistersPass)]
    figures = *measure(tmp_path / "plain", plain, row), *measure(tmp_path / "listed", passes, row)
    assert figures == tuple(map(int, row[7:]))


def test_has_rows() -> None:
    assert {row[4] for row in read_rows()} == MNEMONICS.keys()
