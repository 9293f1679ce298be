"""What users of cmix-opt see when something is wrong: one line, a location, an exit code."""

import subprocess
import sys
from pathlib import Path

import pytest
from increment import Tool

WRONG_MODULES = {
    "unparsable": ("func.func @f(%x: i32 {", "model.mlir:1:23: "),
    "unknown type": ("func.func private @f(!cmix.nothing)", "model.mlir:1:"),
    "wrong element type": (
        "func.func private @f(\n  !cmix.packed<4xui3>)",
        "model.mlir:2:21: element type of a packed tensor",
    ),
    "literal out of range": (
        "builtin.module {\n  %c = arith.constant dense<[1, 300]> : tensor<2xi8>\n}",
        "model.mlir:2:52: Integer value 300 is out of range",
    ),
    "undefined value": ("func.func @f() {\n  func.return %x : i32\n}", "model.mlir:"),
    "wrong operand type": (
        "func.func @f(%x: i32) -> i64 {\n  func.return %x : i32\n}",
        "model.mlir:2:3: 'func.return': ",
    ),
    "string without an end": (
        'func.func @f() {\n  "op"() {a = "} : (i32, i32, i32, i32, i32, i32, i32, i32) -> ()\n}',
        "model.mlir:2:15: expected a string that ends on its line",
    ),
    "unknown escape": (
        '"builtin.module"() ({}) {text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\q"} : () -> ()',
        "model.mlir:1:33: expected a string that ends on its line",
    ),
    "empty": (" \n", "model.mlir: expected a module, found an empty file"),
}


@pytest.mark.parametrize(("content", "expected"), WRONG_MODULES.values(), ids=WRONG_MODULES.keys())
def test_wrong_module(run_cmix_opt: Tool, tmp_path: Path, content: str, expected: str) -> None:
    path, output = tmp_path / "model.mlir", tmp_path / "out.mlir"
    path.write_text(content)
    code, out, err = run_cmix_opt(path, "-o", output)
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert expected in err
    assert sorted(tmp_path.iterdir()) == [path]


def test_not_text(run_cmix_opt: Tool, tmp_path: Path) -> None:
    path = tmp_path / "model.mlir"
    path.write_bytes(b"// caf\xe9\n")
    code, _, err = run_cmix_opt(path)
    assert code == 1
    assert "model.mlir:1: expected MLIR as UTF-8 text, found byte 0xe9" in err


def test_missing_file(run_cmix_opt: Tool, tmp_path: Path) -> None:
    code, _, err = run_cmix_opt(tmp_path / "none.mlir")
    assert code == 1
    assert err.endswith("none.mlir: No such file or directory\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-p", "canonicalise"], "unknown pass 'canonicalise', did you mean canonicalize"),
        (["-p", "canonicalize{fast=1}"], "pass 'canonicalize': unknown option 'fast'"),
        (["-p", "canonicalize{"], "pipeline 'canonicalize{': column "),
        (["-t", "mlir{fast=1}"], "target 'mlir': "),
        (
            ["-p", "cmix-schedule{pixels=two}"],
            "error: pass 'cmix-schedule': option 'pixels': expected an integer, found 'two'\n",
        ),
        (
            ["-p", "cmix-schedule{optimize=beauty}"],
            "option 'optimize': expected one of speed, size, found 'beauty'\n",
        ),
        (
            ["-p", "cmix-schedule{pixels=1,2}"],
            "option 'pixels': expected an integer, found '1,2'\n",
        ),
        (["-t", "cmix-c{unit=3}"], "target 'cmix-c': option 'unit': expected a name, found '3'\n"),
        (["-t", "cmix-c{uni=x}"], "target 'cmix-c': unknown option 'uni', its options are unit\n"),
        (["-t", "pdf"], "error: unknown target 'pdf', expected one of cmix-c, "),
        (["--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_wrong_command_line(
    run_cmix_opt: Tool, model: Path, arguments: list[str], expected: str
) -> None:
    code, out, err = run_cmix_opt(model, *arguments)
    assert (code, out) == (2, "")
    assert expected in err


def test_output_is_a_directory(run_cmix_opt: Tool, model: Path, tmp_path: Path) -> None:
    code, _, err = run_cmix_opt(model, "-o", tmp_path)
    assert code == 1
    assert err == f"error: {tmp_path}: expected a file to write, found a directory\n"


def test_failure_keeps_the_previous_output(run_cmix_opt: Tool, tmp_path: Path) -> None:
    path, output = tmp_path / "model.mlir", tmp_path / "out.mlir"
    path.write_text("nonsense")
    output.write_text("previous")
    assert run_cmix_opt(path, "-o", output)[0] == 1
    assert output.read_text() == "previous"


def test_output_to_a_device_leaves_it_a_device(run_cmix_opt: Tool, model: Path) -> None:
    assert run_cmix_opt(model, "-o", "/dev/null")[0] == 0
    assert Path("/dev/null").is_char_device()


def test_locations_count_lines_of_the_whole_file(run_cmix_opt: Tool, tmp_path: Path) -> None:
    path = tmp_path / "model.mlir"
    path.write_text(
        "func.func private @f()\n// -----\n"
        "func.func @g(%x: i32) -> i64 {\n  func.return %x : i32\n}"
    )
    _, _, err = run_cmix_opt(path, "--split-input-file")
    assert "model.mlir:4:3: 'func.return'" in err


def test_verify_diagnostics_still_prints_and_succeeds(run_cmix_opt: Tool, tmp_path: Path) -> None:
    path = tmp_path / "model.mlir"
    path.write_text("func.func @f(%x: i32) -> i64 {\n  func.return %x : i32\n}")
    code, out, err = run_cmix_opt(path, "--verify-diagnostics")
    assert (code, err) == (0, "")
    assert "Expected arguments to have the same types" in out


def test_plain_xdsl_opt_knows_the_universe(model: Path) -> None:
    tool = Path(sys.executable).with_name("xdsl-opt")
    result = subprocess.run([tool, model], capture_output=True, text=True, check=True)
    assert "cmix.inputs = [!cmix.packed<5xui8>]" in result.stdout
