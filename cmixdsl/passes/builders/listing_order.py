"""Orders the instructions of a listing: loads next to each other, as far as registers suffice.

A load right after another one takes one cycle on a Cortex-M4 instead of two. A beam search keeps
the best beginnings of an order; the next instruction is one of the first few that are left.
"""

from dataclasses import dataclass
from functools import cached_property

from xdsl.ir import SSAValue

from cmixdsl.passes.builders.listing import Item, Listing

BEAM = 16
"""How many beginnings are kept."""

WINDOW = 6
"""How far an instruction moves up, counted in instructions that are left behind it."""


@dataclass(frozen=True)
class _Order:
    """The beginning of an order."""

    cost: int
    """Twice the loads that do not stand behind another one, less all loads: 0 for pairs of them."""
    live: int
    """Temporary registers in use."""
    done: int
    """The items so far, as bits."""
    last: int
    """The last item, -1 at the start."""
    before: "_Order | None"

    def get_items(self) -> list[int]:
        """The numbers of the items, in order."""
        numbers: list[int] = []
        order: _Order | None = self
        while order is not None and order.last >= 0:
            numbers.append(order.last)
            order = order.before
        return numbers[::-1]


def _get_first_left(done: int, count: int) -> list[int]:
    """The first few numbers below `count` that are not among the bits of `done`."""
    left = ~done & (1 << count) - 1
    numbers: list[int] = []
    while left and len(numbers) < WINDOW:
        lowest = left & -left
        numbers.append(lowest.bit_length() - 1)
        left ^= lowest
    return numbers


@dataclass
class _Search:
    """Looks for an order that takes at most so many temporary registers."""

    listing: Listing
    limit: int

    @cached_property
    def users(self) -> list[tuple[int, ...]]:
        """For each item the users of each temporary that it gives, as bits."""
        users: list[tuple[int, ...]] = []
        for item in self.listing.items:
            temporaries = [r for r in item.op.results if r not in self.listing.carried]
            users.append(tuple(self._users_of.get(value, 0) for value in temporaries))
        return users

    @cached_property
    def _users_of(self) -> dict[SSAValue, int]:
        """For each value the items that read it, as bits."""
        users: dict[SSAValue, int] = {}
        for number, item in enumerate(self.listing.items):
            for value in item.reads:
                users[value] = users.get(value, 0) | 1 << number
        return users

    @cached_property
    def are_loads(self) -> list[bool]:
        """For each item whether it is a load."""
        return [item.is_load for item in self.listing.items]

    @cached_property
    def reads(self) -> list[tuple[int, ...]]:
        """For each item the users of each temporary that it reads, as bits."""
        listing = self.listing
        read: list[tuple[int, ...]] = []
        for item in listing.items:
            values = [v for v in item.reads if v in listing.defined and v not in listing.carried]
            read.append(tuple(self._users_of[value] for value in values))
        return read

    def extend(self, order: _Order, number: int) -> _Order | None:
        """The order with one more item, None where registers do not suffice."""
        done = order.done | 1 << number
        dying = sum(not users & ~done for users in self.reads[number])
        given = self.users[number]
        live = order.live - dying + len(given)
        if live > self.limit:
            return None
        cost = order.cost
        if self.are_loads[number]:
            is_behind = order.last >= 0 and self.are_loads[order.last]
            cost += -1 if is_behind else 1
        return _Order(cost, live - sum(not users for users in given), done, number, order)

    def run(self) -> list[Item] | None:
        """The best order that was found."""
        items, predecessors = self.listing.items, self.listing.predecessors
        are_loads = self.are_loads
        beam = [_Order(0, 0, 0, -1, None)]
        for _ in items:
            found: dict[tuple[int, bool], _Order] = {}
            for order in beam:
                for number in _get_first_left(order.done, len(items)):
                    if predecessors[number] & ~order.done:
                        continue
                    longer = self.extend(order, number)
                    key = order.done | 1 << number, are_loads[number]
                    if longer and (key not in found or longer.cost < found[key].cost):
                        found[key] = longer
            beam = sorted(found.values(), key=lambda order: (order.cost, order.live))[:BEAM]
        return [items[number] for number in beam[0].get_items()] if beam else None


def find_order(listing: Listing, limit: int) -> list[Item] | None:
    """The items in an order that needs at most `limit` temporary registers, if one is found."""
    return _Search(listing, limit).run()
