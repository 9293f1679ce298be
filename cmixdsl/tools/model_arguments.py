"""The arguments that name a model, for every command that reads one."""

from argparse import ArgumentParser
from pathlib import Path

MODEL_HELP = "a file of MLIR, or a network of another tool"


def add_model_arguments(parser: ArgumentParser) -> None:
    """Adds the positional argument `model` and how it is imported."""
    parser.add_argument("model", type=Path, help=MODEL_HELP)
    for what in ("input", "output"):
        parser.add_argument(
            f"--{what}-type",
            default=[],
            action="append",
            metavar="TYPE",
            help=f"how an {what} is quantized that an imported network leaves real, such as "
            "'u8:f32, 0.00392'; once for all, or once for each",
        )
