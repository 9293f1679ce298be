"""Layers with weights, and poolings."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TypeAlias

from xdsl.dialects.builtin import f32
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.pooling import (
    AvgPool2dOp,
    GlobalAvgPool2dOp,
    MaxPool2dOp,
    Pool2dOperation,
)
from cmixdsl.dialects.qnn.tensors import ElementType, build_tensor_type, get_shape, verify_rank
from cmixdsl.network_builder.base import Clamp, NetworkBase, Operand, get_output_type

Pair: TypeAlias = tuple[int, int]
Padding: TypeAlias = Literal["same", "valid"] | tuple[int, int, int, int]
"""As TensorFlow defines the words; else rows above, below, columns left, right."""

FILTER_AXES: Mapping[type[Conv2dOp | DepthwiseConv2dOp], str] = MappingProxyType(
    {
        Conv2dOp: "filters, height, width, channels",
        DepthwiseConv2dOp: "height, width, channels",
    }
)


def get_padding(
    padding: Padding, input_shape: Sequence[int], kernel: Pair, strides: Pair, dilation: Pair
) -> tuple[int, int, int, int]:
    """Rows above and below, columns left and right of an HWC input.

    "same" makes ceil(size / stride) outputs, the odd row or column below and right.
    """
    if padding == "valid":
        return (0, 0, 0, 0)
    if padding != "same":
        return padding
    sides: list[int] = []
    for size, taps, stride, step in zip(input_shape, kernel, strides, dilation, strict=False):
        extent = (taps - 1) * step + 1
        total = max((-(-size // stride) - 1) * stride + extent - size, 0)
        sides += [total // 2, total - total // 2]
    return (sides[0], sides[1], sides[2], sides[3])


class LayerMethods(NetworkBase):
    """Methods for layers with weights, and for poolings."""

    def conv2d(
        self,
        input: SSAValue,
        filter: Operand,
        bias: Operand | None = None,
        *,
        strides: Pair = (1, 1),
        padding: Padding = "valid",
        dilation: Pair = (1, 1),
        clamp: Clamp = None,
        output: ElementType = f32,
        name: str = "conv2d",
    ) -> SSAValue:
        """Convolution with OHWI filters."""
        window = strides, padding, dilation
        return self._convolve(Conv2dOp, input, (filter, bias), window, clamp, output, name)

    def depthwise_conv2d(
        self,
        input: SSAValue,
        filter: Operand,
        bias: Operand | None = None,
        *,
        strides: Pair = (1, 1),
        padding: Padding = "valid",
        dilation: Pair = (1, 1),
        clamp: Clamp = None,
        output: ElementType = f32,
        name: str = "depthwise_conv2d",
    ) -> SSAValue:
        """Depthwise convolution with HWC filters, a multiple of them for each input channel."""
        window = strides, padding, dilation
        return self._convolve(DepthwiseConv2dOp, input, (filter, bias), window, clamp, output, name)

    def fully_connected(
        self,
        input: SSAValue,
        filter: Operand,
        bias: Operand | None = None,
        *,
        clamp: Clamp = None,
        output: ElementType = f32,
        name: str = "fully_connected",
    ) -> SSAValue:
        """Fully connected layer with a filter of (outputs, inputs)."""
        filter, bias = self._get_weights(filter, bias, name)

        def build_op() -> QnnOperation:
            shape = FullyConnectedOp.infer_shape(get_shape(input), get_shape(filter))
            type_ = build_tensor_type(shape, output)
            return FullyConnectedOp(input, filter, type_, bias=bias, clamp=clamp)

        return self._append(name, build_op)

    def max_pool2d(
        self,
        input: SSAValue,
        kernel: Pair,
        *,
        strides: Pair | None = None,
        padding: Padding = "valid",
        clamp: Clamp = None,
        output: ElementType | None = None,
        name: str = "max_pool2d",
    ) -> SSAValue:
        """Maximum over windows; strides are the kernel unless given, the type is kept."""
        return self._pool(MaxPool2dOp, input, kernel, strides, padding, clamp, output, name)

    def avg_pool2d(
        self,
        input: SSAValue,
        kernel: Pair,
        *,
        strides: Pair | None = None,
        padding: Padding = "valid",
        clamp: Clamp = None,
        output: ElementType | None = None,
        name: str = "avg_pool2d",
    ) -> SSAValue:
        """Average over windows, padding left out; as `max_pool2d`."""
        return self._pool(AvgPool2dOp, input, kernel, strides, padding, clamp, output, name)

    def global_avg_pool2d(
        self,
        input: SSAValue,
        *,
        clamp: Clamp = None,
        output: ElementType = f32,
        name: str = "global_avg_pool2d",
    ) -> SSAValue:
        """Average of each channel, of one dimension."""

        def build_op() -> QnnOperation:
            type_ = build_tensor_type(GlobalAvgPool2dOp.infer_shape(get_shape(input)), output)
            return GlobalAvgPool2dOp(input, type_, clamp=clamp)

        return self._append(name, build_op)

    def _convolve(
        self,
        kind: type[Conv2dOp | DepthwiseConv2dOp],
        input: SSAValue,
        weights: tuple[Operand, Operand | None],
        window: tuple[Pair, Padding, Pair],
        clamp: Clamp,
        output: ElementType,
        name: str,
    ) -> SSAValue:
        """`weights` has filter and bias, `window` strides, padding and dilation."""
        filter, bias = self._get_weights(*weights, name)
        axes = FILTER_AXES[kind]
        names = axes.split(", ")
        rows = names.index("height")

        def build_op() -> QnnOperation:
            verify_rank("filter", get_shape(filter), len(names), axes)
            found = _build_window(input, get_shape(filter)[rows : rows + 2], *window)
            shape = kind.infer_shape(get_shape(input), get_shape(filter), found)
            type_ = build_tensor_type(shape, output)
            return kind(input, filter, type_, window=found, bias=bias, clamp=clamp)

        return self._append(name, build_op)

    def _pool(
        self,
        kind: type[Pool2dOperation],
        input: SSAValue,
        kernel: Pair,
        strides: Pair | None,
        padding: Padding,
        clamp: Clamp,
        output: ElementType | None,
        name: str,
    ) -> SSAValue:
        def build_op() -> QnnOperation:
            window = _build_window(input, kernel, strides or kernel, padding, (1, 1))
            type_ = get_output_type(kind.infer_shape(get_shape(input), window), input, output)
            return kind(input, type_, window=window, clamp=clamp)

        return self._append(name, build_op)

    def _get_weights(
        self, filter: Operand, bias: Operand | None, name: str
    ) -> tuple[SSAValue, SSAValue | None]:
        filter = self._get_value(filter, f"{name}_filter")
        return filter, None if bias is None else self._get_value(bias, f"{name}_bias")


def _build_window(
    input: SSAValue, kernel: Sequence[int], strides: Pair, padding: Padding, dilation: Pair
) -> Window:
    verify_rank("input", get_shape(input), 3, "height, width, channels")
    Window.get(kernel, strides, (0, 0, 0, 0), dilation)
    size = (kernel[0], kernel[1])
    sides = get_padding(padding, get_shape(input), size, strides, dilation)
    return Window.get(kernel, strides, sides, dilation)
