"""What convolutions along packed rows mean: the lanes are unpacked and computed with in numpy."""

import numpy as np
import numpy.typing as npt
from xdsl.interpreter import Interpreter, InterpreterFunctions, PythonValues, impl, register_impls

from cmixdsl.dialects.cmix.lane_blocks import ContractWordsOp, ExpandWordsOp, SumWordsOp
from cmixdsl.dialects.lanes import WordType
from cmixdsl.interpreters.contraction import get_iterators, get_positions, read_padded
from cmixdsl.interpreters.memref import Buffer
from cmixdsl.interpreters.packed_memory import (
    check_inside,
    get_view,
    get_writable_view,
    write_elements,
)
from cmixdsl.interpreters.requantization import check_int32, requantize

Integers = npt.NDArray[np.int64]


def pack_rows(rows: Integers, type_: WordType) -> npt.NDArray[np.uint32]:
    """Words of rows, shape (rows, positions); the last word is filled up with 0."""
    missing = -rows.shape[1] % type_.lanes
    lanes = np.pad(rows, ((0, 0), (0, missing))).reshape(rows.shape[0], -1, type_.lanes)
    words = (lanes << np.arange(type_.lanes) * type_.spacing.data).sum(axis=2)
    return words.T.astype(np.uint32)


def unpack_rows(buffer: Buffer, type_: WordType, rows: int) -> Integers:
    """The first rows that words hold, shape (rows, positions)."""
    words = get_view(buffer, np.uint32).astype(np.int64).T[:rows]
    lanes = words[:, :, None] >> np.arange(type_.lanes) * type_.spacing.data
    lanes[:, :, :-1] &= (1 << type_.spacing.data) - 1
    return lanes.reshape(rows, -1)


def get_row_windows(rows: Integers, columns: int, taps: int) -> Integers:
    """Every window of every row, shape (rows, columns, taps)."""
    return np.lib.stride_tricks.sliding_window_view(rows, taps, 1)[:, :columns]


@register_impls
class CmixLaneBlockFunctions(InterpreterFunctions):
    """Interpreter functions of the operations on lane words."""

    @impl(ExpandWordsOp)
    def run_expand_words(
        self, interpreter: Interpreter, op: ExpandWordsOp, args: PythonValues
    ) -> PythonValues:
        source, buffer, *offsets = args
        extents = op.extents.get_values()
        origins = get_positions(op.input_map.data, get_iterators(extents), offsets)
        values = read_padded(get_view(source, np.uint8), op.input_type, origins, op.pad.value.data)
        rows = np.broadcast_to(values, extents).reshape(-1, extents[2])
        words = get_writable_view(op.name, buffer, np.uint32)
        packed = pack_rows(rows, op.word_type)
        words[: packed.shape[0], : packed.shape[1]] = packed
        words[: packed.shape[0], packed.shape[1] :] = 0
        return ()

    @impl(SumWordsOp)
    def run_sum_words(
        self, interpreter: Interpreter, op: SumWordsOp, args: PythonValues
    ) -> PythonValues:
        rows = unpack_rows(args[0], op.word_type, op.length.value.data)
        windows = get_row_windows(rows, op.columns, op.taps.value.data)
        sums = check_int32(op.name, windows.sum(axis=(0, 2)))
        get_writable_view(op.name, args[1], np.int32)[...] = sums
        return ()

    @impl(ContractWordsOp)
    def run_contract_words(
        self, interpreter: Interpreter, op: ContractWordsOp, args: PythonValues
    ) -> PythonValues:
        words, filters, destination, *rest = args
        sums = get_view(rest.pop(0), np.int32) if op.sums is not None else np.zeros(1, np.int64)
        columns, count, length, taps = op.extents.get_values()
        windows = get_row_windows(unpack_rows(words, op.word_type, length), columns, taps)
        products = np.einsum("kxj,fkj->xf", windows, filters.astype(np.int64))
        zeros = np.array(op.filter_zero.get_values(), np.int64)
        bias = np.array(op.bias.get_values(), np.int64)
        accumulators = bias + products - zeros * sums.astype(np.int64).reshape(-1, 1)
        iterators = get_iterators([columns, count])
        unused = [np.zeros((1, 1), np.int64)] * 2
        targets = get_positions(op.output_map.data, [*iterators, *unused], rest)
        check_inside(f"{op.name}: output", targets, op.output_type.get_shape())
        elements = requantize(accumulators, targets[-1], op.requant, op.output_type.element_range)
        output = get_writable_view(op.name, destination, np.uint8)
        write_elements(output, op.output_type, targets, elements)
        return ()
