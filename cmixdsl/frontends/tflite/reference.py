"""TensorFlow Lite networks layer by layer, run by TensorFlow Lite Micro."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from tflite_micro import runtime
from xdsl.context import Context

from cmixdsl.errors import CmixError
from cmixdsl.frontends.options import ImportOptions
from cmixdsl.frontends.reference import Array, LayerReference
from cmixdsl.frontends.tflite.importer import ir_gen_checked_network
from cmixdsl.frontends.tflite.network import Network, Tensor
from cmixdsl.frontends.tflite.parse import parse_network

ARENA_BYTES = 1 << 26
"""Enough for networks that fit a microcontroller, with all their tensors kept."""
QUANTIZED = ("INT8", "UINT8")


def build_reference(
    _: Context, content: bytes, path: Path, _options: ImportOptions
) -> LayerReference:
    """The network in a file with the outputs of all operators as results, and its runtime."""
    network = parse_network(content, path)
    tensors = _get_layer_tensors(network)
    module = ir_gen_checked_network(replace(network, outputs=tensors), path)

    def run(arguments: Sequence[Array]) -> list[Array]:
        interpreter = _build_interpreter(content, path)
        for index, (values, tensor) in enumerate(zip(arguments, network.inputs, strict=True)):
            given = values.astype(np.dtype(tensor.type.lower())).reshape(tensor.shape)
            interpreter.set_input(given, index)
        interpreter.invoke()
        found = (interpreter.GetTensor(tensor.index, 0)["tensor_data"] for tensor in tensors)
        return [np.array(values)[0].astype(np.float64) for values in found]

    names = tuple(tensor.get_short_name() for tensor in tensors)
    return LayerReference("TensorFlow Lite Micro", module, names, run)


def _get_layer_tensors(network: Network) -> tuple[Tensor, ...]:
    """What operators compute in integers, each tensor once."""
    tensors = {
        tensor.index: tensor
        for operator in network.operators
        for tensor in operator.outputs
        if tensor.type in QUANTIZED
    }
    return tuple(tensors.values())


def _build_interpreter(content: bytes, path: Path) -> runtime.Interpreter:
    try:
        return runtime.Interpreter.from_bytes(
            content,
            arena_size=ARENA_BYTES,
            intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors,
        )
    except RuntimeError as error:
        raise CmixError(
            f"{path}: TensorFlow Lite Micro cannot run this network: {error}"
        ) from error
