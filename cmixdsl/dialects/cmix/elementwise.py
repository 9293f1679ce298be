"""Level 2 of the `cmix` dialect: products of two tensors, and functions of one element."""

from collections.abc import Sequence

from xdsl.dialects.builtin import DenseArrayBase, IntegerAttr, IntegerType, i16, i32
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.accumulator import AccumulatorBounds, build_equal_bounds
from cmixdsl.dialects.cmix.contraction import verify_shape
from cmixdsl.dialects.cmix.integer_text import build_int_array
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.simple_layers import BinaryLayerOperation, UnaryLayerOperation
from cmixdsl.dialects.cmix.types import PackedType


@irdl_op_definition
class MulOp(BinaryLayerOperation):
    """Elementwise product.

    `out = requant((lhs - lhs_zero) * (rhs - rhs_zero))`, as TensorFlow Lite's MUL with
    `#cmix.fixed_point`.

    ```mlir
    func.func @mul(%a: !cmix.packed<2x2x3xui4>, %b: !cmix.packed<3xsi8>)
        -> !cmix.packed<2x2x3xui4> {
      %y = cmix.mul %a, %b lhs_zero 8
          requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8>
          : !cmix.packed<2x2x3xui4>, !cmix.packed<3xsi8> -> !cmix.packed<2x2x3xui4>
      return %y : !cmix.packed<2x2x3xui4>
    }
    ```

    Constraints are those of BinaryLayerOperation.
    """

    name = "cmix.mul"

    assembly_format = (
        "$lhs `,` $rhs (`lhs_zero` $lhs_zero^)? (`rhs_zero` $rhs_zero^)?"
        " `requant` $requant attr-dict `:` type($lhs) `,` type($rhs) `->` type($output)"
    )

    def __init__(
        self,
        lhs: SSAValue,
        rhs: SSAValue,
        output_type: PackedType,
        *,
        requant: RequantizationAttr,
        zeros: tuple[int, int] = (0, 0),
    ):
        super().__init__(
            operands=[lhs, rhs],
            result_types=[output_type],
            properties={
                "lhs_zero": IntegerAttr(zeros[0], i32),
                "rhs_zero": IntegerAttr(zeros[1], i32),
                "requant": requant,
            },
        )

    def get_accumulator_bounds(self) -> AccumulatorBounds:
        left, right = (
            [end - zero for end in type_.element_range]
            for type_, zero in zip(self.operand_types, self.zeros, strict=True)
        )
        products = [a * b for a in left for b in right]
        return build_equal_bounds(min(products), max(products), self.requant.channels)


@irdl_op_definition
class LookupOp(UnaryLayerOperation):
    """Any function of one element, as a table of its values.

    `out = table[in - low]`, low being the smallest element of the input's type: entries stand in
    the order of the elements. Requantization from one type to another is one such function, and so
    are clamp, sigmoid and tanh.

    ```mlir
    func.func @relu(%x: !cmix.packed<2x2x3xsi2>) -> !cmix.packed<2x2x3xui4> {
      %y = cmix.lookup %x table [0, 0, 0, 5]
          : !cmix.packed<2x2x3xsi2> -> !cmix.packed<2x2x3xui4>
      return %y : !cmix.packed<2x2x3xui4>
    }
    ```

    Constraints:
    1. input and output have one shape;
    2. the table has an entry for every element that the input's type has;
    3. entries are elements of the output's type.
    """

    name = "cmix.lookup"

    table = prop_def(DenseArrayBase.constr(i16))

    assembly_format = "$input `table` $table attr-dict `:` type($input) `->` type($output)"

    def __init__(
        self,
        input: SSAValue,
        output_type: PackedType,
        *,
        table: Sequence[int] | DenseArrayBase[IntegerType],
    ):
        super().__init__(
            operands=[input],
            result_types=[output_type],
            properties={"table": build_int_array(table, i16)},
        )

    def verify_(self) -> None:
        verify_shape("output", self.output_type.get_shape(), self.input_type.get_shape())
        entries, expected = self.table.get_values(), 1 << self.input_type.bits
        if len(entries) != expected:
            raise VerifyException(
                f"table must have {expected} entries for {self.input_type.element_type}, "
                f"found {len(entries)}"
            )
        low, high = self.output_type.element_range
        for position, entry in enumerate(entries):
            if not low <= entry <= high:
                raise VerifyException(
                    f"entry {position} of the table must be in [{low}, {high}], the range of "
                    f"{self.output_type.element_type}, found {entry}"
                )
