"""Tiles filters and pixels down to the register block that is computed at once.

Before:
```mlir
func.func private @layer(%x: memref<2x8xi16>, %y: memref<2x6xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<6x8xui4>
  cmix.contract [x = 2, f = 6, k = 8] input %x (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x6xui8>
      bias [1, 2, 3, 4, 5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2>
      : memref<2x8xi16>, !cmix.packed<6x8xui4>, memref<2x6xi8>
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<2x8xi16>, %y: memref<2x6xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<6x8xui4>
  %c0 = arith.constant 0 : index
  %c6 = arith.constant 6 : index
  %c2 = arith.constant 2 : index
  scf.for %f = %c0 to %c6 step %c2 {
    cmix.contract [x = 2, f = 2, k = 8] at %f input %x (x, f, k)[s0] -> (x, k)
        filter %w (x, f, k)[s0] -> (f + s0, k)
        output %y (x, f, k)[s0] -> (x, f + s0) as <2x6xui8>
        bias [1, 2, 3, 4, 5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
        schedule <expand = columns, filters = 2, pixels = 2>
        : memref<2x8xi16>, !cmix.packed<6x8xui4>, memref<2x6xi8>
  }
  return
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.dialects.cmix.schedule import Expansion
from cmixdsl.passes.builders.tiling import tile_iterators, unroll_iterator
from cmixdsl.passes.tile_outer import get_schedule


def _get_sizes(op: ContractOp) -> list[tuple[str, int]]:
    """The iterators that become loops, the outermost first, and what is left of each.

    Rows of lanes stay where they are, whatever the order: the loop with more turns is the inner
    one, as it begins less often.
    """
    schedule = get_schedule(op)
    rows, columns = ("y", 1), ("x", schedule.pixels.data)
    sizes = [("f", schedule.filters.data), rows]
    if op.word_type is not None:
        return sizes
    if schedule.expansion is Expansion.ROWS and {"x", "y"}.issubset(op.parallel_iterators):
        turns = op.get_extent("x") // columns[1]
        if 1 < turns < op.get_extent("y"):
            return [sizes[0], columns, rows]
    return [*sizes, columns]


@dataclass(frozen=True)
class TileBlockPass(ModulePass):
    """Tiles contractions down to their register blocks."""

    name = "cmix-tile-block"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for child in list(op.walk()):
            if isinstance(child, ContractOp):
                sizes = _get_sizes(child)
                # Channels of a byte get code of their own: each knows its place in the byte.
                for block in unroll_iterator(child, "c"):
                    tile_iterators(block, sizes)
