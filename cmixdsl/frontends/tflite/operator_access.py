"""What the check of an operator and its translation read of it."""

from typing import TypeVar

from cmixdsl.frontends.tflite.network import Operator, Tensor

OptionsType = TypeVar("OptionsType")


class OperatorAccess:
    """The options and tensors of one operator."""

    def __init__(self, operator: Operator):
        self.operator = operator

    def get_options(self, kind: type[OptionsType]) -> OptionsType:
        """The options; the file's own parser has made sure of their kind."""
        assert isinstance(self.operator.options, kind)
        return self.operator.options

    def get_tensor(self, index: int) -> Tensor:
        """An input, after its presence was checked."""
        tensor = self.operator.inputs[index]
        assert tensor is not None
        return tensor

    def get_optional_tensor(self, index: int) -> Tensor | None:
        """An input that may be left out."""
        return self.operator.inputs[index] if index < len(self.operator.inputs) else None

    @property
    def output(self) -> Tensor:
        """The tensor that is computed, after their number was checked."""
        return self.operator.outputs[0]
