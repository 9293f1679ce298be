"""From the bytes of an ONNX file to the dataclasses of `graph`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from google.protobuf.message import DecodeError
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto

from cmixdsl.errors import CmixError
from cmixdsl.frontends.errors import ImportProblems
from cmixdsl.frontends.onnx.graph import Attribute, Graph, Node, Opaque, Tensor, TensorInfo, quote
from cmixdsl.frontends.onnx.tensors import decode_tensor, get_kind

OWN_DOMAINS = ("", "ai.onnx")
"""Two spellings of the domain of ONNX's own operators."""
MOST_NODES = 1 << 14
"""Far more than a network for a microcontroller has."""


def read_graph(content: bytes, path: Path, problems: ImportProblems) -> Graph:
    """The main graph of a file; constants that cannot be read are added to `problems`.

    Raises CmixError when the bytes are not an ONNX model.
    """
    model = _parse(content, path)
    graph = model.graph
    if len(graph.node) > MOST_NODES:
        raise CmixError(
            f"{path}: expected a network of at most {MOST_NODES} nodes, found {len(graph.node)}"
        )
    initializers = _read_initializers(graph, path.parent, problems)
    names = {proto.name for proto in graph.initializer}
    return Graph(
        inputs=tuple(_read_info(info) for info in graph.input if info.name not in names),
        outputs=tuple(_read_info(info) for info in graph.output),
        initializers=initializers,
        nodes=tuple(_read_node(node, path.parent, problems) for node in graph.node),
        opset=max((o.version for o in model.opset_import if o.domain in OWN_DOMAINS), default=1),
    )


def _parse(content: bytes, path: Path) -> ModelProto:
    model = ModelProto()
    try:
        model.ParseFromString(content)
    except (DecodeError, UnicodeDecodeError) as error:
        raise CmixError(f"{path}: expected an ONNX model, found other or damaged bytes") from error
    if not model.HasField("graph") or not model.graph.output:
        raise CmixError(f"{path}: expected an ONNX model, found one without a graph or outputs")
    return model


def _read_initializers(
    graph: GraphProto, folder: Path, problems: ImportProblems
) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for proto in graph.initializer:
        try:
            tensors[_read_text(proto.name)] = decode_tensor(proto, folder)
        except CmixError as error:
            problems.add(
                f"constant '{quote(_read_text(proto.name))}'", str(error), "export the model again"
            )
    for sparse in graph.sparse_initializer:
        subject = f"constant '{quote(_read_text(sparse.values.name))}'"
        problems.add(subject, "sparse constants are not supported", "store it as a dense one")
    return tensors


def _read_info(info: ValueInfoProto) -> TensorInfo:
    tensor = info.type.tensor_type
    shape = tuple(
        dim.dim_value if dim.HasField("dim_value") and dim.dim_value > 0 else None
        for dim in tensor.shape.dim
    )
    return TensorInfo(_read_text(info.name), get_kind(tensor.elem_type), shape)


def _read_node(node: NodeProto, folder: Path, problems: ImportProblems) -> Node:
    domain = "" if node.domain in OWN_DOMAINS else _read_text(node.domain)
    inputs, outputs = (tuple(map(_read_text, names)) for names in (node.input, node.output))
    name, op = _read_text(node.name), _read_text(node.op_type)
    plain = Node(name, domain, op, inputs, outputs)
    attributes: dict[str, Attribute] = {}
    for attribute in node.attribute:
        try:
            attributes[_read_text(attribute.name)] = _read_attribute(attribute, folder)
        except CmixError as error:
            found = f"attribute '{quote(_read_text(attribute.name))}': {error}"
            problems.add(plain.title, found, "export the model again")
    return replace(plain, attributes=attributes)


def _read_attribute(attribute: AttributeProto, folder: Path) -> Attribute:
    match attribute.type:
        case AttributeProto.INT:
            return attribute.i
        case AttributeProto.FLOAT:
            return attribute.f
        case AttributeProto.STRING:
            return attribute.s.decode("utf-8", "replace")
        case AttributeProto.INTS:
            return _as_tuple(attribute.ints)
        case AttributeProto.FLOATS:
            return tuple(attribute.floats)
        case AttributeProto.TENSOR:
            return decode_tensor(attribute.t, folder)
        case _:
            return Opaque("an attribute of another kind, such as a graph")


def _read_text(text: str | bytes) -> str:
    """A string; protobuf gives bytes where a damaged file has no UTF-8."""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


def _as_tuple(values: Sequence[int]) -> tuple[int, ...]:
    return tuple(values)
