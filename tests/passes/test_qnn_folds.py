"""Networks of the file checks compute the same numbers before and after each fold."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.dialects.qnn.tensors import QnnTensorType
from cmixdsl.dialects.quant import UniformType
from cmixdsl.execution import run_module
from cmixdsl.graph_model import find_graph_model
from cmixdsl.interpreters.quantization import dequantize, quantize
from cmixdsl.parsing import parse_module
from cmixdsl.pipelines import get_pipeline
from cmixdsl.universe import build_context

FILES = sorted(
    (Path(__file__).parent.parent / "filecheck" / "passes").glob("qnn_[cfhp][or]*_*.mlir")
)
CASES = [
    pytest.param(path.stem.replace("_", "-"), text, id=f"{path.stem}-{number}")
    for path in FILES
    for number, text in enumerate(path.read_text(encoding="utf-8").split("// -----"))
]

Array = npt.NDArray[Any]


def draw(generator: np.random.Generator, type_: QnnTensorType) -> Array:
    """Real numbers of which some are clamped, whatever the tensor's elements."""
    shape = type_.get_shape()
    if isinstance(type_.element_type, UniformType):
        low, high = type_.element_type.storage_range
        return dequantize(generator.integers(low, high + 1, shape), type_.element_type)
    return generator.normal(0, 4, shape)


def run_on_reals(module: ModuleOp, inputs: list[Array]) -> list[Array]:
    """The real numbers that a network makes of real numbers, quantized where its types say so."""
    model = find_graph_model(module)
    values = [
        quantize(array, type_.element_type)
        if isinstance(type_.element_type, UniformType)
        else array
        for array, type_ in zip(inputs, model.inputs, strict=True)
    ]
    return [
        dequantize(array, type_.element_type)
        if isinstance(type_.element_type, UniformType)
        else array
        for array, type_ in zip(run_module(module, values), model.outputs, strict=True)
    ]


@pytest.mark.parametrize(("name", "text"), CASES)
def test_fold_keeps_results(name: str, text: str) -> None:
    module = parse_module(build_context(), text.encode(), name)
    generator = np.random.default_rng(1)
    inputs = [draw(generator, type_) for type_ in find_graph_model(module).inputs]
    expected = run_on_reals(module, inputs)
    (instance,) = get_pipeline(name)
    instance.apply(build_context(), module)
    module.verify()
    for before, after in zip(expected, run_on_reals(module, inputs), strict=True):
        np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-12)


WEIGHTS = """
func.func @net(%x: tensor<2xf32>) -> tensor<2xf32> {{
  %w = qnn.constant dense<[[100, -50], [20, 127]]> : tensor<2x2x!quant.uniform<i8:f32{scales}>>
  %h = qnn.fully_connected %x, %w
      : tensor<2xf32>, tensor<2x2x!quant.uniform<i8:f32{scales}>> -> tensor<2xf32>
  %y = qnn.batch_norm %h scale [3.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0]
      epsilon 0.0 : tensor<2xf32> -> tensor<2xf32>
  return %y : tensor<2xf32>
}}
"""


@pytest.mark.parametrize("scales", [", 0.01", ":0, {0.01, 0.02}"])
def test_numbers_are_quantized_anew(scales: str) -> None:
    module = parse_module(build_context(), WEIGHTS.format(scales=scales).encode(), "weights")
    inputs = [np.array([1.0, -2.0])]
    (expected,) = run_module(module, inputs)
    (instance,) = get_pipeline("qnn-fold-batch-norm{into=weights}")
    instance.apply(build_context(), module)
    module.verify()
    (found,) = run_module(module, inputs)
    assert "batch_norm" not in str(module)
    # Weights of at most 3.81 in steps of 1/127 of that: half a step, times 3, the sum of |x|.
    assert np.abs(found - expected).max() <= 3 * 3.81 / 127 / 2
