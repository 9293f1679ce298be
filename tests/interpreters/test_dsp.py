"""The dsp interpreter against numpy lanes and the words of the Armv7-M manual."""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects.builtin import IndexType, MemRefType, ModuleOp, i8, i16, i32
from xdsl.interpreter import Interpreter
from xdsl.interpreters.shaped_array import ShapedArray
from xdsl.interpreters.utils.ptr import RawPtr, TypedPtr
from xdsl.ir import Operation
from xdsl.utils.exceptions import InterpretationError
from xdsl.utils.test_value import create_ssa_value

from cmixdsl.dialects import dsp
from cmixdsl.interpreters.dsp import DSP_SEMANTICS
from cmixdsl.interpreters.registry import register_implementations

BOUNDARIES = (
    0,
    1,
    -1,
    0x7FFF_FFFF,
    -0x8000_0000,
    0x8000,
    -0x8000,
    0x7FFF,
    -0x7FFF_8000,
    0x00FF_00FF,
)
WORDS = st.one_of(st.sampled_from(BOUNDARIES), st.integers(-(2**31), 2**31 - 1))


def run(op_type: Callable[..., Operation], *words: int, **amounts: int) -> tuple[int, ...]:
    interpreter = Interpreter(ModuleOp([]))
    register_implementations(interpreter)
    op = op_type(*(create_ssa_value(i32) for _ in words), **amounts)
    op.verify()
    return interpreter.run_op(op, words)


def get_lanes(word: int, dtype: type[np.generic]) -> npt.NDArray[Any]:
    """The lanes of a word, lowest first, as int64."""
    return np.array([word], "<i4").view(dtype).astype(np.int64)


def join_lanes(lanes: npt.NDArray[np.int64], dtype: type[np.generic]) -> int:
    """The word of the low bits of each lane."""
    return int(lanes.astype(dtype).view("<i4")[0])


def to_word(value: int) -> int:
    return int(np.array([value & 0xFFFF_FFFF], np.uint64).astype(np.uint32).view(np.int32)[0])


def to_words(value: int) -> tuple[int, int]:
    value &= 0xFFFF_FFFF_FFFF_FFFF
    return to_word(value), to_word(value >> 32)


def to_unsigned(word: int) -> int:
    return int(np.array([word], np.int32).view(np.uint32)[0])


DUAL: dict[Callable[..., Operation], tuple[int, int, int, int, int]] = {
    # first product's lanes, second product's lanes, sign of the second
    dsp.SmladOp: (0, 0, 1, 1, 1),
    dsp.SmladxOp: (0, 1, 1, 0, 1),
    dsp.SmlsdOp: (0, 0, 1, 1, -1),
}


@pytest.mark.parametrize("op_type", DUAL)
@given(a=WORDS, b=WORDS, acc=WORDS)
def test_dual_multiply(op_type: Callable[..., Operation], a: int, b: int, acc: int) -> None:
    i, j, k, m, sign = DUAL[op_type]
    x, y = get_lanes(a, np.int16), get_lanes(b, np.int16)
    assert run(op_type, a, b, acc) == (to_word(acc + int(x[i] * y[j] + sign * x[k] * y[m])),)


@given(a=WORDS, b=WORDS)
def test_smuad(a: int, b: int) -> None:
    expected = int(get_lanes(a, np.int16) @ get_lanes(b, np.int16))
    assert run(dsp.SmuadOp, a, b) == (to_word(expected),)


def test_smuad_wraps_at_its_only_overflow() -> None:
    assert run(dsp.SmuadOp, to_word(0x8000_8000), to_word(0x8000_8000)) == (-(2**31),)


HALVES: dict[tuple[int, int], tuple[Callable[..., Operation], Callable[..., Operation]]] = {
    (0, 0): (dsp.SmulbbOp, dsp.SmlabbOp),
    (0, 1): (dsp.SmulbtOp, dsp.SmlabtOp),
    (1, 0): (dsp.SmultbOp, dsp.SmlatbOp),
    (1, 1): (dsp.SmulttOp, dsp.SmlattOp),
}


@pytest.mark.parametrize("lanes", HALVES)
@given(a=WORDS, b=WORDS, acc=WORDS)
def test_half_multiply(lanes: tuple[int, int], a: int, b: int, acc: int) -> None:
    product = int(get_lanes(a, np.int16)[lanes[0]] * get_lanes(b, np.int16)[lanes[1]])
    multiply, accumulate = HALVES[lanes]
    assert run(multiply, a, b) == (product,)
    assert run(accumulate, a, b, acc) == (to_word(acc + product),)


@given(a=WORDS, b=WORDS, acc=WORDS)
def test_word_multiply(a: int, b: int, acc: int) -> None:
    product = np.int64(a) * np.int64(b)
    floor, nearest = int(product >> 32), int((product + np.int64(2**31)) >> 32)
    assert run(dsp.MlaOp, a, b, acc) == (to_word(acc + int(product)),)
    assert run(dsp.MlsOp, a, b, acc) == (to_word(acc - int(product)),)
    assert run(dsp.SmmulOp, a, b) == (floor,)
    assert run(dsp.SmmulrOp, a, b) == (nearest,)
    assert run(dsp.SmmlaOp, a, b, acc) == (to_word(acc + floor),)
    assert run(dsp.SmmlarOp, a, b, acc) == (to_word(acc + nearest),)


@given(a=WORDS, b=WORDS, lo=WORDS, hi=WORDS)
def test_long_multiply(a: int, b: int, lo: int, hi: int) -> None:
    acc = to_unsigned(hi) * 2**32 + to_unsigned(lo)
    unsigned = to_unsigned(a) * to_unsigned(b)
    assert run(dsp.SmullOp, a, b) == to_words(a * b)
    assert run(dsp.UmullOp, a, b) == to_words(unsigned)
    assert run(dsp.SmlalOp, a, b, lo, hi) == to_words(acc + a * b)
    assert run(dsp.UmlalOp, a, b, lo, hi) == to_words(acc + unsigned)


def get_rotated_bytes(x: int, rotate: int, dtype: type[np.generic]) -> npt.NDArray[np.int64]:
    """Bytes 0 and 2 after a rotation to the right by whole bytes."""
    return np.roll(get_lanes(x, dtype), -(rotate // 8))[[0, 2]]


@pytest.mark.parametrize("rotate", [0, 8, 16, 24])
@given(x=WORDS, acc=WORDS)
def test_extend(rotate: int, x: int, acc: int) -> None:
    signed = get_rotated_bytes(x, rotate, np.int8)
    unsigned = get_rotated_bytes(x, rotate, np.uint8)
    lanes = get_lanes(acc, np.int16)
    assert run(dsp.Sxtb16Op, x, rotate=rotate) == (join_lanes(signed, np.int16),)
    assert run(dsp.Uxtb16Op, x, rotate=rotate) == (join_lanes(unsigned, np.int16),)
    assert run(dsp.Sxtab16Op, acc, x, rotate=rotate) == (join_lanes(lanes + signed, np.int16),)
    assert run(dsp.Uxtab16Op, acc, x, rotate=rotate) == (join_lanes(lanes + unsigned, np.int16),)
    assert run(dsp.UxtabOp, acc, x, rotate=rotate) == (to_word(acc + int(unsigned[0])),)


@given(a=WORDS, b=WORDS, shift=st.integers(0, 31))
def test_pack_halves(a: int, b: int, shift: int) -> None:
    left = get_lanes(to_word(b << shift), np.int16)
    right = get_lanes(int(np.int32(b) >> shift), np.int16)
    own = get_lanes(a, np.int16)
    bottom_top = join_lanes(np.array([own[0], left[1]]), np.int16)
    top_bottom = join_lanes(np.array([right[0], own[1]]), np.int16)
    assert run(dsp.PkhbtOp, a, b, shift=shift) == (bottom_top,)
    assert run(dsp.PkhtbOp, a, b, shift=shift) == (top_bottom,)


AddAndSubtract: TypeAlias = tuple[Callable[..., Operation], Callable[..., Operation]]

SUMS: dict[type[np.generic], tuple[AddAndSubtract, AddAndSubtract]] = {
    np.int16: ((dsp.Sadd16Op, dsp.Ssub16Op), (dsp.Uadd16Op, dsp.Usub16Op)),
    np.int8: ((dsp.Sadd8Op, dsp.Ssub8Op), (dsp.Uadd8Op, dsp.Usub8Op)),
}


@pytest.mark.parametrize("dtype", SUMS)
@given(a=WORDS, b=WORDS)
def test_lane_sums(dtype: type[np.generic], a: int, b: int) -> None:
    x, y = get_lanes(a, dtype), get_lanes(b, dtype)
    for add, subtract in SUMS[dtype]:
        assert run(add, a, b) == (join_lanes(x + y, dtype),)
        assert run(subtract, a, b) == (join_lanes(x - y, dtype),)


@given(x=WORDS, bits=st.integers(1, 31), shift=st.integers(0, 31))
def test_saturate(x: int, bits: int, shift: int) -> None:
    left, right = to_word(x << shift), int(np.int32(x) >> shift)
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    for shifted, amounts in ((left, {"lsl": shift}), (right, {"asr": shift})):
        signed, unsigned = np.clip(shifted, low, high), np.clip(shifted, 0, 2**bits - 1)
        assert run(dsp.SsatOp, x, bits=bits, **amounts) == (signed,)
        assert run(dsp.UsatOp, x, bits=bits, **amounts) == (unsigned,)


def test_saturate_at_the_ends() -> None:
    assert run(dsp.SsatOp, -(2**31), bits=32) == (-(2**31),)
    assert run(dsp.UsatOp, 5, bits=0) == (0,)


@given(x=WORDS, bits=st.integers(1, 15))
def test_saturate_lanes(x: int, bits: int) -> None:
    lanes = get_lanes(x, np.int16)
    signed = np.clip(lanes, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    assert run(dsp.Ssat16Op, x, bits=bits) == (join_lanes(signed, np.int16),)
    unsigned = np.clip(lanes, 0, 2**bits - 1)
    assert run(dsp.Usat16Op, x, bits=bits) == (join_lanes(unsigned, np.int16),)


@given(x=WORDS)
def test_clz(x: int) -> None:
    bits = f"{to_unsigned(x):032b}"
    assert run(dsp.ClzOp, x) == (len(bits) - len(bits.lstrip("0")),)


@given(x=WORDS, amount=st.integers(0, 31))
def test_ror(x: int, amount: int) -> None:
    bits = f"{to_unsigned(x):032b}"
    rotated = int(bits[32 - amount :] + bits[: 32 - amount], 2)
    assert run(dsp.RorOp, x, amount=amount) == (to_word(rotated),)


# region Memory


def build_memref(content: bytes, shape: list[int], element_type: Any) -> ShapedArray[Any]:
    """A buffer with eight other bytes on either side."""
    memory = bytearray(b"\xee" * 8 + content + b"\xee" * 8)
    return ShapedArray(TypedPtr[Any](RawPtr(memory, 8), xtype=element_type), shape)


def run_memory(op_type: Callable[..., Operation], *args: Any) -> tuple[Any, ...]:
    """Runs a load (buffer, indices) or a store (word, buffer, indices)."""
    *words, buffer, indices = args
    memref_type = MemRefType(buffer.element_type, buffer.shape)
    op = op_type(
        *(create_ssa_value(i32) for _ in words),
        create_ssa_value(memref_type),
        [create_ssa_value(IndexType()) for _ in indices],
    )
    op.verify()
    interpreter = Interpreter(ModuleOp([]))
    register_implementations(interpreter)
    return interpreter.run_op(op, (*words, buffer, *indices))


def test_load_word_at_any_byte() -> None:
    content = bytes(range(120, 132))
    for row in range(3):
        for column in range(4):
            if (start := 4 * row + column) <= 8:
                buffer = build_memref(content, [3, 4], i8)
                expected = int(np.frombuffer(content[start : start + 4], "<i4")[0])
                assert run_memory(dsp.LoadWordOp, buffer, (row, column)) == (expected,)


def test_load_word_of_half_words() -> None:
    buffer = build_memref(np.array([1, -2, 3], "<i2").tobytes(), [3], i16)
    assert run_memory(dsp.LoadWordOp, buffer, (1,)) == (3 * 65536 + 65534,)


def test_store_word_touches_four_bytes() -> None:
    buffer = build_memref(bytes(8), [2, 4], i8)
    run_memory(dsp.StoreWordOp, -2, buffer, (0, 3))
    stored = b"\xee" * 8 + b"\0\0\0\xfe\xff\xff\xff\0" + b"\xee" * 8
    assert buffer.data_ptr.raw.memory == stored


@pytest.mark.parametrize("indices", [(1, 1), (2, 0), (0, 4), (-1, 3)])
def test_words_outside_the_buffer(indices: tuple[int, int]) -> None:
    buffer = build_memref(bytes(8), [2, 4], i8)
    with pytest.raises(InterpretationError, match=r"dsp\.load_word"):
        run_memory(dsp.LoadWordOp, buffer, indices)
    with pytest.raises(InterpretationError, match=r"dsp\.store_word"):
        run_memory(dsp.StoreWordOp, 1, buffer, indices)
    assert buffer.data_ptr.raw.memory == b"\xee" * 8 + bytes(8) + b"\xee" * 8


def run_copy(buffer: Any, places: tuple[int, int], words: int) -> None:
    """Copies words within a buffer of one dimension."""
    memref = create_ssa_value(MemRefType(buffer.element_type, buffer.shape))
    here, there = ((memref, [create_ssa_value(IndexType())]) for _ in places)
    op = dsp.CopyWordsOp(here, there, words)
    op.verify()
    interpreter = Interpreter(ModuleOp([]))
    register_implementations(interpreter)
    interpreter.run_op(op, (buffer, places[0], buffer, places[1]))


def test_copy_words() -> None:
    buffer = build_memref(bytes(range(24)), [24], i8)
    run_copy(buffer, (4, 16), 2)
    assert buffer.data_ptr.raw.memory[8:32] == bytes([*range(16), *range(4, 12)])


@pytest.mark.parametrize(
    ("places", "words", "message"),
    [
        ((0, 2), 1, "multiples of 4"),
        ((0, 4), 2, "8 bytes apart, found 8 and 12"),
        ((0, 20), 2, "8 bytes at index [20] run over the end"),
    ],
)
def test_copies_that_are_refused(places: tuple[int, int], words: int, message: str) -> None:
    buffer = build_memref(bytes(range(24)), [24], i8)
    with pytest.raises(InterpretationError, match=re.escape(message)):
        run_copy(buffer, places, words)
    assert buffer.data_ptr.raw.memory[8:32] == bytes(range(24))


# endregion


def test_every_operation_has_a_meaning() -> None:
    in_memory = {dsp.LoadWordOp, dsp.StoreWordOp, dsp.CopyWordsOp}
    assert set(dsp.Dsp.operations) == DSP_SEMANTICS.keys() | in_memory
