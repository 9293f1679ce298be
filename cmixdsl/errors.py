"""The exceptions that tools turn into a clean message for the user."""


class CmixError(Exception):
    """Something the user can mend: says what was expected, what was found and what to do."""


class UsageError(CmixError):
    """A wrong command line: an unknown pass, option, target or pipeline."""


class ToolchainError(CmixError):
    """A compiler, emulator or Python package that is missing (says what to install) or failed."""
