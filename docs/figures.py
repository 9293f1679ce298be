"""Figures in the documentation that are measured, not derived; each table says how."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from references import build_table

REPOSITORY = Path(__file__).resolve().parent.parent
BITS = ("8,8,8", "8,8,4", "4,4,4", "2,2,2")
LAYERS = ("L1", "L2", "L3", "L4", "L5", "L6")


def _run(*arguments: str) -> str:
    command = [sys.executable, "-m", *arguments]
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return ran.stdout


def build_demo_table() -> str:
    """What `make demo` prints."""
    lines = [line.rstrip() for line in _run("examples.digits").splitlines()]
    return "\n".join(("```text", *lines, "```")).replace("```text\n\n", "```text\n")


def _get_ratio(record: dict[str, Any], library: str) -> str:
    peers = [peer for peer in record["peers"] if peer["library"] == library]
    if not peers:
        return "-"
    (peer,) = peers
    return f"{peer['instructions_ratio']:.2f}" + (" *" if peer["wrong_results"] else "")


def build_benchmark_table() -> str:
    """Layers of the benchmark, counted with gcc and QEMU."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "figures.json"
        options = ["--layers", ",".join(LAYERS), "--bits", ";".join(BITS), "--flavours", "PC+ICN"]
        _run("cmixdsl.tools.cmixc", "bench", *options, "--simulator", "qemu", "--json", str(path))
        records: list[dict[str, Any]] = json.loads(path.read_text())
    rows = [
        (
            record["layer"],
            record["bits"],
            f"{record['instructions'] / 1e6:.2f}",
            f"{record['modelled_cycles'] / 1e6:.2f}",
            f"{record['macs_per_instruction']:.2f}",
            _get_ratio(record, "CMix-NN"),
            _get_ratio(record, "CMSIS-NN"),
        )
        for record in records
    ]
    header = ("layer", "bits", "instructions, millions", "cycles, millions (model)")
    return build_table((*header, "MACs per instruction", "CMix-NN", "CMSIS-NN"), rows)


def build_network_table() -> str:
    """Networks of MLPerf Tiny and one of super-resolution, counted with gcc and QEMU."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "figures.json"
        _run("examples.models", "--simulator", "qemu", "--json", str(path))
        records: list[dict[str, Any]] = json.loads(path.read_text())
    rows = [
        (
            record["network"],
            record["target"],
            record["outputs"],
            f"{record['instructions'] / 1e6:.2f}",
            f"{record['modelled_cycles'] / 1e6:.2f}",
            f"{record['macs'] / record['modelled_cycles']:.2f}",
            _get_published(record, "X-CUBE-AI 9"),
            _get_published(record, "microTVM"),
            f"{record['flash_bytes'] / 1024:.1f}",
            f"{record['ram_bytes'] / 1024:.1f}",
        )
        for record in records
    ]
    header = ("network", "core", "outputs", "instructions, millions", "cycles, millions (model)")
    ratios = ("MACs per cycle (model)", "X-CUBE-AI", "microTVM")
    return build_table((*header, *ratios, "flash, KiB", "RAM, KiB"), rows)


def _get_published(record: dict[str, Any], name: str) -> str:
    figure = record["published_macs_per_cycle"].get(name)
    return "" if figure is None else f"{figure:.2f}"
