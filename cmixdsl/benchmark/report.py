"""Measurements as records for machines and as a table for people."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from cmixdsl.benchmark.cases import Settings
from cmixdsl.benchmark.comparison import LIBRARIES, Peer, find_goal, find_peers
from cmixdsl.benchmark.flavours import UNSIGNED_FLAVOURS
from cmixdsl.benchmark.measurement import Figures, Measurement

NOTE = (
    "CMix-NN, CMSIS-NN: how many times more instructions they need; ! where they compute a wrong "
    "result.\nM instr, M cycles: millions. Cycles are modelled; they and bytes are red where they "
    "exceed their limit."
)


def build_record(measurement: Measurement, settings: Settings) -> dict[str, Any]:
    """What is known of one case; null for what is not."""
    case, figures = measurement.case, measurement.figures
    goal = find_goal(case, settings.objective or "speed")
    record: dict[str, Any] = {
        "layer": case.layer,
        "bits": _get_bits_name(measurement),
        "input_bits": case.bits and case.bits.input,
        "output_bits": case.bits and case.bits.output,
        "weight_bits": case.bits and case.bits.weight,
        "flavour": case.flavour,
        "target": case.target,
        "simulator": settings.simulator,
        "optimization": settings.optimization,
        "pipeline": settings.pipeline or case.target,
        "optimize": settings.objective or "speed",
        "seed": settings.seed,
        "error": measurement.error,
    }
    for name in Figures.__dataclass_fields__:
        record[name] = None if figures is None else getattr(figures, name)
    record |= {
        "macs_per_instruction": figures and round(figures.macs / figures.instructions, 4),
        "macs_per_cycle": figures and round(figures.macs / figures.modelled_cycles, 4),
        "peers": [_build_peer_record(peer, figures) for peer in find_peers(case)],
        "goal_instructions": goal and goal.instructions,
        "goal_modelled_cycles": goal and goal.modelled_cycles,
        "goal_code_bytes": goal and goal.code_bytes,
        "goal_scratch_bytes": goal and goal.scratch_bytes,
        "goal_met": None,
        "cycles_goal_met": None,
    }
    if goal is not None and figures is not None:
        if goal.instructions is not None:
            record["goal_met"] = figures.instructions <= goal.instructions
        if goal.modelled_cycles is not None:
            record["cycles_goal_met"] = figures.modelled_cycles <= goal.modelled_cycles
    return record


def build_table(records: Sequence[dict[str, Any]], title: str) -> Table:
    """One row for each record of `build_record`."""
    table = Table(title=title, caption=NOTE, caption_justify="left")
    for heading in ("layer", "bits", "flavour", "target"):
        table.add_column(heading, no_wrap=True)
    numbers = ("M instr", "M cycles", "MAC/instr", "MAC/cycle", "code", "scratch", "stack")
    for heading in (*numbers, *LIBRARIES, "goal"):
        table.add_column(heading, justify="right", no_wrap=True)
    for record in records:
        table.add_row(*_build_row(record))
    return table


def build_goal_tables(records: Sequence[dict[str, Any]]) -> list[Table]:
    """For instructions and for cycles: the most of any output width and flavour, beside the goal.

    Only unsigned flavours. A row for each combination of input and weight bits, a column for each
    layer; no table where no record has a goal.
    """
    tables: list[Table] = []
    for quantity in ("instructions", "modelled_cycles"):
        cells = find_worst_cells(records, quantity)
        if not cells:
            continue
        name = quantity.removeprefix("modelled_")
        table = Table("in,wt", title=f"M {name} / goal, the worst of outputs and flavours")
        layers = sorted({layer for row in cells.values() for layer in row})
        for layer in layers:
            table.add_column(layer, justify="right", no_wrap=True)
        for (input_bits, weight_bits), row in cells.items():
            texts = [_compare(*row[layer]) if layer in row else "-" for layer in layers]
            table.add_row(f"{input_bits},{weight_bits}", *texts)
        tables.append(table)
    return tables


def find_worst_cells(
    records: Sequence[dict[str, Any]], quantity: str
) -> dict[tuple[int, int], dict[str, tuple[int, int]]]:
    """By bits of input and weights, then by layer: the figure nearest to its goal, and that goal.

    `quantity` is a key of records that have a `goal_` for it. Goals of cycles depend on the flavour
    that a library's function was measured with; so the nearest is by ratio.
    """
    cells: dict[tuple[int, int], dict[str, tuple[int, int]]] = {}
    for record in records:
        goal, found = record[f"goal_{quantity}"], record[quantity]
        if goal is None or found is None or record["flavour"] not in UNSIGNED_FLAVOURS:
            continue
        row = cells.setdefault((record["input_bits"], record["weight_bits"]), {})
        worst, limit = row.get(record["layer"], (0, goal))
        if found * limit >= worst * goal:
            row[record["layer"]] = (found, goal)
    return dict(sorted(cells.items(), reverse=True))


def _build_row(record: dict[str, Any]) -> list[str]:
    names = [record[key] or "-" for key in ("layer", "bits", "flavour", "target")]
    if record["error"] is not None:
        return [*names, "[red]failed[/red]"]
    return [
        *names,
        f"{record['instructions'] / 1e6:.3f}",
        _mark(record, "modelled_cycles", f"{record['modelled_cycles'] / 1e6:.3f}"),
        f"{record['macs_per_instruction']:.2f}",
        f"{record['macs_per_cycle']:.2f}",
        _mark(record, "code_bytes"),
        _mark(record, "scratch_bytes"),
        str(record["peak_stack_bytes"]),
        *(_get_ratio(record, library) for library in LIBRARIES),
        _get_goal(record),
    ]


def _compare(found: int, goal: int) -> str:
    color = "green" if found <= goal else "red"
    return f"[{color}]{found / 1e6:.2f}[/{color}] / {goal / 1e6:.2f}"


def _mark(record: dict[str, Any], key: str, text: str | None = None) -> str:
    limit = record[f"goal_{key}"]
    text = text or str(record[key])
    return f"[red]{text}[/red]" if limit is not None and record[key] > limit else text


def _get_ratio(record: dict[str, Any], library: str) -> str:
    for peer in record["peers"]:
        if peer["library"] == library:
            return f"{peer['instructions_ratio']:.2f}x{'!' if peer['wrong_results'] else ''}"
    return "-"


def _get_goal(record: dict[str, Any]) -> str:
    if record["goal_instructions"] is None:
        return "-"
    verdict = "[green]met[/green]" if record["goal_met"] else "[red]missed[/red]"
    return f"{record['goal_instructions'] / 1e6:.2f} {verdict}"


def _build_peer_record(peer: Peer, figures: Figures | None) -> dict[str, Any]:
    """Ratios are the peer's figure divided by ours: above 1, ours is better."""
    cycles_ratio = None
    if figures is not None and peer.modelled_cycles is not None:
        cycles_ratio = round(peer.modelled_cycles / figures.modelled_cycles, 3)
    return {
        "library": peer.library,
        "function": peer.function,
        "flavour": peer.flavour,
        "wrong_results": peer.wrong_results,
        "instructions": peer.instructions,
        "modelled_cycles": peer.modelled_cycles,
        "scratch_bytes": peer.scratch_bytes,
        "code_bytes": peer.code_bytes,
        "instructions_ratio": figures and round(peer.instructions / figures.instructions, 3),
        "cycles_ratio": cycles_ratio,
    }


def _get_bits_name(measurement: Measurement) -> str | None:
    bits = measurement.case.bits
    return bits and bits.get_name(signed=measurement.case.flavour == "fixed")
