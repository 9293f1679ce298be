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

from cmixdsl.errors import CmixError
from cmixdsl.frontends.onnx.importer import import_network
from cmixdsl.universe import build_context

PATH = Path("net.onnx")
NUMBERS = (0, 1, -1, 2, 3, 7, 255, -(2**31), 2**31 - 1, 2**62, -(2**63))
OPERATORS = ("Conv", "Gemm", "Add", "Concat", "Reshape", "Pad", "Clip", "Shape", "Gather", "Slice")
KINDS = (onnx.AttributeProto.FLOAT, onnx.AttributeProto.INT, onnx.AttributeProto.INTS)
LONGEST_SECONDS = 5.0
LARGEST_BYTES = 1 << 28


def _import(content: bytes) -> None:
    """Imports, or raises nothing but CmixError, within bounds."""
    start = time.monotonic()
    with suppress(CmixError):
        import_network(build_context(), content, PATH).verify()
    assert time.monotonic() - start < LONGEST_SECONDS


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


@pytest.mark.parametrize("build", NETWORKS)
def test_damaged(build: Build, pytestconfig: pytest.Config) -> None:
    count = 300 if pytestconfig.getoption("full") else 15
    for content in damage(_build(build).SerializeToString(), count):
        _import(content)


@pytest.mark.parametrize("build", NETWORKS)
def test_confused(build: Build, pytestconfig: pytest.Config) -> None:
    original = _build(build)
    for seed in range(300 if pytestconfig.getoption("full") else 15):
        generator = random.Random(seed)
        model = onnx.ModelProto()
        model.CopyFrom(original)
        for _ in range(generator.choice((1, 1, 2, 5))):
            if model.graph.node:
                _confuse(model, generator)
        _import(model.SerializeToString())


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
