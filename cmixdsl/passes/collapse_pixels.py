"""Merges the rows and columns of an image where a layer treats every pixel alike.

A pointwise layer reads and writes each pixel at the same place: to it, an image is a list of
pixels. Blocks of pixels then cross the ends of rows, and fewer of them are left over.

Before:
```mlir
func.func private @layer(%x: memref<3x5x8xi8>, %y: memref<3x5x2xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x8xui4>
  cmix.contract [y = 3, x = 5, f = 2, c = 8]
      input %x (y, x, f, c) -> (y, x, c) as <3x5x8xui8> filter %w (y, x, f, c) -> (f, c)
      output %y (y, x, f, c) -> (y, x, f) as <3x5x2xui8> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<3x5x8xi8>, !cmix.packed<2x8xui4>, memref<3x5x2xi8>
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<3x5x8xi8>, %y: memref<3x5x2xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x8xui4>
  %x_pixels = memref.collapse_shape %x [[0, 1], [2]] : memref<3x5x8xi8> into memref<15x8xi8>
  %y_pixels = memref.collapse_shape %y [[0, 1], [2]] : memref<3x5x2xi8> into memref<15x2xi8>
  cmix.contract [x = 15, f = 2, c = 8]
      input %x_pixels (x, f, c) -> (x, c) as <15x8xui8> filter %w (x, f, c) -> (f, c)
      output %y_pixels (x, f, c) -> (x, f) as <15x2xui8> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<15x8xi8>, !cmix.packed<2x8xui4>, memref<15x2xi8>
  return
}
```
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import (
    AffineMapAttr,
    ArrayAttr,
    DenseArrayBase,
    ModuleOp,
    StringAttr,
    i64,
)
from xdsl.ir import Attribute, Operation
from xdsl.ir.affine import AffineExpr, AffineMap
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.passes.builders.memory import build_collapsed


def is_pixelwise(op: ContractOp) -> bool:
    """Whether

    1. input and output have three dimensions, the first two of which are iterators y and x alone;
    2. the iterators cover both images wholly;
    3. nothing else depends on them, and nothing has been tiled.
    """
    input_type = op.input_type
    if input_type is None or len(op.offsets) or op.iterator_names[:2] != ("y", "x"):
        return False
    y, x = AffineExpr.dimension(0), AffineExpr.dimension(1)
    size = op.extents.get_values()[:2]
    for map_, type_ in (
        (op.input_map.data, input_type),
        (op.output_map.data, op.output_type),
    ):
        used_by_rest = AffineMap(map_.num_dims, 0, map_.results[2:]).used_dims_bit_vector()
        if map_.results[:2] != (y, x) or type_.get_shape()[:2] != size or any(used_by_rest[:2]):
            return False
    return not any(op.filter_map.data.used_dims_bit_vector()[:2])


def _get_merged_map(map_: AffineMap, dropped: int) -> AffineMapAttr:
    """The map with y and x merged into one dimension, the first `dropped` results with them."""
    x = AffineExpr.dimension(0)
    rest = [AffineExpr.dimension(index - 1) for index in range(2, map_.num_dims)]
    results = tuple(
        result.replace_dims_and_symbols([x, x, *rest], []) for result in map_.results[dropped:]
    )
    return AffineMapAttr(AffineMap(map_.num_dims - 1, 0, results))


def _get_merged_type(type_: PackedType) -> PackedType:
    height, width, *rest = type_.get_shape()
    return PackedType([height * width, *rest], type_.element_type)


class CollapsePixels(RewritePattern):
    """Collapses the images of a pixelwise contraction."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractOp) or not is_pixelwise(op) or op.input_type is None:
            return
        height, width, *rest = op.extents.get_values()
        input_, output = (build_collapsed(rewriter, value, 2) for value in (op.input, op.output))
        properties: dict[str, Attribute | None] = op.properties | {
            "iterators": ArrayAttr(StringAttr(name) for name in op.iterator_names[1:]),
            "extents": DenseArrayBase.from_list(i64, [height * width, *rest]),
            # Of the two merged results the second stays: the pixel's number.
            "input_map": _get_merged_map(op.input_map.data, 1),
            "filter_map": _get_merged_map(op.filter_map.data, 0),
            "output_map": _get_merged_map(op.output_map.data, 1),
            "input_type": _get_merged_type(op.input_type),
            "output_type": _get_merged_type(op.output_type),
        }
        operands = (input_, op.filter, output, None)
        rewriter.replace(op, op.with_properties([], properties, operands), [])


@dataclass(frozen=True)
class CollapsePixelsPass(ModulePass):
    """Merges rows and columns of images in pixelwise contractions."""

    name = "cmix-collapse-pixels"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(CollapsePixels(), apply_recursively=False).rewrite_module(op)
