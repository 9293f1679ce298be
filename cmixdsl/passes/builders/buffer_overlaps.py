"""Which buffers of a network's function may overlap: outputs and the inputs that die with them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from xdsl.dialects.func import CallOp, FuncOp
from xdsl.ir import SSAValue

from cmixdsl.passes.builders.access_order import find_distance
from cmixdsl.passes.builders.memory import SAME_BYTES, VIEWS
from cmixdsl.passes.builders.memory_plan import Buffer, Overlap

ALIGNMENT = 8
"""Bytes to which buffers are aligned; no access is wider."""

FindDistance: TypeAlias = Callable[[CallOp, int, int], int | None]
"""For a call and the positions of an input and an output: how far the output must stay below."""


@dataclass
class CalleeDistances:
    """Distances of the functions that a module has."""

    functions: Iterable[FuncOp]
    _by_name: dict[str, FuncOp] = field(init=False)
    _found: dict[tuple[str, int, int], int | None] = field(
        default_factory=dict[tuple[str, int, int], int | None]
    )

    def __post_init__(self) -> None:
        self._by_name = {it.sym_name.data: it for it in self.functions if not it.is_declaration}

    def find(self, call: CallOp, source: int, destination: int) -> int | None:
        """The distance of a call's arguments, None where the function is not known."""
        return self.find_in(call.callee.string_value(), source, destination)

    def find_in(self, name: str, source: int, destination: int) -> int | None:
        """The same for a function's name."""
        key = name, source, destination
        if key not in self._found:
            function = self._by_name.get(name)
            self._found[key] = None
            if function is not None:
                arguments = function.args[source], function.args[destination]
                self._found[key] = find_distance(*arguments, ALIGNMENT)
        return self._found[key]


def find_overlaps(
    calls: Mapping[CallOp, int],
    buffers: Sequence[tuple[SSAValue, Buffer]],
    find: FindDistance,
) -> list[Overlap]:
    """For each call, which has a step, at most one pair of buffers: the one that may share most.

    A call has them as arguments once, the one as what nothing uses later, and the other as what
    nothing uses before.
    """
    numbers = {value: number for number, (value, _) in enumerate(buffers)}
    plain = [buffer for _, buffer in buffers]

    def get_gain(overlap: Overlap) -> int:
        return overlap.get_shared_bytes(plain)

    overlaps: list[Overlap] = []
    for call, step in calls.items():
        arguments = [_find_buffer(value, numbers) for value in call.arguments]
        used = [number for number, _ in arguments]
        whole = [
            (position, number)
            for position, (number, is_whole) in enumerate(arguments)
            if number is not None and is_whole and used.count(number) == 1
        ]
        # Scratch, which lives here only, is neither.
        dying = [pair for pair in whole if plain[pair[1]].first < step == plain[pair[1]].last]
        born = [pair for pair in whole if plain[pair[1]].first == step < plain[pair[1]].last]
        found = [
            Overlap(source, destination, distance)
            for at, source in dying
            for to, destination in born
            if (distance := find(call, at, to)) is not None
        ]
        overlaps += sorted(found, key=get_gain, reverse=True)[:1]
    return overlaps


def _find_buffer(value: SSAValue, numbers: Mapping[SSAValue, int]) -> tuple[int | None, bool]:
    """Of which buffer a value is a view, and whether it is all of its bytes in their order."""
    is_whole = True
    while value not in numbers and isinstance(value.owner, VIEWS):
        is_whole = is_whole and isinstance(value.owner, SAME_BYTES)
        value = value.owner.operands[0]
    return numbers.get(value), is_whole
