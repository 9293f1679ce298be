"""What products of whole words cost, so that expansions of different kinds can be compared."""

from dataclasses import dataclass

from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.schedule import ScheduleAttr

SMLAD_COST = 1.0
"""Instructions per multiply-accumulate of an SMLAD block with its copies."""
SCRATCH_FACTOR = 8
"""Bytes of scratch per product of an output: two columns of 16-bit lanes, twice over."""
FIELD_COST = 3
"""Instructions that read a byte and set it beside others, and those that store a word."""


@dataclass(frozen=True)
class LanesChoice:
    """The schedule of a proven plan."""

    schedule: ScheduleAttr
    cost: float
    """Instructions per multiply-accumulate, copies counted, requantization not."""

    @property
    def beats_smlad(self) -> bool:
        """Whether 16-bit lanes cost more."""
        return self.cost < SMLAD_COST


def get_copy_cost(op: ContractionOperation, words: int, positions: int) -> float:
    """Instructions per multiply-accumulate of packing so many words for each output row.

    The channels of a byte share what is read; `positions` are those of a word.
    """
    word = FIELD_COST * (1 + positions * op.input_type.bits / 8)
    *_, width, filters = (1, *op.output_type.get_shape())
    return word * words / (width * filters * op.num_products)
