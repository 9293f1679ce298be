"""Finds the cheapest proven plan of pixels and filters that share the lanes of products."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import product

from cmixdsl.passes.schedules.lane_packing import WORD_BITS
from cmixdsl.passes.schedules.outer_layout import OuterLayout, OuterProblem, find_violation
from cmixdsl.passes.schedules.outer_packing import DEFAULT_TURN, REGISTERS, OuterPlan

UNROLLS = (DEFAULT_TURN, 12, 16, 4)
"""Products of a turn that are worth trying, the usual first."""
VECTOR_UNROLLS = (UNROLLS[0], 16, 21)
"""Those that the solver tries for vectors."""

MAX_LANES = 8
"""Lanes of a product."""
MAX_SUMS = 8
"""Registers of sums of a block."""


def _find_dots(problem: OuterProblem) -> Iterator[tuple[OuterProblem, OuterLayout]]:
    """Layouts of a vector with several inputs in a word, and the problem in such words."""
    if not problem.is_vector:
        return
    for taps, filters in product((2, 4), (1, 2)):
        if problem.length % taps or taps * filters > MAX_LANES:
            continue
        words = replace(problem, length=problem.length // taps)
        for spacing in range(problem.largest_product.bit_length(), WORD_BITS):
            layout = OuterLayout(1, filters, spacing, taps)
            if find_violation(words, layout, 1) is None and layout.is_word(words, 1):
                yield words, layout


def _find_layouts(problem: OuterProblem) -> Iterator[OuterLayout]:
    """Layouts in which at least one product is proven."""
    for pixels, filters in product(range(1, MAX_LANES + 1), range(1, MAX_LANES + 1)):
        if pixels * filters > MAX_LANES or pixels > problem.pixels or filters > problem.filters:
            continue
        spacings = range(problem.largest_product.bit_length(), WORD_BITS)
        for spacing, apart in product(spacings, _get_distances(problem, pixels, filters)):
            layout = OuterLayout(pixels, filters, spacing, apart=apart)
            # A vector takes each weight once: they stay as small as they are.
            if problem.is_vector and len(layout.get_rotations(problem)) == 1:
                continue
            if find_violation(problem, layout, 1) is None:
                yield layout


def _get_distances(problem: OuterProblem, pixels: int, filters: int) -> list[int]:
    """Lanes from pixel to pixel: only for inputs below weights more than one may be better."""
    can_spread = pixels > 1 and problem.input_bits < problem.weight_bits
    return sorted({1, filters if can_spread else 1})


def find_plans(problem: OuterProblem, scratch_bytes: int) -> Iterator[OuterPlan]:
    """All proven plans that may be the cheapest with so many bytes of words of inputs."""
    layouts = [(problem, layout) for layout in _find_layouts(problem)]
    for words, layout in (*layouts, *_find_dots(problem)):
        input_words = min(problem.pixels // layout.pixels, scratch_bytes // (4 * words.length))
        for sizes in _get_sizes((problem.filters // layout.filters, input_words)):
            for plan in _get_unrolled(OuterPlan(words, layout, *sizes)):
                if plan.scratch_bytes <= scratch_bytes:
                    yield plan


def _get_unrolled(plan: OuterPlan) -> Iterator[OuterPlan]:
    """The plan with each turn that is proven, until one of pixels fills up no chunk.

    A layout that is proven for one product is proven for as many as lanes can hold.
    """
    is_vector = plan.problem.is_vector
    for unroll in VECTOR_UNROLLS if is_vector else UNROLLS:
        found = replace(plan, unroll=unroll)
        if found.turn <= found.most_products and found.registers <= REGISTERS + 2:
            yield found
            is_full = found.padded_length == found.problem.length
            if not is_vector and is_full and found.chunks == found.least_chunks:
                return


def _get_sizes(most: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Words of weights and of inputs of a block, at most so many."""
    for weight_words in range(1, min(most[0], MAX_SUMS) + 1):
        for input_words in range(1, min(most[1], MAX_SUMS // weight_words) + 1):
            yield weight_words, input_words


@lru_cache(maxsize=256)
def solve_outer(problem: OuterProblem, scratch_bytes: int) -> OuterPlan | None:
    """The cheapest proven plan whose words of inputs take at most so many bytes, if any."""
    return min(find_plans(problem, scratch_bytes), key=lambda plan: plan.cost, default=None)
