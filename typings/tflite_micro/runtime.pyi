"""TensorFlow Lite Micro's interpreter, as far as tests call it."""

from typing import ClassVar, TypedDict

import numpy as np
import numpy.typing as npt

class InterpreterConfig:
    kAllocationRecording: ClassVar[InterpreterConfig]
    kPreserveAllTensors: ClassVar[InterpreterConfig]

class TensorDetails(TypedDict):
    tensor_data: npt.NDArray[np.generic]

class Interpreter:
    @classmethod
    def from_bytes(
        cls,
        model: bytes,
        custom_op_registerers: list[str] = ...,
        arena_size: int | None = None,
        num_resource_variables: int = ...,
        intrepreter_config: InterpreterConfig = ...,
    ) -> Interpreter: ...
    def GetTensor(self, tensor_index: int, subgraph_index: int) -> TensorDetails: ...
    def get_output(self, index: int) -> npt.NDArray[np.generic]: ...
    def invoke(self) -> None: ...
    def set_input(self, input_data: npt.NDArray[np.generic], index: int) -> None: ...
