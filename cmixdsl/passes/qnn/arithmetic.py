"""Converts elementwise arithmetic of two tensors from `qnn` to `cmix`."""

from dataclasses import dataclass
from math import floor, gcd, log2, prod

import numpy as np
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.accumulator import build_equal_bounds
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.elementwise import MulOp
from cmixdsl.dialects.cmix.requantization import FixedPointAttr, RequantizationAttr
from cmixdsl.dialects.cmix.rescale import RescaleAttr
from cmixdsl.dialects.cmix.simple_layers import AddOp
from cmixdsl.dialects.cmix.types import get_packed_type
from cmixdsl.dialects.qnn.arithmetic import AddOp as QnnAddOp
from cmixdsl.dialects.qnn.arithmetic import BinaryOperation
from cmixdsl.dialects.qnn.arithmetic import MulOp as QnnMulOp
from cmixdsl.dialects.qnn.constant import get_constant_values
from cmixdsl.dialects.qnn.tensors import get_quantization, get_shape
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
from cmixdsl.passes.qnn.layer_requantization import build_fixed_point, choose_without_bias
from cmixdsl.passes.qnn.linear_choice import choose_linear
from cmixdsl.passes.qnn.multipliers import MAX_SHIFT, quantize_multiplier
from cmixdsl.passes.qnn.real_constants import choose_constant_type
from cmixdsl.passes.qnn.real_requantization import RealRequantization

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
    """Both operands; constants of real numbers are quantized to 8 bits.

    Constants that differ along other dimensions than the last are repeated to the output's shape.
    Ends the pass for other tensors that do.
    """
    return (
        _get_operand(conversion, source, source.lhs),
        _get_operand(conversion, source, source.rhs),
    )


def _get_operand(conversion: Conversion, source: BinaryOperation, operand: SSAValue) -> Operand:
    values, shape = get_constant_values(operand), source.output_type.get_shape()
    fits = _is_broadcast(get_shape(operand), shape)
    if values is None and not fits:
        fail(
            source,
            f"expected an operand of shape {list(shape)}, [{shape[-1]}] or [1], found "
            f"{list(get_shape(operand))}: make it one of these",
        )
    if values is None or (fits and get_quantization(operand) is not None):
        packed = conversion.get_packed(source, operand)
        return Operand(packed, get_tensor_uniform(source, operand))
    if get_quantization(operand) is None:
        uniform = choose_constant_type(conversion, source, operand, values)
        values = quantize(values, uniform)
    else:
        uniform = get_tensor_uniform(source, operand)
    stored = values if fits else np.broadcast_to(values, shape)
    type_ = build_packed_type(source, stored.shape, uniform)
    hint = operand.name_hint or get_hint(source, "constant")
    return Operand(conversion.insert(source, ConstantOp(stored, type_), hint), uniform)


def _is_broadcast(shape: tuple[int, ...], output: tuple[int, ...]) -> bool:
    """Whether `cmix` reads an operand of a shape for every element of an output."""
    return shape == output or (prod(shape[:-1]) == 1 and shape[-1:] in ((1,), output[-1:]))


def convert_sum(conversion: Conversion, source: BinaryOperation) -> SSAValue:
    """`qnn.add` and `qnn.sub`."""
    # TensorFlow Lite has no sum that is scaled for each channel.
    if conversion.is_tflite and source.get_affine() is None:
        return _convert_tflite_sum(conversion, source)
    return _convert_exact_sum(conversion, source)


def _get_terms(
    conversion: Conversion, source: BinaryOperation
) -> tuple[tuple[Operand, int], tuple[Operand, int]]:
    """Both operands of a sum with their signs, one of the output's shape first."""
    lhs, rhs = get_operands(conversion, source)
    terms = (lhs, 1), (rhs, 1 if isinstance(source, QnnAddOp) else -1)
    is_whole = get_packed_type(lhs.value).get_shape() == source.output_type.get_shape()
    return terms if is_whole else (terms[1], terms[0])


def _convert_exact_sum(conversion: Conversion, source: BinaryOperation) -> SSAValue:
    """Operands in one unit, and their sum rounded."""
    (lhs, sign), (rhs, other_sign) = _get_terms(conversion, source)
    unit = _choose_unit(source, lhs.scale * lhs.largest + rhs.scale * rhs.largest)
    left, right = round(sign * lhs.scale / unit), round(other_sign * rhs.scale / unit)
    common = gcd(left, right)
    left, right, unit = left // common, right // common, unit * common
    largest = abs(left) * lhs.largest + abs(right) * rhs.largest
    op = AddOp(
        lhs.value,
        rhs.value,
        get_packed_type_of(source, source.output),
        requant=_choose_requant(conversion, source, unit, largest),
        zeros=(lhs.zero, rhs.zero),
        multipliers=(left, right),
    )
    return conversion.insert(source, op)


def _choose_unit(source: BinaryOperation, largest: float) -> float:
    """What one step of the accumulator is worth when sums can reach `largest`, a real number.

    A power of two of the output's step, so that 32 bits have room for the sum; where channels are
    scaled, of any size, because their scales say how much of it they need.
    """
    (step,) = get_tensor_uniform(source, source.output).scales
    bits = floor(MAX_SHIFT - 2 - log2(largest / step))
    if source.get_affine() is None:
        bits = min(MAX_FRACTION_BITS, bits)
        if bits < 0:
            reach = f"{largest / step:.3g}"
            fail(source, f"its result can reach {reach} steps of its output: take a larger scale")
    return step * 2.0**-bits


def _convert_tflite_sum(conversion: Conversion, source: BinaryOperation) -> SSAValue:
    """TensorFlow Lite's ADD and SUB: each operand is rounded to 2^-20 of twice the larger step."""
    (lhs, sign), (rhs, other_sign) = _get_terms(conversion, source)
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
            RescaleAttr(sign * left, left_shift, TFLITE_SHIFT),
            RescaleAttr(other_sign * right, right_shift, TFLITE_SHIFT),
        ),
    )
    return conversion.insert(source, op)


def convert_mul(conversion: Conversion, source: QnnMulOp) -> SSAValue:
    """`qnn.mul`: one step of the accumulator is worth the product of the operands' steps."""
    lhs, rhs = get_operands(conversion, source)
    unit, largest = lhs.scale * rhs.scale, lhs.largest * rhs.largest
    op = MulOp(
        lhs.value,
        rhs.value,
        get_packed_type_of(source, source.output),
        requant=_choose_requant(conversion, source, unit, largest),
        zeros=(lhs.zero, rhs.zero),
    )
    return conversion.insert(source, op)


def _choose_requant(
    conversion: Conversion, source: BinaryOperation, unit: float, largest: int
) -> RequantizationAttr:
    """From an accumulator in steps of `unit`, up to +-largest, to steps of the output."""
    (step,) = get_tensor_uniform(source, source.output).scales
    affine = source.get_affine()
    output = get_output_elements(conversion, source, source.get_clamp())
    if affine is None and conversion.is_tflite:
        return build_fixed_point([quantize_multiplier(unit / step)], output)
    if affine is None:
        return choose_without_bias(unit / step, -largest, largest, output)
    real = RealRequantization(
        tuple(unit / step * scale for scale in affine.scale),
        tuple(offset / step for offset in affine.offset),
        output,
        build_equal_bounds(-largest, largest, len(affine.scale)),
    )
    requant = choose_linear(real)
    if requant is None:
        fail(
            source,
            "scales and offsets of its channels reach too far for 32 bits: take a larger scale",
        )
    return requant


def _build_requant(
    conversion: Conversion, source: BinaryOperation, multiplier: float
) -> FixedPointAttr:
    output = get_output_elements(conversion, source, source.get_clamp())
    return build_fixed_point([quantize_multiplier(multiplier)], output)
