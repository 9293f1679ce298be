"""Running external tools: arguments as a list, text output, an end in time."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cmixdsl.errors import CmixError

SHOWN_LINES = 12


class CommandTimeoutError(CmixError):
    """A tool that was stopped because its time was over."""


@dataclass(frozen=True)
class CommandResult:
    """What a tool left: its exit code (negative: the signal that killed it) and its output."""

    exit_code: int
    output: str
    """Standard output and standard error."""


def run_command(
    command: Sequence[str],
    folder: Path,
    *,
    timeout_seconds: float,
    environment: Mapping[str, str] | None = None,
) -> CommandResult:
    """Run `command` in `folder`.

    Raises CmixError when it cannot start, and CommandTimeoutError when it does not end in time.
    """
    try:
        completed = subprocess.run(
            list(command),
            cwd=folder,
            env=None if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CommandTimeoutError(
            f"{Path(command[0]).name} did not end within {timeout_seconds:g} s"
        ) from None
    except OSError as error:
        raise CmixError(f"cannot start {command[0]}: {error.strerror}") from None
    return CommandResult(completed.returncode, completed.stdout.decode(errors="replace"))


def get_first_lines(text: str) -> str:
    """The first lines of a tool's output that are worth showing, indented."""
    lines = [line for line in text.splitlines() if line.strip()]
    shown = [f"  {line}" for line in lines[:SHOWN_LINES]]
    if len(lines) > SHOWN_LINES:
        shown.append(f"  ... and {len(lines) - SHOWN_LINES} more lines")
    return "\n".join(shown)


def run_program(
    function: str,
    command: Sequence[str],
    folder: Path,
    *,
    timeout_seconds: float,
    environment: Mapping[str, str] | None = None,
) -> CommandResult:
    """Run a tool that calls `function`, and name that when the time is over."""
    try:
        return run_command(
            command, folder, timeout_seconds=timeout_seconds, environment=environment
        )
    except CommandTimeoutError:
        raise CmixError(f"`{function}` did not return within {timeout_seconds:g} s") from None
