"""`cmixc compare`: real numbers and integers, layer by layer."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.arrays import load_array
from cmixdsl.errors import ToolchainError
from cmixdsl.frontends.load import load_network, load_reference
from cmixdsl.frontends.reference import Array, LayerReference
from cmixdsl.graph_model import build_random_graph_inputs, find_graph_model
from cmixdsl.level_comparison import LayerDifference, compare_levels
from cmixdsl.reference_comparison import compare_with_reference
from cmixdsl.tools.arguments import AGAINST
from cmixdsl.tools.console import build_console
from cmixdsl.tools.loading import get_import_options
from cmixdsl.universe import build_context

LEVEL_1 = "level 1"


def run_compare(arguments: Namespace) -> None:
    """`cmixc compare`."""
    context = build_context()
    reference = _load_reference(context, arguments)
    if reference is None:
        name = LEVEL_1
        module = load_network(context, arguments.model, get_import_options(context, arguments))
        differences = compare_levels(context, module, _get_inputs(arguments, module))
    else:
        name = reference.runtime
        inputs = _get_inputs(arguments, reference.module)
        differences = compare_with_reference(context, reference, inputs)
    if arguments.json:
        rows = [asdict(difference) for difference in differences]
        print(json.dumps({"reference": name, "layers": rows}, indent=2))
    else:
        console = build_console()
        console.print(build_table(differences, name))


def _load_reference(context: Context, arguments: Namespace) -> LayerReference | None:
    """The runtime of the file's format; None where level 1 is compared with, which is said."""
    if arguments.against != AGAINST[0]:
        return None
    try:
        options = get_import_options(context, arguments)
        return load_reference(context, arguments.model, options)
    except ToolchainError as error:
        print(f"note: {error}; comparing with {LEVEL_1} instead", file=sys.stderr)
        return None


def _get_inputs(arguments: Namespace, module: ModuleOp) -> list[Array]:
    if arguments.input is not None:
        return [load_array(path) for path in arguments.input]
    return build_random_graph_inputs(find_graph_model(module), arguments.seed)


def build_table(differences: Sequence[LayerDifference], reference: str) -> Table:
    """One line for each layer; with a column of the file's names where there are any."""
    has_names = any(difference.tensor for difference in differences)
    table = Table(title=f"integers against {reference}, in steps of each layer's output")
    for column in ("layer", "operation", *(("tensor of the file",) if has_names else ())):
        table.add_column(column, overflow="fold")
    for column in ("largest, by itself", "elements", "largest, accumulated"):
        table.add_column(column, justify="right")
    for difference in differences:
        table.add_row(
            difference.layer,
            difference.op.removeprefix("qnn."),
            *((difference.tensor,) if has_names else ()),
            f"{difference.own:g}",
            f"{difference.differing:.2%}",
            f"{difference.accumulated:g}",
        )
    return table
