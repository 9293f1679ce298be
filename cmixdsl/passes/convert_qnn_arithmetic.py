"""Converts elementwise arithmetic from `qnn` to `cmix`."""

from math import floor, log2

from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.simple_layers import AddOp
from cmixdsl.dialects.qnn.arithmetic import AddOp as QnnAddOp
from cmixdsl.dialects.qnn.arithmetic import BinaryOperation
from cmixdsl.passes.layer_requantization import build_fixed_point
from cmixdsl.passes.multipliers import MAX_SHIFT, quantize_multiplier
from cmixdsl.passes.qnn_conversion import (
    Conversion,
    fail,
    get_output_elements,
    get_packed_type_of,
    get_tensor_uniform,
)

MAX_FRACTION_BITS = 20
"""Steps of the output are never divided finer than this; the rest cannot change a rounding."""


def convert_sum(conversion: Conversion, source: BinaryOperation) -> SSAValue:
    """`qnn.add` and `qnn.sub`: operands in fractions of an output step, their sum rounded."""
    sign = 1 if isinstance(source, QnnAddOp) else -1
    factors = (_get_factor(source, source.lhs), sign * _get_factor(source, source.rhs))
    bits = _choose_fraction_bits(source, factors)
    lhs, rhs = (round(factor * 2.0**bits) for factor in factors)
    op = AddOp(
        conversion.get_packed(source, source.lhs),
        conversion.get_packed(source, source.rhs),
        get_packed_type_of(source, source.output),
        requant=build_fixed_point(
            [quantize_multiplier(2.0**-bits)],
            get_output_elements(conversion, source, source.get_clamp()),
        ),
        zeros=_get_zeros(source),
        multipliers=(lhs, rhs),
    )
    return conversion.insert(source, op)


def _get_factor(source: BinaryOperation, operand: SSAValue) -> float:
    """The operand's step in steps of the output."""
    (scale,) = get_tensor_uniform(source, operand).scales
    (output_scale,) = get_tensor_uniform(source, source.output).scales
    return scale / output_scale


def _get_zeros(source: BinaryOperation) -> tuple[int, int]:
    (lhs,) = get_tensor_uniform(source, source.lhs).zero_points
    (rhs,) = get_tensor_uniform(source, source.rhs).zero_points
    return lhs, rhs


def _choose_fraction_bits(source: BinaryOperation, factors: tuple[float, float]) -> int:
    """How finely output steps are divided such that the sum and its rounding fit 31 bits."""
    largest = sum(
        abs(factor) * _get_largest(source, operand)
        for factor, operand in zip(factors, (source.lhs, source.rhs), strict=True)
    )
    bits = min(MAX_FRACTION_BITS, floor(MAX_SHIFT - 2 - log2(largest)))
    if bits < 0:
        fail(source, f"its result can reach {largest:.3g} steps of its output: take a larger scale")
    return bits


def _get_largest(source: BinaryOperation, operand: SSAValue) -> int:
    """The largest magnitude of an element less its zero point."""
    low, high = get_packed_type_of(source, operand).element_range
    (zero,) = get_tensor_uniform(source, operand).zero_points
    return max(high - zero, zero - low)
