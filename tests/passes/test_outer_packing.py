"""Layouts of shared lanes hold in the worst case, and the next larger one does not.

Words are multiplied as Python integers: lanes of the product must be the sums of outputs.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmixdsl.errors import CmixError
from cmixdsl.passes.schedules.outer_layout import (
    OuterLayout,
    OuterProblem,
    find_violation,
    get_rotations,
)
from cmixdsl.passes.schedules.outer_packing import (
    OuterPlan,
    check_plan,
    get_sized_plan,
    solve_spacing,
)
from cmixdsl.passes.schedules.outer_solver import find_plans, solve_outer
from cmixdsl.passes.schedules.weight_sums import WeightSums

BITS = st.integers(1, 8)
PIXELWISE = OuterProblem(2, 2, 128, 196, 128)
VECTOR = OuterProblem(2, 2, 1024, 1, 1000, is_vector=True)


def pack(values: list[int], spacing: int) -> int:
    """A word of values, the first one lowest; raises OverflowError when it has not 32 bits."""
    word = sum(value << index * spacing for index, value in enumerate(values))
    if word >= 1 << 32:
        raise OverflowError
    return word


def multiply(
    inputs: npt.NDArray[np.int64], weights: npt.NDArray[np.int64], layout: OuterLayout
) -> npt.NDArray[np.int64]:
    """Sums of filters and pixels from words: inputs (products, pixels, taps), weights (products,
    filters, taps).

    Raises OverflowError where a number does not fit its register or its lane.
    """
    total, spacing = 0, layout.spacing
    for pixels, filters in zip(inputs, weights, strict=True):
        x = [0] * ((layout.pixels - 1) * layout.apart + layout.taps)
        x[:: layout.apart] = [int(value) for value in pixels.ravel()]
        lanes = [0] * (layout.filters * layout.pixels * layout.taps)
        for index, taps in enumerate(filters):
            start = index if layout.apart > 1 else index * layout.pixels * layout.taps
            lanes[start : start + layout.taps] = [int(value) for value in taps[::-1]]
        total += pack(x, spacing) * pack(lanes, spacing)
    if total >= 1 << 64:
        raise OverflowError
    mask = (1 << spacing) - 1
    return np.array(
        [
            [
                total >> layout.get_lane(filter_, pixel) * spacing & mask
                for pixel in range(layout.pixels)
            ]
            for filter_ in range(layout.filters)
        ]
    )


@given(
    st.tuples(BITS, BITS),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 31),
    st.integers(1, 60),
    st.booleans(),
)
@settings(max_examples=400, derandomize=True)
def test_proof_is_exact(
    bits: tuple[int, int],
    pixels: int,
    filters: int,
    spacing: int,
    products: int,
    are_apart: bool,
) -> None:
    """The largest inputs and weights come out right just when the layout is proven."""
    input_bits, weight_bits = bits
    problem = OuterProblem(*bits, products, pixels, filters)
    layout = OuterLayout(pixels, filters, spacing, apart=filters if are_apart else 1)
    inputs = np.full((products, pixels, 1), (1 << input_bits) - 1)
    weights = np.full((products, filters, 1), (1 << weight_bits) - 1)
    expected = np.einsum("kft,kpt->fp", weights, inputs)
    try:
        is_right = bool((multiply(inputs, weights, layout) == expected).all())
    except OverflowError:
        is_right = False
    is_proven = find_violation(problem, layout, products) is None
    # A sum that ends in the last bit of 64 is right, though its lane is cut short.
    reaches_end = pixels * filters * spacing > 64
    assert is_right or not is_proven
    assert is_proven or not is_right or reaches_end


@pytest.mark.parametrize(
    "layout", [OuterLayout(1, 2, 8, 2), OuterLayout(1, 1, 8, 4), OuterLayout(1, 4, 8)]
)
def test_words_of_vectors(layout: OuterLayout) -> None:
    """Mode dot: a lane of each filter is the sum of products of all inputs in a word."""
    generator = np.random.default_rng(3)
    inputs = generator.integers(0, 4, (7, 1, layout.taps))
    weights = generator.integers(0, 4, (7, layout.filters, layout.taps))
    expected = np.einsum("kft,kpt->fp", weights, inputs)
    assert find_violation(VECTOR, layout, 7) is None
    np.testing.assert_array_equal(multiply(inputs, weights, layout), expected)


@given(st.sampled_from((2, 4)), st.sampled_from((2, 4, 8)), st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_proof_by_actual_weights(inputs: int, weights: int, seed: int) -> None:
    """As many products as fit for the largest inputs, wherever in a filter they begin."""
    elements = np.random.default_rng(seed).integers(0, 1 << weights, (6, 40, 1))
    any_weights = OuterProblem(inputs, weights, 40, 8, 6)
    problem = replace(any_weights, weights=WeightSums.of(elements))
    for plan in list(find_plans(problem, 1 << 20))[::5]:
        layout, most, largest = plan.layout, min(plan.most_products, 40), (1 << inputs) - 1
        assert most >= min(replace(plan, problem=any_weights).most_products, 40)
        assert find_violation(problem, layout, most) is None
        room = (1 << layout.spacing) - 1
        sums = np.lib.stride_tricks.sliding_window_view(elements[..., 0], most, 1).sum(2)
        assert sums.max() * largest <= room
        if most < 40 and layout.sums * layout.spacing < 50:
            assert find_violation(problem, layout, most + 1) is not None
            more = np.lib.stride_tricks.sliding_window_view(elements[..., 0], most + 1, 1).sum(2)
            assert more.max() * largest > room
        x = np.full((most, layout.pixels, 1), largest)
        block = elements[: layout.filters, :most].transpose(1, 0, 2)
        expected = np.einsum("kft,kpt->fp", block, x[: len(block)])
        np.testing.assert_array_equal(multiply(x[: len(block)], block, layout), expected)


@pytest.mark.parametrize("problem", [PIXELWISE, VECTOR, replace(PIXELWISE, input_bits=8)])
def test_plans_are_proven_to_the_last_product(problem: OuterProblem) -> None:
    plans = list(find_plans(problem, 1 << 20))
    assert plans
    for plan in plans[:: max(len(plans) // 50, 1)]:
        assert find_violation(plan.problem, plan.layout, plan.products) is None
        assert find_violation(plan.problem, plan.layout, plan.most_products) is None
        assert find_violation(plan.problem, plan.layout, plan.most_products + 1) is not None
        assert plan.padded_length >= plan.problem.length
        assert plan.padded_length % plan.turn == plan.products % plan.turn == 0


def test_documented_layout() -> None:
    """Two filters and three pixels of 2 bits at 10: 113 products stay below 2^10."""
    plan = OuterPlan(PIXELWISE, OuterLayout(3, 2, 10), 2, 2)
    assert (plan.most_products, plan.chunks, plan.columns, plan.filters) == (113, 2, 6, 4)
    assert plan.violation is None


def test_large_weights_are_neighbours() -> None:
    """Two pixels of 2 bits at 0 and 30, two weights of 8 bits at 0 and 15: 42 products, not one."""
    problem = replace(PIXELWISE, weight_bits=8)
    layout = OuterLayout(2, 2, 15, apart=2)
    plan = OuterPlan(problem, layout, 2, 2)
    assert layout.get_input_maxima(problem) == [3, 0, 3]
    assert layout.get_weight_maxima(problem) == [255, 255]
    assert (plan.most_products, plan.chunks, plan.is_packed) == (42, 4, False)
    assert "weights: lane 2" in str(find_violation(problem, replace(layout, apart=1), 1))
    cheapest = solve_outer(problem, 8 * problem.length)
    assert cheapest is not None
    assert cheapest.layout == layout


def test_cheapest_fits_scratch() -> None:
    cheapest = solve_outer(PIXELWISE, 1 << 20)
    small = solve_outer(PIXELWISE, 600)
    assert cheapest is not None
    assert small is not None
    assert small.scratch_bytes <= 600
    assert cheapest.cost <= small.cost
    assert solve_outer(PIXELWISE, 4) is None


def test_rotations_unpack_disjoint_fields() -> None:
    rotations = get_rotations(10, (3, 0, 0, 3))
    lanes = 3 | 3 << 30
    fields = [(lanes << r | lanes >> (32 - r)) & 0xFFFFFFFF for r in rotations]
    assert len(rotations) == 8
    assert sum(fields) == 0xFFFFFFFF


def test_spacing_is_solved() -> None:
    plan = solve_spacing(get_sized_plan(PIXELWISE, (3, 2, 0), (1, 1, 8)))
    assert plan.layout.spacing == 10


def test_refusals() -> None:
    with pytest.raises(CmixError, match="inputs of a word must divide 1023"):
        get_sized_plan(replace(VECTOR, length=1023), (2, 2, 8), (1, 1, 8))
    with pytest.raises(CmixError, match="outer: inputs: lane"):
        check_plan(get_sized_plan(replace(PIXELWISE, input_bits=8), (6, 1, 6), (1, 1, 8)))
    with pytest.raises(CmixError, match="outer: "):
        solve_spacing(get_sized_plan(replace(PIXELWISE, input_bits=8), (4, 4, 0), (1, 1, 8)))
