"""Packs the rows under a kernel into lane words, for contractions with `expand = overlap`.

The rows of all channels are packed once and swept by all filters. What is left is a convolution
along rows: kernel rows and channels merge into one iterator, k, and so do the weights' dimensions.
Lane spacing and the number of products accumulated are proven here: a schedule without a spacing
gets the best one, a schedule that cannot be proven is refused. Where weights have zero points, the
sums of windows are computed once for all filters.

Before:
```mlir
func.func private @layer(%x: memref<1x4x1xi8>, %y: memref<1x4x1xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x1x3x2xui2>
  cmix.contract [x = 4, f = 2, i = 1, j = 3, c = 2]
      input %x (x, f, i, j, c) -> (i, x + j - 1, c) as <1x4x2xui2>
      filter %w (x, f, i, j, c) -> (f, i, j, c)
      output %y (x, f, i, j, c) -> (0, x, f) as <1x4x2xui2> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = overlap, filters = 1, pixels = 4, unroll = 2, spacing = 8>
      : memref<1x4x1xi8>, !cmix.packed<2x1x3x2xui2>, memref<1x4x1xi8>
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<1x4x1xi8>, %y: memref<1x4x1xi8>) {
  %words = memref.alloc() {alignment = 4 : i64} : memref<2x2xi32>
  %w = cmix.constant dense<3> : !cmix.packed<2x2x3xui2>
  cmix.expand_words [c = 2, i = 1, p = 6] input %x (c, i, p) -> (i, p - 1, c) as <1x4x2xui2>
      words %words as <4 at 8, max 3> : memref<1x4x1xi8>, memref<2x2xi32>
  cmix.contract_words [x = 4, f = 2, k = 2, j = 3]
      words %words as <4 at 8, max 3> products 2 filter %w
      output %y (x, f, k, j) -> (0, x, f) as <1x4x2xui2> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<2x2xi32>, !cmix.packed<2x2x3xui2>, memref<1x4x1xi8>
  return
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import (
    AffineMapAttr,
    IntegerAttr,
    ModuleOp,
    i64,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.ir.affine import AffineExpr, AffineMap
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.iteration import build_iterators
from cmixdsl.dialects.cmix.lane_blocks import ContractWordsOp, ExpandWordsOp, SumWordsOp
from cmixdsl.dialects.cmix.schedule import Expansion
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.dialects.lanes import WordType
from cmixdsl.passes.builders.constants import get_filter_elements
from cmixdsl.passes.builders.expand_channel_words import ExpandChannels
from cmixdsl.passes.builders.memory import build_block_scratch, build_stack_scratch
from cmixdsl.passes.builders.word_plans import (
    check_pixels,
    check_shape,
    get_outer_plan,
    get_overlap_plan,
    get_summed_products,
    get_swept_products,
)
from cmixdsl.passes.schedules.weight_sums import arrange_rows
from cmixdsl.passes.tile_outer import get_schedule, is_windowed


@dataclass(frozen=True)
class PackedRows:
    """Rows packed in lane words."""

    words: SSAValue
    type: WordType
    length: int
    """Number of rows."""
    taps: int
    """Positions of a row that an output sums."""
    phases: int = 1
    """Rows that a row of the input is spread over: columns of a window."""


def _build_rearranged_filter(op: ContractOp, taps: int, rewriter: PatternRewriter) -> SSAValue:
    """The weights as (filter, row, tap), rows being channels times kernel rows."""
    merged = arrange_rows(get_filter_elements(op, op.filter), taps)
    constant = ConstantOp(merged, PackedType(merged.shape, op.filter_type.element_type))
    constant.result.name_hint = op.filter.name_hint
    rewriter.insert(constant)
    return constant.result


def _get_point(op: ContractOp, **iterators: AffineExpr) -> list[AffineExpr]:
    return [iterators.get(name, AffineExpr.constant(0)) for name in op.iterator_names]


def _get_map(op: ContractOp, map_: AffineMap, dims: int, point: list[AffineExpr]) -> AffineMapAttr:
    symbols = [AffineExpr.symbol(index) for index in range(len(op.offsets))]
    results = tuple(result.replace_dims_and_symbols(point, symbols) for result in map_.results)
    return AffineMapAttr(AffineMap(dims, len(op.offsets), results))


def _build_expansion(op: ContractOp, packed: PackedRows, rewriter: PatternRewriter) -> None:
    rows, positions = op.get_extent("i"), op.get_extent("x") + packed.taps - 1
    iterators = {"c": packed.length // (rows * packed.phases), "i": rows}
    if packed.phases > 1:
        iterators["h"] = packed.phases
    iterators["p"] = positions
    dims = {name: AffineExpr.dimension(index) for index, name in enumerate(iterators)}
    c, i, p = (dims[name] for name in "cip")
    if packed.phases > 1:
        point = _get_point(op, c=c, i=i, j=dims["h"], x=p)
    elif packed.taps == op.get_extent("j"):
        # The position is x + j; x stands for it where the kernel has one column.
        point = _get_point(op, c=c, k=c, i=i, **{"j" if "j" in op.iterator_names else "x": p})
    else:
        # Neighbours of a vector are the positions of a row.
        point = _get_point(op, k=c * packed.taps + p)
    properties: dict[str, Attribute | None] = {
        **build_iterators(**iterators),
        "input_map": _get_map(op, op.input_map.data, len(iterators), point),
        "input_type": op.input_type,
        "pad": op.pad,
        "word_type": packed.type,
    }
    rewriter.insert(ExpandWordsOp(op.input, packed.words, op.offsets, properties))


def _build_sums(
    op: ContractOp,
    packed: PackedRows,
    products: int,
    rewriter: PatternRewriter,
) -> SSAValue | None:
    """The sums of windows where weights have zero points."""
    if not any(op.filter_zero.get_values()):
        return None
    sums = build_stack_scratch(op, (op.get_extent("x"),), 32, "sums", rewriter)
    sum_ = SumWordsOp(packed.words, sums, packed.type, packed.length, packed.taps, products)
    rewriter.insert(sum_)
    return sums


def _build_contract(
    op: ContractOp,
    packed: PackedRows,
    sums: SSAValue | None,
    packing: dict[str, Attribute | None],
    rewriter: PatternRewriter,
) -> None:
    filter_ = _build_rearranged_filter(op, packed.taps, rewriter)
    point = _get_point(op, x=AffineExpr.dimension(0), f=AffineExpr.dimension(1))
    columns, filters = op.get_extent("x"), op.get_extent("f")
    properties: dict[str, Attribute | None] = {
        **build_iterators(x=columns, f=filters, k=packed.length, j=packed.taps),
        "word_type": packed.type,
        **packing,
        "output_map": _get_map(op, op.output_map.data, 4, point),
        "output_type": op.output_type,
        "bias": op.bias,
        "filter_zero": op.filter_zero,
        "requant": op.requant,
    }
    contract = ContractWordsOp((packed.words, filter_, op.output, sums), op.offsets, properties)
    rewriter.replace(op, contract, [])


class ExpandWords(RewritePattern):
    """Packs the input of a row of a convolution, whose windows overlap in words."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractOp) or op.input_type is None:
            return
        if get_schedule(op).expansion is not Expansion.OVERLAP or is_windowed(op):
            return
        check_shape(op)
        plan = get_overlap_plan(op)
        layout, problem = plan.layout, plan.problem
        word_type = WordType([problem.largest_input] * layout.positions, layout.spacing)
        shape = (plan.words, plan.padded_length)
        words = build_block_scratch(op, shape, 32, "words", rewriter, may_be_longer=True)
        packed = PackedRows(words, word_type, problem.length, problem.taps)
        _build_expansion(op, packed, rewriter)
        sums = _build_sums(op, packed, get_swept_products(plan), rewriter)
        packing: dict[str, Attribute | None] = {"products": IntegerAttr(plan.products, i64)}
        if plan.filters > 1:
            packing["weight_words"] = IntegerAttr(plan.filters, i64)
            packing["unroll"] = IntegerAttr(plan.turn, i64)
        _build_contract(op, packed, sums, packing, rewriter)


class ExpandPixels(RewritePattern):
    """Packs the pixels of a layer without windows, to be multiplied by several filters at once."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractOp) or op.input_type is None:
            return
        if get_schedule(op).expansion is not Expansion.OUTER:
            return
        check_pixels(op)
        plan = get_outer_plan(op)
        layout, problem = plan.layout, plan.problem
        largest, count = (1 << problem.input_bits) - 1, layout.pixels * layout.taps
        word_type = WordType([largest] * count, layout.spacing * layout.apart)
        shape = (plan.input_words, plan.padded_length)
        words = build_block_scratch(op, shape, 32, "words", rewriter)
        columns = op.get_extent("j")
        packed = PackedRows(words, word_type, problem.length, layout.taps, columns)
        _build_expansion(op, packed, rewriter)
        sums = _build_sums(op, packed, get_summed_products(plan), rewriter)
        packing: dict[str, Attribute | None] = {
            "products": IntegerAttr(plan.products, i64),
            "weight_type": WordType(layout.get_weight_maxima(problem), layout.spacing),
            "weight_words": IntegerAttr(plan.weight_words, i64),
            "unroll": IntegerAttr(plan.turn, i64),
        }
        _build_contract(op, packed, sums, packing, rewriter)


@dataclass(frozen=True)
class ExpandWordsPass(ModulePass):
    """Packs the inputs of contractions into lane words where their schedule says so."""

    name = "cmix-expand-words"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for pattern in (ExpandWords(), ExpandChannels(), ExpandPixels()):
            PatternRewriteWalker(pattern, apply_recursively=False).rewrite_module(op)
