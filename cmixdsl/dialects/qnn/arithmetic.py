"""Elementwise arithmetic of two tensors."""

from abc import ABC
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_prop_def
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.qnn.operation import (
    CLAMP_FORMAT,
    ClampedOperation,
    RealsAttr,
    build_clamp,
    build_reals,
    get_reals,
    verify_finite,
)
from cmixdsl.dialects.qnn.tensors import TENSOR, QnnTensorType, get_shape


@dataclass(frozen=True)
class ChannelAffine:
    """`scale[c] * x + offset[c]` for each channel c, channels being the last dimension."""

    scale: tuple[float, ...]
    offset: tuple[float, ...]


class BinaryOperation(ClampedOperation, ABC):
    """Elementwise arithmetic of two tensors.

    The result may be scaled and moved for each channel, which is the last dimension:
    `out[.., c] = scale[c] * (lhs op rhs)[.., c] + offset[c]`, then limited to the clamp. So batch
    normalization becomes a part of what it follows.

    Constraints besides those of ClampedOperation:
    5. the shape of rhs can be broadcast to that of lhs: aligned at the last dimension, it has the
       same extents, or 1, or fewer dimensions; for `qnn.sub`, either operand's to the other's;
    6. scale and offset come together, with one finite number for each channel.
    """

    lhs = operand_def(TENSOR)
    rhs = operand_def(TENSOR)

    scale = opt_prop_def(RealsAttr)
    offset = opt_prop_def(RealsAttr)

    assembly_format = (
        "$lhs `,` $rhs (`scale` custom<Reals>($scale)^ `offset` custom<Reals>($offset))?"
        + CLAMP_FORMAT
        + " attr-dict `:` type($lhs) `,` type($rhs) `->` type($output)"
    )

    def __init__(
        self,
        lhs: SSAValue,
        rhs: SSAValue,
        output_type: QnnTensorType,
        *,
        affine: ChannelAffine | None = None,
        clamp: tuple[float, float] | None = None,
    ):
        super().__init__(
            operands=[lhs, rhs],
            result_types=[output_type],
            properties={"clamp": build_clamp(clamp)},
        )
        self.set_affine(affine)

    def get_affine(self) -> ChannelAffine | None:
        """What is done to the result of each channel, None when nothing is."""
        if self.scale is None or self.offset is None:
            return None
        return ChannelAffine(get_reals(self.scale), get_reals(self.offset))

    def set_affine(self, affine: ChannelAffine | None) -> None:
        """Sets both properties, or removes them."""
        self.scale = None if affine is None else build_reals(affine.scale)
        self.offset = None if affine is None else build_reals(affine.offset)

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

    def verify_(self) -> None:
        super().verify_()
        # 6
        if (self.scale is None) != (self.offset is None):
            missing = "scale" if self.scale is None else "offset"
            raise VerifyException(f"scale and offset must come together, found no {missing}")
        if (affine := self.get_affine()) is None:
            return
        channels = self.output_type.get_shape()[-1]
        for what, values in (("scale", affine.scale), ("offset", affine.offset)):
            if len(values) != channels:
                raise VerifyException(
                    f"{what} must have {channels} (channels) values, found {len(values)}"
                )
            verify_finite(what, values)


@irdl_op_definition
class AddOp(BinaryOperation):
    """Elementwise sum: `lhs + rhs`.

    ```mlir
    func.func @add(%a: tensor<2x2x3x!quant.uniform<u4:f32, 0.1:8>>, %b: tensor<3xf32>)
        -> tensor<2x2x3xf32> {
      %y = qnn.add %a, %b scale [1.0, 2.0, -0.5] offset [0.0, 0.5, 0.0]
          : tensor<2x2x3x!quant.uniform<u4:f32, 0.1:8>>, tensor<3xf32> -> tensor<2x2x3xf32>
      return %y : tensor<2x2x3xf32>
    }
    ```
    """

    name = "qnn.add"


@irdl_op_definition
class SubOp(BinaryOperation):
    """Elementwise difference: `lhs - rhs`, either of which may have fewer elements.

    ```mlir
    func.func @sub(%a: tensor<3xf32>, %b: tensor<3xf32>) -> tensor<3xf32> {
      %y = qnn.sub %a, %b : tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
      return %y : tensor<3xf32>
    }
    ```
    """

    name = "qnn.sub"

    @staticmethod
    def infer_shape(lhs: Sequence[int], rhs: Sequence[int]) -> tuple[int, ...]:
        """Shape of the output; raises VerifyException when it is that of neither operand."""
        try:
            return BinaryOperation.infer_shape(lhs, rhs)
        except VerifyException:
            return BinaryOperation.infer_shape(rhs, lhs)


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
