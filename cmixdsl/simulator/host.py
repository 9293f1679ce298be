"""Running a program on the host, under sanitizers where the compiler has them."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from cmixdsl.errors import CmixError, ToolchainError
from cmixdsl.simulator.commands import CommandResult, get_first_lines, run_command, run_program
from cmixdsl.simulator.harness import get_support_text
from cmixdsl.simulator.program import Program
from cmixdsl.simulator.toolchain import (
    BUILD_TIMEOUT_SECONDS,
    WARNINGS,
    find_zig,
    get_private_environment,
)

_SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
_EXECUTABLE = "program"


def run_on_host(
    program: Program,
    inputs: Sequence[Sequence[bytes]],
    folder: Path,
    *,
    optimization: str,
    compiler_flags: Sequence[str] = (),
    sanitize: bool,
    timeout_seconds: float,
) -> list[tuple[bytes, ...]]:
    """Build `program` in `folder` and run it on every element of `inputs` in one process.

    Raises CmixError when it does not compile, crashes, or a sanitizer finds something.
    """
    _build(program, folder, optimization, compiler_flags, sanitize)
    (folder / "inputs.bin").write_bytes(b"".join(data for run in inputs for data in run))
    ran = run_program(
        program.function,
        [str(folder / _EXECUTABLE), str(len(inputs))],
        folder,
        timeout_seconds=timeout_seconds,
        environment={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},
    )
    if ran.exit_code != 0:
        raise CmixError(_describe_failure(program, ran))
    return split_outputs(program, (folder / "outputs.bin").read_bytes(), len(inputs))


def _build(
    program: Program,
    folder: Path,
    optimization: str,
    compiler_flags: Sequence[str],
    sanitize: bool,
) -> None:
    for name, text in program.sources.items():
        (folder / name).write_text(text)
    main = "cmix_host_main.c"
    if main in program.sources:
        raise CmixError(f"expected sources without the name {main}, which the simulator uses")
    (folder / main).write_text(build_main(program))
    compiler = find_host_compiler()
    environment = get_private_environment(folder)
    command = [
        *compiler,
        "-std=c99",
        "-g",
        f"-fdebug-prefix-map={folder}=.",
        *WARNINGS,
        optimization,
        *compiler_flags,
    ]
    command += [*program.compiled_names, main, "-o", _EXECUTABLE]
    if sanitize:
        command += _find_sanitizers(compiler, folder, environment)
    built = run_command(
        command, folder, timeout_seconds=BUILD_TIMEOUT_SECONDS, environment=environment
    )
    if built.exit_code != 0:
        raise CmixError(
            f"the host compiler cannot build the program:\n{get_first_lines(built.output)}"
        )


def split_outputs(program: Program, data: bytes, runs: int) -> list[tuple[bytes, ...]]:
    """Split the outputs of `runs` runs, one after the other. Raises CmixError if any lack."""
    expected = runs * sum(program.output_bytes)
    if len(data) != expected:
        raise CmixError(f"expected {expected} bytes of outputs, found {len(data)}")
    outputs: list[tuple[bytes, ...]] = []
    position = 0
    for _ in range(runs):
        run: list[bytes] = []
        for size in program.output_bytes:
            run.append(data[position : position + size])
            position += size
        outputs.append(tuple(run))
    return outputs


def find_host_compiler() -> tuple[str, ...]:
    """The command of a C compiler for this computer: `cc`, or clang from the package ziglang."""
    compiler = shutil.which("cc")
    if compiler is not None:
        return (compiler,)
    try:
        return (*find_zig(), "cc")
    except CmixError:
        raise ToolchainError(
            "a C compiler is missing: install gcc or clang, or pip install cmixdsl[sim]"
        ) from None


def build_main(program: Program) -> str:
    """The C program around the function, for its buffers."""
    sizes = (*program.input_bytes, *program.output_bytes)
    inputs = len(program.input_bytes)
    parameters = ["const uint8_t *"] * inputs + ["uint8_t *"] * len(program.output_bytes)
    arguments = ", ".join(f"buffers[{i}]" for i in range(len(sizes)))
    return Template(get_support_text("host_main.c")).substitute(
        function=program.function,
        parameters=", ".join(parameters) or "void",
        arguments=arguments,
        inputs=inputs,
        buffers=len(sizes),
        sizes=", ".join(str(size) for size in sizes) or "0",
    )


def _find_sanitizers(
    compiler: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> tuple[str, ...]:
    """The flags for what this compiler can check."""
    if len(compiler) > 1:
        # Zig has no AddressSanitizer and would spend 15 s on compiling its messages: trap instead.
        return ("-fsanitize=undefined", "-fsanitize-trap=undefined")
    (folder / "cmix_sanitizer_probe.c").write_text("int main(void) { return 0; }\n")
    # The sanitizers' libraries may be missing: they are separate packages.
    result = run_command(
        [*compiler, *_SANITIZERS, "cmix_sanitizer_probe.c", "-o", "cmix_sanitizer_probe"],
        folder,
        timeout_seconds=BUILD_TIMEOUT_SECONDS,
        environment=environment,
    )
    return _SANITIZERS if result.exit_code == 0 else ()


def _describe_failure(program: Program, result: CommandResult) -> str:
    findings = get_first_lines(result.output) or "  no message: undefined behaviour is likely"
    reason = (
        f"ended by signal {-result.exit_code}"
        if result.exit_code < 0
        else f"ended with code {result.exit_code}"
    )
    return f"`{program.function}` failed on the host ({reason}):\n{findings}"
