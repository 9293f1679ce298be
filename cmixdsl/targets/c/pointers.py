"""Which pointers are `const` and which are `restrict`: analyses of a module, before printing."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from xdsl.dialects import func, memref
from xdsl.dialects.builtin import IntegerAttr, MemRefType
from xdsl.ir import BlockArgument, Operation, SSAValue
from xdsl.traits import ConstantLike

from cmixdsl.dialects.dsp import CopyWordsOp, LoadWordOp
from cmixdsl.model import is_private
from cmixdsl.targets.c.type_table import get_size_bytes

ALIASES = (memref.CastOp, memref.CollapseShapeOp, memref.ExpandShapeOp, memref.ViewOp)
"""Operations whose result points into their first operand."""


@dataclass
class ConstPointers:
    """Finds the memrefs that are only read: by loads, copies, views and calls that only read."""

    functions: dict[str, func.FuncOp]
    _known: dict[SSAValue, bool] = field(default_factory=dict[SSAValue, bool])

    def is_const(self, value: SSAValue) -> bool:
        """Whether nothing is written through `value`."""
        if value not in self._known:
            self._known[value] = all(
                self._only_reads(use.operation, use.index) for use in value.uses
            )
        return self._known[value]

    def _only_reads(self, user: Operation, operand_index: int) -> bool:
        match user:
            case memref.LoadOp() | LoadWordOp():
                return True
            case memref.CopyOp() | CopyWordsOp():
                return operand_index == 0
            case func.CallOp():
                callee = self.functions.get(user.callee.string_value())
                return callee is not None and self.is_const(callee.args[operand_index])
            case _:
                return isinstance(user, ALIASES) and self.is_const(user.results[0])


@dataclass(frozen=True)
class MemoryRange:
    """Bytes `start` to `end` (exclusive) of an object: a global, a local array or an argument."""

    root: SSAValue | str
    start: int
    end: int

    def overlaps(self, other: "MemoryRange") -> bool:
        """Whether the two have a byte in common."""
        return self.root == other.root and self.start < other.end and other.start < self.end


WHOLE = 1 << 62


def get_range(value: SSAValue) -> MemoryRange:
    """The bytes that a memref covers; the whole object where an offset is not constant."""
    owner = value.owner
    match owner:
        case memref.GetGlobalOp():
            size = get_size_bytes(value.type, owner)
            return MemoryRange(owner.name_.string_value(), 0, size)
        case memref.ViewOp():
            source = get_range(owner.source)
            offset = ConstantLike.get_constant_value(owner.byte_shift)
            if not isinstance(offset, IntegerAttr):
                return MemoryRange(source.root, 0, WHOLE)
            start = source.start + offset.value.data
            return MemoryRange(source.root, start, start + get_size_bytes(value.type, owner))
        case Operation() if isinstance(owner, ALIASES):
            return get_range(owner.operands[0])
        case _:
            return MemoryRange(value, 0, WHOLE)


@dataclass
class RestrictPointers:
    """Finds the memref arguments that nothing else in the function may refer to.

    Callers of public functions promise it. An argument of a private function is `restrict` when at
    every call what it refers to overlaps no other argument and no global that the function names,
    or when neither is written.
    """

    calls: dict[str, list[func.CallOp]]
    """The calls of each function."""
    const_pointers: ConstPointers
    _globals: dict[func.FuncOp, tuple[SSAValue, ...]] = field(
        default_factory=dict[func.FuncOp, tuple[SSAValue, ...]]
    )

    def is_restrict(self, argument: BlockArgument) -> bool:
        """Whether `argument` may be declared `restrict`."""
        function = get_function(argument)
        calls = self.calls.get(function.sym_name.data, [])
        return not is_private(function) or all(self._is_alone(argument, call) for call in calls)

    def _is_alone(self, argument: BlockArgument, call: func.CallOp) -> bool:
        passed = get_range(call.arguments[argument.index])
        if isinstance(passed.root, BlockArgument) and not self.is_restrict(passed.root):
            return False
        return not any(
            passed.overlaps(get_range(other))
            and not (self.const_pointers.is_const(argument) and is_const)
            for other, is_const in self._get_others(argument, call)
        )

    def _get_others(
        self, argument: BlockArgument, call: func.CallOp
    ) -> Iterable[tuple[SSAValue, bool]]:
        """What else the callee refers to, and whether it only reads it."""
        function = get_function(argument)
        for other, value in zip(function.args, call.arguments, strict=True):
            if other is not argument and isinstance(value.type, MemRefType):
                yield value, self.const_pointers.is_const(other)
        for named in self._get_globals(function):
            yield named, self.const_pointers.is_const(named)

    def _get_globals(self, function: func.FuncOp) -> tuple[SSAValue, ...]:
        """The references to globals in a function and in what it calls."""
        if function not in self._globals:
            self._globals[function] = tuple(self._find_globals(function))
        return self._globals[function]

    def _find_globals(self, function: func.FuncOp) -> Iterable[SSAValue]:
        for op in function.walk():
            if isinstance(op, memref.GetGlobalOp):
                yield op.memref
            elif isinstance(op, func.CallOp):
                yield from self._get_globals(
                    self.const_pointers.functions[op.callee.string_value()]
                )


def get_function(argument: BlockArgument) -> func.FuncOp:
    """The function that `argument` is an argument of."""
    function = argument.block.parent_op()
    assert isinstance(function, func.FuncOp)
    return function


def get_calls(functions: Iterable[func.FuncOp]) -> dict[str, list[func.CallOp]]:
    """The calls of each function that is called, by its name."""
    calls: dict[str, list[func.CallOp]] = {}
    for function in functions:
        for op in function.walk():
            if isinstance(op, func.CallOp):
                calls.setdefault(op.callee.string_value(), []).append(op)
    return calls
