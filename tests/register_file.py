"""Runs listings on a register file that holds values of the program instead of numbers."""

from itertools import groupby, pairwise

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import DenseArrayBase, ModuleOp, i32
from xdsl.ir import Block, Operation, SSAValue

from cmixdsl.dialects.dsp import LoadWordOp, StoreWordOp
from cmixdsl.dialects.dsp_ops.operations import LongAccumulatingOperation
from cmixdsl.hints import BASE_ATTRIBUTE, LISTING_ATTRIBUTE, PAIR_ATTRIBUTE, REGISTERS_ATTRIBUTE
from cmixdsl.passes.builders.listing import get_place

ACCESSES = (memref.LoadOp, LoadWordOp, memref.StoreOp, StoreWordOp)


def find_listings(module: ModuleOp) -> list[tuple[Operation, ...]]:
    """The operations of each listing."""
    blocks: list[Block] = [b for op in module.walk() for r in op.regions for b in r.blocks]
    return [
        tuple(ops)
        for block in blocks
        for number, ops in groupby(block.ops, lambda op: op.attributes.get(LISTING_ATTRIBUTE))
        if number is not None
    ]


def get_numbers(op: Operation, name: str) -> tuple[int, ...]:
    """The numbers of an attribute of an operation, none where it is missing."""
    attribute = op.attributes.get(name)
    return tuple(map(int, attribute.get_values())) if isinstance(attribute, DenseArrayBase) else ()


def get_read(op: Operation, registers: dict[SSAValue, int]) -> list[SSAValue]:
    """The words that an instruction reads; for a shift that it does, what is shifted."""
    if isinstance(op, memref.StoreOp) and isinstance(op.value.owner, arith.TruncIOp):
        return [op.value.owner.input]
    words = [value for value in op.operands if value.type == i32]
    if op.name in ("arith.shli", "arith.shrui"):
        words = words[:1]
    return [
        inner
        for value in words
        for inner in (
            get_read(value.owner, registers)
            if registers.get(value) == -1
            and isinstance(value.owner, Operation)
            and value.owner.name in ("dsp.ror", "arith.shli", "arith.shrui")
            else [value]
        )
    ]


def check_listing(ops: tuple[Operation, ...]) -> None:
    """Every instruction finds in its registers what it reads, and no more than 14 are needed."""
    registers: dict[SSAValue, int] = {}
    content: dict[int, SSAValue] = {}
    inputs: set[SSAValue] = set()
    bases: set[int] = set()
    for op in ops:
        numbers = get_numbers(op, REGISTERS_ATTRIBUTE)
        is_part = numbers == (-1,)
        for value in () if is_part else get_read(op, registers):
            if registers.get(value, -1) >= 0:
                assert content[registers[value]] is value, str(op)
            elif value not in registers:
                inputs.add(value)
        if isinstance(op, LongAccumulatingOperation):
            added = [registers.get(value, -1) for value in (op.acc_lo, op.acc_hi)]
            assert tuple(added) == numbers, str(op)
        registers.update(zip(op.results, numbers, strict=True))
        content.update((n, v) for v, n in zip(op.results, numbers, strict=True) if n >= 0)
        bases.update(get_numbers(op, BASE_ATTRIBUTE)[:1])
    assert max(content, default=0) + 1 + len(inputs) + len(bases) <= 14
    check_pairs(ops)


def check_pair_on_stack(op: Operation, following: Operation) -> None:
    """Two neighbouring words of one local array."""
    assert isinstance(op, memref.LoadOp | LoadWordOp)
    assert isinstance(following, memref.LoadOp | LoadWordOp)
    assert isinstance(op.memref.owner, memref.AllocaOp)
    assert op.memref is following.memref
    byte = get_place(op).byte
    assert byte % 4 == 0
    assert get_place(following).byte == byte + 4


def check_pairs(ops: tuple[Operation, ...]) -> None:
    """Bytes that are added to bases have an encoding; pairs are neighbours in two registers."""
    covered: set[Operation] = set()
    for op, following in pairwise(ops):
        if PAIR_ATTRIBUTE in op.attributes:
            one, other = (get_numbers(each, BASE_ATTRIBUTE) for each in (op, following))
            if one or other:
                (base, byte), (other_base, next_byte) = one, other
                assert (base, byte + 4) == (other_base, next_byte)
                assert abs(byte) <= 1020
                assert byte % 4 == 0
            else:
                check_pair_on_stack(op, following)
            assert len({get_numbers(each, REGISTERS_ATTRIBUTE) for each in (op, following)}) == 2
            covered |= {op, following}
    for op in ops:
        if isinstance(op, ACCESSES) and op not in covered:
            assert all(-255 <= byte <= 4095 for byte in get_numbers(op, BASE_ATTRIBUTE)[1:])
