"""Overlap schedules keep what a layer computes, at every level and for every shape."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layer_cases import LayerCase
from level_checks import check_bounded, check_compiled, check_every_pass
from requant_choice import FLAVOURS
from xdsl.dialects.builtin import ModuleOp
from xdsl.interpreter import Interpreter
from xdsl.utils.exceptions import InterpretationError, PassFailedException
from xdsl.utils.test_value import create_ssa_value

from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.lanes import MlaOp, WordType
from cmixdsl.errors import CmixError
from cmixdsl.interpreters.registry import register_implementations
from cmixdsl.passes.schedules.lane_packing import OverlapProblem, count_products, solve_overlap


@st.composite
def draw_overlap(draw: st.DrawFn) -> LayerCase:
    """A convolution of stride 1 along rows that some layout fits, with a schedule."""
    bits = [draw(st.sampled_from((2, 4, 8))) for _ in range(3)]
    kernel = (draw(st.integers(1, 5)), draw(st.integers(1, 5)))
    # Pixels of a 1x1 kernel are no rows: they are collapsed before.
    assume(kernel != (1, 1))
    stride, dilation = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    extent = (kernel[0] - 1) * dilation + 1
    pads = draw(st.integers(0, extent - 1)), draw(st.integers(0, extent - 1))
    sides = draw(st.integers(0, kernel[1] - 1)), draw(st.integers(0, kernel[1] - 1))
    shape = (draw(st.integers(1, 6)), draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    assume(shape[0] + sum(pads) >= extent and shape[1] + sum(sides) >= kernel[1])
    columns = shape[1] + sum(sides) - kernel[1] + 1
    problem = OverlapProblem(
        (1 << bits[0]) - 1, (1 << bits[2]) - 1, kernel[1], shape[2] * kernel[0], columns
    )
    plan = solve_overlap(problem)
    assume(plan is not None)
    assert plan is not None
    words = draw(st.integers(1, 3))
    most = count_products(problem, plan.layout, min(problem.length, 64), words)
    schedule = ScheduleAttr(
        Expansion.OVERLAP,
        1,
        plan.layout.positions,
        draw(st.integers(1, most)),
        spacing=draw(st.sampled_from((0, plan.layout.spacing))),
        columns=draw(st.integers(0, columns)),
        words=words,
    )
    return LayerCase(
        "conv2d",
        (f"u{bits[0]}", f"{draw(st.sampled_from('us'))}{bits[1]}", f"u{bits[2]}"),
        draw(st.sampled_from(FLAVOURS)),
        shape,
        draw(st.integers(1, 6)),
        Window(kernel, (stride, 1), (*pads, *sides), (dilation, 1)),
        draw(st.integers(0, 2**31)),
        schedule,
    )


@given(draw_overlap())
@settings(max_examples=15, derandomize=True)
def test_any_layer(case: LayerCase) -> None:
    check_compiled(case)


@pytest.mark.full
@given(draw_overlap())
@settings(max_examples=500)
def test_any_layer_at_length(case: LayerCase) -> None:
    check_compiled(case)


BASE = LayerCase(
    "conv2d",
    ("u2", "u4", "u2"),
    "PC+ICN",
    (4, 6, 3),
    5,
    Window((3, 3), (1, 1), (1, 0, 2, 1)),
    3,
    ScheduleAttr(Expansion.OVERLAP, 1, 4, 9, spacing=7),
)


@pytest.mark.parametrize(
    ("bits", "positions"), [((2, 2, 2), 4), ((4, 4, 4), 3), ((8, 4, 2), 2), ((2, 8, 4), 3)]
)
def test_every_pass(bits: tuple[int, int, int], positions: int) -> None:
    """No pass changes the result; executing lanes checks every bound that types state."""
    elements = (f"u{bits[0]}", f"u{bits[1]}", f"u{bits[2]}")
    schedule = ScheduleAttr(Expansion.OVERLAP, 1, positions, 7)
    case = replace(BASE, elements=elements, schedule=schedule)
    check_every_pass(case)


@pytest.mark.parametrize(
    ("bits", "positions", "products", "words"),
    [((2, 2, 2), 4, 9, 2), ((8, 8, 2), 2, 5, 3)],
)
def test_every_pass_for_several_filters(
    bits: tuple[int, int, int], positions: int, products: int, words: int
) -> None:
    """The same for filters that take words of a row together, and what is left of five."""
    elements = (f"u{bits[0]}", f"u{bits[1]}", f"u{bits[2]}")
    schedule = ScheduleAttr(Expansion.OVERLAP, 1, positions, products, words=words)
    case = replace(BASE, elements=elements, schedule=schedule)
    check_every_pass(case)


@pytest.mark.parametrize("words", [1, 2])
def test_every_pass_with_bounded_sums(words: int) -> None:
    """27 weights of at most 3 would need lanes of 8 bits; these fit 7, whatever the inputs."""
    schedule = ScheduleAttr(Expansion.OVERLAP, 1, 4, 9, spacing=7, words=words)
    # A seed whose weights are small enough.
    case = replace(BASE, filters=2, seed=23, schedule=schedule)
    check_bounded(case)
    check_every_pass(case)


def test_wrong_bound() -> None:
    """What a pass says of weights is checked where the lanes are executed."""
    interpreter = Interpreter(ModuleOp([]))
    register_implementations(interpreter)
    word, sums = WordType([3], 8), WordType([250], 8)
    x, w, acc = (create_ssa_value(type_) for type_ in (word, word, sums))
    mla = MlaOp(x, w, acc, bound=[250])
    assert interpreter.run_op(mla, (3, 3, 241)) == (250,)
    with pytest.raises(InterpretationError, match=r"lanes.mla: lanes \[251\] exceed"):
        interpreter.run_op(mla, (3, 3, 242))


WIDE = ScheduleAttr(Expansion.OVERLAP, 2, 4, 9)
LONG = ScheduleAttr(Expansion.OVERLAP, 1, 4, 9, spacing=7, words=2)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (BASE, r"sums of 9 products: lane 0 of 6 at 7 reaches \d+, at most 127"),
        (replace(BASE, schedule=WIDE), "weights of one filter in a word, found 2; .* use words"),
        (replace(BASE, schedule=LONG), r"sums of 9 products: lane \d of 6 at 7 reaches \d+"),
        (replace(BASE, elements=("s2", "u4", "u2")), "unsigned inputs"),
        (replace(BASE, window=Window((3, 3), (1, 2))), "dilation of 1 along rows, found 2"),
        (replace(BASE, window=Window((3, 2), dilation=(1, 2))), "found 2 for j"),
    ],
)
def test_refusals(case: LayerCase, message: str) -> None:
    with pytest.raises((PassFailedException, CmixError), match=message):
        check_compiled(case)
