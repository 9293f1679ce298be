"""Lowers the expansion of inputs to loops: whole words where an order allows it, else elements.

Rows and columns of the input that lie outside it are decided once per run of the innermost
iterator. Where the innermost iterator itself crosses the border, its domain is cut in three: the
part before the input, the part inside, the part behind. No element is tested.

Where loops around the block decide whether runs cross the border, a test of the whole block does;
elements are tested only in blocks at the border.

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

from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.ir.affine import AffineMap, AffineSymExpr
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.blocks import ExpandOp
from cmixdsl.hints import ROLLED_ATTRIBUTE
from cmixdsl.passes.builders.expand_runs import (
    Copy,
    build_guarded,
    build_inside_run,
    build_run,
    get_spans,
)
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_loop,
    build_unrolled_loop,
    build_yield,
)
from cmixdsl.passes.builders.rewriting import rewrite_each
from cmixdsl.passes.builders.row_bytes import ByteRow, build_pad_row, build_row, is_bytewise

MAX_TAPS = 4
"""Taps of a kernel row that are copied at once at most."""


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
            build_run(body, copy, is_row_inside=True)

    def build_one_by_one(body: Builder) -> None:
        loop, inner = build_loop(body, (0, extent, 1), op.iterator_names[-2])
        build_run(inner, Copy(op, (*outer, Linear.get(loop.body.block.args[0]))))
        build_yield(inner)

    if any(size <= 0 for _, size in spans):
        build_one_by_one(builder)
    else:
        build_guarded(builder, spans, build_inside, build_one_by_one)


def _get_first(op: ExpandOp, depth: int) -> SSAValue | None:
    """Where an iterator begins that does not begin at 0."""
    return op.first if op.iterator_names[depth] == "i" else None


def _build_outer(builder: Builder, op: ExpandOp, outer: tuple[Linear, ...]) -> None:
    """Loops over all iterators but the innermost."""
    depth = len(outer)
    extents = op.extents.get_values()
    if depth == len(extents) - 1:
        build_run(builder, Copy(op, outer))
        return
    first = _get_first(op, depth)
    is_few = first is None and extents[depth] <= MAX_TAPS
    if extents[depth] == 1 and is_few:
        _build_outer(builder, op, (*outer, Linear(0)))
        return
    if depth == len(extents) - 2 and is_few and not _crosses_border(op):
        _build_taps(builder, op, outer)
        return
    loop, body = build_loop(builder, (first or 0, extents[depth], 1), op.iterator_names[depth])
    _build_outer(body, op, (*outer, Linear.get(loop.body.block.args[0])))
    build_yield(body)


def _crosses_border(op: ExpandOp) -> bool:
    """Whether a run moves along rows that another iterator or offset moves along too."""
    map_ = op.input_map.data
    innermost = map_.num_dims - 1
    for result in map_.results:
        one = AffineMap(map_.num_dims, map_.num_symbols, (result,))
        used = one.used_dims_bit_vector()
        symbols = any(isinstance(part, AffineSymExpr) for part in result.dfs())
        if used[innermost] and (any(used[:innermost]) or symbols):
            return True
    return False


def _build_inside(builder: Builder, op: ExpandOp, outer: tuple[Linear, ...]) -> None:
    """Copies all runs, which are known to lie inside the input; those of few taps at once."""
    depth = len(outer)
    extents = op.extents.get_values()
    if depth == len(extents) - 1:
        build_inside_run(builder, Copy(op, outer))
        return
    first = _get_first(op, depth)
    is_few = extents[depth] == 1 or (depth == len(extents) - 2 and extents[depth] <= MAX_TAPS)
    if is_few and first is None:
        for tap in range(extents[depth]):
            _build_inside(builder, op, (*outer, Linear(tap)))
    else:
        loop, body = build_loop(builder, (first or 0, extents[depth], 1), op.iterator_names[depth])
        _build_inside(body, op, (*outer, Linear.get(loop.body.block.args[0])))
        build_yield(body)


def _build_block(builder: Builder, op: ExpandOp) -> None:
    """Copies a block whose runs may cross the border: without a test where none of them does."""
    *outer, _ = op.extents.get_values()
    first = Copy(op, tuple(Linear(0) for _ in outer))
    last = Copy(op, tuple(Linear(extent - 1) for extent in outer))
    spans = get_spans(first, last)
    if spans is None:
        _build_outer(builder, op, ())
        return
    build_guarded(
        builder,
        spans,
        lambda body: _build_inside(body, op, ()),
        lambda body: _build_outer(body, op, ()),
    )


def _build_byte_rows(builder: Builder, op: ExpandOp) -> None:
    """Loops over rows, each expanded for all channels of a byte, or filled with pad values."""

    def build_step(body: Builder, index: Linear, carried: list[SSAValue]) -> list[SSAValue]:
        row = ByteRow(op, index)
        build_guarded(
            body,
            [(row.get_input(Linear())[0], op.input_type.get_shape()[0])],
            lambda branch: build_row(branch, row),
            lambda branch: build_pad_row(branch, row),
        )
        return carried

    _, rows, _ = op.extents.get_values()
    if op.first is None:
        build_unrolled_loop(builder, rows, 1, "i", [], build_step)
        return
    loop, body = build_loop(builder, (op.first, rows, 1), "i")
    loop.attributes[ROLLED_ATTRIBUTE] = UnitAttr()
    build_step(body, Linear.get(loop.body.block.args[0]), [])
    build_yield(body)


class ConvertExpand(RewritePattern):
    """Rewrites an expansion as a loop nest."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ExpandOp):
            return
        builder = Builder(InsertPoint.before(op))
        if is_bytewise(op):
            _build_byte_rows(builder, op)
        elif _crosses_border(op):
            _build_block(builder, op)
        else:
            _build_outer(builder, op, ())
        rewriter.erase(op)


@dataclass(frozen=True)
class ConvertExpandToLoopsPass(ModulePass):
    """Lowers expansions of inputs to loops."""

    name = "convert-expand-to-loops"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite_each(op, ConvertExpand(), ExpandOp)
