"""The figures of other libraries, and which of them a layer is compared with."""

from pathlib import Path

import pytest

from cmixdsl.benchmark.cases import Case, list_layers
from cmixdsl.benchmark.comparison import find_goal, find_peers, load_peers
from cmixdsl.benchmark.flavours import Flavour
from cmixdsl.benchmark.redraw import Bits

MACS = {"L1": 4718592, "L2": 3211264, "L3": 451584, "L4": 112896, "L5": 497664, "L6": 1024000}


def build_case(
    layer: str, bits: tuple[int, int, int], flavour: Flavour = "PC+ICN", target: str = "cortex-m4"
) -> Case:
    return Case(layer, list_layers()[layer], Bits(*bits), flavour, target)


def get_millions(case: Case) -> dict[str, float]:
    return {peer.library: round(peer.instructions / 1e6, 2) for peer in find_peers(case)}


def test_figures_are_plausible() -> None:
    """No function of these libraries is above one product or below one in 20 an instruction."""
    for peer in load_peers():
        assert 0.05 < MACS[peer.layer] / peer.instructions < 1, peer
        assert peer.modelled_cycles is None or peer.modelled_cycles > peer.instructions
        assert peer.core in ("cortex-m4", "cortex-m7")
        assert {peer.input_bits, peer.output_bits, peer.weight_bits} <= {2, 4, 8}
        assert peer.wrong_results == (
            peer.library == "CMix-NN" and peer.layer in ("L3", "L4") and peer.weight_bits < 8
        )


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (build_case("L1", (8, 8, 8), "PL"), {"CMix-NN": 7.17, "CMSIS-NN": 8.63}),
        (build_case("L1", (8, 8, 8)), {"CMix-NN": 9.21, "CMSIS-NN": 8.63}),
        (build_case("L1", (2, 8, 4)), {"CMix-NN": 10.84, "CMSIS-NN": 8.63}),
        (build_case("L2", (4, 2, 2), "PL"), {"CMix-NN": 7.67, "CMSIS-NN": 5.37}),
        (build_case("L3", (4, 4, 4)), {"CMix-NN": 6.82, "CMSIS-NN": 3.22}),
        (build_case("L5", (8, 8, 8), "fixed"), {"CMSIS-NN": 2.9}),
        (build_case("L6", (8, 8, 4), "fixed"), {"CMSIS-NN": 1.96}),
    ],
    ids=lambda value: value.get_name() if isinstance(value, Case) else "",
)
def test_peers(case: Case, expected: dict[str, float]) -> None:
    assert get_millions(case) == expected


def test_goals() -> None:
    goal = find_goal(build_case("L1", (8, 2, 2)))
    assert goal is not None
    assert (goal.instructions, goal.code_bytes, goal.scratch_bytes) == (3_600_000, 4096, 2304)
    fixed = find_goal(build_case("L2", (8, 8, 4), "fixed"))
    assert fixed is not None
    assert fixed.instructions == 4_200_000
    first = find_goal(build_case("L5", (2, 8, 8)))
    assert first is not None
    assert (first.instructions, first.modelled_cycles, first.scratch_bytes) == (None, None, None)
    assert find_goal(build_case("L1", (8, 8, 8), target="cortex-m7")) is None


def test_cycles_improve_as_instructions_do() -> None:
    """CMSIS-NN's L5 has 2,895,185 instructions and 3,909,325 cycles: 1.350 for each."""
    goal = find_goal(build_case("L5", (8, 8, 8)))
    assert goal is not None
    assert (goal.instructions, goal.modelled_cycles) == (900_000, 1_215_256)


def test_files_of_the_same_name_are_not_compared() -> None:
    case = Case("L1", Path("L1.mlir"), Bits(8, 8, 8), "PL", "cortex-m4")
    assert find_peers(case) == []
    assert find_goal(case) is None
