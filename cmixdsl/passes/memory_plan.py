"""Places buffers in one arena such that those that live at the same time do not overlap."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Buffer:
    """A buffer of `size` bytes that lives from step `first` to step `last`, both inclusive."""

    name: str
    size: int
    first: int
    last: int

    def meets(self, other: "Buffer") -> bool:
        """Whether both live at some step."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Plan:
    """Offsets of buffers, in the order in which they were given, and the size of the arena."""

    offsets: tuple[int, ...]
    size: int


def plan_memory(buffers: Sequence[Buffer], alignment: int = 8) -> Plan:
    """Gives buffers, the largest first, the lowest offset that is free while they live."""
    order = sorted(range(len(buffers)), key=lambda index: (-buffers[index].size, index))
    offsets: dict[int, int] = {}
    for index in order:
        buffer = buffers[index]
        taken = sorted(
            (offsets[other], offsets[other] + buffers[other].size)
            for other in offsets
            if buffers[other].meets(buffer)
        )
        offset = 0
        for start, end in taken:
            if offset + buffer.size <= start:
                break
            offset = max(offset, -(-end // alignment) * alignment)
        offsets[index] = offset
    size = max((offsets[index] + buffers[index].size for index in offsets), default=0)
    return Plan(tuple(offsets[index] for index in range(len(buffers))), size)
