"""Imports, compiles, checks and measures networks, and prints a table.

What the machine lacks (files, packages, simulators) is named and left out.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from time import process_time

import numpy as np
from rich.console import Console
from rich.table import Table

from cmixdsl.benchmark.runner import COUNTING, choose_simulator
from cmixdsl.devices import get_device
from cmixdsl.driver import CompiledModel, compile_module
from cmixdsl.errors import CmixError
from cmixdsl.frontends.load import load_network
from cmixdsl.model import build_random_inputs
from cmixdsl.pipelines import choose_pipeline
from cmixdsl.running import run_compiled, summarize_run
from cmixdsl.simulator.simulate import Simulator
from cmixdsl.tools.reporting import run_reporting
from cmixdsl.universe import build_context
from examples.models.networks import CUBE_AI, MICRO_TVM, NETWORKS, Array, Network, Reference

TARGETS = ("cortex-m4", "cortex-m7")
WIDE = 190
"""Columns of the table where it does not go to a terminal."""
IMAGES = 20


@dataclass(frozen=True)
class Figures:
    """Of one network on one core."""

    network: Network
    target: str
    seconds: float
    """Of this computer's processor, from the file to C."""
    equal: int
    """How many of the outputs are the reference's."""
    images: int
    macs: int
    instructions: int
    cycles: int
    flash_bytes: int
    """Code and constants."""
    ram_bytes: int
    """Buffers and peak stack; input and output are the caller's."""


def measure(network: Network, target: str, simulator: Simulator, images: int) -> Figures:
    """The figures of a network; raises ModuleNotFoundError without the reference's package."""
    reference = network.build_reference(network.path.read_bytes())
    compiled, seconds = _compile(network, target)
    inputs = _build_inputs(compiled, images)
    run = run_compiled(compiled, [inputs], simulator)
    total = summarize_run(compiled, run)["total"]
    return Figures(
        network=network,
        target=target,
        seconds=seconds,
        equal=_count_equal(inputs, run.outputs[0], reference),
        images=images,
        macs=total["macs"],
        instructions=total["instructions"],
        cycles=total["modelled_cycles"],
        flash_bytes=total["code_bytes"] + total["rodata_bytes"],
        ram_bytes=total["ram_bytes"] + total["peak_stack_bytes"],
    )


def _compile(network: Network, target: str) -> tuple[CompiledModel, float]:
    device = get_device(target)
    context = build_context()
    start = process_time()
    module = load_network(context, network.path)
    compiled = compile_module(context, module, device, choose_pipeline(device.pipeline, None, None))
    return compiled, process_time() - start


def _build_inputs(compiled: CompiledModel, images: int) -> Array:
    """Random elements over the whole range of the network's one input."""
    return np.stack([build_random_inputs(compiled.model, seed)[0] for seed in range(images)])


def _count_equal(inputs: Array, outputs: Array, reference: Reference) -> int:
    return sum(
        np.array_equal(reference(values), output)
        for values, output in zip(inputs, outputs, strict=True)
    )


def build_table(rows: Sequence[Figures], simulator: Simulator) -> Table:
    """One row for each network and core."""
    table = Table(title=f"networks, instructions counted by {simulator}")
    for heading in ("network", "core"):
        table.add_column(heading)
    for heading in (
        "outputs equal\nto reference",
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
            f"{row.equal} of {row.images}",
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


def run(arguments: argparse.Namespace) -> None:
    """Measures everything; raises CmixError when an output differs from the reference's."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDE
    simulator = choose_simulator(arguments.simulator)
    rows: list[Figures] = []
    for network in NETWORKS:
        if not network.path.exists():
            console.print(f"skipped {network.title}: there is no file {network.path}")
            continue
        for target in arguments.target or TARGETS:
            try:
                rows.append(measure(network, target, simulator, arguments.images))
            except ModuleNotFoundError as error:
                console.print(f"skipped {network.title}: there is no package {error.name}")
                break
    if rows:
        console.print(build_table(rows, simulator))
    wrong = [row.network.title for row in rows if row.equal < row.images]
    if wrong:
        raise CmixError(f"outputs differ from the reference's: {', '.join(wrong)}")


def main() -> None:
    """The command described above."""
    parser = argparse.ArgumentParser(description="Import, check and measure networks.")
    parser.add_argument("--simulator", choices=COUNTING, help="default qemu, else embedded")
    parser.add_argument("--target", action="append", help=f"default {' and '.join(TARGETS)}")
    parser.add_argument("--images", type=int, default=IMAGES, help=f"default {IMAGES}")
    arguments = parser.parse_args()
    raise SystemExit(run_reporting(lambda: run(arguments), with_traceback=False))


if __name__ == "__main__":
    main()
