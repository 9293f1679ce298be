"""Layouts that the solver proves hold in the worst case; the next larger one does not."""

import re

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cmixdsl.errors import CmixError
from cmixdsl.passes.schedules.lane_packing import (
    LaneLayout,
    OverlapPlan,
    OverlapProblem,
    count_products,
    find_violation,
    get_lane_maxima,
    get_plan,
    solve_overlap,
    solve_spacing,
)
from cmixdsl.passes.schedules.strip_solver import solve_strips
from cmixdsl.passes.schedules.weight_sums import WeightSums

LARGEST = st.integers(1, 255)
TAPS = st.integers(1, 5)


def pack(values: npt.NDArray[np.int64], spacing: int) -> int:
    """A word of values, the first one lowest."""
    return sum(int(value) << index * spacing for index, value in enumerate(values))


def sweep(
    rows: npt.NDArray[np.int64], weights: npt.NDArray[np.int64], layout: LaneLayout
) -> list[int]:
    """Sums of all windows of rows, shape (products, positions of a row), by words of 64 bits.

    Raises OverflowError where a number does not fit its register.
    """
    sums: list[int] = []
    carry = 0
    for start in range(0, rows.shape[1], layout.positions):
        total = carry
        for row, taps in zip(rows, weights, strict=True):
            x = pack(row[start : start + layout.positions], layout.spacing)
            w = pack(taps[::-1], layout.spacing)
            if max(x, w) >= 1 << 32:
                raise OverflowError
            total += x * w
        if total >= 1 << 64:
            raise OverflowError
        mask = (1 << layout.spacing) - 1
        sums += [total >> lane * layout.spacing & mask for lane in range(layout.positions)]
        carry = total >> layout.positions * layout.spacing
    return sums[layout.taps - 1 :]


def get_expected(rows: npt.NDArray[np.int64], weights: npt.NDArray[np.int64]) -> list[int]:
    windows = np.lib.stride_tricks.sliding_window_view(rows, weights.shape[1], 1)
    return np.einsum("kxj,kj->x", windows, weights).tolist()


@given(LARGEST, LARGEST, TAPS, st.integers(1, 20), st.integers(1, 8), st.integers(1, 31))
@settings(max_examples=300)
def test_proof_is_exact(
    largest_input: int, largest_weight: int, taps: int, products: int, positions: int, spacing: int
) -> None:
    """The largest inputs and weights come out right just when the layout is proven."""
    problem = OverlapProblem(largest_input, largest_weight, taps, products, 3 * positions)
    layout = LaneLayout(positions, taps, spacing)
    rows = np.full((products, 6 * positions + taps), largest_input)
    weights = np.full((products, taps), largest_weight)
    try:
        is_right = sweep(rows[:, : 6 * positions], weights, layout) == get_expected(
            rows[:, : 6 * positions], weights
        )
    except OverflowError:
        is_right = False
    is_proven = find_violation(problem, layout, products) is None
    assert is_right or not is_proven
    if is_proven:
        more = np.full((products + 1, taps), largest_weight)
        _check_next(problem, layout, more)


def multiply_alone(
    rows: npt.NDArray[np.int64], weights: npt.NDArray[np.int64], layout: LaneLayout
) -> list[int]:
    """Sums of all windows as `sweep` gives them, each word by itself and lanes added up later.

    Raises OverflowError where a number does not fit its register.
    """
    sums = [0] * (rows.shape[1] + layout.taps - 1)
    mask = (1 << layout.spacing) - 1
    for start in range(0, rows.shape[1], layout.positions):
        words = [pack(row[start : start + layout.positions], layout.spacing) for row in rows]
        taps = [pack(each[::-1], layout.spacing) for each in weights]
        total = sum(x * w for x, w in zip(words, taps, strict=True))
        if max(*words, *taps) >= 1 << 32 or total >= 1 << 64:
            raise OverflowError
        for lane in range(layout.lanes):
            is_top = lane == layout.lanes - 1
            field = total >> lane * layout.spacing
            sums[start + lane] += field if is_top else field & mask
    return sums[layout.taps - 1 : rows.shape[1]]


@given(LARGEST, LARGEST, TAPS, st.integers(1, 40), st.integers(2, 8), st.integers(1, 31))
@settings(max_examples=300)
def test_proof_of_words_alone_is_exact(
    largest_input: int, largest_weight: int, taps: int, products: int, positions: int, spacing: int
) -> None:
    """Several filters take each word by itself, so that lanes hold more products."""
    problem = OverlapProblem(largest_input, largest_weight, taps, products, 3 * positions, 2)
    layout = LaneLayout(positions, taps, spacing)
    rows = np.full((products, 6 * positions), largest_input)
    weights = np.full((products, taps), largest_weight)
    try:
        is_right = multiply_alone(rows, weights, layout) == get_expected(rows, weights)
    except OverflowError:
        is_right = False
    assert is_right or find_violation(problem, layout, products, 2) is not None
    # Every lane but the last is proven by its own size, so the bound is not too low either.
    terms = max(min(lane + 1, positions, taps, layout.lanes - lane) for lane in range(layout.lanes))
    largest = terms * products * problem.largest_product
    if largest < 1 << spacing and find_violation(problem, layout, 1, 2) is None:
        assert is_right == (find_violation(problem, layout, products, 2) is None)


@given(
    *(LARGEST, LARGEST, TAPS, st.integers(1, 20), st.integers(2, 8), st.integers(1, 31)),
    *(st.sampled_from((1, 2)), st.integers(0, 2**32 - 1)),
)
@settings(max_examples=300)
def test_proof_by_actual_weights(
    largest_input: int,
    largest_weight: int,
    taps: int,
    products: int,
    positions: int,
    spacing: int,
    filters: int,
    seed: int,
) -> None:
    """What is proven by these weights is right for the largest inputs, what is not does not fit."""
    weights = np.random.default_rng(seed).integers(0, largest_weight + 1, (2, products, taps))
    problem = OverlapProblem(
        *(largest_input, largest_weight, taps, products, 3 * positions, filters),
        weights=WeightSums.of(weights),
    )
    layout = LaneLayout(positions, taps, spacing)
    rows = np.full((products, 6 * positions), largest_input)
    multiply = sweep if filters == 1 else multiply_alone
    violation = find_violation(problem, layout, products, filters)
    if violation is None:
        for each in weights:
            assert multiply(rows, each, layout) == get_expected(rows, each)
    elif "sums" in violation and (found := re.search(r"lane (\d+) of .* reaches (\d+)", violation)):
        lanes = [get_steady_lanes(rows[:, :positions], each, filters == 1) for each in weights]
        assert int(found[2]) == max(each[int(found[1])] for each in lanes)


def get_steady_lanes(
    word: npt.NDArray[np.int64], weights: npt.NDArray[np.int64], carries: bool
) -> list[int]:
    """The lanes of a word in the middle of a row of equal words, as numbers of any size."""
    taps, positions = weights.shape[1], word.shape[1]
    own = np.zeros(positions + taps - 1, np.int64)
    for x, w in zip(word, weights, strict=True):
        own += np.convolve(x, w[::-1])
    total = own.copy()
    for _ in range(taps if carries else 0):
        left = total[positions:]
        total = own.copy()
        total[: len(left)] += left
    return total.tolist()


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=50)
def test_weight_sums(length: int, products: int, first: int, stop: int) -> None:
    assume(first <= stop)
    weights = np.random.default_rng(length).integers(0, 256, (3, length, 3))
    groups = [range(start, min(start + products, length)) for start in range(0, length, products)]
    largest = max(
        sum(int(weights[filter_, row, tap]) for row in group for tap in range(first, stop))
        for filter_ in range(3)
        for group in groups
    )
    assert WeightSums.of(weights).get_largest(products, first, stop) == largest


def _check_next(
    problem: OverlapProblem, layout: LaneLayout, weights: npt.NDArray[np.int64]
) -> None:
    """Where one product more is refused, its sums do not fit the lanes."""
    if find_violation(problem, layout, len(weights)) is None:
        return
    maxima = get_lane_maxima(problem, layout, len(weights))
    room = [1 << layout.spacing] * (len(maxima) - 1)
    room.append(1 << 64 - (len(maxima) - 1) * layout.spacing)
    assert any(largest >= size for largest, size in zip(maxima, room, strict=True)) or (
        maxima[layout.positions - 1] >= 1 << layout.spacing
    )


@given(st.sampled_from((3, 15, 255)), st.sampled_from((3, 15)), TAPS, st.integers(0, 2**32 - 1))
@settings(max_examples=100)
def test_solution(largest_input: int, largest_weight: int, taps: int, seed: int) -> None:
    """What the solver chooses computes the right sums of random numbers."""
    problem = OverlapProblem(largest_input, largest_weight, taps, 24, 10)
    plan = solve_overlap(problem)
    if plan is None:
        return
    generator = np.random.default_rng(seed)
    words = plan.words * plan.layout.positions
    rows = generator.integers(0, largest_input + 1, (plan.products, words))
    weights = generator.integers(0, largest_weight + 1, (plan.products, taps))
    assert sweep(rows, weights, plan.layout) == get_expected(rows, weights)


@pytest.mark.parametrize(
    ("inputs", "weights", "positions", "spacing", "products"),
    [(2, 2, 4, 8, 9), (4, 4, 3, 13, 12), (8, 2, 2, 15, 14)],
)
def test_known_layouts(
    inputs: int, weights: int, positions: int, spacing: int, products: int
) -> None:
    """Three taps: how many products fit before a lane could overflow."""
    problem = OverlapProblem((1 << inputs) - 1, (1 << weights) - 1, 3, 1000, 16)
    assert count_products(problem, LaneLayout(positions, 3, spacing), 100) == products
    assert get_plan(problem, positions, spacing, products).products == products


@pytest.mark.parametrize(
    ("inputs", "weights", "positions", "spacing", "products"),
    [(2, 2, 4, 8, 9), (4, 4, 3, 13, 12), (8, 2, 2, 15, 21), (4, 2, 3, 13, 60)],
)
def test_known_layouts_of_several_filters(
    inputs: int, weights: int, positions: int, spacing: int, products: int
) -> None:
    """A lane has at most as many terms as a word has positions: no word before adds to it."""
    problem = OverlapProblem((1 << inputs) - 1, (1 << weights) - 1, 3, 1000, 16, 2)
    layout = LaneLayout(positions, 3, spacing)
    assert count_products(problem, layout, 100, 2) == products
    assert get_plan(problem, positions, spacing, products, 2).filters == 2
    with pytest.raises(CmixError, match=f"sums of {products + 1} products: lane"):
        get_plan(problem, positions, spacing, products + 1, 2)


@pytest.mark.parametrize(("products", "turn"), [(1, 1), (13, 13), (32, 32), (48, 16), (34, 2)])
def test_turns_divide_groups(products: int, turn: int) -> None:
    problem = OverlapProblem(1, 1, 3, products, 16, 2)
    assert OverlapPlan(problem, LaneLayout(2, 3, 16), products, 2).turn == turn


def test_several_filters_where_they_pay() -> None:
    """Many rows of a filter are worth a block, a single one is not."""
    many, one = (solve_overlap(OverlapProblem(255, 3, 3, length, 8, 64)) for length in (96, 1))
    assert many is not None
    assert one is not None
    assert (many.filters, one.filters) == (2, 1)


def test_largest_weight() -> None:
    """Weights that never reach their type's maximum leave room for more products."""
    layout = LaneLayout(4, 3, 8)
    assert count_products(OverlapProblem(3, 2, 3, 1000, 16), layout, 100) == 14


def test_bound() -> None:
    """Only where other weights would not fit are sums said to be bounded, by the lane's room."""
    problem = OverlapProblem(3, 3, 3, 28, 16, weights=WeightSums.of(np.ones((2, 28, 3), int)))
    assert get_plan(problem, 4, 8, 9).bound is None
    plan = get_plan(problem, 4, 8, 28)
    assert plan.bound == plan.maxima == (255, 255, 255, 255, 255, 252)
    with pytest.raises(CmixError, match="sums of 28 products: lane 0 of 6 at 7 reaches 252"):
        get_plan(problem, 4, 7, 28)


def test_refusals() -> None:
    problem = OverlapProblem(3, 3, 3, 96, 16)
    with pytest.raises(CmixError, match="sums of 10 products: lane 0 of 6 at 8 reaches 270"):
        get_plan(problem, 4, 8, 10)
    with pytest.raises(CmixError, match="inputs: lane 4 of 5 at 8 reaches 3, at most 0 fits in 32"):
        get_plan(problem, 5, 8, 1)
    with pytest.raises(CmixError, match="8 positions cannot be proven"):
        solve_spacing(problem, 8, 1)
    assert solve_overlap(OverlapProblem(255, 255, 3, 96, 16)) is None


def test_fewer_products_where_costs_are_nearly_equal() -> None:
    """12 products divide the 96 of a sum, 14 are proven and cost a thousandth less by the model."""
    strips = solve_strips(OverlapProblem(255, 3, 3, 96, 16), 2304)
    assert strips is not None
    assert strips.plan.products == 12
    assert count_products(strips.plan.problem, strips.plan.layout, 16) == 14
