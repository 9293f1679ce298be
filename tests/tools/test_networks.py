"""Commands of cmixc take files of other tools directly."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("tflite_micro")

from frontends.onnx_writer import Writer, run_onnxruntime
from frontends.oracle import Oracle
from frontends.tflite_models import ModelBuilder

from cmixdsl.tools import cmixc
from cmixdsl.tools.arguments import build_parser

QONNX = Path(__file__).parents[2] / "examples" / "brevitas" / "digits_qonnx.onnx"


def build_qdq(path: Path) -> Path:
    """A convolution and a fully connected layer; the output in steps of 1/16."""
    writer = Writer()
    x = writer.quantize("x", "uint8")
    x = writer.node("Conv", [x, writer.weights((4, 3, 3, 3), "int4"), writer.bias(4)], "conv")
    flat = writer.node("Flatten", [writer.quantize(writer.node("Relu", [x]), "uint4")])
    x = writer.node("Gemm", [flat, writer.weights((5, 144)), writer.bias(5)], "fc", transB=1)
    scale, zero = writer.constant(np.float32(1 / 16)), writer.constant(0, "int8")
    x = writer.node("QuantizeLinear", [x, scale, zero])
    return writer.save(path / "net.onnx", writer.node("DequantizeLinear", [x, scale, zero]))


def build_tflite(path: Path) -> Path:
    """A convolution and a softmax."""
    builder = ModelBuilder(0)
    x = builder.conv2d(builder.add_input((1, 8, 8, 3)), 4, (3, 3), activation="RELU")
    builder.softmax(builder.fully_connected(builder.reshape(x, (1, 256)), 5))
    file = path / "net.tflite"
    file.write_bytes(builder.build())
    return file


def get_qonnx(_: Path) -> Path:
    """The network of the Brevitas example."""
    return QONNX


BUILD = (build_qdq, build_tflite, get_qonnx)


def sample(always: Callable[[Path], Path]) -> list[Any]:
    """All formats, of which all but one only in complete sweeps."""
    return [b if b is always else pytest.param(b, marks=pytest.mark.full) for b in BUILD]


def call(*arguments: object) -> None:
    assert cmixc.run(build_parser().parse_args([str(argument) for argument in arguments])) == 0


def run(model: Path, values: np.ndarray, folder: Path) -> np.ndarray:
    np.save(folder / "x.npy", values)
    call("run", model, "--input", folder / "x.npy", "--output", folder / "y.npy")
    return np.load(folder / "y.npy")


def test_run_onnx_on_real_numbers(tmp_path: Path) -> None:
    model = build_qdq(tmp_path)
    images = np.random.default_rng(1).uniform(0, 1, (3, 3, 8, 8)).astype(np.float32)
    (expected,) = run_onnxruntime(model, images)
    found = run(model, np.moveaxis(images, 1, -1), tmp_path)
    assert np.abs(found - expected * 16).max() <= 1.001


def test_run_tflite(tmp_path: Path) -> None:
    model = build_tflite(tmp_path)
    image = np.random.default_rng(1).integers(-128, 128, (8, 8, 3), np.int8)
    found = run(model, image, tmp_path)
    np.testing.assert_array_equal(found, Oracle(model.read_bytes()).run([image])[-1])


@pytest.mark.parametrize("build", sample(get_qonnx))
def test_compile(build: Callable[[Path], Path], tmp_path: Path) -> None:
    model = build(tmp_path)
    call("compile", model, "-o", tmp_path / "out", "--project")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["model"] == model.stem
    assert (tmp_path / "out" / "model.h").exists()


@pytest.mark.parametrize("build", sample(build_tflite))
def test_report(build: Callable[[Path], Path], tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    call("report", build(tmp_path), "-o", tmp_path / "page.html")
    assert "conv" in (tmp_path / "page.html").read_text().lower()


@pytest.mark.parametrize("build", sample(build_qdq))
def test_tune(build: Callable[[Path], Path], tmp_path: Path) -> None:
    """What comes out has schedules, and compiles."""
    options = ["--limit", 1, "--jobs", 1, "--simulator", "embedded", "--cache", tmp_path / "cache"]
    call("tune", build(tmp_path), "-o", tmp_path / "tuned.mlir", *options)
    assert "schedule <expand" in (tmp_path / "tuned.mlir").read_text()
    call("compile", tmp_path / "tuned.mlir", "-o", tmp_path / "out")


@pytest.mark.parametrize(
    ("values", "advice"),
    [
        (np.zeros((3, 8, 8)), ": move the channels to the last axis (numpy.moveaxis)"),
        (np.full((8, 8, 3), np.nan), "input 0: expected finite numbers, found nan at (0, 0, 0)"),
    ],
)
def test_wrong_inputs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], values: np.ndarray, advice: str
) -> None:
    np.save(tmp_path / "x.npy", values)
    arguments = ["run", str(build_qdq(tmp_path)), "--input", str(tmp_path / "x.npy")]
    assert cmixc.run(build_parser().parse_args(arguments)) == 1
    assert advice in capsys.readouterr().err


def test_batch_where_one_input_is_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "x.npy", np.zeros((1, 8, 8, 3)))
    arguments = ["compare", str(build_qdq(tmp_path)), "--input", str(tmp_path / "x.npy")]
    assert cmixc.run(build_parser().parse_args(arguments)) == 1
    assert "found (1, 8, 8, 3): leave out the batch" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((3, 8, 8)), "input 0: expected an array of shape (8, 8, 3), found (3, 8, 8)"),
        (np.full((8, 8, 3), np.nan), "input 0: expected finite numbers, found nan at (0, 0, 0)"),
        (np.full((8, 8, 3), 256), "input 0: expected values in [0, 255] for u8, found 256"),
    ],
)
def test_run_names_wrong_inputs_before_it_compiles(
    values: np.ndarray,
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cmixdsl.passes.outline_layers.OutlineLayersPass.apply", None)
    x_path = tmp_path / "x.npy"
    np.save(x_path, values)
    arguments = ["run", str(build_qdq(tmp_path)), "--input", str(x_path)]
    assert cmixc.run(build_parser().parse_args(arguments)) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"error: {message}")
    assert error.count("\n") == 1
