"""The names of simulators, for those who choose one without running it."""

from typing import Literal, get_args

Simulator = Literal["embedded", "qemu", "host"]
SIMULATORS: tuple[Simulator, ...] = get_args(Simulator)
COUNTING: tuple[Simulator, ...] = ("qemu", "embedded")
"""Those that count instructions, the preferred one first: libraries that layers are compared with
were built with gcc."""
