"""The three steps: a file to plain dataclasses, these to `qnn`, verification."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region
from xdsl.rewriter import InsertPoint
from xdsl.transforms.dead_code_elimination import dce
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.qnn.functions import SigmoidOp, SoftmaxOp
from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError
from cmixdsl.frontends.errors import ImportProblems
from cmixdsl.frontends.names import get_name, get_network_name
from cmixdsl.frontends.onnx.constant_folding import FOLDS, fold_shape
from cmixdsl.frontends.onnx.generation import Generation
from cmixdsl.frontends.onnx.graph import Graph, Node, quote
from cmixdsl.frontends.onnx.inputs import (
    choose_element,
    choose_layout,
    get_argument_type,
    read_shape,
)
from cmixdsl.frontends.onnx.integer_operators import expand_integer_operators
from cmixdsl.frontends.onnx.layer_tensors import NamedTensor, find_layer_tensors
from cmixdsl.frontends.onnx.operators import ADVICE, DEFAULT_ADVICE, find_operator
from cmixdsl.frontends.onnx.outputs import quantize_real_outputs
from cmixdsl.frontends.onnx.reader import read_graph
from cmixdsl.frontends.onnx.values import (
    IMAGE_ORDER,
    REAL_KINDS,
    Constant,
    ImportedTensor,
    RefusedError,
    Value,
)
from cmixdsl.frontends.options import DEFAULT_OPTIONS, ImportOptions
from cmixdsl.model import REQUANTIZATION_ATTRIBUTE

MALFORMED = (ValueError, IndexError, TypeError, OverflowError, ZeroDivisionError)
"""What numpy raises on constants that do not fit each other."""


PROBABILITY = UniformType(8, True, [1 / 256], [-128])
"""Of numbers between 0 and 1."""


@dataclass(frozen=True)
class ImportedNetwork:
    """A module, and what in the file its arguments and results stand for."""

    module: ModuleOp
    arguments: tuple[ImportedTensor, ...]
    results: tuple[NamedTensor, ...]


def import_network(
    _: Context, content: bytes, path: Path, options: ImportOptions = DEFAULT_OPTIONS
) -> ModuleOp:
    """The network in an ONNX file as a module at level 1, images as HWC.

    `options` say how real inputs and outputs are quantized. Raises CmixError that lists everything
    that cannot be imported.
    """
    return ir_gen_network(content, path, options).module


def ir_gen_network(
    content: bytes, path: Path, options: ImportOptions, *, exposes_layers: bool = False
) -> ImportedNetwork:
    """As `import_network`; `exposes_layers` puts all layers' tensors before the outputs."""
    problems = ImportProblems(path)
    graph = read_graph(content, path, problems)
    names = frozenset(name for node in graph.nodes for name in node.outputs)
    graph = expand_integer_operators(replace(graph, nodes=_get_live_nodes(graph)))
    block = Block()
    generation = Generation(graph, options, Builder(InsertPoint.at_end(block)))
    _ir_gen_graph(generation, block, problems)
    results = _get_outputs(generation, problems)
    problems.raise_if_any()
    if exposes_layers:
        results = [*find_layer_tensors(generation.values, names, results), *results]
    arguments = [generation.values[info.name] for info in graph.inputs]
    module = _build_module(block, [result.tensor for result in results], get_network_name(path))
    quantize_real_outputs(module, options.on_note)
    return ImportedNetwork(
        module,
        tuple(tensor for tensor in arguments if isinstance(tensor, ImportedTensor)),
        tuple(results),
    )


def _ir_gen_graph(generation: Generation, block: Block, problems: ImportProblems) -> None:
    graph = generation.graph
    for name, tensor in graph.initializers.items():
        generation.values[name] = Constant(tensor.values, tensor.kind)
    # scales of integer inputs may be computed from other constants
    _ir_gen_constants(generation)
    _ir_gen_inputs(generation, block, problems)
    for node in graph.nodes:
        if any(name not in generation.values for name in node.outputs if name):
            _ir_gen_node(generation, node, problems)


def _get_live_nodes(graph: Graph) -> tuple[Node, ...]:
    """The nodes that outputs depend on."""
    wanted = {info.name for info in graph.outputs}
    live: list[Node] = []
    for node in reversed(graph.nodes):
        if wanted.intersection(name for name in node.outputs if name):
            live.append(node)
            wanted.update(node.inputs)
    return tuple(reversed(live))


def _ir_gen_constants(generation: Generation) -> None:
    """Folds what depends on constants alone and is needed to know the types of inputs."""
    for node in generation.graph.nodes:
        if node.domain or node.op not in ("Constant", "Identity", "Cast"):
            continue
        if all(name in generation.values for name in node.inputs):
            try:
                generation.values[node.output] = FOLDS[node.op](generation, node)
            except (CmixError, *MALFORMED):
                continue  # reported when its turn comes


def _ir_gen_inputs(generation: Generation, block: Block, problems: ImportProblems) -> None:
    for index, info in enumerate(generation.graph.inputs):
        try:
            shape = read_shape(info)
            layout = choose_layout(generation.graph, info, shape)
            element = choose_element(generation, info, index, shape)
        except RefusedError as error:
            problems.add(f"input '{quote(info.name)}'", error.found, error.advice)
            generation.values[info.name] = None
            continue
        argument = block.insert_arg(get_argument_type(layout, element), len(block.args))
        argument.name_hint = get_name(info.name, "input")
        generation.values[info.name] = ImportedTensor(
            argument, shape, layout, is_integer=info.kind not in REAL_KINDS
        )


def _ir_gen_node(generation: Generation, node: Node, problems: ImportProblems) -> None:
    """Imports one node, or notes why it cannot be."""
    inputs = [generation.values.get(name) for name in node.inputs if name]
    results: Sequence[Value | None] = ()
    try:
        results = _generate(generation, node, inputs)
    except RefusedError as error:
        if not (error.depends_on_input and _is_suspect(generation, node)):
            problems.add(node.title, error.found, error.advice)
    except (CmixError, VerifyException) as error:
        if not _is_suspect(generation, node):
            problems.add(node.title, str(error), "mend the model")
    for index, name in enumerate(node.outputs):
        if name:
            result = results[index] if index < len(results) else _get_stand_in(inputs)
            generation.values[name] = result


def _generate(
    generation: Generation, node: Node, inputs: Sequence[Value | None]
) -> Sequence[Value | None]:
    operator = find_operator(node)
    are_constant = all(isinstance(value, Constant) for value in inputs)
    fold = FOLDS.get(node.op) if are_constant and not node.domain else None
    if node.op == "Shape" and not node.domain:
        fold = fold_shape
    if fold is not None:
        try:
            return (fold(generation, node),)
        except MALFORMED as error:
            raise RefusedError(
                f"expected constants that fit, found others ({quote(str(error))})", "mend the model"
            ) from error
    if operator is None:
        advice = ADVICE.get(node.op, DEFAULT_ADVICE)
        raise RefusedError("this operator is not supported", advice)
    result = operator(generation, node)
    return result if isinstance(result, Sequence) else (result,)


def _is_suspect(generation: Generation, node: Node) -> bool:
    """Whether an operand comes from a node that was not imported."""
    values = [generation.values.get(name) for name in node.inputs if name in generation.values]
    return any(
        value is None or (isinstance(value, ImportedTensor) and value.is_suspect)
        for value in values
    )


def _get_stand_in(inputs: Sequence[Value | None]) -> Value | None:
    """In place of a result: the first operand, so that later nodes are looked at as well."""
    tensor = next((value for value in inputs if isinstance(value, ImportedTensor)), None)
    return None if tensor is None else replace(tensor, is_suspect=True, is_integer=False)


def _get_outputs(generation: Generation, problems: ImportProblems) -> list[NamedTensor]:
    outputs: list[NamedTensor] = []
    for index, info in enumerate(generation.graph.outputs):
        value = generation.values.get(info.name)
        if isinstance(value, ImportedTensor):
            tensor = _finish_output(generation, index, value)
            outputs.append(NamedTensor(info.name, tensor))
        elif value is not None or info.name not in generation.values:
            found = "expected a tensor that depends on an input, found none"
            problems.add(f"output '{quote(info.name)}'", found, "mend the model")
    return outputs


def _finish_output(
    generation: Generation,
    index: int,
    tensor: ImportedTensor,
) -> ImportedTensor:
    """A result as HWC, LC or in ONNX's order, quantized as the user or its range says if real."""
    layout = tensor.layout
    if layout.is_flat:
        tensor = generation.build_plain(tensor)
    elif len(layout.shape) > 2 and not layout.is_plain and layout.order != IMAGE_ORDER:
        is_image = len(layout.shape) == len(IMAGE_ORDER)
        tensor = generation.build_layout(tensor, IMAGE_ORDER if is_image else sorted(layout.order))
    types = generation.options.output_types
    if tensor.quantization is None and types:
        return generation.build_quantize(tensor, types[min(index, len(types) - 1)])
    if tensor.quantization is None and isinstance(tensor.value.owner, SoftmaxOp | SigmoidOp):
        return generation.build_quantize(tensor, PROBABILITY)
    return tensor


def _build_module(block: Block, outputs: Sequence[ImportedTensor], name: str) -> ModuleOp:
    block.add_op(ReturnOp(*(output.value for output in outputs)))
    types = ([argument.type for argument in block.args], [o.value.type for o in outputs])
    function = FuncOp(name, types, Region(block))
    # ONNX rounds real numbers, which an integer bias would move.
    function.attributes[REQUANTIZATION_ATTRIBUTE] = StringAttr("linear")
    module = ModuleOp([function])
    dce(module)
    return module
