"""Layers with weights."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import DenseArrayBase, i64
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, opt_operand_def, prop_def
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.contraction import (
    NO_PADDING,
    UNIT_STRIDES,
    build_window_properties,
    verify_shape,
)
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.operation import CLAMP_FORMAT, ClampedOperation, build_clamp
from cmixdsl.dialects.qnn.tensors import TENSOR, QnnTensorType, get_shape, verify_rank

BIAS_FORMAT = " (`bias` $bias^)?"
WINDOW_FORMAT = " (`strides` $strides^)? (`padding` $padding^)? (`dilation` $dilation^)?"
TYPES_FORMAT = (
    " attr-dict `:` type($input) `,` type($filter) (`,` type($bias)^)? `->` type($output)"
)


class LayerOperation(ClampedOperation, ABC):
    """A layer with weights: sums of products of inputs and filters, plus a bias.

    Constraint besides those of ClampedOperation:
    5. the bias has one element for each output channel.
    """

    CHANNEL_AXIS: ClassVar[int]
    """The axis of the filter tensor that is the output channel."""

    input = operand_def(TENSOR)
    filter = operand_def(TENSOR)
    bias = opt_operand_def(TENSOR)

    @property
    def channels(self) -> int:
        """Number of output channels."""
        return get_shape(self.filter)[self.CHANNEL_AXIS]

    def verify_(self) -> None:
        super().verify_()
        if self.bias is not None:
            verify_shape("bias", get_shape(self.bias), (self.channels,))


class WindowedLayerOperation(LayerOperation, ABC):
    """A layer over a sliding window of an HWC tensor; padded positions hold 0."""

    strides = prop_def(DenseArrayBase.constr(i64), default_value=UNIT_STRIDES)
    padding = prop_def(DenseArrayBase.constr(i64), default_value=NO_PADDING)
    """Top, bottom, left, right."""
    dilation = prop_def(DenseArrayBase.constr(i64), default_value=UNIT_STRIDES)

    assembly_format = (
        "$input `,` $filter" + BIAS_FORMAT + WINDOW_FORMAT + CLAMP_FORMAT + TYPES_FORMAT
    )

    def __init__(
        self,
        input: SSAValue,
        filter: SSAValue,
        output_type: QnnTensorType,
        *,
        window: Window,
        bias: SSAValue | None = None,
        clamp: tuple[float, float] | None = None,
    ):
        """Builds a layer; the kernel of `window` must be that of the filter."""
        super().__init__(
            operands=[input, filter, bias],
            result_types=[output_type],
            properties={**build_window_properties(window), "clamp": build_clamp(clamp)},
        )

    @abstractmethod
    def get_kernel_size(self) -> tuple[int, int]:
        """Rows and columns of the kernel."""

    @property
    def window(self) -> Window:
        """The sliding window."""
        return Window.get(
            self.get_kernel_size(),
            self.strides.get_values(),
            self.padding.get_values(),
            self.dilation.get_values(),
        )


@irdl_op_definition
class Conv2dOp(WindowedLayerOperation):
    """Convolution of an HWC tensor with OHWI filters.

    `out[y, x, o] = bias[o] + sum over i, j, c of in[y*sy + i*dy - top, x*sx + j*dx - left, c] *
    filter[o, i, j, c]`.

    ```mlir
    func.func @conv(%x: tensor<5x5x2x!quant.uniform<u8:f32, 0.5:128>>,
                    %w: tensor<3x3x3x2x!quant.uniform<i4:f32:0, {0.1, 0.2, 0.3}>>,
                    %b: tensor<3xf32>) -> tensor<3x5x3x!quant.uniform<u4:f32, 0.4>> {
      %y = qnn.conv2d %x, %w bias %b strides [2, 1] padding [1, 1, 1, 1] clamp [0.0, 6.0]
          : tensor<5x5x2x!quant.uniform<u8:f32, 0.5:128>>,
            tensor<3x3x3x2x!quant.uniform<i4:f32:0, {0.1, 0.2, 0.3}>>, tensor<3xf32>
         -> tensor<3x5x3x!quant.uniform<u4:f32, 0.4>>
      return %y : tensor<3x5x3x!quant.uniform<u4:f32, 0.4>>
    }
    ```

    Constraints besides those of LayerOperation:
    6. input is HWC, filter OHWI with as many input channels as the input; strides, padding and
       dilation make a window that fits the input.
    """

    name = "qnn.conv2d"
    CHANNEL_AXIS: ClassVar[int] = 0

    def get_kernel_size(self) -> tuple[int, int]:
        return get_shape(self.filter)[1], get_shape(self.filter)[2]

    @staticmethod
    def infer_shape(
        input: Sequence[int], filter: Sequence[int], window: Window
    ) -> tuple[int, int, int]:
        """Shape of the output; raises VerifyException when there is none."""
        verify_rank("input", input, 3, "height, width, channels")
        verify_rank("filter", filter, 4, "filters, height, width, channels")
        if filter[3] != input[2]:
            raise VerifyException(
                f"filter must have the input's {input[2]} channels, found {filter[3]}"
            )
        return (*window.get_output_size(input[0], input[1]), filter[0])

    def infer_output_shape(self) -> tuple[int, ...]:
        verify_rank("filter", get_shape(self.filter), 4, "filters, height, width, channels")
        return self.infer_shape(get_shape(self.input), get_shape(self.filter), self.window)


@irdl_op_definition
class DepthwiseConv2dOp(WindowedLayerOperation):
    """Depthwise convolution of an HWC tensor with HWC filters.

    With a depth multiplier m, output channel o = c*m + k filters input channel c:
    `out[y, x, o] = bias[o] + sum over i, j of in[y*sy + i*dy - top, x*sx + j*dx - left, o / m] *
    filter[i, j, o]`.

    ```mlir
    func.func @dw(%x: tensor<5x5x2xf32>, %w: tensor<3x3x4xf32>) -> tensor<5x5x4xf32> {
      %y = qnn.depthwise_conv2d %x, %w padding [1, 1, 1, 1]
          : tensor<5x5x2xf32>, tensor<3x3x4xf32> -> tensor<5x5x4xf32>
      return %y : tensor<5x5x4xf32>
    }
    ```

    Constraints besides those of LayerOperation:
    6. input and filter are HWC, the filter's channels are a multiple of the input's; strides,
       padding and dilation make a window that fits the input.
    """

    name = "qnn.depthwise_conv2d"
    CHANNEL_AXIS: ClassVar[int] = 2

    @property
    def depth_multiplier(self) -> int:
        """Output channels per input channel."""
        return self.channels // get_shape(self.input)[2]

    def get_kernel_size(self) -> tuple[int, int]:
        return get_shape(self.filter)[0], get_shape(self.filter)[1]

    @staticmethod
    def infer_shape(
        input: Sequence[int], filter: Sequence[int], window: Window
    ) -> tuple[int, int, int]:
        """Shape of the output; raises VerifyException when there is none."""
        verify_rank("input", input, 3, "height, width, channels")
        verify_rank("filter", filter, 3, "height, width, channels")
        if filter[2] % input[2]:
            raise VerifyException(
                f"filter channels must be a multiple of the input's {input[2]}, found {filter[2]}"
            )
        return (*window.get_output_size(input[0], input[1]), filter[2])

    def infer_output_shape(self) -> tuple[int, ...]:
        verify_rank("filter", get_shape(self.filter), 3, "height, width, channels")
        return self.infer_shape(get_shape(self.input), get_shape(self.filter), self.window)


@irdl_op_definition
class FullyConnectedOp(LayerOperation):
    """Fully connected layer.

    `out[o] = bias[o] + sum over k of in[k] * filter[o, k]`.

    ```mlir
    func.func @fc(%x: tensor<7x!quant.uniform<u4:f32, 0.1>>, %w: tensor<2x7xf32>)
        -> tensor<2xf32> {
      %y = qnn.fully_connected %x, %w
          : tensor<7x!quant.uniform<u4:f32, 0.1>>, tensor<2x7xf32> -> tensor<2xf32>
      return %y : tensor<2xf32>
    }
    ```

    Constraints besides those of LayerOperation:
    6. input has one dimension, filter is (outputs, inputs).
    """

    name = "qnn.fully_connected"
    CHANNEL_AXIS: ClassVar[int] = 0

    assembly_format = "$input `,` $filter" + BIAS_FORMAT + CLAMP_FORMAT + TYPES_FORMAT

    def __init__(
        self,
        input: SSAValue,
        filter: SSAValue,
        output_type: QnnTensorType,
        *,
        bias: SSAValue | None = None,
        clamp: tuple[float, float] | None = None,
    ):
        super().__init__(
            operands=[input, filter, bias],
            result_types=[output_type],
            properties={"clamp": build_clamp(clamp)},
        )

    @staticmethod
    def infer_shape(input: Sequence[int], filter: Sequence[int]) -> tuple[int]:
        """Shape of the output; raises VerifyException when there is none."""
        verify_rank("input", input, 1, "inputs; use qnn.reshape before")
        verify_rank("filter", filter, 2, "outputs, inputs")
        verify_shape("input", input, (filter[1],))
        return (filter[0],)

    def infer_output_shape(self) -> tuple[int, ...]:
        return self.infer_shape(get_shape(self.input), get_shape(self.filter))
