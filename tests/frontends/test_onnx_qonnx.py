"""QONNX's nodes: Quant of any width, BipolarQuant, Trunc, against qonnx's own executor."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("qonnx")

from frontends.onnx_runs import compare, run_qonnx
from frontends.onnx_writer import Writer

from cmixdsl.deployment import compile_network
from cmixdsl.errors import CmixError
from cmixdsl.frontends.load import load_network
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context

DOMAIN = "qonnx.custom_op.general"


def quantize(
    writer: Writer,
    x: str,
    scale: float,
    bits: int,
    op: str = "Quant",
    *,
    signed: int = 1,
    narrow: int = 0,
) -> str:
    """A Quant without a zero point."""
    constants = [writer.constant(np.float32(value)) for value in (scale, 0, bits)]
    return writer.node(
        op,
        [x, *constants],
        domain=DOMAIN,
        signed=signed,
        narrow=narrow,
        rounding_mode="ROUND",
    )


def truncate(writer: Writer, x: str, *numbers: float) -> str:
    """A Trunc; `numbers` are scale, zero point and bits, of the version that their count tells."""
    constants = [writer.constant(np.float32(value)) for value in numbers]
    return writer.node("Trunc", [x, *constants], domain=DOMAIN, rounding_mode="FLOOR")


def build_network(writer: Writer, bits: int, op: str = "Quant") -> str:
    """Bipolar filters with a scale for each, filters of `bits`, results truncated by no bits."""
    writer.opsets[DOMAIN] = 1
    normal = writer.generator.normal
    x = quantize(writer, "x", 1 / 255, 8, signed=0)
    weights = writer.constant(normal(0, 1, (8, 3, 3, 3)).astype(np.float32))
    scales = writer.constant(np.linspace(0.05, 0.15, 8, dtype=np.float32).reshape(8, 1, 1, 1))
    weights = writer.node("BipolarQuant", [weights, scales], domain=DOMAIN)
    x = writer.node("Relu", [writer.node("Conv", [x, weights, writer.bias(8)])])
    x = quantize(writer, x, 4 / 2**bits, bits, op, signed=0)
    x = truncate(writer, x, 4 / 2**bits, 0, bits, bits)
    weights = writer.constant(normal(0, 0.1, (5, 288)).astype(np.float32))
    weights = quantize(writer, weights, 0.4 / 2**bits, bits, op, narrow=1)
    x = writer.node("Gemm", [writer.node("Flatten", [x]), weights, writer.bias(5)], transB=1)
    return quantize(writer, x, 1 / 32, 8)


@pytest.mark.parametrize("op", ["Quant", "IntQuant"])
@pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 7, 8])
def test_results_are_qonnxs(bits: int, op: str, tmp_path: Path) -> None:
    """Storage takes the next of 2, 4 and 8 bits; the type keeps the range."""
    writer = Writer()
    path = writer.save(tmp_path / "net.onnx", build_network(writer, bits, op))
    storage = next(width for width in (2, 4, 8) if bits <= width)
    range_ = "" if bits == storage else f"<0:{2**bits - 1}>"
    assert f"!quant.uniform<u{storage}{range_}:f32, " in str(load_network(build_context(), path))
    expected = run_qonnx(path, writer.images)
    assert len(np.unique(expected)) > 10
    for is_legalized in (False, True):
        (difference,) = compare(path, writer.images, [expected], legalized=is_legalized)
        assert difference.largest_steps <= 1.001
        assert difference.unequal < 0.1


def test_program_is_qonnxs(tmp_path: Path) -> None:
    """The bipolar layer and 3 bits, on the core."""
    if "embedded" not in available_simulators():
        pytest.skip("no simulator of a core is installed")
    writer = Writer()
    path = writer.save(tmp_path / "net.onnx", build_network(writer, 3))
    images = np.moveaxis(writer.images, 1, -1)
    run = compile_network(load_network(build_context(), path)).run(images, simulator="embedded")
    steps = np.abs(run.outputs[0] - run_qonnx(path, writer.images)) * 32
    assert steps.max() <= 1.001


def test_trunc_of_version_2(tmp_path: Path) -> None:
    """Its output scale stands before the bits; another one than the input's moves numbers."""
    for scale, kept, message in ((0.1, 4, None), (0.2, 4, "same scale out"), (0.1, 3, "many bits")):
        writer = Writer()
        writer.opsets[DOMAIN] = 2
        x = quantize(writer, "x", 0.1, 4, signed=0)
        path = writer.save(tmp_path / "net.onnx", truncate(writer, x, 0.1, 0, 4, scale, kept))
        if message is None:
            assert "u4:f32, 0.1" in str(load_network(build_context(), path))
        else:
            with pytest.raises(CmixError, match=rf"trunc_.*\(.*Trunc\): expected .*{message}"):
                load_network(build_context(), path)


def test_bipolar_activations_are_refused(tmp_path: Path) -> None:
    writer = Writer()
    writer.opsets[DOMAIN] = 1
    scale = writer.constant(np.float32(0.5))
    path = writer.save(
        tmp_path / "net.onnx", writer.node("BipolarQuant", ["x", scale], "sign", domain=DOMAIN)
    )
    with pytest.raises(CmixError, match=r"'sign' .*expected constant weights, found a computed"):
        load_network(build_context(), path)
