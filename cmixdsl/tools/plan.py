"""`cmixc plan`: a picture of the memory of a model."""

from argparse import Namespace

from rich.console import Console

from cmixdsl.output import write_text
from cmixdsl.reporting.memory_chart import draw_memory
from cmixdsl.tools.commands import compile_model


def run_plan(arguments: Namespace) -> None:
    """Compiles, draws, and says how good the plan is; raises CmixError when it cannot."""
    arena = compile_model(arguments).arena
    write_text(arguments.output, draw_memory(arena) + "\n")
    console = Console()
    console.print(f"arena: {arena.size:,} bytes", highlight=False)
    console.print(f"live at once: {arena.lower_bound:,} bytes", highlight=False)
    console.print(f"wrote {arguments.output}", highlight=False, soft_wrap=True)
