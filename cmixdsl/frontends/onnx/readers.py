"""Which nodes read a value of a graph."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from cmixdsl.frontends.onnx.graph import Graph, Node

MOVING = ("Identity", "MaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze")
"""Operators that hand integers on as they are."""

QUANTIZING = ("QuantizeLinear", "DequantizeLinear", "Quant", "IntQuant")


Readers: TypeAlias = Mapping[str, Sequence[Node]]
"""By the names that they read."""


def get_readers(graph: Graph) -> Readers:
    """The nodes that read each name."""
    readers: dict[str, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        for name in node.inputs:
            readers[name].append(node)
    return readers


def is_quantized(readers: Readers, name: str) -> bool:
    """Whether everything that reads `name`, perhaps moved, quantizes it."""
    pending, seen = [name], set[str]()
    while pending:
        current = pending.pop()
        for node in readers.get(current, ()):
            if node.op in MOVING and node.output not in seen:
                seen.add(node.output)
                pending.append(node.output)
            elif node.op not in QUANTIZING and node.op not in MOVING:
                return False
    return name in readers
