"""Types of the `lanes` dialect, and how ranges of lanes follow from those of operands."""

from abc import ABC
from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar, TypeVar

from xdsl.dialects.builtin import ArrayAttr, IntAttr
from xdsl.ir import Attribute, Operation, ParametrizedAttribute, SSAValue, TypeAttribute
from xdsl.irdl import BaseAttr, irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

LaneRange = tuple[int, int]
"""Smallest and largest value of a lane."""


class LanesType(ParametrizedAttribute, TypeAttribute, ABC):
    """Numbers at equal distances in a register, whose value is the sum of `lane_i * 2^(spacing i)`.

    Lanes that may be negative borrow from those above; only above lanes that are not can a lane be
    taken out.

    Constraints:
    1. there is at least one lane, and lanes are at least one bit apart;
    2. each lane's maximum is less than 2^spacing, and more than its minimum by less than that;
    3. lanes and their maxima fit the register; where lanes may be negative, as a signed number.
    """

    BITS: ClassVar[int]
    """Bits of the register."""

    maxima: ArrayAttr[IntAttr]
    spacing: IntAttr
    minima: ArrayAttr[IntAttr]

    def __init__(self, maxima: Sequence[int], spacing: int, minima: Sequence[int] | None = None):
        if minima is None:
            minima = [0] * len(maxima)
        super().__init__(
            ArrayAttr(IntAttr(largest) for largest in maxima),
            IntAttr(spacing),
            ArrayAttr(IntAttr(least) for least in minima),
        )

    def get_maxima(self) -> tuple[int, ...]:
        """The largest value of each lane, lowest lane first."""
        return tuple(largest.data for largest in self.maxima)

    def get_minima(self) -> tuple[int, ...]:
        """The smallest value of each lane, lowest lane first."""
        return tuple(least.data for least in self.minima)

    def get_ranges(self) -> list[LaneRange]:
        """The smallest and the largest value of each lane, lowest lane first."""
        return list(zip(self.get_minima(), self.get_maxima(), strict=True))

    @property
    def is_signed(self) -> bool:
        """Whether lanes may be negative, so that the register holds a signed number."""
        return min(self.get_minima()) < 0

    @property
    def value_range(self) -> LaneRange:
        """The smallest and the largest number that the register holds."""
        low, high = (
            sum(value << lane * self.spacing.data for lane, value in enumerate(values))
            for values in (self.get_minima(), self.get_maxima())
        )
        return low, high

    @property
    def lanes(self) -> int:
        """Number of lanes."""
        return len(self.maxima)

    def verify(self) -> None:
        spacing, ranges = self.spacing.data, self.get_ranges()
        # 1
        if not ranges or spacing < 1:
            raise VerifyException(
                f"lanes: expected at least one lane and a spacing of at least 1, "
                f"found {len(ranges)} at {spacing}"
            )
        for lane, (least, largest) in enumerate(ranges):
            # 2
            most = (1 << spacing) - 1 + min(least, 0)
            if not least <= largest <= most:
                raise VerifyException(
                    f"lanes: the maximum of lane {lane} must be in [{least}, {most}], "
                    f"as lanes are {spacing} bits apart, found {largest}"
                )
            # 3
            if not self.is_signed and lane * spacing + largest.bit_length() > self.BITS:
                raise VerifyException(
                    f"lanes: lane {lane} at bit {lane * spacing} with a maximum of {largest} "
                    f"does not fit {self.BITS} bits"
                )
        low, high = self.value_range
        if self.is_signed and not -(1 << self.BITS - 1) <= low <= high < 1 << self.BITS - 1:
            raise VerifyException(
                f"lanes: {len(ranges)} lanes at {spacing} reach [{low}, {high}], which does not "
                f"fit a signed number of {self.BITS} bits"
            )

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            count = parser.parse_integer()
            parser.parse_keyword("at")
            spacing = parser.parse_integer()
            parser.parse_punctuation(",")
            minima = [0] * count
            if parser.parse_optional_keyword("min"):
                minima = _parse_values(parser, count, "minima")
                parser.parse_punctuation(",")
            parser.parse_keyword("max")
            maxima = _parse_values(parser, count, "maxima")
            return (
                ArrayAttr(IntAttr(largest) for largest in maxima),
                IntAttr(spacing),
                ArrayAttr(IntAttr(least) for least in minima),
            )

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string(f"{self.lanes} at {self.spacing.data}, ")
            if any(minima := self.get_minima()):
                printer.print_string(f"min {_format_values(minima)}, ")
            printer.print_string(f"max {_format_values(self.get_maxima())}")


def _parse_values(parser: AttrParser, count: int, what: str) -> list[int]:
    """A value for all lanes, or a list with one for each."""
    values = parser.parse_optional_comma_separated_list(
        parser.Delimiter.SQUARE, parser.parse_integer
    )
    if values is None:
        values = [parser.parse_integer()] * count
    if len(values) != count:
        parser.raise_error(f"expected {count} {what} or one, found {len(values)}")
    return values


def _format_values(values: Sequence[int]) -> str:
    return str(values[0]) if len(set(values)) == 1 else str(list(values))


@irdl_attr_definition
class WordType(LanesType):
    """Lanes in a 32-bit word: `!lanes.word<4 at 8, max 3>`."""

    name = "lanes.word"
    BITS: ClassVar[int] = 32

    def __init__(self, maxima: Sequence[int], spacing: int, minima: Sequence[int] | None = None):
        super().__init__(maxima, spacing, minima)


@irdl_attr_definition
class LongType(LanesType):
    """Lanes in a pair of words, as a multiplication leaves them: `!lanes.long<6 at 8, max 27>`."""

    name = "lanes.long"
    BITS: ClassVar[int] = 64

    def __init__(self, maxima: Sequence[int], spacing: int, minima: Sequence[int] | None = None):
        super().__init__(maxima, spacing, minima)


AnyLanes = BaseAttr(WordType) | BaseAttr(LongType)


def get_lanes_type(value: SSAValue) -> LanesType:
    """The type of a value that an operation's definition says to be lanes."""
    assert isinstance(value.type, LanesType)
    return value.type


AnyLanesType = TypeVar("AnyLanesType", bound=LanesType)


def build_ranged(
    type_: type[AnyLanesType], ranges: Sequence[LaneRange], spacing: int
) -> AnyLanesType:
    """The type of lanes with these ranges."""
    return type_([high for _, high in ranges], spacing, [low for low, _ in ranges])


def get_product_ranges(a: Sequence[LaneRange], b: Sequence[LaneRange]) -> list[LaneRange]:
    """Ranges of the lanes of a product: the coefficients of the product of two polynomials."""
    ranges = [(0, 0)] * (len(a) + len(b) - 1)
    for i, left in enumerate(a):
        for j, right in enumerate(b):
            corners = [x * y for x in left for y in right]
            low, high = ranges[i + j]
            ranges[i + j] = low + min(corners), high + max(corners)
    return ranges


def get_sum_ranges(a: Sequence[LaneRange], b: Sequence[LaneRange]) -> list[LaneRange]:
    """Ranges of the lanes of a sum of words with possibly different numbers of lanes."""
    pairs = zip_longest(a, b, fillvalue=(0, 0))
    return [(left[0] + right[0], left[1] + right[1]) for left, right in pairs]


def verify_spacing(op: Operation, *types: LanesType) -> None:
    """Raises VerifyException unless the lanes of all types are equally far apart."""
    if len({type_.spacing for type_ in types}) != 1:
        raise VerifyException(
            f"{op.name}: lanes of all operands must be equally far apart, "
            f"found {', '.join(map(str, types))}"
        )


def verify_separable(op: Operation, type_: LanesType, count: int) -> None:
    """Raises VerifyException unless the lowest `count` lanes are never negative."""
    for lane, least in enumerate(type_.get_minima()[:count]):
        if least < 0:
            raise VerifyException(
                f"{op.name}: lane {lane} may be {least} and borrow from those above; add an offset "
                f"that keeps it from being negative, found {type_}"
            )


def verify_result(op: Operation, reached: Sequence[LaneRange], spacing: int) -> None:
    """Raises VerifyException unless the type of the result holds lanes with these ranges."""
    type_ = get_lanes_type(op.results[0])
    if type_.spacing.data != spacing:
        raise VerifyException(
            f"{op.name}: expected a result with lanes {spacing} apart, found {type_}"
        )
    ranges = type_.get_ranges()
    if len(ranges) != len(reached) or any(
        least > low or largest < high
        for (least, largest), (low, high) in zip(ranges, reached, strict=True)
    ):
        signed = any(low for low, _ in (*reached, *ranges))
        shown = [list(range_) if signed else range_[1] for range_ in reached]
        raise VerifyException(f"{op.name}: the lanes of the result reach {shown}, found {type_}")
