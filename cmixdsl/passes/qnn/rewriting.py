"""What passes over `qnn` share: questions about uses, and changes of types."""

from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.tensors import QnnTensorType


def get_single_user(value: SSAValue) -> QnnOperation | None:
    """The operation of `qnn` that alone uses a value, None when there is none or are others."""
    uses = list(value.uses)
    if len(uses) != 1 or not isinstance(uses[0].operation, QnnOperation):
        return None
    return uses[0].operation


def get_producer(value: SSAValue) -> QnnOperation | None:
    """The operation of `qnn` that computes a value used by one operation only."""
    owner = value.owner
    if not isinstance(owner, QnnOperation) or get_single_user(value) is None:
        return None
    return owner


def absorb_result(rewriter: PatternRewriter, producer: QnnOperation, op: QnnOperation) -> None:
    """Lets the only operand's producer compute the result of `op`, which is removed.

    The result keeps the name of `op`, or that of its producer when `op` has none.
    """
    name = op.output.name_hint or producer.output.name_hint
    result = rewriter.replace_value_with_new_type(producer.output, op.output.type)
    rewriter.replace(op, [], [result])
    result.name_hint = name


def build_constant(
    rewriter: PatternRewriter,
    before: Operation,
    values: npt.NDArray[Any],
    type_: QnnTensorType,
    hint: str | None,
) -> SSAValue:
    """Inserts a constant before an operation."""
    return insert_before(rewriter, before, ConstantOp(values, type_), hint)


def insert_before(
    rewriter: PatternRewriter, before: Operation, op: QnnOperation, hint: str | None
) -> SSAValue:
    """Inserts an operation before another; its result, which has the hint."""
    op.output.name_hint = hint
    rewriter.insert(op, InsertPoint.before(before))
    return op.output


def replace_operand(rewriter: PatternRewriter, op: Operation, index: int, value: SSAValue) -> None:
    """Gives an operation another operand, and removes a constant that nothing uses then."""
    old = op.operands[index].owner
    op.operands[index] = value
    rewriter.notify_op_modified(op)
    if isinstance(old, ConstantOp) and not old.output.uses:
        rewriter.erase(old)


def get_gain(scale: npt.ArrayLike, variance: npt.ArrayLike, epsilon: float) -> npt.NDArray[Any]:
    """What batch normalization multiplies each channel by."""
    return np.asarray(scale, np.float64) / np.sqrt(np.asarray(variance, np.float64) + epsilon)
