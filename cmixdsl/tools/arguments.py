"""The command line of cmixc."""

import argparse
from pathlib import Path
from typing import get_args

from cmixdsl.arena_kinds import ArenaKind
from cmixdsl.devices import DEVICES
from cmixdsl.objectives import OBJECTIVES
from cmixdsl.simulator.kinds import COUNTING, SIMULATORS
from cmixdsl.tools.bench_arguments import add_bench_arguments
from cmixdsl.tools.model_arguments import add_model_arguments
from cmixdsl.tools.tune_arguments import add_tune_arguments

EXAMPLES = """\
examples:
  cmixc import model.tflite -o model.mlir
  cmixc compile model.mlir -o out --target cortex-m4
  cmixc run model.mlir --input x.npy --output y.npy --target cortex-m4
  cmixc run model.mlir --input x.npy --simulator qemu --json stats.json
  cmixc report model.mlir -o report.html
  cmixc validate model.mlir -p cortex-m4 --seed 7
  cmixc compare model.mlir --seed 7
  cmixc bench --layers L1 --bits 8,8,8
  cmixc tune model.mlir -o tuned.mlir
  cmixc pipelines cortex-m4

exit codes:
  0 done   1 wrong model, array or file, or a pass that changed the meaning
  2 wrong command line   3 a compiler or simulator is missing or failed   4 a bug in cmixdsl
"""


AGAINST = ("runtime", "level-1")
"""What `cmixc compare` compares with."""
COMMAND_EXAMPLES = {
    "import": """\
examples:
  cmixc import model.tflite -o model.mlir
  cmixc import model.onnx -o model.mlir --input-type 'u8:f32, 0.00392156862745098'
  cmixc import model.tflite -o /dev/stdout
""",
    "compile": """\
examples:
  cmixc compile model.mlir -o out --target cortex-m4
  cmixc compile model.mlir -o out --optimize size --ram 64 --json
  cmixc compile model.mlir -o out --project --arena caller
""",
    "run": """\
examples:
  cmixc run model.mlir --input x.npy --output y.npy --target cortex-m4
  cmixc run model.mlir --input x.npy --simulator qemu --json stats.json
""",
    "plan": """\
example:
  cmixc plan model.mlir -o plan.svg
""",
    "report": """\
examples:
  cmixc report model.mlir -o report.html
  cmixc report model.mlir -o report.html --input x.npy --simulator qemu --target cortex-m7
""",
    "validate": """\
examples:
  cmixc validate model.mlir -p cortex-m4 --seed 7
  cmixc validate model.mlir -p canonicalize,cse --input x.npy
""",
    "compare": """\
examples:
  cmixc compare model.mlir --seed 7
  cmixc compare model.onnx --input x.npy --json
  cmixc compare model.tflite --against level-1
""",
    "pipelines": """\
examples:
  cmixc pipelines
  cmixc pipelines cortex-m4
""",
    "targets": """\
example:
  cmixc targets
""",
}


def parse_seed(text: str) -> int:
    """The seed of random numbers; raises ArgumentTypeError unless it is a natural number."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a natural number, found '{text}'")
    return int(text)


def build_parser() -> argparse.ArgumentParser:
    """The parser; `command` in its result names the subcommand."""
    parser = argparse.ArgumentParser(
        prog="cmixc",
        description="A compiler for quantized mixed-precision networks on Arm Cortex-M.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--traceback", action="store_true", help="print Python's traceback too")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_import(commands.add_parser("import", help="turn a network of another tool into MLIR"))
    _add_compile(commands.add_parser("compile", help="write C, header and summary.json"))
    _add_run(commands.add_parser("run", help="build the C and run it on a simulated core"))
    _add_plan(commands.add_parser("plan", help="draw which bytes of memory live when"))
    _add_report(commands.add_parser("report", help="write a page about a run"))
    _add_compare(commands.add_parser("compare", help="show what integers change, layer by layer"))
    _add_validate(commands.add_parser("validate", help="find the pass that changes the meaning"))
    add_bench_arguments(commands.add_parser("bench", help="measure layers and compare them"))
    add_tune_arguments(commands.add_parser("tune", help="find the best schedules by measuring"))
    pipelines = commands.add_parser("pipelines", help="list pipelines, or print one as a string")
    pipelines.add_argument("name", nargs="?", help="a pipeline's name")
    commands.add_parser("targets", help="list targets")
    for name, examples in COMMAND_EXAMPLES.items():
        commands.choices[name].epilog = examples
        commands.choices[name].formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def _add_import(parser: argparse.ArgumentParser) -> None:
    add_model_arguments(parser)
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="the network at level 1"
    )


def _add_compile(parser: argparse.ArgumentParser) -> None:
    add_model_arguments(parser)
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="made where it is missing"
    )
    _add_target(parser)
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.add_argument(
        "--project",
        action="store_true",
        help="write model.h with model_run, a Makefile, a CMakeLists.txt and an example too",
    )
    parser.add_argument(
        "--arena",
        choices=get_args(ArenaKind),
        default="static",
        help="whether the memory to work in is static or an argument (default static)",
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    add_model_arguments(parser)
    parser.add_argument(
        "--input",
        type=Path,
        required=True,
        action="append",
        metavar="X.npy",
        help="integers in the shape of the input, or real numbers where the model says what its "
        "integers mean; or with one more axis in front for many images; once for each input",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=[],
        action="append",
        metavar="Y.npy",
        help="where the unpacked outputs go; once for each output of the model",
    )
    _add_target(parser)
    parser.add_argument("--simulator", choices=SIMULATORS, default="embedded")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")


def _add_report(parser: argparse.ArgumentParser) -> None:
    add_model_arguments(parser)
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="PAGE.html", help="the page to write"
    )
    _add_inputs(parser)
    _add_target(parser)
    parser.add_argument("--simulator", choices=COUNTING, default="embedded")


def _add_plan(parser: argparse.ArgumentParser) -> None:
    add_model_arguments(parser)
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="PLAN.svg", help="the picture to write"
    )
    _add_target(parser)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    add_model_arguments(parser)
    _add_inputs(parser)
    parser.add_argument(
        "--against",
        choices=AGAINST,
        default=AGAINST[0],
        help="onnxruntime, qonnx or TensorFlow Lite Micro, whichever runs the file, where they are "
        "installed and it is no MLIR (default); or the network's own real numbers",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def _add_validate(parser: argparse.ArgumentParser) -> None:
    add_model_arguments(parser)
    parser.add_argument(
        "-p", "--pipeline", required=True, help="a pipeline's name, or passes separated by commas"
    )
    _add_inputs(parser)


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    inputs = parser.add_mutually_exclusive_group()
    inputs.add_argument(
        "--input", type=Path, action="append", metavar="X.npy", help="once for each input"
    )
    inputs.add_argument(
        "--seed", type=parse_seed, default=0, help="of the random inputs (default 0)"
    )


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target", default="cortex-m4", help=f"one of {', '.join(DEVICES)} (default cortex-m4)"
    )
    parser.add_argument(
        "--optimize",
        choices=OBJECTIVES,
        help="what the schedules of layers without one are for (default speed)",
    )
    parser.add_argument("--pipeline", help="instead of the target's own")
    parser.add_argument("--flash", type=int, metavar="KIB", help="less flash than the board has")
    parser.add_argument("--ram", type=int, metavar="KIB", help="less RAM than the board has")
    parser.add_argument(
        "--board-memory",
        action="store_true",
        help="say by how much a model exceeds --flash and --ram, and go on with the board's",
    )
