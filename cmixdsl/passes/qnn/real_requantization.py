"""A layer's requantization in real numbers, before integers are chosen for it."""

from dataclasses import dataclass

from cmixdsl.dialects.cmix.accumulator import AccumulatorBounds

FEW_BITS = 4


@dataclass(frozen=True)
class OutputElements:
    """The integers that a layer may write."""

    low: int
    high: int
    """Both inclusive, a fused activation taken into account."""
    zero: int
    """What stands for 0."""
    type_range: tuple[int, int]
    """What the element type can hold."""

    @property
    def levels(self) -> range:
        """The outputs above the lowest, less the zero point: one for each rounding point."""
        return range(self.low + 1 - self.zero, self.high + 1 - self.zero)

    @property
    def has_few_levels(self) -> bool:
        """Whether the type has at most 4 bits: one step is much, and a table of steps short."""
        low, high = self.type_range
        return high - low < 1 << FEW_BITS


@dataclass(frozen=True)
class RealRequantization:
    """`output = clamp(round(accumulator * multiplier + offset) + zero)`, in real numbers."""

    multipliers: tuple[float, ...]
    """One, or one for each channel: the accumulator's step in steps of the output."""
    offsets: tuple[float, ...]
    """The bias of each channel, in steps of the output."""
    output: OutputElements
    sums: AccumulatorBounds
    """What accumulators can reach without a bias."""

    def get_channels(self) -> list[tuple[float, float]]:
        """Multiplier and offset of each channel."""
        count = len(self.offsets)
        multipliers = self.multipliers * count if len(self.multipliers) == 1 else self.multipliers
        return list(zip(multipliers, self.offsets, strict=True))
