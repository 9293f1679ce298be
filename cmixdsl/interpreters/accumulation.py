"""Sums over sliding windows, in numpy: the arithmetic of layers before requantization.

Activations are HWC, filters OHWI, depthwise filters HWC. Results are exact int64, not yet checked
to fit 32 bits.
"""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from cmixdsl.dialects.cmix.window import Window

Integers = npt.NDArray[np.int64]
Elements = npt.NDArray[np.integer]
Number = TypeVar("Number", np.int64, np.float64)


def multiply_and_sum(equation: str, inputs: Elements, filters: Elements) -> Integers:
    """`numpy.einsum` of two arrays of integers.

    Doubles are much faster than int64 and as exact here: terms of at most 16 by 9 bits stay exact
    up to 2^28 of them, and more cannot fit 32 bits anyway.
    """
    sums = np.einsum(equation, inputs.astype(np.float64), filters.astype(np.float64), optimize=True)
    return sums.astype(np.int64)


def get_windows(values: npt.NDArray[Number], window: Window, pad: float) -> npt.NDArray[Number]:
    """Every window of an HWC array, shape (rows, columns, channels, *kernel)."""
    top, bottom, left, right = window.padding
    padded = np.pad(values, ((top, bottom), (left, right), (0, 0)), constant_values=pad)
    windows = np.lib.stride_tricks.sliding_window_view(padded, window.extent, (0, 1))
    rows, columns = window.strides
    return windows[::rows, ::columns, :, :: window.dilation[0], :: window.dilation[1]]


def accumulate_conv2d(inputs: Integers, filters: Integers, window: Window, pad: int) -> Integers:
    """`sum over i, j, c of window[y, x, c, i, j] * filters[o, i, j, c]`, shape (rows, columns, o).

    Inputs, filters and the pad value have their zero points subtracted.
    """
    return multiply_and_sum("yxcij,oijc->yxo", get_windows(inputs, window, pad), filters)


def accumulate_depthwise_conv2d(
    inputs: Integers, filters: Integers, window: Window, pad: int
) -> Integers:
    """`sum over i, j of window[y, x, o / m, i, j] * filters[i, j, o]`, m filters per channel."""
    multiplier = filters.shape[2] // inputs.shape[2]
    windows = get_windows(np.repeat(inputs, multiplier, axis=2), window, pad)
    return multiply_and_sum("yxoij,ijo->yxo", windows, filters)


def accumulate_fully_connected(inputs: Integers, filters: Integers) -> Integers:
    """`sum over k of inputs[k] * filters[o, k]`, shape (o,)."""
    return multiply_and_sum("k,ok->o", inputs, filters)


def compute_max_pool2d(inputs: Elements, window: Window) -> Integers:
    """Maximum of each window's elements inside the input."""
    values = inputs.astype(np.int64)
    return get_windows(values, window, int(values.min())).max(axis=(3, 4))


def compute_avg_pool2d(inputs: Elements, window: Window, zero: int | None = None) -> Integers:
    """Average of each window's elements inside the input, half rounded away from zero.

    With a zero point, half is rounded to where the difference from that is even.
    """
    if zero is not None:
        means = get_windows(inputs.astype(np.int64) - zero, window, 0).mean(axis=(3, 4))
        return np.rint(means).astype(np.int64) + zero
    sums = get_windows(inputs.astype(np.int64), window, 0).sum(axis=(3, 4))
    counts = get_windows(np.ones_like(inputs, np.int64), window, 0).sum(axis=(3, 4))
    return np.sign(sums) * ((2 * np.abs(sums) + counts) // (2 * counts))
