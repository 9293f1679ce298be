"""Level 2 of the `cmix` dialect: layers with weights on packed tensors, integer arithmetic only."""

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import DenseArrayBase, IntegerType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.contraction import (
    CONTRACTION_FORMAT,
    WINDOW_FORMAT,
    ContractionOperation,
    WindowedContractionOperation,
    build_contraction_properties,
    verify_rank,
    verify_shape,
)
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.schedule import ScheduleAttr
from cmixdsl.dialects.cmix.types import PackedType


@irdl_op_definition
class Conv2dOp(WindowedContractionOperation):
    """Quantized convolution of an HWC tensor with OHWI filters.

    `acc[y, x, o] = bias[o] + sum over i, j, c of (in[y*sy + i*dy - top, x*sx + j*dx - left, c] -
    input_zero) * (filter[o, i, j, c] - filter_zero[o])`.

    ```mlir
    func.func @conv(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>)
        -> !cmix.packed<3x5x3xui8> {
      %y = cmix.conv2d %x, %w strides [2, 1] padding [1, 1, 1, 1] bias [5, -3, 0]
          input_zero 128 filter_zero [8, 7, 9]
          requant #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0>
          : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x5x3xui8>
      return %y : !cmix.packed<3x5x3xui8>
    }
    ```

    Constraints besides those of WindowedContractionOperation:
    5. input is HWC, filter OHWI with as many input channels as the input;
    6. output has the window's output size and as many channels as there are filters.
    """

    name = "cmix.conv2d"
    CHANNEL_AXIS: ClassVar[int] = 0

    assembly_format = "$input `,` $filter" + WINDOW_FORMAT + CONTRACTION_FORMAT

    def get_kernel_size(self) -> tuple[int, int]:
        return self.filter_type.get_shape()[1], self.filter_type.get_shape()[2]

    def verify_(self) -> None:
        verify_rank("input", self.input_type, 3, "height, width, channels")
        verify_rank("filter", self.filter_type, 4, "filters, height, width, channels")
        height, width, channels = self.input_type.get_shape()
        filters, _, _, filter_channels = self.filter_type.get_shape()
        if filter_channels != channels:
            raise VerifyException(
                f"filter must have the input's {channels} channels, found {filter_channels}"
            )
        self.verify_pad_value()
        size = self.window.get_output_size(height, width)
        verify_shape("output", self.output_type.get_shape(), (*size, filters))
        self.verify_contraction()


@irdl_op_definition
class DepthwiseConv2dOp(WindowedContractionOperation):
    """Quantized depthwise convolution of an HWC tensor with HWC filters.

    With a depth multiplier m, output channel o = c*m + i filters input channel c:
    `acc[y, x, o] = bias[o] + sum over i, j of (in[y*sy + i*dy - top, x*sx + j*dx - left, o / m] -
    input_zero) * (filter[i, j, o] - filter_zero[o])`.

    ```mlir
    func.func @dw(%x: !cmix.packed<5x5x2xui2>, %w: !cmix.packed<3x3x4xsi4>)
        -> !cmix.packed<5x5x4xui2> {
      %y = cmix.depthwise_conv2d %x, %w padding [1, 1, 1, 1] bias [5, -3, 0, 1]
          requant #cmix.thresholds<i16, [[-5, 0, 9]]>
          : !cmix.packed<5x5x2xui2>, !cmix.packed<3x3x4xsi4> -> !cmix.packed<5x5x4xui2>
      return %y : !cmix.packed<5x5x4xui2>
    }
    ```

    Constraints besides those of WindowedContractionOperation:
    5. input and filter are HWC, the filter's channels are a multiple of the input's;
    6. output has the window's output size and the filter's channels.
    """

    name = "cmix.depthwise_conv2d"
    CHANNEL_AXIS: ClassVar[int] = 2

    assembly_format = "$input `,` $filter" + WINDOW_FORMAT + CONTRACTION_FORMAT

    @property
    def depth_multiplier(self) -> int:
        """Output channels per input channel."""
        return self.filter_type.get_shape()[2] // self.input_type.get_shape()[2]

    def get_kernel_size(self) -> tuple[int, int]:
        return self.filter_type.get_shape()[0], self.filter_type.get_shape()[1]

    def verify_(self) -> None:
        verify_rank("input", self.input_type, 3, "height, width, channels")
        verify_rank("filter", self.filter_type, 3, "height, width, channels")
        height, width, channels = self.input_type.get_shape()
        filter_channels = self.filter_type.get_shape()[2]
        if filter_channels % channels:
            raise VerifyException(
                f"filter channels must be a multiple of the input's {channels}, "
                f"found {filter_channels}"
            )
        self.verify_pad_value()
        size = self.window.get_output_size(height, width)
        verify_shape("output", self.output_type.get_shape(), (*size, filter_channels))
        self.verify_contraction()


@irdl_op_definition
class FullyConnectedOp(ContractionOperation):
    """Quantized fully connected layer.

    `acc[o] = bias[o] + sum over k of (in[k] - input_zero) * (filter[o, k] - filter_zero[o])`.

    ```mlir
    func.func @fc(%x: !cmix.packed<7xui4>, %w: !cmix.packed<2x7xsi2>) -> !cmix.packed<2xsi8> {
      %y = cmix.fully_connected %x, %w bias [5, -3] input_zero 1
          requant #cmix.fixed_point<multiplier = [1073741824], shift = [2],
                                    zero = 3, min = -128, max = 127>
          : !cmix.packed<7xui4>, !cmix.packed<2x7xsi2> -> !cmix.packed<2xsi8>
      return %y : !cmix.packed<2xsi8>
    }
    ```

    Constraints besides those of ContractionOperation:
    5. input has one dimension, filter is (outputs, inputs), output is (outputs).
    """

    name = "cmix.fully_connected"
    CHANNEL_AXIS: ClassVar[int] = 0

    assembly_format = "$input `,` $filter" + CONTRACTION_FORMAT

    def __init__(
        self,
        input: SSAValue,
        filter: SSAValue,
        output_type: PackedType,
        *,
        bias: Sequence[int] | DenseArrayBase[IntegerType],
        requant: RequantizationAttr,
        input_zero: int = 0,
        filter_zero: int | Sequence[int] | DenseArrayBase[IntegerType] = 0,
        schedule: ScheduleAttr | None = None,
    ):
        super().__init__(
            operands=[input, filter],
            result_types=[output_type],
            properties=build_contraction_properties(
                bias, input_zero, filter_zero, requant, schedule
            ),
        )

    def verify_(self) -> None:
        verify_rank("input", self.input_type, 1, "inputs; use cmix.reshape before")
        verify_rank("filter", self.filter_type, 2, "outputs, inputs")
        outputs, inputs = self.filter_type.get_shape()
        verify_shape("input", self.input_type.get_shape(), (inputs,))
        verify_shape("output", self.output_type.get_shape(), (outputs,))
        self.verify_contraction()
