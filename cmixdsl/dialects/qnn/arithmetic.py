"""Elementwise arithmetic of two tensors."""

from abc import ABC
from collections.abc import Sequence

import numpy as np
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.qnn.operation import CLAMP_FORMAT, ClampedOperation, build_clamp
from cmixdsl.dialects.qnn.tensors import TENSOR, QnnTensorType, get_shape


class BinaryOperation(ClampedOperation, ABC):
    """Elementwise arithmetic of two tensors.

    Constraint besides those of ClampedOperation:
    5. the shape of rhs can be broadcast to that of lhs: aligned at the last dimension, it has the
       same extents, or 1, or fewer dimensions.
    """

    lhs = operand_def(TENSOR)
    rhs = operand_def(TENSOR)

    assembly_format = (
        "$lhs `,` $rhs"
        + CLAMP_FORMAT
        + " attr-dict `:` type($lhs) `,` type($rhs) `->` type($output)"
    )

    def __init__(
        self,
        lhs: SSAValue,
        rhs: SSAValue,
        output_type: QnnTensorType,
        *,
        clamp: tuple[float, float] | None = None,
    ):
        super().__init__(
            operands=[lhs, rhs],
            result_types=[output_type],
            properties={"clamp": build_clamp(clamp)},
        )

    @staticmethod
    def infer_shape(lhs: Sequence[int], rhs: Sequence[int]) -> tuple[int, ...]:
        """Shape of the output, which is that of lhs; raises VerifyException when rhs has none."""
        try:
            shape = np.broadcast_shapes(tuple(lhs), tuple(rhs))
        except ValueError:
            shape = ()
        if shape != tuple(lhs):
            raise VerifyException(
                f"shape {list(rhs)} of rhs cannot be broadcast to the shape {list(lhs)} of lhs"
            )
        return shape

    def infer_output_shape(self) -> tuple[int, ...]:
        return self.infer_shape(get_shape(self.lhs), get_shape(self.rhs))


@irdl_op_definition
class AddOp(BinaryOperation):
    """Elementwise sum: `lhs + rhs`.

    ```mlir
    func.func @add(%a: tensor<2x2x3x!quant.uniform<u4:f32, 0.1:8>>, %b: tensor<3xf32>)
        -> tensor<2x2x3xf32> {
      %y = qnn.add %a, %b
          : tensor<2x2x3x!quant.uniform<u4:f32, 0.1:8>>, tensor<3xf32> -> tensor<2x2x3xf32>
      return %y : tensor<2x2x3xf32>
    }
    ```
    """

    name = "qnn.add"


@irdl_op_definition
class SubOp(BinaryOperation):
    """Elementwise difference: `lhs - rhs`.

    ```mlir
    func.func @sub(%a: tensor<3xf32>, %b: tensor<3xf32>) -> tensor<3xf32> {
      %y = qnn.sub %a, %b : tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
      return %y : tensor<3xf32>
    }
    ```
    """

    name = "qnn.sub"


@irdl_op_definition
class MulOp(BinaryOperation):
    """Elementwise product: `lhs * rhs`.

    ```mlir
    func.func @mul(%a: tensor<2x2x3xf32>, %b: tensor<1x1x3xf32>) -> tensor<2x2x3xf32> {
      %y = qnn.mul %a, %b clamp [-1.0, 1.0]
          : tensor<2x2x3xf32>, tensor<1x1x3xf32> -> tensor<2x2x3xf32>
      return %y : tensor<2x2x3xf32>
    }
    ```
    """

    name = "qnn.mul"
