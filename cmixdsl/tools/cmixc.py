"""cmixc: compiles models to C, runs them on emulated cores, validates pipelines.

Exit codes: see `cmixdsl.tools.exit_codes`.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from cmixdsl.tools.arguments import build_parser
from cmixdsl.tools.exit_codes import ExitCode
from cmixdsl.tools.reporting import run_reporting

COMMANDS = {
    "import": "commands",
    "compile": "commands",
    "run": "run",
    "report": "report",
    "plan": "plan",
    "compare": "compare",
    "validate": "validate",
    "bench": "bench",
    "tune": "tune",
    "pipelines": "commands",
    "targets": "commands",
}
"""The module of `cmixdsl.tools` with the function `run_COMMAND`; only that one is loaded, since
interpreters and simulators take longer to load than a layer to compile."""


def run(arguments: argparse.Namespace) -> ExitCode:
    """Runs one command and reports what goes wrong."""
    return run_reporting(lambda: _run_command(arguments), with_traceback=arguments.traceback)


def _run_command(arguments: argparse.Namespace) -> None:
    module = import_module(f"cmixdsl.tools.{COMMANDS[arguments.command]}")
    command: Callable[[argparse.Namespace], None] = getattr(module, f"run_{arguments.command}")
    command(arguments)


def main(args: Sequence[str] | None = None) -> None:
    """The command `cmixc`; ends the process with an `ExitCode`."""
    sys.exit(run(build_parser().parse_args(args)))


if __name__ == "__main__":
    main()
