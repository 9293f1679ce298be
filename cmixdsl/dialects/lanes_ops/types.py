"""Types of the `lanes` dialect, and how maxima of lanes follow from those of operands."""

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import ArrayAttr, IntAttr
from xdsl.ir import Attribute, Operation, ParametrizedAttribute, SSAValue, TypeAttribute
from xdsl.irdl import BaseAttr, irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException


class LanesType(ParametrizedAttribute, TypeAttribute, ABC):
    """Unsigned numbers at equal distances in a register.

    Constraints:
    1. there is at least one lane, and lanes are at least one bit apart;
    2. each lane's maximum is less than 2^spacing;
    3. lanes and their maxima fit the register.
    """

    BITS: ClassVar[int]
    """Bits of the register."""

    maxima: ArrayAttr[IntAttr]
    spacing: IntAttr

    def __init__(self, maxima: Sequence[int], spacing: int):
        super().__init__(ArrayAttr(IntAttr(largest) for largest in maxima), IntAttr(spacing))

    def get_maxima(self) -> tuple[int, ...]:
        """The largest value of each lane, lowest lane first."""
        return tuple(largest.data for largest in self.maxima)

    @property
    def lanes(self) -> int:
        """Number of lanes."""
        return len(self.maxima)

    def verify(self) -> None:
        spacing, maxima = self.spacing.data, self.get_maxima()
        # 1
        if not maxima or spacing < 1:
            raise VerifyException(
                f"lanes: expected at least one lane and a spacing of at least 1, "
                f"found {len(maxima)} at {spacing}"
            )
        for lane, largest in enumerate(maxima):
            # 2
            if not 0 <= largest < 1 << spacing:
                raise VerifyException(
                    f"lanes: the maximum of lane {lane} must be in [0, {(1 << spacing) - 1}], "
                    f"as lanes are {spacing} bits apart, found {largest}"
                )
            # 3
            if lane * spacing + largest.bit_length() > self.BITS:
                raise VerifyException(
                    f"lanes: lane {lane} at bit {lane * spacing} with a maximum of {largest} "
                    f"does not fit {self.BITS} bits"
                )

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            count = parser.parse_integer()
            parser.parse_keyword("at")
            spacing = parser.parse_integer()
            parser.parse_punctuation(",")
            parser.parse_keyword("max")
            maxima = parser.parse_optional_comma_separated_list(
                parser.Delimiter.SQUARE, parser.parse_integer
            )
            if maxima is None:
                maxima = [parser.parse_integer()] * count
            if len(maxima) != count:
                parser.raise_error(f"expected {count} maxima or one, found {len(maxima)}")
            return (ArrayAttr(IntAttr(largest) for largest in maxima), IntAttr(spacing))

    def print_parameters(self, printer: Printer) -> None:
        maxima = self.get_maxima()
        is_uniform = len(set(maxima)) == 1
        largest = str(maxima[0]) if is_uniform else str(list(maxima))
        with printer.in_angle_brackets():
            printer.print_string(f"{len(maxima)} at {self.spacing.data}, max {largest}")


@irdl_attr_definition
class WordType(LanesType):
    """Lanes in a 32-bit word: `!lanes.word<4 at 8, max 3>`."""

    name = "lanes.word"
    BITS: ClassVar[int] = 32

    def __init__(self, maxima: Sequence[int], spacing: int):
        super().__init__(maxima, spacing)


@irdl_attr_definition
class LongType(LanesType):
    """Lanes in a pair of words, as a multiplication leaves them: `!lanes.long<6 at 8, max 27>`."""

    name = "lanes.long"
    BITS: ClassVar[int] = 64

    def __init__(self, maxima: Sequence[int], spacing: int):
        super().__init__(maxima, spacing)


AnyLanes = BaseAttr(WordType) | BaseAttr(LongType)


def get_lanes_type(value: SSAValue) -> LanesType:
    """The type of a value that an operation's definition says to be lanes."""
    assert isinstance(value.type, LanesType)
    return value.type


def get_product_maxima(a: Sequence[int], b: Sequence[int]) -> list[int]:
    """Maxima of the lanes of a product: the coefficients of the product of two polynomials."""
    maxima = [0] * (len(a) + len(b) - 1)
    for i, left in enumerate(a):
        for j, right in enumerate(b):
            maxima[i + j] += left * right
    return maxima


def get_sum_maxima(a: Sequence[int], b: Sequence[int]) -> list[int]:
    """Maxima of the lanes of a sum of words with possibly different numbers of lanes."""
    size = max(len(a), len(b))
    padded = [[*maxima, *[0] * (size - len(maxima))] for maxima in (a, b)]
    return [left + right for left, right in zip(*padded, strict=True)]


def verify_spacing(op: Operation, *types: LanesType) -> None:
    """Raises VerifyException unless the lanes of all types are equally far apart."""
    if len({type_.spacing for type_ in types}) != 1:
        raise VerifyException(
            f"{op.name}: lanes of all operands must be equally far apart, "
            f"found {', '.join(map(str, types))}"
        )


def verify_result(op: Operation, reached: Sequence[int], spacing: int) -> None:
    """Raises VerifyException unless the type of the result holds lanes that reach these values."""
    type_ = get_lanes_type(op.results[0])
    if type_.spacing.data != spacing:
        raise VerifyException(
            f"{op.name}: expected a result with lanes {spacing} apart, found {type_}"
        )
    maxima = type_.get_maxima()
    if len(maxima) != len(reached) or any(
        largest < value for largest, value in zip(maxima, reached, strict=True)
    ):
        raise VerifyException(
            f"{op.name}: the lanes of the result reach {list(reached)}, found {type_}"
        )
