"""Lets columns be expanded a word at a time: lanes follow the order in which a word is unpacked.

Masking a word of n elements yields pairs (e_i, e_{i + n/2}). Storing pairs as they come saves their
re-pairing; the weights, being constants, take the same order for nothing.

Before:
```mlir
func.func private @layer(%x: memref<2x4xi8>, %lanes: memref<2x8xi16>, %y: memref<2x1xi8>) {
  %w = cmix.constant dense<[[0, 1, 2, 3]]> : !cmix.packed<1x4xui8>
  cmix.expand [x = 2, c = 4] input %x (x, c) -> (x, c) as <2x4xui8>
      lanes %lanes (x, c) -> (x, c) : memref<2x4xi8>, memref<2x8xi16>
  cmix.contract [x = 2, f = 1, k = 4] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<2x8xi16>, !cmix.packed<1x4xui8>, memref<2x1xi8>
  return
}
```

After:
```mlir
func.func private @layer(%x: memref<2x4xi8>, %lanes: memref<2x8xi16>, %y: memref<2x1xi8>) {
  %w = cmix.constant dense<[[0, 2, 1, 3]]> : !cmix.packed<1x4xui8>
  cmix.expand [x = 2, c = 4] input %x (x, c) -> (x, c) as <2x4xui8>
      lanes %lanes (x, c) -> (x, c) order [0, 2, 1, 3] : memref<2x4xi8>, memref<2x8xi16>
  cmix.contract [x = 2, f = 1, k = 4] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<2x8xi16>, !cmix.packed<1x4xui8>, memref<2x1xi8>
  return
}
```
"""

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import DenseArrayBase, ModuleOp, i64
from xdsl.ir import Operation
from xdsl.ir.affine import AffineExpr, AffineMap
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.blocks import ContractOp, ExpandOp
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.passes.constants import get_filter_elements


def get_word_order(bits: int) -> list[int]:
    """Elements of a word in the order in which masking unpacks them, as pairs of 16-bit lanes."""
    half = 16 // bits
    return [element for pair in range(half) for element in (pair, pair + half)]


def is_contiguous(map_: AffineMap) -> bool:
    """Whether the last dimension steps through neighbours and reaches nothing else."""
    last = map_.num_dims - 1
    zeros, symbols = [0] * map_.num_dims, [0] * map_.num_symbols
    step = [*zeros[:-1], 1]
    changes = [
        new - old
        for new, old in zip(map_.eval(step, symbols), map_.eval(zeros, symbols), strict=True)
    ]
    return last >= 0 and changes[-1] == 1 and not any(changes[:-1])


def _starts_rows(map_: AffineMap) -> bool:
    """Whether the last position is the last dimension alone, so that every run starts a row."""
    return map_.results[-1] == AffineExpr.dimension(map_.num_dims - 1)


class PermuteLanes(RewritePattern):
    """Permutes lanes and weights where

    1. the innermost iterator steps through the innermost dimension of input and lanes;
    2. its extent is the input's whole row, and a whole number of words;
    3. every reader of the lanes is a contraction over one merged iterator, k.
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ExpandOp) or op.order is not None:
            return
        if not _starts_rows(op.input_map.data) or not is_contiguous(op.lanes_map.data):
            return
        order = get_word_order(op.input_type.bits)
        extent = op.extents.get_values()[-1]
        if extent != op.input_type.get_shape()[-1] or extent % len(order):
            return
        readers = [use.operation for use in op.lanes.uses if use.operation is not op]
        contracts = [reader for reader in readers if isinstance(reader, ContractOp)]
        if len(contracts) != len(readers) or any(
            contract.reduction_iterators != ("k",) for contract in contracts
        ):
            return
        for contract in contracts:
            self._permute_filter(contract, order, rewriter)
        op.order = DenseArrayBase.from_list(i64, order)
        rewriter.notify_op_modified(op)

    @staticmethod
    def _permute_filter(contract: ContractOp, order: list[int], rewriter: PatternRewriter) -> None:
        elements = get_filter_elements(contract, contract.filter)
        groups = elements.reshape(elements.shape[0], -1, len(order))
        permuted = np.take(groups, order, axis=2).reshape(elements.shape)
        constant = ConstantOp(permuted, contract.filter_type)
        constant.result.name_hint = contract.filter.name_hint
        rewriter.insert(constant)
        contract.operands[1] = constant.result
        rewriter.notify_op_modified(contract)


@dataclass(frozen=True)
class PermuteLanesPass(ModulePass):
    """Permutes lanes and weights to the order in which words are unpacked."""

    name = "cmix-permute-lanes"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(PermuteLanes(), apply_recursively=False).rewrite_module(op)
