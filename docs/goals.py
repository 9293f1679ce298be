"""The benchmark's whole table, from the records that `cmixc bench --json` wrote."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from references import build_table

from cmixdsl.benchmark.report import find_worst_cells

Record = dict[str, Any]
LIMITS = {
    "instructions": "instructions",
    "modelled_cycles": "modelled cycles",
    "code_bytes": "bytes of code",
    "scratch_bytes": "bytes of scratch",
}


def read_records(paths: Sequence[Path]) -> list[Record]:
    """All records of several runs of the benchmark."""
    return [record for path in paths for record in json.loads(path.read_text(encoding="utf-8"))]


def build_goal_table(records: Sequence[Record], quantity: str) -> str:
    """What is nearest to its goal, or worst above it, for each layer, input and weight bits."""
    cells = find_worst_cells(records, quantity)
    layers = sorted({layer for row in cells.values() for layer in row})
    rows = [
        (
            f"{input_bits}, {weight_bits}",
            *(_compare(*row[layer]) if layer in row else "" for layer in layers),
        )
        for (input_bits, weight_bits), row in cells.items()
    ]
    return build_table(("input, weights", *layers), rows)


def build_limit_table(records: Sequence[Record]) -> str:
    """How many cells have a limit, how many exceed it, and the worst of them."""
    rows: list[tuple[str, ...]] = []
    for key, name in LIMITS.items():
        shares = [
            (record[key] / record[f"goal_{key}"], record)
            for record in records
            if record[key] is not None and record[f"goal_{key}"] is not None
        ]
        share, worst = max(shares, key=lambda pair: pair[0])
        cell = f"{worst['layer']} {worst['bits']} {worst['flavour']}"
        above = sum(each > 1 for each, _ in shares)
        rows.append((name, str(len(shares)), str(above), f"{share:.3f}, {cell}"))
    failed = sum(record["error"] is not None for record in records)
    rows.append(("wrong results", str(len(records)), str(failed), ""))
    return build_table(("limit", "cells", "above it", "worst, as a share of its limit"), rows)


def _compare(found: int, goal: int) -> str:
    digits = 2 if goal >= 1e6 else 3
    text = f"{found / 1e6:.{digits}f} / {goal / 1e6:.{digits}f}"
    return text if found <= goal else f"**{text}**"
