"""Schedules: how a contraction is computed, as data on the operation."""

from collections.abc import Sequence
from enum import auto

from xdsl.dialects.builtin import IntAttr, StringAttr
from xdsl.ir import Attribute, ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.str_enum import StrEnum

MAX_BLOCK = 8
"""Filters or pixels of a register block; more cannot live in registers."""

DEFAULT_UNROLL = 8
"""Pairs of products that one iteration of the innermost loop computes, per filter and pixel."""

MAX_UNROLL = 64
"""A longer body would only cost code."""

MAX_ROWS = 1 << 16
"""More rows than any image has."""


class Expansion(StrEnum):
    """How activations are laid out as 16-bit lanes before they are multiplied."""

    COLUMNS = auto()
    """im2col: the window of every pixel of a block becomes one contiguous column."""
    ROWS = auto()
    """The input rows under the kernel, of one channel, with padding; windows overlap in them."""


@irdl_attr_definition
class ScheduleAttr(ParametrizedAttribute):
    """How a contraction is computed.

    ```mlir
    func.func private @layer() attributes {
      schedule = #cmix.schedule<expand = columns, filters = 2, pixels = 4>
    }
    ```

    Constraints:
    1. expand is `columns` or `rows`;
    2. filters and pixels, the sides of the register block, are in [1, 8];
    3. unroll, the most pairs of products in an iteration, is in [1, 64]; 8 is not printed;
    4. rows, the output rows for which input rows are expanded together, is at least 1; 1 is not
       printed, and with `columns` it has no meaning.
    """

    name = "cmix.schedule"

    expand: StringAttr
    filters: IntAttr
    pixels: IntAttr
    unroll: IntAttr
    rows: IntAttr

    def __init__(
        self,
        expand: Expansion,
        filters: int,
        pixels: int,
        unroll: int = DEFAULT_UNROLL,
        rows: int = 1,
    ):
        sizes = (filters, pixels, unroll, rows)
        super().__init__(StringAttr(expand), *(IntAttr(size) for size in sizes))

    @property
    def expansion(self) -> Expansion:
        """How activations are expanded."""
        return Expansion(self.expand.data)

    def verify(self) -> None:
        choices = [str(choice) for choice in Expansion]
        if self.expand.data not in choices:
            raise VerifyException(
                f"schedule: expand must be one of {', '.join(choices)}, found {self.expand.data}"
            )
        for key, size, limit in (
            ("filters", self.filters.data, MAX_BLOCK),
            ("pixels", self.pixels.data, MAX_BLOCK),
            ("unroll", self.unroll.data, MAX_UNROLL),
            ("rows", self.rows.data, MAX_ROWS),
        ):
            if not 1 <= size <= limit:
                raise VerifyException(f"schedule: {key} must be in [1, {limit}], found {size}")

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            parser.parse_characters("expand")
            parser.parse_punctuation("=")
            parameters: list[Attribute] = [StringAttr(parser.parse_identifier())]
            for key in ("filters", "pixels"):
                parser.parse_punctuation(",")
                parser.parse_characters(key)
                parser.parse_punctuation("=")
                parameters.append(IntAttr(parser.parse_integer()))
            optional = {"unroll": DEFAULT_UNROLL, "rows": 1}
            while parser.parse_optional_punctuation(","):
                key = parser.parse_identifier()
                if key not in optional:
                    parser.raise_error(f"expected unroll or rows, found {key}")
                parser.parse_punctuation("=")
                optional[key] = parser.parse_integer()
            return [*parameters, *(IntAttr(value) for value in optional.values())]

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string(
                f"expand = {self.expand.data}, filters = {self.filters.data}, "
                f"pixels = {self.pixels.data}"
            )
            if self.unroll.data != DEFAULT_UNROLL:
                printer.print_string(f", unroll = {self.unroll.data}")
            if self.rows.data != 1:
                printer.print_string(f", rows = {self.rows.data}")
