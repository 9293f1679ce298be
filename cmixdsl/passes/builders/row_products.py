"""Products of a register block over rows: the taps of a kernel, unrolled, on shared words.

A word holds two neighbouring lanes of a row. A window that starts at an even lane takes its taps in
pairs (0, 1), (2, 3), ...; one that starts at an odd lane takes tap 0 from the upper lane of a word,
then the pairs (1, 2), .... Neighbouring windows of a block share the words that they overlap in.
"""

from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.ir import SSAValue

from cmixdsl.dialects.dsp import (
    SmlabbOp,
    SmlabtOp,
    SmladOp,
    SmlatbOp,
    SmlattOp,
    Ssub16Op,
)
from cmixdsl.passes.builders.global_constants import build_table
from cmixdsl.passes.builders.index_arithmetic import Linear
from cmixdsl.passes.builders.register_block import (
    Accumulators,
    Block,
    WeightReader,
    build_channel_loads,
    build_input_word,
    get_accumulator_names,
)
from cmixdsl.passes.builders.weight_words import Tap, has_wide_weights
from cmixdsl.passes.builders.word_arithmetic import build_word, repeat_in_lanes

LOADS_TOGETHER = 2
"""Words of a row that are loaded before the first is multiplied: the second takes one cycle, or one
instruction loads both. More of them leave too few registers for sums and weights."""


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


def build_rows(
    builder: Builder, block: Block, table: SSAValue, accumulators: Accumulators
) -> Accumulators:
    """Unrolls the taps of the kernel; neighbouring windows share the words that they overlap in."""
    weights = _build_row_weights(builder, block, table)
    results = list(accumulators)
    for row in range(block.op.get_extent("i")):
        places = list(_get_words_of_row(block, row).items())
        for start in range(0, len(places), LOADS_TOGETHER):
            together = places[start : start + LOADS_TOGETHER]
            words = [build_input_word(builder, block, position, "x") for position, _ in together]
            for word, (_, products) in zip(words, together, strict=True):
                _build_products(builder, block, word, products, weights, results)
    for name, value in zip(get_accumulator_names(block), results, strict=True):
        value.name_hint = name
    return results


def _build_products(
    builder: Builder,
    block: Block,
    word: SSAValue,
    products: list[RowProduct],
    weights: dict[Tap, list[SSAValue]],
    results: list[SSAValue],
) -> None:
    """Adds the products of a word to the results, in place."""
    for product in products:
        op = SmladOp if product.lanes is None else SINGLE_PRODUCTS[product.lanes]
        for filter_, weight in enumerate(weights[product.pair]):
            index = filter_ * block.pixels + product.pixel
            results[index] = builder.insert(op(word, weight, results[index])).result


def _build_zero_pairs(builder: Builder, block: Block) -> list[SSAValue] | None:
    """Zero points of the weights in both lanes, per filter, or None when all are 0."""
    zeros = block.op.filter_zero.get_values()
    if not any(zeros) or has_wide_weights(block.op):
        return None
    if len(zeros) == 1:
        return [build_word(builder, repeat_in_lanes(zeros[0]), "zeros")] * block.filters
    words = [repeat_in_lanes(zero) for zero in zeros]
    table = build_table(builder, block.op, "filter_zeros", words, 32, packed=True)
    return build_channel_loads(builder, block, table, "zeros")
