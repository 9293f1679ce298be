"""The innermost loop of a kernel stays within its budget of instructions.

Loops are found in the compiler's assembly: a branch back to a label, with no other branch between.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.benchmark.cases import LAYERS_FOLDER
from cmixdsl.benchmark.redraw import Bits, redraw_layer
from cmixdsl.devices import get_device
from cmixdsl.driver import compile_module, load_module
from cmixdsl.pipelines import get_pipeline
from cmixdsl.universe import build_context

TOLERANCE = 1.02
"""How much longer a loop may become before the test fails."""

COMPILER = "12."
"""The release that the budgets were counted with."""

# Multiplications of the loop, and its instructions as counted with arm-none-eabi-gcc 12.2 -O2.
BUDGETS = [
    ("L1", Bits(8, 8, 8), "smlad", 128, 229),
    ("L1", Bits(8, 8, 4), "smlad", 96, 189),
    ("L2", Bits(8, 8, 8), "smlad", 128, 229),
    ("L3", Bits(8, 8, 8), "smlad", 12, 50),
    ("L3", Bits(4, 4, 4), "smlal", 3, 27),
    ("L3", Bits(2, 2, 2), "smlal", 3, 30),
    ("L4", Bits(8, 8, 8), "smlad", 21, 85),
    ("L4", Bits(4, 4, 4), "smlal", 6, 36),
    ("L5", Bits(8, 8, 4), "smlad", 112, 220),
    ("L6", Bits(8, 8, 8), "smlad", 80, 204),
    ("L1", Bits(2, 2, 2), "umlal", 64, 117),
    ("L1", Bits(4, 4, 4), "umlal", 60, 126),
    ("L1", Bits(8, 8, 2), "umlal", 124, 238),
    ("L2", Bits(2, 2, 2), "umlal", 32, 76),
    ("L2", Bits(4, 4, 4), "umlal", 32, 80),
    ("L1", Bits(2, 8, 8), "umlal", 64, 117),
    ("L2", Bits(2, 8, 8), "umlal", 32, 61),
]


def find_compiler() -> str:
    compiler = shutil.which("arm-none-eabi-gcc")
    if compiler is None:
        pytest.skip("arm-none-eabi-gcc is not installed")
    version = subprocess.run([compiler, "-dumpversion"], capture_output=True, text=True, check=True)
    if not version.stdout.startswith(COMPILER):
        pytest.skip(
            f"budgets are for arm-none-eabi-gcc {COMPILER}x, found {version.stdout.strip()}"
        )
    return compiler


def build_layer(name: str, bits: Bits) -> ModuleOp:
    template = load_module(build_context(), LAYERS_FOLDER / f"{name}.mlir")
    return redraw_layer(template, bits, "PC+ICN", 0)


def find_innermost_loops(assembly: str) -> list[list[str]]:
    """The mnemonics of every loop without another branch inside."""
    labels: dict[str, int] = {}
    mnemonics: list[str] = []
    loops: list[list[str]] = []
    for line in assembly.splitlines():
        if label := re.match(r"(\.L\d+):", line):
            labels[label[1]] = len(mnemonics)
        elif instruction := re.match(r"\t([a-z][\w.]*)(?:\t(\S+))?", line):
            mnemonics.append(instruction[1])
            start = labels.get(instruction[2] or "")
            if is_branch(instruction[1]) and start is not None:
                body = mnemonics[start:]
                if not any(is_branch(mnemonic) for mnemonic in body[:-1]):
                    loops.append(body)
    return loops


def is_branch(mnemonic: str) -> bool:
    return (
        re.fullmatch(r"(b(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?|cbn?z)(\.[nw])?", mnemonic)
        is not None
    )


@pytest.mark.parametrize(("name", "bits", "multiplication", "count", "budget"), BUDGETS)
def test_budget(
    name: str, bits: Bits, multiplication: str, count: int, budget: int, tmp_path: Path
) -> None:
    compiler = find_compiler()
    compiled = compile_module(
        build_context(), build_layer(name, bits), get_device("cortex-m4"), get_pipeline("cortex-m4")
    )
    for file_name, text in compiled.sources.items():
        (tmp_path / file_name).write_text(text, encoding="utf-8")
    (source,) = tmp_path.glob("*.c")
    flags = ["-mcpu=cortex-m4", "-mthumb", "-std=c99", "-ffreestanding", "-O2"]
    subprocess.run([compiler, *flags, "-S", "-o", "out.s", source.name], cwd=tmp_path, check=True)
    loops = find_innermost_loops((tmp_path / "out.s").read_text(encoding="utf-8"))
    # The sums of windows have a loop of their own, which may be longer.
    busy = [body for body in loops if body.count(multiplication) >= count]
    assert busy
    assert min(map(len, busy)) <= budget * TOLERANCE
