"""Operators that the larger networks do without: against ONNX Runtime, and down to C."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from frontends.onnx_runs import compare_with_onnxruntime
from frontends.onnx_writer import Writer

from cmixdsl.deployment import compile_network
from cmixdsl.driver import apply_pipeline
from cmixdsl.execution import run_module
from cmixdsl.frontends.load import load_network
from cmixdsl.interpreters.quantization import quantize
from cmixdsl.pipelines import get_pipeline
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context

MICROSOFT = "com.microsoft"
FLOAT = 1


def build_integer_operators(writer: Writer) -> list[str]:
    """Those of com.microsoft, each in a result of its own."""
    writer.opsets[MICROSOFT] = 1

    def build(op: str, inputs: list[str], steps: list[str]) -> str:
        node = writer.node(op, inputs, domain=MICROSOFT)
        return writer.node("DequantizeLinear", [node, *steps])

    def make_steps(scale: float, zero: int) -> list[str]:
        return [writer.constant(np.float32(scale)), writer.constant(zero, "uint8")]

    fine, wide, shares = make_steps(1 / 255, 0), make_steps(0.011, 90), make_steps(1 / 256, 0)
    x = [writer.node("QuantizeLinear", ["x", *fine]), *fine]
    moved = [writer.node("QLinearAdd", [*x, *x, *wide], domain=MICROSOFT), *wide]
    pooled = writer.node(
        "QLinearAveragePool", [*moved, *fine], domain=MICROSOFT, kernel_shape=[2, 2]
    )
    mean = writer.node("QLinearGlobalAveragePool", [*moved, *wide], domain=MICROSOFT)
    joined = writer.node("QLinearConcat", [*wide, *x, *moved], domain=MICROSOFT, axis=1)
    row = [writer.node("Flatten", [mean]), *wide]
    softmax = writer.node("QLinearSoftmax", [*row, *shares], domain=MICROSOFT, axis=1, opset=13)
    matrix = [
        writer.constant(writer.generator.integers(-63, 64, (5, 3)), "int8"),
        writer.constant(writer.generator.uniform(0.005, 0.01, 5).astype(np.float32)),
        writer.constant(np.zeros(5, np.int8), "int8"),
    ]
    bias = writer.constant(writer.generator.integers(-999, 999, 5), "int32")
    product = writer.node("QGemm", [*row, *matrix, bias, *wide], domain=MICROSOFT, transB=1)
    ends = [(pooled, fine), (mean, wide), (joined, wide), (softmax, shares), (product, wide)]
    return [
        build("QLinearMul", [*moved, *x, *wide], wide),
        build("QLinearSigmoid", [*moved, *shares], shares),
        *(writer.node("DequantizeLinear", [value, *steps]) for value, steps in ends),
    ]


def build_functions(writer: Writer) -> list[str]:
    """Negation, hyperbolic tangent, the largest of an image, what leaves numbers as they are."""
    x = writer.quantize("x", "uint8")
    image = writer.quantize(writer.node("Conv", [x, writer.weights((4, 3, 3, 3))]))
    tanh = writer.quantize(writer.node("Tanh", [image]))
    negative = writer.quantize(writer.node("Neg", [image]))
    row = writer.node("Flatten", [writer.node("GlobalMaxPool", [image])])
    row = writer.node("Cast", [writer.node("Dropout", [row])], to=FLOAT)
    row = writer.node("Unsqueeze", [row, writer.constant([1], "int64")])
    row = writer.node("Identity", [writer.node("Squeeze", [row, writer.constant([1], "int64")])])
    weights = [writer.weights((5, 4)), writer.bias(5)]
    return [tanh, negative, writer.quantize(writer.node("Gemm", [row, *weights], transB=1))]


CASES: tuple[Callable[[Writer], list[str]], ...] = (build_integer_operators, build_functions)


@pytest.mark.parametrize("is_legalized", [False, True])
@pytest.mark.parametrize("build", CASES)
def test_results_are_onnxruntimes(
    build: Callable[[Writer], list[str]], is_legalized: bool, tmp_path: Path
) -> None:
    writer = Writer()
    path = writer.save(tmp_path / "net.onnx", *build(writer))
    for difference in compare_with_onnxruntime(path, writer.images, legalized=is_legalized):
        assert difference.largest_steps <= 1.001
        assert difference.unequal < 0.02


@pytest.mark.parametrize("build", CASES)
def test_programs_compute_what_level_2_means(
    build: Callable[[Writer], list[str]], tmp_path: Path
) -> None:
    if "embedded" not in available_simulators():
        pytest.skip("no simulator of a core is installed")
    writer = Writer()
    path = writer.save(tmp_path / "net.onnx", *build(writer))
    context = build_context()
    network = load_network(context, path)
    deployed = compile_network(network)
    apply_pipeline(context, network, get_pipeline("legalize"))
    images = quantize(np.moveaxis(writer.images[:2], 1, -1), deployed.input_types[0])
    expected = [run_module(network, [image]) for image in images]
    for index, found in enumerate(deployed.run(images, simulator="embedded").stored):
        np.testing.assert_array_equal(found, [each[index] for each in expected])
