"""Products of a register block over columns: a loop over the words of weights.

Where weights are joint, a word holds a pair of lanes of two filters, `f0 + 256 * f1` in each half.
One SMLAD of the word as it is adds the products of both filters, the upper's times 256; another of
the lower's bytes, extended, adds its own. So the upper filter's weights are never unpacked, and the
difference of both sums is 256 times its own: what a requantization that shifts to the left wants.
"""

from collections.abc import Iterator, Sequence

from xdsl.builder import Builder
from xdsl.dialects import arith
from xdsl.ir import SSAValue

from cmixdsl.dialects.dsp import SmladOp
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_unrolled_loop,
    get_unroll,
)
from cmixdsl.passes.builders.register_block import (
    Accumulators,
    Block,
    WeightReader,
    build_input_word,
)
from cmixdsl.passes.builders.word_arithmetic import get_pairs_per_word
from cmixdsl.passes.tile_outer import get_schedule

PIXELS_TOGETHER = 2
"""Pixels whose inputs are loaded one directly after the other, where there are registers."""


def build_columns(
    builder: Builder, block: Block, table: SSAValue, accumulators: Accumulators
) -> Accumulators:
    """Loops over the words of the columns."""
    build_words = _build_joint_words if block.words.joint else _build_column_words

    def build_step(body: Builder, word: Linear, carried: list[SSAValue]) -> list[SSAValue]:
        return build_words(body, block, table, word, carried)

    words = block.words.per_filter
    limit = get_schedule(block.op).unroll.data // get_pairs_per_word(block.words.bits)
    unroll = get_unroll(words, limit)
    sums = build_unrolled_loop(builder, words, unroll, "k", accumulators, build_step)
    return _build_differences(builder, block, sums) if block.words.joint else sums


def _build_column_words(
    builder: Builder, block: Block, table: SSAValue, word: Linear, accumulators: Accumulators
) -> Accumulators:
    """All products of one weight word per filter."""
    reader = WeightReader(block, table, word * block.filters)
    results = list(accumulators)
    for pair in range(get_pairs_per_word(block.words.bits)):
        weights = reader.build_pairs(builder, pair)
        for pixels in _get_chunks(block.pixels, _get_pixels_loaded(block, pair)):
            inputs = _build_inputs(builder, block, word, pair, pixels)
            for pixel, lanes in zip(pixels, inputs, strict=True):
                for filter_ in range(block.filters):
                    _add_product(builder, block, results, (filter_, pixel), weights[filter_], lanes)
    return results


def _get_pixels_loaded(block: Block, pair: int) -> int:
    """Pixels whose inputs are loaded one directly after the other.

    The second of two loads takes one cycle less. It also takes a register, which is free where the
    pair is the last that a word of weights holds for each filter.
    """
    used = (pair + 1) * block.filters
    return PIXELS_TOGETHER if used % get_pairs_per_word(block.words.bits) == 0 else 1


def _get_chunks(extent: int, size: int) -> Iterator[range]:
    for first in range(0, extent, size):
        yield range(first, min(first + size, extent))


def _build_inputs(
    builder: Builder, block: Block, word: Linear, pair: int, pixels: Sequence[int]
) -> list[SSAValue]:
    """Loads the lanes of some pixels."""
    pairs = get_pairs_per_word(block.words.bits)
    k = word * (2 * pairs) + 2 * pair
    lanes = [block.get_lane_positions(pixel, k=k) for pixel in pixels]
    return [
        build_input_word(builder, block, lane, f"x{pixel}")
        for pixel, lane in zip(pixels, lanes, strict=True)
    ]


def _add_product(
    builder: Builder,
    block: Block,
    results: Accumulators,
    place: tuple[int, int],
    weights: SSAValue,
    lanes: SSAValue,
) -> None:
    """Adds the products of a pair of lanes to the sum of a filter and a pixel, in place."""
    filter_, pixel = place
    index = filter_ * block.pixels + pixel
    results[index] = builder.insert(SmladOp(weights, lanes, results[index])).result
    results[index].name_hint = f"acc{filter_}{pixel}"


def _build_joint_words(
    builder: Builder, block: Block, table: SSAValue, word: Linear, accumulators: Accumulators
) -> Accumulators:
    """All products of one weight word per filter, a word for each two filters at a time.

    A word is multiplied before it is extended, in whose register the lower weights may lie then.
    Its loads and those of inputs stand together, neighbours apart: GCC would load two of these by
    an LDRD, which takes as long as both and ends such a group.
    """
    reader = WeightReader(block, table, word * block.filters)
    results = list(accumulators)
    for pair in range(get_pairs_per_word(block.words.bits)):
        first, *chunks = _get_chunks(block.pixels, PIXELS_TOGETHER)
        words = [*range(0, block.filters, 4)], [*range(2, block.filters, 4)]
        loaded = {filter_: reader.build_word(builder, pair, filter_) for filter_ in words[0]}
        inputs = _build_inputs(builder, block, word, pair, first)
        loaded |= {filter_: reader.build_word(builder, pair, filter_) for filter_ in words[1]}
        weights = [loaded[filter_] for filter_ in range(0, block.filters, 2)]
        lower: list[SSAValue] = []
        for number, whole in enumerate(weights):
            for pixel, lanes in zip(first, inputs, strict=True):
                _add_product(builder, block, results, (2 * number + 1, pixel), whole, lanes)
            lower.append(reader.build_field(builder, whole, 0, f"w{2 * number}"))
            for pixel, lanes in zip(first, inputs, strict=True):
                _add_product(builder, block, results, (2 * number, pixel), lower[-1], lanes)
        for pixels in chunks:
            inputs = _build_inputs(builder, block, word, pair, pixels)
            for pixel, lanes in zip(pixels, inputs, strict=True):
                for number, whole in enumerate(weights):
                    _add_product(builder, block, results, (2 * number + 1, pixel), whole, lanes)
                    low = lower[number]
                    _add_product(builder, block, results, (2 * number, pixel), low, lanes)
    return results


def _build_differences(builder: Builder, block: Block, sums: Accumulators) -> Accumulators:
    """Takes the products of lower filters off the sums of upper ones, which are times 256 then."""
    results = list(sums)
    for filter_ in range(1, block.filters, 2):
        for pixel in range(block.pixels):
            index = filter_ * block.pixels + pixel
            both, lower = results[index], results[index - block.pixels]
            results[index] = builder.insert(arith.SubiOp(both, lower)).result
            results[index].name_hint = f"acc{filter_}{pixel}"
    return results
