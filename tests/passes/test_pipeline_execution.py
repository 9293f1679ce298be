"""No pass changes what a layer computes, whatever its bits, shape and schedule."""

from itertools import islice, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_cases import (
    COMBINATIONS,
    KINDS,
    Bits,
    Kind,
    LayerCase,
    build_network,
    build_simple_network,
    draw_case,
    draw_sweep,
)
from requant_choice import FLAVOURS
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.execution import run_module_packed
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.pipelines import PIPELINES
from cmixdsl.universe import build_context
from cmixdsl.validation import validate_pipeline

PASSES = PIPELINES["cortex-m4"]

SAMPLED, COMPLETE = 81, 405
"""Cases of a sweep: every kind with every combination of bits, then with every flavour too."""

SCHEDULES: list[tuple[Kind, Expansion]] = [
    ("conv2d", Expansion.COLUMNS),
    ("depthwise_conv2d", Expansion.COLUMNS),
    ("depthwise_conv2d", Expansion.ROWS),
    ("fully_connected", Expansion.COLUMNS),
]

SAMPLED_BLOCKS = ((1, 3), (2, 2), (3, 4), (4, 1))
BLOCKS = [
    pytest.param(*block, marks=() if block in SAMPLED_BLOCKS else pytest.mark.full)
    for block in product((1, 2, 3, 4), repeat=2)
]
"""Filters by pixels."""


def check_result(module: ModuleOp, seed: int) -> None:
    """Compares the bytes after all passes with those of level 2; if they differ, names the pass."""
    compiled = module.clone()
    ctx = build_context()
    for instance in PASSES:
        instance.apply(ctx, compiled)
    compiled.verify()
    inputs = build_random_inputs(find_model(module), seed)
    (expected,), (found,) = (run_module_packed(m, inputs) for m in (module, compiled))
    if not np.array_equal(expected, found):
        check_every_pass(module, seed)
        pytest.fail("the pipeline changes bytes that no pass changes")


def check_every_pass(module: ModuleOp, seed: int) -> None:
    """Compares the bytes before and after each pass."""
    inputs = build_random_inputs(find_model(module), seed)
    culprit = validate_pipeline(build_context(), module, PASSES, inputs).culprit
    assert culprit is None, str(culprit)


@st.composite
def draw_layer(draw: st.DrawFn) -> LayerCase:
    """Any layer; small ones first, so that what fails is found small."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind, flavour = draw(st.sampled_from(KINDS)), draw(st.sampled_from(FLAVOURS))
    return draw_case(generator, kind, draw(st.sampled_from(COMBINATIONS)), flavour)


@pytest.mark.parametrize("part", range(4))
def test_sweep(part: int, full: bool) -> None:
    """Every kind with every combination of bits, completely with every flavour too."""
    for case in islice(draw_sweep(seed=1), part, COMPLETE if full else SAMPLED, 4):
        check_result(case.build(), case.seed)


@given(draw_layer())
@settings(max_examples=30, derandomize=True)
def test_any_layer(case: LayerCase) -> None:
    check_result(case.build(), case.seed)


@pytest.mark.full
@given(draw_layer())
@settings(max_examples=1000)
def test_any_layer_at_length(case: LayerCase) -> None:
    check_result(case.build(), case.seed)


@pytest.mark.parametrize("kind", KINDS)
def test_every_pass(kind: Kind, full: bool) -> None:
    generator = np.random.default_rng(7)
    for _ in range(60 if full else 3):
        bits = COMBINATIONS[generator.integers(len(COMBINATIONS))]
        flavour = FLAVOURS[generator.integers(len(FLAVOURS))]
        case = draw_case(generator, kind, bits, flavour, largest=3)
        check_every_pass(case.build(), case.seed)


@pytest.mark.parametrize(("kind", "expansion"), SCHEDULES)
@pytest.mark.parametrize(("filters", "pixels"), BLOCKS)
def test_schedules(kind: Kind, expansion: Expansion, filters: int, pixels: int) -> None:
    """Blocks that divide neither the number of filters nor that of pixels."""
    window = Window((3, 3), (1, 1), (1, 0, 2, 1))
    outputs = filters if kind == "depthwise_conv2d" else 5
    bits = COMBINATIONS[(filters * 8 + pixels * 5) % len(COMBINATIONS)]
    elements = (f"u{bits[0]}", f"u{bits[1]}", f"u{bits[2]}")
    schedule = ScheduleAttr(expansion, filters, pixels)
    case = LayerCase(kind, elements, "PC+ICN", (4, 5, 3), outputs, window, 3, schedule)
    check_result(case.build(), case.seed)


@pytest.mark.parametrize(
    ("bits", "channels"), [((4, 8, 4), 2), ((4, 2, 8), 4), ((2, 4, 2), 4), ((8, 2, 4), 4)]
)
@pytest.mark.parametrize("sign", ["u", "s"])
def test_unrolled_channels(bits: Bits, channels: int, sign: str) -> None:
    """Channels of whole bytes, and some that are left; a strip that is left, too."""
    window = Window((3, 3), (1, 1), (1, 0, 1, 1))
    elements = (f"{sign}{bits[0]}", f"{sign}{bits[1]}", f"u{bits[2]}")
    schedule = ScheduleAttr(Expansion.ROWS, 1, 2, rows=2, channels=channels)
    case = LayerCase("depthwise_conv2d", elements, "PC+ICN", (6, 5, 7), 1, window, 5, schedule)
    check_result(case.build(), case.seed)


@pytest.mark.parametrize(("kind", "expansion"), SCHEDULES)
@pytest.mark.parametrize("weights", ["u4", "s8"])
def test_weights_as_lanes(kind: Kind, expansion: Expansion, weights: str) -> None:
    window = Window((3, 3), (1, 1), (1, 0, 1, 1))
    outputs = 1 if kind == "depthwise_conv2d" else 3
    schedule = ScheduleAttr(expansion, 1, 2, weight_bits=16)
    elements = ("u8", "u4", weights)
    case = LayerCase(kind, elements, "PC+ICN", (4, 5, 3), outputs, window, 3, schedule)
    check_result(case.build(), case.seed)


@pytest.mark.parametrize(("kind", "expansion"), SCHEDULES)
def test_weights_shifted_for_the_requantization(kind: Kind, expansion: Expansion) -> None:
    """Fixed point doubles accumulators, and lanes of weights are doubled instead."""
    window = Window((3, 3), (1, 1), (1, 0, 1, 1))
    outputs = 1 if kind == "depthwise_conv2d" else 3
    schedule = ScheduleAttr(expansion, 1, 2, weight_bits=16)
    elements = ("s8", "s8", "s8")
    case = LayerCase(kind, elements, "fixed_point", (4, 5, 3), outputs, window, 3, schedule)
    check_result(case.build(), case.seed)


@pytest.mark.parametrize("seed", range(6))
def test_networks(seed: int) -> None:
    check_result(build_network(seed), seed)


@pytest.mark.parametrize("seed", range(6))
def test_simple_networks(seed: int) -> None:
    check_result(build_simple_network(seed), seed)


@pytest.mark.full
def test_every_pass_of_a_simple_network() -> None:
    check_every_pass(build_simple_network(10), 10)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(6, 100))
def test_more_networks(seed: int) -> None:
    check_result(build_network(seed), seed)
    check_result(build_simple_network(seed), seed)
