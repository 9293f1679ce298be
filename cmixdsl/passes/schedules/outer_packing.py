"""Solves how pixels and filters are packed so that one multiply computes all their products.

A word holds one input of each of `pixels` neighbours at bits i * s, another one weight of each of
`filters` filters at bits j * pixels * s. Their product has a lane for every pixel and filter (mode
outer), and products accumulate along channels until a lane is full. Where weights are large they
are neighbours at bits j * s instead, and inputs lie at bits i * filters * s: the word with the
largest distances should hold the smallest numbers. A vector has one pixel; its
words may hold `taps` inputs instead, against as many weights of each filter in reverse order. Then
one lane for each filter is the sum of `taps` products, and those between are of no use (mode dot).
Nothing here knows of IR: numbers come in, a proven layout comes out.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from math import ceil, gcd

from cmixdsl.dialects.lanes import get_product_ranges
from cmixdsl.errors import CmixError
from cmixdsl.passes.schedules.lane_packing import LONG_BITS, WORD_BITS, find_overflow

REGISTERS = 13
"""Those that a loop can use before the C compiler begins to spill."""
SPILL_COST = 3
"""Instructions of a turn for every register that is missing."""
LOOP_COST = 3
"""Instructions of a turn: two addresses or a counter, and the branch."""
BLOCK_COST = 30
"""Instructions around the loop of a block: addresses, clearing of sums."""
CHUNK_COST = 8
"""Instructions around the loop of a chunk, where there are several."""
KEEP_COST = 3
"""Instructions that clear, store and load a word of sums."""
MERGE_COST = 5
"""Instructions of an output that shares its byte with the next block's."""
MOST_KEPT_CHUNKS = 8
"""Chunks whose sums are kept as they are; more of them are added up one by one."""
FEW_KEPT_CHUNKS = 4
"""The same for vectors, and where one instruction takes lanes out and adds them up."""
DEFAULT_TURN = 8
"""Products of a turn, as far as lanes hold them."""


@dataclass(frozen=True)
class OuterProblem:
    """A contraction without windows: what is to be packed."""

    input_bits: int
    weight_bits: int
    """Of the largest weight there is."""
    length: int
    """Products that one output sums."""
    pixels: int
    filters: int
    output_bits: int = 8
    is_vector: bool = False
    """Whether words may hold several inputs of the only pixel."""

    @property
    def largest_product(self) -> int:
        """Largest product of an input and a weight."""
        return ((1 << self.input_bits) - 1) * ((1 << self.weight_bits) - 1)


@cache
def get_rotations(spacing: int, maxima: tuple[int, ...]) -> tuple[int, ...]:
    """Rotations that bring one set of fields after another to the lanes of weights.

    A set has a field for each lane with a maximum, around the end of the word; the sets of a word
    are disjoint.
    """
    lanes = sum(largest << index * spacing for index, largest in enumerate(maxima))
    taken, rotations = 0, list[int]()
    for rotation in range(WORD_BITS):
        fields = (lanes << rotation | lanes >> (WORD_BITS - rotation)) & 0xFFFFFFFF
        if not fields & taken:
            taken |= fields
            rotations.append(rotation)
    return tuple(rotations)


@dataclass(frozen=True)
class OuterLayout:
    """How pixels and filters are packed."""

    pixels: int
    """Pixels of one word of inputs."""
    filters: int
    """Filters of one word of weights."""
    spacing: int
    """Bits from one lane to the next."""
    taps: int = 1
    """Inputs of one pixel in a word; with more than 1, there is one pixel."""
    apart: int = 1
    """Lanes from one pixel to the next: 1, or `filters` where those are neighbours."""

    @property
    def filter_lanes(self) -> int:
        """Lanes from one filter to the next."""
        return self.pixels * self.taps if self.apart == 1 else 1

    @property
    def sums(self) -> int:
        """Lanes of a product that are sums of outputs."""
        return self.pixels * self.filters

    def get_lane(self, filter_: int, pixel: int) -> int:
        """The lane of the sum of a filter and a pixel of a word."""
        return filter_ * self.filter_lanes + self.taps - 1 + pixel * self.apart

    def get_sum_lanes(self) -> list[int]:
        """The lanes of all sums."""
        return [
            self.get_lane(filter_, pixel)
            for filter_ in range(self.filters)
            for pixel in range(self.pixels)
        ]

    def get_input_maxima(self, problem: OuterProblem) -> list[int]:
        """Maxima of a word of inputs: lanes between those of pixels are 0."""
        return self._spread((1 << problem.input_bits) - 1, self.pixels, self.apart)

    def get_weight_maxima(self, problem: OuterProblem) -> list[int]:
        """Maxima of a word of weights: lanes between those of filters are 0."""
        return self._spread((1 << problem.weight_bits) - 1, self.filters, self.filter_lanes)

    def _spread(self, largest: int, count: int, distance: int) -> list[int]:
        """Maxima of `taps` lanes each, so many lanes from one to the next."""
        one = [largest] * self.taps + [0] * (distance - self.taps)
        return one * (count - 1) + [largest] * self.taps

    def get_growth(self, problem: OuterProblem, bits: int) -> list[int]:
        """What one product adds to the lanes of a register of so many bits at most."""
        inputs, weights = (
            [(0, largest) for largest in maxima]
            for maxima in (self.get_input_maxima(problem), self.get_weight_maxima(problem))
        )
        ranges = get_product_ranges(inputs, weights)
        return [high for _, high in ranges[: ceil(bits / self.spacing)]]

    def get_rotations(self, problem: OuterProblem) -> tuple[int, ...]:
        """Rotations that unpack a word of packed weights."""
        return get_rotations(self.spacing, tuple(self.get_weight_maxima(problem)))

    def is_word(self, problem: OuterProblem, products: int) -> bool:
        """Whether all sums lie in a single word, so that no product needs two."""
        growth = _get_growth(problem, self, WORD_BITS)
        if self.get_lane(self.filters - 1, self.pixels - 1) >= len(growth):
            return False
        return products <= _count_products(growth, self.spacing, WORD_BITS)


# The solver asks for few layouts again and again, with other numbers of words.
@lru_cache(maxsize=4096)
def _get_growth(problem: OuterProblem, layout: OuterLayout, bits: int) -> tuple[int, ...]:
    """The layout's growth in a register of so many bits."""
    return tuple(layout.get_growth(problem, bits))


@lru_cache(maxsize=4096)
def _count_products(growth: tuple[int, ...], spacing: int, bits: int) -> int:
    """The most products whose accumulation in so many bits is proven."""
    last = max(bits - (len(growth) - 1) * spacing, 0)
    most = ((1 << spacing) - 1) // max(growth)
    return min(most, ((1 << last) - 1) // max(growth[-1], 1))


def find_violation(problem: OuterProblem, layout: OuterLayout, products: int) -> str | None:
    """The bound that fails when so many products are accumulated; None when all are proven."""
    for what, maxima, bits in (
        ("inputs", layout.get_input_maxima(problem), WORD_BITS),
        ("weights", layout.get_weight_maxima(problem), WORD_BITS),
        (
            f"sums of {products} products",
            [products * one for one in layout.get_growth(problem, LONG_BITS)],
            LONG_BITS,
        ),
    ):
        # No lane, not even the last one, may exceed the spacing.
        if (overflow := find_overflow(layout.spacing, [*maxima, 0], bits)) is not None:
            return f"{what}: {overflow}"
    return None


@dataclass(frozen=True)
class OuterPlan:
    """A layout, how many of its words are multiplied together, and how often before lanes are full.

    The number of products accumulated is the largest that is proven, in chunks of equal size.
    """

    problem: OuterProblem
    layout: OuterLayout
    weight_words: int = 1
    input_words: int = 1
    unroll: int = DEFAULT_TURN

    @cached_property
    def fields(self) -> int:
        """Sets of fields in a word of packed weights."""
        return len(self.layout.get_rotations(self.problem))

    @property
    def is_packed(self) -> bool:
        """Whether weights must be unpacked: a word has several sets of fields."""
        return self.fields > 1

    @property
    def granule(self) -> int:
        """Products whose weights fill whole words."""
        return self.fields // gcd(self.fields, self.weight_words)

    @cached_property
    def most_products(self) -> int:
        """The most products whose accumulation is proven."""
        growth = _get_growth(self.problem, self.layout, LONG_BITS)
        return _count_products(growth, self.layout.spacing, LONG_BITS)

    @cached_property
    def turn(self) -> int:
        """Products of one turn of the innermost loop."""
        limit = min(self.unroll, self.most_products, self.problem.length)
        return max(limit // self.granule, 1) * self.granule

    @property
    def violation(self) -> str | None:
        """The bound that one turn exceeds, None when it is proven."""
        return find_violation(self.problem, self.layout, self.turn)

    @cached_property
    def chunks(self) -> int:
        """How often lanes are emptied."""
        turns = ceil(self.problem.length / self.turn)
        return ceil(turns / (self.most_products // self.turn))

    @cached_property
    def products(self) -> int:
        """Products of a chunk, those that are accumulated."""
        turns = ceil(self.problem.length / self.turn)
        return ceil(turns / self.chunks) * self.turn

    @property
    def padded_length(self) -> int:
        """Products of all chunks; the last is filled up with weights of 0."""
        return self.chunks * self.products

    @property
    def columns(self) -> int:
        """Pixels of a block."""
        return self.input_words * self.layout.pixels

    @property
    def filters(self) -> int:
        """Filters of a block."""
        return self.weight_words * self.layout.filters

    @property
    def scratch_bytes(self) -> int:
        """Bytes of a block's words of inputs."""
        return 4 * self.input_words * self.padded_length

    @cached_property
    def is_word(self) -> bool:
        """Whether products fit a single word."""
        return self.layout.is_word(self.problem, self.products)

    @property
    def registers(self) -> int:
        """Those of the innermost loop: sums, a set of weights each, an input, a word, mask, two
        addresses."""
        sums = self.weight_words * self.input_words * (1 if self.is_word else 2)
        if not self.can_keep(self.chunks) and self.is_folded:
            # Totals, all inputs of a turn, one product.
            return self.weight_words * len(self.takes) + self.turn + 6
        unpacked = self.weight_words if self.input_words > 1 else 1
        return sums + unpacked + (5 if self.is_packed else 3)

    @property
    def turn_cost(self) -> float:
        """Instructions of a turn: unpack, load, multiply, load words of weights."""
        words, inputs = self.weight_words, self.input_words
        unpacked = words if self.is_packed else 0
        one = unpacked + inputs + words * inputs + words / self.fields
        spills = SPILL_COST * max(self.registers - REGISTERS, 0)
        return self.turn * one + LOOP_COST + spills

    @property
    def extraction_cost(self) -> int:
        """Instructions that take the lanes of a block's products apart and add them up."""
        layout = self.layout
        crossing = sum(
            lane * layout.spacing < WORD_BITS < (lane + 1) * layout.spacing
            for lane in layout.get_sum_lanes()
        )
        one = layout.sums + (0 if self.is_word else 3 * crossing)
        blocks = self.weight_words * self.input_words
        if self.can_keep(self.chunks):
            moved = KEEP_COST * (1 if self.is_word else 2)
            kept = self.chunks * (one + layout.sums + moved)
            return blocks * kept + (self.chunks - 1) * CHUNK_COST
        if self.is_folded:
            return blocks * (2 * layout.sums + self.chunks * len(self.takes))
        return blocks * (self.chunks * (one + 3 * layout.sums) + CHUNK_COST)

    @property
    def takes(self) -> list[tuple[int, ...]]:
        """Lanes of a sum that are taken out together: every other byte of a word, or one by one.

        Those of the first kind are added to sums of 16 bits, where these hold all products.
        """
        largest = self.padded_length * self.problem.largest_product * self.layout.taps
        lanes = self.layout.get_sum_lanes()
        if self.layout.spacing == 8 and self.is_word and largest < 1 << 16:
            if lanes == [0, 1, 2, 3]:
                return [(0, 2), (1, 3)]
            if lanes == [1, 3]:
                return [(1, 3)]
        return [(lane,) for lane in lanes]

    @cached_property
    def is_folded(self) -> bool:
        """Whether one instruction adds what is taken out to a sum in a register."""
        takes = self.takes
        is_top = self.is_word and takes == [(ceil(WORD_BITS / self.layout.spacing) - 1,)]
        return is_top or len(takes[0]) == 2

    def can_keep(self, chunks: int) -> bool:
        """Whether the sums of so many chunks are kept as they are until all of them are there."""
        if chunks <= FEW_KEPT_CHUNKS:
            return True
        return chunks <= MOST_KEPT_CHUNKS and not self.problem.is_vector and not self.is_folded

    @property
    def block_cost(self) -> float:
        """Instructions of a block, requantization not counted."""
        turns = self.padded_length // self.turn
        outputs = self.filters * self.columns
        is_merged = self.filters * self.problem.output_bits % 8 != 0
        merges = outputs * MERGE_COST if is_merged else 0
        return turns * self.turn_cost + self.extraction_cost + BLOCK_COST + merges

    @property
    def cost(self) -> float:
        """Instructions of the layer, requantization and copies not counted."""
        problem = self.problem
        blocks = ceil(problem.filters / self.filters) * ceil(problem.pixels / self.columns)
        return blocks * self.block_cost

    @property
    def cost_per_product(self) -> float:
        """Instructions per multiply-accumulate."""
        problem = self.problem
        products = problem.length * self.layout.taps * problem.pixels * problem.filters
        return self.cost / products


def get_sized_plan(
    problem: OuterProblem,
    word: tuple[int, int, int],
    sizes: tuple[int, int, int],
    apart: int = 1,
) -> OuterPlan:
    """The plan of a schedule: inputs and filters of a word and the spacing; words of weights, words
    of inputs, unroll; lanes between pixels. Raises CmixError when a vector does not divide into
    words, and when filters do not fill the lanes between pixels."""
    inputs, filters, spacing = word
    if apart not in (1, filters):
        raise CmixError(
            f"outer: pixels must be 1 or {filters} lanes apart, as many as filters, found {apart}"
        )
    if not problem.is_vector or inputs == 1:
        return OuterPlan(problem, OuterLayout(inputs, filters, spacing, apart=apart), *sizes)
    if problem.length % inputs:
        raise CmixError(
            f"outer: the inputs of a word must divide {problem.length}, found {inputs} pixels"
        )
    if apart > 1:
        raise CmixError(f"outer: the inputs of a vector must be neighbours, found {apart} lanes")
    words = replace(problem, length=problem.length // inputs)
    return OuterPlan(words, OuterLayout(1, filters, spacing, inputs), *sizes)


def check_plan(plan: OuterPlan) -> OuterPlan:
    """The plan; raises CmixError with the bound that fails if it is not proven."""
    violation = plan.violation
    if violation is not None:
        raise CmixError(f"outer: {violation}")
    return plan


def solve_spacing(plan: OuterPlan) -> OuterPlan:
    """The cheapest plan of the same sizes; raises CmixError when no spacing can be proven."""
    plans = [
        replace(plan, layout=replace(plan.layout, spacing=spacing))
        for spacing in range(plan.problem.largest_product.bit_length(), WORD_BITS)
    ]
    proven = [found for found in plans if found.violation is None]
    if not proven:
        check_plan(plans[-1])
    return min(proven, key=lambda found: found.cost)
