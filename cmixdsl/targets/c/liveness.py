"""Which values and operations have an effect: an analysis of a function, before printing.

What has none is not printed, so that a C compiler finds no unused variable to warn of.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from xdsl.dialects import func, memref, scf
from xdsl.ir import BlockArgument, Operation, SSAValue

from cmixdsl.dialects.cmix.buffers import ClearOp
from cmixdsl.dialects.dsp import CopyWordsOp, StoreWordOp

EFFECTS = (
    memref.StoreOp,
    StoreWordOp,
    CopyWordsOp,
    memref.CopyOp,
    ClearOp,
    func.CallOp,
    func.ReturnOp,
)
"""Operations that count by themselves; all others only for their results or bodies."""


@dataclass
class Liveness:
    """The live values and operations of one function."""

    values: set[SSAValue] = field(default_factory=set[SSAValue])
    operations: set[Operation] = field(default_factory=set[Operation])
    _pending: list[SSAValue] = field(default_factory=list[SSAValue])

    @staticmethod
    def find(function: func.FuncOp) -> "Liveness":
        """Analyses a function, from its effects backwards."""
        liveness = Liveness()
        for op in function.walk():
            if isinstance(op, EFFECTS) or _is_unknown(op):
                liveness._mark_operation(op)
                liveness._pending.extend(op.operands)
        while liveness._pending:
            value = liveness._pending.pop()
            if value not in liveness.values:
                liveness.values.add(value)
                liveness._mark_sources(value)
        return liveness

    def get_carried(self, loop: scf.ForOp) -> Iterator[tuple[int, BlockArgument, SSAValue]]:
        """The live carried positions of a loop: number, argument and result."""
        for index, result in enumerate(loop.res):
            argument = loop.body.block.args[1 + index]
            if argument in self.values or result in self.values:
                yield index, argument, result

    def _mark_operation(self, op: Operation) -> None:
        """Marks an operation and the loops and branches around it, with what decides on them."""
        current: Operation | None = op
        while current is not None and current not in self.operations:
            self.operations.add(current)
            match current:
                case scf.ForOp():
                    self._pending += [current.lb, current.ub, current.step]
                case scf.IfOp():
                    self._pending.append(current.cond)
                case _:
                    pass
            current = current.parent_op()

    def _mark_sources(self, value: SSAValue) -> None:
        """Marks what a value comes from."""
        owner = value.owner
        if not isinstance(owner, Operation):
            loop = owner.parent_op()
            if isinstance(loop, scf.ForOp) and isinstance(value, BlockArgument) and value.index:
                self._mark_carried(loop, value.index - 1)
            return
        self._mark_operation(owner)
        match owner:
            case scf.ForOp():
                self._mark_carried(owner, _get_index(value))
            case scf.IfOp():
                for region in owner.regions:
                    self._mark_yielded(region.block.last_op, _get_index(value))
            case _:
                self._pending.extend(owner.operands)

    def _mark_carried(self, loop: scf.ForOp, index: int) -> None:
        self._mark_operation(loop)
        self._pending.append(loop.iter_args[index])
        self._mark_yielded(loop.body.block.last_op, index)

    def _mark_yielded(self, terminator: Operation | None, index: int) -> None:
        if terminator is not None:
            self._mark_operation(terminator)
            self._pending.append(terminator.operands[index])


def _is_unknown(op: Operation) -> bool:
    """Whether an operation may do anything, or has no C; then it must not be left out."""
    return op.dialect_name() not in ("arith", "dsp", "memref", "scf", "func") or (
        isinstance(op, (memref.AllocOp, memref.DeallocOp, scf.WhileOp))
    )


def _get_index(result: SSAValue) -> int:
    owner = result.owner
    assert isinstance(owner, Operation)
    return next(index for index, value in enumerate(owner.results) if value is result)
