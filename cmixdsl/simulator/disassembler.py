"""Decoding Thumb-2: the adapter of capstone, which has no types."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import capstone  # pyright: ignore[reportMissingTypeStubs]
from capstone import arm_const as arm  # pyright: ignore[reportMissingTypeStubs]

from cmixdsl.simulator.cores import Core


class Kind(Enum):
    """What an instruction does, as far as its timing goes."""

    LOAD = auto()
    STORE = auto()
    MULTIPLE = auto()
    """Several words in one instruction."""
    MULTIPLY = auto()
    DIVIDE = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Instruction:
    """One decoded instruction."""

    address: int
    size: int
    text: str
    kind: Kind
    words: int = 0
    """Of MULTIPLE: how many."""
    reads: frozenset[int] = frozenset()
    writes: frozenset[int] = frozenset()
    address_registers: tuple[int, ...] = ()
    """Of a memory access: the registers that make the address, the base first."""
    base_register: str | None = None
    """The name of the base, like "r3"."""
    is_branch: bool = False
    is_call: bool = False
    is_conditional: bool = False
    is_indirect: bool = False


_KINDS: dict[int, Kind] = {
    **dict.fromkeys(
        (
            arm.ARM_INS_LDR,
            arm.ARM_INS_LDRB,
            arm.ARM_INS_LDRH,
            arm.ARM_INS_LDRSB,
            arm.ARM_INS_LDRSH,
        ),
        Kind.LOAD,
    ),
    **dict.fromkeys((arm.ARM_INS_STR, arm.ARM_INS_STRB, arm.ARM_INS_STRH), Kind.STORE),
    **dict.fromkeys(
        (
            arm.ARM_INS_LDM,
            arm.ARM_INS_LDMDB,
            arm.ARM_INS_STM,
            arm.ARM_INS_STMDB,
            arm.ARM_INS_PUSH,
            arm.ARM_INS_POP,
            arm.ARM_INS_LDRD,
            arm.ARM_INS_STRD,
        ),
        Kind.MULTIPLE,
    ),
    **dict.fromkeys((arm.ARM_INS_SDIV, arm.ARM_INS_UDIV), Kind.DIVIDE),
}
_MULTIPLY_PREFIXES = (
    *("mul", "mla", "mls", "smul", "smla", "smua", "smus", "smls", "smm"),
    *("umul", "umla", "umaal"),
)
_LINK_BRANCHES = (arm.ARM_INS_BL, arm.ARM_INS_BLX)
_DIRECT_BRANCHES = (arm.ARM_INS_B, arm.ARM_INS_BL, arm.ARM_INS_CBZ, arm.ARM_INS_CBNZ)
_COMPARE_BRANCHES = (arm.ARM_INS_CBZ, arm.ARM_INS_CBNZ)
_DOUBLES = (arm.ARM_INS_LDRD, arm.ARM_INS_STRD)
_STACK_MULTIPLES = (arm.ARM_INS_PUSH, arm.ARM_INS_POP)


class Disassembler:
    """Decodes the instructions of one core."""

    def __init__(self, core: Core) -> None:
        mode = capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS
        if core.gcc_cpu in ("cortex-m33", "cortex-m55"):
            mode |= capstone.CS_MODE_V8
        self._engine: Any = capstone.Cs(capstone.CS_ARCH_ARM, mode)
        self._engine.detail = True

    def decode(self, code: bytes, address: int) -> list[Instruction]:
        """Decode all of `code`. What capstone does not know becomes an instruction `unknown`."""
        instructions: list[Instruction] = []
        offset = 0
        while offset < len(code):
            for insn in self._engine.disasm(code[offset:], address + offset):
                instructions.append(_build_instruction(insn))
                offset = insn.address + insn.size - address
            if offset < len(code):
                size = get_instruction_bytes(code, offset)
                instructions.append(Instruction(address + offset, size, "unknown", Kind.OTHER))
                offset += size
        return instructions


def get_instruction_bytes(code: bytes, offset: int) -> int:
    """2 or 4: the first halfword's upper five bits tell (Armv7-M, section A5.1)."""
    return 4 if code[offset + 1] >> 3 in (0b11101, 0b11110, 0b11111) else 2


def _build_instruction(insn: Any) -> Instruction:
    mnemonic = str(insn.mnemonic)
    reads, writes = insn.regs_access()
    operands: list[Any] = list(insn.operands)
    kind = _KINDS.get(insn.id, Kind.OTHER)
    if mnemonic.startswith(_MULTIPLY_PREFIXES):
        kind = Kind.MULTIPLY
    writes_pc = arm.ARM_REG_PC in writes or any(
        o.type == arm.ARM_OP_REG and o.reg == arm.ARM_REG_PC and kind in (Kind.LOAD, Kind.MULTIPLE)
        for o in operands
    )
    jumps = insn.id in (arm.ARM_INS_BX, arm.ARM_INS_TBB, arm.ARM_INS_TBH)
    is_branch = insn.id in (*_DIRECT_BRANCHES, arm.ARM_INS_BLX) or jumps or writes_pc
    address_registers = _get_address_registers(insn.id, operands, kind)
    return Instruction(
        address=insn.address,
        size=insn.size,
        text=f"{mnemonic} {insn.op_str}".strip(),
        kind=kind,
        words=_count_words(insn.id, operands) if kind is Kind.MULTIPLE else 0,
        reads=frozenset(reads),
        writes=frozenset(writes),
        address_registers=address_registers,
        base_register=str(insn.reg_name(address_registers[0])) if address_registers else None,
        is_branch=is_branch,
        is_call=insn.id in _LINK_BRANCHES,
        is_conditional=insn.cc not in (arm.ARM_CC_INVALID, arm.ARM_CC_AL)
        or insn.id in _COMPARE_BRANCHES,
        is_indirect=is_branch and insn.id not in (*_DIRECT_BRANCHES, arm.ARM_INS_BLX),
    )


def _count_words(instruction_id: int, operands: list[Any]) -> int:
    if instruction_id in _DOUBLES:
        return 2
    registers = sum(o.type == arm.ARM_OP_REG for o in operands)
    return registers if instruction_id in _STACK_MULTIPLES else registers - 1


def _get_address_registers(instruction_id: int, operands: list[Any], kind: Kind) -> tuple[int, ...]:
    if kind is Kind.MULTIPLE and instruction_id not in _DOUBLES:
        return (arm.ARM_REG_SP,) if instruction_id in _STACK_MULTIPLES else (operands[0].reg,)
    for operand in operands:
        if operand.type == arm.ARM_OP_MEM:
            index = (operand.mem.index,) if operand.mem.index != 0 else ()
            return (operand.mem.base, *index)
    return ()
