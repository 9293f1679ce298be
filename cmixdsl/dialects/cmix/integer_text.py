"""How attributes of integers and lists of integers are built, parsed and printed."""

from collections.abc import Sequence

from xdsl.dialects.builtin import DenseArrayBase, IntAttr, IntegerType
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException


def build_int_array(
    values: Sequence[int] | DenseArrayBase[IntegerType], element_type: IntegerType
) -> DenseArrayBase[IntegerType]:
    """Array attribute of the values; an attribute is passed through.

    Raises VerifyException when a value does not fit the element type.
    """
    if isinstance(values, DenseArrayBase):
        return values
    width = element_type.width.data
    for value in values:
        if not -(1 << (width - 1)) <= value < 1 << (width - 1):
            raise VerifyException(f"{value} does not fit in a signed {width}-bit integer")
    return DenseArrayBase.from_list(element_type, list(values))


def parse_integers(parser: AttrParser) -> list[int]:
    """Parses `[1, 2]`."""
    return parser.parse_comma_separated_list(parser.Delimiter.SQUARE, parser.parse_integer)


def parse_key(parser: AttrParser, key: str) -> None:
    """Parses `key =`."""
    parser.parse_characters(key)
    parser.parse_punctuation("=")


def parse_array(
    parser: AttrParser, key: str, element_type: IntegerType
) -> DenseArrayBase[IntegerType]:
    """Parses `key = [1, 2]`; an error says where a value does not fit the element type."""
    parse_key(parser, key)
    position = parser.pos
    values = parse_integers(parser)
    try:
        return build_int_array(values, element_type)
    except VerifyException as error:
        parser.raise_error(f"{key}: {error}", position)


def parse_int(parser: AttrParser, key: str) -> IntAttr:
    """Parses `key = 1`."""
    parse_key(parser, key)
    return IntAttr(parser.parse_integer())


def print_array(printer: Printer, key: str, values: DenseArrayBase[IntegerType]) -> None:
    """Prints `key = [1, 2]`."""
    printer.print_string(f"{key} = ")
    with printer.in_square_brackets():
        printer.print_list(values.iter_values(), printer.print_int)
