"""Folds zero padding of images into the windows of convolutions.

A border of zeros is what the padding of `qnn.conv2d` and `qnn.depthwise_conv2d` means. Other pads
stay: those with another value, of channels, as wide as the window, or that quantize anew.

Before:
```mlir
func.func @net(%x: tensor<4x4x1xf32>, %w: tensor<2x3x3x1xf32>) -> tensor<4x4x2xf32> {
  %p = qnn.pad %x low [1, 1, 0] high [1, 1, 0] : tensor<4x4x1xf32> -> tensor<6x6x1xf32>
  %y = qnn.conv2d %p, %w : tensor<6x6x1xf32>, tensor<2x3x3x1xf32> -> tensor<4x4x2xf32>
  return %y : tensor<4x4x2xf32>
}
```

After:
```mlir
func.func @net(%x: tensor<4x4x1xf32>, %w: tensor<2x3x3x1xf32>) -> tensor<4x4x2xf32> {
  %y = qnn.conv2d %x, %w padding [1, 1, 1, 1]
      : tensor<4x4x1xf32>, tensor<2x3x3x1xf32> -> tensor<4x4x2xf32>
  return %y : tensor<4x4x2xf32>
}
```
"""

from dataclasses import dataclass, replace

from xdsl.context import Context
from xdsl.dialects.builtin import DenseArrayBase, ModuleOp, i64
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.layers import WindowedLayerOperation
from cmixdsl.dialects.qnn.shapes import PadOp
from cmixdsl.dialects.qnn.tensors import get_quantization


def keeps_values(pad: PadOp) -> bool:
    """Whether elements inside the border are unchanged, and the border holds exactly 0."""
    if pad.value.value.data:
        return False
    return get_quantization(pad.output) in (None, get_quantization(pad.input))


def widen(window: Window, pad: PadOp) -> Window | None:
    """The window over the image without its border, None when it cannot be one."""
    low, high = pad.low.get_values(), pad.high.get_values()
    if len(low) != 3 or low[2] or high[2]:
        return None
    top, bottom, left, right = window.padding
    padding = (top + low[0], bottom + high[0], left + low[1], right + high[1])
    extent = (window.extent[0], window.extent[0], window.extent[1], window.extent[1])
    if any(side >= limit for side, limit in zip(padding, extent, strict=True)):
        return None
    return replace(window, padding=padding)


class FoldPad(RewritePattern):
    """Reads the image without its border."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, WindowedLayerOperation) or not isinstance(op.input.owner, PadOp):
            return
        pad = op.input.owner
        window = widen(op.window, pad) if keeps_values(pad) else None
        if window is None:
            return
        op.padding = DenseArrayBase.from_list(i64, window.padding)
        op.operands[0] = pad.input
        rewriter.notify_op_modified(op)
        if not pad.output.uses:
            rewriter.erase(pad)


@dataclass(frozen=True)
class QnnFoldPadPass(ModulePass):
    """Folds pads into convolutions."""

    name = "qnn-fold-pad"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(FoldPad()).rewrite_module(op)
