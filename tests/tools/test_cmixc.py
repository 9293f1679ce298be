"""cmixc: what each command prints, writes and returns, and one clean message for wrong input."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from increment import Tool

from cmixdsl.devices import DEVICES
from cmixdsl.pipelines import PIPELINES, get_pipeline, print_pipeline
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.tools.arguments import build_parser
from cmixdsl.tools.cmixc import COMMANDS

X = np.array([0, 1, 127, 200, 255], np.uint8)
Y = [1, 2, 128, 201, 0]


@pytest.fixture
def x_path(tmp_path: Path) -> Path:
    """A file with `X`."""
    path = tmp_path / "x.npy"
    np.save(path, X)
    return path


def test_compile_writes_sources_and_summary(run_cmixc: Tool, model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    code, _, err = run_cmixc("compile", model, "-o", folder, "--pipeline", "canonicalize")
    assert (code, err) == (0, "")
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["model"] == "increment"
    assert summary["inputs"] == [{"shape": [5], "type": "u8", "bytes": 5}]
    written = {path.name for path in folder.iterdir()}
    assert written == {*summary["files"], "summary.json"}
    assert {Path(name).suffix for name in summary["files"]} == {".c", ".h"}


def test_compile_twice_gives_the_same_bytes(run_cmixc: Tool, model: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        run_cmixc("compile", model, "-o", tmp_path / name, "--pipeline", "canonicalize")
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes()


def test_compile_json(run_cmixc: Tool, model: Path, tmp_path: Path) -> None:
    code, out, _ = run_cmixc(
        "compile", model, "-o", tmp_path / "out", "--pipeline", "canonicalize", "--json"
    )
    assert code == 0
    assert json.loads(out) == json.loads((tmp_path / "out" / "summary.json").read_text())


@pytest.mark.parametrize("simulator", ["embedded", "qemu", "host"])
def test_run(run_cmixc: Tool, model: Path, x_path: Path, tmp_path: Path, simulator: str) -> None:
    if simulator not in available_simulators():
        pytest.skip(f"the tools of simulator {simulator} are not installed")
    output, stats = tmp_path / "y.npy", tmp_path / "stats.json"
    code, _, err = run_cmixc(
        *("run", model, "--input", x_path, "--output", output, "--json", stats),
        *("--pipeline", "canonicalize", "--simulator", simulator),
    )
    assert (code, err) == (0, "")
    assert np.load(output).tolist() == Y
    total = json.loads(stats.read_text())["total"]
    assert (total["instructions"] is None) == (simulator == "host")


def test_run_many_images(run_cmixc: Tool, model: Path, tmp_path: Path) -> None:
    x_path, y_path = tmp_path / "x.npy", tmp_path / "y.npy"
    np.save(x_path, np.stack([X, X[::-1]]))
    code, _, _ = run_cmixc(
        *("run", model, "--input", x_path, "--output", y_path),
        *("--pipeline", "canonicalize", "--simulator", "host"),
    )
    assert code == 0
    assert np.load(y_path).tolist() == [Y, Y[::-1]]


WRONG_ARRAYS = {
    "shape": (np.zeros((5, 5, 1), np.uint8), "expected an array of shape (5,), found (5, 5, 1)"),
    "image shape": (np.zeros((2, 4), np.uint8), "image 0, input 0: expected an array of shape"),
    "type": (np.zeros(5), "expected integers, found float64"),
    "range": (np.full(5, 256), "expected values in [0, 255] for u8, found 256 at (0,)"),
    "no image": (np.zeros((0, 5), np.uint8), "expected inputs with equally long leading axes"),
}


@pytest.mark.parametrize(("values", "message"), WRONG_ARRAYS.values(), ids=WRONG_ARRAYS.keys())
def test_run_wrong_array(
    run_cmixc: Tool, model: Path, tmp_path: Path, values: np.ndarray, message: str
) -> None:
    x_path, y_path = tmp_path / "x.npy", tmp_path / "y.npy"
    np.save(x_path, values)
    code, out, err = run_cmixc(
        *("run", model, "--input", x_path, "--output", y_path, "--pipeline", "canonicalize")
    )
    assert (code, out) == (1, "")
    assert message in err
    assert not y_path.exists()


def test_run_not_an_array(run_cmixc: Tool, model: Path) -> None:
    code, _, err = run_cmixc("run", model, "--input", model, "--pipeline", "canonicalize")
    assert code == 1
    assert "model.mlir: expected an array saved by numpy.save" in err


def test_missing_model(run_cmixc: Tool, tmp_path: Path) -> None:
    code, _, err = run_cmixc("compile", tmp_path / "none.mlir", "-o", tmp_path)
    assert code == 1
    assert err.endswith("none.mlir: cannot read: No such file or directory\n")


def test_unknown_target(run_cmixc: Tool, model: Path, tmp_path: Path) -> None:
    code, _, err = run_cmixc("compile", model, "-o", tmp_path / "out", "--target", "z80")
    assert code == 2
    assert err == f"error: unknown target 'z80', expected one of {', '.join(DEVICES)}\n"
    assert not (tmp_path / "out").exists()


def test_output_folder_is_a_file(run_cmixc: Tool, model: Path) -> None:
    code, _, err = run_cmixc("compile", model, "-o", model, "--pipeline", "canonicalize")
    assert code == 1
    assert "model.mlir: cannot make this folder: File exists" in err


def test_missing_compiler(
    run_cmixc: Tool, model: Path, x_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = run_cmixc(
        *("run", model, "--input", x_path, "--pipeline", "canonicalize", "--simulator", "qemu")
    )
    assert code == 3
    assert "apt install gcc-arm-none-eabi" in err


def test_too_big_for_memory(run_cmixc: Tool, tmp_path: Path) -> None:
    path = tmp_path / "model.mlir"
    path.write_text(
        '"memref.global"() <{sym_name = "arena", sym_visibility = "private", '
        "type = memref<2048xi8>, initial_value}> : () -> ()\n"
        "func.func @f(%x: memref<1xi8>) attributes {\n"
        "    cmix.inputs = [!cmix.packed<1xui8>], cmix.outputs = []} {\n  func.return\n}\n"
    )
    code, _, err = run_cmixc(
        *("compile", path, "-o", tmp_path / "out", "--pipeline", "canonicalize", "--ram", 1)
    )
    assert code == 1
    assert (
        "too big for cortex-m4: its buffers, inputs and outputs take 2049 bytes, there are 1024"
        in err
    )


def test_no_public_function(run_cmixc: Tool, tmp_path: Path) -> None:
    path = tmp_path / "model.mlir"
    path.write_text("func.func private @f()\n")
    code, _, err = run_cmixc("validate", path, "-p", "canonicalize")
    assert code == 1
    assert "exactly one public function, found none" in err


def test_second_public_function(run_cmixc: Tool, tmp_path: Path) -> None:
    path = tmp_path / "model.mlir"
    path.write_text("func.func @f() {\n  return\n}\nfunc.func @g() {\n  return\n}\n")
    code, _, err = run_cmixc("compile", path, "-o", tmp_path / "out")
    assert code == 1
    assert f"{path}:4:1: expected a module with exactly one public function, found @f, @g" in err


SCHEDULED = """
func.func @net(%x: !cmix.packed<4x4x4xui2>) -> !cmix.packed<4x4x2xui2> {
  %w = cmix.constant dense<3> : !cmix.packed<2x3x3x4xui2>
  %y = cmix.conv2d %x, %w padding [1, 1, 1, 1] bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [9], zero = 0>
      schedule <expand = SCHEDULE>
      : !cmix.packed<4x4x4xui2>, !cmix.packed<2x3x3x4xui2> -> !cmix.packed<4x4x2xui2>
  return %y : !cmix.packed<4x4x2xui2>
}
"""


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("overlap, filters = 1, pixels = 4, unroll = 12, spacing = 8", "lane 0 of 6 at 8 reaches"),
        ("outer, filters = 1, pixels = 8, spacing = 10", "lane 4 of 8 at 10 reaches 3"),
        ("rows, filters = 1, pixels = 4", "the schedule expands rows, which only depthwise"),
    ],
)
def test_schedule_that_is_refused(
    run_cmixc: Tool, tmp_path: Path, schedule: str, message: str
) -> None:
    """The layer's place in the file is known, however many passes it went through."""
    path = tmp_path / "model.mlir"
    path.write_text(SCHEDULED.replace("SCHEDULE", schedule))
    code, _, err = run_cmixc("compile", path, "-o", tmp_path / "out")
    assert code == 1
    assert f": {path}:4:3: 'cmix." in err
    assert message in err
    assert not (tmp_path / "out").exists()


def test_strided_schedule_that_is_refused(run_cmixc: Tool, tmp_path: Path) -> None:
    """Taps are split into phases before words are packed."""
    path = tmp_path / "model.mlir"
    path.write_text("""
func.func @net(%x: !cmix.packed<5x5x4xui2>) -> !cmix.packed<2x2x4xui2> {
  %w = cmix.constant dense<3> : !cmix.packed<3x3x4xui2>
  %y = cmix.depthwise_conv2d %x, %w strides [2, 2] bias [5, 6, 7, 8]
      requant #cmix.icn<m0 = [1073741824], n0 = [9], zero = 0>
      schedule <expand = overlap, filters = 1, pixels = 4, spacing = 4, channels = 4>
      : !cmix.packed<5x5x4xui2>, !cmix.packed<3x3x4xui2> -> !cmix.packed<2x2x4xui2>
  return %y : !cmix.packed<2x2x4xui2>
}
""")
    code, _, err = run_cmixc("compile", path, "-o", tmp_path / "out")
    assert code == 1
    assert f": {path}:4:3: 'cmix.contract': overlap: " in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["main", "int", "memcpy", "cmix_smlad", "_net"])
def test_name_that_is_taken_in_c(run_cmixc: Tool, model: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "named.mlir"
    path.write_text(re.sub(r"@\w+", f"@{name}", model.read_text(), count=1))
    code, _, err = run_cmixc("compile", path, "-o", tmp_path / "out")
    assert code == 1
    assert f"found @{name}: rename the function" in err
    assert not (tmp_path / "out").exists()


def test_control_flow(run_cmixc: Tool, tmp_path: Path) -> None:
    path = tmp_path / "blocks.mlir"
    path.write_text(
        "func.func @net(%x: !cmix.packed<1xui8>) -> !cmix.packed<1xui8> {\n"
        "  cf.br ^end\n^end:\n  return %x : !cmix.packed<1xui8>\n}\n"
    )
    code, _, err = run_cmixc("compile", path, "-o", tmp_path / "out")
    assert code == 1
    assert "expected @net to be one block, found 2: control flow is not supported" in err


def test_negative_seed(run_cmixc: Tool, model: Path) -> None:
    code, _, err = run_cmixc("validate", model, "-p", "cse", "--seed", -1)
    assert code == 2
    assert "expected a natural number, found '-1'" in err


def test_validate_prints_each_pass(run_cmixc: Tool, model: Path) -> None:
    code, out, err = run_cmixc("validate", model, "-p", "canonicalize,cse", "--seed", 3)
    assert (code, err) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines()] == ["canonicalize", "cse"]


def test_pipelines(run_cmixc: Tool) -> None:
    code, out, _ = run_cmixc("pipelines")
    assert code == 0
    assert [line.split(":")[0] for line in out.splitlines()] == list(PIPELINES)


@pytest.mark.parametrize("name", PIPELINES)
def test_printed_pipeline_is_the_pipeline(run_cmixc: Tool, name: str) -> None:
    code, out, _ = run_cmixc("pipelines", name)
    assert code == 0
    assert get_pipeline(out.strip()) == PIPELINES[name]
    assert print_pipeline(PIPELINES[name]) == out.strip()


def test_targets(run_cmixc: Tool) -> None:
    code, out, _ = run_cmixc("targets")
    assert code == 0
    assert [line.split(":")[0] for line in out.splitlines()] == list(DEVICES)


BIAS_TOO_BIG = """func.func @net(%x: !cmix.packed<1xui8>) -> !cmix.packed<1xui8> {
  %w = cmix.constant dense<[[1]]> : !cmix.packed<1x1xsi4>
  %y = cmix.fully_connected %x, %w bias [2147483648]
      requant #cmix.icn<m0 = [1], n0 = [0], zero = 0>
      : !cmix.packed<1xui8>, !cmix.packed<1x1xsi4> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BIAS_TOO_BIG, ":3:52: value does not fit its integer type"),
        ("builtin.module {\n" * 3000 + "}\n" * 3000, "nested too deeply"),
        (
            "func.func private @f(!cmix.packed<50000x50000xui2>)\n",
            "packed tensor must have at most 2147483647 elements, found 2500000000",
        ),
    ],
)
def test_extreme_model(run_cmixc: Tool, tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "extreme.mlir"
    path.write_text(text)
    code, _, err = run_cmixc("compile", path, "-o", tmp_path / "out")
    assert code == 1
    assert err.startswith(f"error: {path}:")
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        build_parser().parse_args([command, "--help"])
    assert f"  cmixc {command}" in capsys.readouterr().out


SHARED_VALUES = """func.func @net(%x: !cmix.packed<1x1x3xui4>)
    -> (!cmix.packed<1x1x3xui4>, !cmix.packed<1x1x3xui4>, !cmix.packed<1x1x3xui4>) {
  %c = cmix.constant dense<[[[1, 2, 15]]]> : !cmix.packed<1x1x3xui4>
  %a = cmix.max_pool2d %c kernel [1, 1] : !cmix.packed<1x1x3xui4> -> !cmix.packed<1x1x3xui4>
  %z = cmix.add %a, %x requant #cmix.icn<m0 = [1073741824], n0 = [-2], zero = 0>
      : !cmix.packed<1x1x3xui4>, !cmix.packed<1x1x3xui4> -> !cmix.packed<1x1x3xui4>
  return %x, %a, %z : !cmix.packed<1x1x3xui4>, !cmix.packed<1x1x3xui4>, !cmix.packed<1x1x3xui4>
}
"""


@pytest.mark.parametrize("simulator", available_simulators())
def test_outputs_that_are_inputs_or_used_again(
    run_cmixc: Tool, tmp_path: Path, simulator: str
) -> None:
    path, x_path = tmp_path / "shared.mlir", tmp_path / "x.npy"
    path.write_text(SHARED_VALUES)
    np.save(x_path, np.array([[[3, 4, 5]]]))
    outputs = [tmp_path / f"y{index}.npy" for index in range(3)]
    options = [word for output in outputs for word in ("--output", output)]
    code, _, err = run_cmixc("run", path, "--input", x_path, *options, "--simulator", simulator)
    assert (code, err) == (0, "")
    found = [np.load(output).ravel().tolist() for output in outputs]
    assert found == [[3, 4, 5], [1, 2, 15], [4, 6, 15]]


def test_board_memory_says_what_is_too_much(
    run_cmixc: Tool, repository: Path, tmp_path: Path
) -> None:
    model = repository / "examples" / "01_pointwise_conv" / "model.mlir"
    limits = ("--ram", 1, "--board-memory")
    code, _, err = run_cmixc("compile", model, "-o", tmp_path / "out", *limits)
    assert code == 0
    assert "note: its buffers, inputs and outputs take " in err
    assert "more than the part's 1024: going on with the memory of the emulated board" in err
