"""Stores signed weights of less than 8 bits as unsigned ones, their zero point moved as much.

An unsigned field of a word is unpacked by one AND; a signed one would need its sign extended too.
The zero point costs one sum of inputs per pixel, whatever the number of filters. 8-bit weights stay
signed: SXTB16 extends their sign for nothing.

Before:
```mlir
func.func @fc(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
  %w = cmix.constant dense<[[3, -1]]> : !cmix.packed<1x2xsi4>
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi4> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
```

After:
```mlir
func.func @fc(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
  %w = cmix.constant dense<[[11, 7]]> : !cmix.packed<1x2xui4>
  %y = cmix.fully_connected %x, %w bias [5] filter_zero [8]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xui4> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import DenseArrayBase, IntegerType, ModuleOp, Signedness, i32
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.layers import ContractionOperation
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.passes.builders.constants import get_filter_elements


class UnsignFilter(RewritePattern):
    """Adds 2^(b-1) to signed weights and to their zero points, for b below 8."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractionOperation):
            return
        type_ = op.filter_type
        if not type_.is_signed or type_.bits == 8:
            return
        offset = 1 << (type_.bits - 1)
        element_type = IntegerType(type_.bits, Signedness.UNSIGNED)
        elements = get_filter_elements(op, op.filter) + offset
        constant = ConstantOp(elements, PackedType(type_.shape, element_type))
        constant.result.name_hint = op.filter.name_hint
        rewriter.insert(constant)
        op.operands[1] = constant.result
        zeros = [zero + offset for zero in op.filter_zero.iter_values()]
        op.filter_zero = DenseArrayBase.from_list(i32, zeros)
        rewriter.notify_op_modified(op)


@dataclass(frozen=True)
class UnsignFiltersPass(ModulePass):
    """Makes weights of less than 8 bits unsigned."""

    name = "cmix-unsign-filters"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(UnsignFilter(), apply_recursively=False).rewrite_module(op)
