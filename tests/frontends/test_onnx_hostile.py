"""Damaged ONNX files, and files that are well-formed nonsense: one clean message, quickly."""

import random
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import onnx
import pytest
from frontends.mutations import damage
from frontends.onnx_writer import Writer
from frontends.test_onnx_networks import NETWORKS, Build

from cmixdsl.driver import apply_pipeline
from cmixdsl.errors import CmixError
from cmixdsl.frontends.onnx.importer import import_network
from cmixdsl.pipelines import get_pipeline
from cmixdsl.universe import build_context

PATH = Path("net.onnx")
NUMBERS = (0, 1, -1, 2, 3, 7, 255, -(2**31), 2**31 - 1, 2**62, -(2**63))
OPERATORS = ("Conv", "Gemm", "Add", "Concat", "Reshape", "Pad", "Clip", "Shape", "Gather", "Slice")
KINDS = (onnx.AttributeProto.FLOAT, onnx.AttributeProto.INT, onnx.AttributeProto.INTS)
QONNX = "digits_qonnx"
LONGEST_SECONDS = 10.0
LARGEST_BYTES = 1 << 28


def _import(content: bytes) -> None:
    """Imports and legalizes, or raises nothing but CmixError, within bounds."""
    start = time.process_time()
    context = build_context()
    with suppress(CmixError):
        module = import_network(context, content, PATH)
        module.verify()
        apply_pipeline(context, module, get_pipeline("legalize"))
        module.verify()
    assert time.process_time() - start < LONGEST_SECONDS


def _confuse(model: onnx.ModelProto, generator: random.Random) -> None:
    """Changes one thing that keeps the file well-formed."""
    graph = model.graph
    node = generator.choice(graph.node)
    match generator.randrange(9):
        case 0 if node.input:
            other = generator.choice(graph.node)
            names = [*other.output, *other.input, "", "nowhere"]
            node.input[generator.randrange(len(node.input))] = generator.choice(names)
        case 1 if node.attribute:
            attribute = generator.choice(node.attribute)
            attribute.i = generator.choice(NUMBERS)
            if attribute.ints:
                attribute.ints[generator.randrange(len(attribute.ints))] = generator.choice(NUMBERS)
        case 2 if node.attribute:
            generator.choice(node.attribute).type = generator.choice(KINDS)
        case 3:
            node.op_type = generator.choice(OPERATORS)
        case 4 if graph.initializer:
            dims = generator.choice(graph.initializer).dims
            dims.append(generator.choice(NUMBERS[:6]))
        case 5 if graph.initializer:
            generator.choice(graph.initializer).data_type = generator.randrange(30)
        case 6:
            dim = generator.choice(graph.input[0].type.tensor_type.shape.dim)
            dim.dim_value = generator.choice(NUMBERS)
        case 7:
            graph.node.remove(node)
        case _:
            del node.input[generator.randrange(len(node.input) + 1) :]


def _build(build: Build) -> onnx.ModelProto:
    writer = Writer()
    return writer.build(build(writer))


def _build_model(name: str, repository: Path) -> onnx.ModelProto:
    if name == QONNX:
        path = repository / "examples" / "brevitas" / "digits_qonnx.onnx"
        return onnx.ModelProto.FromString(path.read_bytes())
    return next(_build(build) for build in NETWORKS if build.__name__ == name)


@pytest.mark.parametrize("name", [*(build.__name__ for build in NETWORKS), QONNX])
def test_damaged(name: str, repository: Path, full: bool) -> None:
    for content in damage(_build_model(name, repository).SerializeToString(), 300 if full else 12):
        _import(content)


@pytest.mark.parametrize("name", [*(build.__name__ for build in NETWORKS), QONNX])
def test_confused(name: str, repository: Path, full: bool) -> None:
    original = _build_model(name, repository)
    for seed in range(300 if full else 12):
        generator = random.Random(seed)
        model = onnx.ModelProto()
        model.CopyFrom(original)
        for _ in range(generator.choice((1, 1, 2, 5))):
            if model.graph.node:
                _confuse(model, generator)
        _import(model.SerializeToString())


def test_clip_with_one_bound() -> None:
    """The missing bound is infinite, for integers too."""
    writer = Writer()
    parameters = [writer.constant(0.5), writer.constant(0, "int8")]
    stored = writer.node("QuantizeLinear", ["x", *parameters])
    clipped = writer.node("Clip", [stored, writer.constant(-7, "int8")])
    output = writer.node("DequantizeLinear", [clipped, *parameters])
    module = import_network(build_context(), writer.build([output]).SerializeToString(), PATH)
    assert "!quant.uniform<i8<-7:127>:f32, 0.5>" in str(module)


def test_scales_that_do_not_fit(repository: Path) -> None:
    """Scales for two filters more than the weights have."""
    model = _build_model(QONNX, repository)
    shapes = {c.name: c for c in model.graph.initializer}
    node = next(
        n
        for n in model.graph.node
        if n.op_type == "Quant" and n.input[0] in shapes and shapes[n.input[0]].dims[0] > 1
    )
    weights = onnx.TensorProto()
    weights.CopyFrom(shapes[node.input[0]])
    scale = shapes[node.input[1]]
    filters = weights.dims[0]
    del scale.dims[:]
    scale.dims.extend([filters + 2, *(1 for _ in weights.dims[1:])])
    scale.ClearField("raw_data")
    scale.ClearField("float_data")
    scale.float_data.extend([0.5] * (filters + 2))
    with pytest.raises(CmixError, match="expected one scale for each index of an axis of"):
        import_network(build_context(), model.SerializeToString(), PATH)


def test_memory_is_bounded() -> None:
    model = _build(NETWORKS[0])
    for dims in ((1 << 26,), (1 << 13, 1 << 13)):
        del model.graph.initializer[0].dims[:]
        model.graph.initializer[0].dims.extend(dims)
        tracemalloc.start()
        _import(model.SerializeToString())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < LARGEST_BYTES
