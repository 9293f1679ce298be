"""The command line of cmixc bench."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

from cmixdsl.benchmark.flavours import FLAVOURS, UNSIGNED_FLAVOURS
from cmixdsl.objectives import OBJECTIVES
from cmixdsl.simulator.kinds import COUNTING

EPILOG = """\
examples:
  cmixc bench --layers L1,L3 --bits 8,8,8
  cmixc bench --bits '*,8,*' --flavours PC+ICN -O2 --json figures.json
  cmixc bench --layers L2 --bits u4_u4_u2 --pipeline "$(cmixc pipelines cortex-m4)"
  cmixc bench network.mlir --target cortex-m4,cortex-m7
"""


def add_bench_arguments(parser: ArgumentParser) -> None:
    """The options of `cmixc bench`."""
    parser.epilog = EPILOG
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE.mlir", help="instead of the benchmark's layers"
    )
    parser.add_argument("--layers", help="L1 to L6, separated by commas (default all)")
    parser.add_argument(
        "--bits",
        help="input,output,weights; * is any width; several separated by semicolons; or names such "
        "as u8_u4_u2; default all, for a file its own",
    )
    parser.add_argument(
        "--flavours",
        help=f"among {', '.join(FLAVOURS)}, or all (default {','.join(UNSIGNED_FLAVOURS)}, "
        "for a file its own)",
    )
    parser.add_argument("--target", default="cortex-m4", help="one or several (default cortex-m4)")
    parser.add_argument(
        "--simulator", choices=COUNTING, help="default qemu where it is installed, else embedded"
    )
    parser.add_argument(
        "-O",
        dest="level",
        choices=("2", "3", "s"),
        help="of the C compiler (default 3, with --optimize size s)",
    )
    parser.add_argument(
        "--optimize", choices=OBJECTIVES, help="what default schedules are for (default speed)"
    )
    parser.add_argument("--pipeline", help="instead of the target's own")
    parser.add_argument("--seed", type=int, default=0, help="of constants and inputs (default 0)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write all figures as JSON, as they come"
    )
