"""Which values are printed inside the expression of their user: an analysis, before printing.

The rule. A value is folded when all of these hold:

1. it is the only result of an arithmetic or dsp operation, or of a load, and has one use;
2. its user stands in the same block, so nothing moves into a loop body or a branch from outside;
3. its user is not a loop bound, which C evaluates again in each iteration, nor a view, which is
   used under a name;
4. it does not live in a mutable variable, unless it is the operator-style middle of a chain that
   ends in an assignment to this variable;
5. if it reads memory: nothing between it and the statement that its text becomes part of writes
   memory, so the order of reads and writes is kept;
6. the statement stays readable: at most four operations besides the outermost, nested at most three
   deep, casts that print nothing not counted.

Constants, global names, reshapes, positions a constant apart, and conversions that print nothing of
a value that is not folded itself are spelled at every use. Other views and local arrays always have
names.
"""

from dataclasses import dataclass, field

from xdsl.dialects import arith, func, memref, scf
from xdsl.dialects.builtin import IndexType, IntegerType
from xdsl.ir import Block, Operation, SSAValue, Use
from xdsl.traits import ConstantLike
from xdsl.utils.hints import isa

from cmixdsl.dialects.cmix.buffers import ClearOp
from cmixdsl.dialects.dsp import CopyWordsOp, LoadWordOp, StoreWordOp
from cmixdsl.targets.c.elements import is_signed_byte
from cmixdsl.targets.c.liveness import Liveness
from cmixdsl.targets.c.pointers import ALIASES
from cmixdsl.targets.c.variables import Variables, is_pure_word_operation

MAX_OPERATIONS = 4
MAX_DEPTH = 3

LOADS = (memref.LoadOp, LoadWordOp)
WRITES = (memref.StoreOp, StoreWordOp, CopyWordsOp, memref.CopyOp, ClearOp, func.CallOp)
VALUES = (memref.AllocaOp, memref.GetGlobalOp, *ALIASES, *LOADS)
"""Operations that, like pure ones, may print as part of an expression."""

RESHAPES = (memref.CollapseShapeOp, memref.ExpandShapeOp)
"""Operations whose result is the pointer that they are given."""

OPERATOR_STYLE = (
    arith.AddiOp,
    arith.SubiOp,
    arith.MuliOp,
    arith.AndIOp,
    arith.OrIOp,
    arith.XOrIOp,
    arith.ShRSIOp,
    arith.ExtSIOp,
    arith.TruncIOp,
)


def is_silent_conversion(op: Operation) -> bool:
    """Whether C converts by itself, so that the operation prints as its operand."""
    match op:
        case arith.ExtUIOp():
            return _get_bits(op.input) <= 8 and _get_bits(op.result) <= 32
        case arith.ExtSIOp():
            is_signed = _get_bits(op.input) == 16 or is_signed_byte(op.input)
            return is_signed and _get_bits(op.result) == 32
        case arith.IndexCastOp():
            return _get_bits(op.input) == _get_bits(op.result) == 32
        case _:
            return False


def _get_bits(value: SSAValue) -> int:
    return value.type.bitwidth if isa(value.type, IntegerType) else 32


@dataclass
class Statement:
    """The statement that folded operations become part of, and how many there are so far."""

    op: Operation
    operations: int = 0


@dataclass
class Place:
    """Where a folded operation goes: its statement, and how deep it is nested there."""

    statement: Statement
    depth: int


@dataclass
class Folding:
    """The folded values of one function."""

    variables: Variables
    liveness: Liveness
    folded: set[SSAValue] = field(default_factory=set[SSAValue])
    _places: dict[Operation, Place] = field(default_factory=dict[Operation, Place])
    _epochs: dict[Operation, int] = field(default_factory=dict[Operation, int])
    """The number of writing operations before each operation of its block."""

    @staticmethod
    def find(function: func.FuncOp, variables: Variables, liveness: Liveness) -> "Folding":
        """Analyses a function; users are visited before what they use."""
        folding = Folding(variables, liveness)
        for block in _get_blocks(function):
            folding._count_writes(block)
        for op in reversed(list(function.walk())):
            folding._visit(op)
        return folding

    def _count_writes(self, block: Block) -> None:
        epoch = 0
        for op in block.ops:
            self._epochs[op] = epoch
            epoch += any(isinstance(inner, WRITES) for inner in op.walk())

    def _visit(self, op: Operation) -> None:
        self._places[op] = Place(Statement(op), 0)
        if not isinstance(op, VALUES) and not is_pure(op):
            return
        if op in self.liveness.operations and len(op.results) == 1 and self._may_fold(op):
            self._fold(op)

    def _may_fold(self, op: Operation) -> bool:
        """Conditions 1 to 4, and what is spelled at every use."""
        result = op.results[0]
        if op.has_trait(ConstantLike) or isinstance(op, memref.GetGlobalOp):
            return True
        if isinstance(op, RESHAPES):
            return True
        if is_silent_conversion(op) and self._is_stable(op.operands[0]):
            return True
        if is_constant_offset(op) and self._is_stable(op.operands[0]):
            return True
        use = result.get_unique_use()
        if use is None or use.operation.parent is not op.parent:
            return False
        user = use.operation
        if isinstance(op, (memref.AllocaOp, *ALIASES)) or isinstance(user, ALIASES):
            return False
        if isinstance(user, scf.ForOp) and use.index < 3:
            return False
        if isinstance(user, arith.ShRSIOp) and _get_bits(user.result) < 32:
            # GCC 12 warns of overflow in `(int8_t)(x | 0x80) >> 1`, where there is none.
            return False
        return self._is_free_of_variable(op, user)

    def _is_stable(self, value: SSAValue) -> bool:
        """Whether `value` has a name that means the same wherever it may be used."""
        if value in self.variables.variable_of:
            return False
        return not isinstance(value.owner, Operation) or not value.has_one_use()

    def _is_free_of_variable(self, op: Operation, user: Operation) -> bool:
        result = op.results[0]
        if result not in self.variables.variable_of:
            return True
        continues = len(user.results) == 1 and self.variables.is_continued(result, user.results[0])
        return continues and isinstance(op, OPERATOR_STYLE) and is_pure_word_operation(user)

    def _fold(self, op: Operation) -> None:
        """Conditions 5 and 6."""
        result = op.results[0]
        weight = 0 if _is_weightless(op) else 1
        use = result.get_unique_use()
        if use is None or use.operation.parent is not op.parent:
            self.folded.add(result)
            return
        place = self._places[use.operation]
        statement = place.statement
        if isinstance(op, LOADS) and self._epochs[op] != self._epochs[statement.op]:
            return
        depth = place.depth + weight
        if weight and (statement.operations >= MAX_OPERATIONS or depth > MAX_DEPTH):
            return
        statement.operations += weight
        self._places[op] = Place(statement, depth)
        self.folded.add(result)


def is_constant_offset(op: Operation) -> bool:
    """Whether `op` adds a constant to an index, for nothing but positions in memory.

    Spelled in every position, it lets a C compiler see that they differ by constants only, and keep
    one address for all of them.
    """
    return (
        isinstance(op, arith.AddiOp)
        and isinstance(op.result.type, IndexType)
        and isinstance(op.rhs.owner, arith.ConstantOp)
        and all(_is_position(use) for use in op.result.uses)
    )


def _is_position(use: Use) -> bool:
    """Whether a use is as an index of a load or a store."""
    op = use.operation
    if isinstance(op, (memref.LoadOp, memref.StoreOp, LoadWordOp, StoreWordOp)):
        return any(index is op.operands[use.index] for index in op.indices)
    return False


def is_pure(op: Operation) -> bool:
    """Whether `op` computes scalars from scalars."""
    in_memory = isinstance(op, (LoadWordOp, StoreWordOp, CopyWordsOp))
    return op.dialect_name() in ("arith", "dsp") and not in_memory


def _is_weightless(op: Operation) -> bool:
    return (
        op.has_trait(ConstantLike)
        or isinstance(op, (memref.GetGlobalOp, *ALIASES))
        or is_silent_conversion(op)
    )


def _get_blocks(function: func.FuncOp) -> list[Block]:
    """All blocks of a function."""
    return [block for op in function.walk() for region in op.regions for block in region.blocks]
