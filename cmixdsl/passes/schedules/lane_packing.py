"""Solves how small numbers are packed into words so that one multiply computes many products.

A word with values a_i at bit i * s is a polynomial in 2^s. The product of a word of `positions`
neighbours of a row and a word of `taps` weights in reverse order holds the sums of a sliding
window: lane L is the sum of all a_i * b_j with i + (taps - 1 - j) = L. The low lanes are complete
sums, the high ones are what the next word of the row begins with (mode overlap). Nothing here knows
of IR: numbers come in, a proven layout comes out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import islice
from math import ceil

from cmixdsl.errors import CmixError
from cmixdsl.passes.schedules.weight_sums import WeightSums

WORD_BITS = 32
LONG_BITS = 64

REGISTER_WEIGHTS = 8
"""Words of weights that stay in registers while a row is swept."""
MAX_PRODUCTS = 16
"""Products chained at most; more only cost code and reloads of weights."""
PRODUCT_COST = 2
"""Instructions of a product: load a word of the row, multiply and accumulate."""
GROUP_COST = 14
"""Instructions around the sweep of a row: addresses and the loop."""
BLOCK_WORDS = 2
"""Words of a row that several filters multiply together: sums of two filters fill 8 registers."""
BLOCK_FILTERS = (1, 2)
"""Filters that are worth sweeping a row together."""
MAX_STRAIGHT = 32
"""Products of several filters that are no loop."""
MAX_TURN = 16
"""Products of a turn of their innermost loop where they are more."""
MAX_BLOCK_PRODUCTS = 64
"""Products chained at most where they are a loop: as many as a schedule can say."""
BLOCK_SIZES = 3
"""Sizes of groups of several filters that are worth trying, the largest."""
TURN_COST = 5
"""Instructions of a turn besides its products: two addresses, its end, and the branch."""
CHUNK_COST = 8
"""Instructions around the loop of a chunk of products, and twice of a block of words."""


@dataclass(frozen=True)
class LaneLayout:
    """How a row and its weights are packed."""

    positions: int
    """Neighbours of a row in one word."""
    taps: int
    """Weights in one word."""
    spacing: int
    """Bits from one lane to the next."""

    @property
    def lanes(self) -> int:
        """Lanes of a product."""
        return self.positions + self.taps - 1


def _count_lanes(maxima: Sequence[int]) -> int:
    """Lanes up to the last one that holds something."""
    return max((lane + 1 for lane, largest in enumerate(maxima) if largest), default=0)


def limit_to_room(maxima: Sequence[int], spacing: int, bits: int) -> list[int]:
    """Maxima of lanes, but no more than each has room for in a register of so many bits."""
    rooms = (min(spacing, bits - lane * spacing) for lane in range(len(maxima)))
    return [min(most, (1 << room) - 1) for most, room in zip(maxima, rooms, strict=True)]


def find_overflow(spacing: int, maxima: Sequence[int], bits: int) -> str | None:
    """Which bound lanes with these maxima exceed in a word of `bits` bits; None when all hold."""
    for lane, largest in enumerate(maxima):
        is_last = lane == len(maxima) - 1
        room = bits - lane * spacing if is_last else min(spacing, bits - lane * spacing)
        if largest >= 1 << max(room, 0):
            return (
                f"lane {lane} of {_count_lanes(maxima)} at {spacing} reaches {largest}, "
                f"at most {(1 << max(room, 0)) - 1} fits in {bits} bits"
            )
    return None


@dataclass(frozen=True)
class OverlapProblem:
    """A convolution along rows: what is to be packed."""

    largest_input: int
    largest_weight: int
    taps: int
    """Columns of the kernel; all of them go into one word."""
    length: int
    """Products that one output sums, taps not counted: channels times kernel rows."""
    columns: int
    """Outputs of a row."""
    filters: int = 1
    """Filters that multiply the row."""

    weights: WeightSums | None = None
    """The actual ones; without them any up to the largest."""

    @property
    def largest_product(self) -> int:
        """Largest product of an input and a weight."""
        return self.largest_input * self.largest_weight

    def get_largest_sum(self, products: int, taps: range) -> int:
        """What so many products of some taps, which are neighbours, add up to at most."""
        if not taps:
            return 0
        if self.weights is None:
            return len(taps) * products * self.largest_product
        return self.largest_input * self.weights.get_largest(products, taps.start, taps.stop)


def get_lane_maxima(problem: OverlapProblem, layout: LaneLayout, products: int) -> tuple[int, ...]:
    """Maxima of lanes after `products` accumulated multiplies, what earlier words left included.

    The lanes above the word's positions, which lack their last taps, are what it leaves.
    """
    return tuple(
        problem.get_largest_sum(products, range(min(layout.taps, layout.lanes - lane)))
        for lane in range(layout.lanes)
    )


def get_block_maxima(problem: OverlapProblem, layout: LaneLayout, products: int) -> tuple[int, ...]:
    """Maxima of the lanes of a word by itself after `products` accumulated multiplies."""
    taps = layout.taps
    return tuple(
        problem.get_largest_sum(
            products, range(max(taps - 1 - lane, 0), min(taps, layout.lanes - lane))
        )
        for lane in range(layout.lanes)
    )


def _get_maxima(
    problem: OverlapProblem, layout: LaneLayout, products: int, filters: int
) -> tuple[int, ...]:
    """Maxima of the lanes of a sum when it is complete."""
    get_maxima = get_lane_maxima if filters == 1 else get_block_maxima
    return get_maxima(problem, layout, products)


def find_violation(
    problem: OverlapProblem, layout: LaneLayout, products: int, filters: int = 1
) -> str | None:
    """The bound that fails when so many products are accumulated; None when all are proven.

    Several filters do not hand on to a word what the one before leaves.
    """
    if layout.taps != problem.taps:
        return f"a word must hold the kernel's {problem.taps} columns, found {layout.taps} taps"
    for what, largest, lanes in (
        ("inputs", problem.largest_input, layout.positions),
        ("weights", problem.largest_weight, layout.taps),
    ):
        overflow = find_overflow(layout.spacing, [largest] * lanes, WORD_BITS)
        if overflow is not None:
            return f"{what}: {overflow}"
    sums = _get_maxima(problem, layout, products, filters)
    overflow = find_overflow(layout.spacing, sums, LONG_BITS)
    if overflow is None:
        # Complete lanes are taken out one by one, the last of them too.
        overflow = find_overflow(layout.spacing, (*sums[: layout.positions], 0), LONG_BITS)
    return None if overflow is None else f"sums of {products} products: {overflow}"


def count_products(
    problem: OverlapProblem, layout: LaneLayout, limit: int, filters: int = 1
) -> int:
    """The most products up to `limit` whose accumulation is proven; 0 when not even one is."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if find_violation(problem, layout, middle, filters) is None:
            low = middle
        else:
            high = middle - 1
    return low


@dataclass(frozen=True)
class OverlapPlan:
    """A proven layout with the number of products accumulated between extractions."""

    problem: OverlapProblem
    layout: LaneLayout
    products: int
    filters: int = 1
    """Filters that multiply a row together.

    One has the weights of a group in registers and sweeps the row; its lanes are added to sums of
    outputs word by word. Several multiply two words of the row at a time, and the sums of all
    groups wait in memory until those of the row are there.
    """

    @cached_property
    def turn(self) -> int:
        """Products of a turn of the innermost loop of several filters; few products are no loop."""
        if self.products <= MAX_STRAIGHT:
            return self.products
        return max(size for size in range(1, MAX_TURN + 1) if self.products % size == 0)

    @property
    def groups(self) -> int:
        """Sweeps of a row that a filter takes."""
        return ceil(self.problem.length / self.products)

    @property
    def padded_length(self) -> int:
        """Products of all groups; the last is filled up with weights of 0."""
        return self.groups * self.products

    @property
    def maxima(self) -> tuple[int, ...]:
        """What lanes are said to hold at most once a group is complete."""
        return self.bound or self._get_any_maxima(self.products)

    def get_growth(self, products: int) -> tuple[int, ...]:
        """What so many products add to what lanes are said to hold: nothing to a bound."""
        return (0,) * self.layout.lanes if self.bound else self._get_any_maxima(products)

    @cached_property
    def bound(self) -> tuple[int, ...] | None:
        """What lanes have room for, where only these weights, not any there might be, stay below.

        It does not tell weights apart, so that layers with other weights may share the code.
        """
        problem = replace(self.problem, weights=None)
        if find_violation(problem, self.layout, self.products, self.filters) is None:
            return None
        maxima = self._get_any_maxima(self.products)
        return tuple(limit_to_room(maxima, self.layout.spacing, LONG_BITS))

    def _get_any_maxima(self, products: int) -> tuple[int, ...]:
        """The maxima of lanes for any weights."""
        problem = replace(self.problem, weights=None)
        return _get_maxima(problem, self.layout, products, self.filters)

    @property
    def largest_sum(self) -> int:
        """Largest sum of one output: what weights allow, or 16 bits where the actual ones fit."""
        problem, most = self.problem, (1 << 16) - 1
        largest = problem.largest_product * problem.taps * self.padded_length
        # What is in memory and what is added to it are bounded apart.
        actual = problem.get_largest_sum(problem.length, range(problem.taps)) + max(self.maxima)
        return min(largest, most) if actual <= most else largest

    @property
    def partial_bits(self) -> int:
        """Bits of the partial sums in memory: 16 where no sum can exceed them."""
        return 16 if self.largest_sum < 1 << 16 else 32

    @property
    def words(self) -> int:
        """Words of a row, its border included."""
        return self._count_words(self.problem.columns)

    def _count_words(self, columns: int) -> int:
        return ceil((columns + self.problem.taps - 1) / self.layout.positions)

    @property
    def scratch_bytes(self) -> int:
        """Bytes of the row's words; partial sums and window sums are few and live on the stack."""
        return 4 * self.words * self.padded_length

    @property
    def extraction_cost(self) -> int:
        """Instructions that add the complete lanes of a word to the partial sums in memory."""
        positions, spacing = self.layout.positions, self.layout.spacing
        carry = 1 if positions * spacing >= WORD_BITS else 2
        if self.partial_bits == WORD_BITS:
            return carry + 5 * positions
        if spacing == 8:
            return carry + 3 * ceil(positions / 2)
        return carry + 6 * (positions // 2) + 5 * (positions % 2)

    @property
    def cost(self) -> int:
        """Instructions of one filter for one row, requantization not counted."""
        return self.get_cost(self.problem.columns)

    def get_cost(self, columns: int) -> int:
        """The cost with another number of outputs of a row, on which nothing else depends."""
        words = self._count_words(columns)
        if self.filters > 1:
            return ceil(self._get_block_cost(words) / self.filters)
        return self.groups * (words * self._word_cost + self.products + GROUP_COST)

    @cached_property
    def _word_cost(self) -> int:
        """Instructions of one filter for one word of a row."""
        reloads = max(self.products - REGISTER_WEIGHTS, 0)
        return PRODUCT_COST * self.products + reloads + self.extraction_cost

    def _get_block_cost(self, row_words: int) -> int:
        """Instructions of several filters for one row of so many words."""
        filters, (pairs, single) = self.filters, divmod(row_words, BLOCK_WORDS)
        turns = self.products // self.turn
        total = 0
        for words, times in ((BLOCK_WORDS, pairs), (1, single)):
            # One LDRD loads the weights of two filters, one STRD stores a sum.
            product = ceil(filters / 2) + words + filters * words
            loop = TURN_COST * turns if turns > 1 else 0
            chunk = self.products * product + loop + 3 * filters * words + CHUNK_COST
            total += times * (self.groups * chunk + 2 * CHUNK_COST)
        return total + row_words * filters * self.groups * self._take_cost

    @cached_property
    def _take_cost(self) -> int:
        """Instructions that load the sum of a word and add its lanes to those of outputs."""
        spacing, cost = self.layout.spacing, 1
        for lane in range(self.layout.lanes):
            is_split = lane * spacing < WORD_BITS < (lane + 1) * spacing
            cost += 1 if spacing == 8 else 4 if is_split else 2
        return cost

    @property
    def cost_per_product(self) -> float:
        """Instructions per multiply-accumulate, requantization not counted."""
        return self.cost / (self.problem.columns * self.problem.taps * self.problem.length)


def get_plan(
    problem: OverlapProblem, positions: int, spacing: int, products: int, filters: int = 1
) -> OverlapPlan:
    """The plan with these sizes; raises CmixError with the bound that fails if it is unproven."""
    layout = LaneLayout(positions, problem.taps, spacing)
    violation = find_violation(problem, layout, products, filters)
    if violation is not None:
        raise CmixError(f"overlap: {violation}")
    return OverlapPlan(problem, layout, products, filters)


def solve_spacing(
    problem: OverlapProblem, positions: int, products: int, filters: int = 1
) -> OverlapPlan:
    """The cheapest plan with these sizes; raises CmixError when no spacing can be proven."""
    plans: list[OverlapPlan] = []
    violation = "no spacing fits"
    for spacing in range(1, WORD_BITS):
        layout = LaneLayout(positions, problem.taps, spacing)
        found = find_violation(problem, layout, products, filters)
        if found is None:
            plans.append(OverlapPlan(problem, layout, products, filters))
        elif spacing >= problem.largest_product.bit_length():
            violation = f"at spacing {spacing}, {found}"
    if not plans:
        raise CmixError(f"overlap: {positions} positions cannot be proven, {violation}")
    return min(plans, key=lambda plan: plan.cost)


def find_plans(problem: OverlapProblem) -> list[OverlapPlan]:
    """All proven plans that may be the cheapest; which ones there are depends on no row's width."""
    plans: list[OverlapPlan] = []
    for positions in range(2, WORD_BITS):
        if positions - 1 + problem.largest_input.bit_length() > WORD_BITS:
            break
        for spacing in range(problem.largest_product.bit_length(), WORD_BITS):
            layout = LaneLayout(positions, problem.taps, spacing)
            for filters in BLOCK_FILTERS:
                if filters <= problem.filters:
                    plans += _find_sizes(problem, layout, filters)
    return plans


def _find_sizes(problem: OverlapProblem, layout: LaneLayout, filters: int) -> Iterator[OverlapPlan]:
    """A plan for each size of groups that is proven, the largest first."""

    def is_proven(size: int) -> bool:
        return find_violation(problem, layout, size, filters) is None

    if not is_proven(1):
        return
    # The more products of a loop are chained, the fewer sums there are.
    limit, count = (MAX_PRODUCTS, None) if filters == 1 else (MAX_BLOCK_PRODUCTS, BLOCK_SIZES)
    for size in islice(filter(is_proven, _get_group_sizes(problem.length, limit)), count):
        yield OverlapPlan(problem, layout, size, filters)


@cache
def _get_group_sizes(length: int, limit: int) -> list[int]:
    """Sizes up to a limit that waste few products on weights of 0, the largest first."""
    most = range(1, min(length, limit) + 1)
    return sorted({ceil(length / ceil(length / products)) for products in most}, reverse=True)


def solve_overlap(problem: OverlapProblem) -> OverlapPlan | None:
    """The cheapest proven plan; None when not even two positions fit a word."""
    return min(find_plans(problem), key=lambda plan: plan.cost, default=None)
