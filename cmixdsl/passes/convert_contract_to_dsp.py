"""Turns a register block into SMLAD instructions on words of unpacked lanes.

Weights become words whose fields i and i + 16/b form the pair that one AND (or one byte extension)
unpacks; the words of the block's filters are interleaved, in the order in which they are read. A
block over columns loops over words; a block over rows is unrolled over its taps. The products of a
pair of lanes are accumulated by one SMLAD. Accumulators start at the bias and end in
`cmix.requantize`.

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
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint
from xdsl.utils.exceptions import PassFailedException

from cmixdsl.dialects.cmix.blocks import ContractOp, RequantizeOp
from cmixdsl.dialects.cmix.buffers import StoreElementsOp
from cmixdsl.dialects.dsp import (
    LoadWordOp,
    MlsOp,
    SmlabbOp,
    SmlabtOp,
    SmladOp,
    SmlatbOp,
    SmlattOp,
    Ssub16Op,
)
from cmixdsl.passes.global_constants import build_table
from cmixdsl.passes.index_arithmetic import (
    Linear,
    build_unrolled_loop,
    get_linear_map,
    get_unroll,
)
from cmixdsl.passes.memory import needs_merging
from cmixdsl.passes.tile_outer import get_schedule
from cmixdsl.passes.weight_words import Tap, WeightWords, get_weight_words
from cmixdsl.passes.word_arithmetic import (
    build_pair,
    build_word,
    get_pairs_per_word,
    repeat_in_lanes,
)

MAX_ACCUMULATORS_BESIDE_MASK = 6
"""With more, the 14 registers do not hold accumulators, words, pointers and a mask."""


@dataclass(frozen=True)
class Block:
    """A contraction of constant extents, seen as filters x pixels x words."""

    op: ContractOp
    words: WeightWords

    @property
    def filters(self) -> int:
        """Filters computed at once."""
        return self.op.get_extent("f")

    @property
    def pixels(self) -> int:
        """Pixels computed at once."""
        return self.op.get_extent("x")

    @property
    def has_free_register(self) -> bool:
        """Whether a mask fits in a register beside the accumulators."""
        return self.filters * self.pixels <= MAX_ACCUMULATORS_BESIDE_MASK

    def get_point(self, **iterators: Linear | int) -> list[Linear]:
        """Values of the iterators, 0 where none is given."""
        values = [iterators.get(name, 0) for name in self.op.iterator_names]
        return [Linear(value) if isinstance(value, int) else value for value in values]

    def get_output_positions(self, pixel: int) -> list[Linear]:
        """Where the first filter's output of a pixel goes."""
        point = self.get_point(x=pixel)
        return get_linear_map(self.op.output_map.data, point, self.op.offsets)

    def get_lane_positions(self, pixel: int, **taps: Linear | int) -> list[Linear]:
        """Where the first lane of a pair stands."""
        point = self.get_point(x=pixel, **taps)
        return get_linear_map(self.op.input_map.data, point, self.op.offsets)

    @property
    def channel(self) -> Linear:
        """Output channel of the first filter."""
        return self.get_output_positions(0)[-1]


Accumulators = list[SSAValue]
"""One per filter and pixel, filters outermost."""


def _build_accumulators(builder: Builder, block: Block) -> Accumulators:
    """Loads the biases that accumulators start from."""
    bias = build_table(builder, block.op, "bias", block.op.bias.get_values(), 32)
    accumulators: Accumulators = []
    for filter_ in range(block.filters):
        channel = (block.channel + filter_).build(builder, "o")
        load = builder.insert(memref.LoadOp.get(bias, [channel]))
        load.res.name_hint = f"bias{filter_}"
        accumulators += [load.res] * block.pixels
    return accumulators


@dataclass
class WeightReader:
    """Reads the block's weights pair by pair: each word once, when its first pair is wanted."""

    block: Block
    table: SSAValue
    start: Linear
    """Position of the first word, within those of the block."""
    word: SSAValue | None = None

    def build_pairs(self, builder: Builder, pair: int) -> list[SSAValue]:
        """The weights of a pair for each filter, in two lanes."""
        words = self.block.words
        per_word = get_pairs_per_word(words.bits)
        lanes: list[SSAValue] = []
        for filter_ in range(self.block.filters):
            index = pair * self.block.filters + filter_
            if index % per_word == 0:
                self.word = self._build_load(builder, index // per_word)
            assert self.word is not None
            field = index % per_word
            lanes.append(
                build_pair(
                    builder,
                    self.word,
                    field,
                    words.bits,
                    signed=words.signed,
                    hold_mask=self.block.has_free_register,
                )
            )
            lanes[-1].name_hint = f"w{filter_}"
        return lanes

    def _build_load(self, builder: Builder, word: int) -> SSAValue:
        position = self.block.channel * self.block.words.per_filter + self.start + word
        load = builder.insert(memref.LoadOp.get(self.table, [position.build(builder, "w")]))
        load.res.name_hint = "word"
        return load.res


def _build_products(
    builder: Builder,
    block: Block,
    accumulators: Accumulators,
    weights: Sequence[SSAValue],
    lanes: list[list[Linear]],
) -> Accumulators:
    """Multiplies one pair of lanes: weights per filter, lane positions per pixel."""
    results = list(accumulators)
    for pixel in range(block.pixels):
        positions = [position.build(builder, "lane") for position in lanes[pixel]]
        inputs = builder.insert(LoadWordOp(block.op.input, positions)).result
        inputs.name_hint = f"x{pixel}"
        for filter_ in range(block.filters):
            index = filter_ * block.pixels + pixel
            product = builder.insert(SmladOp(weights[filter_], inputs, results[index])).result
            product.name_hint = f"acc{filter_}{pixel}"
            results[index] = product
    return results


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
        accumulators = _build_products(builder, block, accumulators, weights, lanes)
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


def get_accumulator_names(block: Block) -> list[str]:
    """`acc01` for filter 0 and pixel 1, and so on, filters outermost."""
    return [
        f"acc{filter_}{pixel}" for filter_ in range(block.filters) for pixel in range(block.pixels)
    ]


@dataclass(frozen=True)
class RowProduct:
    """A multiplication of one word of a row: which pixel it is for, and which weights it takes."""

    pixel: int
    pair: Tap
    """Kernel position of the first weight of the pair."""
    lanes: tuple[int, int] | None
    """The lane of the input and that of the weights, or None for both lanes of both."""


def get_row_products(
    pixel: int, row: int, columns: int, phase: int
) -> list[tuple[int, RowProduct]]:
    """Products of one kernel row for a pixel whose window starts in lane `phase` of a word.

    Each comes with the position of its word, relative to the window's start less `phase`.
    """
    products: list[tuple[int, RowProduct]] = []
    tap = -phase
    while tap < columns:
        has_low, has_high = tap >= 0, tap + 1 < columns
        word = tap + phase
        if has_low and has_high:
            products.append((word, RowProduct(pixel, (row, tap), None)))
        else:
            single = tap if has_low else tap + 1
            first = min(single, max(columns - 2, 0))
            lanes = (0 if has_low else 1, single - first)
            products.append((word, RowProduct(pixel, (row, first), lanes)))
        tap += 2
    return products


SINGLE_PRODUCTS = {
    (0, 0): SmlabbOp,
    (0, 1): SmlabtOp,
    (1, 0): SmlatbOp,
    (1, 1): SmlattOp,
}
"""By lane of the input and lane of the weights."""


def _build_row_weights(
    builder: Builder, block: Block, table: SSAValue
) -> dict[Tap, list[SSAValue]]:
    """The pairs of weights of every filter, less their zero point."""
    zeros = _build_zero_pairs(builder, block)
    reader = WeightReader(block, table, Linear())
    weights: dict[Tap, list[SSAValue]] = {}
    for pair, tap in enumerate(block.words.taps):
        weights[tap] = reader.build_pairs(builder, pair)
        if zeros is not None:
            weights[tap] = [
                builder.insert(Ssub16Op(weight, zero)).result
                for weight, zero in zip(weights[tap], zeros, strict=True)
            ]
    return weights


def _get_words_of_row(block: Block, row: int) -> dict[tuple[Linear, ...], list[RowProduct]]:
    """The words that the block's windows take from a row, with what is multiplied by each."""
    words: dict[tuple[Linear, ...], list[RowProduct]] = {}
    for pixel in range(block.pixels):
        *outer, column = block.get_lane_positions(pixel, i=row)
        # A window at an unknown lane is read from there: words need no alignment.
        phase = column.get_residue(2) or 0
        for word, product in get_row_products(pixel, row, block.op.get_extent("j"), phase):
            position = (*outer, column + (word - phase))
            words.setdefault(position, []).append(product)
    return dict(sorted(words.items(), key=lambda item: item[0][-1].constant))


def _build_rows(
    builder: Builder, block: Block, table: SSAValue, accumulators: Accumulators
) -> Accumulators:
    """Unrolls the taps of the kernel; neighbouring windows share the words that they overlap in."""
    weights = _build_row_weights(builder, block, table)
    results = list(accumulators)
    for row in range(block.op.get_extent("i")):
        for position, products in _get_words_of_row(block, row).items():
            indices = [index.build(builder, "lane") for index in position]
            word = builder.insert(LoadWordOp(block.op.input, indices)).result
            word.name_hint = "x"
            for product in products:
                for filter_, weight in enumerate(weights[product.pair]):
                    index = filter_ * block.pixels + product.pixel
                    op = SmladOp if product.lanes is None else SINGLE_PRODUCTS[product.lanes]
                    results[index] = builder.insert(op(word, weight, results[index])).result
    for name, value in zip(get_accumulator_names(block), results, strict=True):
        value.name_hint = name
    return results


def _build_zero_pairs(builder: Builder, block: Block) -> list[SSAValue] | None:
    """Zero points of the weights in both lanes, per filter, or None when all are 0."""
    zeros = block.op.filter_zero.get_values()
    if not any(zeros):
        return None
    if len(zeros) == 1:
        return [build_word(builder, repeat_in_lanes(zeros[0]), "zeros")] * block.filters
    words = [repeat_in_lanes(zero) for zero in zeros]
    table = build_table(builder, block.op, "filter_zeros", words, 32, packed=True)
    return _build_channel_loads(builder, block, table, "zeros")


def _build_channel_loads(
    builder: Builder, block: Block, table: SSAValue, name: str
) -> list[SSAValue]:
    loads: list[SSAValue] = []
    for filter_ in range(block.filters):
        channel = (block.channel + filter_).build(builder, "o")
        load = builder.insert(memref.LoadOp.get(table, [channel]))
        load.res.name_hint = f"{name}{filter_}"
        loads.append(load.res)
    return loads


def _build_corrections(builder: Builder, block: Block, accumulators: Accumulators) -> Accumulators:
    """Subtracts zero point times sum of inputs from every accumulator."""
    sums, zeros = block.op.sums, block.op.filter_zero.get_values()
    if sums is None or not any(zeros):
        return accumulators
    if len(zeros) == 1:
        factors = [build_word(builder, zeros[0], "filter_zero")] * block.filters
    else:
        table = build_table(builder, block.op, "filter_zero", zeros, 32)
        factors = _build_channel_loads(builder, block, table, "filter_zero")
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


def _build_outputs(builder: Builder, block: Block, accumulators: Accumulators) -> None:
    """Requantizes the accumulators and stores each pixel's filters together."""
    op = block.op
    for pixel in range(block.pixels):
        outputs: list[SSAValue] = []
        for filter_ in range(block.filters):
            channel = (block.channel + filter_).build(builder, "o")
            requantize = builder.insert(
                RequantizeOp(
                    accumulators[filter_ * block.pixels + pixel],
                    channel,
                    op.requant,
                    op.output_type.element_type,
                )
            )
            requantize.result.name_hint = f"y{filter_}{pixel}"
            outputs.append(requantize.result)
        positions = [position.build(builder, "o") for position in block.get_output_positions(pixel)]
        cleared = needs_merging(get_schedule(op).filters.data, op.output_type)
        builder.insert(
            StoreElementsOp(outputs, op.output, positions, op.output_type, cleared=cleared)
        )


class ConvertBlock(RewritePattern):
    """Rewrites a contraction of an expanded input with no parallel iterators but f and x."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractOp):
            return
        if op.input_type is not None or not {"f", "x"}.issuperset(op.parallel_iterators):
            raise PassFailedException(
                f"{op.name}: expected an expanded input and a block of filters (f) and pixels (x), "
                f"found parallel iterators {', '.join(op.parallel_iterators)}; run "
                "cmix-tile-outer, cmix-expand-inputs and cmix-tile-block first"
            )
        block = Block(op, get_weight_words(op))
        builder = Builder(InsertPoint.before(op))
        table = build_table(builder, op, "weight", block.words.values, 32, packed=True)
        accumulators = _build_accumulators(builder, block)
        build = _build_rows if block.words.taps else _build_columns
        accumulators = build(builder, block, table, accumulators)
        accumulators = _build_corrections(builder, block, accumulators)
        _build_outputs(builder, block, accumulators)
        rewriter.erase(op)


@dataclass(frozen=True)
class ConvertContractToDspPass(ModulePass):
    """Turns register blocks into SMLAD instructions."""

    name = "convert-contract-to-dsp"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(ConvertBlock(), apply_recursively=False).rewrite_module(op)
