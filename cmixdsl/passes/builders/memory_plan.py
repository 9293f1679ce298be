"""Places buffers in one arena such that those that live at the same time do not overlap."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MAX_ATTEMPTS = 8
"""Changes of one order that are tried."""


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


def get_lower_bound(buffers: Sequence[Buffer]) -> int:
    """Bytes that live at the same step, at most: no plan can do with less."""
    return max((_get_live_bytes(buffers, buffer.first) for buffer in buffers), default=0)


def plan_memory(buffers: Sequence[Buffer], alignment: int = 8) -> Plan:
    """Offsets, multiples of `alignment`, at which buffers that live together do not overlap.

    Placing one after the other where it is free while it lives is good or bad by the order. Several
    are tried; then, as long as that helps, what ended up on top is placed earlier.
    """
    bound = get_lower_bound(buffers)
    best = Plan((), 0) if not buffers else None
    for order in _get_orders(buffers):
        for _ in range(MAX_ATTEMPTS):
            plan = _place_in_order(buffers, order, alignment)
            if best is None or plan.size < best.size:
                best = plan
            if best.size <= bound:
                return best
            order = _move_top_forward(buffers, order, plan)
    assert best is not None
    return best


def _get_live_bytes(buffers: Sequence[Buffer], step: int) -> int:
    return sum(buffer.size for buffer in buffers if buffer.first <= step <= buffer.last)


def _get_orders(buffers: Sequence[Buffer]) -> list[list[int]]:
    """Positions of buffers: the largest first, those first that live at the busiest step, ..."""
    live = {buffer.first: _get_live_bytes(buffers, buffer.first) for buffer in buffers}

    def get_peak(buffer: Buffer) -> int:
        return max(live[step] for step in live if buffer.first <= step <= buffer.last)

    keys: list[Callable[[Buffer], tuple[int, ...]]] = [
        lambda buffer: (-buffer.size,),
        lambda buffer: (-get_peak(buffer), -buffer.size),
        lambda buffer: (-buffer.size * (buffer.last - buffer.first + 1),),
        lambda buffer: (buffer.first - buffer.last, -buffer.size),
        lambda buffer: (buffer.first, -buffer.size),
    ]
    return [
        sorted(range(len(buffers)), key=lambda index: (*key(buffers[index]), index)) for key in keys
    ]


def _place_in_order(buffers: Sequence[Buffer], order: Sequence[int], alignment: int) -> Plan:
    """Gives each buffer the lowest offset that is free while it lives."""
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


def _move_top_forward(buffers: Sequence[Buffer], order: Sequence[int], plan: Plan) -> list[int]:
    """The order with the buffer first that reaches the end of the arena."""
    top = max(order, key=lambda index: (plan.offsets[index] + buffers[index].size, -index))
    return [top, *(index for index in order if index != top)]
