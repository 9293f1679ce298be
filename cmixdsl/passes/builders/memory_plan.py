"""Places buffers in one arena such that those that live at the same time do not overlap.

But an output may lie over the input that dies where it is born, at the distance below it at which
no byte is written that is still to be read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
class Overlap:
    """Two buffers, by position, that may share bytes: the first dies where the second is born."""

    source: int
    destination: int
    distance: int
    """How far the destination's first byte lies below the source's where they do.

    A kernel that goes over an image channel by channel may be right at one distance, and wrong at a
    larger one that is not whole pixels.
    """

    def get_shared_bytes(self, buffers: Sequence[Buffer]) -> int:
        """Bytes that both may use, at most."""
        source, destination = buffers[self.source], buffers[self.destination]
        return max(min(destination.size - self.distance, source.size), 0)


@dataclass(frozen=True)
class Plan:
    """Offsets of buffers, in the order in which they were given, and the size of the arena."""

    offsets: tuple[int, ...]
    size: int


def get_lower_bound(buffers: Sequence[Buffer], overlaps: Sequence[Overlap] = ()) -> int:
    """Bytes that live at the same step, at most: no plan can do with less."""
    return max((get_live_bytes(buffers, overlaps, buffer.first) for buffer in buffers), default=0)


def get_live_bytes(buffers: Sequence[Buffer], overlaps: Sequence[Overlap], step: int) -> int:
    """Bytes of the buffers that live at a step, those that two of them may share counted once."""
    live = sum(buffer.size for buffer in buffers if buffer.first <= step <= buffer.last)
    for overlap in overlaps:
        if buffers[overlap.destination].first == step:
            live -= overlap.get_shared_bytes(buffers)
    return live


def plan_memory(
    buffers: Sequence[Buffer], alignment: int = 8, overlaps: Sequence[Overlap] = ()
) -> Plan:
    """Offsets, multiples of `alignment`, at which buffers lie apart, or overlap as they may.

    Overlaps are made use of only where the arena becomes smaller by them: a C compiler has less
    freedom in a kernel whose pointers are not `restrict`. They are needed where what lives would
    not fit apart; so those of the busiest steps are allowed, as few as give the smallest arena.
    """
    apart = _plan(buffers, alignment, ())
    best = _plan(buffers, alignment, overlaps) if overlaps else apart
    if best.size >= apart.size:
        return apart
    busy = sorted(
        overlaps,
        key=lambda it: get_live_bytes(buffers, (), buffers[it.destination].first),
        reverse=True,
    )
    too_few, enough = 0, len(busy)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        plan = _plan(buffers, alignment, busy[:middle])
        if plan.size <= best.size:
            best, enough = plan, middle
        else:
            too_few = middle
    return best


def _plan(buffers: Sequence[Buffer], alignment: int, overlaps: Sequence[Overlap]) -> Plan:
    """The best plan found.

    Placing one after the other where it is free while it lives is good or bad by the order. Several
    are tried; then, as long as that helps, what ended up on top is placed earlier.
    """
    bound = get_lower_bound(buffers, overlaps)
    distances = {(it.source, it.destination): it.distance for it in overlaps}
    best = Plan((), 0) if not buffers else None
    for order in _get_orders(buffers):
        for _ in range(MAX_ATTEMPTS):
            plan = _place_in_order(buffers, order, alignment, distances)
            if best is None or plan.size < best.size:
                best = plan
            if best.size <= bound:
                return best
            order = _move_top_forward(buffers, order, plan)
    assert best is not None
    return best


def _get_orders(buffers: Sequence[Buffer]) -> list[list[int]]:
    """Positions of buffers: the largest first, those first that live at the busiest step, ..."""
    live = {buffer.first: get_live_bytes(buffers, (), buffer.first) for buffer in buffers}

    def get_peak(buffer: Buffer) -> int:
        return max(live[step] for step in live if buffer.first <= step <= buffer.last)

    keys: list[Callable[[Buffer], tuple[int, ...]]] = [
        lambda buffer: (-buffer.size,),
        lambda buffer: (-get_peak(buffer), -buffer.size),
        lambda buffer: (-buffer.size, -buffer.last),
        lambda buffer: (-get_peak(buffer), -buffer.size, -buffer.last),
        lambda buffer: (-buffer.size * (buffer.last - buffer.first + 1),),
        lambda buffer: (buffer.first - buffer.last, -buffer.size),
        lambda buffer: (buffer.first, -buffer.size),
        # What lies below an input is placed before it.
        lambda buffer: (-buffer.last, -buffer.size),
    ]
    return [
        sorted(range(len(buffers)), key=lambda index: (*key(buffers[index]), index)) for key in keys
    ]


def _place_in_order(
    buffers: Sequence[Buffer],
    order: Sequence[int],
    alignment: int,
    distances: Mapping[tuple[int, int], int],
) -> Plan:
    """Gives each buffer the lowest offset that is free while it lives.

    Over an input, or under an output, that is one offset; anywhere else they lie apart.
    """
    offsets: dict[int, int] = {}

    def get_taken(index: int, *, but: int = -1) -> list[tuple[int, int]]:
        """Between which offsets others lie that live while a buffer does, the lowest first."""
        return sorted(
            (offset, offset + buffers[other].size)
            for other, offset in offsets.items()
            if other != but and buffers[other].meets(buffers[index])
        )

    def find_shared(index: int) -> Iterator[int]:
        """Offsets at which a buffer shares bytes with one other."""
        for other, start in offsets.items():
            if (below := distances.get((other, index))) is not None:
                offset = start - below
            elif (above := distances.get((index, other))) is not None:
                offset = start + above
            else:
                continue
            end, taken = offset + buffers[index].size, get_taken(index, but=other)
            if offset >= 0 and all(end <= first or last <= offset for first, last in taken):
                yield offset

    for index in order:
        offset = 0
        for start, end in get_taken(index):
            if offset + buffers[index].size <= start:
                break
            offset = max(offset, -(-end // alignment) * alignment)
        offsets[index] = min((offset, *find_shared(index)))
    size = max((offsets[index] + buffers[index].size for index in offsets), default=0)
    return Plan(tuple(offsets[index] for index in range(len(buffers))), size)


def _move_top_forward(buffers: Sequence[Buffer], order: Sequence[int], plan: Plan) -> list[int]:
    """The order with the buffer first that reaches the end of the arena."""
    top = max(order, key=lambda index: (plan.offsets[index] + buffers[index].size, -index))
    return [top, *(index for index in order if index != top)]
