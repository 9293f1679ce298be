"""Chooses how real constants of elementwise arithmetic are quantized."""

import numpy as np
from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.arithmetic import AddOp, BinaryOperation, MulOp
from cmixdsl.dialects.quant import UniformType
from cmixdsl.interpreters.quantization import Reals, dequantize
from cmixdsl.passes.qnn.conversion import (
    Conversion,
    fail,
    get_output_elements,
    get_tensor_uniform,
)

STEPS = 255
"""From the least to the greatest number; rounding the zero point moves them by half a step."""
MIN_SCALE = 2.0**-100


def choose_constant_type(
    conversion: Conversion, source: BinaryOperation, constant: SSAValue, values: Reals
) -> UniformType:
    """8 bits from the least to the greatest number that matters, 0 among them.

    Where results saturate whatever the other operand is, numbers need be no larger than for that.
    Ends the pass where 8 bits would move a result by more than a step before it is rounded.
    """
    other = get_tensor_uniform(source, source.rhs if constant is source.lhs else source.lhs)
    others = dequantize(other.storage_range, other)
    outputs, step = _get_unscaled_output(conversion, source)
    limited = np.clip(values, *_get_limits(source, constant, others, outputs, other.scales[0]))
    low, high = min(float(limited.min()), 0.0), max(float(limited.max()), 0.0)
    scale = max((high - low) / STEPS, MIN_SCALE)
    gain = float(np.abs(others).max()) if isinstance(source, MulOp) else 1.0
    error = scale / 2 * gain / step
    if error > 1:
        fail(
            source,
            f"its constant has numbers from {values.min():.3g} to {values.max():.3g}, of which 8 "
            f"bits would move the result by up to {error:.3g} of its steps: quantize the constant, "
            "limit its numbers or take a larger scale of the result",
        )
    return UniformType(8, True, [scale], [-128 - round(low / scale)])


def _get_unscaled_output(conversion: Conversion, source: BinaryOperation) -> tuple[Reals, float]:
    """Between which numbers results are not saturated, and how much makes a step of the output.

    Both before channels are scaled and moved: of the channel with most of it, or least.
    """
    output = get_output_elements(conversion, source, source.get_clamp())
    (step,) = get_tensor_uniform(source, source.output).scales
    ends = step * (np.array([output.low + 0.5, output.high - 0.5]) - output.zero)
    affine = source.get_affine()
    if affine is None:
        return ends, step
    scales, offsets = np.array(affine.scale), np.array(affine.offset)
    matters = scales != 0
    if not matters.any():
        return ends, np.inf
    unscaled = (ends - offsets[matters, None]) / scales[matters, None]
    return np.array([unscaled.min(), unscaled.max()]), step / float(np.abs(scales).max())


def _get_limits(
    source: BinaryOperation, constant: SSAValue, others: Reals, outputs: Reals, other_step: float
) -> Reals:
    """Between which numbers the result depends on how large a constant is."""
    if isinstance(source, MulOp):
        # The least number but 0 that it is multiplied by is a step.
        return np.abs(outputs).max() / other_step * np.array([-1.0, 1.0])
    if isinstance(source, AddOp):
        return outputs - others[::-1]
    return outputs + others if constant is source.lhs else others - outputs[::-1]
