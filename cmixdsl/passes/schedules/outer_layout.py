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

from dataclasses import dataclass
from functools import cache, lru_cache
from math import ceil

from cmixdsl.dialects.lanes import get_product_ranges
from cmixdsl.passes.schedules.lane_packing import LONG_BITS, WORD_BITS, find_overflow
from cmixdsl.passes.schedules.weight_sums import WeightSums

ALL_PRODUCTS = 1 << 30
"""More than there are: where all products fit, so do those that fill up a chunk, which are 0."""


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
    weights: WeightSums | None = None
    """The actual ones, of one tap; without them, as for vectors, any of so many bits."""

    @property
    def largest_input(self) -> int:
        """Largest input."""
        return (1 << self.input_bits) - 1

    @property
    def largest_product(self) -> int:
        """Largest product of an input and a weight."""
        return self.largest_input * ((1 << self.weight_bits) - 1)


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
        return self._spread(problem.largest_input, self.pixels, self.apart)

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
        growth = get_word_growth(problem, self, WORD_BITS)
        if self.get_lane(self.filters - 1, self.pixels - 1) >= len(growth):
            return False
        return products <= count_products(problem, self, WORD_BITS)


# The solver asks for few layouts again and again, with other numbers of words.
@lru_cache(maxsize=4096)
def get_word_growth(problem: OuterProblem, layout: OuterLayout, bits: int) -> tuple[int, ...]:
    """The layout's growth in a register of so many bits."""
    return tuple(layout.get_growth(problem, bits))


@lru_cache(maxsize=4096)
def count_products(problem: OuterProblem, layout: OuterLayout, bits: int) -> int:
    """The most products whose accumulation in so many bits is proven."""
    growth, spacing = get_word_growth(problem, layout, bits), layout.spacing
    last = max(bits - (len(growth) - 1) * spacing, 0)
    room, last_room = (1 << spacing) - 1, (1 << last) - 1
    most = min(room // max(growth), last_room // max(growth[-1], 1))
    if problem.weights is None or problem.weights.shape[1] <= most:
        return most
    # Sums of the actual weights may fit where those of the largest do not.
    room = min(room, last_room) if growth[-1] else room
    count = problem.weights.count_products(room // problem.largest_input)
    return ALL_PRODUCTS if count == problem.weights.shape[1] else max(most, count)


def get_sum_maxima(
    problem: OuterProblem, layout: OuterLayout, products: int, bits: int
) -> list[int]:
    """The largest values of lanes after so many products, in a register of so many bits."""
    maxima = [products * one for one in get_word_growth(problem, layout, bits)]
    if problem.weights is None:
        return maxima
    most = problem.largest_input * problem.weights.get_largest_run(products)
    return [min(largest, most) for largest in maxima]


def find_violation(problem: OuterProblem, layout: OuterLayout, products: int) -> str | None:
    """The bound that fails when so many products are accumulated; None when all are proven."""
    for what, maxima, bits in (
        ("inputs", layout.get_input_maxima(problem), WORD_BITS),
        ("weights", layout.get_weight_maxima(problem), WORD_BITS),
        (
            f"sums of {products} products",
            get_sum_maxima(problem, layout, products, LONG_BITS),
            LONG_BITS,
        ),
    ):
        # No lane, not even the last one, may exceed the spacing.
        if (overflow := find_overflow(layout.spacing, [*maxima, 0], bits)) is not None:
            return f"{what}: {overflow}"
    return None
