"""Makes `cmixdsl/passes/bits/cycles_per_mac.toml` from measurements of the benchmark's layers.

    cmixc bench --layers all --flavours PC+ICN --simulator embedded --json FILE
        --bits '8,8,8;8,8,4;8,8,2;4,8,8;4,8,4;4,8,2;2,8,8;2,8,4;2,8,2'
    python -m cmixdsl.benchmark.cycles_per_mac FILE

A row is the modelled cycles of the whole call over the layer's multiplications, for outputs of 8
bits. Every kind of layer has its own layer of the benchmark: `LAYERS`.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cmixdsl.dialects.cmix.types import ELEMENT_BITS
from cmixdsl.errors import CmixError
from cmixdsl.output import write_text
from cmixdsl.passes.bits.cycle_assignment import TABLE_PATH, CostKey
from cmixdsl.passes.bits.network import LayerKind
from cmixdsl.tools.reporting import run_reporting

LAYERS: Mapping[LayerKind, str] = MappingProxyType(
    {
        "spatial": "L1",
        "shallow": "L5",
        "pointwise": "L2",
        "depthwise": "L3",
        "strided": "L4",
        "matrix": "L6",
    }
)
"""The benchmark's layer that stands for a kind."""

OUTPUT_BITS, FLAVOUR, TARGET = 8, "PC+ICN", "cortex-m4"
"""What is looked at among the measurements."""

HEADER = """\
# Modelled cycles per multiplication on cortex-m4: [kind of layer], rows "input bits,weight bits".
# `qnn-assign-bits{strategy=cycles}` weighs cuts by them. Made from a layer of the benchmark for
# each kind, as `python -m cmixdsl.benchmark.cycles_per_mac --help` says. Cycles are a model.
"""


def read_costs(records: Sequence[Mapping[str, Any]]) -> dict[CostKey, float]:
    """Cycles per multiplication by kind, bits of inputs and bits of weights.

    Raises CmixError naming a measurement that is missing or failed.
    """
    found = {_get_key(record): record for record in records if _is_wanted(record)}
    costs: dict[CostKey, float] = {}
    widths = sorted(ELEMENT_BITS, reverse=True)
    for (kind, layer), inputs, weights in product(LAYERS.items(), widths, widths):
        record = found.get((layer, inputs, weights))
        name = f"{layer} with inputs of {inputs} and weights of {weights} bits"
        if record is None:
            raise CmixError(
                f"expected a measurement of {name}, outputs of {OUTPUT_BITS}, {FLAVOUR} on "
                f"{TARGET}, found none: run cmixc bench with all of them"
            )
        if not record["modelled_cycles"]:
            raise CmixError(f"expected cycles of {name}, found an error: {record['error']}")
        costs[kind, inputs, weights] = record["modelled_cycles"] / record["macs"]
    return costs


def _is_wanted(record: Mapping[str, Any]) -> bool:
    wanted = OUTPUT_BITS, FLAVOUR, TARGET
    return (record["output_bits"], record["flavour"], record["target"]) == wanted


def _get_key(record: Mapping[str, Any]) -> tuple[str, int, int]:
    return record["layer"], record["input_bits"], record["weight_bits"]


def print_table(costs: Mapping[CostKey, float]) -> str:
    """The text of the file."""
    lines = [HEADER.rstrip()]
    for kind in LAYERS:
        lines += ["", f"[{kind}]"]
        lines += [
            f'"{inputs},{weights}" = {cost:.4f}'
            for (other, inputs, weights), cost in costs.items()
            if other == kind
        ]
    return "\n".join(lines) + "\n"


def make_table(source: Path, target: Path) -> None:
    """Reads what `cmixc bench --json` wrote, and writes the table."""
    try:
        records = json.loads(source.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CmixError(f"{source}: expected what cmixc bench --json writes: {error}") from error
    write_text(target, print_table(read_costs(records)))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m cmixdsl.benchmark.cycles_per_mac",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("measurements", type=Path, help="the file of cmixc bench --json")
    parser.add_argument("-o", "--output", type=Path, default=TABLE_PATH)
    arguments = parser.parse_args()
    action = partial(make_table, arguments.measurements, arguments.output)
    sys.exit(run_reporting(action, with_traceback=False))


if __name__ == "__main__":
    main()
