"""Level 2 of the `cmix` dialect: layers without weights."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from xdsl.dialects.builtin import I32, IntegerAttr, i32
from xdsl.ir import SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.accumulator import AccumulatorBounds, build_equal_bounds
from cmixdsl.dialects.cmix.contraction import (
    ZERO,
    verify_element,
    verify_shape,
)
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.rescale import RescaleAttr
from cmixdsl.dialects.cmix.types import PackedType, get_packed_type

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


class BinaryLayerOperation(IRDLOperation, ABC):
    """A layer that combines two packed tensors element by element.

    The right one may have fewer elements: one, or one for each channel, then every element of the
    left one that it meets has that operand.

    Constraints:
    1. lhs and output have one shape; rhs has it too, or one element, or all its dimensions but the
       last are 1 and the last is lhs's;
    2. zero points are elements of their tensor's type;
    3. the requantization has one set of parameters, or one for each of the output's channels, which
       are its last dimension, and fits the output's range;
    4. neither the accumulator nor its left shift can overflow 32 bits.
    """

    lhs = operand_def(PackedType)
    rhs = operand_def(PackedType)
    output = result_def(PackedType)

    lhs_zero = prop_def(IntegerAttr[I32], default_value=ZERO)
    rhs_zero = prop_def(IntegerAttr[I32], default_value=ZERO)
    requant = prop_def(RequantizationAttr)

    traits = traits_def(Pure())

    @property
    def operand_types(self) -> tuple[PackedType, PackedType]:
        """Types of the tensors read."""
        return get_packed_type(self.lhs), get_packed_type(self.rhs)

    @property
    def zeros(self) -> tuple[int, int]:
        """Zero points of the tensors read."""
        return self.lhs_zero.value.data, self.rhs_zero.value.data

    @property
    def output_type(self) -> PackedType:
        """Type of the tensor written."""
        return get_packed_type(self.output)

    @abstractmethod
    def get_accumulator_bounds(self) -> AccumulatorBounds:
        """Bounds of the accumulator, for every channel that is requantized differently."""

    def verify_(self) -> None:
        shape = self.output_type.get_shape()
        left, right = self.operand_types
        verify_shape("lhs", left.get_shape(), shape)
        *outer, columns = right.get_shape()
        is_per_channel = all(size == 1 for size in outer) and columns in (1, shape[-1])
        if right.get_shape() != shape and not is_per_channel:
            raise VerifyException(
                f"rhs must have shape {list(shape)}, [{shape[-1]}] or [1], "
                f"found {list(right.get_shape())}"
            )
        for what, type_, zero in zip(("lhs", "rhs"), self.operand_types, self.zeros, strict=True):
            verify_element(f"{what} zero point", zero, type_)
        self.requant.verify_for(*self.output_type.element_range, channels=shape[-1])
        self.get_accumulator_bounds().verify(self.requant)


@irdl_op_definition
class AddOp(BinaryLayerOperation):
    """Elementwise sum of two tensors of different scales.

    `out = requant(lhs_multiplier * (lhs - lhs_zero) + rhs_multiplier * (rhs - rhs_zero))`, or
    `out = requant(lhs_rescale(lhs - lhs_zero) + rhs_rescale(rhs - rhs_zero))`, as TensorFlow Lite's
    ADD with `#cmix.fixed_point`; its SUB has a negative multiplier on the right.

    ```mlir
    func.func @add(%a: !cmix.packed<2x2x3xui4>, %b: !cmix.packed<2x2x3xui8>)
        -> !cmix.packed<2x2x3xui4> {
      %y = cmix.add %a, %b lhs_zero 8 lhs_multiplier 300 rhs_multiplier 17
          requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8>
          : !cmix.packed<2x2x3xui4>, !cmix.packed<2x2x3xui8> -> !cmix.packed<2x2x3xui4>
      return %y : !cmix.packed<2x2x3xui4>
    }
    ```

    Constraints besides those of BinaryLayerOperation:
    5. an operand that is rescaled has no multiplier.
    """

    name = "cmix.add"

    lhs_multiplier = prop_def(IntegerAttr[I32], default_value=ONE)
    rhs_multiplier = prop_def(IntegerAttr[I32], default_value=ONE)
    lhs_rescale = opt_prop_def(RescaleAttr)
    rhs_rescale = opt_prop_def(RescaleAttr)

    assembly_format = (
        "$lhs `,` $rhs (`lhs_zero` $lhs_zero^)? (`rhs_zero` $rhs_zero^)?"
        " (`lhs_multiplier` $lhs_multiplier^)? (`rhs_multiplier` $rhs_multiplier^)?"
        " (`lhs_rescale` $lhs_rescale^)? (`rhs_rescale` $rhs_rescale^)?"
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
        rescales: tuple[RescaleAttr | None, RescaleAttr | None] = (None, None),
    ):
        super().__init__(
            operands=[lhs, rhs],
            result_types=[output_type],
            properties={
                "lhs_zero": IntegerAttr(zeros[0], i32),
                "rhs_zero": IntegerAttr(zeros[1], i32),
                "lhs_multiplier": IntegerAttr(multipliers[0], i32),
                "rhs_multiplier": IntegerAttr(multipliers[1], i32),
                "lhs_rescale": rescales[0],
                "rhs_rescale": rescales[1],
                "requant": requant,
            },
        )

    @property
    def factors(self) -> tuple[int | RescaleAttr, int | RescaleAttr]:
        """What either input less its zero point is multiplied or rescaled by."""
        return (
            self.lhs_rescale or self.lhs_multiplier.value.data,
            self.rhs_rescale or self.rhs_multiplier.value.data,
        )

    def get_accumulator_bounds(self) -> AccumulatorBounds:
        low = high = 0
        for type_, zero, factor in zip(self.operand_types, self.zeros, self.factors, strict=True):
            least, most = (end - zero for end in type_.element_range)
            if isinstance(factor, RescaleAttr):
                bound = factor.get_bound(max(-least, most))
                low, high = low - bound, high + bound
            else:
                ends = least * factor, most * factor
                low, high = low + min(ends), high + max(ends)
        return build_equal_bounds(low, high, self.requant.channels)

    def verify_(self) -> None:
        for what, rescale, multiplier in (
            ("lhs", self.lhs_rescale, self.lhs_multiplier),
            ("rhs", self.rhs_rescale, self.rhs_multiplier),
        ):
            if rescale is not None and multiplier != ONE:
                raise VerifyException(f"{what} must have a multiplier or be rescaled, found both")
        super().verify_()


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
