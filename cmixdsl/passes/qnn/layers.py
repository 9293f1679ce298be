"""Converts layers with weights from `qnn` to `cmix`."""

from typing import TypedDict

import numpy as np
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.accumulator import AccumulatorBounds, get_accumulator_bounds
from cmixdsl.dialects.cmix.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.dialects.qnn.constant import get_constant_values
from cmixdsl.dialects.qnn.layers import (
    Conv2dOp as QnnConv2dOp,
)
from cmixdsl.dialects.qnn.layers import (
    FullyConnectedOp as QnnFullyConnectedOp,
)
from cmixdsl.dialects.qnn.layers import (
    LayerOperation,
    WindowedLayerOperation,
)
from cmixdsl.dialects.qnn.tensors import get_quantization
from cmixdsl.dialects.quant import UniformType
from cmixdsl.passes.qnn.conversion import (
    Conversion,
    Reals,
    fail,
    get_output_elements,
    get_packed_type_of,
    get_tensor_uniform,
    get_uniform,
)
from cmixdsl.passes.qnn.layer_requantization import choose_requantization
from cmixdsl.passes.qnn.real_requantization import OutputElements, RealRequantization

BIAS_SCALE_TOLERANCE = 1e-4
"""Scales of biases are computed in 32 bits, and so differ a little from the accumulator's."""


class _Parameters(TypedDict):
    """What layers with weights have in common, as their constructors name it."""

    bias: list[int]
    requant: RequantizationAttr
    input_zero: int
    filter_zero: list[int]


def convert_windowed_layer(conversion: Conversion, source: WindowedLayerOperation) -> SSAValue:
    """`qnn.conv2d` and `qnn.depthwise_conv2d`."""
    build = Conv2dOp if isinstance(source, QnnConv2dOp) else DepthwiseConv2dOp
    tensors, parameters = _get_tensors(conversion, source), _get_parameters(conversion, source)
    return conversion.insert(source, build(*tensors, window=source.window, **parameters))


def convert_fully_connected(conversion: Conversion, source: QnnFullyConnectedOp) -> SSAValue:
    """`qnn.fully_connected`."""
    tensors, parameters = _get_tensors(conversion, source), _get_parameters(conversion, source)
    return conversion.insert(source, FullyConnectedOp(*tensors, **parameters))


def _get_tensors(
    conversion: Conversion, source: LayerOperation
) -> tuple[SSAValue, SSAValue, PackedType]:
    """Input, weights, and the output's type."""
    input_, filter_ = (conversion.get_packed(source, it) for it in (source.input, source.filter))
    return input_, filter_, get_packed_type_of(source, source.output)


def _get_parameters(conversion: Conversion, source: LayerOperation) -> _Parameters:
    bias, requant = _choose_requantization(conversion, source)
    return {
        "bias": bias,
        "requant": requant,
        "input_zero": get_tensor_uniform(source, source.input).zero_points[0],
        "filter_zero": _get_filter_zero(source),
    }


def _get_filter(source: LayerOperation) -> UniformType:
    if get_constant_values(source.filter) is None:
        fail(source, "expected constant weights, found ones that are computed")
    uniform = get_uniform(source, source.filter)
    if uniform.is_per_axis and uniform.axis != source.CHANNEL_AXIS:
        fail(
            source,
            f"expected weights with scales along axis {source.CHANNEL_AXIS} (output channels), "
            f"found axis {uniform.axis}",
        )
    return uniform


def _get_filter_zero(source: LayerOperation) -> list[int]:
    zeros = _get_filter(source).zero_points
    return list(zeros[:1] if len(set(zeros)) == 1 else zeros)


def _choose_requantization(
    conversion: Conversion, source: LayerOperation
) -> tuple[list[int], RequantizationAttr]:
    """Integer bias and requantization attribute of a layer."""
    output = get_output_elements(conversion, source, source.get_clamp())
    steps = get_accumulator_steps(conversion, source)
    real = _describe(source, steps, output)
    try:
        bias, requant = choose_requantization(conversion.requantization, real)
    except (ValueError, VerifyException) as error:
        fail(source, f"{error}; check the scales of its input, weights and output")
    stored = _get_stored_bias(source, steps)
    # TensorFlow Lite adds the stored integers whatever their scale.
    return (stored if conversion.is_tflite and stored is not None else bias), requant


def get_accumulator_steps(conversion: Conversion, source: LayerOperation) -> Reals:
    """What one unit of the accumulator is worth: one number, or one for each channel."""
    (input_scale,) = get_tensor_uniform(source, source.input).scales
    scales = np.array(_get_filter(source).scales)
    if (
        conversion.is_tflite
        and isinstance(source, QnnFullyConnectedOp)
        and not _get_filter(source).is_per_axis
    ):
        # Of a layer with one scale TensorFlow Lite multiplies the scales in 32 bits.
        return (np.float32(input_scale) * scales.astype(np.float32)).astype(np.float64)
    return input_scale * scales


def _describe(source: LayerOperation, steps: Reals, output: OutputElements) -> RealRequantization:
    (output_scale,) = get_tensor_uniform(source, source.output).scales
    bias = _get_real_bias(source)
    return RealRequantization(
        tuple((steps / output_scale).tolist()),
        tuple((bias / output_scale).tolist()),
        output,
        _get_sums(source),
    )


def _get_sums(source: LayerOperation) -> AccumulatorBounds:
    """What sums of products can reach, whatever elements of its type the input has."""
    low, high = get_packed_type_of(source, source.input).element_range
    (zero,) = get_tensor_uniform(source, source.input).zero_points
    weights = get_constant_values(source.filter)
    assert weights is not None
    rows = np.moveaxis(weights.astype(np.int64), source.CHANNEL_AXIS, 0)
    rows = rows.reshape(source.channels, -1) - np.reshape(_get_filter_zero(source), (-1, 1))
    return get_accumulator_bounds(
        (low - zero, high - zero), rows, np.zeros(source.channels, np.int64)
    )


def _get_real_bias(source: LayerOperation) -> Reals:
    if source.bias is None:
        return np.zeros(source.channels)
    values = get_constant_values(source.bias)
    if values is None:
        fail(source, "expected a constant bias, found one that is computed")
    uniform = get_quantization(source.bias)
    if uniform is None:
        return values.astype(np.float64)
    return np.array(uniform.scales) * (values.astype(np.float64) - np.array(uniform.zero_points))


def _get_stored_bias(source: LayerOperation, steps: Reals) -> list[int] | None:
    """The integers of a bias that is quantized in steps of the accumulator, else None."""
    if source.bias is None or (uniform := get_quantization(source.bias)) is None:
        return None
    if any(uniform.zero_points) or not np.allclose(
        np.array(uniform.scales), steps, rtol=BIAS_SCALE_TOLERANCE, atol=0
    ):
        return None
    values = get_constant_values(source.bias)
    return None if values is None else values.tolist()
