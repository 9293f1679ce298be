"""Builds MobileNetV1, fits it into a microcontroller, runs it there and checks every byte."""

import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any, get_args

import numpy as np
from rich.console import Console
from rich.table import Table

from cmixdsl.devices import get_device
from cmixdsl.driver import CompiledModel, apply_pipeline, compile_module
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.output import write_text
from cmixdsl.passes.convert_qnn_to_cmix import ConvertQnnToCmixPass
from cmixdsl.passes.legalization import FOLD_QNN
from cmixdsl.passes.qnn_assign_bits import QnnAssignBitsPass, Strategy
from cmixdsl.pipelines import PIPELINES
from cmixdsl.running import run_compiled, summarize_run
from cmixdsl.simulator.kinds import SIMULATORS
from cmixdsl.tools.reporting import run_reporting
from cmixdsl.universe import build_context
from examples.mobilenet_v1.network import build_mobilenet

FLASH_BYTES, RAM_BYTES = 2_048_000, 512_000
"""What Rusci et al. allow (arXiv 1905.13082)."""

BOARD_BYTES = 4 << 10, 512
"""Flash and RAM for what is not the network's: vectors, start code, functions of the C library."""

MEGAHERTZ = 400
"""Of the STM32H743 in their measurements."""


def run_example(arguments: Namespace) -> None:
    """Prints layers and totals; raises CmixError when the network does not fit or differs."""
    console = Console()
    context = build_context()
    device = get_device("cortex-m7", arguments.flash >> 10, arguments.ram >> 10)
    with console.status("drawing and calibrating weights"):
        module = build_mobilenet(arguments.size, arguments.alpha, arguments.seed)
    with console.status("choosing bits, converting to integers"):
        flash = arguments.flash - BOARD_BYTES[0]
        ram = arguments.ram - BOARD_BYTES[1] - device.core.stack_bytes
        assign = QnnAssignBitsPass(flash, ram, strategy=arguments.strategy, memory="planned")
        start = process_time()
        apply_pipeline(context, module, (*FOLD_QNN, assign, ConvertQnnToCmixPass()))
        choice_seconds = process_time() - start
    if arguments.output is not None:
        write_text(arguments.output, str(module) + "\n")
    inputs = build_random_inputs(find_model(module), arguments.seed)
    with console.status("interpreting"):
        (expected,) = run_module(module, inputs)
    start = process_time()
    with console.status("compiling"):
        compiled = compile_module(context, module, device, PIPELINES[device.pipeline])
    seconds = process_time() - start
    with console.status(f"building, running on {arguments.simulator}"):
        run = run_compiled(compiled, inputs, arguments.simulator)
    summary = summarize_run(compiled, run)
    console.print(build_layer_table(summary["layers"], compiled))
    console.print(build_total_table(summary["total"], choice_seconds, seconds))
    if not np.array_equal(run.outputs[0], expected):
        raise CmixError("the core's output differs from the interpreter's")
    console.print("the core's output equals the interpreter's, byte for byte")


def build_layer_table(layers: list[dict[str, Any]], compiled: CompiledModel) -> Table:
    """One line for each layer."""
    table = Table(title=f"{compiled.model.name}: every layer")
    for column in ("layer", "bits", "MACs", "instructions", "cycles\n(model)", "weight\nbytes"):
        justify = "left" if column in ("layer", "bits") else "right"
        table.add_column(column, justify=justify, no_wrap=True)
    for layer in layers:
        figures = [layer[key] for key in ("macs", "instructions", "modelled_cycles")]
        table.add_row(
            layer["name"],
            layer["bits"],
            # A layer that leaves its input as it is may be none to the C compiler.
            *("-" if it is None else f"{it:,}" for it in (*figures, layer["weight_bytes"])),
        )
    return table


def build_total_table(total: dict[str, Any], choice_seconds: float, seconds: float) -> Table:
    """The whole network."""
    table = Table(title="the whole network", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    cycles = total["modelled_cycles"]
    rows = {
        "MACs": f"{total['macs']:,}",
        "instructions": f"{total['instructions']:,}",
        "cycles (modelled)": f"{cycles:,}",
        f"seconds at {MEGAHERTZ} MHz (modelled)": f"{cycles / MEGAHERTZ / 1e6:.3f}",
        "flash, bytes (as linked)": f"{total['linked_flash_bytes']:,}",
        "RAM, bytes (as linked)": f"{total['linked_ram_bytes']:,}",
        "stack, bytes (deepest)": f"{total['peak_stack_bytes']:,}",
        "CPU seconds to choose bits": f"{choice_seconds:.1f}",
        "CPU seconds to compile": f"{seconds:.1f}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def build_parser() -> ArgumentParser:
    """The command line."""
    parser = ArgumentParser(prog="python -m examples.mobilenet_v1", description=__doc__)
    parser.add_argument("--alpha", type=float, choices=(0.25, 0.5, 0.75, 1.0), default=0.25)
    parser.add_argument("--size", type=int, default=128, help="of the image, in pixels")
    parser.add_argument("--seed", type=int, default=0, help="of weights and image")
    parser.add_argument("--flash", type=int, default=FLASH_BYTES, help="bytes")
    parser.add_argument("--ram", type=int, default=RAM_BYTES, help="bytes")
    parser.add_argument(
        "--strategy", choices=get_args(Strategy), default="paper", help="how bits are chosen"
    )
    parser.add_argument(
        "-o", "--output", type=Path, help="file for the network in integers, which cmixc takes"
    )
    parser.add_argument("--simulator", choices=SIMULATORS, default="embedded")
    return parser


def main() -> None:
    """Runs the example as the command line says."""
    action = partial(run_example, build_parser().parse_args())
    sys.exit(run_reporting(action, with_traceback=False))
