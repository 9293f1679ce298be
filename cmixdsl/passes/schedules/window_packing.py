"""Packs the rows of one channel so that one multiply computes several overlapping windows.

As in `lane_packing`, a word of neighbours times a word of taps in reverse order gives the sums of a
sliding window. Here a window has one channel, so that all its rows are accumulated before the next
word; weights less their zero point may be negative, and an offset in every lane keeps sums from it.
The types of the `lanes` dialect are the proof: what cannot be typed is refused with their words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.lanes import (
    LaneRange,
    LongType,
    WordType,
    build_ranged,
    fits_low,
    get_product_ranges,
    get_sum_ranges,
)
from cmixdsl.errors import CmixError
from cmixdsl.passes.schedules.lane_packing import WORD_BITS, LaneLayout

MAX_POSITIONS = 8
REGISTER_WEIGHTS = 4
"""Words of weights that stay in registers beside the constants of requantization."""
PRODUCT_COST = 2
"""Instructions of a product: load a word of the row, multiply and accumulate."""
CARRY_COST = 3
"""Instructions that hand what a word leaves on to the next."""
REQUANTIZATION_COST = 7
"""Instructions that requantize an output and merge it into its byte."""
SHORT_LOOP = 2
"""Turns of a loop that a C compiler unrolls for speed."""


@dataclass(frozen=True)
class WindowProblem:
    """A convolution of one channel along rows: what is to be packed."""

    largest_input: int
    weights: tuple[tuple[LaneRange, ...], ...]
    """Range of the weights of all channels, less their zero point: for each row of the kernel, or
    each phase of it, and each tap of that. The taps of a row go into one word."""
    stride: int
    """Columns from one window to the next."""
    columns: int
    """Outputs of a row."""

    @property
    def rows(self) -> int:
        """Rows of the kernel: words that a window multiplies."""
        return len(self.weights)

    @property
    def taps(self) -> int:
        """Columns of the kernel."""
        return len(self.weights[0])

    @property
    def is_signed(self) -> bool:
        """Whether a weight less its zero point may be negative."""
        return any(low < 0 for row in self.weights for low, _ in row)

    @property
    def positions(self) -> int:
        """Positions of a row under windows."""
        return (self.columns - 1) * self.stride + self.taps

    @property
    def sum_range(self) -> LaneRange:
        """Smallest and largest sum of a window, or of some of its products."""
        low = sum(min(least, 0) for row in self.weights for least, _ in row)
        high = sum(max(largest, 0) for row in self.weights for _, largest in row)
        return self.largest_input * low, self.largest_input * high


@dataclass(frozen=True)
class WindowPlan:
    """A layout for the rows of a channel."""

    problem: WindowProblem
    layout: LaneLayout

    @property
    def offset(self) -> int:
        """What every lane starts at, so that no sum is negative."""
        return -self.problem.sum_range[0]

    @property
    def words(self) -> int:
        """Words of a row."""
        return -(-self.problem.positions // self.layout.positions)

    @property
    def weight_types(self) -> list[WordType]:
        """The words of taps of each kernel row, the last tap lowest."""
        return [
            WordType(
                [high for _, high in row[::-1]], self.layout.spacing, [low for low, _ in row[::-1]]
            )
            for row in self.problem.weights
        ]

    @property
    def input_type(self) -> WordType:
        """A word of neighbours."""
        return WordType([self.problem.largest_input] * self.layout.positions, self.layout.spacing)

    @property
    def carry_type(self) -> WordType:
        """What a word leaves to the next: the last lanes of all products, without an offset."""
        *_, ranges = self._accumulate([(0, 0)])
        return build_ranged(WordType, ranges[self.layout.positions :], self.layout.spacing)

    @property
    def start_type(self) -> WordType | LongType:
        """The offsets of all lanes: a pair of words where one does not hold them."""
        positions, spacing = self.layout.positions, self.layout.spacing
        is_word = (positions - 1) * spacing + self.offset.bit_length() <= WORD_BITS
        ranges = [(self.offset, self.offset)] * positions
        return build_ranged(WordType if is_word else LongType, ranges, spacing)

    def _accumulate(self, start: list[LaneRange]) -> Iterator[list[LaneRange]]:
        """Ranges of the lanes after each product."""
        ranges, inputs = start, self.input_type.get_ranges()
        for weights in self.weight_types:
            product = get_product_ranges(inputs, weights.get_ranges())
            ranges = get_sum_ranges(product, ranges)
            yield ranges

    @property
    def violation(self) -> str | None:
        """The bound that fails; None when the plan is proven."""
        layout, problem = self.layout, self.problem
        try:
            self._check_types()
        except VerifyException as error:
            return f"{layout.positions} positions at {layout.spacing}: {error}"
        largest = self.input_type.value_range[1]
        if problem.is_signed and largest >= 1 << (WORD_BITS - 1):
            return f"{layout.positions} positions at {layout.spacing} reach {largest}"
        return None

    def _check_types(self) -> None:
        """Builds the types of all values; raises VerifyException for the first that fails."""
        positions, spacing = self.layout.positions, self.layout.spacing
        if self.problem.positions < positions:
            raise VerifyException(f"the row has only {self.problem.positions} positions")
        if self.layout.taps - 1 > positions:
            raise VerifyException(
                f"what {self.layout.taps} taps leave reaches beyond the next word"
            )
        offsets, carry = self.start_type, self.carry_type
        start = get_sum_ranges(carry.get_ranges(), offsets.get_ranges())
        build_ranged(type(offsets), start, spacing)
        if isinstance(offsets, LongType) and not fits_low(carry, offsets.value_range[0]):
            raise VerifyException(f"{offsets} carries when {carry} is added to it")
        for ranges in self._accumulate(start):
            build_ranged(LongType, ranges, spacing)

    @property
    def cost(self) -> float:
        """Instructions of an output, requantization not counted."""
        positions, bits = self.layout.positions, self.layout.positions * self.layout.spacing
        # The next word starts at the carry plus offsets, its high word at 0.
        carry = 2 + (0 if bits == WORD_BITS else 1 if bits > WORD_BITS else 2)
        reloads = max(self.problem.rows - REGISTER_WEIGHTS, 0)
        word = PRODUCT_COST * self.problem.rows + reloads + carry
        lanes = sum(self._get_lane_cost(lane) for lane in range(positions)) / positions
        return word * self.problem.stride / positions + lanes

    def _get_lane_cost(self, lane: int) -> int:
        """Instructions that take a lane out and add the bias, if requantization does not: one for
        a byte."""
        first = lane * self.layout.spacing
        last = first + (self.offset + self.problem.sum_range[1]).bit_length()
        if self.layout.spacing == 8:
            return 1
        return 2 if last <= WORD_BITS or first >= WORD_BITS else 4

    @property
    def unrolled_cost(self) -> float:
        """Instructions of a row's code, requantization counted; C compilers unroll a short loop."""
        full = sum(self.is_full(word) for word in range(self.words))
        turns = full // self.period
        copied = self.period if turns > SHORT_LOOP else full
        written = self.words - full + copied
        outputs = sum(
            REQUANTIZATION_COST + self._get_lane_cost(lane)
            for word in range(self.words)
            for lane, _ in self.get_outputs(word)
        )
        words = written * (PRODUCT_COST * self.problem.rows + CARRY_COST)
        return words + outputs * written / self.words

    @property
    def period(self) -> int:
        """Words after which outputs lie in the same lanes."""
        return self.problem.stride // gcd(self.layout.positions, self.problem.stride)

    def get_outputs(self, word: int) -> list[tuple[int, int]]:
        """The outputs that a word completes: lane and column of each."""
        return [(lane, x) for lane, x in self._get_columns(word) if 0 <= x < self.problem.columns]

    def is_full(self, word: int) -> bool:
        """Whether a word completes all outputs that one in the middle of a long row does."""
        return len(self.get_outputs(word)) == len(self._get_columns(word))

    def _get_columns(self, word: int) -> list[tuple[int, int]]:
        """The outputs that a word would complete in a row without ends: lane and column of each."""
        first = word * self.layout.positions - (self.layout.taps - 1)
        columns = (
            divmod(first + lane, self.problem.stride) for lane in range(self.layout.positions)
        )
        return [(lane, column) for lane, (column, rest) in enumerate(columns) if rest == 0]


def get_plan(problem: WindowProblem, positions: int, spacing: int) -> WindowPlan:
    """The plan with these sizes; raises CmixError with the bound that fails if it is unproven."""
    plan = WindowPlan(problem, LaneLayout(positions, problem.taps, spacing))
    if (violation := plan.violation) is not None:
        raise CmixError(f"overlap: {violation}")
    return plan


def find_plans(problem: WindowProblem) -> Iterator[WindowPlan]:
    """All proven plans; lanes hold at least the range of a window's sum."""
    low, high = problem.sum_range
    for positions in range(2, MAX_POSITIONS + 1):
        for spacing in range(max((high - low).bit_length(), 1), WORD_BITS):
            plan = WindowPlan(problem, LaneLayout(positions, problem.taps, spacing))
            if plan.violation is None:
                yield plan


def solve_spacing(problem: WindowProblem, positions: int) -> WindowPlan:
    """The cheapest plan with so many positions; raises CmixError when no spacing can be proven."""
    plans = [plan for plan in find_plans(problem) if plan.layout.positions == positions]
    if not plans:
        raise CmixError(f"overlap: no spacing of {positions} positions can be proven")
    return min(plans, key=lambda plan: plan.cost)
