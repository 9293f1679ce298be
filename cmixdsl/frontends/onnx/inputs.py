"""Arguments of the function: what the network's inputs hold."""

from math import prod

from xdsl.dialects.builtin import f32

from cmixdsl.dialects.qnn.tensors import ElementType, QnnTensorType, build_tensor_type
from cmixdsl.dialects.quant import UniformType
from cmixdsl.frontends.onnx.generation import LARGEST_TENSOR, Generation
from cmixdsl.frontends.onnx.graph import Graph, Node, TensorInfo, quote
from cmixdsl.frontends.onnx.ir_gen_quantization import read_linear_type
from cmixdsl.frontends.onnx.quantization import INTEGER_KINDS
from cmixdsl.frontends.onnx.readers import MOVING, get_readers, is_quantized
from cmixdsl.frontends.onnx.values import (
    IMAGE_ORDER,
    LINE_ORDER,
    REAL_KINDS,
    Layout,
    RefusedError,
    strip_batch,
)

DEFAULT_INPUT_TYPE = UniformType(8, False, [1 / 255], [0])


def read_shape(info: TensorInfo) -> tuple[int, ...]:
    """The ONNX shape of an input; a batch of unknown size is 1."""
    shape = tuple(
        1 if size is None and index == 0 else size for index, size in enumerate(info.shape)
    )
    static = tuple(size for size in shape if size is not None)
    if len(static) != len(shape):
        text = ", ".join("?" if size is None else str(size) for size in shape)
        raise RefusedError(
            f"expected known sizes, found [{quote(text)}]", "export the network with a fixed shape"
        )
    if prod(static) > LARGEST_TENSOR:
        raise RefusedError(
            f"expected at most {LARGEST_TENSOR} elements, found {quote(str(list(static)))}",
            "make the network's input smaller",
        )
    return static


def choose_layout(graph: Graph, info: TensorInfo, shape: tuple[int, ...]) -> Layout:
    """Images come as HWC, lines as LC; inputs that the network itself transposes are so already."""
    stripped = strip_batch(shape)
    order = {2: LINE_ORDER, 3: IMAGE_ORDER}.get(len(stripped))
    if order is None or _is_transposed(graph, info.name):
        return Layout.get_plain(stripped)
    return Layout(stripped, order)


def choose_element(
    generation: Generation, info: TensorInfo, index: int, shape: tuple[int, ...]
) -> ElementType:
    """What elements of an input are.

    Integers mean what the DequantizeLinear says that reads them. Real numbers stay real where the
    network quantizes them; else the user says how they are quantized, or images are assumed.
    """
    if info.kind in REAL_KINDS:
        return _choose_real_element(generation, info, index)
    reader = _find_reader(generation.graph, info.name)
    if info.kind not in INTEGER_KINDS or reader is None:
        raise RefusedError(
            f"expected real numbers, or integers that a DequantizeLinear reads, found {info.kind}",
            "export the network with an input of float",
        )
    return read_linear_type(generation, reader, shape, info.kind)


def _choose_real_element(generation: Generation, info: TensorInfo, index: int) -> ElementType:
    if is_quantized(generation.readers, info.name):
        return f32
    types = generation.options.input_types
    if types:
        return types[min(index, len(types) - 1)]
    generation.options.on_note(
        f"input '{quote(info.name)}' is not quantized: assuming numbers from 0 to 1 in steps of "
        "1/255 (--input-type 'u8:f32, 0.00392156862745098')"
    )
    return DEFAULT_INPUT_TYPE


def get_argument_type(layout: Layout, element: ElementType) -> QnnTensorType:
    """The type of the argument."""
    return build_tensor_type(layout.stored_shape, element)


def _is_transposed(graph: Graph, name: str) -> bool:
    readers = get_readers(graph)
    nodes = readers.get(name, ())
    while nodes and all(
        node.op in ("QuantizeLinear", "DequantizeLinear", "Quant") for node in nodes
    ):
        nodes = [reader for node in nodes for reader in readers.get(node.output, ())]
        if len(nodes) > len(graph.nodes):
            return False
    return bool(nodes) and all(
        node.op == "Transpose" and node.get_ints("perm") in ((0, 3, 1, 2), (0, 2, 1))
        for node in nodes
    )


def _find_reader(graph: Graph, name: str) -> Node | None:
    """The DequantizeLinear that reads integers, perhaps after they were moved."""
    pending, seen = [name], set[str]()
    while pending:
        current = pending.pop()
        for node in graph.nodes:
            if node.get_input(0) != current or node.output in seen:
                continue
            if node.op == "DequantizeLinear":
                return node
            if node.op in MOVING:
                seen.add(node.output)
                pending.append(node.output)
    return None
