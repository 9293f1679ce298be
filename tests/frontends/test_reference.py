"""`cmixc compare` on files: every layer against the runtime of the file's format."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from frontends.onnx_writer import Writer, run_onnxruntime
from frontends.test_onnx_networks import (
    build_arithmetic,
    build_biases,
    build_classifier,
    build_columns,
    build_flat_images,
    build_groups,
    build_integers,
    build_positions,
)
from frontends.tflite_cases import build_residual_network

from cmixdsl.frontends.load import load_network, load_reference
from cmixdsl.frontends.reference import LayerReference
from cmixdsl.graph_model import build_random_graph_inputs, find_graph_model
from cmixdsl.level_comparison import LayerDifference
from cmixdsl.reference_comparison import compare_with_reference
from cmixdsl.tools import cmixc
from cmixdsl.tools.arguments import build_parser
from cmixdsl.universe import build_context

Build = Callable[[Writer], tuple[str, ...]]


def load(path: Path) -> LayerReference:
    reference = load_reference(build_context(), path)
    assert reference is not None
    return reference


def compare(reference: LayerReference) -> list[LayerDifference]:
    inputs = build_random_graph_inputs(find_graph_model(reference.module), 0)
    return compare_with_reference(build_context(), reference, inputs)


@pytest.mark.parametrize(
    "build",
    [
        build_classifier,
        build_groups,
        build_arithmetic,
        build_positions,
        build_columns,
        build_biases,
        build_flat_images,
        build_integers,
    ],
)
def test_layers_are_within_a_step_of_onnxruntime(build: Build, tmp_path: Path) -> None:
    writer = Writer()
    outputs = build(writer)
    reference = load(writer.save(tmp_path / "net.onnx", *outputs))
    assert reference.runtime == "onnxruntime"
    names = {name for node in writer.nodes for name in node.output}
    assert names.issuperset(reference.tensors)
    assert reference.tensors[-len(outputs) :] == outputs
    differences = compare(reference)
    # The first tensor is the quantized input.
    assert [difference.tensor for difference in differences] == list(reference.tensors[1:])
    for difference in differences:
        assert difference.own <= 1.001, difference


def test_results_are_what_onnxruntime_computes(tmp_path: Path) -> None:
    """The runtime's numbers against numpy's reading of them, layout included."""
    writer = Writer()
    path = writer.save(tmp_path / "net.onnx", *build_flat_images(writer))
    reference = load(path)
    model = find_graph_model(reference.module)
    image = np.moveaxis(writer.images[0], 0, -1)
    steps = reference.run([image])
    expected = run_onnxruntime(path, writer.images[:1])
    for found, wanted, type_ in zip(steps[-3:], expected, model.outputs[-3:], strict=True):
        element: Any = type_.element_type
        reals = (found - element.zero_points[0]) * element.scales[0]
        if reals.ndim == 3:
            reals = np.moveaxis(reals, -1, 0)
        np.testing.assert_allclose(reals[None], wanted, atol=1e-5)


def test_a_wrong_layer_is_found(tmp_path: Path) -> None:
    """The second convolution's bias grows; only this layer is wrong by itself."""
    writer = Writer()
    path = writer.save(tmp_path / "net.onnx", *build_classifier(writer))
    right = load(path)
    biases = [c for c in writer.constants if tuple(c.dims) == (8,) and c.data_type == 1]
    biases[-1].float_data[3] += 1.0
    wrong = load(writer.save(tmp_path / "wrong.onnx", right.tensors[-1]))
    differences = compare(replace(wrong, run=right.run))
    assert [difference.op for difference in differences if difference.own > 1.001] == [
        "qnn.depthwise_conv2d"
    ]
    assert differences[-1].accumulated > 1.001


def test_tflite_layers_are_equal(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(build_residual_network(0))
    reference = load(path)
    differences = compare(reference)
    assert reference.runtime == "TensorFlow Lite Micro"
    assert len(differences) == len(reference.tensors) == 10
    for difference in differences:
        assert difference.own == difference.accumulated == difference.differing == 0


def test_qonnx_layers_are_within_a_step(repository: Path) -> None:
    reference = load(repository / "examples" / "brevitas" / "digits_qonnx.onnx")
    assert reference.runtime == "qonnx"
    differences = compare(reference)
    assert len(differences) == 7
    assert max(difference.own for difference in differences) <= 1.001


def run_compare(arguments: list[str]) -> None:
    assert cmixc.run(build_parser().parse_args(["compare", *arguments])) == 0


def test_without_the_runtime(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer()
    path = writer.save(tmp_path / "net.onnx", *build_classifier(writer))
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    run_compare([str(path), "--json"])
    captured = capsys.readouterr()
    assert "'onnxruntime'" in captured.err
    assert "pip install 'cmixdsl[onnx,compare]'; comparing with level 1 instead" in captured.err
    assert json.loads(captured.out)["reference"] == "level 1"


def test_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    writer = Writer()
    path = writer.save(tmp_path / "net.onnx", *build_classifier(writer))
    run_compare([str(path), "--seed", "3"])
    table = capsys.readouterr().out
    assert "integers against onnxruntime" in table
    assert "tensor of the file" in table
    run_compare([str(path), "--against", "level-1"])
    assert "integers against level 1" in capsys.readouterr().out


def test_runtime_that_refuses_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An operator set that no runtime has yet, which the importer does not mind."""
    writer = Writer()
    path = writer.save(tmp_path / "net.onnx", *build_classifier(writer))
    model = onnx.ModelProto.FromString(path.read_bytes())
    model.opset_import[0].version = 999
    path.write_bytes(model.SerializeToString())
    load_network(build_context(), path)
    assert cmixc.run(build_parser().parse_args(["compare", str(path)])) == 1
    error = capsys.readouterr().err
    assert "net.onnx: onnxruntime cannot run this network: " in error
    assert "Traceback" not in error
