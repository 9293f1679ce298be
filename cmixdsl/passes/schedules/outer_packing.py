"""Plans of pixels and filters that share the lanes of products: blocks, and what they cost."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, gcd

from cmixdsl.errors import CmixError
from cmixdsl.passes.schedules.lane_packing import LONG_BITS, WORD_BITS
from cmixdsl.passes.schedules.outer_layout import (
    OuterLayout,
    OuterProblem,
    count_products,
    find_violation,
)

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
FEW_SUMS = 4
CROWD_COST = 4
"""Instructions of a lane where a sum has more than a few: its outputs do not stay in registers."""
MERGE_COST = 5
"""Instructions of an output that shares its byte with the next block's."""
MOST_KEPT_CHUNKS = 8
"""Chunks whose sums are kept as they are; more of them are added up one by one."""
FEW_KEPT_CHUNKS = 4
"""The same for vectors, and where one instruction takes lanes out and adds them up."""
DEFAULT_TURN = 8
"""Products of a turn, as far as lanes hold them."""


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
        return count_products(self.problem, self.layout, LONG_BITS)

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
    def least_chunks(self) -> int:
        """How often lanes must be emptied."""
        return ceil(self.turns / (self.most_products // self.turn))

    @property
    def turns(self) -> int:
        """Turns of all products."""
        return ceil(self.problem.length / self.turn)

    @cached_property
    def chunks(self) -> int:
        """How often lanes are emptied: once more where that leaves no chunk to be filled up."""
        least = self.least_chunks
        return least + 1 if self.turns % least and self.turns % (least + 1) == 0 else least

    @cached_property
    def products(self) -> int:
        """Products of a chunk, those that are accumulated."""
        return ceil(self.turns / self.chunks) * self.turn

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
        if layout.sums > FEW_SUMS:
            one += CROWD_COST * layout.sums
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
