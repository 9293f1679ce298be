"""Networks of level 1 through the pipeline `legalize`, to C, and what they compute there."""

from pathlib import Path

import numpy as np
import pytest

from cmixdsl.devices import get_device
from cmixdsl.driver import compile_module, legalize, load_module
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.pipelines import PIPELINES
from cmixdsl.running import run_compiled
from cmixdsl.tools import cmixc
from cmixdsl.tools.arguments import build_parser
from cmixdsl.universe import build_context

NETWORK = """
func.func @net(%x: tensor<6x6x3xf32>) -> tensor<4xf32> {
  %q = qnn.quantize %x : tensor<6x6x3xf32> -> tensor<6x6x3x!quant.uniform<u8:f32, 0.02:128>>
  %w = qnn.constant dense<3> : tensor<4x3x3x3x!quant.uniform<i4<-7:7>:f32, 0.1>>
  %p = qnn.pad %q low [0, 0, 0] high [1, 1, 0]
      : tensor<6x6x3x!quant.uniform<u8:f32, 0.02:128>>
     -> tensor<7x7x3x!quant.uniform<u8:f32, 0.02:128>>
  %c = qnn.conv2d %p, %w strides [2, 2]
      : tensor<7x7x3x!quant.uniform<u8:f32, 0.02:128>>,
        tensor<4x3x3x3x!quant.uniform<i4<-7:7>:f32, 0.1>> -> tensor<3x3x4xf32>
  %n = qnn.batch_norm %c scale [1.0, 2.0, -1.0, 0.5] offset [0.0, 0.5, 1.0, 1.0]
      mean [0.1, 0.0, 0.0, 0.0] variance [1.0, 1.0, 1.0, 1.0] epsilon 0.001
      : tensor<3x3x4xf32> -> tensor<3x3x4xf32>
  %r = qnn.clamp %n to [0.0, 6.0] : tensor<3x3x4xf32> -> tensor<3x3x4xf32>
  %s = qnn.quantize %r : tensor<3x3x4xf32> -> tensor<3x3x4x!quant.uniform<u4:f32, 0.4>>
  %g = qnn.global_avg_pool2d %s : tensor<3x3x4x!quant.uniform<u4:f32, 0.4>> -> tensor<4xf32>
  %y = qnn.quantize %g : tensor<4xf32> -> tensor<4x!quant.uniform<u4:f32, 0.4>>
  %z = qnn.dequantize %y : tensor<4x!quant.uniform<u4:f32, 0.4>> -> tensor<4xf32>
  return %z : tensor<4xf32>
}
"""

COARSE = """
func.func @net(%x: tensor<5x5x3x!quant.uniform<u2:f32, 0.5:1>>)
    -> tensor<5x5x2x!quant.uniform<u8:f32, 0.0625:100>> %ATTRIBUTE {
  %w = qnn.constant dense<[[[[1, -1, 1]]], [[[-2, 1, 0]]]]>
      : tensor<2x1x1x3x!quant.uniform<i2:f32:0, {1.0, 0.83}>>
  %b = qnn.constant dense<[0.221, -1.37]> : tensor<2xf32>
  %y = qnn.conv2d %x, %w bias %b : tensor<5x5x3x!quant.uniform<u2:f32, 0.5:1>>,
      tensor<2x1x1x3x!quant.uniform<i2:f32:0, {1.0, 0.83}>>, tensor<2xf32>
     -> tensor<5x5x2x!quant.uniform<u8:f32, 0.0625:100>>
  return %y : tensor<5x5x2x!quant.uniform<u8:f32, 0.0625:100>>
}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "network.mlir"
    path.write_text(NETWORK, encoding="utf-8")
    return path


def test_network_runs_in_integers(path: Path) -> None:
    context = build_context()
    stored = np.random.default_rng(0).integers(0, 256, (6, 6, 3))
    (real,) = run_module(load_module(context, path), [0.02 * (stored - 128.0)])
    compiled = compile_module(
        context, load_module(context, path), get_device("cortex-m4"), PIPELINES["cortex-m4"]
    )
    assert compiled.pipeline.startswith("qnn-fold-constants,")
    run = run_compiled(compiled, [stored], "embedded")
    assert np.abs(run.outputs[0] - real / 0.4).max() <= 1
    assert run.outputs[0].max() > 0


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [("", "#cmix.icn"), ('attributes {cmix.requantization = "fixed-point"}', "#cmix.fixed_point")],
)
def test_function_chooses_the_requantization(path: Path, attribute: str, expected: str) -> None:
    text = NETWORK.replace("-> tensor<4xf32> {", f"-> tensor<4xf32> {attribute} {{")
    path.write_text(text.replace("u4:f32, 0.4", "u8:f32, 0.05"))
    module = load_module(build_context(), path)
    legalize(build_context(), module, ())
    assert expected in str(module)
    assert "cmix.requantization" not in str(module)


@pytest.mark.parametrize("attribute", ["", 'attributes {cmix.requantization = "linear"}'])
def test_coarse_accumulators_compute_real_numbers(path: Path, attribute: str) -> None:
    """2-bit inputs and weights, 8-bit outputs: one product is 8 steps of the output."""
    path.write_text(COARSE.replace("%ATTRIBUTE", attribute))
    context, stored = build_context(), np.random.default_rng(0).integers(0, 4, (5, 5, 3))
    (real,) = run_module(load_module(context, path), [stored])
    device = get_device("cortex-m4")
    compiled = compile_module(
        context, load_module(context, path), device, PIPELINES[device.pipeline]
    )
    np.testing.assert_array_equal(run_compiled(compiled, [stored], "embedded").outputs[0], real)
    assert len(np.unique(real)) > 10


def test_unknown_requantization(path: Path) -> None:
    wrong = 'attributes {cmix.requantization = "exact"}'
    path.write_text(NETWORK.replace("-> tensor<4xf32> {", f"-> tensor<4xf32> {wrong} {{"))
    module = load_module(build_context(), path)
    with pytest.raises(
        CmixError, match=r'expected one of icn, linear, thresholds, fixed-point, found "ex'
    ):
        legalize(build_context(), module, ())


def test_validate_compares_from_level_2_on(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = cmixc.run(build_parser().parse_args(["validate", str(path), "-p", "canonicalize"]))
    assert code == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "legalize: done; cmixc compare shows what rounding changes",
        "canonicalize: no change",
    ]


def test_all_layers_without_an_integer_form_are_named(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(
        """func.func @net(%x: tensor<2x!quant.uniform<u4:f32, 0.5>>)
    -> tensor<1x!quant.uniform<u4:f32, 0.5>> {
  %sum = qnn.add %x, %x : tensor<2x!quant.uniform<u4:f32, 0.5>>,
      tensor<2x!quant.uniform<u4:f32, 0.5>> -> tensor<2xf32>
  %t = qnn.tanh %sum : tensor<2xf32> -> tensor<2x!quant.uniform<u4:f32, 0.5>>
  %w = qnn.reshape %t : tensor<2x!quant.uniform<u4:f32, 0.5>>
     -> tensor<1x2x!quant.uniform<u4:f32, 0.5>>
  %scores = qnn.fully_connected %t, %w : tensor<2x!quant.uniform<u4:f32, 0.5>>,
      tensor<1x2x!quant.uniform<u4:f32, 0.5>> -> tensor<1x!quant.uniform<u4:f32, 0.5>>
  return %scores : tensor<1x!quant.uniform<u4:f32, 0.5>>
}
"""
    )
    with pytest.raises(SystemExit) as end:
        cmixc.main(["compile", str(path), "-o", str(tmp_path / "out")])
    assert end.value.code == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: pass 'convert-qnn-to-cmix': 2 problems:",
        f"  {path}:3:3: 'qnn.add': layer 'sum': expected a quantized result, found %sum of f32: "
        "insert qnn.quantize behind it, and fold it",
        f"  {path}:8:3: 'qnn.fully_connected': layer 'scores': expected constant weights, found "
        "ones that are computed",
    ]
    assert not (tmp_path / "out").exists()
