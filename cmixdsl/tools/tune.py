"""`cmixc tune`: finds the best schedule of each layer by measuring."""

import json
from argparse import Namespace
from collections.abc import Sequence

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from cmixdsl.benchmark.runner import choose_simulator
from cmixdsl.devices import get_device
from cmixdsl.driver import legalize
from cmixdsl.errors import CmixError, UsageError
from cmixdsl.objectives import CODE_LIMIT_BYTES, COMPILER_LEVELS
from cmixdsl.output import write_text
from cmixdsl.tools.console import build_console
from cmixdsl.tools.loading import load_model
from cmixdsl.tuning.cache import TrialCache, get_default_folder
from cmixdsl.tuning.execution import check_scheduler
from cmixdsl.tuning.fingerprint import get_fingerprint
from cmixdsl.tuning.problems import Problem, find_problems
from cmixdsl.tuning.report import build_report, build_table, describe_discarded, describe_larger
from cmixdsl.tuning.search import Goal, Solution, search, set_schedules
from cmixdsl.tuning.trial import Outcome, Setup
from cmixdsl.universe import build_context


def run_tune(arguments: Namespace) -> None:
    """`cmixc tune`; raises CmixError when no schedule of some layer works."""
    setup, goal = _check_arguments(arguments)
    context = build_context()
    module = load_model(context, arguments)
    legalize(context, module, ())
    problems = find_problems(module, goal.objective, arguments.limit)
    cache = TrialCache(arguments.cache or get_default_folder(), setup)
    try:
        solutions = _search(problems, setup, goal, cache, arguments)
    except KeyboardInterrupt:
        raise CmixError(
            f"interrupted; nothing is written, what was measured is kept in {cache.path}"
        ) from None
    _print_solutions(solutions, setup, goal)
    if arguments.json is not None:
        report = build_report(solutions, setup, goal)
        write_text(arguments.json, json.dumps(report, indent=2) + "\n")
    failed = [solution.problem.name for solution in solutions if solution.best is None]
    if failed:
        raise CmixError(f"no schedule works for {', '.join(failed)}; nothing is written")
    if arguments.output is not None:
        set_schedules(solutions)
        module.verify()
        write_text(arguments.output, str(module) + "\n")


def _check_arguments(arguments: Namespace) -> tuple[Setup, Goal]:
    """What is asked for; raises UsageError for what makes no sense before anything is begun."""
    for option in ("jobs", "limit", "code_limit", "timeout"):
        value = getattr(arguments, option)
        if value is not None and value <= 0:
            name = option.replace("_", "-")
            raise UsageError(f"expected --{name} to be positive, found {value}")
    device = get_device(arguments.target)
    check_scheduler(arguments.scheduler)
    simulator = choose_simulator(arguments.simulator)
    level = f"-O{arguments.level}" if arguments.level else COMPILER_LEVELS[arguments.optimize]
    limit = arguments.code_limit
    if limit is None and arguments.optimize == "speed":
        limit = CODE_LIMIT_BYTES["speed"]
    setup = Setup(
        target=device.name,
        simulator=simulator,
        compiler_level=level,
        fingerprint=get_fingerprint(simulator),
        seed=arguments.seed,
        timeout_seconds=arguments.timeout,
    )
    return setup, Goal(arguments.optimize, limit)


def _search(
    problems: Sequence[Problem],
    setup: Setup,
    goal: Goal,
    cache: TrialCache,
    arguments: Namespace,
) -> list[Solution]:
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        total = sum(len(problem.candidates) for problem in problems)
        task = progress.add_task("tuning", total=total)

        def show(problem: Problem, outcome: Outcome) -> None:
            progress.update(task, advance=1, description=f"{problem.name} {problem.bits}")

        return search(
            problems,
            setup,
            goal,
            cache,
            jobs=arguments.jobs,
            scheduler=arguments.scheduler,
            on_outcome=show,
        )


def _print_solutions(solutions: Sequence[Solution], setup: Setup, goal: Goal) -> None:
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    for solution in solutions:
        for line in (*describe_discarded(solution), *describe_larger(solution, goal)):
            errors.print(line)
    console = build_console()
    console.print(build_table(solutions, setup, goal))
