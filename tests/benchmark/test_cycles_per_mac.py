"""The table of cycles per multiplication, made from measurements."""

import json
import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from cmixdsl.benchmark.cycles_per_mac import LAYERS, make_table
from cmixdsl.errors import CmixError

WIDTHS = (8, 4, 2)


def build_records() -> list[dict[str, Any]]:
    """Made up: 1000 multiplications, and cycles that tell layer and bits."""
    return [
        {
            "layer": layer,
            "input_bits": inputs,
            "output_bits": output,
            "weight_bits": weights,
            "flavour": "PC+ICN",
            "target": target,
            "error": None,
            "macs": 1000,
            "modelled_cycles": 1000 * int(layer[1]) + 10 * inputs + weights + 5000 * (output < 8),
        }
        for layer in ("L1", "L2", "L3", "L4", "L5", "L6")
        for inputs, weights, output in product(WIDTHS, WIDTHS, WIDTHS)
        for target in ("cortex-m7", "cortex-m4")
    ]


def make(folder: Path, records: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    source, target = folder / "bench.json", folder / "table.toml"
    source.write_text(json.dumps(records))
    make_table(source, target)
    return tomllib.loads(target.read_text())


def test_table_has_a_row_for_all_bits_of_every_kind(tmp_path: Path) -> None:
    table = make(tmp_path, build_records())
    assert list(table) == ["spatial", "shallow", "pointwise", "depthwise", "strided", "matrix"]
    assert table["shallow"]["8,2"] == pytest.approx(5.082)
    assert table["strided"]["4,8"] == pytest.approx(4.048)
    assert {len(rows) for rows in table.values()} == {9}
    assert set(LAYERS) == set(table)


def test_missing_measurements_are_named(tmp_path: Path) -> None:
    records = [it for it in build_records() if (it["layer"], it["input_bits"]) != ("L3", 4)]
    with pytest.raises(CmixError, match="L3 with inputs of 4 and weights of 8 bits"):
        make(tmp_path, records)


def test_failed_measurements_are_named(tmp_path: Path) -> None:
    records = build_records()
    for record in records:
        if record["layer"] == "L6":
            record |= {"modelled_cycles": None, "error": "too big"}
    with pytest.raises(CmixError, match=r"L6 with inputs of 8 .* too big"):
        make(tmp_path, records)
    (tmp_path / "bench.json").write_text("{")
    with pytest.raises(CmixError, match=r"bench.json: expected what cmixc bench --json writes"):
        make_table(tmp_path / "bench.json", tmp_path / "table.toml")
