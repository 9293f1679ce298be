"""What xDSL's traits say of a class of operations, looked up once.

Simplification asks of every operation, again and again, whether it may be erased, folded or
shared. Searching through the traits of its class each time takes most of the time of compiling.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from xdsl.ir import Operation
from xdsl.pattern_rewriter import RewritePattern
from xdsl.traits import (
    ConstantLike,
    HasCanonicalizationPatternsTrait,
    HasFolder,
    IsTerminator,
    MemoryAllocEffect,
    MemoryEffect,
    MemoryEffectKind,
    MemoryFreeEffect,
    MemoryReadEffect,
    MemoryWriteEffect,
    NoMemoryEffect,
    RecursiveMemoryEffect,
    SymbolOpInterface,
    get_effects,
)

Effects = frozenset[MemoryEffectKind]

NO_EFFECTS: Effects = frozenset()
READS: Effects = frozenset({MemoryEffectKind.READ})

_EFFECTS: dict[type[MemoryEffect], Effects] = {
    NoMemoryEffect: NO_EFFECTS,
    MemoryReadEffect: READS,
    MemoryWriteEffect: frozenset({MemoryEffectKind.WRITE}),
    MemoryAllocEffect: frozenset({MemoryEffectKind.ALLOC}),
    MemoryFreeEffect: frozenset({MemoryEffectKind.FREE}),
}
"""Of traits that say the same of all operations of a class."""


@dataclass(frozen=True)
class OperationKind:
    """A class of operations."""

    stays: bool
    """Whether its operations have a purpose besides effects and results: terminators, symbols."""
    effects: Effects | None
    """The same for all operations of the class; None where they differ or are not known."""
    has_effects_of_regions: bool
    """Whether the effects are those of the operations inside, and no others."""
    folds: bool
    patterns: tuple[RewritePattern, ...]
    """For canonicalization."""


@cache
def get_kind(kind: type[Operation]) -> OperationKind:
    """What is known of a class; traits must not be added to it afterwards."""
    memory = kind.get_traits_of_type(MemoryEffect)
    found = [_get_effects_of_trait(trait) for trait in memory]
    known = [effects for effects in found if effects is not None]
    patterns = (
        pattern
        for trait in kind.get_traits_of_type(HasCanonicalizationPatternsTrait)
        for pattern in trait.get_patterns(kind)
    )
    return OperationKind(
        stays=kind.has_trait(IsTerminator) or kind.has_trait(SymbolOpInterface),
        effects=NO_EFFECTS.union(*known) if memory and len(known) == len(memory) else None,
        has_effects_of_regions=[type(trait) for trait in memory] == [RecursiveMemoryEffect],
        folds=kind.has_trait(HasFolder) and not kind.has_trait(ConstantLike),
        patterns=tuple(patterns),
    )


def is_unused(op: Operation) -> bool:
    """Whether nothing changes where the operation is erased."""
    return all(result.first_use is None for result in op.results) and (
        not get_kind(type(op)).stays and _only_reads(op)
    )


def get_effect_kinds(op: Operation) -> Effects | None:
    """The effects of an operation without regions; None where they are not known."""
    kind = get_kind(type(op))
    if kind.effects is not None:
        return kind.effects
    effects = get_effects(op)
    return None if effects is None else frozenset(effect.kind for effect in effects)


def _only_reads(op: Operation) -> bool:
    """Whether an operation, with all inside of it, at most reads from memory."""
    if get_kind(type(op)).has_effects_of_regions:
        return all(map(_only_reads, _get_inner(op)))
    effects = get_effect_kinds(op)
    return effects is not None and effects <= READS


def _get_inner(op: Operation) -> Iterable[Operation]:
    return (inner for region in op.regions for block in region.blocks for inner in block.ops)


def _get_effects_of_trait(trait: MemoryEffect) -> Effects | None:
    for class_, effects in _EFFECTS.items():
        if isinstance(trait, class_):
            return effects
    return None
