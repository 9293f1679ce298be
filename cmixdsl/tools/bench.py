"""`cmixc bench`: measures layers and compares them with other libraries."""

import json
from argparse import Namespace

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from cmixdsl.benchmark.cases import (
    UNSIGNED_FLAVOURS,
    Case,
    Settings,
    build_cases,
    parse_bits,
    parse_flavours,
    parse_layers,
    parse_targets,
)
from cmixdsl.benchmark.measurement import Measurement
from cmixdsl.benchmark.report import build_goal_table, build_record, build_table
from cmixdsl.benchmark.runner import choose_simulator, measure_all
from cmixdsl.errors import CmixError, UsageError
from cmixdsl.objectives import COMPILER_LEVELS, Objective
from cmixdsl.output import write_text
from cmixdsl.pipelines import choose_pipeline
from cmixdsl.simulator.simulate import COUNTING
from cmixdsl.tools.console import build_console


def run_bench(arguments: Namespace) -> None:
    """`cmixc bench`; raises CmixError when a measurement failed."""
    cases = _build_cases(arguments)
    settings = _build_settings(arguments)
    measurements = _measure(cases, settings, arguments.jobs)
    records = [build_record(measurement, settings) for measurement in measurements]
    if arguments.json is not None:
        write_text(arguments.json, json.dumps(records, indent=2) + "\n")
    console = build_console()
    console.print(build_table(records, f"{settings.simulator} {settings.optimization}"))
    if (goals := build_goal_table(records)) is not None:
        console.print(goals)
    failed = sum(measurement.error is not None for measurement in measurements)
    if failed:
        raise CmixError(f"{failed} of {len(measurements)} measurements failed")


def _build_cases(arguments: Namespace) -> list[Case]:
    targets = parse_targets(arguments.target)
    files = [(path.stem, path) for path in arguments.files]
    if files and arguments.bits is None and arguments.flavours is None:
        if arguments.layers is not None:
            raise UsageError("expected files or --layers; with --bits or --flavours both may stand")
        return [Case(name, path, None, None, target) for target in targets for name, path in files]
    if arguments.layers is not None or not files:
        files += parse_layers(arguments.layers or "all")
    bits = parse_bits(arguments.bits or "all")
    flavours = parse_flavours(arguments.flavours or ",".join(UNSIGNED_FLAVOURS))
    return build_cases(files, bits, flavours, targets)


def _build_settings(arguments: Namespace) -> Settings:
    if arguments.jobs < 1:
        raise UsageError(f"expected --jobs of at least 1, found {arguments.jobs}")
    choose_pipeline("portable", arguments.pipeline, arguments.optimize)
    simulator = choose_simulator(arguments.simulator)
    if arguments.simulator is None and simulator != COUNTING[0]:
        Console(stderr=True).print(
            "note: arm-none-eabi-gcc or qemu-system-arm is missing: using clang and the embedded "
            "simulator; goals and peers' figures are for gcc",
            highlight=False,
        )
    objective: Objective = arguments.optimize or "speed"
    optimization = f"-O{arguments.level}" if arguments.level else COMPILER_LEVELS[objective]
    return Settings(simulator, optimization, arguments.pipeline, arguments.seed, arguments.optimize)


def _measure(cases: list[Case], settings: Settings, jobs: int) -> list[Measurement]:
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("measuring", total=len(cases))

        def show(measurement: Measurement) -> None:
            name = measurement.case.get_name()
            progress.update(task, advance=1, description=name)
            if measurement.error is not None:
                progress.console.print(f"{name}: {measurement.error}", markup=False, soft_wrap=True)

        return measure_all(cases, settings, jobs, show)
