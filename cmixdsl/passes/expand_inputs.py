"""Copies the inputs of a block into 16-bit lanes, once, for all filters that read them.

With `expand = columns` (im2col) every pixel gets a column: all its taps and channels, one after
another. The reduction iterators merge into one, k, and so do the weights' dimensions. With
`expand = rows` the buffer holds the rows under the kernel, padding included, and windows overlap in
it. Columns are lengthened to a whole number of weight words.

Before:
```mlir
func.func private @layer(%x: memref<6x4xi8>, %y: memref<4x2xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x3x4xui4>
  cmix.contract [x = 4, f = 2, j = 3, c = 4]
      input %x (x, f, j, c) -> (x + j - 1, c) as <6x4xui8> pad 7
      filter %w (x, f, j, c) -> (f, j, c) output %y (x, f, j, c) -> (x, f) as <4x2xui8> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 4>
      : memref<6x4xi8>, !cmix.packed<2x3x4xui4>, memref<4x2xi8>
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<6x4xi8>, %y: memref<4x2xi8>) {
  %lanes = memref.alloc() {alignment = 4 : i64} : memref<4x16xi16>
  %w = cmix.constant dense<3> : !cmix.packed<2x12xui4>
  cmix.expand [x = 4, j = 3, c = 4] input %x (x, j, c) -> (x + j - 1, c) as <6x4xui8> pad 7
      lanes %lanes (x, j, c) -> (x, j * 4 + c) : memref<6x4xi8>, memref<4x16xi16>
  cmix.contract [x = 4, f = 2, k = 12] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <4x2xui8> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 4>
      : memref<4x16xi16>, !cmix.packed<2x12xui4>, memref<4x2xi8>
  return
}
```
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import (
    AffineMapAttr,
    ArrayAttr,
    DenseArrayBase,
    ModuleOp,
    StringAttr,
    i64,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.ir.affine import AffineExpr, AffineMap
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.blocks import ContractOp, ExpandOp, get_map_range
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.schedule import Expansion
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.passes.builders.constants import get_filter_elements
from cmixdsl.passes.builders.memory import build_block_scratch
from cmixdsl.passes.builders.weight_words import get_filter_axis, get_stored_bits
from cmixdsl.passes.tile_outer import get_schedule


@dataclass(frozen=True)
class LanesPlan:
    """A buffer of lanes, how it is filled and how the contraction reads it."""

    shape: tuple[int, ...]
    expand_iterators: dict[str, int]
    expand_map: AffineMap
    """From the iterators of the expansion to positions of the input."""
    lanes_map: AffineMap
    """From the iterators of the expansion to lanes."""
    read_map: AffineMap
    """From the iterators of the contraction to lanes."""


def _get_used(op: ContractOp, map_: AffineMap) -> list[int]:
    used = map_.used_dims_bit_vector()
    return [index for index in range(len(op.iterator_names)) if used[index]]


def _get_projected(map_: AffineMap, kept: Sequence[int]) -> tuple[AffineExpr, ...]:
    """The results of a map that uses only the kept dimensions, renumbered to those."""
    dims: list[AffineExpr] = [AffineExpr.constant(0)] * map_.num_dims
    for new, old in enumerate(kept):
        dims[old] = AffineExpr.dimension(new)
    symbols = [AffineExpr.symbol(index) for index in range(map_.num_symbols)]
    return tuple(result.replace_dims_and_symbols(dims, symbols) for result in map_.results)


def plan_columns(op: ContractOp) -> LanesPlan:
    """A column per pixel; the contraction is expected to have iterators (parallel..., k)."""
    names, extents = op.iterator_names, op.extents.get_values()
    used = _get_used(op, op.input_map.data)
    reduced = [index for index in used if names[index] in op.reduction_iterators]
    pixels = [index for index in used if index not in reduced]
    ordered = [*pixels, *reduced]
    length = prod(extents[index] for index in reduced)
    granule = 32 // get_stored_bits(op)
    padded = -(-length // granule) * granule
    lane: AffineExpr = AffineExpr.constant(0)
    for new, old in list(enumerate(ordered))[len(pixels) :]:
        lane = lane * extents[old] + AffineExpr.dimension(new)
    symbols = len(op.offsets)
    parallel = [name for name in names if name in op.parallel_iterators]
    rows = tuple(AffineExpr.dimension(index) for index in range(len(pixels)))
    reads = tuple(AffineExpr.dimension(parallel.index(names[index])) for index in pixels)
    k = AffineExpr.dimension(len(parallel))
    if not pixels:
        rows = reads = (AffineExpr.constant(0),)
    return LanesPlan(
        (prod(extents[index] for index in pixels), padded),
        {names[index]: extents[index] for index in ordered},
        AffineMap(len(ordered), symbols, _get_projected(op.input_map.data, ordered)),
        AffineMap(len(ordered), symbols, (*rows, lane)),
        AffineMap(len(parallel) + 1, symbols, (*reads, k)),
    )


def plan_rows(op: ContractOp) -> LanesPlan:
    """The rows that the block reads, with all columns between the first and the last tap."""
    names, extents = op.iterator_names, list(op.extents.get_values())
    map_ = op.input_map.data
    dims = [AffineExpr.dimension(index) for index in range(len(names))]
    zeros = [AffineExpr.constant(0)] * len(names)
    symbols = [AffineExpr.symbol(index) for index in range(len(op.offsets))]
    # Offsets shift the rows as a whole, so they belong to the copy and not to the reads.
    origins = [result.replace_dims_and_symbols(zeros, symbols) for result in map_.results]
    no_offsets = [AffineExpr.constant(0)] * len(symbols)
    base = map_.eval([0] * len(names), [0] * len(symbols))
    reads = [
        result.replace_dims_and_symbols(dims, no_offsets) - start
        for result, start in zip(map_.results[:2], base, strict=False)
    ]
    read_map = AffineMap(len(names), len(symbols), tuple(reads))
    reach = get_map_range(read_map, extents, [0] * len(symbols))
    sizes = [high + 1 for _, high in reach]
    # Lanes are read as words: rows start at even lanes, and a word may reach beyond the last one.
    shape = (sizes[0], (sizes[1] + 2) // 2 * 2)
    i, t = AffineExpr.dimension(0), AffineExpr.dimension(1)
    plan = LanesPlan(
        shape,
        {"i": sizes[0], "t": sizes[1]},
        AffineMap(2, len(symbols), (origins[0] + i, origins[1] + t, origins[2])),
        AffineMap(2, len(symbols), (i, t)),
        read_map,
    )
    return _get_plan_of_channels(op, plan) if "c" in names else plan


def _get_plan_of_channels(op: ContractOp, plan: LanesPlan) -> LanesPlan:
    """The plan for the rows of several channels, given that for the rows of one."""
    channels = op.get_extent("c")
    c, i, t = (AffineExpr.dimension(index) for index in range(3))
    position = AffineExpr.dimension(op.iterator_names.index("c"))
    symbols = [AffineExpr.symbol(index) for index in range(plan.expand_map.num_symbols)]
    row, column, channel = (
        result.replace_dims_and_symbols([i, t], symbols) for result in plan.expand_map.results
    )
    count = len(symbols)
    return LanesPlan(
        (channels, *plan.shape),
        {"c": channels, **plan.expand_iterators},
        AffineMap(3, count, (row, column, channel + c)),
        AffineMap(3, count, (c, i, t)),
        AffineMap(plan.read_map.num_dims, count, (position, *plan.read_map.results)),
    )


def _build_merged_filter(op: ContractOp, rewriter: PatternRewriter) -> SSAValue:
    """The weights with all dimensions after the first merged, as columns need them.

    The output channel comes first, whichever dimension it was.
    """
    elements = np.moveaxis(get_filter_elements(op, op.filter), get_filter_axis(op), 0)
    merged = elements.reshape(elements.shape[0], -1)
    existing = _find_constant(op.filter, merged.shape)
    if existing is not None:
        return existing
    constant = ConstantOp(merged, PackedType(merged.shape, op.filter_type.element_type))
    constant.result.name_hint = op.filter.name_hint
    rewriter.insert(constant)
    return constant.result


def _find_constant(value: SSAValue, shape: tuple[int, ...]) -> SSAValue | None:
    assert isinstance(value.type, PackedType)
    return value if value.type.get_shape() == shape else None


def _get_contract_properties(
    op: ContractOp, plan: LanesPlan, expansion: Expansion
) -> dict[str, Attribute | None]:
    properties: dict[str, Attribute | None] = dict(op.properties)
    del properties["input_type"]
    properties.pop("pad", None)
    properties["input_map"] = AffineMapAttr(plan.read_map)
    if expansion is Expansion.ROWS:
        return properties
    names = [name for name in op.iterator_names if name in op.parallel_iterators]
    length = prod(op.get_extent(name) for name in op.reduction_iterators)
    kept = [op.iterator_names.index(name) for name in names]
    k = AffineExpr.dimension(len(names))
    dims, symbols = len(names) + 1, len(op.offsets)
    output = _get_projected(op.output_map.data, kept)
    properties["output_map"] = AffineMapAttr(AffineMap(dims, symbols, output))
    properties["filter_map"] = AffineMapAttr(AffineMap(dims, symbols, (output[-1], k)))
    properties["iterators"] = ArrayAttr(StringAttr(name) for name in (*names, "k"))
    extents = [*(op.get_extent(name) for name in names), length]
    properties["extents"] = DenseArrayBase.from_list(i64, extents)
    return properties


class ExpandInput(RewritePattern):
    """Expands the packed input of a contraction."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractOp) or op.input_type is None:
            return
        expansion = get_schedule(op).expansion
        columns = expansion is Expansion.COLUMNS
        plan = plan_columns(op) if columns else plan_rows(op)
        lanes = build_block_scratch(op, plan.shape, 16, "lanes", rewriter)
        names = ArrayAttr(StringAttr(name) for name in plan.expand_iterators)
        extents = DenseArrayBase.from_list(i64, list(plan.expand_iterators.values()))
        expand_properties: dict[str, Attribute | None] = {
            "iterators": names,
            "extents": extents,
            "input_map": AffineMapAttr(plan.expand_map),
            "lanes_map": AffineMapAttr(plan.lanes_map),
            "input_type": op.input_type,
            "pad": op.pad,
        }
        rewriter.insert(ExpandOp(op.input, lanes, op.offsets, expand_properties))
        filter_ = _build_merged_filter(op, rewriter) if columns else op.filter
        properties = _get_contract_properties(op, plan, expansion)
        operands = (lanes, filter_, op.output, op.sums)
        rewriter.replace(op, op.with_properties(op.offsets, properties, operands), [])


@dataclass(frozen=True)
class ExpandInputsPass(ModulePass):
    """Expands the packed inputs of contractions to 16-bit lanes."""

    name = "cmix-expand-inputs"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(ExpandInput(), apply_recursively=False).rewrite_module(op)
