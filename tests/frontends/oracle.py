"""TensorFlow Lite Micro as the reference for networks: every layer's output, not only the last."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from frontends.tflite_models import parse, serialize
from tflite_micro import runtime

Arrays = list[npt.NDArray[Any]]


class Oracle:
    """A network that TensorFlow Lite Micro runs."""

    def __init__(self, content: bytes):
        self._outputs = get_layer_outputs(content)
        self._interpreter = runtime.Interpreter.from_bytes(
            content,
            arena_size=1 << 24,
            intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors,
        )

    def run(self, inputs: Sequence[npt.NDArray[Any]]) -> Arrays:
        """The output of every operator, without its batch dimension; inputs have none either."""
        for index, values in enumerate(inputs):
            self._interpreter.set_input(values[np.newaxis], index)
        self._interpreter.invoke()
        tensors = (self._interpreter.GetTensor(index, 0) for index in self._outputs)
        return [np.array(tensor["tensor_data"])[0] for tensor in tensors]


def get_layer_outputs(content: bytes) -> list[int]:
    """Indices of the tensors that operators compute, in their order."""
    return [int(operator.outputs[0]) for operator in parse(content).subgraphs[0].operators]


def expose_layers(content: bytes) -> bytes:
    """The same network, every operator's output being an output of the network."""
    model = parse(content)
    model.subgraphs[0].outputs = get_layer_outputs(content)
    return serialize(model)


def get_input_shapes(content: bytes) -> list[tuple[int, ...]]:
    """Shapes of the network's inputs, without the batch dimension."""
    graph = parse(content).subgraphs[0]
    return [tuple(map(int, graph.tensors[index].shape))[1:] for index in graph.inputs]
