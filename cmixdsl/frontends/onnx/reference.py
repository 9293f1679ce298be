"""ONNX networks layer by layer, run by ONNX Runtime, or by qonnx where they have its operators."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from onnx import ModelProto, ValueInfoProto
from onnx.external_data_helper import load_external_data_for_model
from xdsl.context import Context

from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError
from cmixdsl.frontends.onnx.importer import ImportedNetwork, ir_gen_network
from cmixdsl.frontends.onnx.reader import OWN_DOMAINS
from cmixdsl.frontends.onnx.values import ImportedTensor
from cmixdsl.frontends.options import ImportOptions
from cmixdsl.frontends.reference import Array, LayerReference
from cmixdsl.graph_model import find_graph_model
from cmixdsl.interpreters.quantization import dequantize

ONNXRUNTIME = "onnxruntime"
QONNX = "qonnx"
QUANT_OPERATORS = ("Quant", "IntQuant", "BipolarQuant", "Trunc")
"""What only qonnx runs."""

Execute: TypeAlias = Callable[[Mapping[str, Array], Sequence[str]], Sequence[Array]]
"""From inputs by name to the tensors of some names."""


def build_reference(
    _: Context, content: bytes, path: Path, options: ImportOptions
) -> LayerReference:
    """The network in an ONNX file with all layers' tensors as results, and its runtime."""
    network = ir_gen_network(content, path, options, exposes_layers=True)
    # The import has made sure that external data lies in the model's folder.
    model = ModelProto.FromString(content)
    load_external_data_for_model(model, str(path.parent))
    names = tuple(result.name for result in network.results)
    runtime = QONNX if any(_needs_qonnx(node) for node in model.graph.node) else ONNXRUNTIME
    build = _build_qonnx if runtime == QONNX else _build_onnxruntime
    inputs = _get_input_names(model)
    execute = build(model, names)

    def run(arguments: Sequence[Array]) -> list[Array]:
        given = _build_inputs(network, inputs, arguments)
        try:
            tensors = execute(given, names)
        except Exception as error:  # of any kind: the runtimes have many of their own
            raise _refuse(path, runtime, error) from error
        return _arrange(network, tensors)

    return LayerReference(runtime, network.module, names, run)


def _needs_qonnx(node: Any) -> bool:
    return node.domain not in OWN_DOMAINS and node.op_type in QUANT_OPERATORS


def _refuse(path: Path, runtime: str, error: Exception) -> CmixError:
    lines = str(error).splitlines() or [type(error).__name__]
    return CmixError(f"{path}: {runtime} cannot run this network: {lines[0]}")


def _get_input_names(model: ModelProto) -> list[tuple[str, np.dtype[Any]]]:
    """Names and element types of the inputs that are no constants."""
    helper: Any = import_module("onnx.helper")
    constants = {tensor.name for tensor in model.graph.initializer}
    return [
        (info.name, helper.tensor_dtype_to_np_dtype(info.type.tensor_type.elem_type))
        for info in model.graph.input
        if info.name not in constants
    ]


def _build_onnxruntime(model: ModelProto, names: Sequence[str]) -> Execute:
    """ONNX Runtime without optimizations, which would compute quantized layers in integers."""
    onnxruntime: Any = import_module("onnxruntime")
    known = {output.name for output in model.graph.output}
    model.graph.output.extend(ValueInfoProto(name=name) for name in names if name not in known)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4

    def execute(inputs: Mapping[str, Array], names: Sequence[str]) -> Sequence[Array]:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, ["CPUExecutionProvider"]
        )
        return session.run(list(names), dict(inputs))

    return execute


def _build_qonnx(model: ModelProto, _: Sequence[str]) -> Execute:
    """The executor of qonnx, which needs to know the shapes of all tensors."""
    wrapper_type: Any = import_module("qonnx.core.modelwrapper").ModelWrapper
    infer_shapes: Any = import_module("qonnx.transformation.infer_shapes").InferShapes
    execute_onnx: Any = import_module("qonnx.core.onnx_exec").execute_onnx

    def execute(inputs: Mapping[str, Array], names: Sequence[str]) -> Sequence[Array]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wrapper = wrapper_type(model).transform(infer_shapes())
            tensors = execute_onnx(wrapper, dict(inputs), return_full_exec_context=True)
        return [tensors[name] for name in names]

    return execute


def _build_inputs(
    network: ImportedNetwork,
    inputs: Sequence[tuple[str, np.dtype[Any]]],
    arguments: Sequence[Array],
) -> dict[str, Array]:
    types = find_graph_model(network.module).inputs
    given: dict[str, Array] = {}
    for (name, dtype), tensor, values, type_ in zip(
        inputs, network.arguments, arguments, types, strict=True
    ):
        element = type_.element_type
        if isinstance(element, UniformType) and not tensor.is_integer:
            values = dequantize(values, element)
        given[name] = _get_onnx_order(tensor, values).astype(dtype)
    return given


def _get_onnx_order(tensor: ImportedTensor, values: Array) -> Array:
    """An argument as the file's input has it."""
    layout = tensor.layout
    moved = values.reshape(layout.transposed).transpose(np.argsort(layout.order))
    return moved.reshape(tensor.shape)


def _arrange(network: ImportedNetwork, tensors: Sequence[Array]) -> list[Array]:
    """The runtime's tensors in the layout and the steps of the module's results."""
    types = find_graph_model(network.module).outputs
    arranged: list[Array] = []
    for result, values, type_ in zip(network.results, tensors, types, strict=True):
        layout, element = result.tensor.layout, type_.element_type
        assert isinstance(element, UniformType)
        steps = np.asarray(values).astype(np.float64)
        if not result.tensor.is_integer:
            steps = steps / element.scales[0] + element.zero_points[0]
        moved = steps.reshape(layout.shape).transpose(layout.order)
        arranged.append(moved.reshape(layout.stored_shape))
    return arranged
