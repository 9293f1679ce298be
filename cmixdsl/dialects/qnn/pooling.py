"""Layers that reduce neighbourhoods of an HWC tensor channel by channel."""

from abc import ABC
from collections.abc import Sequence

from xdsl.dialects.builtin import DenseArrayBase, i64
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def

from cmixdsl.dialects.cmix.contraction import NO_PADDING, UNIT_STRIDES
from cmixdsl.dialects.cmix.pooling import build_pool_properties
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.operation import CLAMP_FORMAT, ClampedOperation, build_clamp
from cmixdsl.dialects.qnn.tensors import TENSOR, QnnTensorType, get_shape, verify_rank


class Pool2dOperation(ClampedOperation, ABC):
    """What poolings over a sliding window share; padded positions take no part.

    Constraint besides those of ClampedOperation:
    5. input is HWC; kernel, strides and padding make a window that fits it.
    """

    input = operand_def(TENSOR)

    kernel = prop_def(DenseArrayBase.constr(i64))
    strides = prop_def(DenseArrayBase.constr(i64), default_value=UNIT_STRIDES)
    padding = prop_def(DenseArrayBase.constr(i64), default_value=NO_PADDING)
    """Top, bottom, left, right."""

    assembly_format = (
        "$input `kernel` $kernel (`strides` $strides^)? (`padding` $padding^)?"
        + CLAMP_FORMAT
        + " attr-dict `:` type($input) `->` type($output)"
    )

    def __init__(
        self,
        input: SSAValue,
        output_type: QnnTensorType,
        *,
        window: Window,
        clamp: tuple[float, float] | None = None,
    ):
        super().__init__(
            operands=[input],
            result_types=[output_type],
            properties={**build_pool_properties(window), "clamp": build_clamp(clamp)},
        )

    @property
    def window(self) -> Window:
        """The sliding window."""
        return Window.get(
            self.kernel.get_values(), self.strides.get_values(), self.padding.get_values()
        )

    @staticmethod
    def infer_shape(input: Sequence[int], window: Window) -> tuple[int, int, int]:
        """Shape of the output; raises VerifyException when there is none."""
        verify_rank("input", input, 3, "height, width, channels")
        return (*window.get_output_size(input[0], input[1]), input[2])

    def infer_output_shape(self) -> tuple[int, ...]:
        return self.infer_shape(get_shape(self.input), self.window)


@irdl_op_definition
class MaxPool2dOp(Pool2dOperation):
    """Maximum over a sliding window.

    `out[y, x, c] = max over i, j of in[y*sy + i - top, x*sx + j - left, c]`.

    ```mlir
    func.func @pool(%x: tensor<4x4x3x!quant.uniform<u4:f32, 0.1>>)
        -> tensor<2x2x3x!quant.uniform<u4:f32, 0.1>> {
      %y = qnn.max_pool2d %x kernel [2, 2] strides [2, 2]
          : tensor<4x4x3x!quant.uniform<u4:f32, 0.1>> -> tensor<2x2x3x!quant.uniform<u4:f32, 0.1>>
      return %y : tensor<2x2x3x!quant.uniform<u4:f32, 0.1>>
    }
    ```
    """

    name = "qnn.max_pool2d"


@irdl_op_definition
class AvgPool2dOp(Pool2dOperation):
    """Average over a sliding window.

    `out[y, x, c] = (sum over i, j of in[y*sy + i - top, x*sx + j - left, c]) / n`, n being the
    number of positions inside the input.

    ```mlir
    func.func @pool(%x: tensor<4x4x3xf32>) -> tensor<4x4x3xf32> {
      %y = qnn.avg_pool2d %x kernel [3, 3] padding [1, 1, 1, 1] clamp [0.0, 6.0]
          : tensor<4x4x3xf32> -> tensor<4x4x3xf32>
      return %y : tensor<4x4x3xf32>
    }
    ```
    """

    name = "qnn.avg_pool2d"


@irdl_op_definition
class GlobalAvgPool2dOp(ClampedOperation):
    """Average of each channel.

    `out[c] = (sum over y, x of in[y, x, c]) / (height * width)`.

    ```mlir
    func.func @pool(%x: tensor<4x4x3xf32>) -> tensor<3xf32> {
      %y = qnn.global_avg_pool2d %x : tensor<4x4x3xf32> -> tensor<3xf32>
      return %y : tensor<3xf32>
    }
    ```

    Constraint besides those of ClampedOperation:
    5. input is HWC.
    """

    name = "qnn.global_avg_pool2d"

    input = operand_def(TENSOR)

    assembly_format = "$input" + CLAMP_FORMAT + " attr-dict `:` type($input) `->` type($output)"

    def __init__(
        self,
        input: SSAValue,
        output_type: QnnTensorType,
        *,
        clamp: tuple[float, float] | None = None,
    ):
        super().__init__(
            operands=[input],
            result_types=[output_type],
            properties={"clamp": build_clamp(clamp)},
        )

    @staticmethod
    def infer_shape(input: Sequence[int]) -> tuple[int]:
        """Shape of the output; raises VerifyException when there is none."""
        verify_rank("input", input, 3, "height, width, channels")
        return (input[2],)

    def infer_output_shape(self) -> tuple[int, ...]:
        return self.infer_shape(get_shape(self.input))
