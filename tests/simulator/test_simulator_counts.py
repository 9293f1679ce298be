"""Counts against programs in assembly, whose instructions can be counted by hand."""

from dataclasses import replace

import pytest

from cmixdsl.errors import CmixError
from cmixdsl.simulator.cores import CORES, CORTEX_M4
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.program import Program
from cmixdsl.simulator.simulate import available_simulators, simulate
from cmixdsl.simulator.statistics import Statistics


def build_program(function_bodies: dict[str, str]) -> Program:
    """Functions in assembly, the first of them `f`, with one input byte and one output byte."""
    text = ".syntax unified\n.thumb\n"
    for name, body in function_bodies.items():
        text += f'.section .text.{name},"ax",%progbits\n.balign 4\n.global {name}\n'
        text += f".type {name}, %function\n.thumb_func\n{name}:\n{body}\n.size {name}, . - {name}\n"
    lines = "\n".join(f'    "{line}\\n"' for line in text.replace('"', '\\"').splitlines())
    return Program({"f.c": f"__asm__(\n{lines});\n"}, "f", (1,), (1,))


def run(program: Program, simulator: Simulator, core: str = "cortex-m4") -> Statistics:
    """The statistics of one run."""
    (found,) = (c for c in CORES if c.name == core)
    return simulate(program, [(b"\x07",)], simulator=simulator, core=found).statistics


LOOP = build_program(
    {
        "f": """movs r2, #10
1: subs r2, #1
bne 1b
ldrb r3, [r0]
strb r3, [r1]
bx lr"""
    }
)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33"])
def test_loop_instructions(emulator: Simulator, core: str) -> None:
    assert run(LOOP, emulator, core).instructions == 1 + 10 * 2 + 3


def test_loop_on_cortex_m55() -> None:
    if "qemu" not in available_simulators():
        pytest.skip("qemu-system-arm is not installed")
    assert run(LOOP, "qemu", "cortex-m55").instructions == 24


def test_loop_cycles(emulator: Simulator) -> None:
    # movs 1; subs 1 and bne 1, and 2 for each of the 9 taken; ldrb 2, strb 1, bx 1 + 2
    assert run(LOOP, emulator).cycles == 1 + 10 * 2 + 9 * 2 + 2 + 1 + 3


CORTEX_M4_CYCLES = [
    ("ldr r2, [sp]\nldr r3, [sp, #4]\nldr r2, [sp]", 2 + 1 + 1),
    ("mov r2, sp\nldr r2, [r2]\nldrb r3, [r0]", 1 + 2 + 1),
    ("mov r3, sp\nstr r3, [sp]\nldr r2, [sp]\nldrb r3, [r2]", 1 + 1 + 2 + 2),
    ("movs r2, #0\nldrb r3, [r0, r2]\nstrb r3, [r1, r2]", 1 + 2 + 2),
    ("push {r4-r7}\npop {r4-r7}", 5 + 5),
    ("mov r2, sp\nldmia r2, {r2, r3, r12}\nstmdb sp, {r2, r3}", 1 + 4 + 3),
    ("ldrd r2, r3, [sp]", 3),
    ("movs r2, #9\nmovs r3, #2\nudiv r2, r2, r3", 1 + 1 + 12),
    ("smlad r2, r2, r3, r2\nsxtb16 r2, r2\nusat r2, #4, r2, asr #3", 3),
    ("umlal r2, r3, r0, r1\nsmmul r2, r2, r3", 2),
    ("cbz r0, 1f\nnop\n1: nop", 3),
    ("cbnz r0, 1f\nnop\n1: nop", 1 + 2 + 1),
    ("tst r0, r0\nit eq\naddeq r2, #1", 3),
]
"""r0 and r1 are the addresses of the input and the output: not zero, and multiples of 8."""

CORTEX_M7_CYCLES = [
    ("movs r2, #1\nmovs r3, #2", 1),
    ("adds r2, #1\nadds r2, #1", 2),
    ("ldrb r2, [r0]\nldrb r3, [r0]", 2),
    ("mul r2, r2, r0\nmul r3, r3, r0", 2),
    ("ldrb r2, [r0]\nmul r3, r3, r0", 1),
]


@pytest.mark.parametrize(
    ("core", "table", "ending", "ending_cycles"),
    [
        ("cortex-m4", CORTEX_M4_CYCLES, "bx lr", 3),
        ("cortex-m7", CORTEX_M7_CYCLES, "udiv r2, r0, r1\nbx lr", 12 + 1),
    ],
)
def test_cycles(core: str, table: list[tuple[str, int]], ending: str, ending_cycles: int) -> None:
    """Each row is a function of its own, called by `f`."""
    if "embedded" not in available_simulators():
        pytest.skip("the tools of the simulator `embedded` are not installed")
    calls = "\n".join(f"bl row_{i}" for i in range(len(table)))
    bodies = {"f": f"sub sp, #12\nstr lr, [sp, #8]\n{calls}\nldr lr, [sp, #8]\nadd sp, #12\nbx lr"}
    for i, (instructions, _) in enumerate(table):
        bodies[f"row_{i}"] = f"{instructions}\n{ending}"
    functions = run(build_program(bodies), "embedded", core).functions
    assert functions is not None
    found = [(row, functions[f"row_{i}"].own_cycles) for i, (row, _) in enumerate(table)]
    assert found == [(row, cycles + ending_cycles) for row, cycles in table]


CALLS = build_program(
    {
        "f": "push {r4, lr}\nbl leaf\nbl middle\npop {r4, lr}\nb last",
        "middle": "push {r4, lr}\nbl leaf\npop {r4, pc}",
        "leaf": "nop\nbx lr",
        "last": "nop\nnop\nbx lr",
    }
)


def test_calls_per_function(emulator: Simulator) -> None:
    statistics = run(CALLS, emulator)
    assert statistics.functions is not None
    counts = {
        name: (f.calls, f.own_instructions, f.instructions)
        for name, f in statistics.functions.items()
    }
    assert counts == {
        "f": (1, 5, 15),
        "leaf": (2, 4, 4),
        "middle": (1, 3, 5),
        "last": (1, 3, 3),
    }
    assert statistics.instructions == 5 + 2 * 2 + 3 + 3
    assert sum(f.own_cycles for f in statistics.functions.values()) == statistics.cycles
    assert statistics.functions["f"].cycles == statistics.cycles


def test_tail_call_returns_to_the_caller_of_its_caller(emulator: Simulator) -> None:
    program = build_program(
        {
            "f": "push {r4, lr}\nbl middle\nnop\nnop\npop {r4, pc}",
            "middle": "nop\nb leaf",
            "leaf": "bx lr",
        }
    )
    functions = run(program, emulator).functions
    assert functions is not None
    counts = {name: (f.own_instructions, f.instructions) for name, f in functions.items()}
    assert counts == {"f": (5, 8), "middle": (2, 3), "leaf": (1, 1)}


def test_tail_call_of_the_function_that_follows(emulator: Simulator) -> None:
    program = build_program({"f": "nop\nnop\nb.w next", "next": "nop\nbx lr"})
    functions = run(program, emulator).functions
    assert functions is not None
    counts = {name: (f.calls, f.own_instructions, f.instructions) for name, f in functions.items()}
    assert counts == {"f": (1, 3, 5), "next": (1, 2, 2)}


def test_recursion_counts_the_outermost_call_once(emulator: Simulator) -> None:
    program = build_program(
        {
            "f": "push {r4, lr}\nmovs r2, #3\nbl down\npop {r4, pc}",
            "down": "push {r4, lr}\nsubs r2, #1\nbeq 1f\nbl down\n1: pop {r4, pc}",
        }
    )
    statistics = run(program, emulator)
    assert statistics.functions is not None
    down = statistics.functions["down"]
    assert (down.calls, down.instructions, down.own_instructions) == (3, 14, 14)
    assert statistics.instructions == 4 + 14


def test_peak_stack(emulator: Simulator) -> None:
    program = build_program(
        {
            "f": "push {r4, lr}\nbl leaf\npop {r4, pc}",
            "leaf": "sub sp, #96\nmovs r2, #0\nstr r2, [sp]\nadd sp, #96\nbx lr",
        }
    )
    assert run(program, emulator).peak_stack_bytes == 8 + 96


def test_a_program_without_stack_uses_none(emulator: Simulator) -> None:
    assert run(LOOP, emulator).peak_stack_bytes == 0


def test_sizes_count_the_program_alone(emulator: Simulator) -> None:
    source = """
#include <stdint.h>
#include <string.h>
static const int32_t table[25] = {1, -7, 3, 5, 9};
static int32_t counter = 3;
static uint8_t arena[40];
void f(const uint8_t *in, uint8_t *out)
{
    memcpy(arena, in, 40);
    counter += table[in[0] % 25] + arena[in[1] % 40];
    out[0] = (uint8_t)counter;
}
"""
    program = Program({"f.c": source}, "f", (40,), (1,))
    statistics = simulate(program, [(bytes(40),)], simulator=emulator, core=CORTEX_M4).statistics
    assert statistics.rodata_bytes == 100
    assert statistics.data_bytes == 4 + 40
    assert statistics.code_bytes is not None
    assert 40 <= statistics.code_bytes <= 160
    check_linked_sizes(program, statistics, emulator)


def check_linked_sizes(program: Program, statistics: Statistics, emulator: Simulator) -> None:
    """A core with 16 bytes more than the linker placed can hold the program, one with less not."""
    assert statistics.linked_flash_bytes is not None
    assert statistics.linked_ram_bytes is not None
    for region, used in (
        ("flash", statistics.linked_flash_bytes),
        ("ram", statistics.linked_ram_bytes),
    ):
        memory = getattr(CORTEX_M4, region)
        enough, little = (
            replace(CORTEX_M4, **{region: replace(memory, bytes=used + extra)})
            for extra in (16, -16)
        )
        simulate(program, [(bytes(40),)], simulator=emulator, core=enough)
        with pytest.raises(CmixError, match=f"its {region} is too small by"):
            simulate(program, [(bytes(40),)], simulator=emulator, core=little)


def test_a_copy_of_one_word_is_one_load(emulator: Simulator) -> None:
    source = """
#include <stdint.h>
#include <string.h>
void f(const uint8_t *in, uint8_t *out)
{
    uint32_t word;
    memcpy(&word, in + 1, 4);
    word *= 3u;
    memcpy(out + 1, &word, 4);
}
"""
    program = Program({"f.c": source}, "f", (5,), (5,))
    statistics = simulate(program, [(bytes(5),)], simulator=emulator).statistics
    # ldr, add with shift, str, bx
    assert statistics.instructions == 4
