"""Lowers layers that compute every output element from elements at one position: add, mul, lookup.

Before:
```mlir
func.func private @layer(%x_bytes: memref<2x2xi8>, %y_bytes: memref<2x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x2xi8> as !cmix.packed<2x2xui8>
  %y = cmix.add %x, %x rhs_multiplier 3
      requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8>
      : !cmix.packed<2x2xui8>, !cmix.packed<2x2xui8> -> !cmix.packed<2x2xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x2xui8> to memref<2x2xi8>
  return
}
```

After:
```mlir
func.func private @layer(%x_bytes: memref<2x2xi8>, %y_bytes: memref<2x2xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %three = arith.constant 3 : i32
  %y = memref.collapse_shape %y_bytes [[0 : i64, 1 : i64]] : memref<2x2xi8> into memref<4xi8>
  %x = memref.collapse_shape %x_bytes [[0 : i64, 1 : i64]] : memref<2x2xi8> into memref<4xi8>
  scf.for %n = %c0 to %c4 step %c1 {
    %a = cmix.load_element %x[%n] : memref<4xi8> as <4xui8>
    %b = cmix.load_element %x[%n] : memref<4xi8> as <4xui8>
    %b3 = arith.muli %b, %three : i32
    %acc = arith.addi %a, %b3 : i32
    %e = cmix.requantize %acc channel %c0
        by #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> to ui8
    cmix.store_elements %e to %y[%n] : memref<4xi8> as <4xui8>
  } {cmix.rolled}
  return
}
```
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import IndexType, ModuleOp, i32
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.blocks import RequantizeOp
from cmixdsl.dialects.cmix.elementwise import LookupOp, MulOp
from cmixdsl.dialects.cmix.rescale import RescaleAttr
from cmixdsl.dialects.cmix.simple_layers import AddOp, BinaryLayerOperation
from cmixdsl.passes.builders.element_loops import Tensor, build_elementwise
from cmixdsl.passes.builders.fixed_point import build_rescaled
from cmixdsl.passes.builders.global_constants import build_table
from cmixdsl.passes.builders.index_arithmetic import build_index
from cmixdsl.passes.builders.memory import get_memory
from cmixdsl.passes.builders.word_arithmetic import build_word

Combine = Callable[[Builder, SSAValue, SSAValue], SSAValue]
"""Builds an accumulator from two elements."""


def _build_centred(builder: Builder, element: SSAValue, zero: int) -> SSAValue:
    if not zero:
        return element
    return builder.insert(arith.SubiOp(element, build_word(builder, zero, "zero"))).result


def _build_term(
    builder: Builder, element: SSAValue, zero: int, factor: int | RescaleAttr
) -> SSAValue:
    centred = _build_centred(builder, element, zero)
    if isinstance(factor, RescaleAttr):
        return build_rescaled(builder, centred, factor)
    if factor == 1:
        return centred
    return builder.insert(arith.MuliOp(centred, build_word(builder, factor, "multiplier"))).result


def get_sum(op: AddOp) -> Combine:
    """How two elements add up."""

    def build(builder: Builder, left: SSAValue, right: SSAValue) -> SSAValue:
        terms = [
            _build_term(builder, element, zero, factor)
            for element, zero, factor in zip((left, right), op.zeros, op.factors, strict=True)
        ]
        return builder.insert(arith.AddiOp(terms[0], terms[1])).result

    return build


def get_product(op: MulOp) -> Combine:
    """How two elements are multiplied."""

    def build(builder: Builder, left: SSAValue, right: SSAValue) -> SSAValue:
        factors = [
            _build_centred(builder, element, zero)
            for element, zero in zip((left, right), op.zeros, strict=True)
        ]
        return builder.insert(arith.MuliOp(factors[0], factors[1])).result

    return build


class ConvertBinary(RewritePattern):
    """Rewrites an elementwise sum or product."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        match op:
            case AddOp():
                combine = get_sum(op)
            case MulOp():
                combine = get_product(op)
            case _:
                return
        self.convert(op, combine, rewriter)

    def convert(
        self, op: BinaryLayerOperation, combine: Combine, rewriter: PatternRewriter
    ) -> None:
        """Loops over the elements, combines two and requantizes the result."""
        memory = get_memory(op)
        builder = Builder(InsertPoint.before(op))

        by_channel = op.requant.channels > 1

        def compute(inside: Builder, elements: list[SSAValue], column: SSAValue) -> SSAValue:
            total = combine(inside, *elements)
            total.name_hint = "acc"
            channel = column if by_channel else build_index(inside, 0)
            requantize = RequantizeOp(total, channel, op.requant, op.output_type.element_type)
            return inside.insert(requantize).result

        inputs = [Tensor(*pair) for pair in zip(memory.inputs, op.operand_types, strict=True)]
        output = Tensor(memory.output, op.output_type)
        build_elementwise(builder, output, inputs, compute, by_column=by_channel)
        memory.erase(op, rewriter)


class ConvertLookup(RewritePattern):
    """Rewrites a lookup as loads from a table of bytes, in the order of the input's fields."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, LookupOp):
            return
        memory = get_memory(op)
        builder = Builder(InsertPoint.before(op))
        # As a field without sign, the least element of a signed type comes behind the greatest.
        entries = np.roll(np.array(op.table.get_values()), op.input_type.element_range[0])
        fields = entries & ((1 << op.output_type.bits) - 1)
        table = build_table(builder, op, "table", fields, 8)

        def compute(inside: Builder, elements: list[SSAValue], _: SSAValue) -> SSAValue:
            position = inside.insert(arith.IndexCastOp(elements[0], IndexType())).result
            position.name_hint = "entry"
            load = inside.insert(memref.LoadOp.get(table, [position])).res
            return inside.insert(arith.ExtUIOp(load, i32)).result

        source = Tensor(memory.inputs[0], op.input_type).as_unsigned()
        target = Tensor(memory.output, op.output_type).as_unsigned()
        build_elementwise(builder, target, [source], compute)
        memory.erase(op, rewriter)


@dataclass(frozen=True)
class ConvertElementwiseToLoopsPass(ModulePass):
    """Lowers additions, multiplications and lookups to loops."""

    name = "convert-elementwise-to-loops"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for pattern in (ConvertBinary(), ConvertLookup()):
            PatternRewriteWalker(pattern, apply_recursively=False).rewrite_module(op)
