"""Floating-point numbers in the texts of dialects: the shortest digits that read back the same."""

import struct

from xdsl.parser import AttrParser


def format_float(value: float) -> str:
    """The shortest text with a point that reads back as the same double; `inf` for infinity."""
    return add_point(repr(value))


def add_point(text: str) -> str:
    """A number as Python prints it, with the point that MLIR wants: `1e-10` becomes `1.0e-10`."""
    mantissa, exponent, power = text.partition("e")
    if "." in mantissa or mantissa.endswith(("inf", "nan")):
        return text
    return f"{mantissa}.0{exponent}{power}"


def parse_float(parser: AttrParser) -> float:
    """A number or `inf`, with an optional sign; hexadecimal digits are the bits of a double."""
    sign = -1.0 if parser.parse_optional_punctuation("-") else 1.0
    if parser.parse_optional_keyword("inf"):
        return sign * float("inf")
    start = parser.pos
    number = parser.parse_number()
    if not parser.lexer.input.content.startswith("0x", start):
        return sign * float(number)
    if not isinstance(number, int) or number >= 2**64:
        parser.raise_error("expected at most 64 bits of a double", start, parser.pos)
    (value,) = struct.unpack("<d", number.to_bytes(8, "little"))
    return sign * value
