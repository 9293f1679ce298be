"""What operations of `qnn` mean that compute element by element, or along the last dimension."""

import numpy as np
from xdsl.interpreter import Interpreter, InterpreterFunctions, PythonValues, impl, register_impls

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
from cmixdsl.dialects.qnn.operation import RealsAttr
from cmixdsl.dialects.qnn.operation import get_reals as get_values
from cmixdsl.interpreters.qnn_values import finish, get_reals
from cmixdsl.interpreters.quantization import Reals
from cmixdsl.interpreters.real_functions import compute_sigmoid, compute_softmax


def compute_batch_norm(values: Reals, op: BatchNormOp) -> Reals:
    """`scale * (x - mean) / sqrt(variance + epsilon) + offset`, for each channel."""

    def get(attribute: RealsAttr) -> Reals:
        return np.array(get_values(attribute), np.float64)

    deviation = np.sqrt(get(op.variance) + op.epsilon.value.data)
    return get(op.scale) * (values - get(op.mean)) / deviation + get(op.offset)


def finish_binary(op: BinaryOperation, values: Reals) -> PythonValues:
    """Scales and moves each channel where the operation says so, then as `finish`."""
    if (affine := op.get_affine()) is not None:
        values = np.array(affine.scale) * values + np.array(affine.offset)
    return finish(op, values)


@register_impls
class QnnElementwiseFunctions(InterpreterFunctions):
    """Interpreter functions of arithmetic, of quantization and of activation functions."""

    @impl(AddOp)
    def run_add(self, interpreter: Interpreter, op: AddOp, args: PythonValues) -> PythonValues:
        lhs, rhs = self._get_operands(op, args)
        return finish_binary(op, lhs + rhs)

    @impl(SubOp)
    def run_sub(self, interpreter: Interpreter, op: SubOp, args: PythonValues) -> PythonValues:
        lhs, rhs = self._get_operands(op, args)
        return finish_binary(op, lhs - rhs)

    @impl(MulOp)
    def run_mul(self, interpreter: Interpreter, op: MulOp, args: PythonValues) -> PythonValues:
        lhs, rhs = self._get_operands(op, args)
        return finish_binary(op, lhs * rhs)

    @impl(QuantizeOp)
    def run_quantize(
        self, interpreter: Interpreter, op: QuantizeOp, args: PythonValues
    ) -> PythonValues:
        return finish(op, get_reals(op.input, args[0]))

    @impl(DequantizeOp)
    def run_dequantize(
        self, interpreter: Interpreter, op: DequantizeOp, args: PythonValues
    ) -> PythonValues:
        return finish(op, get_reals(op.input, args[0]))

    @impl(ClampOp)
    def run_clamp(self, interpreter: Interpreter, op: ClampOp, args: PythonValues) -> PythonValues:
        return finish(op, np.clip(get_reals(op.input, args[0]), op.minimum, op.maximum))

    @impl(BatchNormOp)
    def run_batch_norm(
        self, interpreter: Interpreter, op: BatchNormOp, args: PythonValues
    ) -> PythonValues:
        return finish(op, compute_batch_norm(get_reals(op.input, args[0]), op))

    @impl(SoftmaxOp)
    def run_softmax(
        self, interpreter: Interpreter, op: SoftmaxOp, args: PythonValues
    ) -> PythonValues:
        return finish(op, compute_softmax(get_reals(op.input, args[0]), op.beta.value.data))

    @impl(SigmoidOp)
    def run_sigmoid(
        self, interpreter: Interpreter, op: SigmoidOp, args: PythonValues
    ) -> PythonValues:
        return finish(op, compute_sigmoid(get_reals(op.input, args[0])))

    @impl(TanhOp)
    def run_tanh(self, interpreter: Interpreter, op: TanhOp, args: PythonValues) -> PythonValues:
        return finish(op, np.tanh(get_reals(op.input, args[0])))

    @staticmethod
    def _get_operands(op: BinaryOperation, args: PythonValues) -> tuple[Reals, Reals]:
        return get_reals(op.lhs, args[0]), get_reals(op.rhs, args[1])
