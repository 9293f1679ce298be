"""Assigns what the instructions of an ordered listing encode: registers, bases, pairs of loads."""

from collections.abc import Sequence
from itertools import pairwise

from xdsl.dialects.builtin import DenseArrayBase, UnitAttr, i64
from xdsl.ir import SSAValue

from cmixdsl.dialects.dsp_ops.operations import LongAccumulatingOperation
from cmixdsl.hints import BASE_ATTRIBUTE, PAIR_ATTRIBUTE, REGISTERS_ATTRIBUTE
from cmixdsl.passes.builders.listing import Base, Item, Listing, is_pair

DOUBLE_REACH = 1020
"""LDRD adds up to so many bytes to its base, or takes them off."""

SINGLE_REACH = (-255, 4095)
"""The bytes that LDR and STR add to their base."""


def set_registers(listing: Listing, order: Sequence[Item]) -> None:
    """Numbers the registers of all results.

    What a long multiplication adds to lives where its sum will; a temporary's register is free
    again behind its last use, which for outputs comes behind the listing. Variables of the loop
    around have registers of their own.
    """
    last = {value: number for number, item in enumerate(order) for value in item.reads}
    last |= dict.fromkeys(listing.outputs, len(order))
    registers: dict[SSAValue, int] = {}
    free: list[int] = []
    count = 0
    for number, item in enumerate(order):
        tied = get_tied(item)
        for value in item.reads:
            is_temporary = value in registers and value not in listing.carried
            if is_temporary and last[value] == number and value not in tied:
                free.append(registers[value])
        for position, value in enumerate(item.op.results):
            if value in listing.carried:
                registers[value] = -1
            elif tied:
                registers[value] = registers[tied[position]]
            elif free:
                registers[value] = free.pop()
            else:
                registers[value] = count
                count += 1
        free += [registers[v] for v in item.op.results if v not in last and registers[v] >= 0]
        for op in item.ops:
            numbers = [registers.get(result, -1) for result in op.results]
            if numbers:
                op.attributes[REGISTERS_ATTRIBUTE] = DenseArrayBase.from_list(i64, numbers)


def get_tied(item: Item) -> tuple[SSAValue, ...]:
    """The operands whose registers an instruction also writes, in the order of its results."""
    op = item.op
    return (op.acc_lo, op.acc_hi) if isinstance(op, LongAccumulatingOperation) else ()


def set_bases(listings: Sequence[tuple[Listing, Sequence[Item]]]) -> None:
    """Numbers the bases of a loop, and chooses what is added to each so that most loads pair."""
    pairs: dict[Item, Item] = {}
    bases: dict[Base, list[Item]] = {}
    for listing, order in listings:
        pairs |= (found := find_pairs(order))
        for item in found:
            # Words on the stack are addressed by the C compiler, which reaches all of them.
            if item.place is not None and item.place.is_local:
                item.op.attributes[PAIR_ATTRIBUTE] = UnitAttr()
        for base, accesses in listing.bases.items():
            bases.setdefault(base, []).extend(accesses)
    for number, accesses in enumerate(bases.values()):
        bytes_ = [item.place.byte for item in accesses if item.place is not None]
        starts = (min(bytes_), max(bytes_) - DOUBLE_REACH)
        possible = [start for start in starts if _reaches(start, accesses, pairs)]
        start = max(possible, key=lambda at: len(_get_reached(at, accesses, pairs)))
        for item in accesses:
            assert item.place is not None
            offsets = [number, item.place.byte - start]
            assert item.access is not None
            item.access.attributes[BASE_ATTRIBUTE] = DenseArrayBase.from_list(i64, offsets)
        for item in _get_reached(start, accesses, pairs):
            item.op.attributes[PAIR_ATTRIBUTE] = UnitAttr()


def find_pairs(order: Sequence[Item]) -> dict[Item, Item]:
    """Loads next to each other of neighbouring words that are known to be aligned."""
    pairs: dict[Item, Item] = {}
    for one, other in pairwise(order):
        if one not in pairs.values() and is_pair(one, other):
            pairs[one] = other
    return pairs


def _get_reached(start: int, accesses: Sequence[Item], pairs: dict[Item, Item]) -> list[Item]:
    """The pairs that LDRD reaches from a base at byte `start`, by their first loads."""
    return [
        item
        for item in accesses
        if item in pairs and item.place and abs(item.place.byte - start) <= DOUBLE_REACH
    ]


def _reaches(start: int, accesses: Sequence[Item], pairs: dict[Item, Item]) -> bool:
    """Whether every access that is not part of a pair has an encoding too."""
    reached = _get_reached(start, accesses, pairs)
    covered = {*reached, *(pairs[item] for item in reached)}
    low, high = SINGLE_REACH
    return all(
        item in covered or (item.place is not None and low <= item.place.byte - start <= high)
        for item in accesses
    )
