"""Verifies a module again and again, each time only what changed since the last.

A pass touches few of a module's operations, and verifying one takes many times as long as seeing
that it is still the same. What the verifier of an operation may ask for: its operands, results,
attributes, regions and parent; the definitions of its operands; the operations right inside it;
symbols of the module.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.traits import IsolatedFromAbove, SymbolUserOpInterface

_State = tuple[tuple[object, ...], tuple[object, ...]]
"""All that says what an operation is; where it is equal, the operation verifies again.

First the parent and the operands, then what users of the results and operations inside may ask for.
"""


@dataclass
class IncrementalVerifier:
    """Finds what `ModuleOp.verify` finds, in one module that passes change between calls."""

    _states: dict[Operation, _State] = field(default_factory=dict[Operation, _State])
    """Of every operation of the module when it was last verified."""

    def verify(self, module: ModuleOp) -> None:
        """Raises what `module.verify()` raises, VerifyException for a constraint that is broken.

        After an error, and the first time, everything is verified.
        """
        states = {op: _get_state(op) for op in module.walk()}
        previous, self._states = self._states, {}
        if previous:
            for op in _get_affected(states, previous):
                _verify_alone(op)
        else:
            module.verify()
        self._states = states


def _get_state(op: Operation) -> _State:
    definition = (
        *(result.type for result in op.results),
        op.properties.copy(),
        op.attributes.copy(),
        *op.successors,
        *((tuple(arg.type for arg in block.args), *block.ops) for block in _get_blocks(op)),
    )
    return (op.parent, *op.operands), definition


def _get_affected(
    states: Mapping[Operation, _State], previous: Mapping[Operation, _State]
) -> Iterable[Operation]:
    """What has to be verified, in the order of the module."""
    affected: set[Operation] = set()
    for op, state in states.items():
        old = previous.get(op)
        if old == state:
            continue
        affected.add(op)
        affected.update(_get_interested_parents(op))
        if old is None or old[1] != state[1]:
            affected.update(_get_users(op.results))
            for block in _get_blocks(op):
                affected.update(_get_users(block.args))
                # Terminators have the types that the operation around them wants.
                affected.update(filter(None, (block.last_op,)))
    if not affected:
        return []
    return [op for op in states if op in affected or _uses_symbols(type(op))]


@cache
def _uses_symbols(kind: type[Operation]) -> bool:
    """Whether operations of this class refer to symbols."""
    return kind.has_trait(SymbolUserOpInterface)


def _get_users(values: Iterable[SSAValue]) -> Iterable[Operation]:
    return (use.operation for value in values for use in value.uses)


def _get_blocks(op: Operation) -> Iterable[Block]:
    return (block for region in op.regions for block in region.blocks)


def _get_interested_parents(op: Operation) -> Iterable[Operation]:
    """The operation right around `op`, and the next one that hides from it what lies outside."""
    parent = op.parent_op()
    if parent is None:
        return
    yield parent
    while parent is not None and not parent.has_trait(IsolatedFromAbove):
        parent = parent.parent_op()
    if parent is not None:
        yield parent


def _verify_alone(op: Operation) -> None:
    """Verifies `op` without what is inside of it, but for the lack of a terminator."""
    for block in _get_blocks(op):
        if block.is_empty:
            block.verify()
    op.verify(verify_nested_ops=False)
