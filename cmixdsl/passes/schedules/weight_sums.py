"""What constant weights add up to: how far sums of products can really reach.

A weight of a type is at most the type's maximum, but no filter has that everywhere. The largest sum
of the weights of a filter that are accumulated together bounds what a lane of their products holds,
whatever the inputs.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class WeightSums:
    """Weights that are not negative, as (filter, product, tap): what they add up to."""

    shape: tuple[int, ...]
    data: bytes
    """The elements, a byte each; equal weights make equal problems."""

    @classmethod
    def of(cls, elements: npt.NDArray[np.integer[Any]]) -> "WeightSums":
        """The sums of an array of three dimensions."""
        return cls(elements.shape, elements.astype(np.uint8).tobytes())

    def get_largest(self, products: int, first: int = 0, stop: int | None = None) -> int:
        """The largest sum of taps `first` to `stop` (excluded, default all) over the filters and
        groups of so many products; groups begin at multiples of their size."""
        return _get_largest(self, products, first, self.shape[2] if stop is None else stop)

    def get_largest_run(self, products: int) -> int:
        """The largest sum of so many neighbouring products of a filter, wherever they begin."""
        sums = _get_running_sums(self)
        products = min(products, self.shape[1])
        return int((sums[:, products:] - sums[:, : sums.shape[1] - products]).max())

    def count_products(self, limit: int) -> int:
        """The most neighbouring products, up to all, whose weights add up to at most `limit`."""
        return _count_products(self, limit)


# Solvers ask for few sizes of groups again and again.
@lru_cache(maxsize=4096)
def _get_largest(weights: WeightSums, products: int, first: int, stop: int) -> int:
    sums = _get_group_sums(weights, products)
    return int((sums[..., stop] - sums[..., first]).max())


@lru_cache(maxsize=16)
def _get_running_sums(weights: WeightSums) -> npt.NDArray[np.int32]:
    """For each filter the sums of its first products, of none to all of them."""
    elements = np.frombuffer(weights.data, np.uint8).reshape(weights.shape)
    sums = elements.sum(axis=2, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
    return np.pad(sums, ((0, 0), (1, 0)))


@lru_cache(maxsize=256)
def _count_products(weights: WeightSums, limit: int) -> int:
    low, high = 0, weights.shape[1]
    while low < high:
        middle = (low + high + 1) // 2
        if weights.get_largest_run(middle) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


@lru_cache(maxsize=1024)
def _get_group_sums(weights: WeightSums, products: int) -> npt.NDArray[np.int64]:
    """For each filter and group of products the sum of its first taps, of none to all of them."""
    elements = np.frombuffer(weights.data, np.uint8).reshape(weights.shape).astype(np.int64)
    groups = np.add.reduceat(elements, range(0, weights.shape[1], products), axis=1)
    return np.pad(groups.cumsum(axis=2), ((0, 0), (0, 0), (1, 0)))


def arrange_rows(elements: npt.NDArray[np.integer[Any]], taps: int) -> npt.NDArray[np.integer[Any]]:
    """Weights as (filter, row, tap): the rows of a convolution are channels times kernel rows."""
    if elements.ndim == 4:
        elements = elements.transpose(0, 3, 1, 2)
    return elements.reshape(elements.shape[0], -1, taps)
