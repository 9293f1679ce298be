"""Converts operations of `qnn` that move or reduce elements to `cmix`."""

from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.simple_layers import AvgPool2dOp, MaxPool2dOp, ReshapeOp
from cmixdsl.dialects.cmix.types import PackedType, get_packed_type
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp as QnnAvgPool2dOp
from cmixdsl.dialects.qnn.pooling import GlobalAvgPool2dOp as QnnGlobalAvgPool2dOp
from cmixdsl.dialects.qnn.pooling import MaxPool2dOp as QnnMaxPool2dOp
from cmixdsl.dialects.qnn.shapes import ReshapeOp as QnnReshapeOp
from cmixdsl.passes.qnn_conversion import Conversion, fail, get_tensor_uniform


def convert_max_pool2d(conversion: Conversion, source: QnnMaxPool2dOp) -> SSAValue:
    """`qnn.max_pool2d`."""
    _verify_same_quantization(source, source.input)
    input = conversion.get_packed(source, source.input)
    type_ = _reshape_type(input, source.output_type.get_shape())
    return conversion.insert(source, MaxPool2dOp(input, type_, window=source.window))


def convert_avg_pool2d(conversion: Conversion, source: QnnAvgPool2dOp) -> SSAValue:
    """`qnn.avg_pool2d`."""
    _verify_same_quantization(source, source.input)
    input = conversion.get_packed(source, source.input)
    type_ = _reshape_type(input, source.output_type.get_shape())
    return conversion.insert(source, AvgPool2dOp(input, type_, window=source.window))


def convert_global_avg_pool2d(conversion: Conversion, source: QnnGlobalAvgPool2dOp) -> SSAValue:
    """`qnn.global_avg_pool2d`: one window, and the two dimensions of extent 1 removed."""
    _verify_same_quantization(source, source.input)
    input = conversion.get_packed(source, source.input)
    height, width, channels = get_packed_type(input).get_shape()
    type_ = _reshape_type(input, (1, 1, channels))
    pool = AvgPool2dOp(input, type_, window=Window((height, width)))
    mean = conversion.insert(source, pool)
    flat = f"{source.output.name_hint or 'mean'}_flat"
    return conversion.insert(source, ReshapeOp(mean, (channels,)), flat)


def convert_reshape(conversion: Conversion, source: QnnReshapeOp) -> SSAValue:
    """`qnn.reshape`."""
    _verify_same_quantization(source, source.input)
    input = conversion.get_packed(source, source.input)
    return conversion.insert(source, ReshapeOp(input, source.output_type.get_shape()))


def _reshape_type(value: SSAValue, shape: tuple[int, ...]) -> PackedType:
    return PackedType(shape, get_packed_type(value).element_type)


def _verify_same_quantization(source: QnnOperation, operand: SSAValue) -> None:
    found = get_tensor_uniform(source, source.output)
    expected = get_tensor_uniform(source, operand)
    if found != expected:
        fail(source, f"expected its result quantized as its operand, {expected}, found {found}")
