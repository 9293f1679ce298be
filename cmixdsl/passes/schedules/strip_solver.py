"""Cuts the rows of a convolution into strips, so that a strip's words of lanes fit some memory."""

from dataclasses import dataclass, replace
from functools import lru_cache

from cmixdsl.passes.schedules.lane_packing import OverlapPlan, OverlapProblem, find_plans

NEARLY = 1.005
"""How much more than another a plan may cost that is preferred for other reasons."""


@dataclass(frozen=True)
class StripPlan:
    """A plan for rows that are cut into strips, so that a strip's words fit some memory."""

    plan: OverlapPlan
    """For a whole strip."""
    cost: int
    """Instructions of one filter for all strips of a row."""

    @property
    def columns(self) -> int:
        """Outputs of a strip."""
        return self.plan.problem.columns


def _get_cost(plan: OverlapPlan, columns: int) -> int:
    """The cost of a row that is cut into strips of so many columns."""
    strips, rest = divmod(plan.problem.columns, columns)
    cost = strips * plan.get_cost(columns)
    if rest:
        # What is left is code of its own: only a gain of several instructions in 100 is worth it.
        cost = (cost + plan.get_cost(rest)) * 21 // 20
    return cost


def _count_columns(plan: OverlapPlan, scratch_bytes: int) -> int:
    """The most outputs of a strip whose words take so many bytes."""
    words = scratch_bytes // (4 * plan.padded_length)
    return words * plan.layout.positions - plan.problem.taps + 1


@lru_cache(maxsize=256)
def solve_strips(problem: OverlapProblem, scratch_bytes: int) -> StripPlan | None:
    """The cheapest proven plan whose words take at most so many bytes; None when there is none.

    Among plans that cost nearly the same it is the one with the fewest products: less code, fewer
    weights that wait for a register.
    """
    strips = [
        (_get_cost(plan, columns), columns, plan)
        for plan in find_plans(problem)
        for columns in range(1, min(_count_columns(plan, scratch_bytes), problem.columns) + 1)
    ]
    if not strips:
        return None
    limit = NEARLY * min(cost for cost, _, _ in strips)
    near = [strip for strip in strips if strip[0] <= limit]
    cost, columns, plan = min(near, key=lambda strip: (strip[2].products, strip[0]))
    return StripPlan(replace(plan, problem=replace(problem, columns=columns)), cost)
