"""What convolutions along packed rows mean: the lanes are unpacked and computed with in numpy."""

import numpy as np
from xdsl.interpreter import Interpreter, InterpreterFunctions, PythonValues, impl, register_impls

from cmixdsl.dialects.cmix.lane_blocks import ContractWordsOp, ExpandWordsOp, SumWordsOp
from cmixdsl.interpreters.contraction import get_iterators, get_positions, read_padded
from cmixdsl.interpreters.lane_words import Integers, pack_rows, unpack_rows
from cmixdsl.interpreters.packed_memory import (
    check_inside,
    get_view,
    get_writable_view,
    write_elements,
)
from cmixdsl.interpreters.requantization import check_int32, requantize


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
        first = offsets.pop() if op.first is not None else 0
        extents = op.extents.get_values()
        origins = get_positions(op.input_map.data, get_iterators(extents), offsets)
        values = read_padded(get_view(source, np.uint8), op.input_type, origins, op.pad.value.data)
        rows = np.broadcast_to(values, extents).reshape(-1, op.positions)
        words = get_writable_view(op.name, buffer, np.uint32)
        packed = pack_rows(rows, op.word_type)
        is_new = np.arange(op.rows) // op.phases % extents[1] >= first
        words[: packed.shape[0], : op.rows][:, is_new] = packed[:, is_new]
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
