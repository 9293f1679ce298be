"""`dsp` operations as calls of the prelude's helpers."""

from functools import singledispatch

from xdsl.dialects.builtin import IntegerAttr
from xdsl.ir import Operation, SSAValue

from cmixdsl.dialects.dsp import LoadWordOp
from cmixdsl.dialects.dsp_ops.operations import (
    AccumulatingOperation,
    BinaryOperation,
    ExtendAccumulateOperation,
    PackOperation,
    UnaryOperation,
)
from cmixdsl.targets.c.expressions import Expression
from cmixdsl.targets.c.memory_expressions import build_address
from cmixdsl.targets.c.printer import FunctionPrinter, find_constant
from cmixdsl.targets.c.type_table import raise_unsupported

MAX_LANE = 0xFFFF

ENCODED_NUMBERS = {
    "bits": "",
    "amount": "",
    "rotate": "ror",
    "lsl": "lsl",
    "asr": "asr",
}
"""Properties that an instruction encodes, and what stands before the number in a helper's name."""


@singledispatch
def build_instruction(op: Operation, printer: FunctionPrinter) -> Expression:
    """Spells a `dsp` operation with one result as a call."""
    raise_unsupported(op, "no C expression for this operation")


@build_instruction.register
def _(op: LoadWordOp, printer: FunctionPrinter) -> Expression:
    return printer.call_helper(op, "load_word", build_address(op, op.memref, op.indices, printer))


@build_instruction.register(UnaryOperation)
@build_instruction.register(BinaryOperation)
@build_instruction.register(AccumulatingOperation)
@build_instruction.register(ExtendAccumulateOperation)
@build_instruction.register(PackOperation)
def _(
    op: UnaryOperation
    | BinaryOperation
    | AccumulatingOperation
    | ExtendAccumulateOperation
    | PackOperation,
    printer: FunctionPrinter,
) -> Expression:
    arguments = [build_word(operand, printer) for operand in op.operands]
    return printer.call_helper(op, get_helper_name(op), *arguments)


def build_word(word: SSAValue, printer: FunctionPrinter) -> Expression:
    """A word; a constant of several lanes is spelled by its bits, a small one as a number."""
    constant = find_constant(word)
    return printer.get(word, as_bits=constant is not None and abs(constant) > MAX_LANE)


def get_helper_name(op: Operation) -> str:
    """The mnemonic and the numbers that the instruction encodes, as in `usat_8_asr7`."""
    name = op.name.removeprefix("dsp.")
    shift = "asr" if name == "pkhtb" else "lsl"
    for property_name, prefix in (*ENCODED_NUMBERS.items(), ("shift", shift)):
        number = op.properties.get(property_name)
        if isinstance(number, IntegerAttr) and (property_name == "bits" or number.value.data):
            name += f"_{prefix}{number.value.data}"
    return name
