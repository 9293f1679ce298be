"""Schedules: how a contraction is computed, as data on the operation."""

from collections.abc import Mapping, Sequence
from enum import auto
from types import MappingProxyType

from xdsl.dialects.builtin import IntAttr, StringAttr
from xdsl.ir import Attribute, ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.str_enum import StrEnum

MAX_BLOCK = 8
"""Filters or pixels of a register block, or of a word; more cannot live in registers."""

DEFAULT_UNROLL = 8
"""Pairs of products that one iteration of the innermost loop computes, per filter and pixel."""

MAX_UNROLL = 64
"""A longer body would only cost code."""

MAX_ROWS = 1 << 16
"""More rows than any image has."""

LANE_BITS = 16
"""Bits of a weight that is stored as it is multiplied."""

MAX_SPACING = 31
"""Bits between lanes of a word."""


OPTIONAL_KEYS: Mapping[str, int] = MappingProxyType(
    {
        "unroll": DEFAULT_UNROLL,
        "rows": 1,
        "spacing": 0,
        "columns": 0,
        "channels": 1,
        "phases": 1,
        "words": 1,
        "weight_bits": 0,
        "reuse": 0,
        "apart": 1,
        "joint": 0,
    }
)
"""Keys that are printed only where they differ from these values, in the order of parameters."""


class Expansion(StrEnum):
    """How activations are laid out as 16-bit lanes before they are multiplied."""

    COLUMNS = auto()
    """im2col: the window of every pixel of a block becomes one contiguous column."""
    ROWS = auto()
    """The input rows under the kernel, of one channel or those of a byte, with padding; windows
    overlap in them."""
    OVERLAP = auto()
    """The same rows of all channels, or for depthwise layers those of a byte, several neighbours a
    word; one multiply does overlapping windows."""
    OUTER = auto()
    """Several pixels a word, and several filters another; one multiply does all their products."""


LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "filters": (1, MAX_BLOCK),
        "pixels": (1, MAX_BLOCK),
        "unroll": (1, MAX_UNROLL),
        "rows": (1, MAX_ROWS),
        "spacing": (0, MAX_SPACING),
        "columns": (0, MAX_ROWS),
        "channels": (1, MAX_BLOCK),
        "phases": (1, MAX_BLOCK),
        "words": (1, MAX_BLOCK),
        "reuse": (0, 1),
        "apart": (1, MAX_BLOCK),
        "joint": (0, 1),
    }
)
"""The least and the largest value of each key."""

EXPANSIONS_OF: Mapping[str, tuple[Expansion, ...]] = MappingProxyType(
    {
        "spacing": (Expansion.OVERLAP, Expansion.OUTER),
        "columns": (Expansion.OVERLAP, Expansion.OUTER),
        "channels": (Expansion.ROWS, Expansion.OVERLAP),
        "phases": (Expansion.OVERLAP,),
        "words": (Expansion.OVERLAP, Expansion.OUTER),
        "weight_bits": (Expansion.COLUMNS, Expansion.ROWS),
        "reuse": (Expansion.ROWS, Expansion.OVERLAP),
        "apart": (Expansion.OUTER,),
        "joint": (Expansion.COLUMNS,),
    }
)
"""The expansions that a key has a meaning for; keys that are not here have one for all."""


@irdl_attr_definition
class ScheduleAttr(ParametrizedAttribute):
    """How a contraction is computed.

    ```mlir
    func.func private @layer() attributes {
      schedule = #cmix.schedule<expand = columns, filters = 2, pixels = 4>
    }
    ```

    Constraints:
    1. expand is `columns`, `rows`, `overlap` or `outer`;
    2. filters and pixels, the sides of the register block, are in [1, 8];
    3. unroll, the most pairs of products in an iteration, is in [1, 64]; 8 is not printed;
    4. rows, the output rows for which input rows are expanded together, is at least 1; 1 is not
       printed, and it has a meaning for depthwise layers only;
    5. spacing, the bits between the lanes of a word, is in [0, 31]; columns, the output columns
       that are computed from one expansion, is at least 0. Both are for `overlap` and `outer`, and
       0, which is not printed, leaves the choice to the compiler: the best spacing, all columns;
    6. channels, the input channels whose code is unrolled, is in [1, 8]; 1 is not printed, others
       are for depthwise layers. Rows of those in one byte are expanded together;
    7. phases, into which taps of a depthwise layer are split by the column that they read, is in
       [1, 8]; 1 is not printed, others are for `overlap` and divide the stride along rows;
    8. words, the words of weights that are multiplied together with `overlap` and `outer`, is in
       [1, 8]; 1 is not printed;
    9. weight_bits, of a weight as it is stored, is 0 or 16; 0, which is not printed, are the bits
       of its type. 16 are for `columns` and `rows`: weights less their zero point, in pairs that
       need no unpacking, shifted to the left as far as the requantization would shift sums;
    10. reuse is 0 or 1; 1, for depthwise layers, moves expanded rows that the next strip of output
       rows reads too to its front, 0, which is not printed, expands them again;
    11. apart, the lanes from one pixel of a word to the next with `outer`, is in [1, 8]; 1, which
       is not printed, makes pixels neighbours, as many as filters makes filters neighbours;
    12. joint is 0 or 1; 1, for `columns`, multiplies the two weights of a halfword, those of two
       filters, as one number too: the sum of the upper one is the difference. Then the number of
       filters is even. 0, which is not printed, unpacks both.

    A key whose value differs from the one above where expand gives it no meaning is an error.

    With `overlap`, pixels are the neighbours that a word holds, and unroll is the number of
    products accumulated in its lanes; a depthwise layer accumulates all of a window. A word of
    weights belongs to one filter there; several of them meet each word of a row in turn.

    With `outer`, pixels and filters are those of a word of inputs and of weights, and unroll is the
    number of products of an iteration. A vector has one pixel; there, pixels are the neighbours
    that a word holds.
    """

    name = "cmix.schedule"

    expand: StringAttr
    filters: IntAttr
    pixels: IntAttr
    unroll: IntAttr
    rows: IntAttr
    spacing: IntAttr
    columns: IntAttr
    channels: IntAttr
    phases: IntAttr
    words: IntAttr
    weight_bits: IntAttr
    reuse: IntAttr
    apart: IntAttr
    joint: IntAttr

    def __init__(
        self,
        expand: Expansion,
        filters: int,
        pixels: int,
        unroll: int = DEFAULT_UNROLL,
        rows: int = 1,
        *,
        spacing: int = 0,
        columns: int = 0,
        channels: int = 1,
        phases: int = 1,
        words: int = 1,
        weight_bits: int = 0,
        reuse: int = 0,
        apart: int = 1,
        joint: int = 0,
    ):
        sizes = (
            filters,
            pixels,
            unroll,
            rows,
            spacing,
            columns,
            channels,
            phases,
            words,
            weight_bits,
            reuse,
            apart,
            joint,
        )
        super().__init__(StringAttr(expand), *(IntAttr(size) for size in sizes))

    @property
    def expansion(self) -> Expansion:
        """How activations are expanded."""
        return Expansion(self.expand.data)

    @property
    def block_filters(self) -> int:
        """Filters that are computed, and whose outputs are stored, together."""
        return self.filters.data * self.words.data

    def verify(self) -> None:
        choices = [str(choice) for choice in Expansion]
        if self.expand.data not in choices:
            raise VerifyException(
                f"schedule: expand must be one of {', '.join(choices)}, found {self.expand.data}"
            )
        sizes = {"filters": self.filters.data, "pixels": self.pixels.data} | self._get_options()
        for key, (least, limit) in LIMITS.items():
            if not least <= sizes[key] <= limit:
                raise VerifyException(
                    f"schedule: {key} must be in [{least}, {limit}], found {sizes[key]}"
                )
        if sizes["weight_bits"] not in (0, LANE_BITS):
            raise VerifyException(
                f"schedule: weight_bits must be 0 or {LANE_BITS}, found {sizes['weight_bits']}"
            )
        if sizes["joint"] and (sizes["filters"] % 2 or sizes["weight_bits"]):
            raise VerifyException(
                "schedule: joint = 1 needs an even number of filters and weight_bits = 0, found "
                f"{sizes['filters']} and {sizes['weight_bits']}"
            )
        for key, expansions in EXPANSIONS_OF.items():
            if sizes[key] != OPTIONAL_KEYS[key] and self.expansion not in expansions:
                raise VerifyException(
                    f"schedule: {key} = {sizes[key]} has no meaning for {self.expand.data}, only "
                    f"for {' and '.join(expansions)}; leave {key} out"
                )

    def _get_options(self) -> dict[str, int]:
        options = (
            self.unroll,
            self.rows,
            self.spacing,
            self.columns,
            self.channels,
            self.phases,
            self.words,
            self.weight_bits,
            self.reuse,
            self.apart,
            self.joint,
        )
        return {key: size.data for key, size in zip(OPTIONAL_KEYS, options, strict=True)}

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
            optional = dict(OPTIONAL_KEYS)
            while parser.parse_optional_punctuation(","):
                key = parser.parse_identifier()
                if key not in optional:
                    parser.raise_error(f"expected {', '.join(optional)}, found {key}")
                parser.parse_punctuation("=")
                optional[key] = parser.parse_integer()
            return [*parameters, *(IntAttr(value) for value in optional.values())]

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string(
                f"expand = {self.expand.data}, filters = {self.filters.data}, "
                f"pixels = {self.pixels.data}"
            )
            for key, size in self._get_options().items():
                if size != OPTIONAL_KEYS[key]:
                    printer.print_string(f", {key} = {size}")
