"""Converts functions of one element from `qnn` to tables of `cmix`; tables quantize anew too."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.elementwise import LookupOp
from cmixdsl.dialects.cmix.requantization import FixedPointAttr
from cmixdsl.dialects.cmix.softmax import SoftmaxOp
from cmixdsl.dialects.cmix.types import get_packed_type
from cmixdsl.dialects.qnn.functions import ClampOp, QuantizeOp, SigmoidOp, TanhOp, UnaryOperation
from cmixdsl.dialects.qnn.functions import SoftmaxOp as QnnSoftmaxOp
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.quant import UniformType
from cmixdsl.interpreters.fixed_point_functions import compute_logistic, compute_tanh
from cmixdsl.interpreters.quantization import Reals, dequantize, quantize
from cmixdsl.interpreters.real_functions import compute_sigmoid
from cmixdsl.interpreters.requantization import multiply_by_quantized_multiplier
from cmixdsl.passes.qnn.conversion import (
    Conversion,
    build_packed_type,
    fail,
    get_output_elements,
    get_packed_type_of,
    get_tensor_uniform,
)
from cmixdsl.passes.qnn.layer_requantization import build_fixed_point
from cmixdsl.passes.qnn.multipliers import quantize_multiplier

RealFunction = Callable[[Reals], Reals]
Clamp = tuple[float, float]
INT8_MIN = -128
MIN_SHARE_SCALE = 2.0**-22
"""What softmax computes in 31 bits is within a step of an output that is no finer."""


@dataclass(frozen=True)
class Int8Kernel:
    """A kernel of TensorFlow Lite: from int8 of any scale to int8 of one type."""

    compute: Callable[[int, float], int]
    """From stored input less its zero point, and the input's scale."""
    output: UniformType


LOGISTIC = Int8Kernel(compute_logistic, UniformType(8, True, [1 / 256], [-128]))
TANH = Int8Kernel(compute_tanh, UniformType(8, True, [1 / 128], [0]))


def convert_sigmoid(conversion: Conversion, source: SigmoidOp) -> SSAValue:
    """`qnn.sigmoid`."""
    return _convert_function(conversion, source, compute_sigmoid, LOGISTIC)


def convert_tanh(conversion: Conversion, source: TanhOp) -> SSAValue:
    """`qnn.tanh`."""
    return _convert_function(conversion, source, np.tanh, TANH)


def convert_clamp(conversion: Conversion, source: ClampOp) -> SSAValue:
    """`qnn.clamp` that is no part of another operation."""
    packed = conversion.get_packed(source, source.input)
    uniform = get_tensor_uniform(source, source.input)
    return build_requantized(
        conversion, source, packed, uniform, clamp=(source.minimum, source.maximum)
    )


def convert_quantize(conversion: Conversion, source: QuantizeOp) -> SSAValue:
    """`qnn.quantize` of what is quantized already."""
    packed = conversion.get_packed(source, source.input)
    uniform = get_tensor_uniform(source, source.input)
    return build_requantized(conversion, source, packed, uniform)


def convert_softmax(conversion: Conversion, source: QnnSoftmaxOp) -> SSAValue:
    """`qnn.softmax`: in 256ths as TensorFlow Lite's, or requantized to another scale."""
    uniform = get_tensor_uniform(source, source.input)
    multiplier, shift = quantize_multiplier(
        min(source.beta.value.data * uniform.scales[0] * 2.0**26, 2.0**31 - 1)
    )
    packed = conversion.get_packed(source, source.input)
    type_ = get_packed_type_of(source, source.output)
    requant = _build_share_requant(conversion, source)
    op = SoftmaxOp(packed, type_, multiplier=multiplier, left_shift=shift, requant=requant)
    return conversion.insert(source, op)


def _build_share_requant(conversion: Conversion, source: QnnSoftmaxOp) -> FixedPointAttr | None:
    """From shares of 31 bits behind the point; None where rounding to 256ths is all."""
    wanted = get_tensor_uniform(source, source.output)
    if wanted == UniformType(8, wanted.is_signed, [1 / 256], [-128 if wanted.is_signed else 0]):
        return None
    (scale,) = wanted.scales
    if scale < MIN_SHARE_SCALE:
        fail(source, f"expected an output scale of at least {MIN_SHARE_SCALE}, found {scale}")
    output = get_output_elements(conversion, source, None)
    return build_fixed_point([quantize_multiplier(2.0**-31 / scale)], output)


def build_requantized(
    conversion: Conversion,
    source: QnnOperation,
    value: SSAValue,
    uniform: UniformType,
    *,
    clamp: Clamp | None = None,
    hint: str | None = None,
) -> SSAValue:
    """A packed tensor of `uniform` elements as the result of `source` is quantized.

    It is limited to `clamp`; the tensor itself where nothing changes.
    """
    wanted = get_tensor_uniform(source, source.output)
    output = get_output_elements(conversion, source, clamp)
    if uniform == wanted and (output.low, output.high) == wanted.storage_range:
        return value
    stored = _get_stored(value)
    if conversion.is_tflite:
        multiplier, shift = quantize_multiplier(uniform.scales[0] / wanted.scales[0])
        scaled = multiply_by_quantized_multiplier(
            stored - uniform.zero_points[0], np.array(multiplier), np.array(shift)
        )
        table = scaled + output.zero
    else:
        table = quantize(dequantize(stored, uniform), wanted)
    limited = np.clip(table, output.low, output.high)
    return _build_lookup(conversion, source, value, limited.tolist(), hint)


def _convert_function(
    conversion: Conversion, source: UnaryOperation, function: RealFunction, kernel: Int8Kernel
) -> SSAValue:
    """A table of `function`, of the bytes of `kernel` where TensorFlow Lite would call it."""
    packed = conversion.get_packed(source, source.input)
    stored = _get_stored(packed)
    given, wanted = (get_tensor_uniform(source, v) for v in (source.input, source.output))
    if conversion.is_tflite and wanted == kernel.output and stored[0] == INT8_MIN:
        differences = (stored - given.zero_points[0]).tolist()
        table = [kernel.compute(difference, given.scales[0]) for difference in differences]
    else:
        table = quantize(function(dequantize(stored, given)), wanted).tolist()
    return _build_lookup(conversion, source, packed, table, None)


def _get_stored(value: SSAValue) -> npt.NDArray[np.int64]:
    """Every element of a packed tensor's type, in ascending order."""
    low, high = get_packed_type(value).element_range
    return np.arange(low, high + 1, dtype=np.int64)


def _build_lookup(
    conversion: Conversion,
    source: QnnOperation,
    value: SSAValue,
    table: list[int],
    hint: str | None,
) -> SSAValue:
    shape = get_packed_type(value).get_shape()
    type_ = build_packed_type(source, shape, get_tensor_uniform(source, source.output))
    return conversion.insert(source, LookupOp(value, type_, table=table), hint)
