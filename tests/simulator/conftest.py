"""Skips what needs a tool that is not installed."""

import pytest

from cmixdsl.simulator.kinds import SIMULATORS, Simulator
from cmixdsl.simulator.simulate import available_simulators

EMULATORS: tuple[Simulator, ...] = ("embedded", "qemu")


def _require(simulator: Simulator) -> Simulator:
    if simulator not in available_simulators():
        pytest.skip(f"the tools of the simulator `{simulator}` are not installed")
    return simulator


@pytest.fixture(params=SIMULATORS)
def simulator(request: pytest.FixtureRequest) -> Simulator:
    """Every simulator that is installed."""
    return _require(request.param)


@pytest.fixture(params=EMULATORS)
def emulator(request: pytest.FixtureRequest) -> Simulator:
    """Every simulator that emulates a core."""
    return _require(request.param)


@pytest.fixture
def both_emulators() -> tuple[Simulator, ...]:
    """All simulators that emulate a core, together."""
    return tuple(_require(simulator) for simulator in EMULATORS)
