"""The model that a command line names, with the options that say how it is imported."""

import sys
from argparse import Namespace

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.frontends.load import load_network
from cmixdsl.frontends.options import ImportOptions, parse_quantized_type


def load_model(context: Context, arguments: Namespace) -> ModuleOp:
    """The verified module; what the importer chose itself is printed to stderr."""
    return load_network(context, arguments.model, get_import_options(context, arguments))


def get_import_options(context: Context, arguments: Namespace) -> ImportOptions:
    """What the command line says about the import; notes go to stderr."""
    return ImportOptions(
        tuple(parse_quantized_type(context, text) for text in arguments.input_type),
        tuple(parse_quantized_type(context, text) for text in arguments.output_type),
        lambda note: print(f"note: {note}", file=sys.stderr),
    )
