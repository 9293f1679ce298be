"""Builds the outputs of a block of a contraction: requantized accumulators, stored together."""

from collections.abc import Sequence

from xdsl.builder import Builder
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.blocks import ContractOp, RequantizeOp
from cmixdsl.dialects.cmix.buffers import StoreElementsOp
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.passes.builders.index_arithmetic import Linear
from cmixdsl.passes.builders.memory import begins_bytes, needs_merging
from cmixdsl.passes.builders.weight_words import get_stored_shift
from cmixdsl.passes.tile_outer import get_schedule


def build_outputs(
    builder: Builder,
    op: ContractOp,
    accumulators: Sequence[SSAValue],
    positions: Sequence[Linear],
    name: str = "",
    requant: RequantizationAttr | None = None,
) -> None:
    """Requantizes the accumulators of neighbouring channels of one pixel and stores them.

    `positions` are those of the first channel's output; `requant` takes the place of the
    operation's own where accumulators are not the sums that it speaks of.
    """
    channel, requant = positions[-1], requant or op.requant
    if isinstance(requant, LinearAttr) and get_stored_shift(op):
        requant = requant.get_unshifted()
    outputs: list[SSAValue] = []
    for index, accumulator in enumerate(accumulators):
        output = builder.insert(
            RequantizeOp(
                accumulator,
                (channel + index).build(builder, "o"),
                requant,
                op.output_type.element_type,
            )
        ).result
        output.name_hint = f"y{index}{name}"
        outputs.append(output)
    cleared = needs_merging(get_schedule(op).filters.data, op.output_type)
    is_first = channel.is_multiple_of(8 // op.output_type.bits)
    fresh = cleared and is_first and begins_bytes(op.schedule, op.output_type)
    store = StoreElementsOp(
        outputs,
        op.output,
        [position.build(builder, "o") for position in positions],
        op.output_type,
        cleared=cleared and not fresh,
        fresh=fresh,
    )
    builder.insert(store)
