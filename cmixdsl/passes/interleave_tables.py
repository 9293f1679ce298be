"""Interleaves the tables of a layer by blocks of filters: constants lie in the order of their use.

A block reads its biases, its weights, and the parameters of its requantization. From one table of
each, that takes an address of each, more than registers are left for, so that they lie on the stack
between blocks. In one table the constants of a block are neighbours, and one address does. Words
that a filter has one of are neighbours by filter where they are read one after another.

1. Tables hold words, are constant, belong to one function, and are only loaded from.
2. The shortest has a word for each filter; the others have whole multiples of that.
3. The shortest are read in a loop over blocks of filters, the others there too, or in loops over
   the words of a block. What no innermost loop varies is loaded once for several of its turns.
4. A load is within one block.

Before:
```mlir
"memref.global"() <{sym_name = "f_bias", sym_visibility = "private", type = memref<4xi32>,
                    initial_value = dense<[1, 2, 3, 4]> : tensor<4xi32>, constant}> : () -> ()
"memref.global"() <{sym_name = "f_weight", sym_visibility = "private", type = memref<8xi32>,
    initial_value = dense<[10, 20, 11, 21, 30, 40, 31, 41]> : tensor<8xi32>, constant}> : () -> ()
func.func @f(%y: memref<1xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  scf.for %f = %c0 to %c4 step %c2 {
    %bias = memref.get_global @f_bias : memref<4xi32>
    %o = arith.addi %f, %c1 : index
    %bias1 = memref.load %bias[%o] : memref<4xi32>
    %weight = memref.get_global @f_weight : memref<8xi32>
    %w = arith.muli %f, %c2 : index
    %word = memref.load %weight[%w] : memref<8xi32>
    %sum = arith.addi %bias1, %word : i32
    memref.store %sum, %y[%c0] : memref<1xi32>
  }
  return
}
```

After:
```mlir
"memref.global"() <{sym_name = "f_constants", sym_visibility = "private", type = memref<12xi32>,
    initial_value = dense<[1, 2, 10, 20, 11, 21, 3, 4, 30, 40, 31, 41]> : tensor<12xi32>,
    constant}> {cmix.words} : () -> ()
func.func @f(%y: memref<1xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  scf.for %f = %c0 to %c4 step %c2 {
    %constants = memref.get_global @f_constants : memref<12xi32>
    %o = arith.addi %f, %c1 : index
    %c3 = arith.constant 3 : index
    %f_1 = arith.muli %f, %c3 : index
    %c1_1 = arith.constant 1 : index
    %w = arith.addi %f_1, %c1_1 : index
    %bias1 = memref.load %constants[%w] : memref<12xi32>
    %constants_1 = memref.get_global @f_constants : memref<12xi32>
    %w_1 = arith.muli %f, %c2 : index
    %c3_1 = arith.constant 3 : index
    %f_2 = arith.muli %f, %c3_1 : index
    %c2_1 = arith.constant 2 : index
    %w_2 = arith.addi %f_2, %c2_1 : index
    %word = memref.load %constants_1[%w_2] : memref<12xi32>
    %sum = arith.addi %bias1, %word : i32
    memref.store %sum, %y[%c0] : memref<1xi32>
  }
  return
}
```
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import memref, scf
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, IntegerType, ModuleOp, i32
from xdsl.dialects.func import FuncOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.utils.hints import isa

from cmixdsl.passes.builders.global_constants import build_table
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    get_integer_constant,
    get_linear_form,
    get_loop,
)
from cmixdsl.passes.builders.memory import get_memref_type


@dataclass
class Table:
    """A table of a function."""

    symbol: memref.GlobalOp
    references: list[memref.GetGlobalOp]
    loads: list[memref.LoadOp]
    """In the order of the function."""
    values: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Place:
    """Where the words of a table lie within those of a block."""

    per_filter: int
    """Words of the table."""
    before: int
    """Words of each filter in tables before it."""
    position: int
    """Among tables that alternate."""
    step: int
    """How many these are."""

    def get_offset(self, word: Linear, filters: int) -> Linear:
        """From the table's word of a block of so many filters to the block's."""
        return word * self.step + (self.before * filters + self.position)


@dataclass(frozen=True)
class Layout:
    """How tables are interleaved."""

    filters: int
    """Of the layer."""
    block: int
    """Filters of a block; the last one may have fewer."""
    variables: frozenset[SSAValue]
    """Of the loops over blocks: the first filter of each."""
    places: Mapping[str, Place]

    @property
    def per_filter(self) -> int:
        """Words of all tables."""
        return sum(place.per_filter for place in self.places.values())

    def map(self, symbol: str, position: Linear) -> Linear | None:
        """Where a word of a table is; None where it may be in several blocks."""
        place = self.places[symbol]
        start = [(factor, value) for factor, value in position.terms if value in self.variables]
        if any(factor != place.per_filter for factor, _ in start) or len(start) > 1:
            return None
        word = position + Linear(0, tuple((-factor, value) for factor, value in start))
        if (bounds := word.get_range()) is None:
            return None
        first = 0 if start else bounds[0] // (place.per_filter * self.block) * self.block
        filters = self.block if start else min(self.block, self.filters - first)
        word += -first * place.per_filter
        low, high = bounds[0] - first * place.per_filter, bounds[1] - first * place.per_filter
        if low < 0 or high >= filters * place.per_filter:
            return None
        base = Linear(0, tuple((self.per_filter, value) for _, value in start))
        return base + first * self.per_filter + place.get_offset(word, filters)

    def interleave(self, tables: Sequence[Table]) -> npt.NDArray[np.int64]:
        """The words of all tables."""
        merged = np.empty(self.filters * self.per_filter, np.int64)
        for table in tables:
            place = self.places[table.symbol.sym_name.data]
            for first in range(0, self.filters, self.block):
                filters = min(self.block, self.filters - first)
                count = filters * place.per_filter
                start = first * self.per_filter + place.before * filters + place.position
                words = table.values[first * place.per_filter :][:count]
                merged[start : start + count * place.step : place.step] = words
        return merged


def find_tables(function: FuncOp, symbols: Mapping[str, memref.GlobalOp]) -> list[Table]:
    """The tables of words that a function only loads from, in the order of their first load."""
    references: dict[str, list[memref.GetGlobalOp]] = {}
    loads: dict[str, list[memref.LoadOp]] = {}
    for op in function.walk():
        if isinstance(op, memref.GetGlobalOp):
            references.setdefault(op.name_.string_value(), []).append(op)
        elif isinstance(op, memref.LoadOp) and isinstance(op.memref.owner, memref.GetGlobalOp):
            loads.setdefault(op.memref.owner.name_.string_value(), []).append(op)
    found: list[Table] = []
    for name, members in loads.items():
        uses = sum(len(list(reference.memref.uses)) for reference in references[name])
        values = symbols[name].initial_value
        type_ = get_memref_type(members[0].memref)
        is_words = type_.element_type == i32 and type_.get_num_dims() == 1
        if not is_words or symbols[name].constant is None or uses != len(members):
            continue
        if isa(values, DenseIntOrFPElementsAttr[IntegerType]):
            numbers = np.frombuffer(values.data.data, np.int32).astype(np.int64)
            found.append(Table(symbols[name], references[name], members, numbers))
    return found


def find_layout(tables: Sequence[Table]) -> Layout | None:
    """How tables may be interleaved; None where loads do not tell."""
    filters = min(len(table.values) for table in tables)
    if any(len(table.values) % filters for table in tables):
        return None
    short = [load for table in tables if len(table.values) == filters for load in table.loads]
    terms = [term for load in short for term in get_linear_form(load.indices[0]).terms]
    variables = frozenset(value for _, value in terms)
    steps = {_get_step(value) for value in variables}
    if len(steps) != 1 or (block := steps.pop()) is None:
        return None
    if any(_is_invariant(load, variables) for table in tables for load in table.loads):
        return None
    return Layout(filters, block, variables, _place_tables(tables, filters))


def _get_step(value: SSAValue) -> int | None:
    loop = get_loop(value)
    if loop is None or get_integer_constant(loop.lb) != 0:
        return None
    return get_integer_constant(loop.step)


def _is_invariant(load: memref.LoadOp, variables: frozenset[SSAValue]) -> bool:
    """Whether a load of a loop over blocks goes to the same place in every turn of another."""
    values = {value for _, value in get_linear_form(load.indices[0]).terms}
    loop = load.parent_op()
    is_inner = isinstance(loop, scf.ForOp) and loop.body.block.args[0] not in values
    return is_inner and not variables.isdisjoint(values)


def _place_tables(tables: Sequence[Table], filters: int) -> dict[str, Place]:
    """Tables one after another; neighbours of one word for each filter alternate."""
    groups: list[list[Table]] = []
    for table in tables:
        is_short = len(table.values) == filters
        if groups and is_short and len(groups[-1][0].values) == filters:
            groups[-1].append(table)
        else:
            groups.append([table])
    places: dict[str, Place] = {}
    before = 0
    for group in groups:
        for position, table in enumerate(group):
            per_filter = len(table.values) // filters
            name = table.symbol.sym_name.data
            places[name] = Place(per_filter, before, position, len(group))
        before += sum(len(table.values) for table in group) // filters
    return places


def interleave(function: FuncOp, tables: Sequence[Table]) -> None:
    """Makes one table of several, unless a load may go to several blocks."""
    layout = find_layout(tables)
    if layout is None:
        return
    positions: list[tuple[memref.LoadOp, Linear]] = []
    for table in tables:
        for load in table.loads:
            place = layout.map(table.symbol.sym_name.data, get_linear_form(load.indices[0]))
            if place is None:
                return
            positions.append((load, place))
    values = layout.interleave(tables)
    for table in tables:
        for reference in table.references:
            builder = Builder(InsertPoint.before(reference))
            merged = build_table(builder, reference, "constants", values, 32, packed=True)
            Rewriter.replace_op(reference, [], [merged])
        Rewriter.erase_op(table.symbol)
    for load, place in positions:
        builder = Builder(InsertPoint.before(load))
        load.operands[1] = place.build(builder, "w")


@dataclass(frozen=True)
class InterleaveTablesPass(ModulePass):
    """Interleaves the tables of layers by blocks of filters."""

    name = "cmix-interleave-tables"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        symbols = {g.sym_name.data: g for g in op.walk() if isinstance(g, memref.GlobalOp)}
        functions = [function for function in op.walk() if isinstance(function, FuncOp)]
        found = {function: find_tables(function, symbols) for function in functions}
        users: dict[str, int] = {}
        for tables in found.values():
            for table in tables:
                name = table.symbol.sym_name.data
                users[name] = users.get(name, 0) + 1
        for function, tables in found.items():
            own = [table for table in tables if users[table.symbol.sym_name.data] == 1]
            if len(own) > 1:
                interleave(function, own)
