"""Converts poolings from `qnn` to `cmix`."""

from math import lcm, prod

from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.pooling import AvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.cmix.simple_layers import ReshapeOp
from cmixdsl.dialects.cmix.types import PackedType, get_packed_type
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp as QnnAvgPool2dOp
from cmixdsl.dialects.qnn.pooling import GlobalAvgPool2dOp as QnnGlobalAvgPool2dOp
from cmixdsl.dialects.qnn.pooling import MaxPool2dOp as QnnMaxPool2dOp
from cmixdsl.passes.qnn.conversion import (
    Conversion,
    build_packed_type,
    fail,
    get_hint,
    get_output_elements,
    get_tensor_uniform,
)
from cmixdsl.passes.qnn.functions import build_requantized
from cmixdsl.passes.qnn.layer_requantization import (
    INT32_MAX,
    build_fixed_point,
    choose_exact_without_bias,
)
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

    Where windows reach over the border their sums have fewer terms; one multiplier serves sums that
    are scaled to a common number of terms. Where 32 bits are too few for that, and for TensorFlow
    Lite, the average, halves rounded away from zero, is quantized anew by a table.
    """
    input = conversion.get_packed(source, source.input)
    uniform = get_tensor_uniform(source, source.input)
    output = get_output_elements(conversion, source, source.get_clamp())
    is_same = uniform == get_tensor_uniform(source, source.output)
    is_plain = is_same and (output.low, output.high) == uniform.storage_range
    terms = _get_terms(conversion, source, window)
    if terms is None or (is_plain and _rounds_away(conversion, source, window)):
        type_ = PackedType(shape, get_packed_type(input).element_type)
        pool = conversion.insert(source, AvgPool2dOp(input, type_, window=window))
        clamp, hint = source.get_clamp(), get_hint(source, "requantized")
        return build_requantized(conversion, source, pool, uniform, clamp=clamp, hint=hint)
    if is_plain and not conversion.is_tflite and terms & (terms - 1) == 0:
        type_ = PackedType(shape, get_packed_type(input).element_type)
        zero = uniform.zero_points[0]
        pool = AvgPool2dOp(input, type_, window=window, input_zero=zero, to_even=True)
        return conversion.insert(source, pool)
    return _build_scaled_sum(conversion, source, window, shape, terms)


def _get_terms(conversion: Conversion, source: AveragePool, window: Window) -> int | None:
    """The least common multiple of the windows' numbers of terms.

    None where averages are to be rounded first, to be quantized anew.
    """
    if not any(window.padding):
        return prod(window.kernel)
    packed = get_packed_type(conversion.get_packed(source, source.input))
    height, width, _ = packed.get_shape()
    terms = lcm(*window.get_term_counts(height, width))
    given, wanted = (get_tensor_uniform(source, v) for v in (source.input, source.output))
    if not conversion.is_tflite and terms << packed.bits <= INT32_MAX:
        return terms
    if not conversion.is_tflite and given.scales[0] >= 2 * wanted.scales[0]:
        fail(
            source,
            f"expected windows over the border with numbers of terms whose common multiple times "
            f"2^{packed.bits} fits 32 bits, or an output scale more than half the input's, found "
            f"{terms} terms and scales of {wanted.scales[0]:g} and {given.scales[0]:g}: quantize "
            "the input of the average more finely, or its output more coarsely",
        )
    return None


def _rounds_away(conversion: Conversion, source: AveragePool, window: Window) -> bool:
    """Whether halves, where there are any, are rounded away from zero: TensorFlow Lite's pooling.

    Other averages, but for TensorFlow Lite's MEAN, round halves to even.
    """
    if conversion.is_tflite:
        return isinstance(source, QnnAvgPool2dOp)
    return any(window.padding) or prod(window.kernel) % 2 == 1


def _build_scaled_sum(
    conversion: Conversion,
    source: AveragePool,
    window: Window,
    shape: tuple[int, ...],
    terms: int,
) -> SSAValue:
    uniform = get_tensor_uniform(source, source.input)
    wanted = get_tensor_uniform(source, source.output)
    input, zero = conversion.get_packed(source, source.input), uniform.zero_points[0]
    factor = uniform.scales[0] / wanted.scales[0]
    output = get_output_elements(conversion, source, source.get_clamp())
    if conversion.is_tflite:
        requant = build_fixed_point([quantize_mean(factor, terms)], output)
    else:
        low, high = (terms * (end - zero) for end in get_packed_type(input).element_range)
        requant = choose_exact_without_bias(factor / terms, low, high, output)
    op = AvgPool2dOp(
        input,
        build_packed_type(source, shape, wanted),
        window=window,
        input_zero=zero,
        terms=terms if any(window.padding) else None,
        requant=requant,
    )
    return conversion.insert(source, op)
