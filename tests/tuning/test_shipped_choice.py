"""Which of the schedules that were measured becomes a row of the table."""

import pytest

from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.objectives import Objective
from cmixdsl.tuning.problems import Problem
from cmixdsl.tuning.search import Goal, Solution
from cmixdsl.tuning.shipped import choose_outcome
from cmixdsl.tuning.trial import Outcome

PROBLEM = Problem("y", "cmix.conv2d", "u8_u8_u8", "", "", (), ())


def build_outcome(
    filters: int, instructions: int, cycles: int, code: int, expand: Expansion, joint: int = 0
) -> Outcome:
    schedule = str(ScheduleAttr(expand, filters, 1, joint=joint))
    return Outcome(schedule, "measured", None, instructions, cycles, code, 0)


FEWEST = build_outcome(2, 1000, 1500, 900, Expansion.COLUMNS)
FEWER_CYCLES = build_outcome(3, 1009, 1400, 950, Expansion.COLUMNS)
FEWEST_CYCLES = build_outcome(4, 1011, 1300, 960, Expansion.COLUMNS)
SMALL = build_outcome(5, 1049, 1600, 300, Expansion.COLUMNS)
SMALLEST = build_outcome(6, 1051, 1600, 200, Expansion.COLUMNS)
LARGE = build_outcome(7, 500, 600, 5000, Expansion.COLUMNS)
LANES = build_outcome(1, 100, 150, 100, Expansion.OUTER)
JOINT = build_outcome(2, 800, 900, 100, Expansion.COLUMNS, joint=1)
MEASURED = (LANES, JOINT, LARGE, SMALLEST, SMALL, FEWEST_CYCLES, FEWER_CYCLES, FEWEST)


@pytest.mark.parametrize(
    ("objective", "joint", "expected"),
    [("speed", False, FEWER_CYCLES), ("speed", True, JOINT), ("size", False, SMALL)],
)
def test_fewest_cycles_or_bytes_nearly_as_fast(
    objective: Objective, joint: bool, expected: Outcome
) -> None:
    solution = Solution(PROBLEM, MEASURED, None)
    assert choose_outcome(solution, Goal("speed", 4096), objective, joint=joint) == expected


def test_nothing_was_measured() -> None:
    refused = Outcome(LANES.schedule, "refused", "no")
    solution = Solution(PROBLEM, (refused,), None)
    assert choose_outcome(solution, Goal("speed"), "speed", joint=False) is None
