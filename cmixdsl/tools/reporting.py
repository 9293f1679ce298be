"""From exceptions to one line on stderr and an exit code; shared by the tools."""

import sys
import traceback
from collections.abc import Callable

from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import DiagnosticException, ParseError

from cmixdsl.diagnostics import describe_error
from cmixdsl.errors import CmixError, ToolchainError, UsageError
from cmixdsl.tools.exit_codes import ExitCode


def get_exit_code(error: Exception) -> ExitCode:
    """The exit code that tells what kind of error this is."""
    match error:
        case UsageError():
            return ExitCode.USAGE_ERROR
        case ToolchainError():
            return ExitCode.TOOLCHAIN_ERROR
        case CmixError() | ParseError() | DiagnosticException() | OSError():
            return ExitCode.INPUT_ERROR
        case _:
            return ExitCode.INTERNAL_ERROR


def report_error(
    error: Exception, module: ModuleOp | None, source: str, *, with_traceback: bool
) -> ExitCode:
    """Prints `error: ...` to stderr; `module` and `source` as for `describe_error`."""
    if with_traceback:
        traceback.print_exception(error)
    code = get_exit_code(error)
    print(f"error: {_describe(error, code, module, source)}", file=sys.stderr)
    return code


def run_reporting(
    action: Callable[[], None],
    get_module: Callable[[], ModuleOp | None] = lambda: None,
    source: str = "",
    *,
    with_traceback: bool,
) -> ExitCode:
    """Runs `action` and turns what it raises into a message and an exit code."""
    try:
        action()
    except Exception as error:
        return report_error(error, get_module(), source, with_traceback=with_traceback)
    return ExitCode.SUCCESS


def _describe(error: Exception, code: ExitCode, module: ModuleOp | None, source: str) -> str:
    if isinstance(error, OSError):
        subject = error.filename or source
        return f"{subject}: {error.strerror}" if subject else str(error.strerror)
    if isinstance(error, CmixError):
        return str(error)
    message = describe_error(error, module, source)
    if code is ExitCode.INTERNAL_ERROR:
        return f"internal: {type(error).__name__}: {message} (--traceback shows where)"
    return message
