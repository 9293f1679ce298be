"""`cmixc report`: a page about one run of a model."""

from argparse import Namespace

from rich.console import Console

from cmixdsl.output import write_text
from cmixdsl.reporting.memory_chart import draw_memory
from cmixdsl.reporting.page import build_page
from cmixdsl.running import run_compiled, summarize_run
from cmixdsl.tools.commands import compile_model
from cmixdsl.tools.inputs import get_inputs


def run_report(arguments: Namespace) -> None:
    """Compiles, runs and writes the page; raises CmixError when one of them is impossible."""
    compiled = compile_model(arguments)
    inputs = get_inputs(arguments, compiled.model)
    with Console(stderr=True).status(f"running on {arguments.simulator}"):
        run = run_compiled(compiled, inputs, arguments.simulator)
    picture = draw_memory(compiled.arena)
    page = build_page(summarize_run(compiled, run), compiled.device.core, memory_plan=picture)
    write_text(arguments.output, page)
    Console().print(f"wrote {arguments.output}", highlight=False, soft_wrap=True)
