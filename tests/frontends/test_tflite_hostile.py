"""Files of TensorFlow Lite that are damaged, or have what is not supported: one clean message."""

import time
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tflite")
pytest.importorskip("tflite_micro")

from frontends.mutations import damage
from frontends.tflite_models import ModelBuilder, serialize
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from cmixdsl.driver import apply_pipeline
from cmixdsl.errors import CmixError
from cmixdsl.frontends.tflite.importer import import_network
from cmixdsl.frontends.tflite.limits import Budget, Malformed
from cmixdsl.frontends.tflite.operators import CONVERSIONS
from cmixdsl.pipelines import get_pipeline
from cmixdsl.universe import build_context

PATH = Path("net.tflite")


def _build_small() -> ModelBuilder:
    """Most operators on a small image."""
    builder = ModelBuilder(seed=1)
    x = builder.add_input((1, 8, 8, 3))
    x = builder.conv2d(x, 8, (3, 3), strides=(2, 2), activation="RELU")
    y = builder.depthwise_conv2d(x, (3, 3), weights="INT4")
    x = builder.binary("ADD", x, y)
    x = builder.binary("MUL", x, builder.add_constant((8,)))
    x = builder.pad(builder.concatenation([x, x], 3), [(0, 0), (1, 0), (0, 1), (0, 0)])
    x = builder.pool2d("AVERAGE_POOL_2D", x, (5, 5))
    x = builder.reshape(builder.transpose(x, (0, 3, 1, 2)), (1, 16))
    builder.softmax(builder.fully_connected(x, 4))
    return builder


def _import(content: bytes) -> str:
    """The message, or nothing when there was nothing to complain of; then it is legalized."""
    context = build_context()
    try:
        module = import_network(context, content, PATH)
        module.verify()
    except CmixError as error:
        return str(error)
    with suppress(CmixError):
        apply_pipeline(context, module, get_pipeline("legalize"))
        module.verify()
    return ""


@pytest.mark.parametrize("name", ["small", "ic_resnet8_int8", "kws_dscnn_int8"])
def test_damaged_files(name: str, full: bool, request: pytest.FixtureRequest) -> None:
    if name == "small":
        content = _build_small().build()
    else:
        folder: Path = request.getfixturevalue("shared_folder")
        content = (folder / "models" / f"{name}.tflite").read_bytes()
    refused = 0
    for data in damage(content, 1000 if full else 60):
        start = time.process_time()
        message = _import(data)
        assert time.process_time() - start < 10
        assert message == "" or message.startswith("net.tflite: ")
        refused += message != ""
    assert refused > 15


def test_lengths_that_lie_take_no_memory() -> None:
    content = _build_small().build()
    words = [int.from_bytes(content[i : i + 4], "little") for i in range(0, len(content), 4)]
    tracemalloc.start()
    for position, word in enumerate(words):
        if 0 < word < 64 and position % 7 == 0:
            for lie in (0x00FFFFFF, 0x7FFFFFFF):
                data = bytearray(content)
                data[4 * position : 4 * position + 4] = lie.to_bytes(4, "little")
                _import(bytes(data))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * len(content) + (1 << 22)


def test_vectors_that_overlap_are_bounded() -> None:
    budget = Budget(100)
    for _ in range(8):
        assert budget.take(100, "scales", most=100) == 100
    with pytest.raises(Malformed, match="the file is too short for its scales"):
        budget.take(1, "scales", most=100)


def test_every_problem_is_named_at_once() -> None:
    builder = ModelBuilder(seed=2)
    x = builder.add_input((1, 8, 8, 4))
    a = builder.conv2d(x, 8, (3, 3), activation="TANH")
    b = builder.conv2d(a, 8, (1, 1))
    builder.graph.tensors[builder.graph.operators[1].inputs[1]].type = schema.TensorType.INT16
    c = builder.unary("HARD_SWISH", b)
    d = builder.add_tensor((1, 8, 8, 8), "FLOAT32")
    builder.add_operator("FLOOR", [c], d)
    names = [builder.graph.tensors[index].name for index in (a, b, c, d)]
    assert _import(builder.build()).splitlines() == [
        "net.tflite: 4 problems:",
        f"  layer '{names[0]}' (CONV_2D, operator 0): expected the fused activation NONE or RELU "
        "or RELU6 or RELU_N1_TO_1, found TANH: replace it by a supported one",
        f"  layer '{names[1]}' (CONV_2D, operator 1): expected a filter of INT8 or INT4 or INT2, "
        "found 'tensor4' (INT16, 8x1x1x8): convert the network with full integer quantization to "
        "int8",
        f"  layer '{names[2]}' (HARD_SWISH, operator 2): HARD_SWISH is not supported: replace it "
        f"by some of {', '.join(CONVERSIONS)}",
        f"  layer '{names[3]}' (FLOOR, operator 3): FLOOR is not supported: replace it by some of "
        f"{', '.join(CONVERSIONS)}",
    ]


@pytest.mark.parametrize("axes", [[0], [1, -4], [4], [-5]])
def test_mean_over_the_batch_is_refused(axes: list[int]) -> None:
    builder = ModelBuilder(seed=0)
    builder.mean(builder.add_input((1, 8, 8, 8)), [1])
    builder.graph.operators[0].inputs[1] = builder.add_integers(axes)
    assert "expected a mean over some of the axes 1 to 3" in _import(builder.build())


def _make_float(model: Any) -> None:
    model.subgraphs[0].tensors[0].type = schema.TensorType.FLOAT32


def _set_batch(model: Any) -> None:
    model.subgraphs[0].tensors[0].shape[0] = 2


def _loop(model: Any) -> None:
    first, last = model.subgraphs[0].operators[0], model.subgraphs[0].operators[-1]
    first.inputs[0] = last.outputs[0]


def _write_twice(model: Any) -> None:
    operators = model.subgraphs[0].operators
    operators[1].outputs = operators[0].outputs


def _drop_scale(model: Any) -> None:
    model.subgraphs[0].tensors[model.subgraphs[0].operators[0].outputs[0]].quantization = None


def _shift_filter(model: Any) -> None:
    model.subgraphs[0].tensors[1].quantization.zeroPoint[0] = 3


def _shrink_filter(model: Any) -> None:
    model.buffers[model.subgraphs[0].tensors[1].buffer].data = np.zeros(5, np.uint8)


def _move_data_out(model: Any) -> None:
    buffer = model.buffers[model.subgraphs[0].tensors[1].buffer]
    buffer.data, buffer.offset, buffer.size = None, 1000, 216


def _make_variable(model: Any) -> None:
    model.subgraphs[0].tensors[0].isVariable = True


def _add_subgraph(model: Any) -> None:
    model.subgraphs.append(model.subgraphs[0])


def _drop_options(model: Any) -> None:
    model.subgraphs[0].operators[0].builtinOptions = None
    model.subgraphs[0].operators[0].builtinOptionsType = 0


def _grow_output(model: Any) -> None:
    model.subgraphs[0].tensors[model.subgraphs[0].operators[0].outputs[0]].shape[1] = 5


def _make_huge(model: Any) -> None:
    model.subgraphs[0].tensors[0].shape = [1, 1 << 20, 1 << 20, 3]


def _drop_inputs(model: Any) -> None:
    model.subgraphs[0].inputs = []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_make_float, "layer 'tensor3' (CONV_2D, operator 0): expected activations of INT8, found"),
        (_set_batch, "expected a batch of 1, found 'tensor0' (INT8, 2x8x8x3): convert the network"),
        (_loop, "expected inputs that are constant or computed before, found"),
        (_write_twice, "expected outputs that nothing else writes, found 'tensor3'"),
        (_drop_scale, "expected one scale for 'tensor3' (INT8, 1x4x4x8), found 0"),
        (_shift_filter, "expected zero points of 0 for the filter 'tensor1' (INT8, 8x3x3x3)"),
        (_shrink_filter, "tensor 'tensor1' (INT8, 8x3x3x3) must have 216 bytes of values, found 5"),
        (_move_data_out, "tensor 'tensor1' has its values behind the end of the structure"),
        (_make_variable, "found 'tensor0' (variable INT8, 1x8x8x3)"),
        (_add_subgraph, "expected one subgraph, found 2"),
        (_drop_options, "a CONV_2D must have Conv2DOptions"),
        (_grow_output, "layer 'tensor3' (CONV_2D, operator 0): output must have shape"),
        (_make_huge, "tensor 'tensor0' must have dimensions of at least 1 and at most 67108864"),
        (_drop_inputs, "network: expected at least one input, found none"),
    ],
)
def test_message(change: Any, message: str) -> None:
    builder = _build_small()
    builder.build()
    change(builder.model)
    assert message in _import(serialize(builder.model))


def test_small_network_is_fine() -> None:
    assert _import(_build_small().build()) == ""
