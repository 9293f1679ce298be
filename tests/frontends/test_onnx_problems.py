"""Every reason why an ONNX file is refused, in one message, with the node's name and what to do."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from frontends.onnx_writer import Writer

from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError
from cmixdsl.frontends.load import load_network
from cmixdsl.frontends.options import ImportOptions
from cmixdsl.graph_model import find_graph_model
from cmixdsl.universe import build_context


def refuse(path: Path) -> str:
    with pytest.raises(CmixError) as error:
        load_network(build_context(), path)
    return str(error.value).replace(str(path), "net.onnx")


def test_all_problems_at_once(tmp_path: Path) -> None:
    def build(writer: Writer, x: str) -> str:
        real = writer.constant(np.ones((4, 3, 1, 1), np.float32), name="w")
        conv = writer.node("Conv", [x, real], "plain")
        conv = writer.node("LeakyRelu", [conv], "leaky")
        pool = writer.node("MaxPool", [conv], "pool", kernel_shape=[2, 2], dilations=[2, 2])
        return writer.node("ConvTranspose", [pool, writer.weights((4, 2, 2, 2))], "up")

    writer = Writer()
    x = writer.quantize("x", "uint8")
    path = tmp_path / "net.onnx"
    path.write_bytes(writer.build([build(writer, x)]).SerializeToString())
    assert refuse(path).splitlines() == [
        "net.onnx: 4 problems:",
        "  'plain' (Conv): expected quantized weights, found real numbers in 'w': quantize "
        "weights, per tensor or per filter, to at most 8 bits",
        "  'leaky' (LeakyRelu): this operator is not supported: train with Relu instead",
        "  'pool' (MaxPool): expected dilations of 1, found [2, 2]: pool without dilation",
        "  'up' (ConvTranspose): this operator is not supported: use DepthToSpace after a Conv "
        "instead",
    ]


def _real_input_of_a_layer(writer: Writer, x: str) -> str:
    conv = writer.node("Conv", [x, writer.weights((4, 3, 1, 1))], "first")
    return writer.quantize(writer.node("Conv", [conv, writer.weights((4, 4, 1, 1))], "second"))


def _scales_per_channel(writer: Writer, x: str) -> str:
    scales = writer.constant(np.array([1, 2, 3], np.float32))
    zeros = writer.constant([0, 0, 0], "int8")
    stored = writer.node("QuantizeLinear", [x, scales, zeros], "per_channel", axis=1)
    return writer.node("DequantizeLinear", [stored, scales, zeros], "back", axis=1)


def _other_scale(writer: Writer, x: str) -> str:
    zero = writer.constant(0, "int8")
    stored = writer.node("QuantizeLinear", [x, writer.constant(np.float32(1)), zero], "to")
    return writer.node("DequantizeLinear", [stored, writer.constant(np.float32(2)), zero], "back")


def _bias_of_two(writer: Writer, x: str) -> str:
    conv = writer.node("Conv", [x, writer.weights((4, 3, 1, 1)), writer.bias(2)], "conv")
    return writer.node("Identity", [conv], "same")


def _negative_scale(writer: Writer, x: str) -> str:
    parameters = [writer.constant(np.float32(-1)), writer.constant(0, "int8")]
    return writer.node("QuantizeLinear", [x, *parameters], "to")


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            _real_input_of_a_layer,
            "'second' (Conv): expected a quantized input, found real numbers in 'first_",
        ),
        (
            _scales_per_channel,
            "'per_channel' (QuantizeLinear): expected one scale for a computed tensor, found one "
            "for each channel: quantize activations per tensor",
        ),
        (
            _other_scale,
            "'back' (DequantizeLinear): expected the scale and zero point of the QuantizeLinear "
            "before it, found others: use the same ones",
        ),
        (_bias_of_two, "'conv' (Conv): expected a bias of 4 real numbers, found float [2]"),
        (_negative_scale, "'to' (QuantizeLinear): expected positive scales, found [-1.]"),
    ],
)
def test_one_problem(tmp_path: Path, build: Callable[[Writer, str], str], message: str) -> None:
    writer = Writer()
    x = writer.quantize("x", "uint8")
    path = tmp_path / "net.onnx"
    path.write_bytes(writer.build([build(writer, x)]).SerializeToString())
    found = refuse(path)
    assert message in found
    assert "problems" not in found


def test_no_onnx_model(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    for content in (b"", b"func.func @f()", bytes(100)):
        path.write_bytes(content)
        assert refuse(path).startswith("net.onnx: expected an ONNX model, found ")


def test_cycle(tmp_path: Path) -> None:
    writer = Writer()
    output = writer.node("Relu", [writer.node("Identity", ["x"], "first")], "second")
    model = writer.build([output])
    model.graph.node[0].input[0] = output
    path = tmp_path / "net.onnx"
    path.write_bytes(model.SerializeToString())
    assert refuse(path).startswith(
        f"net.onnx: 'first' (Identity): expected an input 0 that an earlier node makes, found "
        f"'{output}'"
    )


def test_enormous_input(tmp_path: Path) -> None:
    writer = Writer()
    model = writer.build([writer.node("Relu", ["x"])])
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = 1 << 40
    path = tmp_path / "net.onnx"
    path.write_bytes(model.SerializeToString())
    assert (
        "input 'x': expected at most 16777216 elements, found [1, 3, 1099511627776, 8]"
        in refuse(path)
    )


def _move_outside(writer: Writer, location: str, path: Path) -> Path:
    output = writer.node("Conv", ["x", writer.constant(np.zeros((1, 3, 1, 1)), name="w")])
    model = writer.build([output])
    weights = model.graph.initializer[-1]
    weights.ClearField("float_data")
    weights.data_location = onnx.TensorProto.EXTERNAL
    weights.external_data.add(key="location", value=location)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/passwd", "", ".", "link", "a\0b"])
def test_external_data_stays_in_the_folder(tmp_path: Path, location: str) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(12))
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret.bin")
    message = refuse(_move_outside(Writer(), location, folder / "net.onnx"))
    assert "constant 'w': external data '" in message


def test_external_data_inside_is_read(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(12))
    message = refuse(_move_outside(Writer(), "w.bin", tmp_path / "net.onnx"))
    assert "expected quantized weights, found real numbers in 'w'" in message


def test_sizes_that_do_not_fit_the_data(tmp_path: Path) -> None:
    writer = Writer()
    model = writer.build([_bias_of_two(writer, writer.quantize("x", "uint8"))])
    model.graph.initializer[0].dims.extend([1 << 20, 1 << 20, 1 << 20])
    path = tmp_path / "net.onnx"
    path.write_bytes(model.SerializeToString())
    assert "expected at most 67108864 elements, found 1152921504606846976" in refuse(path)


def test_real_output_gets_a_type(tmp_path: Path) -> None:
    writer = Writer()
    x = writer.quantize("x", "uint8")
    output = writer.node("Conv", [x, writer.weights((4, 3, 1, 1))])
    path = writer.save(tmp_path / "net.onnx", output)
    notes: list[str] = []
    module = load_network(build_context(), path, ImportOptions(on_note=notes.append))
    (type_,) = find_graph_model(module).outputs
    assert isinstance(type_.element_type, UniformType)
    measured = np.abs(writer.measure(output)).max()
    assert 0.5 < type_.element_type.scales[0] * 127 / measured < 3
    assert notes[0].startswith("output 0 is not quantized: random inputs suggest signed 8 bits")
