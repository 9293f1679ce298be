"""What ONNX Runtime's own quantizer writes is imported, answers as ONNX Runtime, and compiles."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime.quantization")

from frontends.onnx_quantizer import NETWORKS, draw_images, quantize
from frontends.onnx_runs import compare
from frontends.onnx_writer import run_onnxruntime

from cmixdsl.deployment import compile_network
from cmixdsl.driver import apply_pipeline
from cmixdsl.execution import run_module
from cmixdsl.frontends.load import load_network, load_reference
from cmixdsl.graph_model import build_random_graph_inputs, find_graph_model
from cmixdsl.interpreters.quantization import quantize as quantize_values
from cmixdsl.pipelines import get_pipeline
from cmixdsl.reference_comparison import compare_with_reference
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context

TYPES = (
    ("QUInt8", "QInt8", True),
    ("QUInt8", "QInt4", True),
    ("QInt8", "QInt8", False),
    ("QUInt8", "QUInt8", False),
    ("QInt8", "QUInt4", False),
)
"""Of activations and weights, and whether each output channel has a scale."""
CASES = [
    pytest.param(name, *types, marks=[] if index < 2 else pytest.mark.full)
    for name in NETWORKS
    for index, types in enumerate(TYPES)
]
IMAGES = 100


@pytest.mark.parametrize(("name", "activations", "weights", "per_channel"), CASES)
def test_answers_are_onnxruntimes(
    name: str, activations: str, weights: str, per_channel: bool, tmp_path: Path
) -> None:
    """At least 99 of 100, be ONNX Runtime optimized, as by default, or not.

    But for averages that keep their scale. These are exact in ONNX Runtime's operator on integers,
    and halves become even; in real numbers f32 decides where halves go.
    """
    path = tmp_path / "net.onnx"
    writer = quantize(path, name, activations, weights, per_channel=per_channel)
    images = draw_images(writer.generator, IMAGES, writer.shape[1:])
    for is_optimized in (True,) if name == "resnet" else (True, False):
        (expected,) = run_onnxruntime(path, images, is_optimized=is_optimized)
        assert len(np.unique(expected.argmax(1))) > 1 or weights.endswith("4")
        (difference,) = compare(path, images, [expected], legalized=True)
        assert difference.equal_places >= 99


@pytest.mark.parametrize(("name", "activations", "weights", "per_channel"), CASES)
def test_layers_are_onnxruntimes(
    name: str, activations: str, weights: str, per_channel: bool, tmp_path: Path
) -> None:
    """Layers with weights and sums but for one in a thousand elements; averages to a step."""
    path = tmp_path / "net.onnx"
    quantize(path, name, activations, weights, per_channel=per_channel)
    reference = load_reference(build_context(), path)
    assert reference is not None
    inputs = build_random_graph_inputs(find_graph_model(reference.module), 0)
    for layer in compare_with_reference(build_context(), reference, inputs):
        assert layer.own <= 1.001, layer
        assert layer.differing <= 0.001 or layer.op == "qnn.avg_pool2d", layer


@pytest.mark.parametrize(
    ("name", "weights"),
    [("resnet", "QInt4"), pytest.param("mobilenet", "QInt8", marks=pytest.mark.full)],
)
def test_programs_compute_what_level_2_means(name: str, weights: str, tmp_path: Path) -> None:
    if "embedded" not in available_simulators():
        pytest.skip("no simulator of a core is installed")
    path = tmp_path / "net.onnx"
    writer = quantize(path, name, "QInt8", weights, per_channel=True)
    images = np.moveaxis(writer.images[:3], 1, -1)
    context = build_context()
    network = load_network(context, path)
    deployed = compile_network(network)
    apply_pipeline(context, network, get_pipeline("legalize"))
    stored = [quantize_values(image, deployed.input_types[0]) for image in images]
    run = deployed.run(images, simulator="embedded")
    expected = [run_module(network, [image])[0] for image in stored]
    np.testing.assert_array_equal(run.stored[0], expected)
