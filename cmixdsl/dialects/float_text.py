"""Floating-point numbers in the texts of dialects: the shortest digits that read back the same."""

from xdsl.parser import AttrParser


def format_float(value: float) -> str:
    """The shortest text with a point that reads back as the same double; `inf` for infinity."""
    return add_point(repr(value))


def add_point(text: str) -> str:
    """A number as Python prints it, with the point that MLIR wants: `1e-10` becomes `1.0e-10`."""
    mantissa, exponent, power = text.partition("e")
    if "." in mantissa or mantissa.endswith("inf"):
        return text
    return f"{mantissa}.0{exponent}{power}"


def parse_float(parser: AttrParser) -> float:
    """A number or an infinity, with an optional sign."""
    sign = -1.0 if parser.parse_optional_punctuation("-") else 1.0
    if parser.parse_optional_keyword("inf"):
        return sign * float("inf")
    return sign * float(parser.parse_number())
