"""Operations over a box of named iterators, with maps from iterators to positions in operands."""

import re
from collections.abc import Sequence

from xdsl.dialects.builtin import AffineMapAttr, ArrayAttr, DenseArrayBase, StringAttr, i64
from xdsl.ir import Attribute
from xdsl.ir.affine import AffineMap
from xdsl.irdl import IRDLOperation, prop_def
from xdsl.irdl.declarative_assembly_format import (
    AttributeVariable,
    CustomDirective,
    ParsingState,
    PrintingState,
    irdl_custom_directive,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException


def get_map_range(
    map_: AffineMap, extents: Sequence[int], symbols: Sequence[int]
) -> list[tuple[int, int]]:
    """Smallest and largest value of each result of a linear map over a box of iterators."""
    ranges = [(base, base) for base in map_.eval([0] * len(extents), symbols)]
    for dimension, extent in enumerate(extents):
        changes = [step * (extent - 1) for step in get_map_steps(map_, dimension)]
        ranges = [
            (low + min(change, 0), high + max(change, 0))
            for (low, high), change in zip(ranges, changes, strict=True)
        ]
    return ranges


def get_map_steps(map_: AffineMap, dimension: int) -> tuple[int, ...]:
    """How far one step of a dimension moves each result of a linear map."""
    zeros, symbols = [0] * map_.num_dims, [0] * map_.num_symbols
    one = [int(index == dimension) for index in range(map_.num_dims)]
    pairs = zip(map_.eval(one, symbols), map_.eval(zeros, symbols), strict=True)
    return tuple(new - old for new, old in pairs)


def build_iterators(**extents: int) -> dict[str, Attribute | None]:
    """The properties of iterators with these names and extents, outermost first."""
    return {
        "iterators": ArrayAttr(StringAttr(name) for name in extents),
        "extents": DenseArrayBase.from_list(i64, list(extents.values())),
    }


class IteratedOperation(IRDLOperation):
    """An operation over a box of named iterators, shifted by offsets.

    Constraints:
    1. iterators have different names and extents of at least 1;
    2. each map has a dimension per iterator and a symbol per offset.
    """

    iterators = prop_def(ArrayAttr[StringAttr])
    extents = prop_def(DenseArrayBase.constr(i64))

    @property
    def iterator_names(self) -> tuple[str, ...]:
        """Names of the iterators, outermost first."""
        return tuple(name.data for name in self.iterators)

    def get_extent(self, name: str) -> int:
        """Extent of an iterator; 1 when there is none of that name."""
        names = self.iterator_names
        return self.extents.get_values()[names.index(name)] if name in names else 1

    def verify_iterators(self, offsets: int, maps: Sequence[tuple[str, AffineMap, int]]) -> None:
        """Checks the constraints; each map comes with its name and its number of results."""
        names = self.iterator_names
        extents = self.extents.get_values()
        if (
            len(set(names)) != len(names)
            or len(names) != len(extents)
            or min(extents, default=0) < 1
        ):
            raise VerifyException(
                "iterators need different names and extents of at least 1, "
                f"found {list(zip(names, extents, strict=False))}"
            )
        for what, map_, results in maps:
            if (map_.num_dims, map_.num_symbols, len(map_.results)) != (
                len(names),
                offsets,
                results,
            ):
                raise VerifyException(
                    f"{what} must map {len(names)} iterators and {offsets} offsets to {results} "
                    f"positions, found {map_}"
                )


@irdl_custom_directive
class Iterators(CustomDirective):
    """Prints iterator names and extents as `[y = 1, x = 4, c = 32]`."""

    iterators: AttributeVariable
    extents: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        def parse_iterator() -> tuple[str, int]:
            name = parser.parse_identifier()
            parser.parse_punctuation("=")
            return name, parser.parse_integer()

        pairs = parser.parse_comma_separated_list(parser.Delimiter.SQUARE, parse_iterator)
        self.iterators.set(state, ArrayAttr(StringAttr(name) for name, _ in pairs))
        self.extents.set(state, DenseArrayBase.from_list(i64, [extent for _, extent in pairs]))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        assert isinstance(op, IteratedOperation)
        state.print_whitespace(printer)
        with printer.in_square_brackets():
            pairs = zip(op.iterator_names, op.extents.iter_values(), strict=True)
            printer.print_list(pairs, lambda pair: printer.print_string(f"{pair[0]} = {pair[1]}"))


@irdl_custom_directive
class Access(CustomDirective):
    """Prints a map from iterators to positions as `(y, x, c)[s0] -> (y + s0, x, c)`.

    Dimensions are the operation's iterators, symbols its offsets.
    """

    map: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        self.map.set(state, AffineMapAttr(parser.parse_affine_map()))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        assert isinstance(op, IteratedOperation)
        map_attr = self.map.get(op)
        assert isinstance(map_attr, AffineMapAttr)
        names = op.iterator_names
        text = re.sub(r"\bd(\d+)\b", lambda match: names[int(match[1])], str(map_attr.data))
        state.print_whitespace(printer)
        printer.print_string(text)
