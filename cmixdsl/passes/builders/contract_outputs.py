"""Builds the outputs of a block of a contraction: requantized accumulators, stored together."""

from collections.abc import Sequence

from xdsl.builder import Builder
from xdsl.dialects import arith
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.blocks import ContractOp, RequantizeOp
from cmixdsl.dialects.cmix.buffers import StoreElementsOp
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.passes.builders.index_arithmetic import Linear
from cmixdsl.passes.builders.memory import begins_bytes, needs_merging
from cmixdsl.passes.builders.weight_words import get_joint_shift, get_stored_shift
from cmixdsl.passes.builders.word_arithmetic import build_word
from cmixdsl.passes.tile_outer import get_schedule


def _build_unshifted(
    builder: Builder, accumulator: SSAValue, requant: RequantizationAttr, shift: int
) -> tuple[SSAValue, RequantizationAttr]:
    """What requantizes an accumulator that is shifted to the left: the shift is part of its own.

    What its own does not take is shifted back.
    """
    if not shift:
        return accumulator, requant
    taken = 0
    if isinstance(requant, LinearAttr):
        taken = min(shift, *requant.left_shifts)
        requant = requant.get_shifted(taken)
    if shift == taken:
        return accumulator, requant
    amount = build_word(builder, shift - taken)
    unshifted = builder.insert(arith.ShRSIOp(accumulator, amount)).result
    unshifted.name_hint = accumulator.name_hint
    return unshifted, requant


def build_outputs(
    builder: Builder,
    op: ContractOp,
    accumulators: Sequence[SSAValue],
    positions: Sequence[Linear],
    name: str = "",
    requant: RequantizationAttr | None = None,
    *,
    first: int = 0,
) -> None:
    """Requantizes the accumulators of neighbouring channels of one pixel and stores them.

    `positions` are those of the output of the block's first channel; accumulators begin with
    channel `first` of the block. `requant` takes the place of the operation's own where
    accumulators are not the sums that it speaks of.
    """
    *pixel, start = positions
    channel = start + first
    outputs: list[SSAValue] = []
    for index, accumulator in enumerate(accumulators):
        shift = get_stored_shift(op) + get_joint_shift(op, first + index)
        shifted, unshifted = _build_unshifted(builder, accumulator, requant or op.requant, shift)
        output = builder.insert(
            RequantizeOp(
                shifted,
                (channel + index).build(builder, "o"),
                unshifted,
                op.output_type.element_type,
            )
        ).result
        output.name_hint = f"y{first + index}{name}"
        outputs.append(output)
    cleared = needs_merging(get_schedule(op).filters.data, op.output_type)
    is_first = channel.is_multiple_of(8 // op.output_type.bits)
    fresh = cleared and is_first and begins_bytes(op.schedule, op.output_type)
    store = StoreElementsOp(
        outputs,
        op.output,
        [position.build(builder, "o") for position in (*pixel, channel)],
        op.output_type,
        cleared=cleared and not fresh,
        fresh=fresh,
    )
    builder.insert(store)
