"""Listings: neighbouring instructions with registers, as one statement of inline assembly.

Passes have chosen order, registers, bases and pairs of loads, see `cmixdsl/hints.py`; what is left
to the C compiler is which machine register has which number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import singledispatch

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import DenseArrayBase, i32
from xdsl.ir import Operation, SSAValue

from cmixdsl.dialects.dsp import (
    LoadWordOp,
    MlaOp,
    RorOp,
    SmlabbOp,
    SmlabtOp,
    SmladOp,
    SmlatbOp,
    SmlattOp,
    SmmlaOp,
    SmmulOp,
    SsatOp,
    StoreWordOp,
    UmlalOp,
    UmullOp,
    UsatOp,
    Uxtab16Op,
)
from cmixdsl.dialects.dsp_ops.listed import LOADS, SHIFTS, STORES, Access
from cmixdsl.dialects.dsp_ops.operations import AccumulatingOperation, SaturateOperation
from cmixdsl.hints import BASE_ATTRIBUTE, PAIR_ATTRIBUTE, REGISTERS_ATTRIBUTE
from cmixdsl.targets.c.dsp_expressions import build_word
from cmixdsl.targets.c.memory_expressions import build_address
from cmixdsl.targets.c.printer import FunctionPrinter, find_constant
from cmixdsl.targets.c.type_table import raise_unsupported
from cmixdsl.targets.c.variables import find_outputs


@dataclass
class ListingPrinter:
    """Spells the instructions of one listing, and collects the operands of the statement."""

    printer: FunctionPrinter
    instructions: list[str] = field(default_factory=list[str])
    temporaries: dict[int, str] = field(default_factory=dict[int, str])
    """The C name of each register that holds temporaries."""
    living: dict[int, str] = field(default_factory=dict[int, str])
    """The C name of each register whose last value is used behind the listing."""
    outputs: dict[str, str] = field(default_factory=dict[str, str])
    """By C expression: the operand for it."""
    inputs: dict[str, str] = field(default_factory=dict[str, str])
    names: dict[str, str] = field(default_factory=dict[str, str])
    """By C expression: the name of its operand."""
    registers: dict[SSAValue, int] = field(default_factory=dict[SSAValue, int])

    # region Operands

    def get_register(self, value: SSAValue) -> str:
        """The operand of a word: a temporary, a loop's variable, or what comes from outside.

        A register whose last value lives on has the name of that value's variable.
        """
        if self.printer.variables.get(value) is not None and self.registers.get(value, -1) < 0:
            name = self.printer.get_name(value)
            # Written before all inputs are read: no input may have its register, though equal.
            self.outputs.setdefault(name, f'[{name}] "+&r"({name})')
            return f"%[{name}]"
        if value in self.registers:
            return self._get_temporary(self.registers[value])
        return self._get_input("r", build_word(value, self.printer).text, "word")

    def _get_temporary(self, register: int) -> str:
        if register in self.living:
            name = self.living[register]
            self.outputs.setdefault(name, f'[{name}] "=&r"({name})')
            return f"%[{name}]"
        if register not in self.temporaries:
            name = self.temporaries[register] = self.printer.names.declare(f"t{register}")
            self.outputs[name] = f'[{name}] "=&r"({name})'
        return f"%[{self.temporaries[register]}]"

    def _get_input(self, constraint: str, expression: str, hint: str) -> str:
        if expression not in self.names:
            stem = name = expression if expression.isidentifier() else hint
            number = 0
            while name in {*self.names.values(), *self.outputs}:
                number += 1
                name = f"{stem}_{number}"
            self.names[expression] = name
            self.inputs[expression] = f'[{name}] "{constraint}"({expression})'
        return f"%[{self.names[expression]}]"

    def get_address(self, op: Access) -> str:
        """The operand of an access: base and bytes, or memory that the C compiler addresses."""
        base = op.attributes.get(BASE_ATTRIBUTE)
        if not isinstance(base, DenseArrayBase):
            element = build_address(op, op.memref, op.indices, self.printer).text
            if isinstance(op, STORES):
                # An input is not written, so the array is an output.
                array = self.printer.get(op.memref).text
                self.outputs.setdefault(array, f'"+m"({array})')
            # LDRD reaches less far than LDR.
            c_type = "cmix_int64" if PAIR_ATTRIBUTE in op.attributes else "cmix_int32"
            return self._get_input("m", f"*({c_type} *){element}", "memory")
        _, offset = (int(number) for number in base.get_values())
        size = self.printer.get_element_type(op.memref).bytes
        address = build_address(op, op.memref, op.indices, self.printer, -offset // size).text
        register = self._get_input("r", address, op.memref.name_hint or "base")
        return f"[{register}, #{offset}]" if offset else f"[{register}]"

    # endregion

    def add(self, mnemonic: str, *operands: str) -> None:
        """Appends an instruction."""
        self.instructions.append(f"{mnemonic} {', '.join(operands)}")

    def read_registers(self, op: Operation) -> None:
        """Notes the registers of results."""
        numbers = op.attributes.get(REGISTERS_ATTRIBUTE)
        if isinstance(numbers, DenseArrayBase):
            for value, number in zip(op.results, numbers.get_values(), strict=True):
                self.registers[value] = int(number)


def print_listing(ops: Sequence[Operation], printer: FunctionPrinter) -> None:
    """Prints one statement of assembly for the operations of a listing."""
    listing = ListingPrinter(printer)
    for op in ops:
        listing.read_registers(op)
        for value in find_outputs(op):
            listing.living[listing.registers[value]] = printer.get_name(value)
    with printer.names.scope():
        pending = list(ops)
        while pending:
            op = pending.pop(0)
            pair = (op, pending.pop(0)) if PAIR_ATTRIBUTE in op.attributes else (op,)
            match [word for word in pair if word in printer.liveness.operations]:
                case [one, second]:
                    _spell_pair(one, second, listing)
                case [one]:
                    spell(one, listing)
                case _:
                    pass
        _print_statement(listing, printer)


def _print_statement(listing: ListingPrinter, printer: FunctionPrinter) -> None:
    """Prints temporaries and the statement in a block of their own."""
    printer.print_line("{")
    with printer.print_body():
        if listing.temporaries:
            names = [listing.temporaries[number] for number in sorted(listing.temporaries)]
            printer.print_line(f"int32_t {', '.join(names)};")
        printer.print_line("__asm__ volatile(")
        with printer.print_body():
            for instruction in listing.instructions:
                printer.print_line(f'"{instruction}\\n\\t"')
            printer.print_line(f": {', '.join(listing.outputs.values())}")
            printer.print_line(f": {', '.join(listing.inputs.values())}")
            printer.print_line(': "memory");')
    printer.print_line("}")


def _spell_pair(one: Operation, other: Operation, listing: ListingPrinter) -> None:
    """One load of two neighbouring words."""
    assert isinstance(one, LOADS)
    registers = [listing.get_register(op.results[0]) for op in (one, other)]
    listing.add("ldrd", *registers, listing.get_address(one))


@singledispatch
def spell(op: Operation, listing: ListingPrinter) -> None:
    """Spells one operation as an instruction."""
    raise_unsupported(op, "no instruction for this operation of a listing")


@spell.register(memref.LoadOp)
@spell.register(LoadWordOp)
def _(op: memref.LoadOp | LoadWordOp, listing: ListingPrinter) -> None:
    if op.results[0].type == i32:
        listing.add("ldr", listing.get_register(op.results[0]), listing.get_address(op))


@spell.register
def _(op: arith.ExtUIOp, listing: ListingPrinter) -> None:
    load = op.input.owner
    assert isinstance(load, memref.LoadOp)
    listing.add("ldrb", listing.get_register(op.result), listing.get_address(load))


@spell.register
def _(op: arith.TruncIOp, listing: ListingPrinter) -> None:
    """Part of the store of a byte."""


@spell.register(memref.StoreOp)
@spell.register(StoreWordOp)
def _(op: memref.StoreOp | StoreWordOp, listing: ListingPrinter) -> None:
    if isinstance(byte := op.value.owner, arith.TruncIOp):
        listing.add("strb", listing.get_register(byte.input), listing.get_address(op))
    else:
        listing.add("str", listing.get_register(op.value), listing.get_address(op))


@spell.register
def _(op: arith.ConstantOp, listing: ListingPrinter) -> None:
    listing.add("mov", listing.get_register(op.result), f"#{find_constant(op.result)}")


@spell.register(RorOp)
@spell.register(arith.ShLIOp)
@spell.register(arith.ShRUIOp)
def _(op: Operation, listing: ListingPrinter) -> None:
    if not is_encoded(op, listing):
        mnemonic, amount = spell_shift(op).split()
        register = listing.get_register(op.results[0])
        listing.add(mnemonic, register, listing.get_register(op.operands[0]), amount)


def is_encoded(op: object, listing: ListingPrinter) -> bool:
    """Whether the instruction of the operation's user does a shift too."""
    return isinstance(op, SHIFTS) and listing.registers.get(op.results[0]) == -1


def spell_shift(op: Operation) -> str:
    """A shift as an instruction's last operand."""
    match op:
        case RorOp():
            return f"ror #{op.amount.value.data}"
        case arith.ShLIOp():
            return f"lsl #{find_constant(op.rhs)}"
        case _:
            return f"lsr #{find_constant(op.operands[1])}"


@spell.register(arith.AndIOp)
@spell.register(arith.OrIOp)
@spell.register(arith.AddiOp)
def _(op: arith.AndIOp | arith.OrIOp | arith.AddiOp, listing: ListingPrinter) -> None:
    mnemonic = {"arith.andi": "and", "arith.ori": "orr", "arith.addi": "add"}[op.name]
    first, last = sorted((op.lhs, op.rhs), key=lambda value: is_encoded(value.owner, listing))
    operands = [listing.get_register(first)]
    if isinstance(shift := last.owner, Operation) and is_encoded(shift, listing):
        operands += [listing.get_register(shift.operands[0]), spell_shift(shift)]
    else:
        operands.append(listing.get_register(last))
    listing.add(mnemonic, listing.get_register(op.result), *operands)


@spell.register(SmladOp)
@spell.register(SmlabbOp)
@spell.register(SmlabtOp)
@spell.register(SmlatbOp)
@spell.register(SmlattOp)
@spell.register(SmmlaOp)
@spell.register(MlaOp)
def _(op: AccumulatingOperation, listing: ListingPrinter) -> None:
    operands = (op.result, op.a, op.b, op.acc)
    listing.add(op.name.removeprefix("dsp."), *map(listing.get_register, operands))


@spell.register
def _(op: SmmulOp, listing: ListingPrinter) -> None:
    listing.add("smmul", *map(listing.get_register, (op.result, op.a, op.b)))


@spell.register(UsatOp)
@spell.register(SsatOp)
def _(op: SaturateOperation, listing: ListingPrinter) -> None:
    result, x = listing.get_register(op.result), listing.get_register(op.x)
    shifts = (("lsl", op.lsl.value.data), ("asr", op.asr.value.data))
    shift = [f"{name} #{amount}" for name, amount in shifts if amount]
    mnemonic = op.name.removeprefix("dsp.")
    listing.add(mnemonic, result, f"#{op.bits.value.data}", x, *shift)


@spell.register
def _(op: Uxtab16Op, listing: ListingPrinter) -> None:
    rotate = op.rotate.value.data
    operands = [listing.get_register(value) for value in (op.result, op.acc, op.x)]
    listing.add("uxtab16", *operands, *([f"ror #{rotate}"] if rotate else []))


@spell.register
def _(op: UmullOp, listing: ListingPrinter) -> None:
    listing.add("umull", *(listing.get_register(value) for value in (op.lo, op.hi, op.a, op.b)))


@spell.register
def _(op: UmlalOp, listing: ListingPrinter) -> None:
    listing.add("umlal", *(listing.get_register(value) for value in (op.lo, op.hi, op.a, op.b)))
