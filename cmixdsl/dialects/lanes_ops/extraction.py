"""Operations of the `lanes` dialect between lanes and numbers, or lanes and fewer lanes."""

from collections.abc import Sequence

from xdsl.dialects.builtin import I64, DenseArrayBase, IntegerAttr, i32, i64
from xdsl.ir import SSAValue
from xdsl.irdl import (
    BaseAttr,
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.lanes_ops.types import (
    AnyLanes,
    LongType,
    WordType,
    build_ranged,
    get_lanes_type,
    verify_result,
    verify_separable,
)


@irdl_op_definition
class TakeOp(IRDLOperation):
    """Takes some lanes out of a word or a pair of words, two to 16 bits each, or one to 32.

    ```mlir
    func.func @f(%p: !lanes.long<6 at 8, max 27>) {
      %even = lanes.take %p [0, 2] : !lanes.long<6 at 8, max 27> -> !lanes.word<2 at 16, max 27>
      return
    }
    ```

    Constraints:
    1. one or two lanes are taken, and all exist;
    2. no lane up to the highest that is taken may be negative;
    3. the result has lanes 32 / (number of lanes) bits apart that hold the ranges taken.
    """

    name = "lanes.take"

    source = operand_def(AnyLanes)
    taken = prop_def(DenseArrayBase.constr(i64))
    result = result_def(BaseAttr(WordType))
    traits = traits_def(Pure())
    assembly_format = "$source $taken attr-dict `:` type($source) `->` type($result)"

    def __init__(self, source: SSAValue, taken: Sequence[int]):
        ranges = get_lanes_type(source).get_ranges()
        result = build_ranged(WordType, [ranges[lane] for lane in taken], 32 // len(taken))
        super().__init__(
            operands=[source],
            properties={"taken": DenseArrayBase.from_list(i64, taken)},
            result_types=[result],
        )

    def verify_(self) -> None:
        type_, taken = get_lanes_type(self.source), self.taken.get_values()
        # 1
        if len(taken) not in (1, 2) or any(not 0 <= lane < type_.lanes for lane in taken):
            raise VerifyException(
                f"{self.name}: expected one or two of {type_.lanes} lanes, found {list(taken)}"
            )
        # 2
        verify_separable(self, type_, max(taken) + 1)
        # 3
        ranges = type_.get_ranges()
        verify_result(self, [ranges[lane] for lane in taken], 32 // len(taken))


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
    2. no lane that is dropped may be negative;
    3. the result holds the ranges of the lanes left.
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
            result_types=[build_ranged(WordType, type_.get_ranges()[lanes:], type_.spacing.data)],
        )

    def verify_(self) -> None:
        type_ = get_lanes_type(self.source)
        # 1
        if not 0 < (lanes := self.lanes.value.data) < type_.lanes:
            raise VerifyException(
                f"{self.name}: expected to drop 1 to {type_.lanes - 1} lanes, found {lanes}"
            )
        # 2
        verify_separable(self, type_, lanes)
        # 3
        verify_result(self, type_.get_ranges()[lanes:], type_.spacing.data)


@irdl_op_definition
class GetOp(IRDLOperation):
    """Gives one lane as a number.

    ```mlir
    func.func @f(%p: !lanes.long<6 at 10, max 1017>) -> i32 {
      %sum = lanes.get %p [5] : !lanes.long<6 at 10, max 1017>
      return %sum : i32
    }
    ```

    Constraints:
    1. the lane exists;
    2. neither it nor a lane below may be negative;
    3. its maximum is less than 2^31.
    """

    name = "lanes.get"

    source = operand_def(AnyLanes)
    lane = prop_def(IntegerAttr[I64])
    result = result_def(i32)
    traits = traits_def(Pure())
    assembly_format = "$source `[` $lane `]` attr-dict `:` type($source)"

    def __init__(self, source: SSAValue, lane: int):
        super().__init__(
            operands=[source],
            properties={"lane": IntegerAttr(lane, i64)},
            result_types=[i32],
        )

    def verify_(self) -> None:
        type_, lane = get_lanes_type(self.source), self.lane.value.data
        maxima = type_.get_maxima()
        # 1
        if not 0 <= lane < len(maxima):
            raise VerifyException(f"{self.name}: expected one of {len(maxima)} lanes, found {lane}")
        # 2
        verify_separable(self, type_, lane + 1)
        # 3
        if maxima[lane] >= 1 << 31:
            raise VerifyException(
                f"{self.name}: lane {lane} reaches {maxima[lane]}, at most {(1 << 31) - 1} fits i32"
            )


@irdl_op_definition
class UnpackOp(IRDLOperation):
    """Unpacks some fields of a word of packed numbers into lanes.

    `lane i = bits [rotate + i * spacing, rotate + i * spacing + n) of the word`, counted around its
    end, for a maximum of 2^n - 1.

    ```mlir
    func.func @f(%word: i32) {
      %w = lanes.unpack %word ror 8 : !lanes.word<3 at 14, max [15, 0, 15]>
      return
    }
    ```

    Constraints:
    1. rotate is in [0, 31];
    2. maxima are one less than a power of two: what a mask leaves.
    """

    name = "lanes.unpack"

    word = operand_def(i32)
    rotate = prop_def(IntegerAttr[I64])
    result = result_def(BaseAttr(WordType))
    traits = traits_def(Pure())
    assembly_format = "$word `ror` $rotate attr-dict `:` type($result)"

    def __init__(self, word: SSAValue, rotate: int, result_type: WordType):
        super().__init__(
            operands=[word],
            properties={"rotate": IntegerAttr(rotate, i64)},
            result_types=[result_type],
        )

    @property
    def mask(self) -> int:
        """The bits of the rotated word that are lanes."""
        type_ = get_lanes_type(self.result)
        return sum(
            largest << lane * type_.spacing.data for lane, largest in enumerate(type_.get_maxima())
        )

    def verify_(self) -> None:
        # 1
        if not 0 <= (rotate := self.rotate.value.data) < WordType.BITS:
            raise VerifyException(f"{self.name}: rotate must be in [0, 31], found {rotate}")
        # 2
        for largest in get_lanes_type(self.result).get_maxima():
            if largest & (largest + 1):
                raise VerifyException(
                    f"{self.name}: maxima must be one less than a power of two, found {largest}"
                )
