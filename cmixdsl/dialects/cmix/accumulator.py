"""Bounds of 32-bit accumulators, proven from types and, where known, from actual weights."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.requantization import RequantizationAttr

INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class AccumulatorBounds:
    """Smallest and largest accumulator of each output channel, shape (channels,)."""

    low: IntArray
    high: IntArray

    def verify(self, requantization: RequantizationAttr) -> None:
        """Checks that neither the accumulator nor what is computed from it overflows 32 bits.

        Raises VerifyException naming the channel and the bound that fails.
        """
        shifts = np.broadcast_to(np.array(requantization.left_shifts, np.int64), self.low.shape)
        for channel, (low, high, shift) in enumerate(
            zip(self.low.tolist(), self.high.tolist(), shifts.tolist(), strict=True)
        ):
            for what, amount in (("accumulator", 0), ("accumulator shifted left", shift)):
                if low << amount < INT32_MIN or high << amount > INT32_MAX:
                    by = f" by {amount}" if amount else ""
                    raise VerifyException(
                        f"{what}{by} of output channel {channel} can reach "
                        f"[{low << amount}, {high << amount}], which overflows 32 bits"
                    )
        requantization.verify_accumulators(self.low, self.high)


def build_equal_bounds(low: int, high: int, channels: int) -> AccumulatorBounds:
    """The same bounds for every channel."""
    return AccumulatorBounds(np.full(channels, low, np.int64), np.full(channels, high, np.int64))


def get_accumulator_bounds(
    input_range: tuple[int, int], filters: IntArray, bias: IntArray
) -> AccumulatorBounds:
    """Bounds of `bias[o] + sum_k x[k] * filters[o, k]` for every x[k] in `input_range`.

    `filters` has shape (channels, products) and holds weights less their zero point; `bias` has
    shape (channels,). The range is of inputs less their zero point; 0, the value of padding, is
    taken in.
    """
    least, most = min(input_range[0], 0), max(input_range[1], 0)
    positive = np.maximum(filters, 0).sum(axis=1)
    negative = np.minimum(filters, 0).sum(axis=1)
    return AccumulatorBounds(
        bias + positive * least + negative * most, bias + positive * most + negative * least
    )


def get_type_bounds(
    input_range: tuple[int, int],
    filter_range: tuple[int, int],
    filter_zero: IntArray,
    num_products: int,
    bias: IntArray,
) -> AccumulatorBounds:
    """Bounds as above when of the weights only their range is known.

    `filter_zero` has shape (1,) or (channels,), `bias` has shape (channels,).
    """
    inputs = np.array([min(input_range[0], 0), max(input_range[1], 0)], np.int64)
    filters = np.array(filter_range, np.int64) - filter_zero.reshape(-1, 1)
    products = filters[:, :, None] * inputs
    least = np.minimum(products.min(axis=(1, 2)), 0)
    most = np.maximum(products.max(axis=(1, 2)), 0)
    return AccumulatorBounds(bias + num_products * least, bias + num_products * most)
