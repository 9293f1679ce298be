"""Level 2 of the `cmix` dialect: poolings over a sliding window."""

from abc import ABC
from math import prod

from xdsl.dialects.builtin import I32, DenseArrayBase, IntegerAttr, UnitAttr, i32, i64
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    irdl_op_definition,
    opt_prop_def,
    prop_def,
)
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.accumulator import AccumulatorBounds, build_equal_bounds
from cmixdsl.dialects.cmix.contraction import (
    NO_PADDING,
    UNIT_STRIDES,
    ZERO,
    verify_element,
    verify_rank,
    verify_shape,
)
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.simple_layers import UnaryLayerOperation
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.dialects.cmix.window import Window


def build_pool_properties(window: Window) -> dict[str, Attribute | None]:
    """Properties kernel, strides and padding of a pooling."""
    return {
        "kernel": DenseArrayBase.from_list(i64, window.kernel),
        "strides": DenseArrayBase.from_list(i64, window.strides),
        "padding": DenseArrayBase.from_list(i64, window.padding),
    }


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
            properties=build_pool_properties(window),
        )

    @property
    def window(self) -> Window:
        """The sliding window."""
        return Window.get(
            self.kernel.get_values(), self.strides.get_values(), self.padding.get_values()
        )

    @property
    def keeps_elements(self) -> bool:
        """Whether the output has the input's element type."""
        return True

    def verify_(self) -> None:
        verify_rank("input", self.input_type, 3, "height, width, channels")
        height, width, channels = self.input_type.get_shape()
        size = self.window.get_output_size(height, width)
        verify_shape("output", self.output_type.get_shape(), (*size, channels))
        is_other = self.input_type.element_type != self.output_type.element_type
        if self.keeps_elements and is_other:
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
    """Average over a sliding window of an HWC tensor, half rounded away from zero or to even.

    `out[y, x, c] = round(sum over i, j of in[y*sy + i - top, x*sx + j - left, c] / n)`, n being the
    number of positions inside the input, as TensorFlow Lite's AVERAGE_POOL_2D rounds. `to_even`
    rounds half to even instead, as ONNX does; what is even is the difference from input_zero.

    With a requantization, it is the sum that is requantized, and 1/n belongs into the factor:
    `out[y, x, c] = requant(sum over i, j of in[y*sy + i - top, x*sx + j - left, c] - input_zero)`.
    TensorFlow Lite's MEAN over rows and columns is that with `#cmix.fixed_point`. Windows over the
    border have sums of fewer terms. With `terms`, a multiple of every n, these are made comparable:
    `out[y, x, c] = requant((sum ...) * (terms / n))`, and 1/terms belongs into the factor.

    ```mlir
    func.func @pool(%x: !cmix.packed<4x4x3xsi8>) -> !cmix.packed<1x1x3xsi8> {
      %y = cmix.avg_pool2d %x kernel [4, 4] : !cmix.packed<4x4x3xsi8> -> !cmix.packed<1x1x3xsi8>
      return %y : !cmix.packed<1x1x3xsi8>
    }
    func.func @mean(%x: !cmix.packed<4x4x3xsi8>) -> !cmix.packed<1x1x3xui4> {
      %y = cmix.avg_pool2d %x kernel [4, 4] input_zero 3
          requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8>
          : !cmix.packed<4x4x3xsi8> -> !cmix.packed<1x1x3xui4>
      return %y : !cmix.packed<1x1x3xui4>
    }
    func.func @even(%x: !cmix.packed<4x4x3xui8>) -> !cmix.packed<2x2x3xui8> {
      %y = cmix.avg_pool2d %x kernel [2, 2] strides [2, 2] input_zero 3 to_even
          : !cmix.packed<4x4x3xui8> -> !cmix.packed<2x2x3xui8>
      return %y : !cmix.packed<2x2x3xui8>
    }
    func.func @border(%x: !cmix.packed<4x4x3xsi8>) -> !cmix.packed<4x4x3xui4> {
      %y = cmix.avg_pool2d %x kernel [3, 3] padding [1, 1, 1, 1] input_zero 3 terms 36
          requant #cmix.icn<m0 = [1349778000], n0 = [5], zero = 8>
          : !cmix.packed<4x4x3xsi8> -> !cmix.packed<4x4x3xui4>
      return %y : !cmix.packed<4x4x3xui4>
    }
    ```

    Constraints besides those of Pool2dOperation, of which 2 then leaves the element type free:
    3. the input's zero point is an element of its type, and 0 without a requantization or to_even;
    4. the requantization fits the output's channels and range;
    5. neither the sum nor its left shift can overflow 32 bits;
    6. terms are a multiple of the number of positions inside the input of every window, and absent
       without a requantization;
    7. to_even goes with a kernel of 2^k positions, without padding and requantization.
    """

    name = "cmix.avg_pool2d"

    input_zero = prop_def(IntegerAttr[I32], default_value=ZERO)
    terms = opt_prop_def(IntegerAttr[I32])
    to_even = opt_prop_def(UnitAttr)
    requant = opt_prop_def(RequantizationAttr)

    assembly_format = (
        "$input `kernel` $kernel (`strides` $strides^)? (`padding` $padding^)?"
        " (`input_zero` $input_zero^)? (`terms` $terms^)? (`to_even` $to_even^)?"
        " (`requant` $requant^)? attr-dict"
        " `:` type($input) `->` type($output)"
    )

    def __init__(
        self,
        input: SSAValue,
        output_type: PackedType,
        *,
        window: Window,
        input_zero: int = 0,
        terms: int | None = None,
        to_even: bool = False,
        requant: RequantizationAttr | None = None,
    ):
        super().__init__(input, output_type, window=window)
        self.input_zero = IntegerAttr(input_zero, i32)
        self.terms = None if terms is None else IntegerAttr(terms, i32)
        self.to_even = UnitAttr() if to_even else None
        self.requant = requant

    @property
    def keeps_elements(self) -> bool:
        return self.requant is None

    def get_accumulator_bounds(self) -> AccumulatorBounds:
        """Bounds of the sum, for every channel."""
        zero, (rows, columns) = self.input_zero.value.data, self.window.kernel
        terms = rows * columns if self.terms is None else self.terms.value.data
        least, most = (terms * (end - zero) for end in self.input_type.element_range)
        channels = 1 if self.requant is None else self.requant.channels
        return build_equal_bounds(min(least, 0), max(most, 0), channels)

    def verify_(self) -> None:
        super().verify_()
        zero, positions = self.input_zero.value.data, prod(self.window.kernel)
        if self.to_even is not None:
            is_power = positions & (positions - 1) == 0
            if self.requant is not None or any(self.window.padding) or not is_power:
                raise VerifyException(
                    "to_even must go with a kernel of 2^k positions, without padding and "
                    f"requantization, found a kernel of {positions}"
                )
        if self.requant is None:
            if zero and self.to_even is not None:
                verify_element("input zero point", zero, self.input_type)
            elif zero:
                raise VerifyException(
                    f"an average that is not requantized must have input_zero 0, found {zero}"
                )
            if self.terms is not None:
                raise VerifyException("an average that is not requantized must have no terms")
            return
        verify_element("input zero point", self.input_zero.value.data, self.input_type)
        output = self.output_type
        self.requant.verify_for(*output.element_range, channels=output.get_shape()[-1])
        self.get_accumulator_bounds().verify(self.requant)
        if self.terms is not None:
            height, width, _ = self.input_type.get_shape()
            terms, counts = self.terms.value.data, self.window.get_term_counts(height, width)
            if terms < 1 or any(terms % count for count in counts):
                raise VerifyException(
                    f"terms must be a multiple of {', '.join(map(str, counts))}, found {terms}"
                )
