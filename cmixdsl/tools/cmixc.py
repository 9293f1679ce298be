"""cmixc: compiles models to C, runs them on emulated cores, validates pipelines.

Exit codes: see `cmixdsl.tools.exit_codes`.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from cmixdsl.collection import collecting_rarely, skip_last_collection
from cmixdsl.tools.arguments import build_parser
from cmixdsl.tools.exit_codes import ExitCode

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
    # Loaded only now, with all of xDSL, so that help and wrong command lines are answered at once.
    from cmixdsl.tools.reporting import run_reporting

    return run_reporting(lambda: _run_command(arguments), with_traceback=arguments.traceback)


def _run_command(arguments: argparse.Namespace) -> None:
    with collecting_rarely():
        module = import_module(f"cmixdsl.tools.{COMMANDS[arguments.command]}")
    command: Callable[[argparse.Namespace], None] = getattr(module, f"run_{arguments.command}")
    command(arguments)


def main(args: Sequence[str] | None = None) -> None:
    """The command `cmixc`; ends the process with an `ExitCode`."""
    skip_last_collection()
    sys.exit(run(build_parser().parse_args(args)))


if __name__ == "__main__":
    main()
