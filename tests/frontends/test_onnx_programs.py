"""Imported networks down to C: what it computes is what the integers of level 2 mean."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from frontends.onnx_writer import Writer
from frontends.test_onnx_networks import LINE, MICROSOFT, NETWORKS, Build, build_line

from cmixdsl.deployment import compile_network
from cmixdsl.driver import apply_pipeline
from cmixdsl.execution import run_module
from cmixdsl.frontends.load import load_network
from cmixdsl.interpreters.quantization import quantize
from cmixdsl.pipelines import get_pipeline
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context


def build_everything(writer: Writer) -> tuple[str, ...]:
    """What layers with weights do not show, each in a result of its own.

    Batch normalization behind a real sum and difference, constants of the image's shape, averages
    with halves, a softmax that is not in steps of 1/256, operators on integers.
    """
    writer.opsets[MICROSOFT] = 1
    normal, uniform = writer.generator.normal, writer.generator.uniform
    x = writer.quantize("x", "uint8")
    image = writer.quantize(writer.node("Conv", [x, writer.weights((4, 3, 3, 3))]), "int8")
    parameters = [normal(0, 1, 4), normal(0, 1, 4), normal(0, 1, 4), uniform(0.5, 2, 4)]
    constants = [writer.constant(values.astype(np.float32)) for values in parameters]
    total = writer.node("Add", [image, image])
    normalized = writer.quantize(writer.node("BatchNormalization", [total, *constants]), "uint8")
    places = writer.constant(normal(0, 1, (1, 4, 6, 6)).astype(np.float32))
    gains = writer.constant(uniform(0.5, 2, (1, 4, 6, 6)).astype(np.float32))
    moved = writer.quantize(writer.node("Sub", [places, image]), "uint4")
    product = writer.quantize(writer.node("Mul", [image, gains]))
    same = writer.nodes[-1].input[1:]
    averages = [
        writer.quantize(
            writer.node("AveragePool", [value], kernel_shape=[2, 2], strides=[2, 2]), kind
        )
        for value, kind in ((product, "int8"), (moved, "uint4"), (moved, "uint2"))
    ]
    average = writer.node("AveragePool", [product], kernel_shape=[2, 2], strides=[2, 2])
    average = writer.node("QuantizeLinear", [average, *same])
    averages.append(writer.node("DequantizeLinear", [average, *same]))
    border = writer.node("AveragePool", [moved], kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    averages.append(writer.quantize(border))
    shares = writer.quantize(writer.node("Softmax", [averages[0]], axis=1), "uint4")
    steps = [writer.constant(np.float32(0.125)), writer.constant(100, "uint8")]
    stored = writer.node("QuantizeLinear", [normalized, *steps])
    stored = writer.node("QLinearAdd", [stored, *steps] * 2 + steps, domain=MICROSOFT)
    return (*averages, shares, writer.node("DequantizeLinear", [stored, *steps]))


def test_programs_compute_what_level_2_means(tmp_path: Path) -> None:
    writer = Writer(opset=25, has_binary_scales=True)
    legal = check_program(writer, build_everything(writer), tmp_path, ("host", "embedded"))
    assert "#cmix.thresholds" in legal
    assert "to_even" in legal


@pytest.mark.full
@pytest.mark.parametrize("build", [*NETWORKS, build_line])
def test_programs_of_networks(build: Build, tmp_path: Path) -> None:
    writer = Writer(shape=LINE) if build is build_line else Writer()
    check_program(writer, build(writer), tmp_path, ("embedded",))


def check_program(
    writer: Writer, outputs: Sequence[str], folder: Path, simulators: Sequence[Simulator]
) -> str:
    """Runs C and level 2, whose text is returned."""
    path = writer.save(folder / "net.onnx", *outputs)
    context = build_context()
    network = load_network(context, path)
    deployed = compile_network(network)
    apply_pipeline(context, network, get_pipeline("legalize"))
    images = np.moveaxis(writer.images[:3], 1, -1)
    stored = quantize(images, deployed.input_types[0])
    expected = [run_module(network, [image]) for image in stored]
    for simulator in simulators:
        if simulator in available_simulators():
            run = deployed.run(stored, simulator=simulator)
            for index, found in enumerate(run.stored):
                np.testing.assert_array_equal(found, [each[index] for each in expected])
    return str(network)
