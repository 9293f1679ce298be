"""Lowers requantization to DSP instructions, parameters coming from constants or tables.

Before:
```mlir
func.func @f(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0> to ui4
  return %y : i32
}
```

After:
```mlir
func.func @f(%acc: i32, %o: index) -> i32 {
  %m0 = arith.constant 1518500250 : i32
  %scaled = dsp.smmul %acc, %m0
  %y = dsp.usat %scaled asr 3 to 4 bits
  return %y : i32
}
```
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import ModuleOp, i32
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint
from xdsl.utils.exceptions import PassFailedException

from cmixdsl.dialects.cmix.blocks import RequantizeOp
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr, Product
from cmixdsl.dialects.cmix.requantization import FixedPointAttr, IcnAttr, ThresholdsAttr
from cmixdsl.dialects.dsp import MlaOp, SmmlaOp, SmmlarOp, SmmulOp, SmmulrOp, SsatOp, UsatOp
from cmixdsl.packing import get_element_range
from cmixdsl.passes.builders.fixed_point import build_doubling_high_multiply, build_rounding_shift
from cmixdsl.passes.builders.global_constants import build_table
from cmixdsl.passes.builders.index_arithmetic import build_index
from cmixdsl.passes.builders.word_arithmetic import build_word

PRODUCTS = {Product.LOW: (MlaOp, arith.MuliOp), Product.HIGH: (SmmlaOp, SmmulOp)}
"""Instructions that add a product to an offset, and that only multiply."""


@dataclass(frozen=True)
class Parameters:
    """Builds per-channel parameters: a constant when all channels agree, else a table's entry."""

    builder: Builder
    op: RequantizeOp

    def build(self, name: str, values: Sequence[int], bits: int) -> SSAValue:
        """The parameter of the operation's channel, extended to 32 bits."""
        if len(set(values)) == 1:
            return build_word(self.builder, values[0], name)
        table = build_table(self.builder, self.op, name, values, bits)
        load = self.builder.insert(memref.LoadOp.get(table, [self.op.channel])).res
        load.name_hint = name
        if bits == 32:
            return load
        return self.builder.insert(arith.ExtSIOp(load, i32)).result


def _build_shift(
    builder: Builder, value: SSAValue, amount: SSAValue, values: Sequence[int], *, left: bool
) -> SSAValue:
    """Shifts unless every channel's amount is 0."""
    if not any(values):
        return value
    shift = arith.ShLIOp if left else arith.ShRSIOp
    return builder.insert(shift(value, amount)).result


def _build_saturation(
    builder: Builder, value: SSAValue, limits: tuple[int, int], asr: int
) -> SSAValue:
    """Shifts right, then clamps: one instruction saturates to the nearest range that it can.

    A limit that no saturation has takes a maximum or minimum more.
    """
    low, high = limits
    is_signed = low < 0
    bits = max(high, -low - 1).bit_length() + is_signed
    saturate = SsatOp if is_signed else UsatOp
    value = builder.insert(saturate(value, bits, asr=asr)).result
    least, most = get_element_range(bits, is_signed)
    if least < low:
        value = builder.insert(arith.MaxSIOp(value, build_word(builder, low))).result
    if most > high:
        value = builder.insert(arith.MinSIOp(value, build_word(builder, high))).result
    return value


def _build_sum(builder: Builder, value: SSAValue, constant: int) -> SSAValue:
    if not constant:
        return value
    return builder.insert(arith.AddiOp(value, build_word(builder, constant, "zero"))).result


def build_icn(builder: Builder, op: RequantizeOp, requant: IcnAttr) -> SSAValue:
    """Shift left, high half of the product, shift right, offset, saturate.

    A shift that all channels share becomes part of the saturation when nothing comes between.
    """
    limits = requant.get_clamp(*op.element_range)
    parameters = Parameters(builder, op)
    shifts = requant.n0.get_values()
    lefts = requant.left_shifts
    rights = [max(shift, 0) for shift in shifts]
    value: SSAValue = op.accumulator
    if any(lefts):
        value = _build_shift(
            builder, value, parameters.build("left_shift", lefts, 8), lefts, left=True
        )
    m0 = parameters.build("m0", requant.m0.get_values(), 32)
    value = builder.insert(SmmulOp(value, m0)).result
    value.name_hint = "scaled"
    zero = requant.zero.data
    if len(set(rights)) == 1 and not zero:
        return _build_saturation(builder, value, limits, rights[0])
    value = _build_shift(
        builder, value, parameters.build("right_shift", rights, 8), rights, left=False
    )
    return _build_saturation(builder, _build_sum(builder, value, zero), limits, 0)


def build_linear(builder: Builder, op: RequantizeOp, requant: LinearAttr) -> SSAValue:
    """Shift left, product with the offset added, shift right, saturate.

    A shift to the right that all channels share becomes part of the saturation.
    """
    parameters = Parameters(builder, op)
    lefts, rights = requant.left.get_values(), requant.right.get_values()
    value: SSAValue = op.accumulator
    if any(lefts):
        value = _build_shift(builder, value, parameters.build("left", lefts, 8), lefts, left=True)
    multiplier = parameters.build("multiplier", requant.multiplier.get_values(), 32)
    value = _build_product(builder, value, multiplier, parameters, requant)
    value.name_hint = "scaled"
    if len(set(rights)) == 1:
        return _build_saturation(builder, value, requant.clamp, rights[0])
    value = _build_shift(builder, value, parameters.build("right", rights, 8), rights, left=False)
    return _build_saturation(builder, value, requant.clamp, 0)


def clamps_negative_products(requant: LinearAttr) -> bool:
    """Whether a product below 0 becomes the least output in any case, as after a ReLU.

    That it is less by 1 does not matter then.
    """
    offset, right = (
        np.array(values.get_values(), np.int64) for values in (requant.offset, requant.right)
    )
    return bool(((offset - 1) >> right <= requant.clamp[0]).all())


def _build_product(
    builder: Builder,
    value: SSAValue,
    multiplier: SSAValue,
    parameters: Parameters,
    requant: LinearAttr,
) -> SSAValue:
    """What is taken of the product, plus the offset: one instruction unless it is rounded."""
    offsets = requant.offset.get_values()
    if requant.kind is not Product.ROUNDED:
        accumulate, multiply = PRODUCTS[requant.kind]
        if not any(offsets):
            return builder.insert(multiply(value, multiplier)).result
        offset = parameters.build("offset", offsets, 32)
        return builder.insert(accumulate(value, multiplier, offset)).result
    if clamps_negative_products(requant):
        offset = parameters.build("offset", offsets, 32)
        return builder.insert(SmmlarOp(value, multiplier, offset)).result
    rounded = builder.insert(SmmulrOp(value, multiplier)).result
    sign = builder.insert(arith.ShRSIOp(rounded, build_word(builder, 31))).result
    rounded = builder.insert(arith.AddiOp(rounded, sign)).result
    if not any(offsets):
        return rounded
    return builder.insert(arith.AddiOp(rounded, parameters.build("offset", offsets, 32))).result


def build_fixed_point(builder: Builder, op: RequantizeOp, requant: FixedPointAttr) -> SSAValue:
    """Doubling high multiply that rounds half up, right shift that rounds half away from zero."""
    parameters = Parameters(builder, op)
    lefts = requant.left_shifts
    rights = [max(-shift, 0) for shift in requant.shift.get_values()]
    value: SSAValue = op.accumulator
    if any(lefts):
        value = _build_shift(
            builder, value, parameters.build("left_shift", lefts, 8), lefts, left=True
        )
    multiplier = parameters.build("multiplier", requant.multiplier.get_values(), 32)
    value = build_doubling_high_multiply(builder, value, multiplier)
    if any(rights):
        amount = parameters.build("right_shift", rights, 8)
        value = build_rounding_shift(builder, value, amount)
    zero = requant.zero.data
    # Clamping before the offset is added keeps the addition from overflowing.
    for limit, choose in ((requant.min.data, arith.MaxSIOp), (requant.max.data, arith.MinSIOp)):
        value = builder.insert(choose(value, build_word(builder, limit - zero))).result
    return _build_sum(builder, value, zero)


def build_thresholds(builder: Builder, op: RequantizeOp, requant: ThresholdsAttr) -> SSAValue:
    """A binary search without branches: one comparison per bit of the output.

    With 2^b - 1 ascending thresholds, step 2^(b-1), ..., 2, 1: where the accumulator is above the
    threshold `step - 1` places ahead, all those are counted.
    """
    rows = requant.get_rows()
    width = requant.values.elt_type.width.data
    values = [value for row in rows for value in row]
    table = build_table(builder, op, "thresholds", values, width)
    base = build_index(builder, 0)
    if len(rows) > 1:
        levels = build_index(builder, requant.levels)
        base = builder.insert(arith.MuliOp(op.channel, levels)).result
        base.name_hint = "row"
    count: SSAValue = build_index(builder, 0)
    step = (requant.levels + 1) // 2
    while step:
        ahead = build_index(builder, step - 1)
        position = builder.insert(arith.AddiOp(base, count)).result
        position = builder.insert(arith.AddiOp(position, ahead)).result
        threshold = builder.insert(memref.LoadOp.get(table, [position])).res
        threshold.name_hint = "threshold"
        if width < 32:
            threshold = builder.insert(arith.ExtSIOp(threshold, i32)).result
        is_above = builder.insert(arith.CmpiOp(op.accumulator, threshold, "sgt")).result
        raised = builder.insert(arith.AddiOp(count, build_index(builder, step))).result
        count = builder.insert(arith.SelectOp(is_above, raised, count)).result
        count.name_hint = "count"
        step //= 2
    result = builder.insert(arith.IndexCastOp(count, i32)).result
    return _build_sum(builder, result, op.element_range[0])


class LowerRequantize(RewritePattern):
    """Lowers one requantization."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, RequantizeOp):
            return
        builder = Builder(InsertPoint.before(op))
        match op.requant:
            case IcnAttr() as icn:
                result = build_icn(builder, op, icn)
            case FixedPointAttr() as fixed_point:
                result = build_fixed_point(builder, op, fixed_point)
            case LinearAttr() as linear:
                result = build_linear(builder, op, linear)
            case ThresholdsAttr() as thresholds:
                result = build_thresholds(builder, op, thresholds)
            case other:
                raise PassFailedException(f"{op.name}: no lowering is known for {other.name}")
        result.name_hint = op.result.name_hint
        rewriter.replace(op, [], [result])


@dataclass(frozen=True)
class LowerRequantizePass(ModulePass):
    """Lowers requantizations to DSP instructions."""

    name = "lower-requantize"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(LowerRequantize(), apply_recursively=False).rewrite_module(op)
