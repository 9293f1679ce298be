"""Which SSA values share one mutable C variable: an analysis of a function, before printing.

Values carried by `scf.for`, results of `scf.if` and of 64-bit multiplications live in mutable
variables. Values follow each other in one variable where the earlier one is used for nothing else:

* the argument and the result of a carried position of a loop;
* an initial value that lives in a variable of the same block, and its loop's carried position;
* a chain from a carried argument to the value yielded in its place, each link used only by the next
  one: `%1 = dsp.smlad %a, %b, %acc` and so on become `acc = cmix_smlad(a, b, acc);`;
* the accumulator of a 64-bit multiply-accumulate and its sum;
* the sums of 32-bit multiply-accumulates of which each is the accumulator of the next.

What a listing leaves lives in a variable too: the listing and the C beside it both assign to it.

As each value but the last has one use, no value is overwritten while it is still needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from xdsl.dialects import func, scf
from xdsl.dialects.builtin import DenseArrayBase
from xdsl.ir import Block, BlockArgument, Operation, OpResult, SSAValue, Use

from cmixdsl.dialects.dsp_ops.operations import (
    AccumulatingOperation,
    LongAccumulatingOperation,
    LongMultiplyOperation,
)
from cmixdsl.hints import LISTING_ATTRIBUTE, REGISTERS_ATTRIBUTE


@dataclass(eq=False)
class Variable:
    """A mutable C variable; its name comes from the first of its values that has a hint."""

    values: list[SSAValue] = field(default_factory=list[SSAValue])

    @property
    def hint(self) -> str | None:
        """The name hint of the variable."""
        return next((value.name_hint for value in self.values if value.name_hint), None)


def find_outputs(op: Operation) -> Iterator[SSAValue]:
    """The results of an operation of a listing that are in registers and used behind it."""
    listing, numbers = (
        op.attributes.get(name) for name in (LISTING_ATTRIBUTE, REGISTERS_ATTRIBUTE)
    )
    if listing is None or not isinstance(numbers, DenseArrayBase):
        return
    for value, number in zip(op.results, numbers.get_values(), strict=True):
        users = [use.operation for use in value.uses]
        is_inside = [
            u.parent is op.parent and u.attributes.get(LISTING_ATTRIBUTE) == listing for u in users
        ]
        if int(number) >= 0 and not all(is_inside):
            yield value


def is_pure_word_operation(op: Operation) -> bool:
    """Whether `op` computes one scalar from scalars."""
    if len(op.results) != 1 or op.regions or op.dialect_name() not in ("arith", "dsp"):
        return False
    return op.name != "dsp.load_word"


@dataclass
class Variables:
    """The variables of one function."""

    variable_of: dict[SSAValue, Variable] = field(default_factory=dict[SSAValue, Variable])

    @staticmethod
    def find(function: func.FuncOp) -> "Variables":
        """Analyses a function."""
        variables = Variables()
        for op in function.walk():
            match op:
                case scf.ForOp():
                    variables._visit_loop(op)
                case scf.IfOp() | LongMultiplyOperation():
                    for result in op.results:
                        variables._get(result)
                case LongAccumulatingOperation():
                    variables._share(op.acc_lo, op.lo, op)
                    variables._share(op.acc_hi, op.hi, op)
                case AccumulatingOperation() if op.acc in variables.variable_of:
                    variables._share(op.acc, op.result, op)
                case AccumulatingOperation() if _is_accumulated(op):
                    variables._get(op.result)
                case _:
                    pass
            for output in find_outputs(op):
                variables._get(output)
        return variables

    def get(self, value: SSAValue) -> Variable | None:
        """The variable that `value` lives in, if it does."""
        return self.variable_of.get(value)

    def is_continued(self, value: SSAValue, by: SSAValue) -> bool:
        """Whether `by` takes over the variable of `value`."""
        variable = self.variable_of.get(value)
        return variable is not None and variable is self.variable_of.get(by)

    def _get(self, value: SSAValue) -> Variable:
        """The variable of `value`, a new one if it has none."""
        if value not in self.variable_of:
            self._add(value, Variable())
        return self.variable_of[value]

    def _add(self, value: SSAValue, variable: Variable) -> None:
        variable.values.append(value)
        self.variable_of[value] = variable

    def _share(self, before: SSAValue, after: SSAValue, op: Operation) -> None:
        """Lets `after` take over the variable of the operand `before` of `op`, if it may."""
        if after in self.variable_of:
            return
        if before in self.variable_of and before.has_one_use() and _get_block(before) is op.parent:
            self._add(after, self.variable_of[before])
        else:
            self._get(after)

    def _visit_loop(self, loop: scf.ForOp) -> None:
        arguments = loop.body.block.args[1:]
        for initial, argument, result in zip(loop.iter_args, arguments, loop.res, strict=True):
            self._share(initial, argument, loop)
            variable = self.variable_of[argument]
            if result not in self.variable_of:
                self._add(result, variable)
            for link in _find_chain(argument):
                if link not in self.variable_of:
                    self._add(link, variable)


def _is_accumulated(op: AccumulatingOperation) -> bool:
    """Whether the sum is used once, as the accumulator of an operation in the same block."""
    user = op.result.get_user_of_unique_use()
    return (
        isinstance(user, AccumulatingOperation)
        and user.acc is op.result
        and (user.parent is op.parent)
    )


def _get_block(value: SSAValue) -> Block | None:
    """The block in which a value is defined."""
    return value.block if isinstance(value, BlockArgument) else value.owner.parent_block()


def _find_chain(argument: BlockArgument) -> list[SSAValue]:
    """The values that lead from a carried argument to the value yielded in its place.

    Empty unless each is the only use of the one before, in the block of the loop, in its type.
    """
    chain: list[SSAValue] = []
    value: SSAValue = argument
    while (use := value.get_unique_use()) is not None:
        if use.operation.parent is not argument.block:
            return []
        if isinstance(use.operation, scf.YieldOp):
            return chain if use.index == argument.index - 1 else []
        successor = _get_successor(use)
        if successor is None or successor.type != argument.type:
            return []
        chain.append(value := successor)
    return []


def _get_successor(use: Use) -> OpResult | None:
    """The result that may take over the variable of an operand."""
    match op := use.operation:
        case scf.ForOp():
            return op.results[use.index - 3] if use.index >= 3 else None
        case LongAccumulatingOperation():
            return op.results[use.index - 2] if use.index >= 2 else None
        case _:
            return op.results[0] if is_pure_word_operation(op) else None
