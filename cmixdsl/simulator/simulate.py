"""The one function that builds a program and runs it."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from cmixdsl.errors import CmixError
from cmixdsl.simulator.cores import CORTEX_M4, Core
from cmixdsl.simulator.host import run_on_host
from cmixdsl.simulator.image import Image, build_image
from cmixdsl.simulator.kinds import SIMULATORS, Simulator
from cmixdsl.simulator.program import Program
from cmixdsl.simulator.statistics import Statistics
from cmixdsl.simulator.toolchain import check_optimization, find_clang, find_gcc

_PACKAGES = ("ziglang", "unicorn", "capstone", "elftools")
_QEMU_TOOLS = ("arm-none-eabi-gcc", "qemu-system-arm")


@dataclass(frozen=True)
class SimulationResult:
    """What the runs of a program gave."""

    outputs: list[tuple[bytes, ...]]
    """For every run, its output buffers."""
    statistics: Statistics
    """Of the first run."""


def simulate(
    program: Program,
    inputs: Sequence[Sequence[bytes]],
    *,
    simulator: Simulator = "embedded",
    core: Core = CORTEX_M4,
    optimization: str = "-O3",
    compiler_flags: Sequence[str] = (),
    sanitize: bool = True,
    timeout_seconds: float = 600,
) -> SimulationResult:
    """Build `program` once and run it on every element of `inputs`, one buffer per input each.

    - `embedded`: clang of the package ziglang, run by Unicorn;
    - `qemu`: arm-none-eabi-gcc, run by qemu-system-arm;
    - `host`: the computer's own C compiler, with address and undefined behaviour sanitizers unless
      `sanitize` is false or they are not installed; without statistics, `core` has no meaning.

    The statistics are those of the first run: from the first instruction of the function to its
    return, callees included, the harness excluded. The other runs go at full speed.
    `compiler_flags` are given to the compiler after `optimization`, for the program's sources only.
    `timeout_seconds` is the limit for all runs together.

    Raises CmixError when a tool is missing, the program does not compile or fit, faults, or takes
    too long.
    """
    if simulator not in SIMULATORS:
        raise CmixError(f"expected a simulator among {', '.join(SIMULATORS)}, found {simulator!r}")
    check_optimization(optimization)
    _check_inputs(program, inputs)
    with TemporaryDirectory(prefix="cmix-") as folder_name:
        folder = Path(folder_name)
        if simulator == "host":
            outputs = run_on_host(
                program,
                inputs,
                folder,
                optimization=optimization,
                compiler_flags=compiler_flags,
                sanitize=sanitize,
                timeout_seconds=timeout_seconds,
            )
            return SimulationResult(outputs, Statistics())
        toolchain = find_clang(core) if simulator == "embedded" else find_gcc(core)
        image = build_image(
            program,
            core,
            toolchain,
            folder,
            optimization=optimization,
            compiler_flags=compiler_flags,
        )
        return _run_image(image, simulator, inputs, folder, timeout_seconds)


def available_simulators() -> tuple[Simulator, ...]:
    """The simulators whose tools are installed here."""
    found: list[Simulator] = []
    if all(find_spec(package) for package in _PACKAGES):
        found.append("embedded")
    if find_spec("elftools") and find_spec("capstone") and all(map(shutil.which, _QEMU_TOOLS)):
        found.append("qemu")
    if shutil.which("cc") or find_spec("ziglang"):
        found.append("host")
    return tuple(found)


def _run_image(
    image: Image,
    simulator: Simulator,
    inputs: Sequence[Sequence[bytes]],
    folder: Path,
    timeout_seconds: float,
) -> SimulationResult:
    """Run a built image. Raises CmixError as `simulate` does."""
    try:
        if simulator == "qemu":
            from cmixdsl.simulator.qemu_machine import run_in_qemu

            return SimulationResult(
                *run_in_qemu(image, inputs, folder, timeout_seconds=timeout_seconds)
            )
        from cmixdsl.simulator.unicorn_machine import run_in_unicorn

        return SimulationResult(*run_in_unicorn(image, inputs, timeout_seconds=timeout_seconds))
    except ImportError as error:
        raise CmixError(f"the package {error.name} is missing: pip install cmixdsl[sim]") from None


def _check_inputs(program: Program, inputs: Sequence[Sequence[bytes]]) -> None:
    """Raises CmixError unless there is a run and every buffer has its size."""
    if not inputs:
        raise CmixError("expected the inputs of at least one run, found none")
    for run, buffers in enumerate(inputs):
        found = tuple(len(data) for data in buffers)
        if found != tuple(program.input_bytes):
            raise CmixError(
                f"run {run}: expected inputs of {list(program.input_bytes)} bytes for "
                f"`{program.function}`, found {list(found)}"
            )
