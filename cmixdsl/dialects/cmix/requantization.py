"""Requantization attributes: how a 32-bit accumulator becomes an output element.

The formulas are those of Rusci et al., arXiv 1905.13082, section 4 (integer channel-normalized
activations and their threshold form) and of TensorFlow Lite (fixed point).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import DenseArrayBase, IntAttr, IntegerType, NoneAttr, i8, i32
from xdsl.ir import Attribute, ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from cmixdsl.dialects.cmix.integer_text import (
    build_int_array,
    parse_array,
    parse_int,
    parse_integers,
    print_array,
)

MAX_SHIFT = 31
"""Shifts of 32-bit values go this far, left or right."""


class RequantizationAttr(ParametrizedAttribute, ABC):
    """What all requantizations share."""

    @property
    @abstractmethod
    def channels(self) -> int:
        """Number of channels with parameters of their own; 1 means all share them."""

    @property
    @abstractmethod
    def left_shifts(self) -> tuple[int, ...]:
        """Per channel, how far the accumulator is shifted left before the multiplication."""

    def verify_accumulators(self, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]) -> None:
        """Checks the attribute against the least and largest accumulator of each channel.

        Raises VerifyException when one makes an intermediate overflow, besides the left shift.
        """

    @abstractmethod
    def verify_for(self, low: int, high: int, channels: int) -> None:
        """Checks the attribute against an output with elements in [low, high].

        Raises VerifyException when number of parameters or their ranges do not fit.
        """


def verify_count(what: str, found: int, channels: int) -> None:
    """Raises VerifyException unless there are 1 or as many values as channels."""
    if found not in (1, channels):
        expected = "1 value" if channels == 1 else f"1 or {channels} (output channels) values"
        raise VerifyException(f"requantization: expected {expected} of {what}, found {found}")


def _verify_zero_point(zero: int, low: int, high: int) -> None:
    if not low <= zero <= high:
        raise VerifyException(
            f"requantization: zero point {zero} is outside the output's range [{low}, {high}]"
        )


def verify_clamp(least: int, most: int, low: int, high: int) -> None:
    """Raises VerifyException unless [least, most] is a range within [low, high]."""
    if least > most:
        raise VerifyException(f"requantization: min {least} is greater than max {most}")
    if least < low or most > high:
        raise VerifyException(
            f"requantization: clamp [{least}, {most}] leaves the output's range [{low}, {high}]"
        )


def _parse_optional_clamp(parser: AttrParser) -> tuple[IntAttr | NoneAttr, IntAttr | NoneAttr]:
    """What follows of `, min = 0, max = 6`; either may be missing."""
    limits: dict[str, IntAttr] = {}
    while len(limits) < 2 and parser.parse_optional_punctuation(","):
        position = parser.pos
        key = parser.parse_identifier()
        if key not in ("min", "max") or key in limits or (key == "min" and limits):
            parser.raise_error(f"expected min, then max, found {key}", position)
        parser.parse_punctuation("=")
        limits[key] = IntAttr(parser.parse_integer())
    return limits.get("min", NoneAttr()), limits.get("max", NoneAttr())


@irdl_attr_definition
class IcnAttr(RequantizationAttr):
    """Integer channel-normalized requantization; with one m0 and n0 it is the per-layer flavour.

    `y = clamp((hi32((acc << max(-n0, 0)) * m0) >> max(n0, 0)) + zero, min, max)`, hi32 being bits
    63..32 of the signed 64-bit product. Both shifts floor, nothing rounds. Where min or max is not
    given, it is that of the output's type.

    ```mlir
    func.func @f(%acc: i32, %o: index) -> i32 {
      %y = cmix.requantize %acc channel %o
          by #cmix.icn<m0 = [1518500250, 2000000000], n0 = [3, -1], zero = 0> to ui4
      %z = cmix.requantize %acc channel %o
          by #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0, max = 6> to ui4
      return %y : i32
    }
    ```

    Constraints:
    1. m0 and n0 have equal length, 1 or the number of output channels;
    2. every n0 is in [-31, 31];
    3. zero is an element of the output's type;
    4. min <= max, and both are elements of the output's type.
    """

    name = "cmix.icn"

    m0: DenseArrayBase[IntegerType]
    n0: DenseArrayBase[IntegerType]
    zero: IntAttr
    min: IntAttr | NoneAttr
    max: IntAttr | NoneAttr

    def __init__(
        self,
        m0: Sequence[int] | DenseArrayBase[IntegerType],
        n0: Sequence[int] | DenseArrayBase[IntegerType],
        zero: int | IntAttr = 0,
        minimum: int | None = None,
        maximum: int | None = None,
    ):
        super().__init__(
            build_int_array(m0, i32),
            build_int_array(n0, i8),
            IntAttr(zero) if isinstance(zero, int) else zero,
            NoneAttr() if minimum is None else IntAttr(minimum),
            NoneAttr() if maximum is None else IntAttr(maximum),
        )

    def verify(self) -> None:
        if len(self.m0) != len(self.n0):
            raise VerifyException(
                f"requantization: m0 has {len(self.m0)} values, n0 has {len(self.n0)}; "
                "expected equally many"
            )
        for shift in self.n0.iter_values():
            if not -MAX_SHIFT <= shift <= MAX_SHIFT:
                raise VerifyException(f"requantization: n0 must be in [-31, 31], found {shift}")

    @property
    def channels(self) -> int:
        return len(self.m0)

    @property
    def left_shifts(self) -> tuple[int, ...]:
        return tuple(max(-shift, 0) for shift in self.n0.iter_values())

    def get_clamp(self, low: int, high: int) -> tuple[int, int]:
        """Smallest and largest output, for an output's type with elements in [low, high]."""
        return (
            low if isinstance(self.min, NoneAttr) else self.min.data,
            high if isinstance(self.max, NoneAttr) else self.max.data,
        )

    def verify_for(self, low: int, high: int, channels: int) -> None:
        verify_count("m0", len(self.m0), channels)
        _verify_zero_point(self.zero.data, low, high)
        verify_clamp(*self.get_clamp(low, high), low, high)

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            m0 = parse_array(parser, "m0", i32)
            parser.parse_punctuation(",")
            n0 = parse_array(parser, "n0", i8)
            parser.parse_punctuation(",")
            zero = parse_int(parser, "zero")
            return (m0, n0, zero, *_parse_optional_clamp(parser))

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            print_array(printer, "m0", self.m0)
            printer.print_string(", ")
            print_array(printer, "n0", self.n0)
            printer.print_string(f", zero = {self.zero.data}")
            for key, limit in (("min", self.min), ("max", self.max)):
                if isinstance(limit, IntAttr):
                    printer.print_string(f", {key} = {limit.data}")


@irdl_attr_definition
class ThresholdsAttr(RequantizationAttr):
    """Requantization by comparison: `y = low + number of thresholds t with acc > t`.

    `low` is the smallest element of the output's type, 0 when it is unsigned.

    ```mlir
    func.func @f(%acc: i32, %o: index) -> i32 {
      %y = cmix.requantize %acc channel %o
          by #cmix.thresholds<i16, [[-5, 0, 9], [1, 2, 3]]> to ui2
      return %y : i32
    }
    ```

    Constraints:
    1. the storage type is i16 or i32, and every threshold fits it;
    2. each channel has 2^b - 1 thresholds for an output of b bits;
    3. the thresholds of a channel do not descend;
    4. there are 1 or as many rows as output channels.
    """

    name = "cmix.thresholds"

    values: DenseArrayBase[IntegerType]
    rows: IntAttr

    def __init__(self, rows: Sequence[Sequence[int]], element_type: IntegerType = i32):
        flat = [value for row in rows for value in row]
        super().__init__(build_int_array(flat, element_type), IntAttr(len(rows)))

    @property
    def levels(self) -> int:
        """Thresholds per channel."""
        return len(self.values) // self.rows.data

    def get_rows(self) -> list[tuple[int, ...]]:
        """The thresholds of each channel."""
        values, levels = self.values.get_values(), self.levels
        return [values[start : start + levels] for start in range(0, len(values), levels)]

    def verify(self) -> None:
        if self.values.elt_type not in (IntegerType(16), i32):
            raise VerifyException(
                f"thresholds: storage must be i16 or i32, found {self.values.elt_type}"
            )
        if self.rows.data < 1 or len(self.values) % self.rows.data or not len(self.values):
            raise VerifyException("thresholds: every channel needs equally many, at least one")
        for channel, row in enumerate(self.get_rows()):
            for left, right in pairwise(row):
                if right < left:
                    raise VerifyException(
                        f"thresholds of channel {channel} must not descend, "
                        f"found {left} before {right}"
                    )

    @property
    def channels(self) -> int:
        return self.rows.data

    @property
    def left_shifts(self) -> tuple[int, ...]:
        return (0,) * self.rows.data

    def verify_for(self, low: int, high: int, channels: int) -> None:
        verify_count("thresholds", self.rows.data, channels)
        if self.levels != high - low:
            raise VerifyException(
                f"thresholds: an output in [{low}, {high}] needs {high - low} per channel, "
                f"found {self.levels}"
            )

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            element_type = parser.parse_type()
            if not isa(element_type, IntegerType):
                parser.raise_error(f"expected i16 or i32, found {element_type}")
            parser.parse_punctuation(",")
            position = parser.pos
            rows = parser.parse_comma_separated_list(
                parser.Delimiter.SQUARE, lambda: parse_integers(parser)
            )
            if len({len(row) for row in rows}) > 1:
                parser.raise_error("thresholds: every channel needs equally many", position)
            try:
                values = build_int_array([value for row in rows for value in row], element_type)
            except VerifyException as error:
                parser.raise_error(f"thresholds: {error}", position)
            return (values, IntAttr(len(rows)))

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_attribute(self.values.elt_type)
            printer.print_string(", [")
            printer.print_list(self.get_rows(), lambda row: printer.print_string(str(list(row))))
            printer.print_string("]")


@irdl_attr_definition
class FixedPointAttr(RequantizationAttr):
    """TensorFlow Lite's requantization: `MultiplyByQuantizedMultiplier`, offset and clamp.

    The accumulator is shifted left by max(shift, 0), multiplied with the Q31 multiplier (doubling
    high multiply, half rounded up), shifted right by max(-shift, 0) (half rounded away from zero);
    then `y = clamp(that + zero, min, max)`.

    ```mlir
    func.func @f(%acc: i32, %o: index) -> i32 {
      %y = cmix.requantize %acc channel %o
          by #cmix.fixed_point<multiplier = [1073741824], shift = [-7],
                               zero = -128, min = -128, max = 127> to si8
      return %y : i32
    }
    ```

    Constraints:
    1. multiplier and shift have equal length, 1 or the number of output channels;
    2. multipliers are not negative, shifts are in [-31, 31];
    3. min <= max, both elements of the output's type, and so is zero.
    """

    name = "cmix.fixed_point"

    multiplier: DenseArrayBase[IntegerType]
    shift: DenseArrayBase[IntegerType]
    zero: IntAttr
    min: IntAttr
    max: IntAttr

    def __init__(
        self,
        multiplier: Sequence[int] | DenseArrayBase[IntegerType],
        shift: Sequence[int] | DenseArrayBase[IntegerType],
        zero: int = 0,
        minimum: int = -128,
        maximum: int = 127,
    ):
        super().__init__(
            build_int_array(multiplier, i32),
            build_int_array(shift, i8),
            IntAttr(zero),
            IntAttr(minimum),
            IntAttr(maximum),
        )

    def verify(self) -> None:
        if len(self.multiplier) != len(self.shift):
            raise VerifyException(
                f"requantization: multiplier has {len(self.multiplier)} values, "
                f"shift has {len(self.shift)}; expected equally many"
            )
        if any(value < 0 for value in self.multiplier.iter_values()):
            raise VerifyException("requantization: multipliers must not be negative")
        for shift in self.shift.iter_values():
            if not -MAX_SHIFT <= shift <= MAX_SHIFT:
                raise VerifyException(f"requantization: shift must be in [-31, 31], found {shift}")

    @property
    def channels(self) -> int:
        return len(self.multiplier)

    @property
    def left_shifts(self) -> tuple[int, ...]:
        return tuple(max(shift, 0) for shift in self.shift.iter_values())

    def verify_for(self, low: int, high: int, channels: int) -> None:
        verify_count("multiplier", len(self.multiplier), channels)
        _verify_zero_point(self.zero.data, low, high)
        verify_clamp(self.min.data, self.max.data, low, high)

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            parameters: list[Attribute] = [parse_array(parser, "multiplier", i32)]
            parser.parse_punctuation(",")
            parameters.append(parse_array(parser, "shift", i8))
            for key in ("zero", "min", "max"):
                parser.parse_punctuation(",")
                parameters.append(parse_int(parser, key))
            return parameters

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            print_array(printer, "multiplier", self.multiplier)
            printer.print_string(", ")
            print_array(printer, "shift", self.shift)
            for key, value in (("zero", self.zero), ("min", self.min), ("max", self.max)):
                printer.print_string(f", {key} = {value.data}")
