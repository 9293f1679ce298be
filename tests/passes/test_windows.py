"""Depthwise layers by overlapping lanes keep what they compute, at every level and every shape."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layer_cases import LayerCase
from level_checks import check_compiled, check_every_pass
from requant_choice import FLAVOURS
from xdsl.utils.exceptions import PassFailedException

from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.errors import CmixError
from cmixdsl.passes.builders.expand_channel_words import get_weight_ranges, split_rows
from cmixdsl.passes.schedules.window_packing import (
    WindowPlan,
    WindowProblem,
    find_plans,
    get_plan,
    solve_spacing,
)


def get_problem(bits: tuple[int, int], taps: int, rows: int = 3) -> WindowProblem:
    """Weights of any value less a zero point of any value that they may have, 9 columns."""
    largest = (1 << bits[1]) - 1
    weights = ((((-largest, largest),) * taps),) * rows
    return WindowProblem((1 << bits[0]) - 1, weights, 1, 9)


def solve_windows(problem: WindowProblem) -> WindowPlan | None:
    """The cheapest proven plan, if any."""
    return min(find_plans(problem), key=lambda plan: plan.cost, default=None)


@st.composite
def draw_windows(draw: st.DrawFn) -> LayerCase:
    """A depthwise layer without dilation along rows that some layout fits, with a schedule."""
    bits = [draw(st.sampled_from((2, 4, 8))) for _ in range(3)]
    kernel = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    strides = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    dilation = draw(st.integers(1, 2))
    extent = (kernel[0] - 1) * dilation + 1
    pads = draw(st.integers(0, extent - 1)), draw(st.integers(0, extent - 1))
    sides = draw(st.integers(0, kernel[1] - 1)), draw(st.integers(0, kernel[1] - 1))
    shape = (draw(st.integers(1, 7)), draw(st.integers(1, 15)), draw(st.integers(1, 9)))
    assume(shape[0] + sum(pads) >= extent and shape[1] + sum(sides) >= kernel[1])
    columns = (shape[1] + sum(sides) - kernel[1]) // strides[1] + 1
    phases = draw(st.sampled_from((1, strides[1]))) if columns > 1 else 1
    taps = -(-kernel[1] // phases)
    problem = get_problem((bits[0], bits[2]), taps, kernel[0] * phases)
    stride = strides[1] // phases if columns > 1 else 1
    plan = solve_windows(replace(problem, columns=columns, stride=stride))
    assume(plan is not None)
    assert plan is not None
    per_byte = max(8 // bits[0], 8 // bits[1])
    channels = draw(st.sampled_from([count for count in (1, 2, 4) if count % (8 // bits[0]) == 0]))
    return LayerCase(
        "depthwise_conv2d",
        (f"u{bits[0]}", f"{draw(st.sampled_from('us'))}{bits[1]}", f"u{bits[2]}"),
        draw(st.sampled_from(FLAVOURS)),
        shape,
        1,
        Window(kernel, strides, (*pads, *sides), (dilation, 1)),
        draw(st.integers(0, 2**31)),
        ScheduleAttr(
            Expansion.OVERLAP,
            1,
            plan.layout.positions,
            rows=draw(st.integers(1, 4)),
            spacing=draw(st.sampled_from((0, plan.layout.spacing))),
            channels=draw(st.sampled_from((channels, per_byte))),
            phases=phases,
            reuse=draw(st.integers(0, 1)),
        ),
    )


@given(draw_windows())
@settings(max_examples=12, derandomize=True)
def test_any_layer(case: LayerCase) -> None:
    check_compiled(case)


@pytest.mark.full
@given(draw_windows())
@settings(max_examples=500)
def test_any_layer_at_length(case: LayerCase) -> None:
    check_compiled(case)


BASE = LayerCase(
    "depthwise_conv2d",
    ("u2", "u4", "u2"),
    "PC+ICN",
    (5, 9, 6),
    1,
    Window((3, 3), (1, 1), (1, 0, 2, 1)),
    3,
    ScheduleAttr(Expansion.OVERLAP, 1, 4, rows=2, channels=4),
)


@pytest.mark.parametrize(
    ("bits", "stride", "positions"),
    [((2, 2, 2), 1, 4), ((4, 2, 4), 2, 3), ((2, 8, 8), 2, 3), ((8, 4, 2), 1, 2)],
)
def test_every_pass(bits: tuple[int, int, int], stride: int, positions: int) -> None:
    """Three lanes of 4 x 4 bits start at a pair of words; stride 2 has phases."""
    elements = (f"u{bits[0]}", f"u{bits[1]}", f"u{bits[2]}")
    window = replace(BASE.window, strides=(stride, stride))
    schedule = ScheduleAttr(Expansion.OVERLAP, 1, positions, rows=2, channels=4, phases=stride)
    check_every_pass(replace(BASE, elements=elements, window=window, schedule=schedule))


NARROW = ScheduleAttr(Expansion.OVERLAP, 1, 4, spacing=6, channels=4)
ONE_CHANNEL = ScheduleAttr(Expansion.OVERLAP, 1, 4)
TWO_FILTERS = ScheduleAttr(Expansion.OVERLAP, 1, 4, channels=4)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (replace(BASE, schedule=NARROW), "4 positions at 6: lanes: the maximum of lane 0"),
        (replace(BASE, schedule=ONE_CHANNEL), "channels must be a multiple of that, found 1"),
        (replace(BASE, elements=("s2", "u4", "u2")), "unsigned inputs"),
        (
            replace(BASE, window=Window((3, 3), dilation=(1, 2))),
            "dilation of 1 along rows, found 2",
        ),
        (replace(BASE, filters=2, schedule=TWO_FILTERS), "depth multiplier of 1"),
    ],
)
def test_refusals(case: LayerCase, message: str) -> None:
    with pytest.raises((PassFailedException, CmixError), match=message):
        check_compiled(case)


def test_phases_of_taps() -> None:
    """Tap 2 * j + h of three has phase h; the fourth is 0."""
    weights = np.arange(1, 4).reshape(1, 3, 1)
    np.testing.assert_array_equal(split_rows(weights, 2), [[[1, 3], [2, 0]]])
    assert get_weight_ranges(split_rows(weights, 2)) == (((1, 1), (3, 3)), ((2, 2), (0, 0)))


@pytest.mark.parametrize(("bits", "positions", "spacing"), [((2, 2), 4, 8), ((2, 4), 3, 11)])
def test_best_layout(bits: tuple[int, int], positions: int, spacing: int) -> None:
    """The layouts that hand-written loops use: nothing is shifted from word to word, or by one."""
    plan = solve_windows(get_problem(bits, 3))
    assert plan is not None
    assert (plan.layout.positions, plan.layout.spacing) == (positions, spacing)


@pytest.mark.parametrize(("columns", "cost"), [(14, 2 * 9 + 112 / 2), (10, 3 * 9 + 80)])
def test_short_loops_are_unrolled(columns: int, cost: float) -> None:
    """A loop over three words is written once, one over two words twice: 8 for each output."""
    plan = get_plan(replace(get_problem((2, 2), 3), columns=columns), 4, 8)
    assert plan.unrolled_cost == cost


def test_bounds() -> None:
    """Nine products of 2 bits lie in [-81, 81], which 8 bits hold and 7 do not; no 8 x 8 bits."""
    problem = get_problem((2, 2), 3)
    assert problem.sum_range == (-81, 81)
    assert get_plan(problem, 4, 8).offset == 81
    with pytest.raises(CmixError, match="overlap: 4 positions at 7: lanes: the maximum of lane 0"):
        get_plan(problem, 4, 7)
    with pytest.raises(CmixError, match="what 4 taps leave reaches beyond the next word"):
        get_plan(get_problem((2, 2), 4, rows=1), 2, 8)
    with pytest.raises(CmixError, match="no spacing of 5 positions can be proven"):
        solve_spacing(problem, 5)
    assert solve_windows(get_problem((8, 8), 3)) is None
