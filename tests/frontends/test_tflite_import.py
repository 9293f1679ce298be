"""What networks of TensorFlow Lite become at level 1."""

from pathlib import Path

import pytest

from cmixdsl.frontends.load import load_network
from cmixdsl.parsing import parse_module
from cmixdsl.universe import build_context

pytest.importorskip("tflite")

MODELS = ("ic_resnet8_int8", "kws_dscnn_int8")


@pytest.mark.parametrize("name", MODELS)
def test_real_networks_import_and_round_trip(shared_folder: Path, name: str) -> None:
    context = build_context()
    module = load_network(context, shared_folder / "models" / f"{name}.tflite")
    text = str(module)
    assert f"func.func @{name}" in text
    assert str(parse_module(context, text.encode(), name)) == text
