"""
The `lanes` dialect: words that hold several small numbers, with a proof that none overflows.

Above it lie blocks of packed tensors, below it `dsp`, whose words are plain `i32`. A type says how
many lanes a word has, how far apart they are and how large each may be; an operation is legal only
if the lanes of its result hold what the lanes of its operands can produce. Overflow is thus
impossible in a module that verifies, whoever wrote it. What memory holds is the one assumption:
`lanes.load` states it, and executing the module checks it.

```mlir
%x = lanes.load %xs[%q, %k] : memref<4x8xi32> -> !lanes.word<4 at 8, max 3>
%w = lanes.load %ws[%k] : memref<8xi32> -> !lanes.word<3 at 8, max 3>
%p = lanes.mla %x, %w, %carry : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max 3>,
    !lanes.word<2 at 8, max [18, 9]> -> !lanes.long<6 at 8, max [27, 27, 27, 27, 18, 9]>
%even = lanes.take %p [0, 2] : !lanes.long<6 at 8, max [27, 27, 27, 27, 18, 9]>
    -> !lanes.word<2 at 16, max 27>
%next = lanes.drop %p by 4 : !lanes.long<6 at 8, max [27, 27, 27, 27, 18, 9]>
    -> !lanes.word<2 at 8, max [18, 9]>
```
"""

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar, cast

from xdsl.dialects.builtin import (
    I64,
    ArrayAttr,
    DenseArrayBase,
    IndexType,
    IntAttr,
    IntegerAttr,
    MemRefType,
    i16,
    i32,
    i64,
)
from xdsl.ir import Attribute, Dialect, Operation, ParametrizedAttribute, SSAValue, TypeAttribute
from xdsl.irdl import (
    BaseAttr,
    IRDLOperation,
    irdl_attr_definition,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect, Pure
from xdsl.utils.exceptions import VerifyException

# region Types


class LanesType(ParametrizedAttribute, TypeAttribute, ABC):
    """Unsigned numbers at equal distances in a register.

    Constraints:
    1. there is at least one lane, and lanes are at least one bit apart;
    2. each lane's maximum is less than 2^spacing;
    3. lanes and their maxima fit the register.
    """

    BITS: ClassVar[int]
    """Bits of the register."""

    maxima: ArrayAttr[IntAttr]
    spacing: IntAttr

    def __init__(self, maxima: Sequence[int], spacing: int):
        super().__init__(ArrayAttr(IntAttr(largest) for largest in maxima), IntAttr(spacing))

    def get_maxima(self) -> tuple[int, ...]:
        """The largest value of each lane, lowest lane first."""
        return tuple(largest.data for largest in self.maxima)

    @property
    def lanes(self) -> int:
        """Number of lanes."""
        return len(self.maxima)

    def verify(self) -> None:
        spacing, maxima = self.spacing.data, self.get_maxima()
        # 1
        if not maxima or spacing < 1:
            raise VerifyException(
                f"lanes: expected at least one lane and a spacing of at least 1, "
                f"found {len(maxima)} at {spacing}"
            )
        for lane, largest in enumerate(maxima):
            # 2
            if not 0 <= largest < 1 << spacing:
                raise VerifyException(
                    f"lanes: the maximum of lane {lane} must be in [0, {(1 << spacing) - 1}], "
                    f"as lanes are {spacing} bits apart, found {largest}"
                )
            # 3
            if lane * spacing + largest.bit_length() > self.BITS:
                raise VerifyException(
                    f"lanes: lane {lane} at bit {lane * spacing} with a maximum of {largest} "
                    f"does not fit {self.BITS} bits"
                )

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            count = parser.parse_integer()
            parser.parse_keyword("at")
            spacing = parser.parse_integer()
            parser.parse_punctuation(",")
            parser.parse_keyword("max")
            maxima = parser.parse_optional_comma_separated_list(
                parser.Delimiter.SQUARE, parser.parse_integer
            )
            if maxima is None:
                maxima = [parser.parse_integer()] * count
            if len(maxima) != count:
                parser.raise_error(f"expected {count} maxima or one, found {len(maxima)}")
            return (ArrayAttr(IntAttr(largest) for largest in maxima), IntAttr(spacing))

    def print_parameters(self, printer: Printer) -> None:
        maxima = self.get_maxima()
        is_uniform = len(set(maxima)) == 1
        largest = str(maxima[0]) if is_uniform else str(list(maxima))
        with printer.in_angle_brackets():
            printer.print_string(f"{len(maxima)} at {self.spacing.data}, max {largest}")


@irdl_attr_definition
class WordType(LanesType):
    """Lanes in a 32-bit word: `!lanes.word<4 at 8, max 3>`."""

    name = "lanes.word"
    BITS: ClassVar[int] = 32

    def __init__(self, maxima: Sequence[int], spacing: int):
        super().__init__(maxima, spacing)


@irdl_attr_definition
class LongType(LanesType):
    """Lanes in a pair of words, as a multiplication leaves them: `!lanes.long<6 at 8, max 27>`."""

    name = "lanes.long"
    BITS: ClassVar[int] = 64

    def __init__(self, maxima: Sequence[int], spacing: int):
        super().__init__(maxima, spacing)


AnyLanes = BaseAttr(WordType) | BaseAttr(LongType)


def get_lanes_type(value: SSAValue) -> LanesType:
    """The type of a value that an operation's definition says to be lanes."""
    assert isinstance(value.type, LanesType)
    return value.type


def get_product_maxima(a: Sequence[int], b: Sequence[int]) -> list[int]:
    """Maxima of the lanes of a product: the coefficients of the product of two polynomials."""
    maxima = [0] * (len(a) + len(b) - 1)
    for i, left in enumerate(a):
        for j, right in enumerate(b):
            maxima[i + j] += left * right
    return maxima


def get_sum_maxima(a: Sequence[int], b: Sequence[int]) -> list[int]:
    """Maxima of the lanes of a sum of words with possibly different numbers of lanes."""
    size = max(len(a), len(b))
    padded = [[*maxima, *[0] * (size - len(maxima))] for maxima in (a, b)]
    return [left + right for left, right in zip(*padded, strict=True)]


def verify_result(op: Operation, reached: Sequence[int], spacing: int) -> None:
    """Raises VerifyException unless the type of the result holds lanes that reach these values."""
    type_ = get_lanes_type(op.results[0])
    if type_.spacing.data != spacing:
        raise VerifyException(
            f"{op.name}: expected a result with lanes {spacing} apart, found {type_}"
        )
    maxima = type_.get_maxima()
    if len(maxima) != len(reached) or any(
        largest < value for largest, value in zip(maxima, reached, strict=True)
    ):
        raise VerifyException(
            f"{op.name}: the lanes of the result reach {list(reached)}, found {type_}"
        )


# endregion
# region Memory


class LanesAccessOperation(IRDLOperation, ABC):
    """Moves lanes between a register and memory.

    Constraints:
    1. the elements of the memref are i32, or i16 of which a word takes two;
    2. there is an index for each dimension.
    """

    memref = operand_def(MemRefType)
    indices = var_operand_def(IndexType)

    def verify_(self) -> None:
        memref_type = cast(MemRefType, self.memref.type)
        # 1
        if memref_type.element_type not in (i16, i32):
            raise VerifyException(f"{self.name}: elements must be i16 or i32, found {memref_type}")
        # 2
        if len(self.indices) != (rank := memref_type.get_num_dims()):
            raise VerifyException(
                f"{self.name}: {memref_type} takes {rank} indices, found {len(self.indices)}"
            )


@irdl_op_definition
class LoadOp(LanesAccessOperation):
    """Reads a word, whose lanes are assumed to be within their maxima.

    ```mlir
    func.func @f(%m: memref<4x8xi32>, %i: index, %j: index) {
      %x = lanes.load %m[%i, %j] : memref<4x8xi32> -> !lanes.word<4 at 8, max 3>
      return
    }
    ```
    """

    name = "lanes.load"

    result = result_def(BaseAttr(WordType))
    traits = traits_def(MemoryReadEffect())
    assembly_format = "$memref `[` $indices `]` attr-dict `:` type($memref) `->` type($result)"

    def __init__(self, memref: SSAValue, indices: Sequence[SSAValue], result_type: WordType):
        super().__init__(operands=[memref, indices], result_types=[result_type])


@irdl_op_definition
class StoreOp(LanesAccessOperation):
    """Writes a word.

    ```mlir
    func.func @f(%x: !lanes.word<2 at 16, max 648>, %m: memref<20xi16>, %i: index) {
      lanes.store %x, %m[%i] : !lanes.word<2 at 16, max 648>, memref<20xi16>
      return
    }
    ```
    """

    name = "lanes.store"

    value = operand_def(BaseAttr(WordType))
    traits = traits_def(MemoryWriteEffect())
    assembly_format = (
        "$value `,` $memref `[` $indices `]` attr-dict `:` type($value) `,` type($memref)"
    )

    def __init__(self, value: SSAValue, memref: SSAValue, indices: Sequence[SSAValue]):
        super().__init__(operands=[value, memref, indices])


# endregion
# region Arithmetic


@irdl_op_definition
class ZeroOp(IRDLOperation):
    """A word whose lanes are all 0, whatever they may become.

    It is not `Pure`: xDSL shares equal pure operations without comparing the types of results.

    ```mlir
    func.func @f() -> !lanes.word<2 at 8, max [18, 9]> {
      %x = lanes.zero : !lanes.word<2 at 8, max [18, 9]>
      return %x : !lanes.word<2 at 8, max [18, 9]>
    }
    ```
    """

    name = "lanes.zero"

    result = result_def(BaseAttr(WordType))
    assembly_format = "attr-dict `:` type($result)"

    def __init__(self, result_type: WordType):
        super().__init__(result_types=[result_type])


@irdl_op_definition
class AddOp(IRDLOperation):
    """Adds lane by lane.

    ```mlir
    func.func @f(%a: !lanes.word<2 at 16, max 5>, %b: !lanes.word<2 at 16, max 7>) {
      %c = lanes.add %a, %b : !lanes.word<2 at 16, max 5>, !lanes.word<2 at 16, max 7>
          -> !lanes.word<2 at 16, max 12>
      return
    }
    ```

    Constraint: the result has the spacing of the operands and holds the sums of their maxima.
    """

    name = "lanes.add"

    a = operand_def(BaseAttr(WordType))
    b = operand_def(BaseAttr(WordType))
    result = result_def(BaseAttr(WordType))
    traits = traits_def(Pure())
    assembly_format = "$a `,` $b attr-dict `:` type($a) `,` type($b) `->` type($result)"

    def __init__(self, a: SSAValue, b: SSAValue):
        types = get_lanes_type(a), get_lanes_type(b)
        maxima = get_sum_maxima(types[0].get_maxima(), types[1].get_maxima())
        super().__init__(operands=[a, b], result_types=[WordType(maxima, types[0].spacing.data)])

    def verify_(self) -> None:
        a, b = get_lanes_type(self.a), get_lanes_type(self.b)
        verify_spacing(self, a, b)
        reached = get_sum_maxima(a.get_maxima(), b.get_maxima())
        verify_result(self, reached, a.spacing.data)


@irdl_op_definition
class MlaOp(IRDLOperation):
    """Multiplies two words as polynomials and adds the product to an accumulator.

    `lane L of the result = acc_L + sum over i + j = L of a_i * b_j`

    ```mlir
    func.func @f(%a: !lanes.word<2 at 15, max 255>, %b: !lanes.word<2 at 15, max 3>,
                 %acc: !lanes.word<1 at 15, max 765>) {
      %p = lanes.mla %a, %b, %acc : !lanes.word<2 at 15, max 255>, !lanes.word<2 at 15, max 3>,
          !lanes.word<1 at 15, max 765> -> !lanes.long<3 at 15, max [1530, 1530, 765]>
      return
    }
    ```

    Constraint: all have the same spacing, and the result holds what its lanes reach.
    """

    name = "lanes.mla"

    a = operand_def(BaseAttr(WordType))
    b = operand_def(BaseAttr(WordType))
    acc = operand_def(AnyLanes)
    result = result_def(BaseAttr(LongType))
    traits = traits_def(Pure())
    assembly_format = (
        "$a `,` $b `,` $acc attr-dict `:` type($a) `,` type($b) `,` type($acc) `->` type($result)"
    )

    def __init__(self, a: SSAValue, b: SSAValue, acc: SSAValue):
        spacing = get_lanes_type(a).spacing.data
        super().__init__(
            operands=[a, b, acc], result_types=[LongType(_get_mla_maxima(a, b, acc), spacing)]
        )

    def verify_(self) -> None:
        a, b, acc = (get_lanes_type(value) for value in (self.a, self.b, self.acc))
        verify_spacing(self, a, b, acc)
        verify_result(self, _get_mla_maxima(self.a, self.b, self.acc), a.spacing.data)


def _get_mla_maxima(a: SSAValue, b: SSAValue, acc: SSAValue) -> list[int]:
    factors = (get_lanes_type(value).get_maxima() for value in (a, b))
    return get_sum_maxima(get_product_maxima(*factors), get_lanes_type(acc).get_maxima())


def verify_spacing(op: Operation, *types: LanesType) -> None:
    """Raises VerifyException unless the lanes of all types are equally far apart."""
    if len({type_.spacing for type_ in types}) != 1:
        raise VerifyException(
            f"{op.name}: lanes of all operands must be equally far apart, "
            f"found {', '.join(map(str, types))}"
        )


# endregion
# region Extraction


@irdl_op_definition
class TakeOp(IRDLOperation):
    """Takes some lanes out of a pair of words, two to 16 bits each, or one to 32.

    ```mlir
    func.func @f(%p: !lanes.long<6 at 8, max 27>) {
      %even = lanes.take %p [0, 2] : !lanes.long<6 at 8, max 27> -> !lanes.word<2 at 16, max 27>
      return
    }
    ```

    Constraints:
    1. one or two lanes are taken, and all exist;
    2. the result has lanes 32 / (number of lanes) bits apart that hold the maxima taken.
    """

    name = "lanes.take"

    source = operand_def(BaseAttr(LongType))
    taken = prop_def(DenseArrayBase.constr(i64))
    result = result_def(BaseAttr(WordType))
    traits = traits_def(Pure())
    assembly_format = "$source $taken attr-dict `:` type($source) `->` type($result)"

    def __init__(self, source: SSAValue, taken: Sequence[int]):
        maxima = get_lanes_type(source).get_maxima()
        super().__init__(
            operands=[source],
            properties={"taken": DenseArrayBase.from_list(i64, taken)},
            result_types=[WordType([maxima[lane] for lane in taken], 32 // len(taken))],
        )

    def verify_(self) -> None:
        maxima, taken = get_lanes_type(self.source).get_maxima(), self.taken.get_values()
        # 1
        if len(taken) not in (1, 2) or any(not 0 <= lane < len(maxima) for lane in taken):
            raise VerifyException(
                f"{self.name}: expected one or two of {len(maxima)} lanes, found {list(taken)}"
            )
        # 2
        verify_result(self, [maxima[lane] for lane in taken], 32 // len(taken))


@irdl_op_definition
class DropOp(IRDLOperation):
    """Shifts the lowest lanes out of a pair of words; the others must fit one word.

    ```mlir
    func.func @f(%p: !lanes.long<6 at 8, max 27>) {
      %rest = lanes.drop %p by 4 : !lanes.long<6 at 8, max 27> -> !lanes.word<2 at 8, max 27>
      return
    }
    ```

    Constraints:
    1. at least one lane is dropped and one left;
    2. the result holds the maxima of the lanes left.
    """

    name = "lanes.drop"

    source = operand_def(BaseAttr(LongType))
    lanes = prop_def(IntegerAttr[I64])
    result = result_def(BaseAttr(WordType))
    traits = traits_def(Pure())
    assembly_format = "$source `by` $lanes attr-dict `:` type($source) `->` type($result)"

    def __init__(self, source: SSAValue, lanes: int):
        type_ = get_lanes_type(source)
        super().__init__(
            operands=[source],
            properties={"lanes": IntegerAttr(lanes, i64)},
            result_types=[WordType(type_.get_maxima()[lanes:], type_.spacing.data)],
        )

    def verify_(self) -> None:
        type_ = get_lanes_type(self.source)
        # 1
        if not 0 < (lanes := self.lanes.value.data) < type_.lanes:
            raise VerifyException(
                f"{self.name}: expected to drop 1 to {type_.lanes - 1} lanes, found {lanes}"
            )
        # 2
        verify_result(self, type_.get_maxima()[lanes:], type_.spacing.data)


# endregion

Lanes = Dialect(
    "lanes",
    [AddOp, DropOp, LoadOp, MlaOp, StoreOp, TakeOp, ZeroOp],
    [LongType, WordType],
)
