"""C of depthwise rows whose blocks need more registers than there are: on the host, in assembly."""

from dataclasses import replace

import pytest
from c_batch import expect_reference, find_wrong
from layer_cases import LayerCase
from register_file import check_listing, find_listings
from requant_choice import Flavour
from xdsl.dialects import scf
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.dsp_ops.listed import PRODUCTS
from cmixdsl.hints import HIDDEN_BOUND_ATTRIBUTE, ROLLED_ATTRIBUTE
from cmixdsl.pipelines import PIPELINES
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context

STRIDED = Window((3, 3), (2, 2), (1, 1, 1, 1))


def build_rows(
    bits: tuple[int, int, int],
    shape: tuple[int, int, int],
    *,
    window: Window = STRIDED,
    flavour: Flavour = "PC+ICN",
    signed: bool = False,
    rows: int = 3,
) -> LayerCase:
    """Blocks of seven pixels; channels of a byte have code of their own."""
    channels = max(8 // bits[0], 8 // bits[1])
    schedule = ScheduleAttr(Expansion.ROWS, 1, 7, rows=rows, channels=channels)
    sign = "s" if signed else "u"
    elements = (f"{sign}{bits[0]}", f"{sign}{bits[1]}", f"{sign}{bits[2]}")
    return LayerCase("depthwise_conv2d", elements, flavour, shape, 1, window, 5, schedule)


CASES = [
    build_rows((8, 8, 8), (12, 28, 3)),
    build_rows((8, 8, 8), (12, 14, 3), flavour="PL"),
    build_rows((8, 8, 4), (12, 28, 2), flavour="PL+ICN"),
    build_rows((8, 2, 8), (12, 28, 5)),
    build_rows((8, 2, 2), (12, 28, 80), flavour="PL+ICN"),
    build_rows((8, 4, 8), (8, 28, 4), signed=True, rows=2),
    build_rows((4, 8, 8), (8, 28, 4), rows=2),
    # Four channels of two turns: too much code to have twice.
    build_rows((4, 2, 8), (8, 28, 8), rows=2),
    # What is left of a row is a smaller block; windows that start at odd lanes.
    build_rows((8, 8, 8), (7, 19, 2), window=Window((3, 3), (1, 1), (1, 1, 0, 0))),
    build_rows((8, 8, 8), (9, 30, 2), window=Window((5, 5), (2, 2), (2, 2, 2, 2))),
    # Sums that are requantized by instructions which no listing has.
    build_rows((8, 8, 8), (12, 28, 3), flavour="fixed_point", signed=True),
    # Positions that are found by comparing, behind the sums.
    build_rows((8, 4, 8), (12, 28, 4), flavour="thresholds"),
]


def lower(case: LayerCase) -> ModuleOp:
    module = case.build()
    for instance in PIPELINES["cortex-m4"]:
        instance.apply(build_context(), module)
    return module


def test_on_host() -> None:
    if "host" not in available_simulators():
        pytest.skip("no C compiler is installed")
    assert find_wrong((expect_reference(str(c), c.build(), c.seed) for c in CASES), "host") == []


@pytest.mark.parametrize(
    "optimization",
    ["-O0", pytest.param("-O1", marks=pytest.mark.full), pytest.param("-Os"), "-O3"],
)
def test_on_core(optimization: str) -> None:
    """All levels but -O0 run the listings."""
    if "qemu" not in available_simulators():
        pytest.skip("arm-none-eabi-gcc or qemu-system-arm is not installed")
    cases = [expect_reference(str(case), case.build(), case.seed) for case in CASES]
    assert find_wrong(cases, "qemu", optimization=optimization) == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_listings(case: LayerCase) -> None:
    """Registers hold what instructions read; every channel of a byte has its listing."""
    listings = find_listings(lower(case))
    for ops in listings:
        check_listing(ops)
        assert any(isinstance(op, PRODUCTS) for op in ops)
    assert listings


def test_registers_that_suffice() -> None:
    """Four pixels and six pairs of weights fit: the C compiler does well."""
    case = build_rows((8, 8, 8), (6, 28, 2))
    assert case.schedule is not None
    schedule = ScheduleAttr(Expansion.ROWS, 1, 4, rows=3, channels=1)
    assert find_listings(lower(replace(case, schedule=schedule))) == []


@pytest.mark.parametrize(
    ("case", "hint"),
    [
        (build_rows((8, 2, 8), (12, 28, 8)), ROLLED_ATTRIBUTE),
        (build_rows((4, 2, 8), (8, 28, 8), rows=2), HIDDEN_BOUND_ATTRIBUTE),
        (build_rows((4, 8, 8), (8, 28, 8), rows=2), None),
    ],
    ids=str,
)
def test_turns(case: LayerCase, hint: str | None) -> None:
    """The C compiler may double a loop of two turns where that is little code."""
    loops = [
        op
        for op in lower(case).walk()
        if isinstance(op, scf.ForOp) and any(isinstance(o, PRODUCTS) for o in op.body.block.ops)
    ]
    found = {
        h
        for loop in loops
        for h in (ROLLED_ATTRIBUTE, HIDDEN_BOUND_ATTRIBUTE)
        if h in loop.attributes
    }
    assert found == ({hint} if hint else set[str]())
