"""Computes equal values once: common subexpression elimination.

Before:
```mlir
func.func @f(%m: memref<4xi32>, %a: i32, %i: index) {
  %x = arith.addi %a, %a : i32
  %y = memref.load %m[%i] : memref<4xi32>
  %z = arith.addi %a, %a : i32
  %w = memref.load %m[%i] : memref<4xi32>
  %s = arith.muli %x, %z : i32
  %t = arith.muli %y, %w : i32
  memref.store %s, %m[%i] : memref<4xi32>
  memref.store %t, %m[%i] : memref<4xi32>
  return
}
```

After:
```mlir
func.func @f(%m: memref<4xi32>, %a: i32, %i: index) {
  %x = arith.addi %a, %a : i32
  %y = memref.load %m[%i] : memref<4xi32>
  %s = arith.muli %x, %x : i32
  %t = arith.muli %y, %y : i32
  memref.store %s, %m[%i] : memref<4xi32>
  memref.store %t, %m[%i] : memref<4xi32>
  return
}
```

What only reads is shared within a block, as long as nothing writes. Operations with regions stay.
xDSL's `cse` does the same, and compares loops too; it looks through all that is inside of a loop
for each loop around it, which takes several times as long.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, Region
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter
from xdsl.traits import IsolatedFromAbove, MemoryEffectKind

from cmixdsl.operation_kinds import NO_EFFECTS, READS, get_effect_kinds, get_kind, is_unused


@dataclass
class _Sharing:
    """Goes through a region, from definitions to uses."""

    known: dict[Hashable, Operation] = field(default_factory=dict[Hashable, Operation])
    """The operations that are in scope, by all that makes them equal."""

    def share_region(self, region: Region) -> bool:
        """Shares values in a region; whether anything inside may write to memory."""
        if len(region.blocks) != 1:
            # With branches, what comes first in the text need not come first in time.
            return True
        outer, self.known = self.known, self.known.copy()
        writes = self._share_block(region.block)
        self.known = outer
        return writes

    def _share_block(self, block: Block) -> bool:
        erased: list[Operation] = []
        writes = 0
        for op in block.ops:
            wrote = self._share_inside(op)
            kind = get_kind(type(op))
            if is_unused(op):
                erased.append(op)
                continue
            if op.regions:
                writes += wrote or not kind.has_effects_of_regions
                continue
            effects = get_effect_kinds(op)
            if effects is None or MemoryEffectKind.WRITE in effects:
                writes += 1
            elif effects <= READS and not kind.stays:
                place = () if effects == NO_EFFECTS else (block, writes)
                existing = self.known.setdefault((*_get_key(op), *place), op)
                if existing is not op:
                    for old, new in zip(op.results, existing.results, strict=True):
                        old.replace_all_uses_with(new)
                    erased.append(op)
        for op in erased:
            Rewriter.erase_op(op)
        return writes > 0

    def _share_inside(self, op: Operation) -> bool:
        if not op.regions:
            return False
        isolated = op.has_trait(IsolatedFromAbove)
        inside = _Sharing() if isolated else self
        return any([inside.share_region(region) for region in op.regions])


def _get_key(op: Operation) -> tuple[Hashable, ...]:
    """Equal for operations that compute the same."""
    return (
        type(op),
        tuple(op.operands),
        frozenset(op.properties.items()),
        frozenset(op.attributes.items()),
        tuple(op.result_types),
    )


@dataclass(frozen=True)
class ShareValuesPass(ModulePass):
    """Computes equal values once."""

    name = "cmix-share-values"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        _Sharing().share_region(op.body)
