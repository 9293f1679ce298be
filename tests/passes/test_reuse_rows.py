"""Rows that strips of depthwise layers share are kept, and change no result."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layer_cases import LayerCase
from level_checks import PASSES, check_compiled, check_every_pass
from requant_choice import FLAVOURS

from cmixdsl.dialects.cmix.blocks import ExpandOp
from cmixdsl.dialects.cmix.lane_blocks import ExpandWordsOp
from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.universe import build_context

BASE = LayerCase(
    "depthwise_conv2d",
    ("u4", "u8", "u4"),
    "PC+ICN",
    (9, 7, 4),
    1,
    Window((3, 3), (1, 1), (1, 1, 1, 1)),
    5,
    ScheduleAttr(Expansion.ROWS, 1, 3, rows=2, channels=2, reuse=1),
)


@st.composite
def draw_strips(draw: st.DrawFn) -> LayerCase:
    """A depthwise layer of several strips that share rows."""
    bits = [draw(st.sampled_from((2, 4, 8))) for _ in range(3)]
    kernel, stride = draw(st.integers(2, 4)), draw(st.integers(1, 3))
    dilation = draw(st.integers(1, 2))
    extent = (kernel - 1) * dilation + 1
    assume(stride < extent)
    pads = draw(st.integers(0, extent - 1)), draw(st.integers(0, extent - 1))
    rows, strips = draw(st.integers(1, 3)), draw(st.integers(2, 3))
    height = (rows * strips - 1) * stride + extent - sum(pads)
    assume(height >= 1)
    taps, step = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    width = draw(st.integers(taps, 9))
    per_byte = max(8 // bits[0], 8 // bits[1])
    return LayerCase(
        "depthwise_conv2d",
        (f"u{bits[0]}", f"u{bits[1]}", f"u{bits[2]}"),
        draw(st.sampled_from(FLAVOURS)),
        (height, width, draw(st.integers(1, 5))),
        1,
        Window((kernel, taps), (stride, step), (*pads, 0, 0), (dilation, 1)),
        draw(st.integers(0, 2**31)),
        ScheduleAttr(
            Expansion.ROWS,
            1,
            draw(st.integers(1, 4)),
            rows=rows,
            channels=draw(st.sampled_from((1, per_byte))),
            reuse=1,
        ),
    )


@given(draw_strips())
@settings(max_examples=12, derandomize=True)
def test_any_strips(case: LayerCase) -> None:
    check_compiled(case)


@pytest.mark.full
@given(draw_strips())
@settings(max_examples=300)
def test_any_strips_at_length(case: LayerCase) -> None:
    check_compiled(case)


OVERLAP = ScheduleAttr(Expansion.OVERLAP, 1, 2, rows=2, channels=2, reuse=1)


@pytest.mark.parametrize(
    ("strides", "schedule"),
    [
        ((1, 1), BASE.schedule),
        ((2, 2), ScheduleAttr(Expansion.ROWS, 1, 2, rows=2, reuse=1)),
        ((1, 1), OVERLAP),
    ],
)
def test_every_pass(strides: tuple[int, int], schedule: ScheduleAttr) -> None:
    window = replace(BASE.window, strides=strides)
    case = replace(BASE, window=window, schedule=schedule)
    assert reuses_rows(case)
    check_every_pass(case)


def reuses_rows(case: LayerCase) -> bool:
    """Whether the pass finds rows to keep."""
    module, last = case.build(), [item.name for item in PASSES].index("cmix-reuse-rows")
    for item in PASSES[: last + 1]:
        item.apply(build_context(), module)
    return any(isinstance(op, ExpandOp | ExpandWordsOp) and op.first for op in module.walk())


def test_strips_that_share_no_rows() -> None:
    apart = Window((3, 3), (3, 1), (1, 1, 1, 1))
    assert not reuses_rows(replace(BASE, window=apart))
    whole = ScheduleAttr(Expansion.ROWS, 1, 3, rows=9, channels=2, reuse=1)
    assert not reuses_rows(replace(BASE, schedule=whole))
