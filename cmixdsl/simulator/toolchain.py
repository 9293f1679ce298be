"""Compilers: how to find and call them.

A toolchain is data: the command that compiles a file, the command that links. Nothing is looked up
before `find_gcc`, `find_clang` or `find_host_compiler` is called.
"""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cmixdsl.errors import CmixError, ToolchainError
from cmixdsl.simulator.commands import get_first_lines, run_command
from cmixdsl.simulator.cores import Core

BUILD_TIMEOUT_SECONDS = 600
WARNINGS = ("-Wall", "-Wextra", "-Werror")
_OPTIMIZATION = re.compile(r"-O[0-3sz]?")
_SECTION_FLAGS = ("-ffunction-sections", "-fdata-sections")
_FREESTANDING_FLAGS = ("-std=gnu99", "-ffreestanding", "-fno-builtin")
"""For our own support files: `-fno-builtin` keeps memcpy from being compiled into memcpy."""


@dataclass(frozen=True)
class Toolchain:
    """A compiler for one core."""

    name: str
    compile_command: tuple[str, ...]
    """Everything but optimization, sources and `-o`."""
    link_command: tuple[str, ...]
    """Everything but objects and `-o`; `-T link.ld` included."""
    program_flags: tuple[str, ...]
    """For the program's own files. They must not forbid the compiler to expand a memcpy of four
    bytes into one load."""
    libraries: tuple[str, ...] = ()
    support_flags: tuple[str, ...] = _FREESTANDING_FLAGS

    def compile(self, folder: Path, source: str, object_name: str, flags: Sequence[str]) -> None:
        """Compile one file of `folder`. Raises CmixError with the compiler's first lines."""
        command = [*self.compile_command, *flags, "-c", source, "-o", object_name]
        self._run(command, folder, f"{self.name} cannot compile {Path(source).name}")

    def link(self, folder: Path, object_names: Sequence[str], image_name: str) -> None:
        """Link objects of `folder`. Raises CmixError, saying by how much a memory is too small."""
        command = [*self.link_command, *object_names, *self.libraries, "-o", image_name]
        self._run(command, folder, f"{self.name} cannot link the program")

    def _run(self, command: Sequence[str], folder: Path, failure: str) -> None:
        result = run_command(
            command,
            folder,
            timeout_seconds=BUILD_TIMEOUT_SECONDS,
            environment=get_private_environment(folder),
        )
        if result.exit_code != 0:
            raise CmixError(
                get_overflow_message(result.output)
                or f"{failure}:\n{get_first_lines(result.output)}"
            )


def get_overflow_message(linker_output: str) -> str | None:
    """What to say when the linker found a memory region too small; None when that is not it.

    >>> get_overflow_message("region `FLASH' overflowed by 12 bytes")
    'the program does not fit the core: its flash is too small by 12 bytes'
    """
    found = re.findall(r"region [`'](\w+)':? overflowed by (\d+) bytes", linker_output)
    if not found:
        return None
    # lld reports every section that overflows, each with the overflow so far.
    missing = {region: max(int(n) for r, n in found if r == region) for region, _ in found}
    places = " and ".join(f"its {r.lower()} is too small by {n} bytes" for r, n in missing.items())
    return f"the program does not fit the core: {places}"


def check_optimization(optimization: str) -> None:
    """Raises CmixError unless `optimization` is one of the compilers' -O options."""
    if not _OPTIMIZATION.fullmatch(optimization):
        raise CmixError(f"expected an optimization like -O2 or -O3, found {optimization!r}")


def find_gcc(core: Core) -> Toolchain:
    """arm-none-eabi-gcc for `core`. Raises ToolchainError when it is missing."""
    gcc = shutil.which("arm-none-eabi-gcc")
    if gcc is None:
        raise ToolchainError(
            "arm-none-eabi-gcc is missing: install it (apt install gcc-arm-none-eabi), "
            "or use the simulator `embedded`"
        )
    target = (f"-mcpu={core.gcc_cpu}", "-mthumb", "-mfloat-abi=soft")
    return Toolchain(
        name="arm-none-eabi-gcc",
        compile_command=(gcc, *target, *WARNINGS, *_SECTION_FLAGS),
        # Freestanding, for its headers need no C library.
        program_flags=("-std=c99", "-ffreestanding", "-fbuiltin"),
        link_command=(gcc, *target, "-nostdlib", "-static", "-Wl,--gc-sections", "-Tlink.ld"),
        libraries=("-lgcc",),
        support_flags=(*_FREESTANDING_FLAGS, "-fno-tree-loop-distribute-patterns"),
    )


def find_clang(core: Core) -> Toolchain:
    """clang and lld of the package ziglang for `core`. Raises ToolchainError when it is missing."""
    zig = find_zig()
    return Toolchain(
        name="clang",
        compile_command=(
            *zig,
            "cc",
            "-target",
            "thumb-freestanding-eabi",
            f"-mcpu={core.clang_cpu}",
            "-mfloat-abi=soft",
            *WARNINGS,
            *_SECTION_FLAGS,
            "-fno-sanitize=undefined",
            "-fno-stack-protector",
            "-fomit-frame-pointer",
            "-fno-unwind-tables",
            "-fno-asynchronous-unwind-tables",
            "-g0",
        ),
        # Zig says -ffreestanding for a target without operating system; clang takes that back, and
        # its own headers need no C library either way.
        program_flags=("-std=c99", "-fhosted"),
        link_command=(*zig, "ld.lld", "--gc-sections", "-static", "-Tlink.ld"),
    )


def find_zig() -> tuple[str, ...]:
    """The command of the package ziglang. Raises ToolchainError when it is missing."""
    if find_spec("ziglang") is None:
        raise ToolchainError("the package ziglang is missing: pip install cmixdsl[sim]")
    return (sys.executable, "-m", "ziglang")


def get_private_environment(folder: Path) -> dict[str, str]:
    """The environment for compilers: Zig caches in `folder`, not in $HOME, which need not exist."""
    cache = str(folder / "zig-cache")
    return {**os.environ, "ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache}
