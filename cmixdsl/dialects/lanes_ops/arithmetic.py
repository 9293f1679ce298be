"""Operations of the `lanes` dialect that compute with lanes."""

from collections.abc import Sequence

from xdsl.dialects.builtin import UnitAttr
from xdsl.ir import SSAValue
from xdsl.irdl import (
    BaseAttr,
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.lanes_ops.types import (
    AnyLanes,
    LaneRange,
    LanesType,
    LongType,
    WordType,
    build_ranged,
    get_lanes_type,
    get_product_ranges,
    get_sum_ranges,
    verify_result,
    verify_spacing,
)


@irdl_op_definition
class ZeroOp(IRDLOperation):
    """A word, or a pair of words, whose lanes are all 0, whatever they may become.

    It is not `Pure`: xDSL shares equal pure operations without comparing the types of results.

    ```mlir
    func.func @f() -> !lanes.word<2 at 8, max [18, 9]> {
      %x = lanes.zero : !lanes.word<2 at 8, max [18, 9]>
      return %x : !lanes.word<2 at 8, max [18, 9]>
    }
    ```
    """

    name = "lanes.zero"

    result = result_def(AnyLanes)
    assembly_format = "attr-dict `:` type($result)"

    def __init__(self, result_type: LanesType):
        super().__init__(result_types=[result_type])


@irdl_op_definition
class ConstantOp(IRDLOperation):
    """A word, or a pair of words, whose lanes are constant: its type says which.

    It is not `Pure`, for the same reason as `lanes.zero`.

    ```mlir
    func.func @f() -> !lanes.word<2 at 8, min 128, max 128> {
      %x = lanes.constant : !lanes.word<2 at 8, min 128, max 128>
      return %x : !lanes.word<2 at 8, min 128, max 128>
    }
    ```

    Constraint: the minimum of each lane is its maximum.
    """

    name = "lanes.constant"

    result = result_def(AnyLanes)
    assembly_format = "attr-dict `:` type($result)"

    def __init__(
        self,
        values: Sequence[int],
        spacing: int,
        result: type[LongType] | type[WordType] = WordType,
    ):
        super().__init__(result_types=[result(values, spacing, values)])

    @property
    def value(self) -> int:
        """The number that the register holds."""
        return get_lanes_type(self.result).value_range[0]

    def verify_(self) -> None:
        type_ = get_lanes_type(self.result)
        if type_.get_minima() != type_.get_maxima():
            raise VerifyException(
                f"{self.name}: the minimum of each lane must be its maximum, found {type_}"
            )


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

    A word may be added to a constant pair of words, when that never carries from the lower word
    to the higher one: then it is one instruction.

    Constraints:
    1. the result has the spacing of the operands and holds the sums of their ranges;
    2. both are words, or the second is a constant pair, as the result is, and the sum of its lower
       word and the first operand is in [0, 2^32).
    """

    name = "lanes.add"

    a = operand_def(BaseAttr(WordType))
    b = operand_def(AnyLanes)
    result = result_def(AnyLanes)
    traits = traits_def(Pure())
    assembly_format = "$a `,` $b attr-dict `:` type($a) `,` type($b) `->` type($result)"

    def __init__(self, a: SSAValue, b: SSAValue):
        types = get_lanes_type(a), get_lanes_type(b)
        ranges = get_sum_ranges(types[0].get_ranges(), types[1].get_ranges())
        result = build_ranged(type(types[1]), ranges, types[0].spacing.data)
        super().__init__(operands=[a, b], result_types=[result])

    def verify_(self) -> None:
        a, b = get_lanes_type(self.a), get_lanes_type(self.b)
        # 1
        verify_spacing(self, a, b)
        reached = get_sum_ranges(a.get_ranges(), b.get_ranges())
        verify_result(self, reached, a.spacing.data)
        # 2
        if type(b) is not type(self.result.type):
            raise VerifyException(
                f"{self.name}: the second operand and the result must both be words or both be "
                f"pairs of words, found {b} and {self.result.type}"
            )
        if isinstance(b, LongType) and not is_low_sum(a, self.b):
            raise VerifyException(
                f"{self.name}: a pair of words must be a lanes.constant whose lower word takes "
                f"{a} without a carry, found {b}"
            )


def is_low_sum(word: LanesType, pair: SSAValue) -> bool:
    """Whether a word and the lower word of a constant pair add up to a word, whatever it holds."""
    if not isinstance(pair.owner, ConstantOp):
        return False
    return fits_low(word, pair.owner.value)


def fits_low(word: LanesType, pair: int) -> bool:
    """Whether a word added to the lower 32 bits of a pair never carries or borrows."""
    low, high = (pair % (1 << WordType.BITS) + value for value in word.value_range)
    return 0 <= low <= high < 1 << WordType.BITS


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

    A result of one word has no lanes from bit 32 on. Weights may be negative, when an accumulator
    with offsets in its lanes keeps sums from it:

    ```mlir
    func.func @f(%a: !lanes.word<4 at 8, max 3>, %b: !lanes.word<3 at 8, min -2, max 1>) {
      %start = lanes.constant : !lanes.word<4 at 8, min 18, max 18>
      %p = lanes.mla %a, %b, %start : !lanes.word<4 at 8, max 3>,
          !lanes.word<3 at 8, min -2, max 1>, !lanes.word<4 at 8, min 18, max 18>
          -> !lanes.long<6 at 8, min [12, 6, 0, 0, -12, -6], max [21, 24, 27, 27, 6, 3]>
      return
    }
    ```

    Weights that are constant add up to less than any there might be. Whoever knows that says so:
    lanes of a `bounded` result are within its type, though operands' types allow more. As for a
    load, the interpreter checks it.

    ```mlir
    func.func @f(%a: !lanes.word<2 at 8, max 15>, %b: !lanes.word<1 at 8, max 3>,
                 %acc: !lanes.word<2 at 8, max 240>) {
      %p = lanes.mla %a, %b, %acc bounded : !lanes.word<2 at 8, max 15>,
          !lanes.word<1 at 8, max 3>, !lanes.word<2 at 8, max 240> -> !lanes.long<2 at 8, max 255>
      return
    }
    ```

    Constraints:
    1. all have the same spacing, and the result, a pair of words or a single one, holds what its
       lanes reach; a bounded result has as many lanes, none of which may be negative;
    2. where a word may be negative, the other is less than 2^31, and an accumulator of one word is
       not negative.
    """

    name = "lanes.mla"

    a = operand_def(BaseAttr(WordType))
    b = operand_def(BaseAttr(WordType))
    acc = operand_def(AnyLanes)
    bounded = opt_prop_def(UnitAttr)
    result = result_def(AnyLanes)
    traits = traits_def(Pure())
    assembly_format = (
        "$a `,` $b `,` $acc (`bounded` $bounded^)? attr-dict "
        "`:` type($a) `,` type($b) `,` type($acc) `->` type($result)"
    )

    def __init__(
        self,
        a: SSAValue,
        b: SSAValue,
        acc: SSAValue,
        result: type[LongType] | type[WordType] = LongType,
        bound: Sequence[int] | None = None,
    ):
        """Builds a product whose lanes are what operands allow, and not more than `bound`."""
        ranges = _get_mla_ranges(a, b, acc, result.BITS)
        within = ranges
        if bound is not None:
            within = _limit(ranges, bound)
        type_ = build_ranged(result, within, get_lanes_type(a).spacing.data)
        properties = {"bounded": UnitAttr()} if within != ranges else {}
        super().__init__(operands=[a, b, acc], result_types=[type_], properties=properties)

    @property
    def is_signed(self) -> bool:
        """Whether one of the words may be negative."""
        return any(get_lanes_type(value).is_signed for value in (self.a, self.b))

    def verify_(self) -> None:
        a, b, acc = (get_lanes_type(value) for value in (self.a, self.b, self.acc))
        # 1
        verify_spacing(self, a, b, acc)
        result = get_lanes_type(self.result)
        reached = _get_mla_ranges(self.a, self.b, self.acc, result.BITS)
        if self.bounded is not None:
            self._verify_bounded(reached, result)
            reached = _limit(reached, result.get_maxima())
        verify_result(self, reached, a.spacing.data)
        # 2
        for type_ in (a, b):
            if self.is_signed and type_.value_range[1] >= 1 << 31:
                raise VerifyException(
                    f"{self.name}: {type_} reaches {type_.value_range[1]}, but beside a word that "
                    f"may be negative at most {(1 << 31) - 1} can be multiplied"
                )
        if isinstance(acc, WordType) and acc.is_signed:
            raise VerifyException(
                f"{self.name}: an accumulator of one word must not be negative, found {acc}"
            )

    def _verify_bounded(self, reached: Sequence[LaneRange], result: LanesType) -> None:
        if len(reached) != result.lanes or any(low < 0 for low, _ in reached):
            raise VerifyException(
                f"{self.name}: a bounded result needs {len(reached)} lanes, none of which may be "
                f"negative, found {result}"
            )


def _limit(ranges: Sequence[LaneRange], maxima: Sequence[int]) -> list[LaneRange]:
    return [(low, min(high, most)) for (low, high), most in zip(ranges, maxima, strict=True)]


def _get_mla_ranges(a: SSAValue, b: SSAValue, acc: SSAValue, bits: int) -> list[LaneRange]:
    factors = (get_lanes_type(value).get_ranges() for value in (a, b))
    ranges = get_sum_ranges(get_product_ranges(*factors), get_lanes_type(acc).get_ranges())
    return ranges[: -(-bits // get_lanes_type(a).spacing.data)]
