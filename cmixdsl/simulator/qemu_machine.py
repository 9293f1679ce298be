"""Running an image in qemu-system-arm, with a plugin that traces the first run."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cmixdsl.errors import CmixError, ToolchainError
from cmixdsl.simulator.commands import get_first_lines, run_command, run_program
from cmixdsl.simulator.disassembler import get_instruction_bytes
from cmixdsl.simulator.faults import describe_place, describe_stack_overflow
from cmixdsl.simulator.harness import get_support_text
from cmixdsl.simulator.host import find_host_compiler, split_outputs
from cmixdsl.simulator.image import IMAGE_NAME, Image
from cmixdsl.simulator.profile import Profiler, Trace
from cmixdsl.simulator.statistics import Statistics
from cmixdsl.simulator.toolchain import BUILD_TIMEOUT_SECONDS, get_private_environment

_EXIT_FAULT = 3
"""What start.c exits with after a fault."""
_TRACE_BLOCKS = 1 << 20
_PLUGIN = "trace_plugin"


def run_in_qemu(
    image: Image, inputs: Sequence[Sequence[bytes]], folder: Path, *, timeout_seconds: float
) -> tuple[list[tuple[bytes, ...]], Statistics]:
    """All runs of `image`, whose ELF file is in `folder`, and the statistics of the first.

    Raises CmixError when QEMU or a host compiler for its plugin is missing, for a fault, and when
    the time for all runs is over.
    """
    qemu = find_qemu()
    _build_plugin(qemu, folder)
    runs = len(inputs).to_bytes(4, "little")
    data = b"".join(buffer for run in inputs for buffer in run)
    (folder / "inputs.bin").write_bytes(runs + data)
    symbols = image.symbols
    plugin = (
        f"file=./{_PLUGIN}.so,entry={symbols[image.program.function]},"
        f"return={symbols['cmix_return']},out=trace.bin"
    )
    command = [qemu, "-M", image.core.qemu_machine, "-kernel", IMAGE_NAME, "-plugin", plugin]
    command += ["-display", "none", "-monitor", "none", "-serial", "none"]
    command += ["-semihosting-config", "enable=on,target=native"]
    result = run_program(image.program.function, command, folder, timeout_seconds=timeout_seconds)
    if result.exit_code != 0:
        raise CmixError(_describe_failure(image, folder, result.exit_code, result.output))
    profiler = _read_trace(image, folder / "trace.bin")
    peak_stack_bytes = int.from_bytes((folder / "stack.bin").read_bytes(), "little")
    outputs = split_outputs(image.program, (folder / "outputs.bin").read_bytes(), len(inputs))
    return outputs, profiler.get_statistics(peak_stack_bytes)


def find_qemu() -> str:
    """The path of qemu-system-arm. Raises ToolchainError when it is missing."""
    qemu = shutil.which("qemu-system-arm")
    if qemu is None:
        raise ToolchainError(
            "qemu-system-arm is missing: install it (apt install qemu-system-arm), "
            "or use the simulator `embedded`"
        )
    return qemu


def _build_plugin(qemu: str, folder: Path) -> None:
    """Compile the plugin for this version of QEMU."""
    (folder / f"{_PLUGIN}.c").write_text(get_support_text(f"{_PLUGIN}.c"))
    shown = run_command([qemu, "--version"], folder, timeout_seconds=BUILD_TIMEOUT_SECONDS).output
    version = re.search(r"version (\d+)", shown)
    if version is None:
        raise CmixError(f"expected QEMU to tell its version, found:\n{get_first_lines(shown)}")
    # QEMU 9 raised the lowest interface version that it takes from 0 to 2.
    interface = 1 if int(version[1]) < 9 else 2
    command = [*find_host_compiler(), "-O2", "-fPIC", "-shared", "-fvisibility=hidden"]
    command += [f"-DPLUGIN_VERSION={interface}", f"{_PLUGIN}.c", "-o", f"{_PLUGIN}.so"]
    result = run_command(
        command,
        folder,
        timeout_seconds=BUILD_TIMEOUT_SECONDS,
        environment=get_private_environment(folder),
    )
    if result.exit_code != 0:
        raise CmixError(
            f"the host compiler cannot build QEMU's plugin:\n{get_first_lines(result.output)}"
        )


def _read_trace(image: Image, path: Path) -> Profiler:
    profiler = Profiler(image)
    with path.open("rb") as file:
        while (trace := np.fromfile(file, dtype=np.uint64, count=_TRACE_BLOCKS)).size:
            profiler.add(_get_sizes(image, trace))
    return profiler


def _get_sizes(image: Image, trace: Trace) -> Trace:
    """The plugin counts a block's instructions, the profiler wants its size in bytes."""
    keys, inverse = np.unique(trace, return_inverse=True)
    for position, key in enumerate(keys.tolist()):
        address, end = key & 0xFFFFFFFF, key & 0xFFFFFFFF
        for _ in range(key >> 32):
            end += get_instruction_bytes(image.read(end, 2), 0)
        keys[position] = address | (end - address) << 32
    return keys[inverse.reshape(-1)]


def _describe_failure(image: Image, folder: Path, exit_code: int, output: str) -> str:
    fault = folder / "fault.bin"
    if exit_code == _EXIT_FAULT and fault.exists():
        words = fault.read_bytes()
        pc, sp = int.from_bytes(words[:4], "little"), int.from_bytes(words[4:], "little")
        # A fault pushes 8 words, so that the stack pointer is outside after an overflow.
        if sp < image.symbols["cmix_stack_bottom"]:
            return describe_stack_overflow(image)
        return f"{describe_place(image, pc)}: fault"
    ended = f"signal {-exit_code}" if exit_code < 0 else f"code {exit_code}"
    return f"`{image.program.function}` failed in QEMU ({ended}):\n{get_first_lines(output)}"
