"""Joint weights keep what a layer computes, at every level; where they cannot, it is said why."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_cases import LayerCase
from level_checks import check_compiled, check_every_pass
from requant_choice import FLAVOURS
from xdsl.utils.exceptions import PassFailedException

from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.passes.builders.joint_weights import find_joint_violation, get_joint_offsets
from cmixdsl.passes.builders.weight_words import arrange_pairs
from cmixdsl.passes.schedule import SchedulePass, get_default_schedule

JOINT = ScheduleAttr(Expansion.COLUMNS, 4, 2, 4, joint=1)
CONV = LayerCase(
    "conv2d", ("s8", "s8", "s8"), "fixed_point", (4, 5, 9), 6, Window((1, 1)), 3, JOINT
)


@st.composite
def draw_joint(draw: st.DrawFn) -> LayerCase:
    """A convolution or fully connected layer of weights of 8 bits and few products."""
    is_vector = draw(st.booleans())
    window = Window((1, 1)) if is_vector else draw(st.sampled_from((Window((1, 1)), SPATIAL)))
    filters, pixels = draw(st.sampled_from((2, 4, 6))), draw(st.integers(1, 5))
    sign = draw(st.sampled_from("us"))
    bits = draw(st.sampled_from((2, 4, 8))), draw(st.sampled_from((2, 4, 8)))
    return LayerCase(
        "fully_connected" if is_vector else "conv2d",
        (f"u{bits[0]}", f"u{bits[1]}", f"{sign}8"),
        draw(st.sampled_from(FLAVOURS)),
        (draw(st.integers(2, 3)), draw(st.integers(3, 6)), draw(st.integers(1, 20))),
        2 * draw(st.integers(1, 5)),
        window,
        draw(st.integers(0, 2**31)),
        ScheduleAttr(
            Expansion.COLUMNS,
            filters,
            1 if is_vector else pixels,
            draw(st.integers(1, 9)),
            joint=1,
        ),
    )


SPATIAL = Window((2, 3), (1, 2), (1, 1, 1, 0))


@given(draw_joint())
@settings(max_examples=8, derandomize=True)
def test_any_layer(case: LayerCase) -> None:
    check_compiled(case)


@pytest.mark.full
@given(draw_joint())
@settings(max_examples=300)
def test_any_layer_at_length(case: LayerCase) -> None:
    check_compiled(case)


@pytest.mark.parametrize(
    "case",
    [
        CONV,
        # Some of 2,000 weights are -128 and stand above a negative one.
        replace(CONV, shape=(1, 2, 200), filters=10),
        replace(CONV, elements=("u8", "u8", "u8"), flavour="PC+ICN"),
        replace(CONV, elements=("u8", "u4", "u8"), flavour="PL", window=SPATIAL),
        replace(
            CONV, kind="fully_connected", schedule=ScheduleAttr(Expansion.COLUMNS, 6, 1, joint=1)
        ),
    ],
    ids=str,
)
def test_every_pass(case: LayerCase) -> None:
    check_every_pass(case)


def get_layer(case: LayerCase) -> ContractionOperation:
    (layer,) = (op for op in case.build().walk() if isinstance(op, ContractionOperation))
    return layer


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (replace(CONV, elements=("s8", "s8", "s4")), "two weights of 4 bits do not fill a lane"),
        (replace(CONV, filters=5), "filters go in pairs, found 5"),
        (replace(CONV, shape=(1, 1, 9000)), "which overflows 32 bits when shifted left by 8"),
    ],
    ids=str,
)
def test_refusals(case: LayerCase, reason: str) -> None:
    with pytest.raises(PassFailedException, match=f"weights cannot be joint: .*{reason}"):
        check_compiled(case)


def test_words() -> None:
    """In each half of a word, f0 + 256 * f1."""
    generator = np.random.default_rng(0)
    lower, upper = generator.integers(-127, 128, (2, 8, 2))
    words = arrange_pairs(np.stack([lower, upper], axis=1).reshape(-1, 2), 8, joint=True)
    found = words.view(np.int16).reshape(-1, 2)
    np.testing.assert_array_equal(found, lower + 256 * upper)


@pytest.mark.parametrize(
    ("rows", "signed", "offsets", "lower_signed"),
    [
        ([[0, 255], [255, 0]], False, [0, 128], False),
        ([[-128, 127], [127, -127]], True, [0, 0], True),
        # No room for -128 above a negative weight, but above one of 0 or more.
        ([[0, 127], [-128, -128]], True, [0, 0], True),
        ([[-1, 127], [-128, 0]], True, [-128, 0], False),
    ],
)
def test_offsets(
    rows: list[list[int]], signed: bool, offsets: list[int], lower_signed: bool
) -> None:
    found, found_signed = get_joint_offsets(np.array(rows), signed=signed)
    assert (found.tolist(), found_signed) == (offsets, lower_signed)
    stored = np.array(rows) - found[:, None]
    lanes = stored[0] + 256 * stored[1]
    assert (lanes == lanes.astype(np.int16)).all()


def test_default_schedules() -> None:
    """Joint where it is proven, else two filters whose weights are unpacked."""
    few = get_layer(replace(CONV, schedule=None))
    many = get_layer(replace(CONV, shape=(1, 1, 9000), schedule=None))
    assert find_joint_violation(few) is None
    assert find_joint_violation(many) is not None
    blocks = [get_default_schedule(layer, SchedulePass()) for layer in (few, many)]
    found = [(b.filters.data, b.pixels.data, b.joint.data) for b in blocks]
    assert found == [(4, 2, 1), (2, 4, 0)]
    odd = get_default_schedule(few, SchedulePass(filters=3))
    assert (odd.filters.data, odd.joint.data) == (3, 0)
