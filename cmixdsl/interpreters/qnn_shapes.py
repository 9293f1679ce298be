"""What operations of `qnn` mean that move elements, and constants."""

import numpy as np
from xdsl.interpreter import Interpreter, InterpreterFunctions, PythonValues, impl, register_impls

from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.shapes import ConcatOp, DepthToSpaceOp, PadOp, ReshapeOp, TransposeOp
from cmixdsl.interpreters.qnn_values import finish, get_reals
from cmixdsl.interpreters.quantization import Reals


def spread_depth(values: Reals, block: int, mode: str) -> Reals:
    """Channels of an HWC array over blocks of pixels; the mode says what varies fastest in them."""
    height, width, depth = values.shape
    channels = depth // (block * block)
    if mode == "dcr":
        split = values.reshape(height, width, block, block, channels)
        order = (0, 2, 1, 3, 4)
    else:
        split = values.reshape(height, width, channels, block, block)
        order = (0, 3, 1, 4, 2)
    return split.transpose(order).reshape(height * block, width * block, channels)


@register_impls
class QnnShapeFunctions(InterpreterFunctions):
    """Interpreter functions of constants and of operations that move elements."""

    @impl(ConstantOp)
    def run_constant(
        self, interpreter: Interpreter, op: ConstantOp, args: PythonValues
    ) -> PythonValues:
        return (op.get_values(),)

    @impl(ConcatOp)
    def run_concat(
        self, interpreter: Interpreter, op: ConcatOp, args: PythonValues
    ) -> PythonValues:
        parts = [get_reals(value, arg) for value, arg in zip(op.inputs, args, strict=True)]
        return finish(op, np.concatenate(parts, axis=op.axis.value.data))

    @impl(PadOp)
    def run_pad(self, interpreter: Interpreter, op: PadOp, args: PythonValues) -> PythonValues:
        border = tuple(zip(op.low.get_values(), op.high.get_values(), strict=True))
        reals = get_reals(op.input, args[0])
        return finish(op, np.pad(reals, border, constant_values=op.value.value.data))

    @impl(ReshapeOp)
    def run_reshape(
        self, interpreter: Interpreter, op: ReshapeOp, args: PythonValues
    ) -> PythonValues:
        return finish(op, get_reals(op.input, args[0]).reshape(op.output_type.get_shape()))

    @impl(TransposeOp)
    def run_transpose(
        self, interpreter: Interpreter, op: TransposeOp, args: PythonValues
    ) -> PythonValues:
        return finish(op, get_reals(op.input, args[0]).transpose(op.permutation.get_values()))

    @impl(DepthToSpaceOp)
    def run_depth_to_space(
        self, interpreter: Interpreter, op: DepthToSpaceOp, args: PythonValues
    ) -> PythonValues:
        reals = get_reals(op.input, args[0])
        return finish(op, spread_depth(reals, op.block.value.data, op.mode.data))
