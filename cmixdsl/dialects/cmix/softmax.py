"""Level 2 of the `cmix` dialect: softmax in fixed point."""

import numpy as np
from xdsl.dialects.builtin import I32, IntegerAttr, i32
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, opt_prop_def, prop_def
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.accumulator import AccumulatorBounds
from cmixdsl.dialects.cmix.contraction import verify_shape
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.simple_layers import UnaryLayerOperation
from cmixdsl.dialects.cmix.types import PackedType

MAX_ROW = 4095
"""A sum of so many powers of at most 1 fits 12 integer bits."""
SHARE_BOUNDS = AccumulatorBounds(np.array([0], np.int64), np.array([(1 << 31) - 1], np.int64))
"""What a share of 31 bits behind the point can be."""


@irdl_op_definition
class SoftmaxOp(UnaryLayerOperation):
    """Softmax over the last dimension, with the fixed-point arithmetic of TensorFlow Lite.

    With d = max of the row - in, and `e(d) = exp(-d * multiplier * 2^(left_shift - 57))` as a
    fraction of 31 bits, the share of an element is `e(d) / (sum of e)`. Without a requantization
    `out = low + round(2^b * share)` for an output of b bits and smallest element low, which is
    TensorFlow Lite's. With one, `out = requant(share)`, the share having 31 bits behind the point,
    so that the output may have any scale. Elements with `d * 2^left_shift > 31 * 2^26` count as 0.
    The exponential is a Taylor series with a product for each power of two, the division three
    Newton steps, each product rounded to 31 bits; the sum has 19 bits behind the point.

    ```mlir
    func.func @softmax(%x: !cmix.packed<10xsi8>) -> !cmix.packed<10xsi8> {
      %y = cmix.softmax %x multiplier 1717986918 left_shift 22
          : !cmix.packed<10xsi8> -> !cmix.packed<10xsi8>
      %z = cmix.softmax %x multiplier 1717986918 left_shift 22
          requant #cmix.fixed_point<multiplier = [1677721600], shift = [-21],
                                    zero = -8, min = -8, max = 7>
          : !cmix.packed<10xsi8> -> !cmix.packed<10xsi4>
      return %y : !cmix.packed<10xsi8>
    }
    ```

    Constraints:
    1. input and output have one shape, of at most 4095 in the last dimension;
    2. multiplier is in [0, 2^31 - 1], left_shift in [0, 31];
    3. the requantization fits the output's type, has one channel and does not overflow.
    """

    name = "cmix.softmax"

    multiplier = prop_def(IntegerAttr[I32])
    left_shift = prop_def(IntegerAttr[I32])
    requant = opt_prop_def(RequantizationAttr)

    assembly_format = (
        "$input `multiplier` $multiplier `left_shift` $left_shift (`requant` $requant^)? attr-dict"
        " `:` type($input) `->` type($output)"
    )

    def __init__(
        self,
        input: SSAValue,
        output_type: PackedType,
        *,
        multiplier: int,
        left_shift: int,
        requant: RequantizationAttr | None = None,
    ):
        super().__init__(
            operands=[input],
            result_types=[output_type],
            properties={
                "multiplier": IntegerAttr(multiplier, i32),
                "left_shift": IntegerAttr(left_shift, i32),
                "requant": requant,
            },
        )

    @property
    def parameters(self) -> tuple[int, int]:
        """Multiplier and left shift."""
        return self.multiplier.value.data, self.left_shift.value.data

    def verify_(self) -> None:
        verify_shape("output", self.output_type.get_shape(), self.input_type.get_shape())
        columns = self.input_type.get_shape()[-1]
        if columns > MAX_ROW:
            raise VerifyException(
                f"input must have at most {MAX_ROW} elements in its last dimension, found {columns}"
            )
        for what, value, most in (
            ("multiplier", self.parameters[0], 2**31 - 1),
            ("left_shift", self.parameters[1], 31),
        ):
            if not 0 <= value <= most:
                raise VerifyException(f"{what} must be in [0, {most}], found {value}")
        if self.requant is not None:
            self.requant.verify_for(*self.output_type.element_range, 1)
            SHARE_BOUNDS.verify(self.requant)
