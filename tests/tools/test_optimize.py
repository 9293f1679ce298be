"""`--optimize` of the tools."""

import json
from pathlib import Path

import pytest
from increment import Tool

from cmixdsl.simulator.simulate import available_simulators

CONV = """\
func.func @net(%x: !cmix.packed<4x5x4xui8>) -> !cmix.packed<4x5x4xui8> {
  %w = cmix.constant dense<3> : !cmix.packed<4x1x1x4xui8>
  %y = cmix.conv2d %x, %w bias [0, 1, 2, 3]
      requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0>
      : !cmix.packed<4x5x4xui8>, !cmix.packed<4x1x1x4xui8> -> !cmix.packed<4x5x4xui8>
  return %y : !cmix.packed<4x5x4xui8>
}
"""


@pytest.fixture
def conv(tmp_path: Path) -> Path:
    path = tmp_path / "conv.mlir"
    path.write_text(CONV)
    return path


def test_compile(run_cmixc: Tool, conv: Path, tmp_path: Path) -> None:
    summaries = {
        option: json.loads(
            run_cmixc("compile", conv, "-o", tmp_path, "--json", "--optimize", option)[1]
        )
        for option in ("speed", "size")
    }
    assert summaries["speed"]["compiler_level"] == "-O3"
    assert summaries["size"]["compiler_level"] == "-Os"
    assert summaries["size"]["optimize"] == "size"
    assert 'cmix-schedule{optimize="size"}' in summaries["size"]["pipeline"]
    assert "optimize" not in summaries["speed"]["pipeline"]


@pytest.mark.skipif(
    "embedded" not in available_simulators(), reason="packages of the simulator are missing"
)
def test_bench(run_cmixc: Tool, conv: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    fixed = ("bench", conv, "--jobs", "1", "--simulator", "embedded", "--json", figures)
    records = {}
    for option in ("speed", "size"):
        assert run_cmixc(*fixed, "--optimize", option)[0] == 0
        (records[option],) = json.loads(figures.read_text())
    assert records["size"]["optimization"] == "-Os"
    assert records["size"]["code_bytes"] < records["speed"]["code_bytes"]


@pytest.mark.parametrize("command", ["compile", "bench"])
def test_pipeline_and_objective(run_cmixc: Tool, conv: Path, tmp_path: Path, command: str) -> None:
    """A pipeline says by itself what it is for."""
    output = ("-o", tmp_path) if command == "compile" else ()
    arguments = (command, conv, *output, "--pipeline", "cortex-m4", "--optimize", "size")
    code, _, err = run_cmixc(*arguments)
    assert code == 2
    assert "expected --pipeline or --optimize, found both" in err
    assert "cmix-schedule{optimize=size}" in err
