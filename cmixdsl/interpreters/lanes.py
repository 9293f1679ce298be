"""What `lanes` operations compute, on registers: Python integers that are not negative.

A word or pair of words is one number, modulo 2^32 or 2^64 where lanes may be negative. Loads check
what they assume of memory; the sums that types prove cannot overflow are checked too, so that a
wrong proof would show.
"""

from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    ReturnedValues,
    TerminatorValue,
    impl,
    impl_terminator,
    register_impls,
)
from xdsl.ir import Operation, SSAValue
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects import lanes
from cmixdsl.interpreters.dsp import WORD_MASK
from cmixdsl.interpreters.memref import get_memory_offset


def split_lanes(value: int, type_: lanes.LanesType) -> list[int]:
    """The lanes of a register; the last one takes all bits above it.

    A lane that may be negative is what of its residues lies in its range, and borrows from above.
    """
    spacing = type_.spacing.data
    found: list[int] = []
    rest = to_number(value, type_)
    for least in type_.get_minima()[:-1]:
        floor = min(least, 0)
        found.append((rest - floor) % (1 << spacing) + floor)
        rest = (rest - found[-1]) >> spacing
    return [*found, rest]


def to_number(value: int, type_: lanes.LanesType) -> int:
    """The number that a register holds."""
    is_negative = type_.is_signed and value >> (type_.BITS - 1)
    return value - (1 << type_.BITS) if is_negative else value


def check_lanes(name: str, value: int, type_: lanes.LanesType) -> int:
    """The value; raises InterpretationError when a lane exceeds its maximum."""
    found = split_lanes(value, type_)
    ranges = type_.get_ranges()
    if any(not low <= lane <= high for lane, (low, high) in zip(found, ranges, strict=True)):
        raise InterpretationError(f"{name}: lanes {found} exceed the range of {type_}")
    return value


def take_lanes(value: int, type_: lanes.LanesType, taken: tuple[int, ...]) -> int:
    """Some lanes side by side, 32 / (number taken) bits each."""
    found = split_lanes(value, type_)
    return sum(found[lane] << index * (32 // len(taken)) for index, lane in enumerate(taken))


def get_register_bytes(value: SSAValue) -> int:
    """Bytes of the register that holds lanes."""
    return lanes.get_lanes_type(value).BITS // 8


@register_impls
class LanesFunctions(InterpreterFunctions):
    """All operations of the `lanes` dialect."""

    @impl(lanes.LoadOp)
    def run_load(self, interpreter: Interpreter, op: lanes.LoadOp, args: PythonValues):
        buffer, *indices = args
        size = get_register_bytes(op.result)
        start = get_memory_offset(op.name, buffer, indices, size)
        data = buffer.data_ptr.raw.memory[start : start + size]
        value = int.from_bytes(data, "little")
        return (check_lanes(op.name, value, lanes.get_lanes_type(op.result)),)

    @impl(lanes.StoreOp)
    def run_store(self, interpreter: Interpreter, op: lanes.StoreOp, args: PythonValues):
        value, buffer, *indices = args
        size = get_register_bytes(op.value)
        start = get_memory_offset(op.name, buffer, indices, size)
        buffer.data_ptr.raw.memory[start : start + size] = value.to_bytes(size, "little")
        return ()

    @impl(lanes.ZeroOp)
    def run_zero(self, interpreter: Interpreter, op: lanes.ZeroOp, args: PythonValues):
        return (0,)

    @impl(lanes.ConstantOp)
    def run_constant(self, interpreter: Interpreter, op: lanes.ConstantOp, args: PythonValues):
        return (op.value % (1 << lanes.get_lanes_type(op.result).BITS),)

    def _get_numbers(self, op: Operation, args: PythonValues) -> list[int]:
        return [
            to_number(value, lanes.get_lanes_type(operand))
            for value, operand in zip(args, op.operands, strict=True)
        ]

    @impl(lanes.AddOp)
    def run_add(self, interpreter: Interpreter, op: lanes.AddOp, args: PythonValues):
        type_ = lanes.get_lanes_type(op.result)
        a, b = self._get_numbers(op, args)
        return (check_lanes(op.name, (a + b) % (1 << type_.BITS), type_),)

    @impl(lanes.MlaOp)
    def run_mla(self, interpreter: Interpreter, op: lanes.MlaOp, args: PythonValues):
        type_ = lanes.get_lanes_type(op.result)
        a, b, acc = self._get_numbers(op, args)
        return (check_lanes(op.name, (acc + a * b) % (1 << type_.BITS), type_),)

    @impl(lanes.TakeOp)
    def run_take(self, interpreter: Interpreter, op: lanes.TakeOp, args: PythonValues):
        return (take_lanes(args[0], lanes.get_lanes_type(op.source), op.taken.get_values()),)

    @impl(lanes.DropOp)
    def run_drop(self, interpreter: Interpreter, op: lanes.DropOp, args: PythonValues):
        source = lanes.get_lanes_type(op.source)
        rest = to_number(args[0], source) >> op.lanes.value.data * source.spacing.data
        return (rest & WORD_MASK,)

    @impl(lanes.GetOp)
    def run_get(self, interpreter: Interpreter, op: lanes.GetOp, args: PythonValues):
        return (split_lanes(args[0], lanes.get_lanes_type(op.source))[op.lane.value.data],)

    @impl(lanes.UnpackOp)
    def run_unpack(self, interpreter: Interpreter, op: lanes.UnpackOp, args: PythonValues):
        rotate, word = op.rotate.value.data, args[0] & WORD_MASK
        return ((word >> rotate | word << (32 - rotate)) & op.mask,)

    @impl(lanes.ForOp)
    def run_for(self, interpreter: Interpreter, op: lanes.ForOp, args: PythonValues):
        sums = args
        for index in range(0, op.stop.value.data, op.step.value.data):
            sums = interpreter.run_ssacfg_region(op.body, (index, *sums), op.name)
        return tuple(
            check_lanes(op.name, value, lanes.get_lanes_type(result))
            for value, result in zip(sums, op.sums, strict=True)
        )

    @impl_terminator(lanes.YieldOp)
    def run_yield(
        self, interpreter: Interpreter, op: lanes.YieldOp, args: PythonValues
    ) -> tuple[TerminatorValue, PythonValues]:
        return ReturnedValues(args), ()
