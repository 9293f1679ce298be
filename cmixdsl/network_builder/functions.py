"""Arithmetic and functions that keep the shape of their input."""

from collections.abc import Sequence
from math import inf

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import f32
from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.arithmetic import AddOp, BinaryOperation, MulOp, SubOp
from cmixdsl.dialects.qnn.functions import (
    BatchNormOp,
    ClampOp,
    DequantizeOp,
    QuantizeOp,
    SigmoidOp,
    SoftmaxOp,
    TanhOp,
)
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.tensors import ElementType, build_tensor_type, get_shape
from cmixdsl.dialects.quant import UniformType
from cmixdsl.network_builder.base import Clamp, NetworkBase, Operand, get_output_type


class FunctionMethods(NetworkBase):
    """Methods for arithmetic, quantization and activation functions."""

    def add(
        self,
        lhs: SSAValue,
        rhs: Operand,
        *,
        clamp: Clamp = None,
        output: ElementType = f32,
        name: str = "add",
    ) -> SSAValue:
        """Elementwise sum; the shape of `rhs` is broadcast to that of `lhs`."""
        return self._combine(AddOp, lhs, rhs, clamp, output, name)

    def sub(
        self,
        lhs: SSAValue,
        rhs: Operand,
        *,
        clamp: Clamp = None,
        output: ElementType = f32,
        name: str = "sub",
    ) -> SSAValue:
        """Elementwise difference; as `add`."""
        return self._combine(SubOp, lhs, rhs, clamp, output, name)

    def mul(
        self,
        lhs: SSAValue,
        rhs: Operand,
        *,
        clamp: Clamp = None,
        output: ElementType = f32,
        name: str = "mul",
    ) -> SSAValue:
        """Elementwise product; as `add`."""
        return self._combine(MulOp, lhs, rhs, clamp, output, name)

    def _combine(
        self,
        kind: type[BinaryOperation],
        lhs: SSAValue,
        rhs: Operand,
        clamp: Clamp,
        output: ElementType,
        name: str,
    ) -> SSAValue:
        right = self._get_value(rhs, f"{name}_rhs")

        def build_op() -> QnnOperation:
            shape = kind.infer_shape(get_shape(lhs), get_shape(right))
            return kind(lhs, right, build_tensor_type(shape, output), clamp=clamp)

        return self._append(name, build_op)

    def clamp(
        self,
        input: SSAValue,
        *,
        minimum: float = -inf,
        maximum: float = inf,
        output: ElementType | None = None,
        name: str = "clamp",
    ) -> SSAValue:
        """Limits numbers to a range; the type is kept unless another is given."""
        return self._append(
            name,
            lambda: ClampOp(
                input,
                get_output_type(get_shape(input), input, output),
                minimum=minimum,
                maximum=maximum,
            ),
        )

    def quantize(self, input: SSAValue, output: UniformType, *, name: str = "quantize") -> SSAValue:
        """Quantizes real numbers, or quantizes anew."""
        return self._append(
            name, lambda: QuantizeOp(input, build_tensor_type(get_shape(input), output))
        )

    def dequantize(self, input: SSAValue, *, name: str = "dequantize") -> SSAValue:
        """Real numbers of quantized ones."""
        return self._append(name, lambda: DequantizeOp(input))

    def batch_norm(
        self,
        input: SSAValue,
        scale: Sequence[float] | npt.NDArray[np.floating],
        offset: Sequence[float] | npt.NDArray[np.floating],
        mean: Sequence[float] | npt.NDArray[np.floating],
        variance: Sequence[float] | npt.NDArray[np.floating],
        *,
        epsilon: float = 1e-3,
        output: ElementType = f32,
        name: str = "batch_norm",
    ) -> SSAValue:
        """Batch normalization of the last dimension."""
        parameters = [
            [float(value) for value in values] for values in (scale, offset, mean, variance)
        ]
        return self._append(
            name,
            lambda: BatchNormOp(
                input,
                build_tensor_type(get_shape(input), output),
                parameters[0],
                parameters[1],
                parameters[2],
                parameters[3],
                epsilon=epsilon,
            ),
        )

    def softmax(
        self,
        input: SSAValue,
        *,
        beta: float = 1.0,
        output: ElementType = f32,
        name: str = "softmax",
    ) -> SSAValue:
        """Softmax along the last dimension."""
        return self._append(
            name,
            lambda: SoftmaxOp(input, build_tensor_type(get_shape(input), output), beta=beta),
        )

    def sigmoid(
        self, input: SSAValue, *, output: ElementType = f32, name: str = "sigmoid"
    ) -> SSAValue:
        """Logistic function of each element."""
        return self._append(
            name, lambda: SigmoidOp(input, build_tensor_type(get_shape(input), output))
        )

    def tanh(self, input: SSAValue, *, output: ElementType = f32, name: str = "tanh") -> SSAValue:
        """Hyperbolic tangent of each element."""
        return self._append(
            name, lambda: TanhOp(input, build_tensor_type(get_shape(input), output))
        )
