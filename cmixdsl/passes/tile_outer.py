"""Tiles the iterators that lie outside a block's inputs, so that what is left reads few of them.

With `expand = columns` a block is a few pixels of one row with all filters; with `expand = rows` it
is a row of one input channel, or of the channels of a byte. Where a size does not divide an extent
the rest is peeled off behind the loop.

Before:
```mlir
func.func private @layer(%x: memref<6x8xi8>, %y: memref<6x2xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x8xui4>
  cmix.contract [x = 6, f = 2, k = 8] input %x (x, f, k) -> (x, k) as <6x8xui8>
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <6x2xui8> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2>
      : memref<6x8xi8>, !cmix.packed<2x8xui4>, memref<6x2xi8>
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<6x8xi8>, %y: memref<6x2xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x8xui4>
  %c0 = arith.constant 0 : index
  %c6 = arith.constant 6 : index
  %c2 = arith.constant 2 : index
  scf.for %x0 = %c0 to %c6 step %c2 {
    cmix.contract [x = 2, f = 2, k = 8] at %x0 input %x (x, f, k)[s0] -> (x + s0, k) as <6x8xui8>
        filter %w (x, f, k)[s0] -> (f, k) output %y (x, f, k)[s0] -> (x + s0, f) as <6x2xui8>
        bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
        schedule <expand = columns, filters = 2, pixels = 2>
        : memref<6x8xi8>, !cmix.packed<2x8xui4>, memref<6x2xi8>
  }
  return
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.passes.builders.memory import needs_merging
from cmixdsl.passes.builders.tiling import tile_iterators, unroll_iterator


def get_schedule(op: ContractOp | ContractionOperation) -> ScheduleAttr:
    """The schedule of a layer or contraction; raises PassFailedException when it has none."""
    if op.schedule is None:
        raise_pass_failure(op, "no schedule; run cmix-schedule first")
    return op.schedule


def is_windowed(op: ContractOp) -> bool:
    """Whether words hold the neighbours of one channel, whose windows only it needs."""
    is_depthwise = len(op.filter_type.get_shape()) == 3
    return is_depthwise and get_schedule(op).expansion is Expansion.OVERLAP


def get_outer_sizes(op: ContractOp) -> list[tuple[str, int]]:
    """Tile sizes of the iterators outside a block's inputs, outermost first."""
    schedule = get_schedule(op)
    if schedule.expansion is Expansion.ROWS or is_windowed(op):
        return [("y", schedule.rows.data)]
    if schedule.expansion in (Expansion.OVERLAP, Expansion.OUTER):
        return [("y", 1), ("x", schedule.columns.data or op.get_extent("x"))]
    outer = [("y", 1), ("x", schedule.pixels.data)]
    return [("c", 1), *outer] if "c" in op.parallel_iterators else outer


def can_write_twice(op: ContractOp) -> bool:
    """Whether outputs are written over those before; where they are merged by OR they are not.

    Blocks of columns are alike then, so that the code of a smaller one at the end is saved.
    """
    schedule = get_schedule(op)
    is_merged = needs_merging(schedule.block_filters, op.output_type)
    return schedule.expansion in (Expansion.COLUMNS, Expansion.OUTER) and not is_merged


def tile_outer(op: ContractOp) -> None:
    """Tiles one contraction as its schedule says.

    Channels that are unrolled stay together as far as one byte of the input holds them.
    """
    schedule = get_schedule(op)
    blocks = [op]
    sweeps_channels = schedule.expansion is Expansion.ROWS or is_windowed(op)
    if sweeps_channels and op.input_type is not None:
        per_byte = 8 // op.input_type.bits
        blocks = [
            part
            for block in tile_iterators(op, [("c", schedule.channels.data)])
            for part in unroll_iterator(block, "c", min(per_byte, schedule.channels.data))
        ]
    for block in blocks:
        tile_iterators(block, get_outer_sizes(block), repeats=can_write_twice(block))


@dataclass(frozen=True)
class TileOuterPass(ModulePass):
    """Tiles the outer iterators of contractions as their schedules say."""

    name = "cmix-tile-outer"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for child in list(op.walk()):
            if isinstance(child, ContractOp):
                tile_outer(child)
