"""An integer network as plain data, and what it computes, in numpy.

This is the training script's own reading of the integer arithmetic. It shares no code with the
compiler, so that the compiler can be checked against it:

    acc[o] = bias[o] + sum over the window of (x - z_in) * (w - z_w[o])

in 32 bits, where a padded position contributes 0, followed by one of three requantizations.
Integers are int64 here and their range is checked, so that nothing wraps unnoticed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Element:
    """The type of a tensor's elements: 2, 4 or 8 bits, signed or not."""

    bits: int
    signed: bool = False

    @property
    def low(self) -> int:
        """Smallest value."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """Largest value."""
        return self.low + (1 << self.bits) - 1

    def clamp(self, values: Integers) -> Integers:
        """Saturates values to the element's range."""
        return np.clip(values, self.low, self.high)


@dataclass(frozen=True)
class Icn:
    """y = ((acc << max(-n0, 0)) * m0)[63:32] >> max(n0, 0), rounded down.

    That is a multiplication with the real number m0 * 2^(-32 - n0).
    """

    m0: Integers
    """Multipliers, [channels], or [1] for the whole layer."""
    n0: Integers
    """Right shifts, as many as multipliers."""

    @staticmethod
    def from_factors(factors: Reals) -> "Icn":
        """The nearest representable factors; m0 lies in [2^30, 2^31)."""
        mantissas, exponents = np.frexp(factors)
        return Icn(*_carry(np.rint(mantissas * 2.0**31), 1 - (exponents + 2)))

    def run(self, acc: Integers) -> Integers:
        """Requantizes accumulators [..., channels]; the result is not clamped yet."""
        shifted = acc << np.maximum(-self.n0, 0)
        check_int32(shifted, "accumulator shifted left")
        return ((shifted * self.m0) >> 32) >> np.maximum(self.n0, 0)


@dataclass(frozen=True)
class Thresholds:
    """y = number of thresholds t with acc > t."""

    thresholds: Integers
    """[channels, 2^bits - 1], ascending."""

    def run(self, acc: Integers) -> Integers:
        """Requantizes accumulators [..., channels]."""
        return np.count_nonzero(acc[..., None] > self.thresholds, axis=-1).astype(np.int64)


@dataclass(frozen=True)
class FixedPoint:
    """TFLite's int8 requantization: a factor mult * 2^(shift - 31), rounded twice."""

    mult: Integers
    shift: Integers
    """Positive shifts left, negative right."""

    @staticmethod
    def from_factors(factors: Reals) -> "FixedPoint":
        """The nearest representable factors; mult lies in [2^30, 2^31)."""
        mantissas, exponents = np.frexp(factors)
        mult, right = _carry(np.rint(mantissas * 2.0**31), -exponents)
        return FixedPoint(mult, -right)

    def run(self, acc: Integers) -> Integers:
        """Requantizes accumulators [..., channels]; the result is not clamped yet."""
        shifted = acc << np.maximum(self.shift, 0)
        check_int32(shifted, "accumulator shifted left")
        high = (shifted * self.mult + (1 << 30)) >> 31
        right = np.maximum(-self.shift, 0)
        # Halves go away from zero in this second rounding.
        half = np.where(right > 0, (np.int64(1) << right) >> 1, 0)
        magnitude = (np.abs(high) + half) >> right
        return np.where(high < 0, -magnitude, magnitude)


@dataclass(frozen=True)
class Weighted:
    """A convolution, of stride 1 and without dilation, or a fully connected layer."""

    name: str
    op: Literal["conv2d", "depthwise_conv2d", "fully_connected"]
    weight: Integers
    """conv2d: OHWI; depthwise_conv2d: HWC; fully_connected: OI."""
    weight_element: Element
    z_w: Integers
    """Zero points of the weights, [channels], or [1] for all."""
    bias: Integers
    """[channels]"""
    requantization: Icn | Thresholds | FixedPoint
    output_element: Element
    padding: int = 0
    """Rows and columns of zero points around the input, on all four sides."""

    def run(self, x: Integers) -> Integers:
        """Unsigned images [N, H, W, C] of zero point 0 to [N, H, W, channels] or [N, channels]."""
        acc = self.bias + self._accumulate(x)
        check_int32(acc, f"accumulator of {self.name}")
        return self.output_element.clamp(self.requantization.run(acc))

    def _accumulate(self, x: Integers) -> Integers:
        match self.op:
            case "conv2d":
                weight = self.weight - self.z_w.reshape(-1, 1, 1, 1)
                windows = _get_windows(x, weight.shape[1], self.padding)
                return np.einsum("nhwcij,oijc->nhwo", windows, weight)
            case "depthwise_conv2d":
                weight = self.weight - self.z_w
                windows = _get_windows(x, weight.shape[0], self.padding)
                return np.einsum("nhwcij,ijc->nhwc", windows, weight)
            case "fully_connected":
                weight = self.weight - self.z_w.reshape(-1, 1)
                return x.reshape(len(x), -1) @ weight.T


@dataclass(frozen=True)
class Pool:
    """Maximum or average over windows that do not overlap; averages round halves away from zero."""

    name: str
    op: Literal["max_pool2d", "avg_pool2d"]
    size: int
    """Rows and columns of a window."""

    def run(self, x: Integers) -> Integers:
        """Images [N, H, W, C] of unsigned values to images [N, H / size, W / size, C]."""
        n, rows, columns, channels = x.shape
        k = self.size
        windows = x.reshape(n, rows // k, k, columns // k, k, channels)
        if self.op == "max_pool2d":
            return windows.max(axis=(2, 4))
        return (windows.sum(axis=(2, 4)) + k * k // 2) // (k * k)


@dataclass(frozen=True)
class IntegerNetwork:
    """Layers one after the other; the input is unsigned with zero point 0."""

    name: str
    input_shape: tuple[int, int, int]
    """Rows, columns, channels."""
    input_element: Element
    layers: Sequence[Weighted | Pool]

    def run(self, images: npt.NDArray[np.integer]) -> Integers:
        """Images [N, H, W, C] to the last layer's outputs [N, channels]."""
        x = images.astype(np.int64)
        for layer in self.layers:
            x = layer.run(x)
        return x


def check_int32(values: Integers, subject: str) -> None:
    """Raises OverflowError when a value does not fit 32 bits."""
    info = np.iinfo(np.int32)
    if values.size and (values.min() < info.min or values.max() > info.max):
        raise OverflowError(
            f"{subject}: expected 32 bits, found values from {values.min()} to {values.max()}"
        )


def _carry(mantissas: Reals, shifts: npt.NDArray[np.integer]) -> tuple[Integers, Integers]:
    """Brings mantissas that were rounded up to 2^31 back under it."""
    carried = mantissas >= 2.0**31
    return (
        np.where(carried, mantissas / 2, mantissas).astype(np.int64),
        np.where(carried, shifts - 1, shifts).astype(np.int64),
    )


def _get_windows(x: Integers, size: int, padding: int) -> Integers:
    """Windows [N, H, W, C, size, size] of images [N, H, W, C]."""
    around = (padding, padding)
    padded = np.pad(x, ((0, 0), around, around, (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))
