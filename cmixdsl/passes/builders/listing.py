"""Blocks of instructions for which registers can be assigned: what each one reads, writes, follows.

An item is one machine instruction: an operation, with the rotation that it encodes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xdsl.dialects import memref
from xdsl.dialects.builtin import IndexType, MemRefType, i16, i32
from xdsl.dialects.func import FuncOp
from xdsl.ir import Block, BlockArgument, Operation, SSAValue
from xdsl.utils.hints import isa

from cmixdsl.dialects.dsp import LoadWordOp, StoreWordOp
from cmixdsl.dialects.dsp_ops.listed import LOADS, SHIFTS, STORES, Access
from cmixdsl.dialects.dsp_ops.operations import LongAccumulatingOperation
from cmixdsl.model import is_private
from cmixdsl.passes.builders.index_arithmetic import Linear, get_linear_form
from cmixdsl.passes.builders.memory import get_memref_type

WORD_BYTES = 4

Base = tuple[SSAValue, tuple[tuple[int, SSAValue], ...]]
"""What accesses a constant apart have in common: a memref, and what varies of the position."""


@dataclass(frozen=True)
class Place:
    """Where an access goes: a memref, what varies of the position there, and constant bytes."""

    memref: SSAValue
    terms: tuple[tuple[int, SSAValue], ...]
    byte: int
    is_aligned: bool = True
    """Whether the bytes begin a whole word of the memref."""

    @property
    def base(self) -> Base:
        """What accesses a constant apart have in common."""
        return self.memref, self.terms

    @property
    def is_lanes(self) -> bool:
        """Whether the memref holds 16-bit lanes, for which passes allocate whole words."""
        function = self.memref.owner.parent_op() if isinstance(self.memref.owner, Block) else None
        is_foreign = isinstance(function, FuncOp) and not is_private(function)
        return get_memref_type(self.memref).element_type == i16 and not is_foreign

    @property
    def is_local(self) -> bool:
        """Whether the word has a constant place on the stack."""
        return isinstance(self.memref.owner, memref.AllocaOp) and not self.terms


def is_word_access(op: Operation) -> bool:
    """Whether `op` moves an aligned word, as far as types tell."""
    match op:
        case memref.LoadOp() | memref.StoreOp():
            return isa(op.memref.type, MemRefType) and op.memref.type.element_type == i32
        case LoadWordOp() | StoreWordOp():
            return True
        case _:
            return False


def get_place(op: Access) -> Place:
    """The place of an access, its position row-major."""
    type_ = get_memref_type(op.memref)
    position = Linear()
    for index, size in zip(op.indices, type_.get_shape(), strict=True):
        position = position * size + get_linear_form(index)
    terms = tuple(sorted(position.terms, key=lambda term: str(term[1].name_hint)))
    size = type_.element_type.size
    is_aligned = position.is_multiple_of(WORD_BYTES // size)
    return Place(op.memref, terms, position.constant * size, is_aligned)


@dataclass(eq=False)
class Item:
    """One instruction."""

    ops: tuple[Operation, ...]
    """What it does, the operation that gives the results, or stores, last."""
    place: Place | None = None
    """Of a load or a store."""

    @property
    def op(self) -> Operation:
        """The operation that gives the results."""
        return self.ops[-1]

    @property
    def access(self) -> Access | None:
        """The operation that loads or stores, if there is one."""
        return next((op for op in self.ops if isinstance(op, (*LOADS, *STORES))), None)

    @property
    def is_load(self) -> bool:
        """Whether it loads a word or a byte."""
        return isinstance(self.access, LOADS)

    @property
    def is_store(self) -> bool:
        """Whether it stores a word or a byte."""
        return isinstance(self.op, STORES)

    @cached_property
    def reads(self) -> tuple[SSAValue, ...]:
        """The words that it reads from registers."""
        values = [v for op in self.ops for v in get_registers_read(op)]
        inner = {result for op in self.ops[:-1] for result in op.results}
        return tuple(dict.fromkeys(value for value in values if value not in inner))


def get_registers_read(op: Operation) -> tuple[SSAValue, ...]:
    """The words that an operation reads, but for what its instruction encodes."""
    words = tuple(value for value in op.operands if value.type == i32)
    return words[:1] if isinstance(op, SHIFTS) else words


def may_overlap(one: Place, other: Place) -> bool:
    """Whether two accesses may touch the same bytes."""
    if one.base == other.base:
        return abs(one.byte - other.byte) < 4
    is_local = [isinstance(place.memref.owner, memref.AllocaOp) for place in (one, other)]
    return one.memref is other.memref or not any(is_local)


def is_pair(one: Item, other: Item) -> bool:
    """Whether one instruction may load what two items do: neighbouring words, both aligned."""
    if not _is_aligned(one) or not _is_aligned(other) or one.place is None or other.place is None:
        return False
    return one.place.base == other.place.base and other.place.byte - one.place.byte == WORD_BYTES


def _is_aligned(item: Item) -> bool:
    """Whether an item loads an aligned word.

    Elements of words are aligned, and so are rows of lanes, which passes allocate.
    """
    if isinstance(item.op, LoadWordOp) and item.place is not None:
        return item.place.is_aligned and item.place.is_lanes
    return isinstance(item.op, memref.LoadOp)


@dataclass(eq=False)
class Listing:
    """Instructions in an order that the program may have."""

    items: list[Item]
    carried: frozenset[SSAValue] = frozenset()
    """Values that live in variables of the loop around, before, in and behind the block."""
    defined: dict[SSAValue, int] = field(default_factory=dict[SSAValue, int])

    def __post_init__(self) -> None:
        for number, item in enumerate(self.items):
            self.defined.update(dict.fromkeys(item.op.results, number))

    @cached_property
    def inputs(self) -> tuple[SSAValue, ...]:
        """Words that come from outside, but for carried ones."""
        reads = [value for item in self.items for value in item.reads]
        outside = [v for v in reads if v not in self.defined and v not in self.carried]
        return tuple(dict.fromkeys(outside))

    @cached_property
    def outputs(self) -> frozenset[SSAValue]:
        """Results that are used behind the block, but for carried ones."""
        inside = {op for item in self.items for op in item.ops}
        return frozenset(
            value
            for value in self.defined
            if value not in self.carried and any(use.operation not in inside for use in value.uses)
        )

    @cached_property
    def variables(self) -> int:
        """The number of variables that carry values through the block."""
        reads = {value for item in self.items for value in item.reads}
        return sum(value in reads and value not in self.defined for value in self.carried)

    @cached_property
    def local_operands(self) -> int:
        """Operands for words on the stack: one each, and two for an array that is written."""
        local = [item for item in self.items if item.place is not None and item.place.is_local]
        written = {item.place.memref for item in local if item.is_store and item.place}
        return len({item.place for item in local}) + 2 * len(written)

    @cached_property
    def bases(self) -> dict[Base, list[Item]]:
        """The accesses of each base that takes a register."""
        bases: dict[Base, list[Item]] = {}
        for item in self.items:
            if item.place is not None and not item.place.is_local:
                bases.setdefault(item.place.base, []).append(item)
        return bases

    @cached_property
    def predecessors(self) -> list[int]:
        """For each item those that it must follow, as bits."""
        masks: list[int] = []
        places: list[tuple[int, Place, bool]] = []
        for number, item in enumerate(self.items):
            mask = 0
            for value in item.reads:
                if value in self.defined:
                    mask |= 1 << self.defined[value]
            if (place := item.place) is not None:
                is_store = item.is_store
                for before, other, other_is_store in places:
                    if (is_store or other_is_store) and may_overlap(place, other):
                        mask |= 1 << before
                places.append((number, place, is_store))
            masks.append(mask)
        return masks


def find_carried(arguments: Sequence[BlockArgument]) -> set[SSAValue] | None:
    """All values that live in the variables of carried arguments; None where any does not."""
    carried: set[SSAValue] = set()
    for argument in arguments:
        value: SSAValue = argument
        carried.add(value)
        while (use := value.get_unique_use()) is not None:
            user = use.operation
            if user.name == "scf.yield" and use.index == argument.index - 1:
                break
            if not isinstance(user, LongAccumulatingOperation) or use.index < 2:
                return None
            value = user.results[use.index - 2]
            carried.add(value)
        else:
            return None
    return carried


def is_index(op: Operation) -> bool:
    """Whether `op` computes a position from positions."""
    return len(op.results) == 1 and all(
        isinstance(value.type, IndexType) for value in (*op.results, *op.operands)
    )
