"""The search: all candidates of all layers, and which of them is the best."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cmixdsl.objectives import Objective
from cmixdsl.tuning.cache import TrialCache
from cmixdsl.tuning.execution import run_trials
from cmixdsl.tuning.problems import Problem
from cmixdsl.tuning.trial import Outcome, Setup, Trial, parse_schedule


@dataclass(frozen=True)
class Goal:
    """What the best schedule is."""

    objective: Objective
    code_limit_bytes: int | None = None
    """More machine code is taken only when nothing else works."""

    def rank(self, outcome: Outcome) -> tuple[int, int, int]:
        """The lower the better, of measured outcomes."""
        code, instructions = outcome.code_bytes or 0, outcome.instructions or 0
        excess = max(0, code - self.code_limit_bytes) if self.code_limit_bytes is not None else 0
        figures = (instructions, code) if self.objective == "speed" else (code, instructions)
        return excess, *figures


@dataclass(frozen=True)
class Solution:
    """What was found for one distinct layer."""

    problem: Problem
    outcomes: tuple[Outcome, ...]
    """In the order of the candidates, the default first."""
    best: Outcome | None
    """None when no candidate works."""

    @property
    def default(self) -> Outcome | None:
        """The outcome of the default schedule, None when it does not work."""
        first = self.outcomes[0]
        return first if first.is_measured else None

    def find_larger(self, goal: Goal) -> Outcome | None:
        """The fastest outcome, if only its bytes of code kept it from being the best."""
        if self.best is None or goal.objective != "speed":
            return None
        unlimited = Goal(goal.objective)
        fastest = min(self.measured, key=unlimited.rank)
        return fastest if unlimited.rank(fastest) < unlimited.rank(self.best) else None

    @property
    def measured(self) -> tuple[Outcome, ...]:
        """Candidates with figures."""
        return tuple(outcome for outcome in self.outcomes if outcome.is_measured)

    @property
    def discarded(self) -> tuple[Outcome, ...]:
        """Candidates without figures."""
        return tuple(outcome for outcome in self.outcomes if not outcome.is_measured)


def search(
    problems: Sequence[Problem],
    setup: Setup,
    goal: Goal,
    cache: TrialCache,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    on_outcome: Callable[[Problem, Outcome], None] = lambda _problem, _outcome: None,
) -> list[Solution]:
    """Measures what the cache does not know yet; one solution for each problem, in order.

    `on_outcome` is called for each candidate, in any order. Outcomes are cached as they come, so
    that an interrupted search goes on where it was. Raises ToolchainError when a tool is missing.
    """
    tasks = [
        (problem, Trial(problem.text, schedule, setup))
        for problem in problems
        for schedule in problem.candidates
    ]
    found: dict[int, Outcome] = {}
    for index, (problem, trial) in enumerate(tasks):
        if (outcome := cache.get(problem.digest, trial)) is not None:
            found[index] = outcome
            on_outcome(problem, outcome)
    missing = [index for index in range(len(tasks)) if index not in found]
    trials = [tasks[index][1] for index in missing]
    for position, outcome in run_trials(trials, jobs, scheduler):
        problem, trial = tasks[missing[position]]
        cache.add(problem.digest, trial, outcome)
        found[missing[position]] = outcome
        on_outcome(problem, outcome)
    ordered = iter(found[index] for index in range(len(tasks)))
    return [
        _solve(problem, [next(ordered) for _ in problem.candidates], goal) for problem in problems
    ]


def set_schedules(solutions: Sequence[Solution]) -> None:
    """Writes the best schedules onto the layers; where nothing works a layer stays as it is."""
    for solution in solutions:
        if solution.best is not None:
            for layer in solution.problem.layers:
                layer.schedule = parse_schedule(solution.best.schedule)


def _solve(problem: Problem, outcomes: Sequence[Outcome], goal: Goal) -> Solution:
    measured = [outcome for outcome in outcomes if outcome.is_measured]
    return Solution(problem, tuple(outcomes), min(measured, key=goal.rank, default=None))
