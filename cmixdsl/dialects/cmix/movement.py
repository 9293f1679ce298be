"""Level 2 of the `cmix` dialect: layers that move elements and compute nothing."""

from collections.abc import Sequence

from xdsl.dialects.builtin import I32, I64, DenseArrayBase, IntegerAttr, i32, i64
from xdsl.ir import SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.contraction import verify_element, verify_shape
from cmixdsl.dialects.cmix.simple_layers import UnaryLayerOperation
from cmixdsl.dialects.cmix.types import PackedType, get_packed_type


def _verify_same_elements(input_type: PackedType, output_type: PackedType) -> None:
    if input_type.element_type != output_type.element_type:
        raise VerifyException(
            f"output must have the input's element type {input_type.element_type}, "
            f"found {output_type.element_type}"
        )


@irdl_op_definition
class ConcatOp(IRDLOperation):
    """Tensors behind each other along one axis.

    ```mlir
    func.func @concat(%a: !cmix.packed<2x2x3xui4>, %b: !cmix.packed<2x2x5xui4>)
        -> !cmix.packed<2x2x8xui4> {
      %y = cmix.concat %a, %b axis 2
          : !cmix.packed<2x2x3xui4>, !cmix.packed<2x2x5xui4> -> !cmix.packed<2x2x8xui4>
      return %y : !cmix.packed<2x2x8xui4>
    }
    ```

    Constraints:
    1. there is at least one input;
    2. axis is a dimension of the output;
    3. inputs have the output's shape but along the axis, where their sizes add up to its size;
    4. all have one element type.
    """

    name = "cmix.concat"

    inputs = var_operand_def(PackedType)
    axis = prop_def(IntegerAttr[I64])
    output = result_def(PackedType)

    traits = traits_def(Pure())

    assembly_format = "$inputs `axis` $axis attr-dict `:` type($inputs) `->` type($output)"

    def __init__(self, inputs: Sequence[SSAValue], *, axis: int):
        types = [get_packed_type(value) for value in inputs]
        shape = list(types[0].get_shape())
        shape[axis] = sum(type_.get_shape()[axis] for type_ in types)
        super().__init__(
            operands=[inputs],
            result_types=[PackedType(shape, types[0].element_type)],
            properties={"axis": IntegerAttr(axis, i64)},
        )

    @property
    def input_types(self) -> tuple[PackedType, ...]:
        """Types of the tensors read."""
        return tuple(get_packed_type(value) for value in self.inputs)

    @property
    def output_type(self) -> PackedType:
        """Type of the tensor written."""
        return get_packed_type(self.output)

    def verify_(self) -> None:
        if not self.inputs:
            raise VerifyException("expected at least one input")
        axis, shape = self.axis.value.data, self.output_type.get_shape()
        if not 0 <= axis < len(shape):
            raise VerifyException(f"axis must be in [0, {len(shape) - 1}], found {axis}")
        for position, type_ in enumerate(self.input_types):
            found = type_.get_shape()
            expected = (*shape[:axis], *found[axis : axis + 1], *shape[axis + 1 :])
            verify_shape(f"input {position}", found, expected)
            _verify_same_elements(type_, self.output_type)
        total = sum(type_.get_shape()[axis] for type_ in self.input_types)
        if total != shape[axis]:
            raise VerifyException(
                f"output must have size {total} along axis {axis}, found {shape[axis]}"
            )


@irdl_op_definition
class PadOp(UnaryLayerOperation):
    """A tensor with a border of one value.

    `low` and `high` say how many positions are put before and behind each dimension.

    ```mlir
    func.func @pad(%x: !cmix.packed<2x2x3xui4>) -> !cmix.packed<4x3x3xui4> {
      %y = cmix.pad %x low [1, 0, 0] high [1, 1, 0] value 8
          : !cmix.packed<2x2x3xui4> -> !cmix.packed<4x3x3xui4>
      return %y : !cmix.packed<4x3x3xui4>
    }
    ```

    Constraints:
    1. low and high have an entry of at least 0 for each dimension;
    2. the output is as much larger than the input, and has its element type;
    3. value is an element.
    """

    name = "cmix.pad"

    low = prop_def(DenseArrayBase.constr(i64))
    high = prop_def(DenseArrayBase.constr(i64))
    value = prop_def(IntegerAttr[I32])

    assembly_format = (
        "$input `low` $low `high` $high `value` $value attr-dict"
        " `:` type($input) `->` type($output)"
    )

    def __init__(self, input: SSAValue, *, low: Sequence[int], high: Sequence[int], value: int = 0):
        type_ = get_packed_type(input)
        sizes = zip(type_.get_shape(), low, high, strict=True)
        shape = [before + size + behind for size, before, behind in sizes]
        super().__init__(
            operands=[input],
            result_types=[PackedType(shape, type_.element_type)],
            properties={
                "low": DenseArrayBase.from_list(i64, list(low)),
                "high": DenseArrayBase.from_list(i64, list(high)),
                "value": IntegerAttr(value, i32),
            },
        )

    @property
    def widths(self) -> tuple[tuple[int, int], ...]:
        """Positions before and behind each dimension."""
        return tuple(zip(self.low.get_values(), self.high.get_values(), strict=True))

    def verify_(self) -> None:
        shape = self.input_type.get_shape()
        for what, values in (("low", self.low.get_values()), ("high", self.high.get_values())):
            if len(values) != len(shape) or any(value < 0 for value in values):
                raise VerifyException(
                    f"{what} must be {len(shape)} integers of at least 0, found {list(values)}"
                )
        sizes = [size + sum(width) for size, width in zip(shape, self.widths, strict=True)]
        verify_shape("output", self.output_type.get_shape(), sizes)
        _verify_same_elements(self.input_type, self.output_type)
        verify_element("pad value", self.value.value.data, self.input_type)


@irdl_op_definition
class TransposeOp(UnaryLayerOperation):
    """A tensor with its dimensions in another order.

    Dimension i of the output is dimension `permutation[i]` of the input, as in
    `numpy.transpose(input, permutation)`.

    ```mlir
    func.func @transpose(%x: !cmix.packed<2x4x3xui4>) -> !cmix.packed<3x2x4xui4> {
      %y = cmix.transpose %x permutation [2, 0, 1]
          : !cmix.packed<2x4x3xui4> -> !cmix.packed<3x2x4xui4>
      return %y : !cmix.packed<3x2x4xui4>
    }
    ```

    Constraints:
    1. permutation holds every dimension of the input once;
    2. the output has the input's dimensions in that order, and its element type.
    """

    name = "cmix.transpose"

    permutation = prop_def(DenseArrayBase.constr(i64))

    assembly_format = (
        "$input `permutation` $permutation attr-dict `:` type($input) `->` type($output)"
    )

    def __init__(self, input: SSAValue, *, permutation: Sequence[int]):
        type_ = get_packed_type(input)
        shape = [type_.get_shape()[dimension] for dimension in permutation]
        super().__init__(
            operands=[input],
            result_types=[PackedType(shape, type_.element_type)],
            properties={"permutation": DenseArrayBase.from_list(i64, list(permutation))},
        )

    def verify_(self) -> None:
        shape, permutation = self.input_type.get_shape(), self.permutation.get_values()
        if sorted(permutation) != list(range(len(shape))):
            raise VerifyException(
                f"permutation must hold each of 0 to {len(shape) - 1} once, "
                f"found {list(permutation)}"
            )
        expected = [shape[dimension] for dimension in permutation]
        verify_shape("output", self.output_type.get_shape(), expected)
        _verify_same_elements(self.input_type, self.output_type)
