"""Loops over the elements of packed tensors that fill a whole byte of the output at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.dialects.builtin import IntegerType, Signedness
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.buffers import LoadElementOp, StoreElementsOp
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_loop,
    build_unrolled_loop,
    build_yield,
)
from cmixdsl.passes.builders.memory import build_collapsed

Compute = Callable[[Builder, list[SSAValue], SSAValue], SSAValue]
"""Builds an output element from input elements, 32-bit words all, and the element's column."""

Store = Callable[[Builder, list[SSAValue], Linear, int], None]
"""Builds the elements of a row from a column on: indices of the row, first column, how many."""


@dataclass(frozen=True)
class Tensor:
    """A packed tensor in memory."""

    memory: SSAValue
    type: PackedType

    @property
    def has_whole_rows(self) -> bool:
        """Whether no row ends within a byte."""
        return self.type.get_shape()[-1] * self.type.bits % 8 == 0

    def build_flat(self, builder: Builder) -> "Tensor":
        """The tensor, which has whole rows, as one row."""
        rank = len(self.type.get_shape())
        return self._build_view(builder, rank, [self.type.get_num_elements()])

    def build_rows(self, builder: Builder) -> "Tensor":
        """The tensor with its rows in one dimension; one row stays one."""
        *outer, columns = self.type.get_shape()
        count = self.type.get_num_elements() // columns
        return self._build_view(builder, len(outer), [count, columns] if outer else [columns])

    def build_row(self, builder: Builder) -> "Tensor":
        """The tensor, all but the last dimension of which are 1, as one row."""
        return self._build_view(builder, len(self.type.get_shape()), self.type.get_shape()[-1:])

    def _build_view(self, builder: Builder, leading: int, shape: Sequence[int]) -> "Tensor":
        if tuple(shape) == self.type.get_shape():
            return self
        memory = build_collapsed(builder, self.memory, leading)
        return Tensor(memory, PackedType(shape, self.type.element_type))

    def as_unsigned(self) -> "Tensor":
        """The same fields, read and written without regard to a sign."""
        element_type = IntegerType(self.type.bits, Signedness.UNSIGNED)
        return Tensor(self.memory, PackedType(self.type.get_shape(), element_type))

    def build_load(self, builder: Builder, indices: Sequence[SSAValue]) -> SSAValue:
        """An element."""
        return builder.insert(LoadElementOp(self.memory, indices, self.type)).result


def build_row_loops(builder: Builder, output: Tensor, store: Store) -> None:
    """Loops over the rows of an output, and in a row over groups of columns that fill a byte."""
    *outer, _ = output.type.get_shape()
    builders = [builder]
    row: list[SSAValue] = []
    for dimension, extent in enumerate(outer):
        name = f"d{dimension}" if len(outer) > 1 else "row"
        loop, inner = build_loop(builders[-1], (0, extent, 1), name)
        row.append(loop.body.block.args[0])
        builders.append(inner)
    build_groups(builders[-1], output, row, store)
    for inner in reversed(builders[1:]):
        build_yield(inner)


def build_groups(builder: Builder, output: Tensor, row: list[SSAValue], store: Store) -> None:
    """Loops over groups of columns of one row that fill a byte; the last may be smaller."""
    columns, group = output.type.get_shape()[-1], 8 // output.type.bits
    count, rest = divmod(columns, group)

    def build_step(inside: Builder, position: Linear, _: list[SSAValue]) -> list[SSAValue]:
        store(inside, row, position * group, group)
        return []

    build_unrolled_loop(builder, count, 1, "n", [], build_step)
    if rest:
        store(builder, row, Linear(columns - rest), rest)


def build_elementwise(
    builder: Builder,
    output: Tensor,
    inputs: Sequence[Tensor],
    compute: Compute,
    *,
    by_column: bool = False,
) -> None:
    """Computes every output element from the input elements at its position.

    An input of another shape than the output has one element for each column, or one for all. Only
    with `by_column` is the column that `compute` sees one of a row; else rows may be joined.
    """
    shape = output.type.get_shape()
    whole = [source for source in inputs if source.type.get_shape() == shape]
    others = [source for source in inputs if source.type.get_num_elements() > 1]
    is_alike = len(others) == len(whole) and not by_column
    is_flat = is_alike and all(tensor.has_whole_rows for tensor in (output, *whole))
    build_view = Tensor.build_flat if is_flat else Tensor.build_rows
    target = build_view(output, builder)
    sources = [
        build_view(source, builder) if source in whole else source.build_row(builder)
        for source in inputs
    ]

    def build_group(inside: Builder, row: list[SSAValue], start: Linear, count: int) -> None:
        results: list[SSAValue] = []
        for offset in range(count):
            column = (start + offset).build(inside, "column")
            elements: list[SSAValue] = []
            for source in sources:
                *outer, columns = source.type.get_shape()
                last = column if columns > 1 else Linear(0).build(inside)
                elements.append(source.build_load(inside, [*(row if outer else ()), last]))
            results.append(compute(inside, elements, column))
        position = [*row, start.build(inside, "column")]
        inside.insert(StoreElementsOp(results, target.memory, position, target.type))

    build_row_loops(builder, target, build_group)
