"""What level 3 of `cmix` means: contractions and copies on buffers of bytes, in exact integers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from xdsl.interpreter import Interpreter, InterpreterFunctions, PythonValues, impl, register_impls
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects.cmix.blocks import ContractOp, ExpandOp, RequantizeOp, SumLanesOp
from cmixdsl.dialects.cmix.buffers import (
    ClearOp,
    FromMemrefOp,
    LoadElementOp,
    StoreElementsOp,
    ToMemrefOp,
)
from cmixdsl.interpreters.contraction import (
    accumulate,
    get_input_sums,
    get_iterators,
    get_positions,
    read_padded,
)
from cmixdsl.interpreters.lane_words import unpack_rows
from cmixdsl.interpreters.packed_memory import (
    Positions,
    check_inside,
    get_view,
    get_writable_view,
    read_elements,
    write_elements,
)
from cmixdsl.interpreters.requantization import check_int32, requantize
from cmixdsl.packing import pack, unpack

Bytes = npt.NDArray[np.uint8]


def get_element_positions(
    op: LoadElementOp | StoreElementsOp, indices: Sequence[int], count: int = 1
) -> Positions:
    """The positions of `count` neighbouring elements; raises InterpretationError if outside."""
    *outer, column = (np.array([index], np.int64) for index in indices)
    positions = (*outer, column + np.arange(count))
    check_inside(op.name, positions, op.type.get_shape())
    return positions


@register_impls
class CmixBlockFunctions(InterpreterFunctions):
    """Interpreter functions of level 3."""

    @impl(FromMemrefOp)
    def run_from_memref(
        self, interpreter: Interpreter, op: FromMemrefOp, args: PythonValues
    ) -> PythonValues:
        type_ = op.type
        data = get_view(args[0], np.uint8)
        return (unpack(data, type_.get_shape(), type_.bits, type_.is_signed),)

    @impl(ToMemrefOp)
    def run_to_memref(
        self, interpreter: Interpreter, op: ToMemrefOp, args: PythonValues
    ) -> PythonValues:
        get_writable_view(op.name, args[1], np.uint8)[...] = pack(args[0], op.type.bits)
        return ()

    @impl(LoadElementOp)
    def run_load_element(
        self, interpreter: Interpreter, op: LoadElementOp, args: PythonValues
    ) -> PythonValues:
        positions = get_element_positions(op, args[1:])
        data = get_view(args[0], np.uint8)
        return (int(read_elements(data, op.type, positions)[0]),)

    @impl(StoreElementsOp)
    def run_store_elements(
        self, interpreter: Interpreter, op: StoreElementsOp, args: PythonValues
    ) -> PythonValues:
        count = len(op.values)
        values = np.array(args[:count], np.int64)
        positions = get_element_positions(op, args[count + 1 :], count)
        data = get_writable_view(op.name, args[count], np.uint8)
        if op.cleared is not None and read_elements(data, op.type, positions).any():
            raise InterpretationError(f"{op.name}: expected cleared elements, found others")
        if op.fresh is not None:
            self._clear_bytes(op, data, args[count + 1 :])
        write_elements(data, op.type, positions, values)
        return ()

    def _clear_bytes(self, op: StoreElementsOp, data: Bytes, indices: Sequence[int]) -> None:
        """Clears the bytes that values of a fresh write stand in."""
        *outer, column = indices
        per_byte = 8 // op.type.bits
        if column % per_byte:
            raise InterpretationError(
                f"{op.name}: expected a first element of a byte, found {column}"
            )
        last = column + len(op.values) - 1
        data[(*outer, slice(column // per_byte, last // per_byte + 1))] = 0

    @impl(ClearOp)
    def run_clear(self, interpreter: Interpreter, op: ClearOp, args: PythonValues) -> PythonValues:
        bytes_ = get_writable_view(op.name, args[0], f"i{op.element_bytes}").view(np.uint8)
        bytes_[...] = op.byte.value.data
        return ()

    @impl(RequantizeOp)
    def run_requantize(
        self, interpreter: Interpreter, op: RequantizeOp, args: PythonValues
    ) -> PythonValues:
        accumulator, channel = (np.array([arg], np.int64) for arg in args)
        return (int(requantize(accumulator, channel, op.requant, op.element_range)[0]),)

    @impl(SumLanesOp)
    def run_sum_lanes(
        self, interpreter: Interpreter, op: SumLanesOp, args: PythonValues
    ) -> PythonValues:
        lanes = get_view(args[0], np.int16)[:, : op.length.value.data]
        sums = check_int32(op.name, lanes.sum(axis=1, dtype=np.int64))
        get_writable_view(op.name, args[1], np.int32)[...] = sums
        return ()

    @impl(ExpandOp)
    def run_expand(
        self, interpreter: Interpreter, op: ExpandOp, args: PythonValues
    ) -> PythonValues:
        source, buffer, *offsets = args
        first = offsets.pop() if op.first is not None else None
        iterators = get_iterators(op.extents.get_values())
        targets = get_positions(op.lanes_map.data, iterators, offsets)
        if op.order is not None:
            order, innermost = np.array(op.order.get_values()), iterators[-1]
            within = innermost % len(order)
            iterators[-1] = innermost - within + order[within]
        origins = get_positions(op.input_map.data, iterators, offsets)
        lanes = get_writable_view(op.name, buffer, np.int16)
        check_inside(f"{op.name}: lanes", targets, lanes.shape)
        values = read_padded(get_view(source, np.uint8), op.input_type, origins, op.pad.value.data)
        if first is not None:
            is_new = iterators[op.iterator_names.index("i")] >= first
            values = np.where(is_new, values, lanes[targets])
        lanes[targets] = values
        return ()

    @impl(ContractOp)
    def run_contract(
        self, interpreter: Interpreter, op: ContractOp, args: PythonValues
    ) -> PythonValues:
        source, filters, destination, *rest = args
        buffer = rest.pop(0) if op.sums is not None else None
        iterators = get_iterators(op.extents.get_values())
        origins, taps, targets = (
            get_positions(map_.data, iterators, rest)
            for map_ in (op.input_map, op.filter_map, op.output_map)
        )
        check_inside(f"{op.name}: filter", taps, op.filter_type.get_shape())
        check_inside(f"{op.name}: output", targets, op.output_type.get_shape())
        if op.word_type is not None:
            data = unpack_rows(source, op.word_type)
        else:
            data = get_view(source, np.int16 if op.input_type is None else np.uint8)
        inputs = read_padded(data, op.input_type, origins, op.pad.value.data)
        sums = None if buffer is None else get_input_sums(op, origins[0], buffer)
        accumulators = accumulate(op, inputs, filters[taps], targets[-1], sums)
        elements = requantize(accumulators, targets[-1], op.requant, op.output_type.element_range)
        output = get_writable_view(op.name, destination, np.uint8)
        write_elements(output, op.output_type, targets, elements)
        return ()
