"""What the layers of level 2 that have weights share: sums of products, requantized."""

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from xdsl.dialects.builtin import I32, DenseArrayBase, IntegerAttr, IntegerType, i32, i64
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.accumulator import (
    AccumulatorBounds,
    get_accumulator_bounds,
    get_type_bounds,
)
from cmixdsl.dialects.cmix.constant import get_constant_elements
from cmixdsl.dialects.cmix.integer_text import build_int_array
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.schedule import ScheduleAttr
from cmixdsl.dialects.cmix.types import PackedType, get_packed_type
from cmixdsl.dialects.cmix.window import Window

UNIT_STRIDES = DenseArrayBase.from_list(i64, [1, 1])
NO_PADDING = DenseArrayBase.from_list(i64, [0, 0, 0, 0])
NO_ZERO_POINTS = DenseArrayBase.from_list(i32, [0])
ZERO = IntegerAttr(0, i32)


def verify_shape(what: str, found: Sequence[int], expected: Sequence[int]) -> None:
    """Raises VerifyException when two shapes differ."""
    if tuple(found) != tuple(expected):
        raise VerifyException(f"{what} must have shape {list(expected)}, found {list(found)}")


def verify_rank(what: str, type_: PackedType, rank: int, dimensions: str) -> None:
    """Raises VerifyException when a tensor has another rank than expected."""
    if len(type_.get_shape()) != rank:
        raise VerifyException(f"{what} must have {rank} dimensions ({dimensions}), found {type_}")


def verify_element(what: str, value: int, type_: PackedType) -> None:
    """Raises VerifyException when a value is no element of its tensor's type."""
    low, high = type_.element_range
    if not low <= value <= high:
        raise VerifyException(f"{what} {value} is outside the range [{low}, {high}] of {type_}")


class ContractionOperation(IRDLOperation, ABC):
    """What convolutions and fully connected layers share: sums of products, then requantization.

    `acc[o] = bias[o] + sum((x - input_zero) * (w - filter_zero[o]))` in 32-bit two's complement;
    the output is `requant(acc)`.

    Constraints that all share:
    1. zero points are elements of their tensor's type; filter_zero has 1 or as many values as
       output channels;
    2. bias has as many values as output channels;
    3. the requantization fits the output's channels and range;
    4. neither the accumulator nor its left shift can overflow 32 bits. The bound comes from the
       actual weights where they are constant, else from their type.
    """

    CHANNEL_AXIS: ClassVar[int]
    """The axis of the filter tensor that is the output channel."""

    input = operand_def(PackedType)
    filter = operand_def(PackedType)
    output = result_def(PackedType)

    bias = prop_def(DenseArrayBase.constr(i32))
    input_zero = prop_def(IntegerAttr[I32], default_value=ZERO)
    filter_zero = prop_def(DenseArrayBase.constr(i32), default_value=NO_ZERO_POINTS)
    requant = prop_def(RequantizationAttr)
    schedule = opt_prop_def(ScheduleAttr)

    traits = traits_def(Pure())

    @property
    def input_type(self) -> PackedType:
        """Type of the activations read."""
        return get_packed_type(self.input)

    @property
    def filter_type(self) -> PackedType:
        """Type of the weights."""
        return get_packed_type(self.filter)

    @property
    def output_type(self) -> PackedType:
        """Type of the activations written."""
        return get_packed_type(self.output)

    @property
    def channels(self) -> int:
        """Number of output channels."""
        return self.output_type.get_shape()[-1]

    @property
    def window(self) -> Window:
        """The sliding window; a fully connected layer has one of 1x1."""
        return Window((1, 1))

    @property
    def num_products(self) -> int:
        """Products that one output accumulates."""
        return self.filter_type.get_num_elements() // self.channels

    @property
    def num_macs(self) -> int:
        """Multiply-accumulates of the layer, padded positions counted."""
        return self.output_type.get_num_elements() * self.num_products

    def get_accumulator_bounds(self) -> AccumulatorBounds:
        """Bounds of the accumulator of each output channel."""
        low, high = self.input_type.element_range
        zero = self.input_zero.value.data
        inputs = (low - zero, high - zero)
        bias = np.array(self.bias.get_values(), np.int64)
        filter_zero = np.array(self.filter_zero.get_values(), np.int64)
        elements = get_constant_elements(self.filter)
        if elements is None:
            return get_type_bounds(
                inputs, self.filter_type.element_range, filter_zero, self.num_products, bias
            )
        rows = np.moveaxis(elements.astype(np.int64), self.CHANNEL_AXIS, 0)
        rows = rows.reshape(self.channels, -1) - filter_zero.reshape(-1, 1)
        return get_accumulator_bounds(inputs, rows, bias)

    def verify_contraction(self) -> None:
        """Checks the shared constraints; shapes must have been checked before."""
        verify_element("input zero point", self.input_zero.value.data, self.input_type)
        if len(self.filter_zero) not in (1, self.channels):
            raise VerifyException(
                f"filter_zero must have 1 or {self.channels} (output channels) values, "
                f"found {len(self.filter_zero)}"
            )
        for zero in self.filter_zero.iter_values():
            verify_element("filter zero point", zero, self.filter_type)
        if len(self.bias) != self.channels:
            raise VerifyException(
                f"bias must have {self.channels} (output channels) values, found {len(self.bias)}"
            )
        low, high = self.output_type.element_range
        self.requant.verify_for(low, high, self.channels)
        self.get_accumulator_bounds().verify(self.requant)


def build_contraction_properties(
    bias: Sequence[int] | DenseArrayBase[IntegerType],
    input_zero: int,
    filter_zero: int | Sequence[int] | DenseArrayBase[IntegerType],
    requant: RequantizationAttr,
    schedule: ScheduleAttr | None,
) -> dict[str, Attribute | None]:
    """Properties of a ContractionOperation from Python values."""
    if isinstance(filter_zero, int):
        filter_zero = [filter_zero]
    return {
        "bias": build_int_array(bias, i32),
        "input_zero": IntegerAttr(input_zero, i32),
        "filter_zero": build_int_array(filter_zero, i32),
        "requant": requant,
        "schedule": schedule,
    }


def build_window_properties(window: Window) -> dict[str, Attribute | None]:
    """Properties strides, padding and dilation of an operation with a sliding window."""
    return {
        "strides": DenseArrayBase.from_list(i64, window.strides),
        "padding": DenseArrayBase.from_list(i64, window.padding),
        "dilation": DenseArrayBase.from_list(i64, window.dilation),
    }


WINDOW_FORMAT = (
    " (`strides` $strides^)? (`padding` $padding^)? (`dilation` $dilation^)?"
    " (`pad_value` $pad_value^)?"
)
CONTRACTION_FORMAT = (
    " `bias` $bias (`input_zero` $input_zero^)? (`filter_zero` $filter_zero^)?"
    " `requant` $requant (`schedule` $schedule^)? attr-dict"
    " `:` type($input) `,` type($filter) `->` type($output)"
)


class WindowedContractionOperation(ContractionOperation, ABC):
    """A contraction over a sliding window of an HWC tensor.

    Positions outside the input hold `pad_value`, the input's zero point when absent, so that they
    contribute 0.

    Constraint besides those of ContractionOperation:
    7. the pad value is an element of the input's type.
    """

    strides = prop_def(DenseArrayBase.constr(i64), default_value=UNIT_STRIDES)
    padding = prop_def(DenseArrayBase.constr(i64), default_value=NO_PADDING)
    """Top, bottom, left, right."""
    dilation = prop_def(DenseArrayBase.constr(i64), default_value=UNIT_STRIDES)
    pad_value = opt_prop_def(IntegerAttr[I32])

    def __init__(
        self,
        input: SSAValue,
        filter: SSAValue,
        output_type: PackedType,
        *,
        bias: Sequence[int] | DenseArrayBase[IntegerType],
        requant: RequantizationAttr,
        window: Window,
        input_zero: int = 0,
        filter_zero: int | Sequence[int] | DenseArrayBase[IntegerType] = 0,
        pad_value: int | None = None,
        schedule: ScheduleAttr | None = None,
    ):
        super().__init__(
            operands=[input, filter],
            result_types=[output_type],
            properties=build_contraction_properties(
                bias, input_zero, filter_zero, requant, schedule
            )
            | build_window_properties(window)
            | {"pad_value": None if pad_value is None else IntegerAttr(pad_value, i32)},
        )

    def get_pad_value(self) -> int:
        """What padded positions hold."""
        pad = self.input_zero if self.pad_value is None else self.pad_value
        return pad.value.data

    def verify_pad_value(self) -> None:
        """Checks that padded positions hold an element of the input's type."""
        if self.pad_value is not None:
            verify_element("pad value", self.get_pad_value(), self.input_type)

    def get_kernel_size(self) -> tuple[int, int]:
        """Rows and columns of the kernel."""
        raise NotImplementedError(f"{self.name} does not say where its kernel size stands")

    @property
    def window(self) -> Window:
        return Window.get(
            self.get_kernel_size(),
            self.strides.get_values(),
            self.padding.get_values(),
            self.dilation.get_values(),
        )
