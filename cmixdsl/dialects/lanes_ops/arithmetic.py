"""Operations of the `lanes` dialect that compute with lanes."""

from xdsl.ir import SSAValue
from xdsl.irdl import (
    BaseAttr,
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from cmixdsl.dialects.lanes_ops.types import (
    AnyLanes,
    LanesType,
    LongType,
    WordType,
    get_lanes_type,
    get_product_maxima,
    get_sum_maxima,
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

    A result of one word has no lanes from bit 32 on.

    Constraint: all have the same spacing, and the result, a pair of words or a single one, holds
    what its lanes reach.
    """

    name = "lanes.mla"

    a = operand_def(BaseAttr(WordType))
    b = operand_def(BaseAttr(WordType))
    acc = operand_def(AnyLanes)
    result = result_def(AnyLanes)
    traits = traits_def(Pure())
    assembly_format = (
        "$a `,` $b `,` $acc attr-dict `:` type($a) `,` type($b) `,` type($acc) `->` type($result)"
    )

    def __init__(
        self,
        a: SSAValue,
        b: SSAValue,
        acc: SSAValue,
        result: type[LongType] | type[WordType] = LongType,
    ):
        type_ = result(_get_mla_maxima(a, b, acc, result.BITS), get_lanes_type(a).spacing.data)
        super().__init__(operands=[a, b, acc], result_types=[type_])

    def verify_(self) -> None:
        a, b, acc = (get_lanes_type(value) for value in (self.a, self.b, self.acc))
        verify_spacing(self, a, b, acc)
        bits = get_lanes_type(self.result).BITS
        verify_result(self, _get_mla_maxima(self.a, self.b, self.acc, bits), a.spacing.data)


def _get_mla_maxima(a: SSAValue, b: SSAValue, acc: SSAValue, bits: int) -> list[int]:
    factors = (get_lanes_type(value).get_maxima() for value in (a, b))
    maxima = get_sum_maxima(get_product_maxima(*factors), get_lanes_type(acc).get_maxima())
    return maxima[: -(-bits // get_lanes_type(a).spacing.data)]
