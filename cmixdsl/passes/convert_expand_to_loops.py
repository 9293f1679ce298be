"""Lowers the expansion of inputs to loops: whole words where an order allows it, else elements.

Rows and columns of the input that lie outside it are decided once per run of the innermost
iterator. Where the innermost iterator itself crosses the border, its domain is cut in three: the
part before the input, the part inside, the part behind. No element is tested.

Before:
```mlir
func.func private @layer(%x: memref<2x4xi8>, %lanes: memref<2x4xi16>) {
  cmix.expand [x = 2, c = 4] input %x (x, c) -> (x, c) as <2x4xui8>
      lanes %lanes (x, c) -> (x, c) order [0, 2, 1, 3] : memref<2x4xi8>, memref<2x4xi16>
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<2x4xi8>, %lanes: memref<2x4xi16>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %word = dsp.load_word %x[%c0, %c0] : memref<2x4xi8>
  %pair = dsp.uxtb16 %word
  dsp.store_word %pair, %lanes[%c0, %c0] : memref<2x4xi16>
  %pair_1 = dsp.uxtb16 %word ror 8
  dsp.store_word %pair_1, %lanes[%c0, %c2] : memref<2x4xi16>
  %word_1 = dsp.load_word %x[%c1, %c0] : memref<2x4xi8>
  %pair_2 = dsp.uxtb16 %word_1
  dsp.store_word %pair_2, %lanes[%c1, %c0] : memref<2x4xi16>
  %pair_3 = dsp.uxtb16 %word_1 ror 8
  dsp.store_word %pair_3, %lanes[%c1, %c2] : memref<2x4xi16>
  return
}
```
"""

from collections.abc import Callable
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, memref, scf
from xdsl.dialects.builtin import IntegerType, ModuleOp
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.blocks import ExpandOp
from cmixdsl.dialects.cmix.buffers import LoadElementOp
from cmixdsl.dialects.dsp import LoadWordOp, StoreWordOp
from cmixdsl.passes.index_arithmetic import (
    Linear,
    build_index,
    build_loop,
    build_unrolled_loop,
    build_yield,
    get_linear_map,
    get_unroll,
)
from cmixdsl.passes.row_bytes import ByteRow, build_pad_row, build_row, is_bytewise
from cmixdsl.passes.word_arithmetic import (
    build_pair,
    build_word,
    get_pairs_per_word,
    repeat_in_lanes,
)

i16 = IntegerType(16)

MAX_TAPS = 4
"""Taps of a kernel row that are copied at once at most."""

MAX_UNROLL = 8
"""Words or elements that one iteration copies at most."""


@dataclass(frozen=True)
class Copy:
    """An expansion with values for all its iterators but the innermost."""

    op: ExpandOp
    outer: tuple[Linear, ...]

    def get_input(self, inner: Linear) -> list[Linear]:
        """Position of the input for a value of the innermost iterator."""
        return get_linear_map(self.op.input_map.data, [*self.outer, inner], self.op.offsets)

    def get_lanes(self, inner: Linear) -> list[Linear]:
        """Position of the lane for a value of the innermost iterator."""
        return get_linear_map(self.op.lanes_map.data, [*self.outer, inner], self.op.offsets)

    def get_fixed(self, positions: list[Linear]) -> list[tuple[Linear, int]]:
        """Of these positions, those that the innermost iterator does not move, with their sizes."""
        here, there = self.get_input(Linear(0)), self.get_input(Linear(1))
        sizes = self.op.input_type.get_shape()
        return [
            (position, size)
            for position, size, first, second in zip(positions, sizes, here, there, strict=True)
            if first.constant == second.constant
        ]

    @property
    def extent(self) -> int:
        """Extent of the innermost iterator."""
        return self.op.extents.get_values()[-1]

    @property
    def pad(self) -> int:
        """What positions outside the input hold."""
        return self.op.pad.value.data


def _build_positions(builder: Builder, positions: list[Linear], name: str) -> list[SSAValue]:
    return [position.build(builder, name) for position in positions]


def _build_unrolled(
    builder: Builder,
    copy: Copy,
    bounds: tuple[int, int, int],
    build: Callable[[Builder, Linear], None],
) -> None:
    """Calls `build` with every value of `range(*bounds)`, several in one iteration.

    A C compiler may unroll short runs of elements once more, not those of whole words.
    """
    start, stop, step = bounds
    count = (stop - start) // step
    if count <= 0:
        return

    def build_step(body: Builder, index: Linear, carried: list[SSAValue]) -> list[SSAValue]:
        build(body, index * step + start)
        return carried

    name = copy.op.iterator_names[-1]
    build_unrolled_loop(
        builder, count, get_unroll(count, MAX_UNROLL), name, [], build_step, rolled=step > 1
    )


def _build_element_copy(builder: Builder, copy: Copy, start: int, stop: int) -> None:
    """Copies elements [start, stop) of the innermost iterator, all inside the input."""

    def build_copy(body: Builder, inner: Linear) -> None:
        source = _build_positions(body, copy.get_input(inner), "in")
        element = body.insert(LoadElementOp(copy.op.input, source, copy.op.input_type)).result
        element.name_hint = "x"
        lane = body.insert(arith.TruncIOp(element, i16)).result
        lane.name_hint = "lane"
        target = _build_positions(body, copy.get_lanes(inner), "l")
        body.insert(memref.StoreOp.get(lane, copy.op.lanes, target))

    _build_unrolled(builder, copy, (start, stop, 1), build_copy)


def _build_pad(builder: Builder, copy: Copy, start: int, stop: int) -> None:
    """Fills lanes [start, stop) of the innermost iterator with the pad value."""

    def build_store(body: Builder, inner: Linear) -> None:
        value = body.insert(arith.ConstantOp.from_int_and_width(copy.pad, i16)).result
        value.name_hint = "pad"
        target = _build_positions(body, copy.get_lanes(inner), "l")
        body.insert(memref.StoreOp.get(value, copy.op.lanes, target))

    _build_unrolled(builder, copy, (start, stop, 1), build_store)


def _build_word_copy(builder: Builder, copy: Copy) -> None:
    """Copies the run word by word, pairs in the order in which a word unpacks."""
    type_ = copy.op.input_type
    pairs = get_pairs_per_word(type_.bits)

    def build_word_copy(body: Builder, inner: Linear) -> None:
        *rows, column = copy.get_input(inner)
        position = _build_positions(body, rows, "in")
        byte = column.build_quotient(body, 8 // type_.bits, "in")
        word = body.insert(LoadWordOp(copy.op.input, [*position, byte])).result
        word.name_hint = "word"
        for pair in range(pairs):
            lanes = build_pair(body, word, pair, type_.bits, signed=type_.is_signed)
            lanes.name_hint = "pair"
            target = _build_positions(body, copy.get_lanes(inner + 2 * pair), "l")
            body.insert(StoreWordOp(lanes, copy.op.lanes, target))

    _build_unrolled(builder, copy, (0, copy.extent, 2 * pairs), build_word_copy)


def _build_word_pad(builder: Builder, copy: Copy) -> None:
    """Fills the run with the pad value, two lanes at a time."""
    value = build_word(builder, repeat_in_lanes(copy.pad), "pad")

    def build_word_pad(body: Builder, inner: Linear) -> None:
        target = _build_positions(body, copy.get_lanes(inner), "l")
        body.insert(StoreWordOp(value, copy.op.lanes, target))

    _build_unrolled(builder, copy, (0, copy.extent, 2), build_word_pad)


def _get_step(copy: Copy, dimension: int) -> int:
    """How far one step of the innermost iterator moves a position of the input."""
    here, there = copy.get_input(Linear(0))[dimension], copy.get_input(Linear(1))[dimension]
    return there.constant - here.constant


def _get_inside(position: Linear, step: int, size: int, extent: int) -> tuple[int, int] | None:
    """The values of the innermost iterator that lie inside [0, size), when that is known."""
    if position.terms or step < 1:
        return None
    start = max(0, -(-(0 - position.constant) // step))
    stop = min(extent, -(-(size - position.constant) // step))
    return min(start, extent), max(stop, min(start, extent))


Branch = Callable[[Builder], None]


def _build_guarded(
    builder: Builder, positions: list[tuple[Linear, int]], inside: Branch, outside: Branch
) -> None:
    """Builds `inside` where every position is in [0, size), else `outside`; tests what it must."""
    unknown: list[tuple[Linear, int]] = []
    for position, size in positions:
        bounds = position.get_range()
        if bounds is None or bounds[0] < 0 or bounds[1] >= size:
            unknown.append((position, size))
    if not unknown:
        inside(builder)
        return
    condition: SSAValue | None = None
    for position, size in unknown:
        # One unsigned comparison covers both ends.
        limit = build_index(builder, size)
        test = builder.insert(arith.CmpiOp(position.build(builder, "in"), limit, "ult")).result
        if condition is not None:
            test = builder.insert(arith.AndIOp(condition, test)).result
        condition = test
    assert condition is not None
    condition.name_hint = "is_inside"
    then, otherwise = Region(Block()), Region(Block())
    builder.insert(scf.IfOp(condition, [], then, otherwise))
    for region, branch in ((then, inside), (otherwise, outside)):
        body = Builder(InsertPoint.at_end(region.block))
        branch(body)
        build_yield(body)


def _build_run(builder: Builder, copy: Copy, *, is_inside: bool = False) -> None:
    """Copies or pads one run of the innermost iterator.

    With `is_inside`, positions that the run does not move are known to lie inside the input.
    """
    shape = copy.op.input_type.get_shape()
    starts = copy.get_input(Linear(0))
    moving = [dimension for dimension in range(len(shape)) if _get_step(copy, dimension)]
    fixed = [] if is_inside else copy.get_fixed(starts)
    if copy.op.order is not None:
        _build_guarded(
            builder,
            fixed,
            lambda body: _build_word_copy(body, copy),
            lambda body: _build_word_pad(body, copy),
        )
        return
    start, stop = 0, copy.extent
    for dimension in moving:
        bounds = _get_inside(
            starts[dimension], _get_step(copy, dimension), shape[dimension], copy.extent
        )
        if bounds is None:
            _build_tested_run(builder, copy)
            return
        start, stop = max(start, bounds[0]), min(stop, bounds[1])
    stop = max(start, stop)

    def build_inside(body: Builder) -> None:
        _build_pad(body, copy, 0, start)
        _build_element_copy(body, copy, start, stop)
        _build_pad(body, copy, stop, copy.extent)

    _build_guarded(
        builder, fixed, build_inside, lambda body: _build_pad(body, copy, 0, copy.extent)
    )


def _build_tested_run(builder: Builder, copy: Copy) -> None:
    """Tests every element of a run whose border depends on a loop around it."""
    loop, body = build_loop(builder, (0, copy.extent, 1), copy.op.iterator_names[-1])
    inner = Linear.get(loop.body.block.args[0])
    single = Copy(copy.op, copy.outer)
    positions = list(zip(single.get_input(inner), copy.op.input_type.get_shape(), strict=True))

    def build_inside(branch: Builder) -> None:
        source = _build_positions(branch, copy.get_input(inner), "in")
        element = branch.insert(LoadElementOp(copy.op.input, source, copy.op.input_type)).result
        lane = branch.insert(arith.TruncIOp(element, i16)).result
        target = _build_positions(branch, copy.get_lanes(inner), "l")
        branch.insert(memref.StoreOp.get(lane, copy.op.lanes, target))

    def build_outside(branch: Builder) -> None:
        value = branch.insert(arith.ConstantOp.from_int_and_width(copy.pad, i16)).result
        target = _build_positions(branch, copy.get_lanes(inner), "l")
        branch.insert(memref.StoreOp.get(value, copy.op.lanes, target))

    _build_guarded(body, positions, build_inside, build_outside)
    build_yield(body)


def _build_taps(builder: Builder, op: ExpandOp, outer: tuple[Linear, ...]) -> None:
    """Copies the runs of a few neighbouring taps at once where all of them lie inside the input.

    That is one test, where taking them one by one needs a test for each.
    """
    extent = op.extents.get_values()[-2]
    copies = [Copy(op, (*outer, Linear(tap))) for tap in range(extent)]
    first, last = (copy.get_fixed(copy.get_input(Linear(0))) for copy in (copies[0], copies[-1]))
    spans = [
        (start, size - (end.constant - start.constant))
        for (start, size), (end, _) in zip(first, last, strict=True)
    ]

    def build_inside(body: Builder) -> None:
        for copy in copies:
            _build_run(body, copy, is_inside=True)

    def build_one_by_one(body: Builder) -> None:
        loop, inner = build_loop(body, (0, extent, 1), op.iterator_names[-2])
        _build_run(inner, Copy(op, (*outer, Linear.get(loop.body.block.args[0]))))
        build_yield(inner)

    if any(size <= 0 for _, size in spans):
        build_one_by_one(builder)
    else:
        _build_guarded(builder, spans, build_inside, build_one_by_one)


def _build_outer(builder: Builder, op: ExpandOp, outer: tuple[Linear, ...]) -> None:
    """Loops over all iterators but the innermost."""
    depth = len(outer)
    extents = op.extents.get_values()
    if depth == len(extents) - 1:
        _build_run(builder, Copy(op, outer))
        return
    if extents[depth] == 1:
        _build_outer(builder, op, (*outer, Linear(0)))
        return
    if depth == len(extents) - 2 and extents[depth] <= MAX_TAPS:
        _build_taps(builder, op, outer)
        return
    loop, body = build_loop(builder, (0, extents[depth], 1), op.iterator_names[depth])
    _build_outer(body, op, (*outer, Linear.get(loop.body.block.args[0])))
    build_yield(body)


def _build_byte_rows(builder: Builder, op: ExpandOp) -> None:
    """Loops over rows, each expanded for all channels of a byte, or filled with pad values."""

    def build_step(body: Builder, index: Linear, carried: list[SSAValue]) -> list[SSAValue]:
        row = ByteRow(op, index)
        position = row.get_input(Linear())[0]
        _build_guarded(
            body,
            [(position, op.input_type.get_shape()[0])],
            lambda branch: build_row(branch, row),
            lambda branch: build_pad_row(branch, row),
        )
        return carried

    _, rows, _ = op.extents.get_values()
    build_unrolled_loop(builder, rows, 1, "i", [], build_step)


class ConvertExpand(RewritePattern):
    """Rewrites an expansion as a loop nest."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ExpandOp):
            return
        builder = Builder(InsertPoint.before(op))
        if is_bytewise(op):
            _build_byte_rows(builder, op)
        else:
            _build_outer(builder, op, ())
        rewriter.erase(op)


@dataclass(frozen=True)
class ConvertExpandToLoopsPass(ModulePass):
    """Lowers expansions of inputs to loops."""

    name = "convert-expand-to-loops"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(ConvertExpand(), apply_recursively=False).rewrite_module(op)
