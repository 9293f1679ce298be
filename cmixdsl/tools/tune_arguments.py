"""The command line of cmixc tune."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

from cmixdsl.objectives import OBJECTIVES
from cmixdsl.simulator.kinds import COUNTING
from cmixdsl.tools.model_arguments import add_model_arguments

EPILOG = """\
examples:
  cmixc tune model.mlir -o tuned.mlir
  cmixc tune model.mlir -o small.mlir --optimize size --simulator embedded --jobs 4
  cmixc tune model.mlir --limit 10 --json candidates.json
"""


def add_tune_arguments(parser: ArgumentParser) -> None:
    """The options of `cmixc tune`."""
    parser.epilog = EPILOG
    parser.formatter_class = RawDescriptionHelpFormatter
    add_model_arguments(parser)
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="the model with the schedules found"
    )
    parser.add_argument("--target", default="cortex-m4", help="default cortex-m4")
    parser.add_argument(
        "--simulator", choices=COUNTING, help="default qemu where it is installed, else embedded"
    )
    parser.add_argument(
        "--optimize",
        "--objective",
        choices=OBJECTIVES,
        default="speed",
        help="fewest instructions, or least machine code (default speed)",
    )
    parser.add_argument(
        "--code-limit",
        type=int,
        metavar="BYTES",
        help="machine code of a layer (default 4096 for speed, none for size)",
    )
    parser.add_argument(
        "-O", dest="level", choices=("2", "3", "s"), help="of the C compiler (default 3, size s)"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="candidates for each layer")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, tcp://HOST:PORT, for the jobs"
    )
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="of results (default: the user's cache folder)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of inputs (default 0)")
    parser.add_argument(
        "--timeout", type=float, default=120, metavar="S", help="seconds a run may take"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
