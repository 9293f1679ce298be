"""Converts elementwise arithmetic of two tensors from `qnn` to `cmix`."""

from dataclasses import dataclass
from math import floor, log2

import numpy as np
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.elementwise import MulOp
from cmixdsl.dialects.cmix.requantization import FixedPointAttr
from cmixdsl.dialects.cmix.rescale import RescaleAttr
from cmixdsl.dialects.cmix.simple_layers import AddOp
from cmixdsl.dialects.cmix.types import get_packed_type
from cmixdsl.dialects.qnn.arithmetic import AddOp as QnnAddOp
from cmixdsl.dialects.qnn.arithmetic import BinaryOperation
from cmixdsl.dialects.qnn.arithmetic import MulOp as QnnMulOp
from cmixdsl.dialects.qnn.constant import get_constant_values
from cmixdsl.dialects.qnn.tensors import get_quantization
from cmixdsl.dialects.quant import UniformType
from cmixdsl.interpreters.quantization import quantize
from cmixdsl.passes.qnn.conversion import (
    Conversion,
    build_packed_type,
    fail,
    get_hint,
    get_output_elements,
    get_packed_type_of,
    get_tensor_uniform,
)
from cmixdsl.passes.qnn.layer_requantization import build_fixed_point
from cmixdsl.passes.qnn.multipliers import MAX_SHIFT, quantize_multiplier

MAX_FRACTION_BITS = 20
"""Steps of the output are never divided finer than this; the rest cannot change a rounding."""

TFLITE_SHIFT = 20
"""Operands of a sum are shifted left so far before they are scaled."""


@dataclass(frozen=True)
class Operand:
    """A packed tensor and what its integers mean."""

    value: SSAValue
    uniform: UniformType

    @property
    def scale(self) -> float:
        """The step between neighbouring integers."""
        return self.uniform.scales[0]

    @property
    def zero(self) -> int:
        """The integer that stands for 0."""
        return self.uniform.zero_points[0]

    @property
    def largest(self) -> int:
        """The largest magnitude of an element less its zero point."""
        low, high = get_packed_type(self.value).element_range
        return max(high - self.zero, self.zero - low)


def get_operands(conversion: Conversion, source: BinaryOperation) -> tuple[Operand, Operand]:
    """Both operands; constants of real numbers are quantized to 8 bits."""
    return (
        _get_operand(conversion, source, source.lhs),
        _get_operand(conversion, source, source.rhs),
    )


def _get_operand(conversion: Conversion, source: BinaryOperation, operand: SSAValue) -> Operand:
    reals = get_constant_values(operand)
    if reals is None or get_quantization(operand) is not None:
        packed = conversion.get_packed(source, operand)
        return Operand(packed, get_tensor_uniform(source, operand))
    uniform = UniformType(8, True, [max(float(np.abs(reals).max()) / 127, 2.0**-100)], [0])
    type_ = build_packed_type(source, reals.shape, uniform)
    hint = operand.name_hint or get_hint(source, "constant")
    constant = ConstantOp(quantize(reals, uniform), type_)
    return Operand(conversion.insert(source, constant, hint), uniform)


def convert_sum(conversion: Conversion, source: BinaryOperation) -> SSAValue:
    """`qnn.add` and `qnn.sub`."""
    if conversion.is_tflite:
        return _convert_tflite_sum(conversion, source)
    return _convert_exact_sum(conversion, source)


def _get_sign(source: BinaryOperation) -> int:
    return 1 if isinstance(source, QnnAddOp) else -1


def _convert_exact_sum(conversion: Conversion, source: BinaryOperation) -> SSAValue:
    """Operands in fractions of an output step, and their sum rounded."""
    lhs, rhs = get_operands(conversion, source)
    (output_scale,) = get_tensor_uniform(source, source.output).scales
    factors = lhs.scale / output_scale, _get_sign(source) * rhs.scale / output_scale
    largest = abs(factors[0]) * lhs.largest + abs(factors[1]) * rhs.largest
    bits = min(MAX_FRACTION_BITS, floor(MAX_SHIFT - 2 - log2(largest)))
    if bits < 0:
        fail(source, f"its result can reach {largest:.3g} steps of its output: take a larger scale")
    op = AddOp(
        lhs.value,
        rhs.value,
        get_packed_type_of(source, source.output),
        requant=_build_requant(conversion, source, 2.0**-bits),
        zeros=(lhs.zero, rhs.zero),
        multipliers=(round(factors[0] * 2.0**bits), round(factors[1] * 2.0**bits)),
    )
    return conversion.insert(source, op)


def _convert_tflite_sum(conversion: Conversion, source: BinaryOperation) -> SSAValue:
    """TensorFlow Lite's ADD and SUB: each operand is rounded to 2^-20 of twice the larger step."""
    lhs, rhs = get_operands(conversion, source)
    (output_scale,) = get_tensor_uniform(source, source.output).scales
    twice = 2 * max(lhs.scale, rhs.scale)
    left, left_shift = quantize_multiplier(lhs.scale / twice)
    right, right_shift = quantize_multiplier(rhs.scale / twice)
    op = AddOp(
        lhs.value,
        rhs.value,
        get_packed_type_of(source, source.output),
        requant=_build_requant(conversion, source, twice / (2.0**TFLITE_SHIFT * output_scale)),
        zeros=(lhs.zero, rhs.zero),
        rescales=(
            RescaleAttr(left, left_shift, TFLITE_SHIFT),
            RescaleAttr(_get_sign(source) * right, right_shift, TFLITE_SHIFT),
        ),
    )
    return conversion.insert(source, op)


def convert_mul(conversion: Conversion, source: QnnMulOp) -> SSAValue:
    """`qnn.mul`."""
    lhs, rhs = get_operands(conversion, source)
    (output_scale,) = get_tensor_uniform(source, source.output).scales
    op = MulOp(
        lhs.value,
        rhs.value,
        get_packed_type_of(source, source.output),
        requant=_build_requant(conversion, source, lhs.scale * rhs.scale / output_scale),
        zeros=(lhs.zero, rhs.zero),
    )
    return conversion.insert(source, op)


def _build_requant(
    conversion: Conversion, source: BinaryOperation, multiplier: float
) -> FixedPointAttr:
    output = get_output_elements(conversion, source, source.get_clamp())
    return build_fixed_point([quantize_multiplier(multiplier)], output)
