"""What the exit codes of the tools mean."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of `cmix-opt` and `cmixc`."""

    SUCCESS = 0
    """Everything was done."""

    INPUT_ERROR = 1
    """The module, an array or a file is wrong, or a validation found a difference."""

    USAGE_ERROR = 2
    """The command line is wrong: an unknown option, pass, target or pipeline."""

    TOOLCHAIN_ERROR = 3
    """A compiler or simulator is missing or failed."""

    INTERNAL_ERROR = 4
    """A bug in cmixdsl."""
