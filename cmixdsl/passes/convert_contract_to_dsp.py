"""Turns a register block into SMLAD instructions on words of unpacked lanes.

Weights become words whose fields i and i + 16/b form the pair that one AND (or one byte extension)
unpacks; the words of the block's filters are interleaved, in the order in which they are read. A
block over columns loops over words; a block over rows is unrolled over its taps. The products of a
pair of lanes are accumulated by one SMLAD. Accumulators start at the bias and end in
`cmix.requantize`. Where weights are stored as lanes and the requantization shifts accumulators of
all channels to the left alike, weights and biases are shifted instead. C compilers are told that a
loop over columns needs all registers (`cmix.one_region`), and that rows of bytes keep the order of
their loads (`cmix.in_order`).

Before:
```mlir
func.func private @layer(%lanes: memref<2x8xi16>, %y: memref<2x1xi8>) {
  %w = cmix.constant dense<[[0, 1, 2, 3, 4, 5, 6, 7]]> : !cmix.packed<1x8xui4>
  cmix.contract [x = 1, f = 1, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 1>
      : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
  return
}
```

After, the first two of its eight products:
```mlir
func.func private @layer(%lanes: memref<2x8xi16>, %w: i32, %acc0: i32) -> i32 {
  %c0 = arith.constant 0 : index
  %mask = arith.constant 983055 : i32
  %w01 = arith.andi %w, %mask : i32
  %x01 = dsp.load_word %lanes[%c0, %c0] : memref<2x8xi16>
  %acc1 = dsp.smlad %w01, %x01, %acc0
  return %acc1 : i32
}
```
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import memref
from xdsl.dialects.builtin import ModuleOp, UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects.cmix.blocks import ContractOp, ExpandOp
from cmixdsl.dialects.dsp import MlsOp
from cmixdsl.hints import AS_WRITTEN_ATTRIBUTE, IN_ORDER_ATTRIBUTE, ONE_REGION_ATTRIBUTE
from cmixdsl.passes.builders.column_products import build_columns
from cmixdsl.passes.builders.contract_outputs import build_outputs
from cmixdsl.passes.builders.global_constants import build_table, get_parent_function
from cmixdsl.passes.builders.joint_weights import JOINT_BITS
from cmixdsl.passes.builders.register_block import (
    Accumulators,
    Block,
    build_channel_loads,
)
from cmixdsl.passes.builders.rewriting import rewrite_each
from cmixdsl.passes.builders.row_products import build_rows
from cmixdsl.passes.builders.weight_words import (
    get_joint_shift,
    get_stored_shift,
    get_stored_zeros,
    get_weight_words,
)
from cmixdsl.passes.builders.word_arithmetic import build_word


def _build_accumulators(builder: Builder, block: Block) -> Accumulators:
    """Loads the biases that accumulators start from; joint sums start from both filters'."""
    shift = get_stored_shift(block.op)
    values = np.array(block.op.bias.get_values(), np.int64) << shift
    if block.words.joint:
        values[1::2] = values[::2] + (values[1::2] << JOINT_BITS)
    bias = build_table(builder, block.op, "bias", values, 32)
    accumulators: Accumulators = []
    for filter_ in range(block.filters):
        channel = (block.channel + filter_).build(builder, "o")
        load = builder.insert(memref.LoadOp.get(bias, [channel]))
        load.res.name_hint = f"bias{filter_}"
        accumulators += [load.res] * block.pixels
    return accumulators


def _build_corrections(builder: Builder, block: Block, accumulators: Accumulators) -> Accumulators:
    """Subtracts zero point times sum of inputs from every accumulator, shifted as that is."""
    sums, zeros = block.op.sums, get_stored_zeros(block.op)
    if not any(zeros) or block.words.taps:
        return accumulators
    if sums is None:
        raise_pass_failure(
            block.op,
            "expected sums of the columns, as weights have the zero point "
            f"{next(zero for zero in zeros if zero)}; run cmix-sum-columns first",
        )
    factors = _build_zeros(builder, block, zeros)
    results = list(accumulators)
    for pixel in range(block.pixels):
        position = block.get_lane_positions(pixel)[0].build(builder, "p")
        load = builder.insert(memref.LoadOp.get(sums, [position]))
        load.res.name_hint = f"sum{pixel}"
        for filter_, factor in enumerate(factors):
            index = filter_ * block.pixels + pixel
            corrected = builder.insert(MlsOp(factor, load.res, results[index])).result
            corrected.name_hint = f"acc{filter_}{pixel}"
            results[index] = corrected
    return results


def _build_zeros(builder: Builder, block: Block, zeros: Sequence[int]) -> list[SSAValue]:
    """The zero point of each filter of the block: a constant where a filter's are all alike."""
    channels = range(block.op.channels)
    shifted = [zeros[each % len(zeros)] << get_joint_shift(block.op, each) for each in channels]
    period = 2 if block.words.joint else 1
    if all(len(set(shifted[first::period])) == 1 for first in range(period)):
        each = [shifted[filter_ % period] for filter_ in range(block.filters)]
        return [build_word(builder, zero, "filter_zero") for zero in each]
    table = build_table(builder, block.op, "filter_zero", shifted, 32)
    return build_channel_loads(builder, block, table, "filter_zero")


def _choose_hint(block: Block, issues: int) -> str | None:
    """What C compilers are told of the function.

    The loop over columns needs all registers, unless there is but one pixel. Rows of bytes are
    loaded in an order that matters; those of smaller elements are taken apart in between, where it
    does not.
    """
    if block.words.taps:
        return IN_ORDER_ATTRIBUTE if _reads_bytes(block.op) else None
    if block.words.joint and issues == 1:
        return AS_WRITTEN_ATTRIBUTE
    return None if block.pixels == 1 else ONE_REGION_ATTRIBUTE


def _reads_bytes(op: ContractOp) -> bool:
    """Whether the lanes of a block were elements of 8 bits."""
    users = (use.operation for use in op.input.uses)
    return any(isinstance(user, ExpandOp) and user.input_type.bits == 8 for user in users)


def _build_block_outputs(builder: Builder, block: Block, accumulators: Sequence[SSAValue]) -> None:
    """Requantizes and stores all accumulators, those of a filter together: they share parameters.

    Filters whose outputs share a byte, or are merged into bytes, are stored together.
    """
    per_byte = 8 // block.op.output_type.bits
    together = per_byte if block.filters % per_byte == 0 else block.filters
    for first in range(0, block.filters, together):
        for pixel in range(block.pixels):
            start = first * block.pixels + pixel
            outputs = accumulators[start : start + together * block.pixels : block.pixels]
            positions = block.get_output_positions(pixel)
            build_outputs(builder, block.op, outputs, positions, str(pixel), first=first)


@dataclass
class ConvertBlock(RewritePattern):
    """Rewrites a contraction of an expanded input with no parallel iterators but f and x."""

    issues: int

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractOp) or op.word_type is not None:
            return
        if op.input_type is not None or not {"f", "x"}.issuperset(op.parallel_iterators):
            raise_pass_failure(
                op,
                "expected an expanded input and a block of filters (f) and pixels (x), "
                f"found parallel iterators {', '.join(op.parallel_iterators)}; run "
                "cmix-tile-outer, cmix-expand-inputs and cmix-tile-block first",
            )
        if op.schedule is not None and op.get_extent("f") > op.schedule.filters.data:
            raise_pass_failure(
                op,
                f"expected at most {op.schedule.filters.data} filters (f), as the schedule says, "
                f"found {op.get_extent('f')}; run cmix-tile-block first",
            )
        block = Block(op, get_weight_words(op))
        builder = Builder(InsertPoint.before(op))
        table = build_table(builder, op, "weight", block.words.values, 32, packed=True)
        accumulators = _build_accumulators(builder, block)
        if (hint := _choose_hint(block, self.issues)) is not None:
            get_parent_function(op).attributes[hint] = UnitAttr()
        build = build_rows if block.words.taps else build_columns
        accumulators = build(builder, block, table, accumulators)
        accumulators = _build_corrections(builder, block, accumulators)
        _build_block_outputs(builder, block, accumulators)
        rewriter.erase(op)


@dataclass(frozen=True)
class ConvertContractToDspPass(ModulePass):
    """Turns register blocks into SMLAD instructions."""

    name = "convert-contract-to-dsp"

    issues: int = 1
    """Instructions that the core starts in a cycle. With one, loads stand together, as each takes a
    cycle less; with two, C compilers put others between them."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite_each(op, ConvertBlock(self.issues), ContractOp)
