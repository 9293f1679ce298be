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
from itertools import product

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import DenseArrayBase, ModuleOp, i64
from xdsl.ir import Operation
from xdsl.ir.affine import AffineMap
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.blocks import ContractOp, ExpandOp
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.passes.builders.constants import get_filter_elements


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


def starts_bytes(op: ExpandOp) -> bool:
    """Whether every run of the innermost iterator starts at a whole byte of the input."""
    map_, per_byte = op.input_map.data, 8 // op.input_type.bits
    zeros, symbols = [0] * map_.num_dims, [0] * map_.num_symbols
    points = [zeros, *_get_units(map_.num_dims)[:-1]]
    starts = [map_.eval(point, symbols)[-1] for point in points]
    starts += [map_.eval(zeros, unit)[-1] for unit in _get_units(map_.num_symbols)]
    return all(start % per_byte == 0 for start in starts)


def _get_units(count: int) -> list[list[int]]:
    """The unit vectors of a space of so many dimensions."""
    return [[int(index == one) for index in range(count)] for one in range(count)]


def get_run_starts(op: ExpandOp) -> list[int]:
    """The lanes at which the runs of the first column start, in the order of the iterators."""
    map_ = op.lanes_map.data
    symbols = [0] * map_.num_symbols
    outer = product(*(range(extent) for extent in op.extents.get_values()[:-1]))
    starts = [map_.eval([*point, 0], symbols) for point in outer]
    return [lane for *rows, lane in starts if not any(rows)]


def _get_reach(op: ExpandOp) -> set[int]:
    """The lanes of a column that an expansion fills."""
    length = op.extents.get_values()[-1]
    return {start + lane for start in get_run_starts(op) for lane in range(length)}


def find_contractions(op: ExpandOp) -> list[ContractOp] | None:
    """The contractions that read the lanes of an expansion, if nothing else does and

    1. all of them reduce one merged iterator, k;
    2. other expansions into the same buffer fill other lanes.
    """
    found: list[ContractOp] = []
    for user in dict.fromkeys(use.operation for use in op.lanes.uses):
        if isinstance(user, ContractOp) and user.reduction_iterators == ("k",):
            found.append(user)
        elif not isinstance(user, ExpandOp) or (
            user is not op and _get_reach(user) & _get_reach(op)
        ):
            return None
    return found


def permute_filter(
    contract: ContractOp, permutation: npt.NDArray[np.int64], rewriter: PatternRewriter
) -> None:
    """Has a contraction read lanes that were put in another order: lane k was `permutation[k]`.

    Lanes behind those stay where they are.
    """
    elements = get_filter_elements(contract, contract.filter)
    order = np.arange(elements.shape[1], dtype=np.int64)
    order[: len(permutation)] = permutation
    constant = ConstantOp(np.take(elements, order, axis=1), contract.filter_type)
    constant.result.name_hint = contract.filter.name_hint
    rewriter.insert(constant)
    contract.operands[1] = constant.result
    rewriter.notify_op_modified(contract)


class PermuteLanes(RewritePattern):
    """Permutes lanes and weights where

    1. the innermost iterator steps through the innermost dimension of input and lanes;
    2. its extent is a whole number of words, and its runs start at whole bytes;
    3. every reader of the lanes is a contraction over one merged iterator, k.
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ExpandOp) or op.order is not None:
            return
        if not is_contiguous(op.input_map.data) or not is_contiguous(op.lanes_map.data):
            return
        order = get_word_order(op.input_type.bits)
        length = op.extents.get_values()[-1]
        if length % len(order) or not starts_bytes(op):
            return
        contracts = find_contractions(op)
        if contracts is None:
            return
        run = np.arange(length).reshape(-1, len(order))[:, order].ravel()
        permutation = np.arange(max(_get_reach(op)) + 1)
        for start in get_run_starts(op):
            permutation[start : start + length] = start + run
        for contract in contracts:
            permute_filter(contract, permutation, rewriter)
        op.order = DenseArrayBase.from_list(i64, order)
        rewriter.notify_op_modified(op)


@dataclass(frozen=True)
class PermuteLanesPass(ModulePass):
    """Permutes lanes and weights to the order in which words are unpacked."""

    name = "cmix-permute-lanes"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(PermuteLanes(), apply_recursively=False).rewrite_module(op)
