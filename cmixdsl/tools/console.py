"""The console that tables are printed to."""

from rich.console import Console

WIDE = 160
"""Columns where output does not go to a terminal, whose width would be known."""


def build_console() -> Console:
    """Standard output, wide enough for tables also when it is a file or a pipe."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDE
    return console
