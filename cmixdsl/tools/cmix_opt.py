"""cmix-opt: xDSL's optimizer driver with cmixdsl's dialects, passes and target, and clean errors.

Exit codes: see `cmixdsl.tools.exit_codes`.
"""

import sys
from argparse import ArgumentError, ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from xdsl.dialects.builtin import ModuleOp
from xdsl.xdsl_opt_main import xDSLOptMain

from cmixdsl.errors import UsageError
from cmixdsl.output import replaced_on_success
from cmixdsl.parsing import parse_module
from cmixdsl.pipelines import get_pipeline, print_pipeline
from cmixdsl.tools.reporting import report_error, run_reporting
from cmixdsl.universe import build_target, get_multiverse

DESCRIPTION = "Parses a module, runs passes over it and prints it, or the C it compiles to."


class CmixOptMain(xDSLOptMain):
    """xDSL's driver; `module` is the one in work, in which errors find their operation."""

    module: ModuleOp | None = None
    output: IO[str] = sys.stdout

    def __init__(self, args: Sequence[str] | None = None):
        _check_target(args)
        super().__init__(DESCRIPTION, args)

    def register_all_dialects(self) -> None:
        for name, factory in get_multiverse().all_dialects.items():
            self.ctx.register_dialect(name, factory)

    def register_all_passes(self) -> None:
        self.available_passes |= get_multiverse().all_passes

    def register_all_targets(self) -> None:
        self.available_targets |= get_multiverse().all_targets

    def register_all_arguments(self, arg_parser: ArgumentParser) -> None:
        super().register_all_arguments(arg_parser)
        arg_parser.add_argument(
            "--traceback", action="store_true", help="Print Python's traceback of an error"
        )

    def setup_pipeline(self) -> None:
        """Checks passes and their options before any file is touched."""
        self.args.passes = print_pipeline(get_pipeline(self.args.passes))
        super().setup_pipeline()

    def prepare_input(self) -> tuple[list[tuple[IO[bytes], int]], str]:
        try:
            return super().prepare_input()
        except ValueError as error:
            raise UsageError(f"{self.get_input_name()}: {error}") from error

    def parse_chunk(
        self, chunk: IO[bytes], file_extension: str, start_offset: int = 0
    ) -> ModuleOp | None:
        if file_extension != "mlir":
            return super().parse_chunk(chunk, file_extension, start_offset)
        implicit = not self.args.no_implicit_module
        return parse_module(
            self.ctx, chunk.read(), self.get_input_name(), start_offset, implicit_module=implicit
        )

    def apply_passes(self, prog: ModuleOp) -> None:
        self.module = prog
        super().apply_passes(prog)

    def prepare_output(self) -> IO[str]:
        return self.output

    def run(self) -> None:
        if self.args.output_file is None:
            self.output = sys.stdout
            return super().run()
        with (
            replaced_on_success(Path(self.args.output_file)) as partial,
            partial.open("w", encoding="utf-8") as self.output,
        ):
            super().run()


def _check_target(args: Sequence[str] | None) -> None:
    """Raises UsageError for an unknown target, in one line where xDSL's driver prints its usage."""
    parser = ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("-t", "--target")
    try:
        target = parser.parse_known_args(args)[0].target
    except ArgumentError:
        return
    if target is not None:
        build_target(target)


def main(args: Sequence[str] | None = None) -> None:
    """The command `cmix-opt`; ends the process with an `ExitCode`."""
    try:
        tool = CmixOptMain(args)
    except UsageError as error:
        sys.exit(report_error(error, None, "", with_traceback=False))
    sys.exit(
        run_reporting(
            tool.run, lambda: tool.module, tool.get_input_name(), with_traceback=tool.args.traceback
        )
    )


if __name__ == "__main__":
    main()
