"""Contractions over boxes of iterators, in numpy.

Arrays over a box have a dimension for each of its iterators, of size 1 where they do not depend on
it, so that they broadcast against each other.
"""

from collections.abc import Sequence
from math import prod
from string import ascii_letters
from typing import cast

import numpy as np
import numpy.typing as npt
from xdsl.ir.affine import AffineMap

from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.interpreters.accumulation import multiply_and_sum
from cmixdsl.interpreters.memref import Buffer
from cmixdsl.interpreters.packed_memory import (
    Positions,
    are_inside,
    check_inside,
    get_view,
    read_elements,
)

Integers = npt.NDArray[np.int64]


def get_iterators(extents: Sequence[int]) -> list[Integers]:
    """Each iterator's values, over the box."""
    return [
        np.arange(extent, dtype=np.int64).reshape(
            [-1 if other == axis else 1 for other in range(len(extents))]
        )
        for axis, extent in enumerate(extents)
    ]


def get_positions(
    map_: AffineMap, iterators: Sequence[Integers], offsets: Sequence[int]
) -> Positions:
    """What a map gives for every point of the box."""
    # The evaluation of affine expressions only adds and multiplies: it takes arrays as well.
    results = map_.eval(cast(Sequence[int], iterators), offsets)
    ones = (1,) * len(iterators)
    arrays = (np.asarray(result, np.int64) for result in results)
    return tuple(array if array.ndim else array.reshape(ones) for array in arrays)


def read_padded(
    data: npt.NDArray[np.integer], type_: PackedType | None, positions: Positions, pad: int
) -> Integers:
    """Elements at positions, `pad` outside; without a type, `data` holds elements unpacked."""
    shape = data.shape if type_ is None else type_.get_shape()
    clipped = tuple(
        np.clip(position, 0, size - 1) for position, size in zip(positions, shape, strict=True)
    )
    if type_ is None:
        values = data[clipped].astype(np.int64)
    else:
        values = read_elements(data.view(np.uint8), type_, clipped)
    return np.where(are_inside(positions, shape), values, pad)


def sum_products(
    inputs: Integers, filters: Integers, extents: Sequence[int], is_parallel: Sequence[bool]
) -> Integers:
    """Sums of products of two arrays over a box, over its iterators that are not parallel.

    Returns an array over the box, of size 1 where an iterator has been summed over.
    """
    letters = ascii_letters[: len(extents)]

    def get_axes(array: Integers) -> str:
        return "".join(
            letter for letter, size in zip(letters, array.shape, strict=True) if size > 1
        )

    input_axes, filter_axes = get_axes(inputs), get_axes(filters)
    output_axes = "".join(
        letter
        for letter, parallel in zip(letters, is_parallel, strict=True)
        if parallel and letter in input_axes + filter_axes
    )
    sums = multiply_and_sum(
        f"{input_axes},{filter_axes}->{output_axes}", inputs.squeeze(), filters.squeeze()
    )
    repeats = prod(
        extent
        for letter, extent, parallel in zip(letters, extents, is_parallel, strict=True)
        if not parallel and letter not in input_axes + filter_axes
    )
    sizes = dict(zip(output_axes, sums.shape, strict=True))
    return repeats * sums.reshape([sizes.get(letter, 1) for letter in letters])


def get_input_sums(op: ContractOp, columns: Integers, sums: Buffer) -> Integers:
    """The sums that an earlier operation has left for columns of the input, over the box.

    `columns` are the first positions of the input. Raises InterpretationError when there is no sum
    for one of them.
    """
    view = get_view(sums, np.int32)
    check_inside(f"{op.name}: sums", (columns,), view.shape)
    return view[columns].astype(np.int64)


def accumulate(
    op: ContractOp, inputs: Integers, filters: Integers, channels: Integers, sums: Integers | None
) -> Integers:
    """The accumulators of a contraction, over the box; `channels` are those of its outputs.

    `sums` are the sums of inputs where they are known, to be broadcast over the box.
    """
    extents = op.extents.get_values()
    is_parallel = op.output_map.data.used_dims_bit_vector()
    bias = np.array(op.bias.get_values(), np.int64)[channels]
    zeros = np.array(op.filter_zero.get_values(), np.int64)
    zeros = zeros[channels] if len(zeros) > 1 else zeros[0]
    if sums is not None:
        products = sum_products(inputs, filters, extents, is_parallel)
        return bias + products - zeros * sums
    return bias + sum_products(inputs, filters - zeros, extents, is_parallel)
