"""One operator while it becomes operations of `qnn`."""

from collections.abc import Sequence
from math import inf
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from xdsl.builder import Builder
from xdsl.dialects.builtin import f32
from xdsl.ir import Operation, SSAValue

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.shapes import ReshapeOp
from cmixdsl.dialects.qnn.tensors import (
    ElementType,
    QnnTensorType,
    build_tensor_type,
    get_shape,
    get_tensor_type,
)
from cmixdsl.dialects.quant import UniformType
from cmixdsl.frontends.tflite.network import Activation, Operator, Tensor, WindowOptions
from cmixdsl.frontends.tflite.operator_access import OperatorAccess

STORAGE = {
    "INT8": (8, True),
    "INT4": (4, True),
    "INT2": (2, True),
    "UINT8": (8, False),
    "INT32": (32, True),
}
"""Type of the schema to bits and whether they are signed."""
CLAMPS: dict[Activation, tuple[float, float] | None] = {
    "NONE": None,
    "RELU": (0.0, inf),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}
"""Real range of the output after a fused activation."""

OperationType = TypeVar("OperationType", bound=Operation)


class LayerGen(OperatorAccess):
    """Builds what one operator becomes; the operator has passed its check.

    Raises VerifyException when shapes or numbers of the file contradict each other.
    """

    def __init__(
        self,
        operator: Operator,
        builder: Builder,
        values: dict[int, SSAValue],
        names: dict[int, str],
    ):
        super().__init__(operator)
        self._builder = builder
        self._values = values
        self._names = names

    @property
    def output_type(self) -> QnnTensorType:
        """Type of the tensor that is computed."""
        return get_activation_type(self.output)

    def build_input(self, index: int) -> SSAValue:
        """The value of an input: computed before, or a constant of the type of activations."""
        tensor = self.get_tensor(index)
        if tensor.values is None:
            return self._values[tensor.index]
        shape = tensor.shape[1:] if tensor.shape[:1] == (1,) else tensor.shape
        return self.build_constant(tensor, shape or (1,), get_element_type(tensor), "constant")

    def get_integers(self, index: int) -> npt.NDArray[np.int32]:
        """The values of a constant INT32 input that the check has made sure of."""
        values = self.get_tensor(index).values
        assert values is not None
        return values

    def build_constant(
        self, tensor: Tensor, shape: Sequence[int], element: ElementType, what: str
    ) -> SSAValue:
        """The values of a tensor in another shape; `what` ends its name."""
        assert tensor.values is not None
        type_ = build_tensor_type(shape, element)
        name = f"{self._names[self.output.index]}_{what}"
        return self.insert(ConstantOp(tensor.values.reshape(shape), type_), name).output

    def build_reshape(self, value: SSAValue, shape: Sequence[int]) -> SSAValue:
        """The value in another shape."""
        if get_shape(value) == tuple(shape):
            return value
        element = get_tensor_type(value).element_type
        return self.insert(ReshapeOp(value, build_tensor_type(shape, element))).output

    def insert(self, operation: OperationType, name: str | None = None) -> OperationType:
        """Inserts and verifies an operation; its result is named after the output by default."""
        operation.results[0].name_hint = name or self._names[self.output.index]
        self._builder.insert(operation)
        operation.verify()
        return operation


def build_uniform_type(
    type_name: str, scales: Sequence[float], zero_points: Sequence[int], axis: int | None
) -> UniformType:
    """A quantized type; `axis` is that of the scales when there are several."""
    bits, is_signed = STORAGE[type_name]
    return UniformType(bits, is_signed, scales, zero_points, axis=axis if len(scales) > 1 else None)


def get_scales(tensor: Tensor) -> tuple[float, ...]:
    """The scales of a tensor that the check has made sure of."""
    assert tensor.quantization is not None
    return tensor.quantization.scales


def get_element_type(tensor: Tensor) -> ElementType:
    """How the elements of activations are quantized, if they are."""
    if tensor.type == "FLOAT32":
        return f32
    assert tensor.quantization is not None
    return build_uniform_type(
        tensor.type, tensor.quantization.scales, tensor.quantization.zero_points, None
    )


def get_activation_type(tensor: Tensor) -> QnnTensorType:
    """The type of a tensor that is computed: its batch dimension is dropped."""
    return build_tensor_type(tensor.shape[1:], get_element_type(tensor))


def get_window(options: WindowOptions, kernel: tuple[int, int], input: Tensor) -> Window:
    """The window whose padding is that which `SAME` or `VALID` mean for an input of 4 dimensions.

    With SAME there are ceil(extent / stride) outputs; what padding they need lies half before, the
    odd one behind.
    """
    padding: list[int] = []
    for extent, stride, taps, step in zip(
        input.shape[1:3], options.strides, kernel, options.dilation, strict=True
    ):
        covered = (taps - 1) * step + 1
        outputs = -(-extent // stride)
        total = max(0, (outputs - 1) * stride + covered - extent)
        total = total if options.padding == "SAME" else 0
        padding += [total // 2, total - total // 2]
    return Window.get(kernel, options.strides, padding, options.dilation)
