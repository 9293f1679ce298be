"""Level 2 of the `cmix` dialect: layers without weights."""

from abc import ABC
from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import I32, DenseArrayBase, IntegerAttr, i32, i64
from xdsl.ir import SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.accumulator import AccumulatorBounds
from cmixdsl.dialects.cmix.contraction import (
    NO_PADDING,
    UNIT_STRIDES,
    ZERO,
    verify_element,
    verify_rank,
    verify_shape,
)
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.types import PackedType, get_packed_type
from cmixdsl.dialects.cmix.window import Window

ONE = IntegerAttr(1, i32)


class UnaryLayerOperation(IRDLOperation, ABC):
    """A layer that reads one packed tensor and writes one."""

    input = operand_def(PackedType)
    output = result_def(PackedType)

    traits = traits_def(Pure())

    @property
    def input_type(self) -> PackedType:
        """Type of the tensor read."""
        return get_packed_type(self.input)

    @property
    def output_type(self) -> PackedType:
        """Type of the tensor written."""
        return get_packed_type(self.output)


class Pool2dOperation(UnaryLayerOperation, ABC):
    """What poolings over a sliding window share; padded positions take no part.

    Constraints:
    1. input is HWC;
    2. output has the window's output size, the input's channels and element type.
    """

    kernel = prop_def(DenseArrayBase.constr(i64))
    strides = prop_def(DenseArrayBase.constr(i64), default_value=UNIT_STRIDES)
    padding = prop_def(DenseArrayBase.constr(i64), default_value=NO_PADDING)
    """Top, bottom, left, right."""

    assembly_format = (
        "$input `kernel` $kernel (`strides` $strides^)? (`padding` $padding^)? attr-dict"
        " `:` type($input) `->` type($output)"
    )

    def __init__(self, input: SSAValue, output_type: PackedType, *, window: Window):
        super().__init__(
            operands=[input],
            result_types=[output_type],
            properties={
                "kernel": DenseArrayBase.from_list(i64, window.kernel),
                "strides": DenseArrayBase.from_list(i64, window.strides),
                "padding": DenseArrayBase.from_list(i64, window.padding),
            },
        )

    @property
    def window(self) -> Window:
        """The sliding window."""
        return Window.get(
            self.kernel.get_values(), self.strides.get_values(), self.padding.get_values()
        )

    def verify_(self) -> None:
        verify_rank("input", self.input_type, 3, "height, width, channels")
        height, width, channels = self.input_type.get_shape()
        size = self.window.get_output_size(height, width)
        verify_shape("output", self.output_type.get_shape(), (*size, channels))
        if self.input_type.element_type != self.output_type.element_type:
            raise VerifyException(
                f"output must have the input's element type {self.input_type.element_type}, "
                f"found {self.output_type.element_type}"
            )


@irdl_op_definition
class MaxPool2dOp(Pool2dOperation):
    """Maximum over a sliding window of an HWC tensor.

    `out[y, x, c] = max over i, j of in[y*sy + i - top, x*sx + j - left, c]`.

    ```mlir
    func.func @pool(%x: !cmix.packed<4x4x3xui4>) -> !cmix.packed<2x2x3xui4> {
      %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2]
          : !cmix.packed<4x4x3xui4> -> !cmix.packed<2x2x3xui4>
      return %y : !cmix.packed<2x2x3xui4>
    }
    ```
    """

    name = "cmix.max_pool2d"


@irdl_op_definition
class AvgPool2dOp(Pool2dOperation):
    """Average over a sliding window of an HWC tensor, half rounded away from zero.

    `out[y, x, c] = round(sum over i, j of in[y*sy + i - top, x*sx + j - left, c] / n)`, n being the
    number of positions inside the input, as TensorFlow Lite's AVERAGE_POOL_2D rounds.

    ```mlir
    func.func @pool(%x: !cmix.packed<4x4x3xsi8>) -> !cmix.packed<1x1x3xsi8> {
      %y = cmix.avg_pool2d %x kernel [4, 4] : !cmix.packed<4x4x3xsi8> -> !cmix.packed<1x1x3xsi8>
      return %y : !cmix.packed<1x1x3xsi8>
    }
    ```
    """

    name = "cmix.avg_pool2d"


@irdl_op_definition
class AddOp(IRDLOperation):
    """Elementwise sum of two tensors of different scales.

    `out = requant(lhs_multiplier * (lhs - lhs_zero) + rhs_multiplier * (rhs - rhs_zero))`.

    ```mlir
    func.func @add(%a: !cmix.packed<2x2x3xui4>, %b: !cmix.packed<2x2x3xui8>)
        -> !cmix.packed<2x2x3xui4> {
      %y = cmix.add %a, %b lhs_zero 8 lhs_multiplier 300 rhs_multiplier 17
          requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8>
          : !cmix.packed<2x2x3xui4>, !cmix.packed<2x2x3xui8> -> !cmix.packed<2x2x3xui4>
      return %y : !cmix.packed<2x2x3xui4>
    }
    ```

    Constraints:
    1. both inputs and the output have one shape;
    2. zero points are elements of their tensor's type;
    3. the requantization has one set of parameters and fits the output's range;
    4. neither the accumulator nor its left shift can overflow 32 bits.
    """

    name = "cmix.add"

    lhs = operand_def(PackedType)
    rhs = operand_def(PackedType)
    output = result_def(PackedType)

    lhs_zero = prop_def(IntegerAttr[I32], default_value=ZERO)
    rhs_zero = prop_def(IntegerAttr[I32], default_value=ZERO)
    lhs_multiplier = prop_def(IntegerAttr[I32], default_value=ONE)
    rhs_multiplier = prop_def(IntegerAttr[I32], default_value=ONE)
    requant = prop_def(RequantizationAttr)

    traits = traits_def(Pure())

    assembly_format = (
        "$lhs `,` $rhs (`lhs_zero` $lhs_zero^)? (`rhs_zero` $rhs_zero^)?"
        " (`lhs_multiplier` $lhs_multiplier^)? (`rhs_multiplier` $rhs_multiplier^)?"
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
        multipliers: tuple[int, int] = (1, 1),
    ):
        super().__init__(
            operands=[lhs, rhs],
            result_types=[output_type],
            properties={
                "lhs_zero": IntegerAttr(zeros[0], i32),
                "rhs_zero": IntegerAttr(zeros[1], i32),
                "lhs_multiplier": IntegerAttr(multipliers[0], i32),
                "rhs_multiplier": IntegerAttr(multipliers[1], i32),
                "requant": requant,
            },
        )

    @property
    def terms(self) -> tuple[tuple[PackedType, int, int], ...]:
        """Type, zero point and multiplier of either input."""
        return (
            (get_packed_type(self.lhs), self.lhs_zero.value.data, self.lhs_multiplier.value.data),
            (get_packed_type(self.rhs), self.rhs_zero.value.data, self.rhs_multiplier.value.data),
        )

    @property
    def output_type(self) -> PackedType:
        """Type of the tensor written."""
        return get_packed_type(self.output)

    def get_accumulator_bounds(self) -> AccumulatorBounds:
        """Bounds of the accumulator, the same for every element."""
        low = high = 0
        for type_, zero, multiplier in self.terms:
            ends = [(end - zero) * multiplier for end in type_.element_range]
            low, high = low + min(ends), high + max(ends)
        return AccumulatorBounds(np.array([low], np.int64), np.array([high], np.int64))

    def verify_(self) -> None:
        for what, (type_, zero, _) in zip(("lhs", "rhs"), self.terms, strict=True):
            verify_shape(what, type_.get_shape(), self.output_type.get_shape())
            verify_element(f"{what} zero point", zero, type_)
        self.requant.verify_for(*self.output_type.element_range, channels=1)
        self.get_accumulator_bounds().verify(self.requant)


@irdl_op_definition
class ReshapeOp(UnaryLayerOperation):
    """The same elements in the same (row-major) order under another shape.

    ```mlir
    func.func @flatten(%x: !cmix.packed<2x2x3xui4>) -> !cmix.packed<12xui4> {
      %y = cmix.reshape %x : !cmix.packed<2x2x3xui4> -> !cmix.packed<12xui4>
      return %y : !cmix.packed<12xui4>
    }
    ```

    Constraints:
    1. input and output have equally many elements of one type.
    """

    name = "cmix.reshape"

    assembly_format = "$input attr-dict `:` type($input) `->` type($output)"

    def __init__(self, input: SSAValue, shape: Sequence[int]):
        output_type = PackedType(shape, get_packed_type(input).element_type)
        super().__init__(operands=[input], result_types=[output_type])

    def keeps_bytes(self) -> bool:
        """Whether the packed bytes are the same too, so that nothing needs to be moved."""
        widths = self.input_type.get_shape()[-1], self.output_type.get_shape()[-1]
        bits = self.input_type.bits
        return widths[0] == widths[1] or all(width * bits % 8 == 0 for width in widths)

    def verify_(self) -> None:
        expected, found = self.input_type, self.output_type
        if (
            expected.get_num_elements() != found.get_num_elements()
            or expected.element_type != found.element_type
        ):
            raise VerifyException(
                f"output must have the input's {expected.get_num_elements()} elements of "
                f"{expected.element_type}, found {found}"
            )
