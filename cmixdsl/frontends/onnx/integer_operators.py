"""Operators on integers, such as QLinearConv, as the QDQ nodes that mean the same.

Each takes an integer tensor with its scale and zero point for every operand, and those of its
result: a DequantizeLinear for each, the operator on real numbers, a QuantizeLinear.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias

from cmixdsl.frontends.onnx.graph import Attribute, Graph, Node

MICROSOFT = "com.microsoft"
Expansion: TypeAlias = Callable[[Node], tuple[Node, ...]]


def expand_integer_operators(graph: Graph) -> Graph:
    """The graph with every operator on integers replaced by QDQ nodes."""
    nodes: list[Node] = []
    for node in graph.nodes:
        expansion = EXPANSIONS.get((node.domain, node.op))
        nodes.extend(expansion(node) if expansion is not None and node.outputs else (node,))
    return replace(graph, nodes=tuple(nodes))


def _dequantize(node: Node, first: int, *, axis: int | None = None) -> Node:
    """The operand at inputs `first` to `first` + 2: integers, scale, zero point."""
    inputs = tuple(node.get_input(index) for index in range(first, first + 3))
    attributes: dict[str, Attribute] = {} if axis is None else {"axis": axis}
    result = f"{node.output}.input{first}"
    return Node(node.name, "", "DequantizeLinear", inputs, (result,), attributes, node.op)


def _compute(node: Node, op: str, inputs: tuple[str, ...], keys: tuple[str, ...] = ()) -> Node:
    attributes = {key: value for key, value in node.attributes.items() if key in keys}
    return Node(node.name, "", op, inputs, (f"{node.output}.real",), attributes, node.op)


def _quantize(node: Node, scale: int) -> Node:
    """The result, with scale and zero point at inputs `scale` and `scale` + 1."""
    inputs = (f"{node.output}.real", node.get_input(scale), node.get_input(scale + 1))
    return Node(node.name, "", "QuantizeLinear", inputs, node.outputs[:1], {}, node.op)


def _dequantize_bias(node: Node, index: int, scales: tuple[int, int]) -> tuple[Node, ...]:
    """A bias of int32, whose scale is that of the input times that of the weights."""
    if not node.has_input(index):
        return ()
    scale, result = f"{node.output}.bias_scale", f"{node.output}.bias"
    factors = tuple(node.get_input(factor) for factor in scales)
    inputs = (node.get_input(index), scale)
    return (
        Node(node.name, "", "Mul", factors, (scale,), {}, node.op),
        Node(node.name, "", "DequantizeLinear", inputs, (result,), {"axis": 0}, node.op),
    )


CONV_KEYS = ("auto_pad", "dilations", "group", "kernel_shape", "pads", "strides")
POOL_KEYS = ("auto_pad", "ceil_mode", "count_include_pad", "kernel_shape", "pads", "strides")


def _expand_conv(node: Node) -> tuple[Node, ...]:
    """QLinearConv(x, sx, zx, w, sw, zw, sy, zy, bias)."""
    x, w = _dequantize(node, 0), _dequantize(node, 3, axis=0)
    bias = _dequantize_bias(node, 8, (1, 4))
    operands = (x.output, w.output, *(part.output for part in bias[1:]))
    return x, w, *bias, _compute(node, "Conv", operands, CONV_KEYS), _quantize(node, 6)


def _expand_mat_mul(node: Node) -> tuple[Node, ...]:
    """QLinearMatMul(a, sa, za, b, sb, zb, sy, zy)."""
    a, b = _dequantize(node, 0), _dequantize(node, 3, axis=1)
    return a, b, _compute(node, "MatMul", (a.output, b.output)), _quantize(node, 6)


def _expand_gemm(node: Node) -> tuple[Node, ...]:
    """QGemm(a, sa, za, b, sb, zb, c, sy, zy); without sy the result is real."""
    a = _dequantize(node, 0)
    b = _dequantize(node, 3, axis=0 if node.attributes.get("transB") else 1)
    bias = _dequantize_bias(node, 6, (1, 4))
    operands = (a.output, b.output, *(part.output for part in bias[1:]))
    real = _compute(node, "Gemm", operands, ("alpha", "transA", "transB"))
    if not node.has_input(7):
        return a, b, *bias, replace(real, outputs=node.outputs)
    return a, b, *bias, real, _quantize(node, 7)


def _expand_binary(op: str) -> Expansion:
    def expand(node: Node) -> tuple[Node, ...]:
        a, b = _dequantize(node, 0), _dequantize(node, 3)
        return a, b, _compute(node, op, (a.output, b.output)), _quantize(node, 6)

    return expand


def _expand_unary(op: str, keys: tuple[str, ...] = ()) -> Expansion:
    def expand(node: Node) -> tuple[Node, ...]:
        x = _dequantize(node, 0)
        return x, _compute(node, op, (x.output,), keys), _quantize(node, 3)

    return expand


def _expand_concat(node: Node) -> tuple[Node, ...]:
    """QLinearConcat(sy, zy, x0, s0, z0, x1, s1, z1, ...)."""
    parts = tuple(_dequantize(node, first) for first in range(2, len(node.inputs), 3))
    real = _compute(node, "Concat", tuple(part.output for part in parts), ("axis",))
    return *parts, real, _quantize(node, 0)


EXPANSIONS: Mapping[tuple[str, str], Expansion] = MappingProxyType(
    {
        ("", "QLinearConv"): _expand_conv,
        ("", "QLinearMatMul"): _expand_mat_mul,
        (MICROSOFT, "QLinearConv"): _expand_conv,
        (MICROSOFT, "QGemm"): _expand_gemm,
        (MICROSOFT, "QLinearAdd"): _expand_binary("Add"),
        (MICROSOFT, "QLinearMul"): _expand_binary("Mul"),
        (MICROSOFT, "QLinearConcat"): _expand_concat,
        (MICROSOFT, "QLinearSigmoid"): _expand_unary("Sigmoid"),
        (MICROSOFT, "QLinearSoftmax"): _expand_unary("Softmax", ("axis",)),
        (MICROSOFT, "QLinearAveragePool"): _expand_unary("AveragePool", POOL_KEYS),
        (MICROSOFT, "QLinearGlobalAveragePool"): _expand_unary("GlobalAveragePool"),
        (MICROSOFT, "QLinearReduceMean"): _expand_unary("ReduceMean", ("axes", "keepdims")),
    }
)
"""By domain and operator."""
