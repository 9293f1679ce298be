"""Compiled C writes the bytes that the interpreter of level 2 computes.

On the host it runs under sanitizers, on the emulated core as it would on the device.
"""

from collections.abc import Iterator
from itertools import islice

import pytest
from c_batch import Expectation, expect_reference, find_wrong
from layer_cases import build_network, build_simple_network, draw_sweep

from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.simulate import available_simulators

EACH_COMBINATION, COMPLETE = 81, 405
"""Cases of a sweep: every kind with every combination of bits, then with every flavour too."""
PARTS = 6
"""Into so many programs the cases of a test are divided."""


def draw(seed: int, part: int, count: int) -> Iterator[Expectation]:
    """Every sixth of the first `count` cases of a sweep."""
    for case in islice(draw_sweep(seed), part, count, PARTS):
        yield expect_reference(str(case), case.build(), case.seed)


def require(simulator: Simulator) -> None:
    if simulator not in available_simulators():
        pytest.skip(f"the tools of the simulator `{simulator}` are not installed")


@pytest.mark.parametrize("part", range(PARTS))
def test_host(part: int, full: bool) -> None:
    require("host")
    cases = draw(3, part, COMPLETE if full else EACH_COMBINATION)
    assert find_wrong(cases, "host") == []


@pytest.mark.parametrize("simulator", ["host", "embedded"])
def test_networks(simulator: Simulator, full: bool) -> None:
    require(simulator)
    cases = (
        expect_reference(f"{build.__name__}({seed})", build(seed), seed)
        for build in (build_network, build_simple_network)
        for seed in range(100, 106 if full else 102)
    )
    assert find_wrong(cases, simulator) == []


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("pipeline", ["portable", "cortex-m7"])
def test_host_with_other_pipelines(part: int, pipeline: str) -> None:
    require("host")
    assert find_wrong(draw(4, part, COMPLETE), "host", pipeline) == []


def test_core() -> None:
    require("embedded")
    assert find_wrong(draw(5, 0, 50), "embedded", optimization="-O2") == []


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("simulator", ["embedded", "qemu"])
def test_core_completely(part: int, simulator: Simulator) -> None:
    require(simulator)
    assert find_wrong(draw(6, part, COMPLETE), simulator, optimization="-O3") == []


def test_wrong_output_shows() -> None:
    require("host")
    (case, *_) = draw(3, 0, 1)
    other = Expectation(case.name, case.module, case.inputs, bytes(len(case.output)))
    assert any(case.output)
    assert find_wrong([case, other], "host") == [case.name]
