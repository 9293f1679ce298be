"""Imports, compiles, checks and measures networks, and prints a table.

What the machine lacks (files, packages, simulators) is named and left out.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from cmixdsl.benchmark.runner import choose_simulator
from cmixdsl.devices import describe_excess, get_device
from cmixdsl.driver import CompiledModel, compile_module
from cmixdsl.errors import CmixError, ToolchainError
from cmixdsl.execution import run_module
from cmixdsl.frontends.load import load_network, load_reference
from cmixdsl.output import write_text
from cmixdsl.pipelines import choose_pipeline
from cmixdsl.quantized_arrays import get_output_types
from cmixdsl.running import run_compiled, summarize_run
from cmixdsl.simulator.kinds import COUNTING, Simulator
from cmixdsl.tools.reporting import run_reporting
from cmixdsl.universe import build_context
from examples.models.networks import CUBE_AI, MICRO_TVM, NETWORKS, Network, Verdict

WIDE = 190
"""Columns of the table where it does not go to a terminal."""
IMAGES = 20

Array: TypeAlias = npt.NDArray[Any]
Reference: TypeAlias = Callable[[Sequence[Array]], list[Array]]
"""From inputs to outputs, the network's own last, as stored integers."""


@dataclass(frozen=True)
class Figures:
    """Of one network on one core."""

    network: Network
    target: str
    seconds: float
    """Of this computer's processor, from the file to C."""
    verdict: Verdict
    """Of outputs against the reference's."""
    macs: int
    instructions: int
    cycles: int
    flash_bytes: int
    """Code and constants."""
    ram_bytes: int
    """Buffers and peak stack; input and output are the caller's."""


def measure(
    network: Network, target: str, reference: Reference, images: int, simulator: Simulator
) -> tuple[Figures, tuple[str, ...]]:
    """The figures of a network, and by how much it exceeds the part that it is meant for."""
    compiled, seconds = _compile(network, target)
    inputs = network.draw_inputs(compiled.model, images)
    run = run_compiled(compiled, [inputs], simulator)
    expected = np.stack([reference([values])[-1] for values in inputs])
    total = summarize_run(compiled, run)["total"]
    figures = Figures(
        network=network,
        target=target,
        seconds=seconds,
        verdict=network.judge(run.outputs[0], expected, _get_step(compiled)),
        macs=total["macs"],
        instructions=total["instructions"],
        cycles=total["modelled_cycles"],
        flash_bytes=total["code_bytes"] + total["rodata_bytes"],
        ram_bytes=total["ram_bytes"] + total["peak_stack_bytes"],
    )
    memory = compiled.memory
    excess = describe_excess(
        compiled.device,
        memory.constant_bytes,
        memory.variable_bytes,
        memory.input_bytes + memory.output_bytes,
    )
    return figures, excess


def _compile(network: Network, target: str) -> tuple[CompiledModel, float]:
    device = get_device(target, *(network.part_kib or ()), board_memory=bool(network.part_kib))
    context = build_context()
    start = process_time()
    origin = network.origin
    module = load_network(context, origin) if isinstance(origin, Path) else origin()
    compiled = compile_module(context, module, device, choose_pipeline(device.pipeline, None, None))
    return compiled, process_time() - start


def _get_step(compiled: CompiledModel) -> float:
    """The real size of an output's step; 1 where the network counts integers only."""
    types = get_output_types(compiled.model.function)
    return types[0].scales[0] if types else 1.0


def build_table(rows: Sequence[Figures], simulator: Simulator) -> Table:
    """One row for each network and core."""
    table = Table(title=f"networks, instructions counted by {simulator}")
    for heading in ("network", "core"):
        table.add_column(heading)
    for heading in (
        "outputs against\nreference",
        "MACs",
        "instructions",
        "cycles\n(model)",
        "MACs per\ncycle (model)",
        *(f"{name},\npublished" for name in (CUBE_AI, MICRO_TVM)),
        "flash,\nbytes",
        "RAM,\nbytes",
        "import, compile,\nCPU s",
    ):
        table.add_column(heading, justify="right")
    for row in rows:
        published = (row.network.published.get(name, {}) for name in (CUBE_AI, MICRO_TVM))
        table.add_row(
            row.network.title,
            row.target,
            row.verdict.text,
            f"{row.macs:,}",
            f"{row.instructions:,}",
            f"{row.cycles:,}",
            f"{row.macs / row.cycles:.2f}",
            *(
                f"{figures[row.target]:.2f}" if row.target in figures else ""
                for figures in published
            ),
            f"{row.flash_bytes:,}",
            f"{row.ram_bytes:,}",
            f"{row.seconds:.1f}",
        )
    return table


def build_record(row: Figures) -> dict[str, Any]:
    """A row for machines."""
    return {
        "network": row.network.title,
        "target": row.target,
        "outputs": row.verdict.text,
        "macs": row.macs,
        "instructions": row.instructions,
        "modelled_cycles": row.cycles,
        "published_macs_per_cycle": {
            name: figures[row.target]
            for name, figures in row.network.published.items()
            if row.target in figures
        },
        "flash_bytes": row.flash_bytes,
        "ram_bytes": row.ram_bytes,
        "compile_seconds": round(row.seconds, 1),
    }


def run(arguments: argparse.Namespace) -> None:
    """Measures everything; raises CmixError when an output differs from the reference's."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDE
    simulator = choose_simulator(arguments.simulator)
    rows: list[Figures] = []
    for network in NETWORKS:
        targets = [t for t in network.targets if t in (arguments.target or network.targets)]
        if arguments.network.lower() not in network.title.lower() or not targets:
            continue
        try:
            reference = _load_reference(network)
        except ToolchainError as error:
            console.print(f"skipped {network.title}: {error}", highlight=False)
            continue
        for target in targets:
            figures, notes = measure(network, target, reference, arguments.images, simulator)
            rows.append(figures)
            for note in notes:
                console.print(f"{network.title}: {note}", highlight=False)
    if rows:
        console.print(build_table(rows, simulator))
    if arguments.json is not None:
        write_text(arguments.json, json.dumps([build_record(row) for row in rows], indent=1))
    wrong = [row.network.title for row in rows if not row.verdict.is_right]
    if wrong:
        raise CmixError(f"outputs differ from the reference's: {', '.join(wrong)}")


def _load_reference(network: Network) -> Reference:
    """The runtime of the file's format, or the interpreter of level 2.

    Raises ToolchainError where the file or a package is missing.
    """
    origin = network.origin
    if not isinstance(origin, Path):
        return partial(run_module, origin())
    if not origin.exists():
        raise ToolchainError(f"there is no file {origin}")
    reference = load_reference(build_context(), origin)
    assert reference is not None, "networks are no MLIR"
    return reference.run


def main() -> None:
    """The command described above."""
    parser = argparse.ArgumentParser(description="Import, check and measure networks.")
    parser.add_argument("--simulator", choices=COUNTING, help="default qemu, else embedded")
    parser.add_argument("--target", action="append", help="default all of each network")
    parser.add_argument("--network", default="", help="only those with this in their title")
    parser.add_argument("--images", type=int, default=IMAGES, help=f"default {IMAGES}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
    arguments = parser.parse_args()
    raise SystemExit(run_reporting(lambda: run(arguments), with_traceback=False))


if __name__ == "__main__":
    main()
