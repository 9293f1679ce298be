"""Turns requantizations into one product, one offset and one shift that all channels share.

Whether that computes the same depends on the accumulators that a layer can reach: with them in
view, multipliers may be rounded so that a shift common to all channels remains, which saturating
instructions do on the way. What the zero point adds becomes part of the offset, which multiplying
instructions add. Where a ReLU leaves outputs on one side of the zero point, both roundings of
TensorFlow Lite become one. Where no such numbers are proven, shifts stay those of each channel.
What is linear already loses its shift to the left, where that is proven.

In the example the shift of the first channel becomes that of the second.

Before:
```mlir
func.func @fc(%x: !cmix.packed<2xui8>) -> !cmix.packed<2xui8> {
  %w = cmix.constant dense<[[3, -1], [2, 5]]> : !cmix.packed<2x2xsi4>
  %y = cmix.fully_connected %x, %w bias [5, 6]
      requant #cmix.icn<m0 = [1073741824, 1518500250], n0 = [3, 2], zero = 9>
      : !cmix.packed<2xui8>, !cmix.packed<2x2xsi4> -> !cmix.packed<2xui8>
  return %y : !cmix.packed<2xui8>
}
```

After:
```mlir
func.func @fc(%x: !cmix.packed<2xui8>) -> !cmix.packed<2xui8> {
  %w = cmix.constant dense<[[3, -1], [2, 5]]> : !cmix.packed<2x2xsi4>
  %y = cmix.fully_connected %x, %w bias [5, 6]
      requant #cmix.linear<left = [0], high [536870912, 1518500250], offset = [36], right = [2],
                            min = 0, max = 255>
      : !cmix.packed<2xui8>, !cmix.packed<2x2xsi4> -> !cmix.packed<2xui8>
  return %y : !cmix.packed<2xui8>
}
```
"""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.accumulator import AccumulatorBounds
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.layers import DepthwiseConv2dOp
from cmixdsl.dialects.cmix.linear_requantization import (
    INT32_MAX,
    INT32_MIN,
    Integers,
    LinearAttr,
    Product,
)
from cmixdsl.dialects.cmix.pooling import AvgPool2dOp
from cmixdsl.dialects.cmix.requantization import FixedPointAttr, IcnAttr
from cmixdsl.dialects.cmix.simple_layers import BinaryLayerOperation
from cmixdsl.passes.builders.joint_weights import JOINT_BITS, find_joint_violation
from cmixdsl.passes.qnn.linear_solver import (
    get_fixed_point_staircase,
    get_icn_staircase,
    get_linear_staircase,
    get_shared,
    solve_linear,
)

Clamp = tuple[int, int]
"""The least and the largest output."""


def _get_limits(bounds: AccumulatorBounds, channels: int) -> tuple[Integers, Integers]:
    """The least and the largest accumulator of each channel, or of all if they share numbers."""
    if channels > 1:
        return bounds.low, bounds.high
    return bounds.low.min(keepdims=True), bounds.high.max(keepdims=True)


def find_linear_icn(
    icn: IcnAttr, bounds: AccumulatorBounds, clamp: Clamp, favourite: int | None = None
) -> LinearAttr | None:
    """What computes the same as an ICN requantization for all accumulators within the bounds."""
    m0, n0 = (np.array(values.get_values(), np.int64) for values in (icn.m0, icn.n0))
    limits = _get_limits(bounds, len(m0))
    stairs = get_icn_staircase(*limits, m0, n0, (*clamp, icn.zero.data))
    found = None if stairs is None else solve_linear(stairs, favourite)
    return found or _get_separate_icn(icn, clamp)


def find_cheaper_linear(linear: LinearAttr, bounds: AccumulatorBounds) -> LinearAttr | None:
    """What computes the same without a shift to the left; None where that is not proven."""
    if not any(linear.left_shifts):
        return None
    stairs = get_linear_staircase(bounds.low, bounds.high, linear)
    found = None if stairs is None else solve_linear(stairs)
    return None if found is None or any(found.left_shifts) else found


def _get_separate_icn(icn: IcnAttr, clamp: Clamp) -> LinearAttr | None:
    """The zero point shifted left, and added by the multiplication; shifts as they are."""
    rights = [max(shift, 0) for shift in icn.n0.get_values()]
    offsets = [icn.zero.data << right for right in rights]
    if min(offsets) < INT32_MIN or max(offsets) > INT32_MAX:
        return None
    return LinearAttr(
        Product.HIGH,
        icn.m0.get_values(),
        get_shared(offsets),
        clamp,
        left=get_shared(icn.left_shifts),
        right=get_shared(rights),
    )


def find_linear_fixed_point(
    fixed: FixedPointAttr, bounds: AccumulatorBounds, favourite: int | None = None
) -> LinearAttr | None:
    """What computes the same as TensorFlow Lite's for all accumulators within the bounds.

    After a ReLU outputs lie on one side of the zero point: one rounding does for two, as a rule.
    """
    multiplier, shift = (
        np.array(values.get_values(), np.int64) for values in (fixed.multiplier, fixed.shift)
    )
    limits = _get_limits(bounds, len(multiplier))
    outputs = fixed.min.data, fixed.max.data, fixed.zero.data
    stairs = get_fixed_point_staircase(*limits, multiplier, shift, outputs)
    found = None if stairs is None else solve_linear(stairs, favourite)
    return found or _get_separate_fixed_point(fixed)


def _get_separate_fixed_point(fixed: FixedPointAttr) -> LinearAttr | None:
    """A doubling high multiply doubles the accumulator instead; half and zero point are one offset.

    `(2 * acc * m + 2^31) >> 32 = (acc * m + 2^30) >> 31`. What rounds half away from zero is
    `(p - (p < 0) + half) >> shift`, for shifts of at least 1. None unless

    1. every channel shifts to the right;
    2. the offsets fit 32 bits.
    """
    rights = [-shift for shift in fixed.shift.get_values()]
    if min(rights) < 1:
        return None
    zero = fixed.zero.data
    offsets = [(zero << right) + (1 << (right - 1)) for right in rights]
    if min(offsets) < INT32_MIN or max(offsets) > INT32_MAX:
        return None
    return LinearAttr(
        Product.ROUNDED,
        fixed.multiplier.get_values(),
        get_shared(offsets),
        (fixed.min.data, fixed.max.data),
        left=[1],
        right=get_shared(rights),
    )


RequantizedOperation = ContractionOperation | BinaryLayerOperation | AvgPool2dOp
"""Layers that know the accumulators they can reach."""


def get_favourite_shift(op: RequantizedOperation) -> int | None:
    """The shift to the left that costs least: the one that joint weights leave sums with."""
    if not isinstance(op, ContractionOperation) or isinstance(op, DepthwiseConv2dOp):
        return None
    return JOINT_BITS if find_joint_violation(op) is None else None


def find_linear(op: RequantizedOperation) -> LinearAttr | None:
    """The linear requantization of a layer, None where none is known to be equal."""
    bounds, favourite = op.get_accumulator_bounds(), get_favourite_shift(op)
    match op.requant:
        case IcnAttr() as icn:
            clamp = icn.get_clamp(*op.output_type.element_range)
            found = find_linear_icn(icn, bounds, clamp, favourite)
        case FixedPointAttr() as fixed:
            found = find_linear_fixed_point(fixed, bounds, favourite)
        case LinearAttr() as linear:
            found = find_cheaper_linear(linear, bounds)
        case _:
            return None
    return found if found is not None and _is_within(bounds, found) else None


def _is_within(bounds: AccumulatorBounds, requant: LinearAttr) -> bool:
    try:
        bounds.verify(requant)
    except VerifyException:
        return False
    return True


class LinearizeRequantization(RewritePattern):
    """Linearizes the requantization of a layer."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, RequantizedOperation):
            return
        found = find_linear(op)
        if found is not None:
            op.requant = found
            rewriter.notify_op_modified(op)


@dataclass(frozen=True)
class LinearizeRequantizationPass(ModulePass):
    """Turns requantizations into one product, one offset and one shift."""

    name = "cmix-linearize-requantization"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(LinearizeRequantization(), apply_recursively=False).rewrite_module(op)
