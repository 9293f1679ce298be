"""Arranges constant weights in the words that a kernel reads, in the order in which it reads them.

The layout of a layer's words is `[block of filters][pair][filter of the block]`, each word holding
as many pairs as fit: pair p has its first weight in field p and its second in field p + 16/b, so
that masking, or extending bytes, yields the pair in two 16-bit lanes. The last block may have fewer
filters. Joint weights of two filters are one number in each half of a word: `f0 + 256 * f1`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr
from cmixdsl.dialects.cmix.schedule import LANE_BITS
from cmixdsl.passes.builders.constants import get_filter_elements
from cmixdsl.passes.builders.joint_weights import JOINT_BITS, get_joint_offsets
from cmixdsl.passes.builders.word_arithmetic import get_pairs_per_word

Tap = tuple[int, int]


@dataclass(frozen=True)
class WeightWords:
    """The weight words of a layer."""

    values: npt.NDArray[np.uint32]
    bits: int
    signed: bool
    """Whether weights that are unpacked are."""
    joint: bool
    """Whether the halves of words are numbers of 16 bits, of two filters."""
    per_filter: int
    """Words that one filter takes."""
    taps: tuple[Tap, ...]
    """For rows, the kernel position of the first weight of each pair; empty for columns."""


def get_row_taps(rows: int, columns: int) -> list[Tap]:
    """First positions of all pairs of neighbours in a kernel, row by row.

    Overlapping pairs serve windows that start at even and at odd lanes alike. A single column pairs
    with nothing.
    """
    return [(i, j) for i in range(rows) for j in range(max(columns - 1, 1))]


def arrange_pairs(
    pairs: npt.NDArray[np.int64], bits: int, *, joint: bool = False
) -> npt.NDArray[np.uint32]:
    """Packs pairs, shape (pairs, 2), into words; their number must fill whole words.

    Joint ones are added up: what lies below a negative weight is less by a step of the one above.
    """
    per_word = get_pairs_per_word(bits)
    fields = (pairs if joint else pairs & ((1 << bits) - 1)).reshape(-1, per_word, 2)
    halves = (fields << (np.arange(per_word) * bits)[:, None]).sum(axis=1) & 0xFFFF
    return (halves[:, 0] | halves[:, 1] << 16).astype(np.uint32)


def interleave_filters(
    pairs: npt.NDArray[np.int64], filters: int, bits: int, *, joint: bool = False
) -> npt.NDArray[np.uint32]:
    """Words of pairs, shape (filters of the layer, pairs, 2), by blocks of `filters`.

    Within a block the filters' pairs alternate, so that few words are in use at a time.
    """
    total = pairs.shape[0]
    blocks = [pairs[start : start + filters] for start in range(0, total, filters)]
    merged = np.concatenate([block.transpose(1, 0, 2).reshape(-1, 2) for block in blocks])
    return arrange_pairs(merged, bits, joint=joint)


def get_filter_axis(op: ContractOp) -> int:
    """The dimension of the weights that is the output channel."""
    channel = op.output_map.data.results[-1]
    return op.filter_map.data.results.index(channel)


def _get_column_pairs(op: ContractOp) -> npt.NDArray[np.int64]:
    """Pairs along k, filled up with weights of 0 against lanes of no account."""
    elements = _get_stored_elements(op)
    granule = 32 // get_stored_bits(op)
    missing = -elements.shape[1] % granule
    return np.pad(elements, ((0, 0), (0, missing))).reshape(elements.shape[0], -1, 2)


def _get_row_pairs(op: ContractOp, taps: Sequence[Tap]) -> npt.NDArray[np.int64]:
    """Pairs along the kernel's rows; a single column is filled up with the zero point."""
    elements = _get_stored_elements(op)
    zeros = np.array(op.filter_zero.get_values(), np.int64).reshape(-1, 1, 1)
    zeros = zeros * (not has_wide_weights(op))
    padded = np.concatenate([elements, np.broadcast_to(zeros, elements[:, :, :1].shape)], axis=2)
    pairs = np.stack([padded[:, i, j : j + 2] for i, j in taps], axis=1)
    missing = -len(taps) % get_pairs_per_word(get_stored_bits(op))
    return np.pad(pairs, ((0, 0), (0, missing), (0, 0)))


def has_wide_weights(op: ContractOp) -> bool:
    """Whether weights are stored less their zero point, as lanes that need no unpacking."""
    return op.schedule is not None and op.schedule.weight_bits.data == LANE_BITS


def get_stored_shift(op: ContractOp) -> int:
    """How far to the left weights and biases are stored, so that accumulators need no shift.

    Lanes of 16 bits have room beside weights of 8. The shift must be that of all channels.
    """
    requant = op.requant
    if not has_wide_weights(op) or not isinstance(requant, LinearAttr):
        return 0
    shift, *others = set(requant.left.get_values())
    largest = int(np.abs(_get_centred_elements(op)).max())
    return 0 if others or largest << shift >= 1 << (LANE_BITS - 1) else shift


def has_joint_weights(op: ContractOp) -> bool:
    """Whether weights of two filters are multiplied as one number."""
    return op.schedule is not None and op.schedule.joint.data == 1


def get_joint_shift(op: ContractOp, channel: int) -> int:
    """How far to the left joint weights leave the sums of a channel, or of one so far behind it."""
    return JOINT_BITS * (channel % 2) if has_joint_weights(op) else 0


def get_stored_zeros(op: ContractOp) -> tuple[int, ...]:
    """Zero points of the weights as they are stored: one for all channels, or one for each."""
    zeros = op.filter_zero.get_values()
    if has_wide_weights(op):
        return (0,)
    if not has_joint_weights(op):
        return zeros
    offsets, _ = _get_joint_offsets(op)
    return tuple((np.array(zeros, np.int64) - offsets).tolist()) if any(offsets) else zeros


def _get_joint_offsets(op: ContractOp) -> tuple[npt.NDArray[np.int64], bool]:
    rows = _get_elements(op).reshape(op.channels, -1)
    return get_joint_offsets(rows, signed=op.filter_type.is_signed)


def get_stored_bits(op: ContractOp) -> int:
    """Bits of a weight in the words that a kernel reads."""
    return LANE_BITS if has_wide_weights(op) else op.filter_type.bits


def _get_stored_elements(op: ContractOp) -> npt.NDArray[np.int64]:
    """The weights as they are stored, output channels first."""
    if has_wide_weights(op):
        return _get_centred_elements(op) << get_stored_shift(op)
    elements = _get_elements(op)
    if not has_joint_weights(op):
        return elements
    offsets, _ = _get_joint_offsets(op)
    return elements - offsets.reshape(-1, *[1] * (elements.ndim - 1))


def _get_elements(op: ContractOp) -> npt.NDArray[np.int64]:
    elements = get_filter_elements(op, op.filter).astype(np.int64)
    return np.moveaxis(elements, get_filter_axis(op), 0)


def _get_centred_elements(op: ContractOp) -> npt.NDArray[np.int64]:
    """The weights less their zero point."""
    elements = _get_elements(op)
    zeros = np.array(op.filter_zero.get_values(), np.int64)
    return elements - zeros.reshape(-1, *[1] * (elements.ndim - 1))


def get_weight_words(op: ContractOp) -> WeightWords:
    """The words of the layer that a block is part of; every block of the layer gets the same."""
    bits = get_stored_bits(op)
    is_column = op.reduction_iterators == ("k",)
    taps = [] if is_column else get_row_taps(op.get_extent("i"), op.get_extent("j"))
    pairs = _get_column_pairs(op) if is_column else _get_row_pairs(op, taps)
    block = op.schedule.filters.data if op.schedule is not None else op.get_extent("f")
    joint = has_joint_weights(op)
    signed = _get_joint_offsets(op)[1] if joint else op.filter_type.is_signed
    values = interleave_filters(pairs, _get_block_filters(op, block), bits, joint=joint)
    per_filter = pairs.shape[1] // get_pairs_per_word(bits)
    return WeightWords(values, bits, signed, joint, per_filter, tuple(taps))


def _get_block_filters(op: ContractOp, scheduled: int) -> int:
    """Filters that are interleaved: those of a full block."""
    return min(scheduled, op.channels)
