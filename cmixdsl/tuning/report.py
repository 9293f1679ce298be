"""What a search found, as records for machines and as a table for people."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from cmixdsl.tuning.search import Goal, Solution
from cmixdsl.tuning.trial import Outcome, Setup


def build_report(solutions: Sequence[Solution], setup: Setup, goal: Goal) -> dict[str, Any]:
    """Everything that is known; null for what is not."""
    return {
        "target": setup.target,
        "simulator": setup.simulator,
        "compiler_level": setup.compiler_level,
        "seed": setup.seed,
        "optimize": goal.objective,
        "code_limit_bytes": goal.code_limit_bytes,
        "layers": [_build_record(solution) for solution in solutions],
    }


def build_table(solutions: Sequence[Solution], setup: Setup, goal: Goal) -> Table:
    """A row for each distinct layer."""
    table = Table(title=f"{setup.target}, {setup.simulator} {setup.compiler_level}")
    for heading in ("layer", "bits"):
        table.add_column(heading, overflow="fold")
    unit = "instructions" if goal.objective == "speed" else "code bytes"
    for heading in (f"{unit},\ndefault", f"{unit},\nbest", "best /\ndefault", "tried"):
        table.add_column(heading, justify="right")
    table.add_column("schedule", overflow="fold")
    for solution in solutions:
        table.add_row(*_build_row(solution, goal))
    return table


def describe_discarded(solution: Solution) -> list[str]:
    """A line for each candidate without figures: its verdict and the first line of the reason."""
    lines: list[str] = []
    for outcome in solution.discarded:
        reason = (outcome.reason or "").splitlines() or [""]
        text = f"{solution.problem.name}: discarded {shorten(outcome.schedule)}: {outcome.verdict}"
        # The check of results says itself what is wrong.
        lines.append(f"{text}: {reason[0].removeprefix('wrong result: ')}")
    return lines


def describe_larger(solution: Solution, goal: Goal) -> list[str]:
    """A line for the fastest candidate whose code exceeds the limit, if it beats the best."""
    larger, best, limit = solution.find_larger(goal), solution.best, goal.code_limit_bytes
    if larger is None or best is None or limit is None:
        return []
    what = "the default" if larger is solution.default else shorten(larger.schedule)
    return [
        f"{solution.problem.name}: {what} needs {larger.instructions:,} instructions, the best "
        f"{best.instructions:,}, but has {larger.code_bytes:,} bytes of code, more than "
        f"{limit:,}; --code-limit {larger.code_bytes} allows it"
    ]


def shorten(schedule: str) -> str:
    """A schedule without what all have in common."""
    return schedule.removeprefix("#cmix.schedule<").removesuffix(">")


def _build_row(solution: Solution, goal: Goal) -> tuple[str, ...]:
    problem, best, default = solution.problem, solution.best, solution.default
    count = len(problem.layers)
    name = problem.name if count == 1 else f"{problem.name} and {count - 1} equal"
    old, new = (_get_figure(outcome, goal) for outcome in (default, best))
    ratio = f"{new / old:.3f}" if old and new else "-"
    tried = f"{len(solution.outcomes) - len(solution.discarded)}/{len(solution.outcomes)}"
    text = "[red]none works[/red]" if best is None else shorten(best.schedule)
    return name, problem.bits, _format(old), _format(new), ratio, tried, text


def _get_figure(outcome: Outcome | None, goal: Goal) -> int | None:
    if outcome is None:
        return None
    return outcome.instructions if goal.objective == "speed" else outcome.code_bytes


def _format(figure: int | None) -> str:
    return "-" if figure is None else f"{figure:,}"


def _build_record(solution: Solution) -> dict[str, Any]:
    problem = solution.problem
    return {
        "name": problem.name,
        "layers": len(problem.layers),
        "kind": problem.kind,
        "bits": problem.bits,
        "digest": problem.digest,
        "default": asdict(solution.outcomes[0]),
        "best": None if solution.best is None else asdict(solution.best),
        "candidates": [asdict(outcome) for outcome in solution.outcomes],
    }
