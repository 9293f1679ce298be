"""Default schedules, and the candidates for better ones."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from layer_cases import LayerCase

from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.objectives import OBJECTIVES, Objective
from cmixdsl.passes.schedule import SchedulePass, get_default_schedule
from cmixdsl.passes.schedules.default_schedules import TABLE_PATH, KernelClass, load_default_rows
from cmixdsl.passes.schedules.schedule_space import (
    SPACES,
    WORD_EXPANSIONS,
    Limits,
    count_registers,
    enumerate_schedules,
    estimate_instructions,
)
from cmixdsl.tuning.shipped import format_table
from cmixdsl.universe import build_context

CONV = LayerCase("conv2d", ("u8", "u8", "u8"), "PC+ICN", (6, 7, 8), 6, Window((3, 3)), 0)
"""Outputs of 4 x 5 pixels and 6 channels."""
DEPTHWISE = LayerCase(
    "depthwise_conv2d", ("u8", "u8", "u4"), "PC+ICN", (9, 9, 2), 1, Window((3, 3)), 0
)
DILATED = LayerCase(
    "depthwise_conv2d",
    ("u8", "u8", "u4"),
    "PC+ICN",
    (9, 9, 2),
    1,
    Window((3, 3), dilation=(1, 2)),
    0,
)
FULLY_CONNECTED = LayerCase(
    "fully_connected", ("u8", "u8", "u2"), "PC+ICN", (1, 1, 40), 7, Window((1, 1)), 0
)
LOW_BITS = LayerCase(
    "conv2d", ("u2", "u8", "u2"), "PC+ICN", (6, 7, 8), 6, Window((3, 3), padding=(1, 1, 1, 1)), 0
)
POINTWISE = replace(LOW_BITS, window=Window((1, 1)))
CASES = (CONV, DEPTHWISE, DILATED, FULLY_CONNECTED, LOW_BITS, POINTWISE)


def get_layer(case: LayerCase) -> ContractionOperation:
    (layer,) = (op for op in case.build().walk() if isinstance(op, ContractionOperation))
    return layer


@pytest.mark.parametrize("case", CASES, ids=str)
def test_candidates(case: LayerCase) -> None:
    """They are distinct, fit, and begin with the lowest estimate."""
    layer = get_layer(case)
    candidates = enumerate_schedules(layer)
    assert len(candidates) == len(set(candidates)) >= 3
    estimates = [estimate_instructions(layer, schedule) for schedule in candidates]
    assert estimates == sorted(estimates)
    for schedule in candidates:
        schedule.verify()
        assert schedule.expansion in WORD_EXPANSIONS or count_registers(schedule) <= 14
        assert schedule.filters.data <= layer.channels


def test_expansions_of_candidates() -> None:
    found = [{s.expansion for s in enumerate_schedules(get_layer(case))} for case in CASES]
    columns, rows = Expansion.COLUMNS, Expansion.ROWS
    overlap, outer = Expansion.OVERLAP, Expansion.OUTER
    packed = {columns, overlap, outer}
    assert found[1:] == [{rows}, {columns}, {columns, outer}, packed, {columns, outer}]
    assert set(SPACES) == set(Expansion)


def test_unrolling_that_makes_no_difference() -> None:
    """Sixteen 2-bit weights are one word, so there is nothing to unroll."""
    layer = get_layer(replace(FULLY_CONNECTED, shape=(1, 1, 16)))
    candidates = enumerate_schedules(layer)
    columns = [found for found in candidates if found.expansion is Expansion.COLUMNS]
    packed = {found.unroll.data for found in columns if not found.weight_bits.data}
    assert len(packed) == 1
    # As lanes the same weights are eight words.
    assert len({found.unroll.data for found in columns if found.weight_bits.data}) == 2


def test_limits() -> None:
    layer = get_layer(CONV)
    few = enumerate_schedules(layer, Limits(registers=8))
    assert {(s.filters.data, s.pixels.data) for s in few} == {(1, 1), (1, 2), (1, 3), (2, 1)}
    # A column of 72 products has 144 bytes.
    narrow = enumerate_schedules(layer, Limits(scratch_bytes=0, scratch_columns=1))
    columns = [s for s in narrow if s.expansion is Expansion.COLUMNS]
    assert {s.pixels.data for s in columns} == {1}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_schedule_space(case: LayerCase) -> None:
    """Every pass in it can be applied and does something."""
    context, module = build_context(), case.build()
    space = SchedulePass.schedule_space(context, module)
    assert len(space) == len(set(space)) > 2
    for instance in space:
        _, changed = instance.apply_to_clone(context, module)
        changed.verify()
        assert not changed.is_structurally_equivalent(module)
    space[0].apply(context, module)
    assert SchedulePass.schedule_space(context, module) == ()


def test_table_is_complete() -> None:
    classes = (
        *(("conv2d", kernel) for kernel in ("pointwise", "shallow", "spatial")),
        *(("depthwise_conv2d", kernel) for kernel in ("unit", "strided")),
        ("fully_connected", "matrix"),
    )
    wanted = {
        (objective, kind, KernelClass(kernel), inputs, weights, False)
        for objective, (kind, kernel), inputs, weights in product(
            OBJECTIVES, classes, (8, 4, 2), (8, 4, 2)
        )
    }
    rows = load_default_rows()
    assert {key for key in rows if not key[-1]} == wanted
    # Rows for joint weights come besides, where two weights fill a lane.
    joint = {key for key in rows if key[-1]}
    assert {weights for *_, weights, _ in joint} == {8}
    assert {(*key[:-1], False) for key in joint} < wanted
    assert all(bool(row.joint) == key[-1] for key, row in rows.items())


def test_table_is_as_it_was_written() -> None:
    assert Path(TABLE_PATH).read_text() == format_table(load_default_rows())


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_defaults(case: LayerCase, objective: Objective) -> None:
    layer = get_layer(case)
    schedule = get_default_schedule(layer, SchedulePass(objective))
    schedule.verify()
    if objective == "size":
        assert layer.channels % schedule.filters.data == 0
        height, width, _ = (1, 1, *layer.output_type.get_shape())[-3:]
        # The rows of a pointwise layer are one.
        width = height * width if case is POINTWISE else width
        assert width % schedule.pixels.data == 0


@pytest.mark.parametrize(("width", "pixels"), [(28, 4), (25, 5), (6, 6), (7, 4), (13, 4), (3, 4)])
def test_blocks_divide_rows_where_any_of_their_size_does(width: int, pixels: int) -> None:
    case = replace(
        DEPTHWISE, elements=("u8", "u8", "u8"), shape=(4, width, 4), window=Window((1, 1))
    )
    schedule = get_default_schedule(get_layer(case), SchedulePass())
    assert (schedule.expansion, schedule.pixels.data) == (Expansion.ROWS, pixels)


def test_options_win_over_the_table() -> None:
    options = SchedulePass(filters=3, pixels=2, unroll=4)
    assert get_default_schedule(get_layer(CONV), options) == ScheduleAttr(
        Expansion.COLUMNS, 3, 2, 4
    )
    options = SchedulePass(filters=3)
    schedule = get_default_schedule(get_layer(FULLY_CONNECTED), options)
    assert (schedule.filters.data, schedule.pixels.data) == (6, 1)
