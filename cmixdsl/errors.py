"""The one exception that tools turn into a clean message for the user."""


class CmixError(Exception):
    """Something the user can mend: says what was expected, what was found and what to do."""
