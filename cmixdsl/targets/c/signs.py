"""Which values are never negative: an analysis, before printing.

Where operands are not negative, C's signed operators do what unsigned operations of the IR mean,
and need no casts. Sums and products of indices count, as indices are far from overflow.
"""

from xdsl.dialects import arith, scf
from xdsl.dialects.builtin import IndexType, IntegerAttr, IntegerType, i32, i64
from xdsl.ir import BlockArgument, Operation, SSAValue
from xdsl.traits import ConstantLike
from xdsl.utils.hints import isa

CLOSED = (arith.DivUIOp, arith.RemUIOp, arith.DivSIOp, arith.RemSIOp, arith.ShRSIOp, arith.ShRUIOp)
"""Not negative where all operands are not."""

CLOSED_FOR_INDICES = (arith.AddiOp, arith.MuliOp)
"""Not negative where all operands are not, unless they overflow."""


def is_nonnegative(value: SSAValue) -> bool:
    """Whether `value`, read as a signed number, is at least 0 whenever it is computed."""
    owner = value.owner
    if not isinstance(owner, Operation):
        return _is_nonnegative_variable(value)
    if owner.has_trait(ConstantLike):
        attribute = ConstantLike.get_constant_value(value)
        bits = value.type.bitwidth if isa(value.type, IntegerType) else 32
        return isinstance(attribute, IntegerAttr) and attribute.value.data >> (bits - 1) == 0
    match owner:
        case arith.AndIOp():
            return any(is_nonnegative(operand) for operand in owner.operands)
        case arith.ExtUIOp():
            return True
        case arith.IndexCastOp():
            widens = owner.input.type == IndexType() and value.type in (i32, i64)
            return widens and is_nonnegative(owner.input)
        case _:
            is_closed = isinstance(owner, CLOSED) or (
                isinstance(owner, CLOSED_FOR_INDICES) and value.type == IndexType()
            )
            return is_closed and all(is_nonnegative(operand) for operand in owner.operands)


def _is_nonnegative_variable(value: SSAValue) -> bool:
    """Whether `value` is the variable of a loop that starts at 0 or above; loops count up."""
    if not isinstance(value, BlockArgument) or value.index != 0:
        return False
    loop = value.block.parent_op()
    return isinstance(loop, scf.ForOp) and is_nonnegative(loop.lb)
