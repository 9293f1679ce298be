"""`cmixc compare`, on differences that are known by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from cmixdsl.tools import cmixc
from cmixdsl.tools.arguments import build_parser

# At the border, the mean of 0 and 1 is a tie: 0 where ties go to even, 1 where they go away from
# zero. That of 1 and 2 becomes 2 either way. Twice the first, less the second: 2 steps apart.
NETWORK = """
func.func @net(%x: tensor<1x2x2x!quant.uniform<u4:f32, 1.0>>)
    -> tensor<1x1x1x!quant.uniform<i8:f32, 1.0>> {
  %m = qnn.avg_pool2d %x kernel [2, 2] padding [1, 0, 0, 0]
      : tensor<1x2x2x!quant.uniform<u4:f32, 1.0>> -> tensor<1x1x2x!quant.uniform<u4:f32, 1.0>>
  %w = qnn.constant dense<[[[[2, -1]]]]> : tensor<1x1x1x2x!quant.uniform<i4:f32, 1.0>>
  %y = qnn.conv2d %m, %w
      : tensor<1x1x2x!quant.uniform<u4:f32, 1.0>>, tensor<1x1x1x2x!quant.uniform<i4:f32, 1.0>>
     -> tensor<1x1x1x!quant.uniform<i8:f32, 1.0>>
  return %y : tensor<1x1x1x!quant.uniform<i8:f32, 1.0>>
}
"""


def test_differences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, image = tmp_path / "net.mlir", tmp_path / "x.npy"
    model.write_text(NETWORK, encoding="utf-8")
    np.save(image, np.array([[[0, 1], [1, 2]]]))
    arguments = ["compare", str(model), "--input", str(image), "--json"]
    assert cmixc.run(build_parser().parse_args(arguments)) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reference"] == "level 1"
    assert found["layers"] == [
        {
            "layer": "m",
            "op": "qnn.avg_pool2d",
            "tensor": "",
            "own": 1,
            "accumulated": 1,
            "differing": 0.5,
        },
        {
            "layer": "y",
            "op": "qnn.conv2d",
            "tensor": "",
            "own": 0,
            "accumulated": 2,
            "differing": 0.0,
        },
    ]


def test_table_and_other_levels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "net.mlir"
    model.write_text(NETWORK, encoding="utf-8")
    assert cmixc.run(build_parser().parse_args(["compare", str(model)])) == 0
    assert "in steps of each layer's output" in capsys.readouterr().out
    model.write_text(
        "func.func @net(%x: !cmix.packed<2xui4>) -> !cmix.packed<2xui4> {\n"
        "  return %x : !cmix.packed<2xui4>\n}\n"
    )
    assert cmixc.run(build_parser().parse_args(["compare", str(model)])) == 1
    assert "expected tensors of f32 or of !quant.uniform" in capsys.readouterr().err
