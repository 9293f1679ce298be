"""Keeps expanded rows that the next strip of output rows needs again.

Strips of output rows need more input rows than they are apart: `kernel rows - stride` more. These
are the last rows of one strip and the first of the next. They are moved to the front when a strip
is done, two instructions a word, and only the first strip expands all of its rows: the sliding
window of Halide (Ragan-Kelley et al., PLDI 2013, section 4.3).

Before:
```mlir
func.func private @layer(%x: memref<6x4x1xi8>, %w: !cmix.packed<3x3x1xui8>,
                         %y: memref<4x2x1xi8>) {
  %lanes = memref.alloc() {alignment = 4 : i64} : memref<3x4xi16>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %row = %c0 to %c4 step %c1 {
    cmix.expand [i = 3, t = 4] at %row input %x (i, t)[s0] -> (s0 + i, t, 0) as <6x4x1xui8>
        lanes %lanes (i, t)[s0] -> (i, t) : memref<6x4x1xi8>, memref<3x4xi16>
    cmix.contract [x = 2, i = 3, j = 3] at %row input %lanes (x, i, j)[s0] -> (i, x + j)
        filter %w (x, i, j)[s0] -> (i, j, 0) output %y (x, i, j)[s0] -> (s0, x, 0) as <4x2x1xui8>
        bias [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
        schedule <expand = rows, filters = 1, pixels = 2, reuse = 1>
        : memref<3x4xi16>, !cmix.packed<3x3x1xui8>, memref<4x2x1xi8>
  }
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<6x4x1xi8>, %w: !cmix.packed<3x3x1xui8>,
                         %y: memref<4x2x1xi8>) {
  %lanes = memref.alloc() {alignment = 4 : i64} : memref<3x4xi16>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %last = scf.for %row = %c0 to %c4 step %c1 iter_args(%first = %c0) -> (index) {
    cmix.expand [i = 3, t = 4] from %first at %row input %x (i, t)[s0] -> (s0 + i, t, 0)
        as <6x4x1xui8> lanes %lanes (i, t)[s0] -> (i, t) : memref<6x4x1xi8>, memref<3x4xi16>
    cmix.contract [x = 2, i = 3, j = 3] at %row input %lanes (x, i, j)[s0] -> (i, x + j)
        filter %w (x, i, j)[s0] -> (i, j, 0) output %y (x, i, j)[s0] -> (s0, x, 0) as <4x2x1xui8>
        bias [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
        schedule <expand = rows, filters = 1, pixels = 2, reuse = 1>
        : memref<3x4xi16>, !cmix.packed<3x3x1xui8>, memref<4x2x1xi8>
    scf.for %i = %c0 to %c2 step %c1 {
      %below = arith.addi %i, %c1 : index
      dsp.copy_words %lanes[%below, %c0] to %lanes[%i, %c0] words 2
          : memref<3x4xi16>, memref<3x4xi16>
    } {cmix.rolled}
    scf.yield %c2 : index
  }
  return
}
```
"""

from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import memref, scf
from xdsl.dialects.builtin import IndexType, ModuleOp, UnitAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.ir.affine import AffineDimExpr
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.blocks import ContractOp, ExpandOp
from cmixdsl.dialects.cmix.lane_blocks import ExpandWordsOp
from cmixdsl.dialects.dsp import CopyWordsOp
from cmixdsl.hints import ROLLED_ATTRIBUTE
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_index,
    build_loop,
    build_yield,
    get_integer_constant,
    get_linear_map,
)

ROW = "i"
"""The iterator of rows under the kernel."""

COPIED_WORDS = 16
"""Words that are copied at once at most: a C compiler calls a function for more."""

AnyExpandOp = ExpandOp | ExpandWordsOp


def get_target(op: AnyExpandOp) -> SSAValue:
    """The buffer that rows are expanded to."""
    return op.lanes if isinstance(op, ExpandOp) else op.words


def get_new_rows(op: AnyExpandOp, loop: scf.ForOp) -> int | None:
    """Rows under the kernel that one iteration of a loop reads and the one before did not.

    None unless every iteration reads the same columns and channels, of rows further down.
    """
    step = get_integer_constant(loop.step)
    if step is None or ROW not in op.iterator_names[:-1]:
        return None
    variable = loop.body.block.args[0]
    zeros = [Linear()] * len(op.extents)
    origin = get_linear_map(op.input_map.data, zeros, op.offsets)
    ones = [Linear(int(name == ROW)) for name in op.iterator_names]
    below = get_linear_map(op.input_map.data, ones, op.offsets)
    moves = [sum(factor for factor, value in at.terms if value is variable) for at in origin]
    dilations = [to.constant - at.constant for at, to in zip(origin, below, strict=True)]
    moved = [
        (move * step, dilation)
        for move, dilation in zip(moves, dilations, strict=True)
        if move or dilation
    ]
    if len(moved) != 1:
        return None
    (distance, dilation), *_ = moved
    if dilation <= 0 or distance <= 0 or distance % dilation:
        return None
    return distance // dilation


def find_row_dimension(op: ExpandOp) -> int | None:
    """The dimension of the lanes that has one position for each row under the kernel."""
    row = op.iterator_names.index(ROW)
    results = op.lanes_map.data.results
    users = [at for at, result in enumerate(results) if row in result.used_dims()]
    if len(users) != 1 or users[0] == len(results) - 1:
        return None
    return users[0] if results[users[0]] == AffineDimExpr(row) else None


def wants_reuse(op: AnyExpandOp, loop: scf.ForOp) -> bool:
    """Whether a contraction in the loop reuses rows, and nothing else there expands into them."""
    users = {use.operation for use in get_target(op).uses} - {op}
    inside = [user for user in users if loop.is_ancestor(user)]
    return not any(isinstance(user, AnyExpandOp) for user in inside) and any(
        isinstance(user, ContractOp) and user.schedule is not None and user.schedule.reuse.data
        for user in inside
    )


def _build_lanes_move(builder: Builder, op: ExpandOp, dimension: int, new: int) -> None:
    """Moves the last rows of lanes to the front."""
    *outer, width = op.lanes_type.get_shape()
    rows = op.extents.get_values()[op.iterator_names.index(ROW)]
    outer[dimension] = rows - new
    inner, loops = builder, list[Builder]()
    target: list[Linear] = []
    for at, extent in enumerate(outer):
        if extent == 1:
            target.append(Linear())
            continue
        loop, inner = build_loop(inner, (0, extent, 1), ROW if at == dimension else "c")
        loop.attributes[ROLLED_ATTRIBUTE] = UnitAttr()
        loops.append(inner)
        target.append(Linear.get(loop.body.block.args[0]))
    source = [position + new * (at == dimension) for at, position in enumerate(target)]
    for start in range(0, width // 2, COPIED_WORDS):
        words = min(COPIED_WORDS, width // 2 - start)
        lane = Linear(2 * start)
        here, there = (
            [at.build(inner, "l") for at in (*place, lane)] for place in (source, target)
        )
        inner.insert(CopyWordsOp((op.lanes, here), (op.lanes, there), words))
    for nested in reversed(loops):
        build_yield(nested)


def _build_words_move(builder: Builder, op: ExpandWordsOp, new: int) -> None:
    """Moves the last rows of each channel to its front, word by word."""
    channels, rows = op.extents.get_values()[:2]
    words = -(-op.positions // op.word_type.lanes)
    words_loop, words_body = build_loop(builder, (0, words, 1), "q")
    channel_loop, channel_body = build_loop(words_body, (0, channels, 1), "c")
    row_loop, body = build_loop(channel_body, (0, (rows - new) * op.phases, 1), "k")
    word, channel, row = (loop.body.block.args[0] for loop in (words_loop, channel_loop, row_loop))
    target = Linear.get(channel) * (rows * op.phases) + Linear.get(row)
    source = (target + new * op.phases).build(body, "k")
    load = body.insert(memref.LoadOp.get(op.words, [word, source])).res
    load.name_hint = "word"
    body.insert(memref.StoreOp.get(load, op.words, [word, target.build(body, "k")]))
    for nested in (body, channel_body, words_body):
        build_yield(nested)


def _build_move(builder: Builder, op: AnyExpandOp, new: int) -> bool:
    """Moves rows that are kept to the front; whether that is possible."""
    if isinstance(op, ExpandWordsOp):
        _build_words_move(builder, op, new)
        return True
    dimension = find_row_dimension(op)
    if dimension is None or op.lanes_type.get_shape()[-1] % 2:
        return False
    _build_lanes_move(builder, op, dimension, new)
    return True


def _carry_first(loop: scf.ForOp, kept: int, rewriter: PatternRewriter) -> SSAValue:
    """The first row to expand, which the loop carries: 0, later the one behind those kept."""
    body = loop.body.block
    last = body.last_op
    assert last is not None
    rewriter.replace(last, scf.YieldOp(build_index(Builder(InsertPoint.before(last)), kept)))
    first = body.insert_arg(IndexType(), 1)
    first.name_hint = "first"
    none = build_index(Builder(InsertPoint.before(loop)), 0)
    region = rewriter.move_region_contents_to_new_regions(loop.body)
    carried = scf.ForOp(loop.lb, loop.ub, loop.step, [none], region)
    carried.results[0].name_hint = first.name_hint
    rewriter.replace(loop, carried, [])
    return first


class ReuseRows(RewritePattern):
    """Expands only new rows in a loop over strips."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, AnyExpandOp) or op.first is not None:
            return
        loop = op.parent_op()
        if not isinstance(loop, scf.ForOp) or loop.iter_args or not wants_reuse(op, loop):
            return
        new, last = get_new_rows(op, loop), loop.body.block.last_op
        if new is None or last is None:
            return
        rows = op.extents.get_values()[op.iterator_names.index(ROW)]
        if new >= rows or not _build_move(Builder(InsertPoint.before(last)), op, new):
            return
        first = _carry_first(loop, rows - new, rewriter)
        properties: dict[str, Attribute | None] = {**op.properties}
        del properties["operandSegmentSizes"]
        again = type(op)(op.input, get_target(op), op.offsets, properties, first)
        rewriter.replace(op, again)


@dataclass(frozen=True)
class ReuseRowsPass(ModulePass):
    """Keeps expanded rows that the next strip of output rows needs again."""

    name = "cmix-reuse-rows"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(ReuseRows(), apply_recursively=False).rewrite_module(op)
