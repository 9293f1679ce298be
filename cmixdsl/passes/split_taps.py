"""Splits the taps of strided depthwise layers by the phase of the column that they read.

Windows of stride s read columns of s phases; within one phase they are s times as near to each
other, so that words of neighbours waste no lanes. The tap becomes `s * j + h`, h being its phase;
weights are filled up with their zero point. The schedule says how many phases there are.

Before:
```mlir
func.func private @layer(%x: memref<1x6x1xi8>, %y: memref<1x3x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
  cmix.contract [f = 1, x = 3, j = 3] input %x (f, x, j) -> (0, x * 2 + j, f) as <1x6x1xui8>
      filter %w (f, x, j) -> (0, j, f) output %y (f, x, j) -> (0, x, f) as <1x3x1xui8>
      bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = overlap, filters = 1, pixels = 2, phases = 2>
      : memref<1x6x1xi8>, !cmix.packed<1x3x1xui2>, memref<1x3x1xi8>
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<1x6x1xi8>, %y: memref<1x3x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3], [2]]]> : !cmix.packed<1x4x1xui2>
  cmix.contract [f = 1, x = 3, h = 2, j = 2]
      input %x (f, x, h, j) -> (0, x * 2 + (j * 2 + h), f) as <1x6x1xui8>
      filter %w (f, x, h, j) -> (0, j * 2 + h, f)
      output %y (f, x, h, j) -> (0, x, f) as <1x3x1xui8>
      bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = overlap, filters = 1, pixels = 2, phases = 2>
      : memref<1x6x1xi8>, !cmix.packed<1x4x1xui2>, memref<1x3x1xi8>
  return
}
```
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import AffineMapAttr, ModuleOp
from xdsl.ir import Attribute, Operation
from xdsl.ir.affine import AffineExpr, AffineMap
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.iteration import build_iterators
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.passes.builders.constants import get_filter_elements
from cmixdsl.passes.tile_outer import get_schedule, is_windowed


def can_pad(filter_type: PackedType, zeros: Sequence[int]) -> bool:
    """Whether zero points are values that weights may have, so that taps can be added."""
    low, high = filter_type.element_range
    return all(low <= zero <= high for zero in zeros)


def check_phases(op: ContractOp) -> None:
    """Raises PassFailedException unless the taps can be split as the schedule says.

    1. taps of a row are neighbours;
    2. phases divide the stride;
    3. zero points are values that weights may have.
    """
    phases = get_schedule(op).phases.data
    stride, step = op.get_input_step("x", 1), op.get_input_step("j", 1)
    if step != 1:
        raise_pass_failure(op, f"phases need a dilation of 1 along rows, found {step}")
    if stride % phases:
        raise_pass_failure(op, f"phases must divide the stride {stride}, found {phases}")
    if not can_pad(op.filter_type, op.filter_zero.get_values()):
        low, high = op.filter_type.element_range
        zeros = op.filter_zero.get_values()
        far = next(zero for zero in zeros if not low <= zero <= high)
        raise_pass_failure(
            op, f"phases add taps of the zero point, which must be in [{low}, {high}], found {far}"
        )


class SplitTaps(RewritePattern):
    """Splits the taps of a depthwise layer that is to be packed in words."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractOp) or not is_windowed(op) or op.input_type is None:
            return
        phases, taps = get_schedule(op).phases.data, op.get_extent("j")
        if phases == 1:
            return
        check_phases(op)
        kept = -(-taps // phases)
        elements = get_filter_elements(op, op.filter)
        zeros = np.array(op.filter_zero.get_values(), elements.dtype)
        shape = (elements.shape[0], kept * phases, elements.shape[2])
        padded = np.broadcast_to(zeros, shape).copy()
        padded[:, :taps] = elements
        constant = ConstantOp(padded, PackedType(shape, op.filter_type.element_type))
        constant.result.name_hint = op.filter.name_hint
        rewriter.insert(constant)
        properties: dict[str, Attribute | None] = dict(op.properties)
        properties |= _get_split_iterators(op, phases, kept)
        operands = (op.input, constant.result, op.output, op.sums)
        rewriter.replace(op, op.with_properties(op.offsets, properties, operands), [])


def _get_split_iterators(op: ContractOp, phases: int, kept: int) -> dict[str, Attribute | None]:
    """Iterators and maps with the tap `phases * j + h` in place of j."""
    extents = dict(zip(op.iterator_names, op.extents.get_values(), strict=True))
    split: dict[str, int] = {}
    for name, extent in extents.items():
        split |= {"h": phases, "j": kept} if name == "j" else {name: extent}
    positions = {name: AffineExpr.dimension(index) for index, name in enumerate(split)}
    positions["j"] = positions["j"] * phases + positions["h"]
    dims = [positions[name] for name in op.iterator_names]
    symbols = [AffineExpr.symbol(index) for index in range(len(op.offsets))]

    def get_map(map_: AffineMap) -> AffineMapAttr:
        results = (result.replace_dims_and_symbols(dims, symbols) for result in map_.results)
        return AffineMapAttr(AffineMap(len(split), len(symbols), tuple(results)))

    return {
        **build_iterators(**split),
        "input_map": get_map(op.input_map.data),
        "filter_map": get_map(op.filter_map.data),
        "output_map": get_map(op.output_map.data),
    }


@dataclass(frozen=True)
class SplitTapsPass(ModulePass):
    """Splits the taps of strided depthwise layers by the phase of the column that they read."""

    name = "cmix-split-taps"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(SplitTaps(), apply_recursively=False).rewrite_module(op)
