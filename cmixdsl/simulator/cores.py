"""The cores that can be emulated: compiler flags, machines, memory maps, timing figures.

Memory maps and sizes are those of the FPGA images that QEMU's boards model (Arm application notes
AN386, AN500, AN505, AN547), and Unicorn is given the same. Use `dataclasses.replace` to ask whether
a program fits a smaller part.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class MemoryRegion:
    """A range of addresses."""

    origin: int
    bytes: int


@dataclass(frozen=True)
class Timing:
    """Cycles per instruction, from zero-wait-state memory. What is not listed takes one cycle."""

    load: int
    """A single load (LDR, LDRB, LDRH, LDRSB, LDRSH)."""
    load_pipelined: int
    """A single load directly after another one whose result is not its address."""
    store_register_offset: int
    """A single store whose address is the sum of two registers; with an immediate it takes 1."""
    multiple_base: int
    """LDM, STM, PUSH, POP, LDRD, STRD take this and one cycle per word."""
    divide: int
    """SDIV and UDIV: the longest."""
    branch_refill: int
    """Added to a branch that is taken, for filling the pipeline again."""
    issue_width: Literal[1, 2]
    """Instructions that can start in one cycle."""


@dataclass(frozen=True)
class Core:
    """One Cortex-M core on one board."""

    name: str
    gcc_cpu: str
    """gcc's `-mcpu`."""
    clang_cpu: str
    """`-mcpu` as Zig's clang spells it."""
    qemu_machine: str
    unicorn_model: str | None
    """The end of Unicorn's constant `UC_CPU_ARM_...`; None where Unicorn has no such core."""
    flash: MemoryRegion
    """Code and constants."""
    ram: MemoryRegion
    """Stack (at the low end, so that an overflow leaves the RAM), variables, inputs, outputs."""
    stack_bytes: int
    timing: Timing
    megahertz: int
    """The clock of a common part with this core, for times that follow from modelled cycles."""


# Arm Cortex-M4 TRM r0p0 (DDI 0439B), table 3-1 and section 3.3.2: load 2, loads pipeline; STR with
# immediate 1, with register offset 2; LDM/STM/LDRD/STRD 1+N; divide 2 to 12; branch 1+P, where P is
# 1 to 3 and taken as 2 here.
_CORTEX_M4_TIMING = Timing(
    load=2,
    load_pipelined=1,
    store_register_offset=2,
    multiple_base=1,
    divide=12,
    branch_refill=2,
    issue_width=1,
)

# The Cortex-M7 TRM (DDI 0489F) has no table of cycles; section 1.1 names the in-order superscalar
# pipeline with branch prediction, and that is all this estimate holds: two instructions a cycle
# where they are independent, one of them at most touching memory and one at most multiplying or
# branching; correctly predicted branches; a divide of 12 as on Cortex-M4.
_CORTEX_M7_TIMING = Timing(
    load=1,
    load_pipelined=1,
    store_register_offset=1,
    multiple_base=0,
    divide=12,
    branch_refill=0,
    issue_width=2,
)

# The TRMs of Cortex-M33 (100230) and Cortex-M55 (101051) have no table of cycles either: the
# figures of Cortex-M4 stand in for them.

CORTEX_M4 = Core(
    name="cortex-m4",
    gcc_cpu="cortex-m4",
    clang_cpu="cortex_m4",
    qemu_machine="mps2-an386",
    unicorn_model="CORTEX_M4",
    flash=MemoryRegion(0x0000_0000, 4 << 20),
    ram=MemoryRegion(0x2000_0000, 4 << 20),
    stack_bytes=64 << 10,
    timing=_CORTEX_M4_TIMING,
    megahertz=120,  # STM32L4R5
)

CORTEX_M7 = Core(
    name="cortex-m7",
    gcc_cpu="cortex-m7",
    clang_cpu="cortex_m7",
    qemu_machine="mps2-an500",
    unicorn_model="CORTEX_M7",
    flash=MemoryRegion(0x0000_0000, 4 << 20),
    ram=MemoryRegion(0x2000_0000, 4 << 20),
    stack_bytes=64 << 10,
    timing=_CORTEX_M7_TIMING,
    megahertz=400,  # STM32H743
)

CORTEX_M33 = Core(
    name="cortex-m33",
    gcc_cpu="cortex-m33",
    clang_cpu="cortex_m33+dsp",
    qemu_machine="mps2-an505",
    unicorn_model="CORTEX_M33",
    flash=MemoryRegion(0x1000_0000, 4 << 20),
    ram=MemoryRegion(0x3800_0000, 4 << 20),
    stack_bytes=64 << 10,
    timing=_CORTEX_M4_TIMING,
    megahertz=110,  # STM32L552
)

# Code in the ITCM. Without MVE: soft-float code has no vector registers.
CORTEX_M55 = Core(
    name="cortex-m55",
    gcc_cpu="cortex-m55",
    clang_cpu="cortex_m55",
    qemu_machine="mps3-an547",
    unicorn_model=None,
    flash=MemoryRegion(0x0000_0000, 512 << 10),
    ram=MemoryRegion(0x2100_0000, 2 << 20),
    stack_bytes=64 << 10,
    timing=_CORTEX_M4_TIMING,
    megahertz=800,  # STM32N657
)

CORES = (CORTEX_M4, CORTEX_M7, CORTEX_M33, CORTEX_M55)
