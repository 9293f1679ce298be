"""Results of many runs on every simulator, and agreement between them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cmixdsl.simulator.cores import CORTEX_M4, CORTEX_M7, CORTEX_M33, Core
from cmixdsl.simulator.image import build_image
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.program import Program
from cmixdsl.simulator.simulate import simulate
from cmixdsl.simulator.toolchain import Toolchain, find_clang, find_gcc

HEADER = """
#ifndef DOT_H
#define DOT_H
#include <stdint.h>
int32_t dot(const int8_t *a, const int8_t *b, int32_t n);
#endif
"""
DOT = """
#include "dot.h"
int32_t dot(const int8_t *a, const int8_t *b, int32_t n)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < n; ++i)
        sum += a[i] * b[i];
    return sum;
}
"""
MODEL = """
#include <string.h>
#include "dot.h"
void model(const uint8_t *a, const uint8_t *b, const uint8_t *divisor, uint8_t *sum,
           uint8_t *copy, uint8_t *quotient)
{
    const int32_t total = dot((const int8_t *)a, (const int8_t *)b, 50);
    const int32_t d = divisor[0];
    const int32_t q = total / d;
    memcpy(sum, &total, 4);
    memcpy(copy, a, 50);
    memcpy(quotient, &q, 4);
}
"""
PROGRAM = Program(
    {"dot.h": HEADER, "dot.c": DOT, "model.c": MODEL}, "model", (50, 50, 1), (4, 50, 4)
)


def build_inputs(runs: int) -> list[tuple[bytes, bytes, bytes]]:
    random = np.random.default_rng(7)
    return [
        (random.bytes(50), random.bytes(50), bytes([int(random.integers(1, 256))]))
        for _ in range(runs)
    ]


def get_expected(run: tuple[bytes, bytes, bytes]) -> tuple[bytes, bytes, bytes]:
    a, b = (np.frombuffer(data, dtype=np.int8).astype(np.int32) for data in run[:2])
    total = np.int32(np.dot(a, b))
    quotient = np.int32(np.trunc(total / run[2][0]))
    return total.tobytes(), run[0], quotient.tobytes()


def test_many_runs(simulator: Simulator) -> None:
    inputs = build_inputs(40)
    result = simulate(PROGRAM, inputs, simulator=simulator)
    assert result.outputs == [get_expected(run) for run in inputs]


@pytest.mark.parametrize("core", [CORTEX_M7, CORTEX_M33], ids=lambda core: core.name)
def test_other_cores(emulator: Simulator, core: Core) -> None:
    inputs = build_inputs(2)
    result = simulate(PROGRAM, inputs, simulator=emulator, core=core, optimization="-O2")
    assert result.outputs == [get_expected(run) for run in inputs]


def test_variables_keep_their_values(simulator: Simulator) -> None:
    source = """
#include <stdint.h>
static uint8_t calls = 5;
void f(const uint8_t *in, uint8_t *out) { out[0] = (uint8_t)(++calls + in[0]); }
"""
    program = Program({"f.c": source}, "f", (1,), (1,))
    result = simulate(program, [(b"\x00",), (b"\x00",), (b"\x10",)], simulator=simulator)
    assert result.outputs == [(b"\x06",), (b"\x07",), (b"\x18",)]


def test_statistics_are_those_of_the_first_run(emulator: Simulator) -> None:
    source = """
#include <stdint.h>
void f(const uint8_t *in, uint8_t *out)
{
    for (uint8_t i = 0; i < in[0]; ++i)
        ((volatile uint8_t *)out)[0] = i;
}
"""
    program = Program({"f.c": source}, "f", (1,), (1,))
    few = simulate(program, [(b"\x01",), (b"\xc8",)], simulator=emulator).statistics
    many = simulate(program, [(b"\xc8",), (b"\x01",)], simulator=emulator).statistics
    assert few.instructions is not None
    assert many.instructions is not None
    assert few.instructions < 20 < 400 < many.instructions


def test_host_has_no_statistics() -> None:
    result = simulate(PROGRAM, build_inputs(1), simulator="host", sanitize=False)
    assert result.statistics.instructions is None
    assert result.statistics.code_bytes is None


@pytest.mark.parametrize(
    ("find_toolchain", "core"),
    [
        pytest.param(find_clang, CORTEX_M4, id="clang-cortex-m4"),
        pytest.param(find_clang, CORTEX_M7, id="clang-cortex-m7"),
        pytest.param(find_clang, CORTEX_M33, id="clang-cortex-m33"),
        pytest.param(find_gcc, CORTEX_M4, id="gcc-cortex-m4"),
    ],
)
def test_emulators_agree_on_one_image(
    both_emulators: tuple[Simulator, ...],
    tmp_path: Path,
    find_toolchain: Callable[[Core], Toolchain],
    core: Core,
) -> None:
    """The same executable: the same outputs, counts, cycles, stack, function by function."""
    from cmixdsl.simulator.qemu_machine import run_in_qemu
    from cmixdsl.simulator.unicorn_machine import run_in_unicorn

    del both_emulators
    inputs = build_inputs(3)
    image = build_image(PROGRAM, core, find_toolchain(core), tmp_path, optimization="-O3")
    in_unicorn = run_in_unicorn(image, inputs, timeout_seconds=60)
    in_qemu = run_in_qemu(image, inputs, tmp_path, timeout_seconds=60)
    assert in_unicorn == in_qemu


@pytest.mark.parametrize("instruction", ["nop", "mov.w r2, r2"])
@pytest.mark.parametrize("shift", [0, 1])
def test_emulators_agree_at_page_ends(
    both_emulators: tuple[Simulator, ...], tmp_path: Path, instruction: str, shift: int
) -> None:
    """QEMU ends blocks where a page of 1024 bytes ends; instructions may lie across."""
    from cmixdsl.simulator.qemu_machine import run_in_qemu
    from cmixdsl.simulator.unicorn_machine import run_in_unicorn

    del both_emulators
    lines = [".syntax unified", ".thumb", ".text", ".global f", ".type f, %function"]
    lines += [".thumb_func", "f:", *["nop"] * shift, *[instruction] * 1500, "bx lr"]
    lines.append(".size f, . - f")
    source = "__asm__(" + "".join(f'"{line}\\n"\n' for line in lines) + ");\n"
    program = Program({"f.c": source}, "f", (1,), (1,))
    image = build_image(program, CORTEX_M4, find_gcc(CORTEX_M4), tmp_path, optimization="-O2")
    _, in_unicorn = run_in_unicorn(image, [(b"\x00",)], timeout_seconds=60)
    _, in_qemu = run_in_qemu(image, [(b"\x00",)], tmp_path, timeout_seconds=60)
    assert in_unicorn.instructions == in_qemu.instructions == shift + 1500 + 1
