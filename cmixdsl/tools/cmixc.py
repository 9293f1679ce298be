"""cmixc: compiles models to C, runs them on emulated cores, validates pipelines.

Exit codes: see `cmixdsl.tools.exit_codes`.
"""

import argparse
import sys
from collections.abc import Sequence

from cmixdsl.tools import commands
from cmixdsl.tools.arguments import build_parser
from cmixdsl.tools.bench import run_bench
from cmixdsl.tools.compare import run_compare
from cmixdsl.tools.exit_codes import ExitCode
from cmixdsl.tools.plan import run_plan
from cmixdsl.tools.report import run_report
from cmixdsl.tools.reporting import run_reporting
from cmixdsl.tools.tune import run_tune

COMMANDS = {
    "import": commands.run_import,
    "compile": commands.run_compile,
    "run": commands.run_run,
    "report": run_report,
    "plan": run_plan,
    "compare": run_compare,
    "validate": commands.run_validate,
    "bench": run_bench,
    "tune": run_tune,
    "pipelines": commands.run_pipelines,
    "targets": commands.run_targets,
}


def run(arguments: argparse.Namespace) -> ExitCode:
    """Runs one command and reports what goes wrong."""
    return run_reporting(
        lambda: COMMANDS[arguments.command](arguments), with_traceback=arguments.traceback
    )


def main(args: Sequence[str] | None = None) -> None:
    """The command `cmixc`; ends the process with an `ExitCode`."""
    sys.exit(run(build_parser().parse_args(args)))


if __name__ == "__main__":
    main()
