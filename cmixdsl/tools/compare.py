"""`cmixc compare`: real numbers and integers, layer by layer."""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from cmixdsl.arrays import load_array
from cmixdsl.frontends.load import load_network
from cmixdsl.graph_model import build_random_graph_inputs, find_graph_model
from cmixdsl.level_comparison import LayerDifference, compare_levels
from cmixdsl.universe import build_context


def run_compare(arguments: Namespace) -> None:
    """`cmixc compare`."""
    context = build_context()
    module = load_network(context, arguments.model)
    if arguments.input is not None:
        inputs = [load_array(path) for path in arguments.input]
    else:
        inputs = build_random_graph_inputs(find_graph_model(module), arguments.seed)
    differences = compare_levels(context, module, inputs)
    if arguments.json:
        print(json.dumps([asdict(difference) for difference in differences], indent=2))
    else:
        Console().print(build_table(differences))


def build_table(differences: Sequence[LayerDifference]) -> Table:
    """One line for each layer."""
    table = Table(title="integers against real numbers, in steps of each layer's output")
    for column in ("layer", "operation", "largest, by itself", "elements", "largest, accumulated"):
        table.add_column(column, justify="left" if column in ("layer", "operation") else "right")
    for difference in differences:
        table.add_row(
            difference.layer,
            difference.op,
            str(difference.own),
            f"{difference.differing:.2%}",
            str(difference.accumulated),
        )
    return table
