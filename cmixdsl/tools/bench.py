"""`cmixc bench`: measures layers and compares them with other libraries."""

import json
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from cmixdsl.benchmark.cases import (
    Case,
    Settings,
    build_cases,
    parse_bits,
    parse_flavours,
    parse_layers,
    parse_targets,
)
from cmixdsl.benchmark.flavours import UNSIGNED_FLAVOURS
from cmixdsl.benchmark.measurement import Measurement
from cmixdsl.benchmark.report import build_goal_tables, build_record, build_table
from cmixdsl.benchmark.runner import choose_simulator, measure_all
from cmixdsl.errors import CmixError, UsageError
from cmixdsl.objectives import COMPILER_LEVELS, Objective
from cmixdsl.output import write_text
from cmixdsl.pipelines import choose_pipeline
from cmixdsl.simulator.kinds import COUNTING
from cmixdsl.tools.console import build_console


class _RecordFile:
    """Records of measurements, which are in a file as soon as they are known."""

    def __init__(self, path: Path | None, cases: Sequence[Case], settings: Settings):
        """Raises CmixError where the file cannot be written: better now than after hours."""
        self.path = path
        self.cases = cases
        self.settings = settings
        self._found: dict[Case, dict[str, Any]] = {}
        self._is_stream = (
            path is not None and path.exists() and not (path.is_file() or path.is_dir())
        )
        if not self._is_stream:
            self.write()

    def add(self, measurement: Measurement) -> None:
        """Keeps a measurement; pipes and devices take one text, at the end."""
        self._found[measurement.case] = build_record(measurement, self.settings)
        if not self._is_stream:
            self.write()

    def get_records(self) -> list[dict[str, Any]]:
        """What there is until now, in the order of the cases."""
        return [self._found[case] for case in self.cases if case in self._found]

    def write(self) -> None:
        """Replaces the file by one with all records; it is complete whenever one looks."""
        if self.path is not None:
            write_text(self.path, json.dumps(self.get_records(), indent=2) + "\n")


def run_bench(arguments: Namespace) -> None:
    """`cmixc bench`; raises CmixError when a measurement failed."""
    cases = _build_cases(arguments)
    settings = _build_settings(arguments)
    file = _RecordFile(arguments.json, cases, settings)
    measurements = _measure(cases, settings, arguments.jobs, file.add)
    file.write()
    records = file.get_records()
    console = build_console()
    console.print(build_table(records, f"{settings.simulator} {settings.optimization}"))
    for goals in build_goal_tables(records):
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


def _measure(
    cases: Sequence[Case], settings: Settings, jobs: int, keep: Callable[[Measurement], None]
) -> list[Measurement]:
    """Calls `keep` as soon as a case is done; a log instead of a bar where nobody looks on."""
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("measuring", total=len(cases))
        console = progress.console

        def show(measurement: Measurement) -> None:
            keep(measurement)
            name = measurement.case.get_name()
            progress.update(task, advance=1, description=name)
            if measurement.error is not None:
                console.print(f"{name}: {measurement.error}", markup=False, soft_wrap=True)
            if not console.is_terminal:
                done = int(progress.tasks[task].completed)
                console.print(f"{done} of {len(cases)}: {name}", markup=False, soft_wrap=True)

        return measure_all(cases, settings, jobs, show)
