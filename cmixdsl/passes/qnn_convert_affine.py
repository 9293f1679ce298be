"""Turns arithmetic with one real constant for each channel into batch normalization.

Batch normalization goes into the scales and the bias of a layer, where the constant stays as
precise as it is; an operand of an integer sum or product would have to be quantized.

Before:
```mlir
func.func @net(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %c = qnn.constant dense<[0.5, -2.0]> : tensor<2xf32>
  %y = qnn.mul %x, %c : tensor<4x2xf32>, tensor<2xf32> -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}
```

After:
```mlir
func.func @net(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %y = qnn.batch_norm %x scale [0.5, -2.0] offset [0.0, 0.0] mean [0.0, 0.0]
      variance [1.0, 1.0] epsilon 0.0 : tensor<4x2xf32> -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}
```
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.qnn.arithmetic import AddOp, BinaryOperation, MulOp, SubOp
from cmixdsl.dialects.qnn.constant import ConstantOp, get_constant_values
from cmixdsl.dialects.qnn.functions import BatchNormOp, ClampOp
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_quantization, get_shape
from cmixdsl.passes.qnn.rewriting import insert_before

Reals = npt.NDArray[np.float64]


def get_channel_constant(value: SSAValue, channels: int) -> Reals | None:
    """The number of each channel in a real constant; None where it has more, or is none."""
    values = get_constant_values(value)
    if values is None or get_quantization(value) is not None:
        return None
    is_shared = values.size == 1
    if not is_shared and values.size != get_shape(value)[-1]:
        return None
    return np.broadcast_to(values.astype(np.float64).reshape(-1), channels)


def get_affine(op: BinaryOperation) -> tuple[Reals, Reals] | None:
    """Factor and term of each channel, None where the operation does otherwise."""
    channels = get_shape(op.lhs)[-1]
    constant = get_channel_constant(op.rhs, channels)
    is_whole = get_shape(op.lhs) == op.output_type.get_shape()
    if constant is None or not is_whole or get_constant_values(op.lhs) is not None:
        return None
    match op:
        case AddOp():
            return np.ones(channels), constant
        case SubOp():
            return np.ones(channels), -constant
        case MulOp():
            return constant, np.zeros(channels)
        case _:
            return None


class ConvertAffine(RewritePattern):
    """Rewrites a sum, a difference or a product."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, BinaryOperation) or (affine := get_affine(op)) is None:
            return
        constant = op.rhs.owner
        result = _build_batch_norm(rewriter, op, *affine)
        rewriter.replace(op, [], [result])
        if isinstance(constant, ConstantOp) and not constant.output.uses:
            rewriter.erase(constant)


def _build_batch_norm(
    rewriter: PatternRewriter, op: BinaryOperation, factor: Reals, term: Reals
) -> SSAValue:
    """The normalization, and behind it the clamp that the operation has."""
    clamp, hint = op.get_clamp(), op.output.name_hint
    real = build_tensor_type(get_shape(op.output))
    zeros, ones = np.zeros(len(factor)), np.ones(len(factor))
    norm: QnnOperation = BatchNormOp(
        op.lhs,
        op.output_type if clamp is None else real,
        factor.tolist(),
        term.tolist(),
        zeros.tolist(),
        ones.tolist(),
        epsilon=0.0,
    )
    norm.location = op.location
    result = insert_before(rewriter, op, norm, hint)
    if clamp is None:
        return result
    limited = ClampOp(result, op.output_type, minimum=clamp[0], maximum=clamp[1])
    limited.location = op.location
    return insert_before(rewriter, op, limited, hint)


@dataclass(frozen=True)
class QnnConvertAffinePass(ModulePass):
    """Turns arithmetic with a constant for each channel into batch normalization."""

    name = "qnn-convert-affine"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(ConvertAffine(), apply_recursively=False).rewrite_module(op)
