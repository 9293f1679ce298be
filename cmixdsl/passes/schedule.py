"""Gives every layer with weights that has none a schedule.

A schedule is data on the operation: later passes obey it, a person may write it by hand, and this
pass never changes one that is there.

Before:
```mlir
func.func @fc(%x: !cmix.packed<2xui8>, %w: !cmix.packed<1x2xsi8>) -> !cmix.packed<1xui8> {
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
```

After:
```mlir
func.func @fc(%x: !cmix.packed<2xui8>, %w: !cmix.packed<1x2xsi8>) -> !cmix.packed<1xui8> {
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 4, pixels = 1>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.layers import (
    ContractionOperation,
    DepthwiseConv2dOp,
    FullyConnectedOp,
)
from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr

STRIP_BYTES = 1024
"""Scratch for the expanded rows of a channel."""

MAX_ROW_TAPS = 64
"""Kernels of more taps are not unrolled over a row; they are gathered into columns."""


def get_strip_rows(op: DepthwiseConv2dOp) -> int:
    """Output rows whose input rows, as 16-bit lanes of one channel, fit the scratch for strips.

    Rows between strips are expanded twice, so strips are few and of about equal height.
    """
    window = op.window
    height, width, _ = op.output_type.get_shape()
    lanes = (width - 1) * window.strides[1] + window.extent[1] + 2
    most = (STRIP_BYTES // (2 * lanes) - window.extent[0]) // window.strides[0] + 1
    strips = -(-height // max(most, 1))
    return -(-height // strips)


def get_default_schedule(op: ContractionOperation, filters: int, pixels: int) -> ScheduleAttr:
    """The schedule for a layer without one.

    A depthwise layer has no filter to share its inputs with, so it sweeps rows; rows need taps that
    are neighbours, hence no dilation along the row. A fully connected layer has a single pixel.
    """
    if isinstance(op, FullyConnectedOp):
        return ScheduleAttr(Expansion.COLUMNS, 2 * filters, 1)
    window = op.window
    taps = window.kernel[0] * window.kernel[1]
    if isinstance(op, DepthwiseConv2dOp):
        rows = window.dilation[1] == 1 and taps <= MAX_ROW_TAPS
        if rows:
            return ScheduleAttr(Expansion.ROWS, 1, pixels, rows=get_strip_rows(op))
        return ScheduleAttr(Expansion.COLUMNS, 1, pixels)
    return ScheduleAttr(Expansion.COLUMNS, filters, pixels)


@dataclass
class SetSchedule(RewritePattern):
    """Sets the default schedule."""

    filters: int
    pixels: int

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractionOperation) or op.schedule is not None:
            return
        op.schedule = get_default_schedule(op, self.filters, self.pixels)
        rewriter.notify_op_modified(op)


@dataclass(frozen=True)
class SchedulePass(ModulePass):
    """Sets schedules where there are none."""

    name = "cmix-schedule"

    filters: int = 2
    """Filters of a register block; a fully connected layer takes twice as many."""
    pixels: int = 4
    """Pixels of a register block."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(
            SetSchedule(self.filters, self.pixels), apply_recursively=False
        ).rewrite_module(op)
