"""Computes what depends on constants only.

An operation that quantizes, moves or computes constants becomes a constant, by the function that
defines its meaning. `qnn.dequantize` stays, because its operand says more: `qnn-fold-quantize` lets
its users read the integers.

Before:
```mlir
func.func @net(%x: tensor<2xf32>) -> tensor<1xf32> {
  %r = qnn.constant dense<[0.5, -0.3]> : tensor<2xf32>
  %q = qnn.quantize %r : tensor<2xf32> -> tensor<2x!quant.uniform<i4:f32, 0.1>>
  %w = qnn.reshape %q
      : tensor<2x!quant.uniform<i4:f32, 0.1>> -> tensor<1x2x!quant.uniform<i4:f32, 0.1>>
  %y = qnn.fully_connected %x, %w
      : tensor<2xf32>, tensor<1x2x!quant.uniform<i4:f32, 0.1>> -> tensor<1xf32>
  return %y : tensor<1xf32>
}
```

After:
```mlir
func.func @net(%x: tensor<2xf32>) -> tensor<1xf32> {
  %w = qnn.constant dense<[[5, -3]]> : tensor<1x2x!quant.uniform<i4:f32, 0.1>>
  %y = qnn.fully_connected %x, %w
      : tensor<2xf32>, tensor<1x2x!quant.uniform<i4:f32, 0.1>> -> tensor<1xf32>
  return %y : tensor<1xf32>
}
```
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.qnn.constant import ConstantOp, get_constant_values
from cmixdsl.dialects.qnn.functions import DequantizeOp
from cmixdsl.dialects.qnn.operation import QnnOperation

if TYPE_CHECKING:
    from xdsl.interpreter import Interpreter


@dataclass
class FoldConstant(RewritePattern):
    """Interprets an operation whose operands are all constant."""

    interpreter: "Interpreter"

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, QnnOperation) or isinstance(op, ConstantOp | DequantizeOp):
            return
        operands = [get_constant_values(value) for value in op.operands]
        if any(values is None for values in operands):
            return
        sources = [value.owner for value in op.operands]
        (values,) = self.interpreter.run_op(op, tuple(operands))
        rewriter.replace(op, ConstantOp(values, op.output_type))
        for source in dict.fromkeys(sources):
            if isinstance(source, ConstantOp) and not source.output.uses:
                rewriter.erase(source)


@dataclass(frozen=True)
class QnnFoldConstantsPass(ModulePass):
    """Folds operations on constants."""

    name = "qnn-fold-constants"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        # Loading all interpreters takes as long as compiling a layer, which needs none.
        from xdsl.interpreter import Interpreter

        from cmixdsl.interpreters.registry import register_implementations

        interpreter = Interpreter(op, index_bitwidth=32)
        register_implementations(interpreter)
        PatternRewriteWalker(FoldConstant(interpreter)).rewrite_module(op)
