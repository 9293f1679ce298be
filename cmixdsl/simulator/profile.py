"""From the blocks that ran, in order, to instructions and cycles per function.

A block is a run of instructions that is entered at the top and left at the bottom, as an emulator
translates it. A trace element is a 64-bit word: address of the block, and its size in bytes << 32.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cmixdsl.errors import CmixError
from cmixdsl.simulator.cycles import get_block_cycles
from cmixdsl.simulator.disassembler import Disassembler, Instruction
from cmixdsl.simulator.image import Image
from cmixdsl.simulator.statistics import (
    LISTED_CALLS,
    CallStatistics,
    FunctionStatistics,
    Statistics,
)

Trace = npt.NDArray[np.uint64]
_IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Block:
    """What is known of a block before it runs."""

    start: int
    end: int
    function: int
    instructions: int
    cycles: int
    """All but the refill of a conditional branch at the end."""
    is_call: bool
    is_conditional: bool
    is_indirect: bool
    """Ends in a jump to a computed address: a return, or a jump table."""


@dataclass
class _Frame:
    """A call that has not returned."""

    function: int
    return_address: int
    is_tail_call: bool
    instructions: int
    """Of the whole run, at the call."""
    cycles: int


@dataclass
class _Totals:
    """A function's sums so far."""

    calls: int = 0
    active_calls: int = 0
    instructions: int = 0
    cycles: int = 0
    own_instructions: int = 0
    own_cycles: int = 0
    by_call: list[CallStatistics] = field(default_factory=list[CallStatistics])


@dataclass
class Profiler:
    """Takes a trace in pieces and counts from the function's first block up to its return.

    A conditional instruction counts whether its condition holds or not: it takes an issue slot
    either way.
    """

    image: Image
    instructions: int = 0
    cycles: int = 0
    _blocks: list[_Block] = field(default_factory=list[_Block])
    _ids: dict[int, int] = field(default_factory=dict[int, int])
    _names: list[str] = field(default_factory=list[str])
    _totals: list[_Totals] = field(default_factory=list[_Totals])
    _frames: list[_Frame] = field(default_factory=list[_Frame])
    _last: int | None = None
    """The last block so far, whose end is not yet judged."""
    _finished: bool = False

    def add(self, trace: Trace) -> None:
        """Count the blocks of `trace`, the continuation of what was added before."""
        ids = self._get_ids(self._cut(trace))
        if self._last is not None:
            ids = np.concatenate([np.array([self._last], dtype=np.int64), ids])
        if ids.size == 0:
            return
        if self._last is None:
            self._enter(self._blocks[int(ids[0])].function, self._return_address, False, 0, 0)
        counted = ids[:-1]
        self._last = int(ids[-1])
        if self._finished:
            counted, self._last = ids, None
        self._count(counted, ids[1:])
        if self._finished:
            self._close()

    def get_statistics(self, peak_stack_bytes: int) -> Statistics:
        """The statistics of a finished run. Raises CmixError when the trace has no return."""
        if not self._finished:
            raise CmixError(
                f"expected a trace up to the return of `{self.image.program.function}`, found "
                f"{self.instructions} instructions without it"
            )
        code_bytes = self.image.get_function_bytes()
        functions = {
            name: FunctionStatistics(
                name,
                t.calls,
                t.instructions,
                t.cycles,
                t.own_instructions,
                t.own_cycles,
                code_bytes.get(name, 0),
                tuple(t.by_call),
            )
            for name, t in zip(self._names, self._totals, strict=True)
        }
        return Statistics(
            instructions=self.instructions,
            cycles=self.cycles,
            functions=functions,
            code_bytes=self.image.code_bytes,
            rodata_bytes=self.image.rodata_bytes,
            data_bytes=self.image.data_bytes,
            linked_flash_bytes=self.image.symbols["cmix_linked_flash_bytes"],
            linked_ram_bytes=self.image.symbols["cmix_linked_ram_bytes"],
            peak_stack_bytes=peak_stack_bytes,
        )

    @property
    def _return_address(self) -> int:
        return self.image.symbols["cmix_return"]

    def _cut(self, trace: Trace) -> Trace:
        """The part of `trace` that belongs to the call."""
        addresses = trace & np.uint64(0xFFFFFFFF)
        if self._finished:
            return trace[:0]
        if self._last is None:
            entry = np.uint64(self.image.symbols[self.image.program.function])
            entries = np.flatnonzero(addresses == entry)
            if entries.size == 0:
                return trace[:0]
            trace, addresses = trace[entries[0] :], addresses[entries[0] :]
        returns = np.flatnonzero(addresses == np.uint64(self._return_address))
        if returns.size:
            self._finished = True
            return trace[: returns[0]]
        return trace

    def _get_ids(self, trace: Trace) -> _IntArray:
        keys, first, inverse = np.unique(trace, return_index=True, return_inverse=True)
        ids = np.empty(keys.size, dtype=np.int64)
        for position in np.argsort(first):
            key = int(keys[position])
            if key not in self._ids:
                self._ids[key] = len(self._blocks)
                self._blocks.append(self._build_block(key & 0xFFFFFFFF, key >> 32))
            ids[position] = self._ids[key]
        return ids[inverse.reshape(-1)]

    def _build_block(self, start: int, size: int) -> _Block:
        disassembler = Disassembler(self.image.core)
        instructions = disassembler.decode(self.image.read(start, size), start)
        timing = self.image.core.timing
        last = instructions[-1]
        cycles = get_block_cycles(instructions, timing)
        return _Block(
            start=start,
            end=start + size,
            function=self._get_function(start),
            instructions=len(instructions),
            cycles=cycles + _get_refill(last, timing.branch_refill),
            is_call=last.is_call,
            is_conditional=last.is_branch and last.is_conditional,
            is_indirect=last.is_indirect,
        )

    def _get_function(self, address: int) -> int:
        name = self.image.get_function_name(address) or f"at {address:#x}"
        if name not in self._names:
            self._names.append(name)
            self._totals.append(_Totals())
        return self._names.index(name)

    def _column(self, get: Callable[[_Block], int]) -> _IntArray:
        return np.array([get(block) for block in self._blocks], dtype=np.int64)

    def _count(self, ids: _IntArray, following: _IntArray) -> None:
        """Count the blocks `ids`; `following` are their successors, as far as there are any."""
        instructions = self._column(lambda b: b.instructions)[ids]
        cycles = self._column(lambda b: b.cycles)[ids]
        starts, ends = self._column(lambda b: b.start), self._column(lambda b: b.end)
        function = self._column(lambda b: b.function)
        before = ids[: following.size]
        # What leaves a conditional branch without a successor here is the return: taken.
        taken = np.ones(ids.size, dtype=np.bool_)
        taken[: following.size] = ends[before] != starts[following]
        conditional = self._column(lambda b: b.is_conditional)[ids] == 1
        cycles += self.image.core.timing.branch_refill * (taken & conditional)

        sums = np.arange(len(self._names))
        own = function[ids]
        for totals, n, c in zip(
            self._totals,
            np.bincount(own, weights=instructions, minlength=sums.size),
            np.bincount(own, weights=cycles, minlength=sums.size),
            strict=True,
        ):
            totals.own_instructions += int(n)
            totals.own_cycles += int(c)

        leaves = self._column(lambda b: b.is_call or b.is_indirect) == 1
        # A change of function counts even where the tail call's target is the next address.
        changes = function[before] != function[following]
        events = np.flatnonzero(changes | (leaves[before] & taken[: following.size]))
        run_instructions = self.instructions + np.cumsum(instructions)
        run_cycles = self.cycles + np.cumsum(cycles)
        for event in events.tolist():
            self._follow(
                self._blocks[int(ids[event])],
                self._blocks[int(following[event])],
                int(run_instructions[event]),
                int(run_cycles[event]),
            )
        if ids.size:
            self.instructions, self.cycles = int(run_instructions[-1]), int(run_cycles[-1])

    def _follow(self, block: _Block, target: _Block, instructions: int, cycles: int) -> None:
        """Keep the calls up to date for one jump."""
        if block.is_call:
            self._enter(target.function, block.end, False, instructions, cycles)
        elif block.is_indirect and target.start == self._frames[-1].return_address:
            while self._leave(instructions, cycles).is_tail_call:
                pass
        elif target.function != block.function:
            return_address = self._frames[-1].return_address
            self._enter(target.function, return_address, True, instructions, cycles)

    def _enter(
        self, function: int, return_address: int, is_tail_call: bool, instructions: int, cycles: int
    ) -> None:
        totals = self._totals[function]
        totals.calls += 1
        totals.active_calls += 1
        self._frames.append(_Frame(function, return_address, is_tail_call, instructions, cycles))

    def _leave(self, instructions: int, cycles: int) -> _Frame:
        frame = self._frames.pop()
        totals = self._totals[frame.function]
        totals.active_calls -= 1
        # A recursive call is part of the outermost one.
        if totals.active_calls == 0:
            call = CallStatistics(instructions - frame.instructions, cycles - frame.cycles)
            totals.instructions += call.instructions
            totals.cycles += call.cycles
            if len(totals.by_call) < LISTED_CALLS:
                totals.by_call.append(call)
        return frame

    def _close(self) -> None:
        while self._frames:
            self._leave(self.instructions, self.cycles)


def _get_refill(last: Instruction, refill: int) -> int:
    return refill if last.is_branch and not last.is_conditional else 0
