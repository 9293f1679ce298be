"""LOGISTIC and TANH are TensorFlow Lite Micro's for every byte, over many scales."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tflite")
pytest.importorskip("tflite_micro")

from frontends.oracle import Oracle
from frontends.tflite_models import PROBABILITIES, TANH_OUTPUT, ModelBuilder

from cmixdsl.driver import apply_pipeline
from cmixdsl.execution import run_module
from cmixdsl.frontends.tflite.importer import import_network
from cmixdsl.pipelines import get_pipeline
from cmixdsl.universe import build_context

BYTES = np.arange(-128, 128, dtype=np.int8)
EXTREME_SCALES = (2.0**-27, 1 / 256, 15 / 127, 15 / 128, 1 / 16, 1.0, 8.0, 15.0, 16.0, 1000.0)
"""Where the argument leaves the kernels' range after one step, in the middle, or never."""


def draw_scales(count: int) -> list[float]:
    """Those, and others between 1e-6 and 16, as f32 has them."""
    random = np.exp(np.random.default_rng(5).uniform(np.log(1e-6), np.log(16), count))
    return [float(scale) for scale in np.array([*EXTREME_SCALES, *random], np.float32)]


@pytest.mark.parametrize(("kind", "output"), [("LOGISTIC", PROBABILITIES), ("TANH", TANH_OUTPUT)])
def test_every_byte(kind: str, output: tuple[float, int], full: bool) -> None:
    context = build_context()
    for index, scale in enumerate(draw_scales(1000 if full else 40)):
        zero = (0, -128, 127, 37 * index % 256 - 128)[index % 4]
        builder = ModelBuilder(0)
        builder.unary(kind, builder.add_input((1, 256), (scale, zero)), output)
        content = builder.build()
        module = import_network(context, content, Path("net.tflite"))
        apply_pipeline(context, module, get_pipeline("legalize"))
        (found,) = run_module(module, [BYTES.astype(np.int32)])
        (expected,) = Oracle(content).run([BYTES])
        np.testing.assert_array_equal(found, expected, err_msg=f"scale {scale}, zero {zero}")
