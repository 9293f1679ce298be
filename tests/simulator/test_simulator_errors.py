"""Everything that can go wrong is one clean message."""

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from cmixdsl.errors import CmixError
from cmixdsl.simulator.cores import CORTEX_M4, CORTEX_M55, MemoryRegion
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.program import Program
from cmixdsl.simulator.simulate import available_simulators, simulate
from cmixdsl.simulator.toolchain import get_overflow_message


def build_program(body: str, before: str = "") -> Program:
    source = (
        "#include <stdint.h>\n#include <string.h>\n"
        f"{before}\nvoid f(const uint8_t *a, uint8_t *b)\n{{\n{body}\n}}\n"
    )
    return Program({"f.c": source}, "f", (4,), (4,))


def fail(program: Program, simulator: Simulator, timeout_seconds: float = 60) -> str:
    """The message of the error that `program` raises."""
    with pytest.raises(CmixError) as caught:
        simulate(
            program,
            [(bytes(4),)],
            simulator=simulator,
            timeout_seconds=timeout_seconds,
        )
    return str(caught.value)


def test_compile_error(simulator: Simulator) -> None:
    message = fail(build_program("b[0] = a[0] + missing;"), simulator)
    assert "f.c:6:15: error:" in message
    assert "missing" in message


def test_warning_is_an_error(simulator: Simulator) -> None:
    assert "unused" in fail(build_program("int unused; b[0] = a[0];"), simulator)


def test_undefined_function(simulator: Simulator) -> None:
    message = fail(build_program("g(a, b);", "void g(const uint8_t *a, uint8_t *b);"), simulator)
    assert "undefined" in message


def test_bad_address(emulator: Simulator) -> None:
    body = "b[0] = (uint8_t)(a[0] + *(volatile uint8_t *)0x70000000u);"
    message = fail(build_program(body), emulator)
    assert message.startswith("cortex-m4 stopped at pc 0x")
    assert "in `f`" in message


def test_undefined_instruction(emulator: Simulator) -> None:
    message = fail(build_program('__asm__ volatile("udf #1"); b[0] = a[0];'), emulator)
    assert "in `f`" in message


def test_misaligned_double_word(emulator: Simulator) -> None:
    body = '__asm__ volatile("ldrd r2, r3, [%0]" : : "r"(a + 2) : "r2", "r3"); b[0] = a[0];'
    assert "in `f`" in fail(build_program(body), emulator)


def test_stack_overflow(emulator: Simulator) -> None:
    before = """
__attribute__((noinline)) static uint8_t g(const volatile uint8_t *p, int n)
{
    volatile uint8_t frame[64];
    frame[0] = p[0];
    return n == 0 ? frame[0] : (uint8_t)(g(frame, n - 1) + frame[0]);
}
"""
    message = fail(build_program("b[0] = g(a, 9000);", before), emulator)
    assert "stack overflow: the stack has 65536 bytes" in message


def test_endless_loop(simulator: Simulator) -> None:
    body = 'while (a[0] == 0) __asm__ volatile("" : : : "memory");\nb[0] = 1;'
    message = fail(build_program(body), simulator, timeout_seconds=0.4)
    assert "return within" in message


@pytest.mark.parametrize(
    ("memory", "declaration"),
    [
        ("ram", "static uint8_t big[5000000];"),
        ("flash", "static const uint8_t big[5000000] = {1};"),
    ],
)
def test_too_big_for_the_core(emulator: Simulator, memory: str, declaration: str) -> None:
    body = "memcpy(b, big + 256 * a[0], 4);"
    if memory == "ram":
        body = f"big[1000 * a[1]] = a[2];\n{body}"
    message = fail(build_program(body, declaration), emulator)
    prefix = f"the program does not fit the core: its {memory} is too small by "
    assert message.startswith(prefix)
    missing = int(message.removeprefix(prefix).removesuffix(" bytes"))
    assert 5_000_000 - (4 << 20) < missing < 5_000_000 - (4 << 20) + 70_000


def test_smaller_part(emulator: Simulator) -> None:
    small = replace(CORTEX_M4, ram=MemoryRegion(0x2000_0000, 8192), stack_bytes=4096)
    program = build_program("big[9 * a[0]] = 1; b[0] = big[a[1]];", "static uint8_t big[5000];")
    with pytest.raises(CmixError, match="ram is too small by"):
        simulate(program, [(bytes(4),)], simulator=emulator, core=small)
    program = build_program("big[9 * a[0]] = 1; b[0] = big[a[1]];", "static uint8_t big[3000];")
    simulate(program, [(bytes(4),)], simulator=emulator, core=small)


def test_overflow_messages_of_both_linkers() -> None:
    gnu = "ld: region `RAM' overflowed by 871320 bytes"
    lld = (
        "ld.lld: error: section 'a' will not fit in region 'RAM': overflowed by 871232 bytes\n"
        "ld.lld: error: section 'b' will not fit in region 'RAM': overflowed by 871320 bytes\n"
    )
    expected = "the program does not fit the core: its ram is too small by 871320 bytes"
    assert get_overflow_message(gnu) == get_overflow_message(lld) == expected
    assert get_overflow_message("ld: undefined reference to `g'") is None


def test_sanitizer_finds_access_outside() -> None:
    if shutil.which("cc") is None:
        pytest.skip("a host C compiler is not installed")
    message = fail(build_program("b[0] = a[4 + a[0]];"), "host")
    assert "AddressSanitizer: heap-buffer-overflow" in message
    assert " f.c:6" in message


def test_sanitizer_finds_undefined_behaviour() -> None:
    body = "volatile int32_t x = INT32_MAX;\nx = x + a[0] + 1;\nb[0] = (uint8_t)x;"
    assert "signed integer overflow" in fail(build_program(body), "host")


def test_embedded_has_no_cortex_m55() -> None:
    program = build_program("b[0] = a[0];")
    if "embedded" not in available_simulators():
        pytest.skip("the tools of the simulator `embedded` are not installed")
    with pytest.raises(CmixError, match="no cortex-m55: use `qemu`"):
        simulate(program, [(bytes(4),)], core=CORTEX_M55)


def test_missing_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    program = build_program("b[0] = a[0];")
    assert "apt install gcc-arm-none-eabi" in fail(program, "qemu")
    assert "qemu" not in available_simulators()


@pytest.mark.parametrize("package", ["capstone", "elftools.elf.elffile"])
def test_missing_packages(
    emulator: Simulator, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.startswith("cmixdsl.simulator."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    message = fail(build_program("b[0] = a[0];"), emulator)
    assert message.endswith("is missing: pip install cmixdsl[sim]")


def test_temporary_files_are_removed(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    simulate(build_program("b[0] = a[0];"), [(bytes(4),)], simulator=simulator)
    fail(build_program("b[0] = missing;"), simulator)
    assert list(tmp_path.iterdir()) == []


def test_no_home_is_needed(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    simulate(build_program("b[0] = a[0];"), [(bytes(4),)], simulator=simulator)


@pytest.mark.parametrize("inputs", [[], [(bytes(3),)], [(bytes(4),), ()]])
def test_wrong_inputs(inputs: list[tuple[bytes, ...]]) -> None:
    with pytest.raises(CmixError, match="expected"):
        simulate(build_program("b[0] = a[0];"), inputs)


def test_wrong_optimization() -> None:
    with pytest.raises(CmixError, match="expected an optimization like -O2"):
        simulate(build_program("b[0] = a[0];"), [(bytes(4),)], optimization="-fast")


@pytest.mark.parametrize(
    ("sources", "function", "sizes"),
    [
        ({"../f.c": ""}, "f", (1,)),
        ({"f.h": ""}, "f", (1,)),
        ({"f.c": ""}, "f()", (1,)),
        ({"f.c": ""}, "f", (0,)),
    ],
)
def test_malformed_programs(sources: dict[str, str], function: str, sizes: tuple[int, ...]) -> None:
    with pytest.raises(CmixError, match="expected"):
        Program(sources, function, sizes, (1,))
