"""Where the weights of two filters may be one number, so that one instruction multiplies both.

Halfwords hold `f0 + 256 * f1`, the weights of an even filter and of the next. The sum of products
of the whole, less that of f0, is 256 times the sum of f1. All of it wraps, so that sums need no
more room than their result.
"""

import numpy as np
import numpy.typing as npt

from cmixdsl.dialects.cmix.accumulator import INT32_MAX, INT32_MIN
from cmixdsl.dialects.cmix.layers import ContractionOperation
from cmixdsl.passes.builders.constants import get_filter_elements

JOINT_BITS = 8
"""Bits of a weight of which two fill a lane; and by how far upper sums are shifted to the left."""

HALF = 1 << (JOINT_BITS - 1)
"""What makes a signed weight unsigned."""


def get_joint_offsets(
    rows: npt.NDArray[np.integer], *, signed: bool
) -> tuple[npt.NDArray[np.int64], bool]:
    """What is taken off the weights of each filter, and whether lower ones are signed then.

    Upper weights are signed. So are lower ones if they were, unless a lane has no room for the
    least upper weight above a negative one. `rows` have shape (channels, products).
    """
    is_upper = np.arange(len(rows), dtype=np.int64) % 2
    if not signed:
        return is_upper * HALF, False
    if not bool(((rows[::2] < 0) & (rows[1::2] == -HALF)).any()):
        return is_upper * 0, True
    return (is_upper - 1) * HALF, False


def find_joint_violation(op: ContractionOperation) -> str | None:
    """Why the weights of a layer cannot be joint; None where that is proven to be right."""
    type_, channels = op.filter_type, op.channels
    if type_.bits != JOINT_BITS:
        return f"two weights of {type_.bits} bits do not fill a lane of {2 * JOINT_BITS}"
    if channels % 2:
        return f"filters go in pairs, found {channels}"
    bounds = op.get_accumulator_bounds()
    low, high = int(bounds.low[1::2].min()), int(bounds.high[1::2].max())
    if low << JOINT_BITS < INT32_MIN or high << JOINT_BITS > INT32_MAX:
        return (
            f"accumulators reach [{low}, {high}], which overflows 32 bits when shifted left by "
            f"{JOINT_BITS}"
        )
    return None


def needs_sums(op: ContractionOperation) -> bool:
    """Whether joint weights of a layer have zero points, so that the inputs have to be summed."""
    elements = get_filter_elements(op, op.filter)
    rows = np.moveaxis(elements, op.CHANNEL_AXIS, 0).reshape(op.channels, -1)
    offsets, _ = get_joint_offsets(rows, signed=op.filter_type.is_signed)
    return bool((np.array(op.filter_zero.get_values(), np.int64) - offsets).any())
