"""`cmixc run`: builds the C of a model and runs it."""

import json
from argparse import Namespace

from rich.console import Console

from cmixdsl.arrays import load_array, save_array
from cmixdsl.errors import CmixError
from cmixdsl.model import Model
from cmixdsl.output import write_text
from cmixdsl.quantized_arrays import quantize_inputs
from cmixdsl.reports import print_summary
from cmixdsl.running import run_compiled, split_batch, summarize_run
from cmixdsl.tools.commands import compile_model
from cmixdsl.tools.console import build_console


def run_run(arguments: Namespace) -> None:
    """`cmixc run`."""
    inputs = [load_array(path) for path in arguments.input]

    def check(model: Model) -> None:
        split_batch(model, quantize_inputs(model.function, inputs))
        found, wanted = len(arguments.output), len(model.outputs)
        if arguments.output and found != wanted:
            raise CmixError(
                f"expected --output {wanted} times, once for each output, found {found}"
            )

    compiled = compile_model(arguments, check=check)
    with Console(stderr=True).status(f"running on {arguments.simulator}"):
        stored = quantize_inputs(compiled.model.function, inputs)
        run = run_compiled(compiled, stored, arguments.simulator)
    for path, values in zip(arguments.output, run.outputs, strict=False):
        save_array(path, values)
    summary = summarize_run(compiled, run)
    if arguments.json is not None:
        write_text(arguments.json, json.dumps(summary, indent=2) + "\n")
    print_summary(build_console(), summary)
