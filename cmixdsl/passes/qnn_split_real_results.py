"""Computes a real result once for each operation that reads it, where these want different types.

A result has one type. Real numbers that are quantized in two ways, or limited in one way and not in
another, are computed by two layers, each of which rounds them itself: exact, at the cost of the
layer's time. What is only moved, and not quantized anew, stays as it is.

Before:
```mlir
func.func @net(%x: tensor<4x!quant.uniform<u8:f32, 0.5>>)
    -> (tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<i4:f32, 2.0>>) {
  %w = qnn.constant dense<[[3, -1, 2, 0]]> : tensor<1x4x!quant.uniform<i4:f32, 0.25>>
  %y = qnn.fully_connected %x, %w
      : tensor<4x!quant.uniform<u8:f32, 0.5>>, tensor<1x4x!quant.uniform<i4:f32, 0.25>>
     -> tensor<1xf32>
  %a = qnn.quantize %y : tensor<1xf32> -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  %b = qnn.quantize %y : tensor<1xf32> -> tensor<1x!quant.uniform<i4:f32, 2.0>>
  return %a, %b : tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<i4:f32, 2.0>>
}
```

After:
```mlir
func.func @net(%x: tensor<4x!quant.uniform<u8:f32, 0.5>>)
    -> (tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<i4:f32, 2.0>>) {
  %w = qnn.constant dense<[[3, -1, 2, 0]]> : tensor<1x4x!quant.uniform<i4:f32, 0.25>>
  %y = qnn.fully_connected %x, %w
      : tensor<4x!quant.uniform<u8:f32, 0.5>>, tensor<1x4x!quant.uniform<i4:f32, 0.25>>
     -> tensor<1xf32>
  %z = qnn.fully_connected %x, %w
      : tensor<4x!quant.uniform<u8:f32, 0.5>>, tensor<1x4x!quant.uniform<i4:f32, 0.25>>
     -> tensor<1xf32>
  %a = qnn.quantize %y : tensor<1xf32> -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  %b = qnn.quantize %z : tensor<1xf32> -> tensor<1x!quant.uniform<i4:f32, 2.0>>
  return %a, %b : tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<i4:f32, 2.0>>
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.functions import ClampOp, DequantizeOp, QuantizeOp
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.tensors import get_quantization
from cmixdsl.passes.qnn_fold_quantize import MonotonicOperation

MAX_COPIES = 64
"""Of a function; long chains that are quantized at each link would grow with their square."""


def split_real_results(function: FuncOp) -> None:
    """Gives every user of a real result an operation of its own, where users differ."""
    copies = 0
    # Users first: what they are copied for reads copies of what they read.
    for op in reversed(list(function.body.block.ops)):
        if not isinstance(op, QnnOperation) or not _wants_copies(op):
            continue
        _, *others = _get_users(op)
        for user in others:
            if copies == MAX_COPIES:
                return
            copy = op.clone()
            function.body.block.insert_op_after(copy, op)
            user.operands = [
                copy.output if operand is op.output else operand for operand in user.operands
            ]
            copies += 1


def _get_users(op: QnnOperation) -> list[Operation]:
    """Each once, in the order of the block."""
    block = op.parent_block()
    users = {use.operation for use in op.output.uses}
    return [] if block is None else [other for other in block.ops if other in users]


def _wants_copies(op: QnnOperation) -> bool:
    """Whether a real result is computed here, and users do not all quantize it alike.

    What moves quantized elements takes their type, unless it is to be quantized anew.
    """
    if isinstance(op, ConstantOp | DequantizeOp) or get_quantization(op.output) is not None:
        return False
    users = {use.operation for use in op.output.uses}
    wanted = {user.output.type for user in users if isinstance(user, QuantizeOp)}
    if len(users) < 2 or (len(wanted) == 1 and all(isinstance(user, QuantizeOp) for user in users)):
        return False
    if isinstance(op, MonotonicOperation | ClampOp):
        return bool(wanted) or any(get_quantization(operand) is None for operand in op.operands)
    return True


@dataclass(frozen=True)
class QnnSplitRealResultsPass(ModulePass):
    """Computes real results once for each of their users, where these want different types."""

    name = "qnn-split-real-results"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.ops:
            if isinstance(function, FuncOp) and not function.is_declaration:
                split_real_results(function)
