"""Compiled C against CMix-NN's vectors, byte for byte, on the host and on the emulated core."""

from itertools import islice
from pathlib import Path

import pytest
from c_batch import Expectation, find_wrong
from golden.cases import GoldenCase, load_cases

from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.simulate import available_simulators

PARTS = 5
"""Into so many programs the cases are divided."""
EVERY_FOR_HOST, EVERY_FOR_CORE = 12, 50
"""Which of the cases are run unless all shall be."""


@pytest.fixture(scope="module")
def cases(shared_folder: Path) -> list[GoldenCase]:
    """The cases of which the library's own output is right."""
    if not (shared_folder / "golden").is_dir():
        pytest.skip("there are no vectors in the folder `shared`")
    return [case for case in load_cases(shared_folder) if case.library_correct]


def check(cases: list[GoldenCase], simulator: Simulator, part: int, every: int) -> None:
    """Runs one part of every so many cases."""
    if simulator not in available_simulators():
        pytest.skip(f"the tools of the simulator `{simulator}` are not installed")
    chosen = [
        Expectation(case.name, case.build_module(), case.inputs, case.library_bytes)
        for case in islice(cases, part * every, None, every * PARTS)
    ]
    optimization = "-O0" if simulator == "host" else "-O3"
    assert chosen
    assert find_wrong(chosen, simulator, optimization=optimization) == []


@pytest.mark.parametrize("part", range(PARTS))
def test_host(cases: list[GoldenCase], part: int, full: bool) -> None:
    check(cases, "host", part, 1 if full else EVERY_FOR_HOST)


@pytest.mark.parametrize("part", range(PARTS))
def test_core(cases: list[GoldenCase], part: int, full: bool) -> None:
    if part and not full:
        pytest.skip("part of the complete sweep: pytest --full")
    check(cases, "embedded", part, 1 if full else EVERY_FOR_CORE)
