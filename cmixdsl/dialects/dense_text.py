"""How constants are written: `dense<[[1, 2], [3, 4]]>`, or by bytes, `dense<"0x01020304">`."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
from xdsl.ir import Attribute
from xdsl.parser import Parser
from xdsl.printer import Printer

MAX_LISTED_ELEMENTS = 64
"""Constants of more elements are printed as bytes in hexadecimal."""

NestedList: TypeAlias = int | float | Sequence["NestedList"]

_Type = TypeVar("_Type", bound=Attribute)


def parse_dense(
    parser: Parser,
    parse_element: Callable[[], int | float],
    parse_type: Callable[[], _Type],
    read_elements: Callable[[NestedList, _Type], bytes],
) -> tuple[bytes, _Type, dict[str, Attribute]]:
    """Parses `dense<...>`, an optional dictionary of attributes, `:`, and a type.

    `read_elements` gives the bytes of elements; where it raises ValueError, the parser reports that
    at the elements, as it reports what is wrong with hexadecimal digits.
    """
    parser.parse_characters("dense")
    parser.parse_punctuation("<")
    position = parser.pos
    text = parser.parse_optional_str_literal()
    elements: NestedList = _parse_elements(parser, parse_element) if text is None else []
    end = parser.pos
    parser.parse_punctuation(">")
    attributes = parser.parse_optional_attr_dict()
    parser.parse_punctuation(":")
    type_ = parse_type()
    try:
        data = _read_hex(text) if text is not None else read_elements(elements, type_)
    except ValueError as error:
        parser.raise_error(str(error), position, end)
    return data, type_, attributes


def print_dense(
    printer: Printer, array: npt.NDArray[Any], data: bytes, print_element: Callable[[Any], str]
) -> None:
    """Prints ` dense<...>`: few elements as nested lists, many by their bytes."""
    if array.size <= MAX_LISTED_ELEMENTS:
        text = _format_elements(array, print_element)
    else:
        text = f'"0x{data.hex().upper()}"'
    printer.print_string(f" dense<{text}>")


def build_array(
    elements: NestedList, shape: tuple[int, ...], dtype: npt.DTypeLike | None, what: str
) -> npt.NDArray[Any]:
    """The array of nested lists, or of one number for all elements.

    Raises ValueError for lists that are no array of this shape; `what` says what they should hold.
    """
    try:
        array = np.array(elements, dtype)
    except (ValueError, OverflowError):
        raise ValueError(f"rows of a constant must have equal length and hold {what}") from None
    if array.ndim == 0:
        array = np.full(shape, array)
    if array.shape != shape:
        raise ValueError(f"constant has shape {list(array.shape)}, its type {list(shape)}")
    return array


def _parse_elements(parser: Parser, parse_element: Callable[[], int | float]) -> NestedList:
    rows = parser.parse_optional_comma_separated_list(
        parser.Delimiter.SQUARE, lambda: _parse_elements(parser, parse_element)
    )
    return parse_element() if rows is None else rows


def _format_elements(array: npt.NDArray[Any], print_element: Callable[[Any], str]) -> str:
    if array.ndim == 0:
        return print_element(array[()])
    return f"[{', '.join(_format_elements(row, print_element) for row in array)}]"


def _read_hex(text: str) -> bytes:
    if not text.startswith("0x"):
        raise ValueError('the bytes of a constant must start with "0x"')
    try:
        return bytes.fromhex(text[2:])
    except ValueError:
        raise ValueError("the bytes of a constant must be pairs of hexadecimal digits") from None
