"""Converts poolings from `qnn` to `cmix`."""

from math import prod

from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.simple_layers import AvgPool2dOp, MaxPool2dOp, ReshapeOp
from cmixdsl.dialects.cmix.types import PackedType, get_packed_type
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp as QnnAvgPool2dOp
from cmixdsl.dialects.qnn.pooling import GlobalAvgPool2dOp as QnnGlobalAvgPool2dOp
from cmixdsl.dialects.qnn.pooling import MaxPool2dOp as QnnMaxPool2dOp
from cmixdsl.passes.qnn.conversion import (
    Conversion,
    build_packed_type,
    get_hint,
    get_output_elements,
    get_tensor_uniform,
)
from cmixdsl.passes.qnn.functions import build_requantized
from cmixdsl.passes.qnn.layer_requantization import build_fixed_point, choose_exact_without_bias
from cmixdsl.passes.qnn.multipliers import quantize_mean

AveragePool = QnnAvgPool2dOp | QnnGlobalAvgPool2dOp


def convert_max_pool2d(conversion: Conversion, source: QnnMaxPool2dOp) -> SSAValue:
    """`qnn.max_pool2d`: the largest element, which is quantized anew where types differ."""
    input = conversion.get_packed(source, source.input)
    uniform = get_tensor_uniform(source, source.input)
    type_ = PackedType(source.output_type.get_shape(), get_packed_type(input).element_type)
    pool = conversion.insert(source, MaxPool2dOp(input, type_, window=source.window))
    hint = get_hint(source, "requantized")
    return build_requantized(conversion, source, pool, uniform, clamp=source.get_clamp(), hint=hint)


def convert_avg_pool2d(conversion: Conversion, source: QnnAvgPool2dOp) -> SSAValue:
    """`qnn.avg_pool2d`."""
    return _build_average(conversion, source, source.window, source.output_type.get_shape())


def convert_global_avg_pool2d(conversion: Conversion, source: QnnGlobalAvgPool2dOp) -> SSAValue:
    """`qnn.global_avg_pool2d`: one window, and the two dimensions of extent 1 removed."""
    input = conversion.get_packed(source, source.input)
    height, width, channels = get_packed_type(input).get_shape()
    mean = _build_average(conversion, source, Window((height, width)), (1, 1, channels))
    return conversion.insert(source, ReshapeOp(mean, (channels,)), get_hint(source, "flat"))


def _build_average(
    conversion: Conversion, source: AveragePool, window: Window, shape: tuple[int, ...]
) -> SSAValue:
    """Averages as integers where the result is quantized as the input, else sums, requantized.

    Where windows reach over the border their sums have fewer terms, so that no one multiplier
    serves: there the average, halves rounded away from zero, is quantized anew by a table.
    """
    input = conversion.get_packed(source, source.input)
    uniform = get_tensor_uniform(source, source.input)
    output = get_output_elements(conversion, source, source.get_clamp())
    is_same = uniform == get_tensor_uniform(source, source.output)
    is_plain = is_same and (output.low, output.high) == uniform.storage_range
    if any(window.padding) or (is_plain and _rounds_away(conversion, source, window)):
        type_ = PackedType(shape, get_packed_type(input).element_type)
        pool = conversion.insert(source, AvgPool2dOp(input, type_, window=window))
        clamp, hint = source.get_clamp(), get_hint(source, "requantized")
        return build_requantized(conversion, source, pool, uniform, clamp=clamp, hint=hint)
    return _build_scaled_sum(conversion, source, window, shape)


def _rounds_away(conversion: Conversion, source: AveragePool, window: Window) -> bool:
    """Whether halves, where there are any, are rounded away from zero: TensorFlow Lite's pooling.

    Other averages, but for TensorFlow Lite's MEAN, round halves to even.
    """
    if conversion.is_tflite:
        return isinstance(source, QnnAvgPool2dOp)
    return prod(window.kernel) % 2 == 1


def _build_scaled_sum(
    conversion: Conversion, source: AveragePool, window: Window, shape: tuple[int, ...]
) -> SSAValue:
    uniform = get_tensor_uniform(source, source.input)
    wanted = get_tensor_uniform(source, source.output)
    input, zero = conversion.get_packed(source, source.input), uniform.zero_points[0]
    count = prod(window.kernel)
    factor = uniform.scales[0] / wanted.scales[0]
    output = get_output_elements(conversion, source, source.get_clamp())
    if conversion.is_tflite:
        requant = build_fixed_point([quantize_mean(factor, count)], output)
    else:
        low, high = (count * (end - zero) for end in get_packed_type(input).element_range)
        requant = choose_exact_without_bias(factor / count, low, high, output)
    op = AvgPool2dOp(
        input,
        build_packed_type(source, shape, wanted),
        window=window,
        input_zero=zero,
        requant=requant,
    )
    return conversion.insert(source, op)
