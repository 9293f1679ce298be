"""Outer schedules keep what a layer computes, at every level and for every shape."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layer_cases import LayerCase
from level_checks import check_bounded, check_compiled, check_every_pass
from requant_choice import FLAVOURS
from xdsl.utils.exceptions import PassFailedException

from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.errors import CmixError
from cmixdsl.passes.schedules.outer_layout import OuterProblem
from cmixdsl.passes.schedules.outer_packing import get_sized_plan, solve_spacing


def draw_schedule(draw: st.DrawFn, problem: OuterProblem) -> ScheduleAttr:
    """A schedule that is proven for weights of any value."""
    inputs, filters = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    words, unroll = draw(st.integers(1, 3)), draw(st.integers(1, 9))
    apart = 1 if problem.is_vector else draw(st.sampled_from((1, filters)))
    try:
        plan = get_sized_plan(problem, (inputs, filters, 0), (words, 1, unroll), apart)
        spacing = solve_spacing(plan).layout.spacing
    except CmixError:
        assume(False)
        raise
    return ScheduleAttr(
        Expansion.OUTER,
        filters,
        inputs,
        unroll,
        spacing=spacing,
        columns=draw(st.integers(0, problem.pixels)),
        words=words,
        apart=apart,
    )


@st.composite
def draw_window(draw: st.DrawFn) -> Window:
    """A window of at most 3 x 3 with any stride, padding and dilation up to 2."""
    sizes = st.tuples(st.integers(1, 3), st.integers(1, 3))
    steps = st.tuples(st.integers(1, 2), st.integers(1, 2))
    window = Window(draw(sizes), draw(steps), dilation=draw(steps))
    rows, columns = (st.integers(0, extent - 1) for extent in window.extent)
    return replace(window, padding=(draw(rows), draw(rows), draw(columns), draw(columns)))


@st.composite
def draw_outer(draw: st.DrawFn) -> LayerCase:
    """A convolution or fully connected layer that some layout fits, with a schedule."""
    bits = [draw(st.sampled_from((2, 4, 8))) for _ in range(3)]
    is_vector = draw(st.booleans())
    window = Window((1, 1)) if is_vector else draw(draw_window())
    channels, filters = draw(st.integers(1, 70)), draw(st.integers(1, 9))
    height, width = (1, 1) if is_vector else (draw(st.integers(5, 6)), draw(st.integers(5, 9)))
    length = window.kernel[0] * window.kernel[1] * channels
    columns = (width + sum(window.padding[2:]) - window.extent[1]) // window.strides[1] + 1
    pixels = height * width if window == Window((1, 1)) else columns
    problem = OuterProblem(bits[0], bits[2], length, pixels, filters, bits[1], is_vector)
    return LayerCase(
        "fully_connected" if is_vector else "conv2d",
        (f"u{bits[0]}", f"{draw(st.sampled_from('us'))}{bits[1]}", f"u{bits[2]}"),
        draw(st.sampled_from(FLAVOURS)),
        (height, width, channels),
        filters,
        window,
        draw(st.integers(0, 2**31)),
        draw_schedule(draw, problem),
    )


@given(draw_outer())
@settings(max_examples=8, derandomize=True)
def test_any_layer(case: LayerCase) -> None:
    check_compiled(case)


@pytest.mark.full
@given(draw_outer())
@settings(max_examples=500)
def test_any_layer_at_length(case: LayerCase) -> None:
    check_compiled(case)


BASE = LayerCase(
    "conv2d",
    ("u2", "u4", "u2"),
    "PC+ICN",
    (1, 4, 7),
    5,
    Window((1, 1)),
    3,
    ScheduleAttr(Expansion.OUTER, 2, 3, 4, spacing=10, words=2),
)


@pytest.mark.parametrize(
    ("bits", "pixels"), [((2, 2, 2), 3), ((4, 4, 4), 2), ((8, 4, 2), 2), ((2, 8, 4), 2)]
)
def test_every_pixel_pass(bits: tuple[int, int, int], pixels: int) -> None:
    """No pass changes the result; executing lanes checks every bound that types state."""
    elements = (f"u{bits[0]}", f"u{bits[1]}", f"u{bits[2]}")
    case = replace(BASE, elements=elements, schedule=ScheduleAttr(Expansion.OUTER, 2, pixels, 4))
    check_every_pass(case)


@pytest.mark.parametrize(
    "window", [Window((3, 3), padding=(1, 1, 1, 1)), Window((3, 1), (2, 2)), Window((1, 2))]
)
def test_every_window_pass(window: Window) -> None:
    """Pixels of windows as far apart as two filters, in two chunks and blocks of four columns."""
    schedule = ScheduleAttr(Expansion.OUTER, 2, 2, 9, spacing=15, columns=4, words=2, apart=2)
    case = replace(BASE, elements=("u2", "u4", "u8"), shape=(3, 5, 5), window=window)
    check_every_pass(replace(case, schedule=schedule))


def test_filter_after_filter_on_several_words_of_pixels() -> None:
    """Turns of whole words of weights, as of a vector; but a row has two words of inputs."""
    schedule = ScheduleAttr(Expansion.OUTER, 4, 1, 4)
    elements = ("u2", "u2", "u4")
    check_every_pass(replace(BASE, elements=elements, shape=(1, 2, 24), schedule=schedule))


@pytest.mark.parametrize("unroll", [4, 16])
def test_every_pass_with_bounded_sums(unroll: int) -> None:
    """16 weights of at most 3 would need lanes of 8 bits; these fit 7, whatever the inputs."""
    schedule = ScheduleAttr(Expansion.OUTER, 2, 2, unroll, spacing=7, words=2)
    case = replace(BASE, shape=(1, 4, 16), schedule=schedule)
    check_bounded(case)
    check_every_pass(case)


def test_every_vector_pass() -> None:
    """Several inputs of a vector in a word, and two filters: a lane each is a sum of products."""
    schedule = ScheduleAttr(Expansion.OUTER, 2, 2, 2, spacing=8, words=2)
    case = replace(BASE, kind="fully_connected", shape=(1, 1, 24), schedule=schedule)
    check_every_pass(case)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (
            replace(BASE, schedule=ScheduleAttr(Expansion.OUTER, 2, 3, 4, spacing=4)),
            r"sums of 6 products: lane 0 of 6 at 4 reaches \d+, at most 15 fits",
        ),
        (
            replace(BASE, schedule=ScheduleAttr(Expansion.OUTER, 3, 3, 4, spacing=10)),
            "weights: lane 6 of 7 at 10 reaches 3, at most 0 fits in 32 bits",
        ),
        (replace(BASE, elements=("s2", "u4", "u2")), "unsigned inputs"),
        (
            replace(BASE, kind="depthwise_conv2d", filters=2),
            "a row of a convolution or a fully connected layer",
        ),
        (
            replace(BASE, schedule=ScheduleAttr(Expansion.OUTER, 2, 2, 4, apart=3)),
            "pixels must be 1 or 2 lanes apart, as many as filters, found 3",
        ),
        (
            replace(
                BASE,
                kind="fully_connected",
                shape=(1, 1, 24),
                schedule=ScheduleAttr(Expansion.OUTER, 2, 2, 2, spacing=8, apart=2),
            ),
            "the inputs of a vector must be neighbours, found 2 lanes",
        ),
    ],
)
def test_refusals(case: LayerCase, message: str) -> None:
    with pytest.raises((PassFailedException, CmixError), match=message):
        check_compiled(case)


def test_words_that_no_unrolling_divides() -> None:
    """Seven words are more than an iteration takes, and prime: the rest comes behind the loop."""
    schedule = ScheduleAttr(Expansion.OUTER, 1, 1, 1, spacing=16)
    case = replace(BASE, elements=("u8", "u2", "u2"), flavour="PL", seed=12592)
    check_compiled(replace(case, shape=(1, 7, 41), filters=1, schedule=schedule))
