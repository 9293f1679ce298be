"""C of layers by products of whole words, for every mode: on the host, in assembly on the core."""

import pytest
from c_batch import expect_reference, find_wrong
from layer_cases import LayerCase
from register_file import check_listing, find_listings

from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.passes.schedules.outer_layout import OuterProblem
from cmixdsl.passes.schedules.outer_packing import get_sized_plan, solve_spacing
from cmixdsl.pipelines import PIPELINES
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context


def build_outer(
    bits: tuple[int, int, int],
    shape: tuple[int, int, int],
    word: tuple[int, int],
    sizes: tuple[int, int, int],
    *,
    is_vector: bool = False,
) -> LayerCase:
    """Inputs and filters of a word; words of weights and of inputs, unroll."""
    height, width, channels = shape
    filters = 7
    extents = channels, height * width, filters
    problem = OuterProblem(bits[0], bits[2], *extents, bits[1], is_vector)
    plan = solve_spacing(get_sized_plan(problem, (*word, 0), sizes))
    words, input_words, unroll = sizes
    schedule = ScheduleAttr(
        Expansion.OUTER,
        word[1],
        word[0],
        unroll,
        spacing=plan.layout.spacing,
        columns=0 if is_vector else word[0] * input_words,
        words=words,
    )
    kind = "fully_connected" if is_vector else "conv2d"
    elements = (f"u{bits[0]}", f"u{bits[1]}", f"u{bits[2]}")
    return LayerCase(kind, elements, "PC+ICN", shape, filters, Window((1, 1)), 5, schedule)


def build_overlap(bits: tuple[int, int, int], positions: int, spacing: int) -> LayerCase:
    schedule = ScheduleAttr(Expansion.OVERLAP, 1, positions, 2, spacing=spacing)
    elements = (f"u{bits[0]}", f"u{bits[1]}", f"u{bits[2]}")
    window = Window((3, 3), (1, 1), (1, 1, 1, 1))
    return LayerCase("conv2d", elements, "PC+ICN", (4, 9, 5), 3, window, 5, schedule)


CASES = [
    build_outer((2, 2, 2), (2, 5, 150), (3, 2), (2, 2, 8)),
    build_outer((2, 4, 4), (3, 5, 37), (2, 2), (1, 2, 4)),
    build_outer((4, 8, 4), (3, 5, 40), (2, 2), (2, 2, 8)),
    build_outer((8, 8, 2), (1, 5, 21), (2, 1), (2, 1, 4)),
    # Mode dot: several inputs of the only pixel in a word.
    build_outer((2, 8, 2), (1, 1, 96), (4, 1), (3, 1, 8), is_vector=True),
    build_outer((2, 2, 4), (1, 1, 96), (2, 2), (2, 1, 8), is_vector=True),
    build_outer((2, 4, 2), (1, 1, 96), (2, 2), (2, 1, 16), is_vector=True),
    build_overlap((2, 2, 2), 4, 8),
    build_overlap((4, 8, 4), 3, 13),
]


def test_on_host() -> None:
    if "host" not in available_simulators():
        pytest.skip("no C compiler is installed")
    assert find_wrong((expect_reference(str(c), c.build(), c.seed) for c in CASES), "host") == []


@pytest.mark.parametrize(
    "optimization", ["-O0", pytest.param("-O1", marks=pytest.mark.full), "-O3"]
)
def test_on_core(optimization: str) -> None:
    """All levels but -O0 run the listings, which take every register."""
    if "qemu" not in available_simulators():
        pytest.skip("arm-none-eabi-gcc or qemu-system-arm is not installed")
    cases = [expect_reference(str(case), case.build(), case.seed) for case in CASES]
    assert find_wrong(cases, "qemu", optimization=optimization) == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_listings(case: LayerCase) -> None:
    """Registers hold what instructions read."""
    module = case.build()
    for instance in PIPELINES["cortex-m4"]:
        instance.apply(build_context(), module)
    for ops in find_listings(module):
        check_listing(ops)
    listed = sum(op.name.startswith("dsp.umlal") for ops in find_listings(module) for op in ops)
    assert listed > 0
