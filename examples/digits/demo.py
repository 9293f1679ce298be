"""Runs the held-out images through the digits network on an emulated Cortex-M4.

From the repository's root: `make demo`, or `python -m examples.digits`. It needs no tools beyond
Python packages. Every figure is measured on the emulated core; the outputs are compared with those
of the interpreter, which defines what the model means.
"""

import argparse
import sys
from dataclasses import dataclass
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track
from rich.table import Table
from xdsl.context import Context
from xdsl.dialects.builtin import IntegerType, MemRefType, ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.utils.hints import isa

from cmixdsl.devices import get_device
from cmixdsl.driver import CompiledModel, compile_module, load_module
from cmixdsl.execution import run_module
from cmixdsl.pipelines import get_pipeline
from cmixdsl.running import run_compiled, summarize_run
from cmixdsl.simulator.kinds import SIMULATORS, Simulator
from cmixdsl.tools.reporting import run_reporting
from cmixdsl.universe import build_context

DESCRIPTION = "Run the held-out digits on an emulated core and print what it takes."
FOLDER = Path(__file__).parent

IntArray = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Images:
    """The held-out images."""

    pixels: npt.NDArray[np.uint8]
    """[N, 8, 8, 1], 0 to 16."""
    labels: npt.NDArray[np.uint8]
    """[N], 0 to 9."""


def load_images() -> Images:
    """Reads `test_images.npz`."""
    with np.load(FOLDER / "test_images.npz") as arrays:
        return Images(arrays["x"], arrays["y"])


def compile_digits(context: Context, target: str) -> CompiledModel:
    """Compiles `digits.mlir` with the target's own pipeline."""
    device = get_device(target)
    module = load_module(context, FOLDER / "digits.mlir")
    return compile_module(context, module, device, get_pipeline(device.pipeline))


def interpret(module: ModuleOp, images: Images, console: Console) -> IntArray:
    """The outputs [N, 10] that the model has by definition."""
    pixels = track(images.pixels, "interpreting", console=console, transient=True)
    return np.stack([run_module(module, [image])[0] for image in pixels])


def get_buffer_bytes(compiled: CompiledModel) -> dict[str, int]:
    """Per layer function, by its symbol, the bytes of its buffers: input, output, scratch."""
    module = compiled.model.function.parent_op()
    assert isinstance(module, ModuleOp)
    return {
        op.sym_name.data: sum(
            prod(buffer.get_shape())
            for buffer in op.function_type.inputs
            if isa(buffer, MemRefType[IntegerType])
        )
        for op in module.ops
        if isinstance(op, FuncOp)
    }


def build_layer_table(layers: list[dict[str, Any]], buffer_bytes: dict[str, int]) -> Table:
    """One row for each layer of `summarize_run`."""
    table = Table(title="digits: every layer, for one image")
    for heading in ("layer", "bits"):
        table.add_column(heading, no_wrap=True)
    for heading in ("MACs", "instructions", "weight\nbytes", "buffer\nbytes"):
        table.add_column(heading, justify="right", no_wrap=True)
    for layer in layers:
        texts = [layer[key] for key in ("name", "bits")]
        numbers = [layer[key] for key in ("macs", "instructions", "weight_bytes")]
        table.add_row(*texts, *map(_format, [*numbers, buffer_bytes.get(layer["function"])]))
    return table


def build_total_table(
    total: dict[str, int | None], outputs: IntArray, expected: IntArray, labels: npt.NDArray[Any]
) -> Table:
    """Accuracy, agreement and the whole model's figures; sizes in bytes."""
    table = Table(title="digits: the whole network", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    correct = int((outputs.argmax(axis=1) == labels).sum())
    equal = int((outputs == expected).all(axis=1).sum())
    rows = {
        "held-out images": f"{len(labels):,}",
        "accuracy": f"{correct / len(labels):.2%}",
        "outputs equal to the interpreter's": f"{equal:,} of {len(labels):,}",
        "MACs": _format(total["macs"]),
        "instructions": _format(total["instructions"]),
        "cycles (modelled)": _format(total["modelled_cycles"]),
        "flash, bytes (code + constants)": _format_sum(total["code_bytes"], total["rodata_bytes"]),
        "RAM, bytes (buffers + peak stack)": _format_sum(
            total["ram_bytes"], total["peak_stack_bytes"]
        ),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def run_demo(target: str, simulator: Simulator) -> None:
    """Compiles, runs and prints; raises CmixError when one of them is impossible."""
    console = Console()
    context = build_context()
    images = load_images()
    expected = interpret(load_module(context, FOLDER / "digits.mlir"), images, console)
    with console.status(f"compiling for {target}"):
        compiled = compile_digits(context, target)
    with console.status(f"building and running {len(images.labels)} images on {simulator}"):
        run = run_compiled(compiled, [images.pixels], simulator)
    summary = summarize_run(compiled, run)
    console.print(build_layer_table(summary["layers"], get_buffer_bytes(compiled)))
    (outputs,) = run.outputs
    console.print(build_total_table(summary["total"], outputs, expected, images.labels))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m examples.digits", description=DESCRIPTION)
    parser.add_argument("--target", default="cortex-m4", help="see cmixc targets")
    parser.add_argument("--simulator", choices=SIMULATORS, default="embedded")
    arguments = parser.parse_args()
    action = partial(run_demo, arguments.target, arguments.simulator)
    sys.exit(run_reporting(action, with_traceback=False))


def _format_sum(first: int | None, second: int | None) -> str:
    if first is None or second is None:
        return _format(None)
    return f"{first:,} + {second:,} = {first + second:,}"


def _format(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
