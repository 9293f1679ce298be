"""Convolutions of few channels, whose windows are copied by the word, at every level and in C."""

import pytest
from c_batch import expect_reference, find_wrong
from layer_cases import LayerCase

from cmixdsl.dialects.cmix.blocks import ExpandOp
from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.passes.lowering import get_passes_to_blocks
from cmixdsl.passes.schedule import SchedulePass
from cmixdsl.pipelines import PIPELINES
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context
from cmixdsl.validation import validate_pipeline


def build_case(
    element: str, shape: tuple[int, int, int], window: Window, pixels: int, weight_bits: int = 0
) -> LayerCase:
    schedule = ScheduleAttr(Expansion.COLUMNS, 2, pixels, weight_bits=weight_bits)
    return LayerCase("conv2d", (element, "u4", "s4"), "PC+ICN", shape, 3, window, 11, schedule)


SAME = (1, 1, 1, 1)
CASES = [
    build_case("u8", (7, 9, 3), Window((3, 3), (2, 2), SAME), 2, 16),
    build_case("s8", (5, 8, 3), Window((3, 3), (1, 1), (0, 2, 1, 0)), 3),
    build_case("u8", (6, 9, 1), Window((3, 5), (1, 2), (1, 1, 2, 2)), 2),
    build_case("u4", (4, 9, 2), Window((2, 5), (1, 1), (0, 1, 3, 1)), 4),
    build_case("s2", (4, 8, 4), Window((3, 5), (2, 1), (1, 1, 2, 2)), 2),
    build_case("u8", (4, 6, 5), Window((2, 2), (2, 1)), 3),
    # No window lies inside.
    build_case("u8", (2, 2, 3), Window((3, 3), (1, 1), SAME), 2),
]


SAMPLED = (0, 3)
"""The others run in C, and every pass of them with `--full`."""


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=() if index in SAMPLED else pytest.mark.full)
        for index, case in enumerate(CASES)
    ],
    ids=str,
)
def test_every_pass(case: LayerCase) -> None:
    module = case.build()
    inputs = build_random_inputs(find_model(module), case.seed)
    validation = validate_pipeline(build_context(), module, PIPELINES["cortex-m4"], inputs)
    assert validation.culprit is None, str(validation.culprit)


def test_in_c() -> None:
    if "host" not in available_simulators():
        pytest.skip("no C compiler is installed")
    assert find_wrong((expect_reference(str(c), c.build(), c.seed) for c in CASES), "host") == []


@pytest.mark.parametrize("case", [case for case in CASES if case.shape[2] > 1], ids=str)
def test_runs_are_words(case: LayerCase) -> None:
    """A single channel has no iterator, so its taps have none to merge with."""
    module = case.build()
    for instance in get_passes_to_blocks(SchedulePass()):
        instance.apply(build_context(), module)
    found = [op for op in module.walk() if isinstance(op, ExpandOp)]
    assert any(op.order is not None for op in found)
