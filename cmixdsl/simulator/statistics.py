"""The figures of one run: exact instruction counts, modelled cycles, memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

LISTED_CALLS = 10_000
"""Of one function. Layers are called far less often, C's memcpy may be called far more often."""


class CallStatistics(NamedTuple):
    """One call's share of a run, callees included."""

    instructions: int
    cycles: int


@dataclass(frozen=True)
class FunctionStatistics:
    """One C function's share of a run.

    A function that the compiler inlined counts as part of its caller. Clones that the compiler made
    of a function (`f.constprop.0`, `f.part.0`) count as the function.
    """

    name: str
    calls: int
    instructions: int
    """Retired instructions from call to return, callees included."""
    cycles: int
    """Modelled cycles from call to return, callees included."""
    own_instructions: int
    """Retired instructions without callees; these sum to the total of the run."""
    own_cycles: int
    """Modelled cycles without callees; these sum to the total of the run."""
    code_bytes: int
    """Machine code without callees."""
    by_call: tuple[CallStatistics, ...] = ()
    """The first `LISTED_CALLS` calls, in order; a recursive call is part of the outermost one."""


@dataclass(frozen=True)
class Statistics:
    """One run of a program: from the first instruction of its function to its return.

    None stands for a figure that the simulator cannot give: the host gives none of them.
    """

    instructions: int | None = None
    """Retired instructions: exact."""
    cycles: int | None = None
    """Modelled cycles, never measured: see `cycles.py`."""
    functions: Mapping[str, FunctionStatistics] | None = None
    """Every function that ran, by name, in the order of their first instruction."""
    code_bytes: int | None = None
    """Machine code of the program's own sources, literal pools and alignment included. The C
    library's functions and the start code do not count."""
    rodata_bytes: int | None = None
    """Constants of the program's own sources."""
    data_bytes: int | None = None
    """Variables of the program's own sources, initialized or not. Inputs and outputs belong to the
    caller and do not count."""
    linked_flash_bytes: int | None = None
    """All that the linker placed in flash, by its own account: code, constants and initial values
    of variables, those of the start code and the C library's functions included."""
    linked_ram_bytes: int | None = None
    """All that the linker placed in RAM: the stack's reserve, variables, inputs and outputs."""
    peak_stack_bytes: int | None = None
    """The deepest byte that was written below the stack pointer at the call."""
