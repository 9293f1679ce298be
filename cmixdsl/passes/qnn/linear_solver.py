"""Solves for the product, offset and shift that compute what a requantization computes.

A requantization that never descends is a staircase: what matters is at which accumulators it
reaches the next output. A multiplier m with an offset c and a shift s to the right computes the
same where, for every output y, `p(first) + c >= y << s` and `p(first - 1) + c < y << s`, p being
the product with m and `first` the least accumulator that becomes y. So each channel leaves an
interval for c, and a shift is shared by all channels if none of their intervals is empty. Nothing
here knows of IR: numbers come in, proven numbers come out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cmixdsl.dialects.cmix.linear_requantization import (
    INT32_MAX,
    INT32_MIN,
    Integers,
    LinearAttr,
    Product,
    get_product,
)

NEIGHBOURS = np.array([0, 1, -1, 2, -2])
"""Distances of the multipliers that are tried from the one that is nearest to the slope."""

SHIFT_LIMIT = 21
"""Steeper or flatter slopes, by so many bits, are left alone: numbers here have 64 bits."""

EXTRA_BITS = 8
"""How much further than needed accumulators are shifted left for more precision."""

ROUND_SHIFT = 4
"""Shifts that are multiples of it are tried first."""


@dataclass(frozen=True)
class Staircase:
    """What to compute for channels with parameters of their own."""

    low: Integers
    """The least accumulator of each channel, shape (channels, 1, 1)."""
    high: Integers
    """The largest."""
    levels: Integers
    """Outputs above the least, ascending, shape (levels,)."""
    first: Integers
    """The least accumulator that becomes each of them, shape (channels, 1, levels)."""
    multiplier: Integers
    """The slope is `multiplier / 2^(32 + shift)`, shape (channels, 1); positive."""
    shift: Integers

    @property
    def clamp(self) -> tuple[int, int]:
        """The least and the largest output."""
        return int(self.levels[0]) - 1, int(self.levels[-1])

    def take_off(self, bias: Integers) -> "Staircase":
        """The same for accumulators that lack a bias of each channel, shape (channels,)."""
        missing = bias.reshape(-1, 1, 1)
        return replace(
            self,
            low=self.low - missing,
            high=self.high - missing,
            first=self.first - missing,
        )


@dataclass(frozen=True)
class Shifts:
    """How products are taken."""

    product: Product
    left: int
    right: int


@dataclass(frozen=True)
class Intervals:
    """Of each channel and multiplier, the offsets that compute the staircase."""

    multipliers: Integers
    """Shape (channels, candidates)."""
    least: Integers
    most: Integers

    def choose(self, shifts: Shifts, clamp: tuple[int, int]) -> LinearAttr | None:
        """The first multiplier of each channel that has an offset; None where one has none."""
        possible = self.least <= self.most
        if not possible.any(axis=1).all():
            return None
        chosen = np.argmax(possible, axis=1)[:, None]
        multiplier, least, most = (
            np.take_along_axis(array, chosen, axis=1)[:, 0]
            for array in (self.multipliers, self.least, self.most)
        )
        return LinearAttr(
            shifts.product,
            multiplier.tolist(),
            choose_offsets(least, most),
            clamp,
            left=[shifts.left],
            right=[shifts.right],
        )


def choose_offsets(least: Integers, most: Integers) -> list[int]:
    """One offset for all channels where their intervals meet, else one for each."""
    low, high = int(least.max()), int(most.min())
    return [get_roundest(low, high)] if low <= high else ((least + most) // 2).tolist()


def get_roundest(low: int, high: int) -> int:
    """The number in [low, high] with the most trailing zeros, which one instruction can load."""
    for zeros in range(32, 0, -1):
        number = -(-low >> zeros) << zeros
        if number <= high:
            return number
    return low


def get_icn_staircase(
    low: Integers, high: Integers, m0: Integers, n0: Integers, outputs: tuple[int, int, int]
) -> Staircase | None:
    """The staircase of an ICN requantization; None where the solver cannot treat it.

    Arrays have shape (channels,); `outputs` are the least, the largest and the zero point.
    `acc * m0 >> 32 + n0` reaches k at `ceil(k * 2^(32 + n0) / m0)`.
    """
    least, most, zero = outputs
    if least == most or m0.min() <= 0 or np.abs(n0).max() > SHIFT_LIMIT:
        return None
    levels = np.arange(least + 1, most + 1)
    steps = (levels - zero) * (np.int64(1) << (32 + n0))[:, None]
    first = -(-steps // m0[:, None])
    shape = (-1, 1, 1)
    return Staircase(
        low.reshape(shape), high.reshape(shape), levels, first[:, None], m0[:, None], n0[:, None]
    )


def get_fixed_point_staircase(
    low: Integers,
    high: Integers,
    multiplier: Integers,
    shift: Integers,
    outputs: tuple[int, int, int],
) -> Staircase | None:
    """The staircase of TensorFlow Lite's requantization; None where the solver cannot treat it.

    Arrays have shape (channels,); `outputs` are the least, the largest and the zero point. With l
    and r the shifts to the left and to the right, h = `((acc << l) * m + 2^30) >> 31` becomes
    zero + t where h >= `(t << r) - half`, half being 2^(r - 1), or 0 without that shift; h must be
    larger by 1 where t <= 0, as halves go away from zero. So outputs on both sides of zero lie on
    two lines, which are 1 to 2 accumulators apart, and have no solution.
    """
    least, most, zero = outputs
    if least == most or (least < zero < most and shift.min() < 0):
        return None
    if multiplier.min() <= 0 or np.abs(shift).max() > SHIFT_LIMIT:
        return None
    levels = np.arange(least + 1, most + 1)
    left, right = np.maximum(shift, 0)[:, None], np.maximum(-shift, 0)[:, None]
    half = np.where(right > 0, np.int64(1) << np.maximum(right - 1, 0), 0)
    steps = ((levels - zero) << right) - half + ((right > 0) & (levels <= zero))
    first = -(-((steps << 31) - (1 << 30)) // (multiplier[:, None] << left))
    shape = (-1, 1, 1)
    return Staircase(
        low.reshape(shape),
        high.reshape(shape),
        levels,
        first[:, None],
        multiplier[:, None],
        (-shift - 1)[:, None],
    )


def get_linear_staircase(low: Integers, high: Integers, linear: LinearAttr) -> Staircase | None:
    """The staircase of low or high words of products; None where the solver cannot treat it.

    `((acc << left) * m >> word) + offset >> right` reaches y at
    `ceil(((y << right) - offset) * 2^(word - left) / m)`, word being 32 for high words, else 0.
    """
    left, m, offset, right = (
        np.broadcast_to(np.array(values.get_values(), np.int64), low.shape)[:, None]
        for values in linear.channel_parameters.values()
    )
    least, most = linear.clamp
    is_high = linear.kind is Product.HIGH
    shift = right - left - (0 if is_high else 32)
    if linear.kind is Product.ROUNDED or least == most or m.min() <= 0:
        return None
    if is_high and np.abs(shift).max() > SHIFT_LIMIT:
        return None
    levels = np.arange(least + 1, most + 1)
    steps = (levels << right) - offset
    first = -(-(steps << (32 - left)) // m) if is_high else -(-steps // (m << left))
    shape = (-1, 1, 1)
    return Staircase(low.reshape(shape), high.reshape(shape), levels, first[:, None], m, shift)


def get_intervals(stairs: Staircase, shifts: Shifts) -> Intervals:
    """The offsets that each channel allows for multipliers next to its slope."""
    amount = 32 + stairs.shift - shifts.right + shifts.left
    if shifts.product is Product.HIGH:
        amount = amount - 32
    nearest = np.rint(stairs.multiplier * np.exp2(-amount.astype(np.float64))).astype(np.int64)
    multipliers = np.clip(nearest + NEIGHBOURS, 1, INT32_MAX)

    def multiply(accumulators: Integers) -> Integers:
        return get_product(accumulators << shifts.left, multipliers[:, :, None], shifts.product)

    steps = stairs.levels << shifts.right
    reached = np.maximum(stairs.first, stairs.low)
    before = np.minimum(stairs.first - 1, stairs.high)
    bottom, top = multiply(stairs.low), multiply(stairs.high)
    # A level that no accumulator reaches, or that all do, bounds the offset on one side only.
    least = np.where(reached <= stairs.high, steps - multiply(reached), INT32_MIN).max(axis=2)
    most = np.where(before >= stairs.low, steps - 1 - multiply(before), INT32_MAX).min(axis=2)
    fits = (bottom >= INT32_MIN) & (top <= INT32_MAX)
    least = np.maximum(least, INT32_MIN - np.minimum(bottom, 0)[:, :, 0])
    most = np.minimum(most, INT32_MAX - np.maximum(top, 0)[:, :, 0])
    return Intervals(multipliers, least, np.where(fits[:, :, 0], most, INT32_MIN - 1))


def enumerate_shifts(stairs: Staircase, favourite: int | None = None) -> Iterator[Shifts]:
    """Ways to take the product, those of the fewest instructions first.

    A high word is as precise as a shift to the right allows: the multiplier of the steepest channel
    fills 31 bits. A low word is as precise as the largest accumulator allows. Of several shifts to
    the left the favourite comes first, one that is done in passing; then round ones: layers of
    equal shifts may share a function.
    """
    spare = np.floor(np.log2(INT32_MAX / stairs.multiplier)).astype(np.int64)
    deepest = int((stairs.shift + spare).min())
    if deepest >= 0:
        yield Shifts(Product.HIGH, 0, min(deepest, 31))
    yield from enumerate_low_shifts(stairs)
    largest = _get_largest(stairs)
    room = int(np.floor(np.log2(INT32_MAX / max(float(largest.max()), 1.0))))
    lefts = range(max(-deepest, 1), min(room, max(-deepest, 0) + EXTRA_BITS) + 1)
    precise = [(left, left + deepest) for left in lefts]
    favourites = [pair for pair in precise if pair[0] == favourite]
    first = (*_list_round(favourites), *favourites)
    for left, right in (*first, *_list_round(precise), *precise):
        if 0 <= right <= 31:
            yield Shifts(Product.HIGH, left, right)


def enumerate_low_shifts(stairs: Staircase) -> Iterator[Shifts]:
    """Shifts to the right of low words: the largest for which products fit 32 bits comes first."""
    slope = stairs.multiplier * np.exp2(-32.0 - stairs.shift)
    largest = _get_largest(stairs)
    reach = float((largest * slope).max()) + float(np.abs(stairs.levels).max()) + 1
    right = int(np.floor(31 - np.log2(reach)))
    for shift in (right, right - 1):
        if 0 <= shift <= 31:
            yield Shifts(Product.LOW, 0, shift)


def _get_largest(stairs: Staircase) -> npt.NDArray[np.float64]:
    """The largest magnitude of each channel's accumulators, shape (channels, 1)."""
    return np.maximum(np.abs(stairs.low), np.abs(stairs.high)).astype(np.float64)[:, 0]


def _list_round(shifts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [
        (left, right // ROUND_SHIFT * ROUND_SHIFT)
        for left, right in shifts
        if left % ROUND_SHIFT == 0
    ]


def solve_linear(stairs: Staircase, favourite: int | None = None) -> LinearAttr | None:
    """The cheapest requantization with shifts that all channels share; None when none is proven.

    Of those that shift to the left, one by `favourite` is the cheapest.
    """
    return _find_proven(stairs, enumerate_shifts(stairs, favourite))


def solve_low(stairs: Staircase) -> LinearAttr | None:
    """One of low words of products, nothing being shifted to the left; None when none is proven."""
    return _find_proven(stairs, enumerate_low_shifts(stairs))


def _find_proven(stairs: Staircase, possible: Iterable[Shifts]) -> LinearAttr | None:
    for shifts in possible:
        found = get_intervals(stairs, shifts).choose(shifts, stairs.clamp)
        if found is not None:
            return found
    return None


def get_shared(values: Sequence[int]) -> Sequence[int]:
    """One value where all are equal."""
    return values[:1] if len(set(values)) == 1 else values
