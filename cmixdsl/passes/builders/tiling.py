"""Tiling: iterators of a contraction become loops, what is left is a block of small extent."""

from collections.abc import Sequence

from xdsl.builder import Builder
from xdsl.dialects import arith
from xdsl.dialects.builtin import AffineMapAttr, ArrayAttr, DenseArrayBase, StringAttr, i64
from xdsl.ir import SSAValue
from xdsl.ir.affine import AffineExpr, AffineMap
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.passes.builders.index_arithmetic import build_index, build_loop, build_yield


def get_restricted(op: ContractOp, name: str, start: SSAValue, size: int) -> ContractOp:
    """The part of a contraction in which an iterator runs over [start, start + size).

    An iterator of size 1 disappears.
    """
    names = list(op.iterator_names)
    extents = list(op.extents.get_values())
    position = names.index(name)
    offset = AffineExpr.symbol(len(op.offsets))
    shifted: list[AffineExpr] = []
    for dimension in range(len(names)):
        if dimension != position:
            shifted.append(AffineExpr.dimension(dimension - (size == 1 and dimension > position)))
        else:
            shifted.append(offset if size == 1 else AffineExpr.dimension(dimension) + offset)
    if size == 1:
        del names[position], extents[position]
    else:
        extents[position] = size

    symbols = [AffineExpr.symbol(index) for index in range(len(op.offsets))]
    properties = op.properties | {
        "iterators": ArrayAttr(StringAttr(iterator) for iterator in names),
        "extents": DenseArrayBase.from_list(i64, extents),
    }
    for key, map_ in (
        ("input_map", op.input_map.data),
        ("filter_map", op.filter_map.data),
        ("output_map", op.output_map.data),
    ):
        results = tuple(
            result.replace_dims_and_symbols(shifted, symbols) for result in map_.results
        )
        properties[key] = AffineMapAttr(AffineMap(len(names), len(symbols) + 1, results))
    return op.with_properties((*op.offsets, start), properties)


MOST_REPEATED = 0.02
"""Share of an iterator that may be computed twice so that no block is smaller than the others."""


def can_repeat(extent: int, size: int) -> bool:
    """Whether the last block may begin earlier, and compute some of its outputs again."""
    repeated = -extent % size
    return extent > size and 0 < repeated <= MOST_REPEATED * extent


def unroll_iterator(op: ContractOp, name: str, size: int = 1) -> list[ContractOp]:
    """Replaces a contraction by one for each `size` values of a parallel iterator, in order.

    A contraction without that iterator, or with no more values, stays as it is.
    """
    if name not in op.parallel_iterators or 1 < op.get_extent(name) <= size:
        return [op]
    builder = Builder(InsertPoint.before(op))
    extent = op.get_extent(name)
    blocks = [
        builder.insert(
            get_restricted(op, name, build_index(builder, start), min(size, extent - start))
        )
        for start in range(0, extent, size)
    ]
    op.detach()
    op.erase()
    return blocks


def tile_iterators(
    op: ContractOp, sizes: Sequence[tuple[str, int]], *, repeats: bool = False
) -> list[ContractOp]:
    """Replaces a contraction by loops over tiles of the named parallel iterators, outermost first.

    Returns the blocks that are left.

    Iterators that it does not have are skipped. Where a size does not divide an extent, the rest is
    peeled off behind the loop as a smaller block; or, with `repeats` and where that costs little,
    the last block begins earlier. Outputs must then be such that they can be written twice.
    """
    if not sizes:
        return [op]
    (name, size), *inner = sizes
    if name not in op.parallel_iterators:
        return tile_iterators(op, inner, repeats=repeats)
    extent = op.get_extent(name)
    size = min(size, extent)
    builder = Builder(InsertPoint.before(op))
    is_repeated = repeats and can_repeat(extent, size)
    main = extent if is_repeated else extent - extent % size
    blocks: list[ContractOp] = []
    if main == size:
        if size == extent and size > 1:
            return tile_iterators(op, inner, repeats=repeats)
        blocks.append(builder.insert(get_restricted(op, name, build_index(builder, 0), size)))
    else:
        loop, body = build_loop(builder, (0, main, size), name)
        start: SSAValue = loop.body.block.args[0]
        if is_repeated:
            last = build_index(body, extent - size)
            start = body.insert(arith.MinUIOp(start, last)).result
            start.name_hint = name
        blocks.append(body.insert(get_restricted(op, name, start, size)))
        build_yield(body)
    if main < extent:
        start = build_index(builder, main)
        blocks.append(builder.insert(get_restricted(op, name, start, extent - main)))
    op.detach()
    op.erase()
    return [tiled for block in blocks for tiled in tile_iterators(block, inner, repeats=repeats)]
