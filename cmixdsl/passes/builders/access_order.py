"""When a function reads and writes which byte of its arguments, by going over all of its loops.

Loops have constant bounds, so every access has a time: how many operations ran before it. From the
last time that a byte is read and the first that one is written follows how far an output may be
laid over an input, whatever the schedule of the kernel is. A loop that begins later from the second
turn of the loop around it on, as what the first turn left is used again, takes its time as if it
began where it begins first; what it skips is no access.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import lcm, prod
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects import arith, memref, scf
from xdsl.dialects.builtin import IndexType, IntegerType, MemRefType, NoneAttr
from xdsl.dialects.func import FuncOp
from xdsl.ir import Block, BlockArgument, Operation, SSAValue
from xdsl.utils.hints import isa

from cmixdsl.dialects.dsp_ops.memory import LoadWordOp, StoreWordOp
from cmixdsl.passes.builders.index_arithmetic import get_integer_constant
from cmixdsl.passes.builders.memory import SAME_BYTES

Integers: TypeAlias = npt.NDArray[np.int64]
Booleans: TypeAlias = npt.NDArray[np.bool_]

WORD_BYTES = 4
MAX_POINTS = 1 << 23
"""Accesses with more places than this are not looked at."""

NEVER = np.iinfo(np.int64).max


class UnknownAccessError(Exception):
    """What a function accesses, or when, is not known."""


def _divide(a: Integers, b: Integers) -> Integers:
    return a // np.maximum(b, 1)


def _get_remainder(a: Integers, b: Integers) -> Integers:
    return a % np.maximum(b, 1)


INDEX_FUNCTIONS: Mapping[type[Operation], Callable[[Integers, Integers], Any]] = MappingProxyType(
    {
        arith.AddiOp: np.add,
        arith.SubiOp: np.subtract,
        arith.MuliOp: np.multiply,
        arith.MinSIOp: np.minimum,
        arith.MinUIOp: np.minimum,
        arith.MaxSIOp: np.maximum,
        arith.MaxUIOp: np.maximum,
        arith.DivUIOp: _divide,
        arith.RemUIOp: _get_remainder,
        arith.ShLIOp: np.left_shift,
        arith.ShRUIOp: np.right_shift,
    }
)
"""Arithmetic of indices, which the unsigned ones of these get no negative operands of."""


def find_distance(source: BlockArgument, destination: BlockArgument, alignment: int) -> int | None:
    """A small d such that a function computes the same with its input d bytes above its output.

    `source` and `destination` are arguments of one function, and nothing else overlaps them. At d,
    a multiple of the alignment, no byte is written before it was read for the last time; that says
    nothing of larger distances. None where it is not known, or where d is not less than the
    output's size: there is no overlap then.
    """
    function = source.block.parent_op()
    assert isinstance(function, FuncOp)
    try:
        clock = Clock(function)
        reads = _get_last_reads(source, clock)
        writes = _get_first_writes(destination, clock)
    except UnknownAccessError:
        return None
    # Where channels are computed one after the other, whole pixels have to lie over each other.
    pixel = lcm(alignment, _get_pixel_bytes(destination))
    found = min(_find_least(reads, writes, step) for step in (alignment, pixel))
    return found if found < len(writes) else None


def _find_least(reads: Integers, writes: Integers, step: int) -> int:
    """A legal multiple of `step`, the least where more room helps, as kernels go up in memory.

    From the output's size on all of them are legal.
    """

    def is_legal(distance: int) -> bool:
        count = min(max(len(writes) - distance, 0), len(reads))
        return bool((writes[distance : distance + count] > reads[:count]).all())

    low, high = -1, -(-len(writes) // step)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_legal(middle * step) else (middle, high)
    return 0 if is_legal(0) else high * step


@dataclass
class Clock:
    """How long a function's operations take, each of them one unit of time."""

    function: FuncOp
    _starts: dict[Block, dict[Operation, int]] = field(
        default_factory=dict[Block, dict[Operation, int]]
    )
    """When each operation of a block runs, from the block's start."""
    _durations: dict[Block, int] = field(default_factory=dict[Block, int])

    def get_start(self, op: Operation, turns: Mapping[Operation, Integers]) -> Integers:
        """When an operation runs in given turns of the loops around it."""
        time = np.zeros((), np.int64)
        while op is not self.function:
            block, parent = op.parent, op.parent_op()
            assert block is not None
            assert parent is not None
            duration = self._get_duration(block)
            time = time + self._starts[block][op]
            if isinstance(parent, scf.ForOp):
                time = time + turns[parent] * duration
            op = parent
        return time

    def _get_duration(self, block: Block) -> int:
        if block not in self._durations:
            starts = self._starts[block] = {}
            total = 0
            for op in block.ops:
                starts[op] = total
                total += self._get_operation_duration(op)
            self._durations[block] = total
        return self._durations[block]

    def _get_operation_duration(self, op: Operation) -> int:
        total = sum(self._get_duration(block) for region in op.regions for block in region.blocks)
        return 1 + total * (_get_trip_count(op) if isinstance(op, scf.ForOp) else 1)


def _get_counts(loop: scf.ForOp) -> Integers:
    """The values that a loop counts, whenever it begins first."""
    return np.arange(min(_get_starts(loop)), _get_constant(loop.ub), _get_constant(loop.step))


def _get_trip_count(loop: scf.ForOp) -> int:
    return len(_get_counts(loop))


def _get_starts(loop: scf.ForOp) -> tuple[int, int]:
    """Where a loop begins in the first turn of the loop around it, and where in all others."""
    start = loop.lb
    if not isinstance(start, BlockArgument):
        return _get_constant(start), _get_constant(start)
    around = start.block.parent_op()
    if not isinstance(around, scf.ForOp) or start.index == 0:
        raise UnknownAccessError
    yielded = start.block.last_op
    assert isinstance(yielded, scf.YieldOp)
    carried = start.index - 1
    starts = _get_constant(around.iter_args[carried]), _get_constant(yielded.operands[carried])
    if (starts[1] - starts[0]) % _get_constant(loop.step):
        raise UnknownAccessError
    return starts


def _get_constant(value: SSAValue) -> int:
    number = get_integer_constant(value)
    if number is None:
        raise UnknownAccessError
    return number


@dataclass(frozen=True)
class Access:
    """An operation that loads or stores, and of which memref."""

    op: Operation
    memory: SSAValue
    indices: Sequence[SSAValue]
    size: int
    """Bytes."""

    @property
    def loops(self) -> list[scf.ForOp]:
        """The loops around the operation, the innermost first."""
        found: list[scf.ForOp] = []
        parent = self.op.parent_op()
        while not isinstance(parent, FuncOp):
            if isinstance(parent, scf.ForOp):
                found.append(parent)
            elif not isinstance(parent, scf.IfOp):
                raise UnknownAccessError
            parent = parent.parent_op()
        return found

    def get_places(self, clock: Clock, *, is_read: bool) -> tuple[Integers, Integers]:
        """First bytes, and when each is read for the last time, or written for the first time.

        Of a loop that they do not depend on, only the last or the first turn matters.
        """
        loops = self.loops
        counters = _build_counters(loops)
        happens = _find_turns(loops, counters)
        address, happens = np.broadcast_arrays(self._get_address(counters), happens)
        turns: dict[Operation, Integers] = {}
        for axis, loop in enumerate(loops):
            count = _get_trip_count(loop)
            if address.ndim and address.shape[axis] > 1:
                turns[loop] = _build_axis(np.arange(count), axis, len(loops))
            else:
                turns[loop] = np.array(count - 1 if is_read else 0)
        times = clock.get_start(self.op, turns)
        address, times, happens = np.broadcast_arrays(address, times, happens)
        return address[happens], times[happens]

    def _get_address(self, counters: Mapping[SSAValue, Integers]) -> Integers:
        type_ = self.memory.type
        if not isa(type_, MemRefType[IntegerType]) or not isinstance(type_.layout, NoneAttr):
            raise UnknownAccessError
        element, shape = type_.element_type.width.data // 8, type_.get_shape()
        address = np.zeros((1,) * len(counters), np.int64)
        for dimension, index in enumerate(self.indices):
            stride = element * prod(shape[dimension + 1 :])
            address = address + stride * evaluate(index, counters)
        if address.size > MAX_POINTS:
            raise UnknownAccessError
        return address


def _build_counters(loops: Sequence[scf.ForOp]) -> dict[SSAValue, Integers]:
    """All values of the loops' counters, each along an axis of its own."""
    return {
        loop.body.block.args[0]: _build_axis(_get_counts(loop), axis, len(loops))
        for axis, loop in enumerate(loops)
    }


def _find_turns(loops: Sequence[scf.ForOp], counters: Mapping[SSAValue, Integers]) -> Booleans:
    """Which combinations of counters there are."""
    happens = np.ones((1,) * len(loops), np.bool_)
    for loop in loops:
        first, later = _get_starts(loop)
        if first == later:
            continue
        around = loop.lb.owner
        assert isinstance(around, Block)
        around_loop = around.parent_op()
        assert isinstance(around_loop, scf.ForOp)
        is_first = counters[around.args[0]] == _get_constant(around_loop.lb)
        happens = happens & (counters[loop.body.block.args[0]] >= np.where(is_first, first, later))
    return happens


def _build_axis(values: Integers, axis: int, rank: int) -> Integers:
    return values.reshape([-1 if dimension == axis else 1 for dimension in range(rank)])


def evaluate(value: SSAValue, counters: Mapping[SSAValue, Integers]) -> Integers:
    """An index for all values of the counters that it depends on."""
    if value in counters:
        return counters[value]
    owner = value.owner
    if isinstance(owner, arith.ConstantOp):
        return np.full((1,) * len(counters), _get_constant(value), np.int64)
    compute = INDEX_FUNCTIONS.get(type(owner)) if isinstance(owner, Operation) else None
    if compute is None or not isinstance(value.type, IndexType):
        raise UnknownAccessError
    assert isinstance(owner, Operation)
    left, right = (evaluate(operand, counters) for operand in owner.operands)
    return np.asarray(compute(left, right), np.int64)


def _get_accesses(buffer: SSAValue) -> Iterator[Access]:
    """All that a function does with a buffer."""
    for use in buffer.uses:
        match use.operation:
            case memref.LoadOp() as op:
                yield Access(op, op.memref, op.indices, _get_element_bytes(op.memref))
            case memref.StoreOp() as op if use.index == 1:
                yield Access(op, op.memref, op.indices, _get_element_bytes(op.memref))
            case LoadWordOp() | StoreWordOp() as op:
                yield Access(op, op.memref, op.indices, WORD_BYTES)
            case op if isinstance(op, SAME_BYTES):
                yield from _get_accesses(op.results[0])
            case _:
                raise UnknownAccessError


def _get_element_bytes(buffer: SSAValue) -> int:
    type_ = buffer.type
    assert isa(type_, MemRefType[IntegerType])
    return type_.element_type.width.data // 8


def _get_pixel_bytes(buffer: SSAValue) -> int:
    """Bytes along the last dimension."""
    type_ = buffer.type
    assert isa(type_, MemRefType[IntegerType])
    return type_.get_shape()[-1] * _get_element_bytes(buffer)


def _get_bytes(buffer: SSAValue) -> int:
    type_ = buffer.type
    assert isa(type_, MemRefType[IntegerType])
    return prod(type_.get_shape()) * _get_element_bytes(buffer)


def _get_last_reads(source: SSAValue, clock: Clock) -> Integers:
    """For each byte when it is read for the last time, -1 where never."""
    times = np.full(_get_bytes(source), -1, np.int64)
    for access in _get_accesses(source):
        if not isinstance(access.op, memref.LoadOp | LoadWordOp):
            raise UnknownAccessError
        _enter(times, access, access.get_places(clock, is_read=True), np.maximum)
    return times


def _get_first_writes(destination: SSAValue, clock: Clock) -> Integers:
    """For each byte when it is written for the first time, `NEVER` where never.

    It may be read, too: what was there before a layer ran does not matter to any layer.
    """
    times = np.full(_get_bytes(destination), NEVER, np.int64)
    for access in _get_accesses(destination):
        if isinstance(access.op, memref.StoreOp | StoreWordOp):
            _enter(times, access, access.get_places(clock, is_read=False), np.minimum)
    return times


def _enter(
    times: Integers, access: Access, places: tuple[Integers, Integers], choose: np.ufunc
) -> None:
    """Takes an access into account; what lies outside is guarded and never happens."""
    first, when = places
    for offset in range(access.size):
        inside = (first + offset >= 0) & (first + offset < len(times))
        choose.at(times, first[inside] + offset, when[inside])
