"""Keeps words on the stack that a listing reads, where registers do not hold all of them.

Factors lie side by side in the order of their first use, so that one instruction loads two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.dialects import memref
from xdsl.dialects.builtin import i32
from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.dialects.dsp_ops.listed import PRODUCTS
from cmixdsl.passes.builders.global_constants import get_parent_function
from cmixdsl.passes.builders.index_arithmetic import build_index

PAIR = 2
"""Words that one LDRD loads."""

PAIR_BYTES = 8


@dataclass
class Spills:
    """Words on the stack: stored where they are defined, loaded before their first use."""

    values: Sequence[SSAValue]
    """What is stored, a word each."""
    loads: list[memref.LoadOp]
    """What instructions read instead, in the order of the values."""
    others: list[Operation]
    """The memory, positions in it, and stores."""

    def remove(self) -> None:
        """Takes everything back."""
        for load, value in zip(self.loads, self.values, strict=True):
            load.res.replace_all_uses_with(value)
        for op in (*self.loads, *reversed(self.others)):
            Rewriter.erase_op(op)


def build_spills(values: Sequence[SSAValue], ops: Sequence[Operation]) -> Spills:
    """Lets `ops`, in the order in which they stand in a block, read `values` from the stack.

    Values that sums of products start from come last, as each is loaded for itself.
    """
    addends = {op.acc for op in ops if isinstance(op, PRODUCTS)}
    factors = [value for value in values if value not in addends]
    ordered = [*factors, *(value for value in values if value in addends)]
    builder = Builder(InsertPoint.at_start(get_parent_function(ops[0]).body.block))
    table = memref.AllocaOp.get(i32, alignment=PAIR_BYTES, shape=[len(ordered)])
    table.memref.name_hint = "spilled"
    builder.insert(table)
    spills = Spills(ordered, [], [table])
    users = [next(op for op in ops if value in op.operands) for value in ordered]
    for number, value in enumerate(ordered):
        position = build_index(builder, number)
        store = memref.StoreOp.get(value, table.memref, [position])
        Rewriter.insert_op(store, _get_place_behind(value, builder.insertion_point))
        first = number // PAIR * PAIR if number < len(factors) else number
        load = memref.LoadOp.get(table.memref, [position])
        load.res.name_hint = value.name_hint
        Rewriter.insert_op(load, InsertPoint.before(users[first]))
        spills.loads.append(load)
        assert isinstance(position.owner, Operation)
        spills.others += [position.owner, store]
    for op in ops:
        for index, operand in enumerate(op.operands):
            if operand in ordered:
                op.operands[index] = spills.loads[ordered.index(operand)].res
    return spills


def _get_place_behind(value: SSAValue, start: InsertPoint) -> InsertPoint:
    """Where `value` is known; `start` is where the function's first operations stand."""
    owner = value.owner
    if isinstance(owner, Operation):
        return InsertPoint.after(owner)
    return start if owner is start.block else InsertPoint.at_start(owner)
