"""Solves how small numbers are packed into words so that one multiply computes many products.

A word with values a_i at bit i * s is a polynomial in 2^s. The product of a word of `positions`
neighbours of a row and a word of `taps` weights in reverse order holds the sums of a sliding
window: lane L is the sum of all a_i * b_j with i + (taps - 1 - j) = L. The low lanes are complete
sums, the high ones are what the next word of the row begins with (mode overlap). Nothing here knows
of IR: numbers come in, a proven layout comes out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from cmixdsl.errors import CmixError

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
MAX_TURN = 8
"""Products of a turn of the innermost loop of several filters."""
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

    def get_terms(self) -> list[int]:
        """Products that one multiply adds to each lane."""
        return [
            min(lane + 1, self.positions, self.taps, self.lanes - lane)
            for lane in range(self.lanes)
        ]


@dataclass(frozen=True)
class LaneMaxima:
    """The largest values that lanes reach while a row is swept."""

    carry: tuple[int, ...]
    """Of what one word of the row leaves to the next."""
    sums: tuple[int, ...]
    """Of the lanes once all products of a word are accumulated."""


def get_lane_maxima(layout: LaneLayout, largest_product: int, products: int) -> LaneMaxima:
    """Maxima after `products` accumulated multiplies, what earlier words left included."""
    terms = [term * products * largest_product for term in layout.get_terms()]
    carry = [0] * (layout.lanes - layout.positions)
    # What is left moves down by `positions` lanes a word, so high lanes are final first.
    for lane in reversed(range(len(carry))):
        above = lane + layout.positions
        carry[lane] = terms[above] + (carry[above] if above < len(carry) else 0)
    sums = [term + (carry[lane] if lane < len(carry) else 0) for lane, term in enumerate(terms)]
    return LaneMaxima(tuple(carry), tuple(sums))


def get_block_maxima(layout: LaneLayout, largest_product: int, products: int) -> tuple[int, ...]:
    """Maxima of the lanes of a word by itself after `products` accumulated multiplies."""
    return tuple(term * products * largest_product for term in layout.get_terms())


def _count_lanes(maxima: Sequence[int]) -> int:
    """Lanes up to the last one that holds something."""
    return max((lane + 1 for lane, largest in enumerate(maxima) if largest), default=0)


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

    @property
    def largest_product(self) -> int:
        """Largest product of an input and a weight."""
        return self.largest_input * self.largest_weight


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
    sums = get_block_maxima(layout, problem.largest_product, products)
    if filters == 1:
        sums = get_lane_maxima(layout, problem.largest_product, products).sums
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
        if self.products <= MAX_PRODUCTS:
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
    def largest_sum(self) -> int:
        """Largest sum of one output that the maxima of lanes allow, filled up groups included."""
        return self.problem.largest_product * self.problem.taps * self.padded_length

    @property
    def partial_bits(self) -> int:
        """Bits of the partial sums in memory: 16 where no sum can exceed them."""
        return 16 if self.largest_sum < 1 << 16 else 32

    @property
    def words(self) -> int:
        """Words of a row, its border included."""
        return ceil((self.problem.columns + self.problem.taps - 1) / self.layout.positions)

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
        if self.filters > 1:
            return ceil(self._block_cost / self.filters)
        reloads = max(self.products - REGISTER_WEIGHTS, 0)
        word = PRODUCT_COST * self.products + reloads + self.extraction_cost
        return self.groups * (self.words * word + self.products + GROUP_COST)

    @property
    def _block_cost(self) -> int:
        """Instructions of several filters for one row."""
        filters, (pairs, single) = self.filters, divmod(self.words, BLOCK_WORDS)
        turns = self.products // self.turn
        total = 0
        for words, times in ((BLOCK_WORDS, pairs), (1, single)):
            # One LDRD loads the weights of two filters, one STRD stores a sum.
            product = ceil(filters / 2) + words + filters * words
            loop = TURN_COST * turns if turns > 1 else 0
            chunk = self.products * product + loop + 3 * filters * words + CHUNK_COST
            total += times * (self.groups * chunk + 2 * CHUNK_COST)
        return total + self.words * filters * self.groups * self._take_cost

    @property
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
    """A plan for each size of groups that is proven."""
    length = problem.length
    limit = MAX_PRODUCTS if filters == 1 else MAX_BLOCK_PRODUCTS
    most = count_products(problem, layout, min(length, limit), filters)
    # Groups of equal size waste no products on weights of 0.
    sizes = sorted({ceil(length / ceil(length / products)) for products in range(1, most + 1)})
    # The more products of a loop are chained, the fewer sums there are.
    for size in sizes if filters == 1 else sizes[-BLOCK_SIZES:]:
        yield OverlapPlan(problem, layout, size, filters)


def solve_overlap(problem: OverlapProblem) -> OverlapPlan | None:
    """The cheapest proven plan; None when not even two positions fit a word."""
    return min(find_plans(problem), key=lambda plan: plan.cost, default=None)
