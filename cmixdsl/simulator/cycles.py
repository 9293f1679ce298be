"""The cycle model: a core's timing figures applied to the instructions of a block.

It is a model, not a measurement. It assumes memory without wait states, knows nothing of caches,
buses, alignment or interrupts, and begins every block with an empty pipeline.
"""

from collections.abc import Sequence

from cmixdsl.simulator.cores import Timing
from cmixdsl.simulator.disassembler import Instruction, Kind


def get_block_cycles(instructions: Sequence[Instruction], timing: Timing) -> int:
    """Cycles of one pass through a block, without the refill after a branch at its end."""
    if timing.issue_width == 2:
        return _get_dual_issue_cycles(instructions, timing)
    cycles = 0
    previous: Instruction | None = None
    for instruction in instructions:
        cycles += _get_instruction_cycles(instruction, previous, timing)
        previous = instruction
    return cycles


def _get_instruction_cycles(
    instruction: Instruction, previous: Instruction | None, timing: Timing
) -> int:
    match instruction.kind:
        case Kind.LOAD:
            pipelined = (
                previous is not None
                and previous.kind is Kind.LOAD
                and not previous.writes.intersection(instruction.address_registers)
            )
            return timing.load_pipelined if pipelined else timing.load
        case Kind.STORE:
            return timing.store_register_offset if len(instruction.address_registers) > 1 else 1
        case Kind.MULTIPLE:
            return timing.multiple_base + instruction.words
        case Kind.DIVIDE:
            return timing.divide
        case Kind.MULTIPLY | Kind.OTHER:
            return 1


def _get_dual_issue_cycles(instructions: Sequence[Instruction], timing: Timing) -> int:
    cycles = 0
    first: Instruction | None = None
    for instruction in instructions:
        if first is not None and _can_pair(first, instruction):
            first = None
            continue
        cycles += _get_instruction_cycles(instruction, None, timing)
        first = instruction
    return cycles


_MEMORY = (Kind.LOAD, Kind.STORE)


def _can_pair(first: Instruction, second: Instruction) -> bool:
    """Whether `second` can start in the cycle of `first`."""
    if Kind.MULTIPLE in (first.kind, second.kind) or Kind.DIVIDE in (first.kind, second.kind):
        return False
    if first.is_branch or first.writes.intersection(second.reads | second.writes):
        return False
    both_memory = first.kind in _MEMORY and second.kind in _MEMORY
    return not both_memory and not first.kind is second.kind is Kind.MULTIPLY
