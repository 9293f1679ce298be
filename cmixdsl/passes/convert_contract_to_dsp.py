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
from cmixdsl.dialects.dsp import MlsOp, SmladOp
from cmixdsl.hints import IN_ORDER_ATTRIBUTE, ONE_REGION_ATTRIBUTE
from cmixdsl.passes.builders.contract_outputs import build_outputs
from cmixdsl.passes.builders.global_constants import build_table, get_parent_function
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_unrolled_loop,
    get_unroll,
)
from cmixdsl.passes.builders.memory import needs_merging
from cmixdsl.passes.builders.register_block import (
    Accumulators,
    Block,
    WeightReader,
    build_channel_loads,
    build_input_word,
)
from cmixdsl.passes.builders.rewriting import rewrite_each
from cmixdsl.passes.builders.row_products import build_rows
from cmixdsl.passes.builders.weight_words import (
    get_stored_shift,
    get_weight_words,
    has_wide_weights,
)
from cmixdsl.passes.builders.word_arithmetic import (
    build_word,
    get_pairs_per_word,
)
from cmixdsl.passes.tile_outer import get_schedule


def _build_accumulators(builder: Builder, block: Block) -> Accumulators:
    """Loads the biases that accumulators start from."""
    shift = get_stored_shift(block.op)
    values = [value << shift for value in block.op.bias.get_values()]
    bias = build_table(builder, block.op, "bias", values, 32)
    accumulators: Accumulators = []
    for filter_ in range(block.filters):
        channel = (block.channel + filter_).build(builder, "o")
        load = builder.insert(memref.LoadOp.get(bias, [channel]))
        load.res.name_hint = f"bias{filter_}"
        accumulators += [load.res] * block.pixels
    return accumulators


def _build_products(
    builder: Builder,
    block: Block,
    accumulators: Accumulators,
    weights: Sequence[SSAValue],
    lanes: list[list[Linear]],
    pair: int,
) -> Accumulators:
    """Multiplies a pair of lanes: weights per filter, lane positions per pixel."""
    results = list(accumulators)
    step = _get_pixels_loaded(block, pair)
    for first in range(0, block.pixels, step):
        pixels = range(first, min(first + step, block.pixels))
        inputs = [build_input_word(builder, block, lanes[pixel], f"x{pixel}") for pixel in pixels]
        for pixel, word in zip(pixels, inputs, strict=True):
            for filter_ in range(block.filters):
                index = filter_ * block.pixels + pixel
                product = builder.insert(SmladOp(weights[filter_], word, results[index])).result
                product.name_hint = f"acc{filter_}{pixel}"
                results[index] = product
    return results


def _get_pixels_loaded(block: Block, pair: int) -> int:
    """Pixels whose inputs are loaded one directly after the other.

    The second of two loads takes one cycle less. It also takes a register, which is free where the
    pair is the last that a word of weights holds for each filter.
    """
    used = (pair + 1) * block.filters
    return 2 if used % get_pairs_per_word(block.words.bits) == 0 else 1


def _build_column_words(
    builder: Builder, block: Block, table: SSAValue, word: Linear, accumulators: Accumulators
) -> Accumulators:
    """All products of one weight word per filter."""
    pairs = get_pairs_per_word(block.words.bits)
    reader = WeightReader(block, table, word * block.filters)
    for pair in range(pairs):
        weights = reader.build_pairs(builder, pair)
        k = word * (2 * pairs) + 2 * pair
        lanes = [block.get_lane_positions(pixel, k=k) for pixel in range(block.pixels)]
        accumulators = _build_products(builder, block, accumulators, weights, lanes, pair)
    return accumulators


def _build_columns(
    builder: Builder, block: Block, table: SSAValue, accumulators: Accumulators
) -> Accumulators:
    """Loops over the words of the columns."""
    words = block.words.per_filter
    limit = get_schedule(block.op).unroll.data // get_pairs_per_word(block.words.bits)

    def build_step(body: Builder, word: Linear, carried: list[SSAValue]) -> list[SSAValue]:
        return _build_column_words(body, block, table, word, carried)

    unroll = get_unroll(words, limit)
    return build_unrolled_loop(builder, words, unroll, "k", accumulators, build_step)


def _build_corrections(builder: Builder, block: Block, accumulators: Accumulators) -> Accumulators:
    """Subtracts zero point times sum of inputs from every accumulator."""
    sums, zeros = block.op.sums, block.op.filter_zero.get_values()
    if not any(zeros) or block.words.taps or has_wide_weights(block.op):
        return accumulators
    if sums is None:
        raise_pass_failure(
            block.op,
            f"expected sums of the columns, as weights have the zero point {zeros[0]}; run "
            "cmix-sum-columns first",
        )
    if len(zeros) == 1:
        factors = [build_word(builder, zeros[0], "filter_zero")] * block.filters
    else:
        table = build_table(builder, block.op, "filter_zero", zeros, 32)
        factors = build_channel_loads(builder, block, table, "filter_zero")
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


def _choose_hint(block: Block) -> str | None:
    """What C compilers are told of the function.

    The loop over columns needs all registers, unless there is but one pixel. So does the code that
    merges outputs into bytes: then each gets its own. Rows of bytes are loaded in an order that
    matters; those of smaller elements are taken apart in between, where it does not.
    """
    if block.words.taps:
        return IN_ORDER_ATTRIBUTE if _reads_bytes(block.op) else None
    merges = needs_merging(block.filters, block.op.output_type)
    return None if merges or block.pixels == 1 else ONE_REGION_ATTRIBUTE


def _reads_bytes(op: ContractOp) -> bool:
    """Whether the lanes of a block were elements of 8 bits."""
    users = (use.operation for use in op.input.uses)
    return any(isinstance(user, ExpandOp) and user.input_type.bits == 8 for user in users)


class ConvertBlock(RewritePattern):
    """Rewrites a contraction of an expanded input with no parallel iterators but f and x."""

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
        if (hint := _choose_hint(block)) is not None:
            get_parent_function(op).attributes[hint] = UnitAttr()
        build = build_rows if block.words.taps else _build_columns
        accumulators = build(builder, block, table, accumulators)
        accumulators = _build_corrections(builder, block, accumulators)
        for pixel in range(block.pixels):
            outputs = accumulators[pixel :: block.pixels]
            build_outputs(builder, op, outputs, block.get_output_positions(pixel), str(pixel))
        rewriter.erase(op)


@dataclass(frozen=True)
class ConvertContractToDspPass(ModulePass):
    """Turns register blocks into SMLAD instructions."""

    name = "convert-contract-to-dsp"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite_each(op, ConvertBlock(), ContractOp)
