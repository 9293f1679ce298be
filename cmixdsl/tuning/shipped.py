"""Fills the table of default schedules by measuring the benchmark's layers.

    python -m cmixdsl.tuning.shipped [--weights 8,4,2] [--layers L1,L2] [--limit 14] [--jobs 2]

Only the rows asked for are replaced. Depthwise layers are measured with inputs of each width and
outputs of 2 bits, as channels that share a byte are computed together. Others are measured with
inputs of 8 bits, and their rows hold for narrower ones too: once columns are lanes, the loops are
the same. Their outputs have 8 bits for speed and 2 for size, as the code that merges outputs into
bytes has to fit the limit too.
For speed a row has the fewest modelled cycles at gcc's -O3 among the candidates that fit its limit
of code and need at most 1 % more instructions than the fastest such. For size it has the least code
at -Os among those that fit a smaller limit, divide the layer, so that nothing is duplicated for a
border, and need at most 5 % more instructions than the fastest such. Needs gcc and QEMU.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

from rich.console import Console
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.benchmark.cases import parse_layers
from cmixdsl.benchmark.redraw import Bits, find_layer, redraw_layer
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.layers import DepthwiseConv2dOp
from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.types import ELEMENT_BITS
from cmixdsl.driver import load_module
from cmixdsl.objectives import CODE_LIMIT_BYTES, COMPILER_LEVELS, OBJECTIVES, Objective
from cmixdsl.output import write_text
from cmixdsl.passes.schedules.default_schedules import (
    TABLE_PATH,
    RowKey,
    ScheduleRow,
    get_row_key,
    get_strip_rows,
    load_default_rows,
)
from cmixdsl.passes.schedules.schedule_space import (
    STRIP_SIZES,
    WORD_EXPANSIONS,
    enumerate_schedules,
    get_width,
)
from cmixdsl.tuning.cache import TrialCache, get_default_folder
from cmixdsl.tuning.fingerprint import get_fingerprint
from cmixdsl.tuning.problems import Problem, find_problems
from cmixdsl.tuning.search import Goal, Solution, search
from cmixdsl.tuning.trial import Outcome, Setup, parse_schedule
from cmixdsl.universe import build_context

HEADER = """\
# Schedules of layers that have none: [objective.layer.kernel], rows "input bits,weight bits"; those
# with "joint" where weights of two filters can be multiplied together.
# Written by `python -m cmixdsl.tuning.shipped` from measurements; see docs/tuning.md.
"""

OUTPUT_BITS: Mapping[Objective, int] = MappingProxyType({"speed": 8, "size": 2})
"""Widths of the outputs with which layers are measured that are not depthwise."""

TOLERANCES: Mapping[Objective, float] = MappingProxyType({"speed": 0.01, "size": 0.05})
"""Share of instructions for which fewer cycles, or smaller code, are worth it."""


def format_table(rows: Mapping[RowKey, ScheduleRow]) -> str:
    """The text of the table, the same for equal rows."""
    parts = [HEADER]
    keys = sorted(
        rows, key=lambda key: (OBJECTIVES.index(key[0]), *key[1:3], -key[3], -key[4], not key[5])
    )
    for section, members in groupby(keys, key=lambda key: key[:3]):
        lines = [f'"{_format_bits(key)}" = {_format_row(rows[key])}' for key in members]
        parts.append("\n".join((f"[{'.'.join(section)}]", *lines)) + "\n")
    return "\n".join(parts)


def get_row(op: ContractionOperation, schedule: ScheduleAttr) -> ScheduleRow:
    """The row that gives a layer this schedule."""
    sizes = {"filters": schedule.filters.data, "pixels": schedule.pixels.data}
    if schedule.expansion is not Expansion.ROWS:
        return ScheduleRow(
            schedule.expansion,
            **sizes,
            unroll=schedule.unroll.data,
            weight_bits=schedule.weight_bits.data,
            joint=schedule.joint.data,
        )
    assert isinstance(op, DepthwiseConv2dOp)
    rows = schedule.rows.data
    channels = schedule.channels.data
    strip = next(size for size in STRIP_SIZES if get_strip_rows(op, size, channels) == rows)
    return ScheduleRow(
        schedule.expansion,
        **sizes,
        strip_bytes=strip,
        channels=channels,
        reuse=schedule.reuse.data,
    )


def _format_bits(key: RowKey) -> str:
    return f"{key[3]},{key[4]}{',joint' if key[5] else ''}"


def _format_row(row: ScheduleRow) -> str:
    entries = [f'expand = "{row.expand}"']
    for field in fields(row)[1:]:
        value = getattr(row, field.name)
        if value != field.default:
            entries.append(f"{field.name} = {value}")
    return f"{{ {', '.join(entries)} }}"


def enumerate_rows(op: ContractionOperation) -> Iterator[ScheduleAttr]:
    """Candidates for a row; lanes that share words are solved for each layer and have none."""
    for schedule in enumerate_schedules(op):
        if schedule.expansion not in WORD_EXPANSIONS:
            yield schedule


def enumerate_dividing(op: ContractionOperation) -> Iterator[ScheduleAttr]:
    """Those whose blocks divide the layer."""
    for schedule in enumerate_rows(op):
        if not op.channels % schedule.filters.data and not get_width(op) % schedule.pixels.data:
            yield schedule


def _find_problem(path: Path, bits: Bits, objective: Objective, limit: int | None) -> Problem:
    module = _load_layer(path, bits)
    enumerate_candidates = enumerate_rows if objective == "speed" else enumerate_dividing
    (problem,) = find_problems(module, objective, limit, enumerate_candidates)
    return problem


def _load_layer(path: Path, bits: Bits) -> ModuleOp:
    return redraw_layer(load_module(build_context(), path), bits, "PC+ICN", seed=0)


def _group_bits(
    path: Path, weights: int, objective: Objective
) -> list[tuple[Bits, tuple[int, ...]]]:
    """Bits to measure, each with the widths of inputs that its row is for."""
    layer = find_layer(_load_layer(path, Bits(8, 8, 8)))
    if isinstance(layer, DepthwiseConv2dOp):
        return [(Bits(inputs, 2, weights), (inputs,)) for inputs in ELEMENT_BITS]
    return [(Bits(8, OUTPUT_BITS[objective], weights), ELEMENT_BITS)]


def choose_outcome(
    solution: Solution, goal: Goal, objective: Objective, *, joint: bool
) -> Outcome | None:
    """Of outcomes nearly as fast as the best that with the fewest cycles, for size the smallest.

    Outcomes are those with joint weights, or the others.
    """
    # The default may be of lanes that share words, for which there are no rows.
    candidates = [
        outcome
        for outcome in solution.measured
        if (schedule := parse_schedule(outcome.schedule)).expansion not in WORD_EXPANSIONS
        and bool(schedule.joint.data) == joint
    ]
    best = min(candidates, key=goal.rank, default=None)
    if best is None:
        return None
    excess, instructions, _ = goal.rank(best)
    near = [
        outcome
        for outcome in candidates
        if goal.rank(outcome) <= (excess, instructions * (1 + TOLERANCES[objective]), 0)
    ]
    if objective == "size":
        return min((best, *near), key=lambda outcome: outcome.code_bytes or 0)
    return min((best, *near), key=lambda outcome: outcome.modelled_cycles or 0)


def _print_solution(
    console: Console, name: str, objective: Objective, solution: Solution, best: Outcome | None
) -> None:
    default = solution.default
    figures = [
        "-" if outcome is None else f"{outcome.instructions} instructions, {outcome.code_bytes} B"
        for outcome in (default, best)
    ]
    schedule = "none" if best is None else best.schedule
    bits = solution.problem.bits
    console.print(f"{objective} {name} {bits}: {figures[0]} -> {figures[1]}: {schedule}")


def main() -> None:
    """Measures and rewrites the table."""
    parser = ArgumentParser(description="Fill the table of default schedules.")
    parser.add_argument("--weights", default="8,4,2", help="bits, separated by commas")
    parser.add_argument("--layers", default="all", help="L1 to L6, separated by commas")
    parser.add_argument("--code-limit", type=int, help="bytes, instead of the objective's")
    parser.add_argument("--limit", type=int, help="candidates for each layer")
    parser.add_argument("--objective", choices=OBJECTIVES, help="default both")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    console = Console(soft_wrap=True, highlight=False, markup=False)
    layers = parse_layers(arguments.layers)
    rows = dict(load_default_rows())
    fingerprint = get_fingerprint("qemu")
    for objective in (arguments.objective,) if arguments.objective else OBJECTIVES:
        setup = Setup("cortex-m4", "qemu", COMPILER_LEVELS[objective], fingerprint)
        cache = TrialCache(get_default_folder(), setup)
        goal = Goal("speed", arguments.code_limit or CODE_LIMIT_BYTES[objective])
        for weights in map(int, arguments.weights.split(",")):
            cases = [
                (name, path, bits, inputs)
                for name, path in layers
                for bits, inputs in _group_bits(path, weights, objective)
            ]
            problems = [
                _find_problem(path, bits, objective, arguments.limit) for _, path, bits, _ in cases
            ]
            solutions = search(problems, setup, goal, cache, jobs=arguments.jobs)
            found = [
                (name, inputs, solution, joint)
                for (name, _, _, inputs), solution in zip(cases, solutions, strict=True)
                for joint in (False, True)
            ]
            for name, inputs, solution, joint in found:
                best = choose_outcome(solution, goal, objective, joint=joint)
                _print_solution(console, name, objective, solution, best)
                if best is not None:
                    (layer,) = solution.problem.layers
                    row = get_row(layer, parse_schedule(best.schedule))
                    _, kind, kernel, *_ = get_row_key(layer, objective, joint=joint)
                    for width in inputs:
                        rows[objective, kind, kernel, width, weights, joint] = row
            write_text(TABLE_PATH, format_table(rows))


if __name__ == "__main__":
    sys.exit(main())
