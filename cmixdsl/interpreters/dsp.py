"""What `dsp` operations compute, on Python integers in the signed 32-bit range.

Formulas follow the Armv7-M Architecture Reference Manual, without flags. Because words are signed,
`word >> 16` is the signed high lane.
"""

from collections.abc import Callable
from typing import ClassVar

from xdsl.dialects.builtin import IntegerAttr
from xdsl.interpreter import Interpreter, PythonValues, impl, register_impls
from xdsl.ir import Operation
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects import dsp
from cmixdsl.interpreters.memref import get_memory_offset
from cmixdsl.interpreters.semantics import (
    Parameters,
    Semantics,
    SemanticsTable,
    TableFunctions,
)

# region Words and lanes

WORD_MASK = 0xFFFF_FFFF
WORD_BYTES = 4
ROUNDING = 0x8000_0000
"""Half of the unit of the high word of a product."""


def wrap32(value: int) -> int:
    """The low 32 bits in two's complement."""
    return ((value + 0x8000_0000) & WORD_MASK) - 0x8000_0000


def lo16(word: int) -> int:
    """The signed low half of a word."""
    return ((word & 0xFFFF) ^ 0x8000) - 0x8000


def join16(low: int, high: int) -> int:
    """The word of the low 16 bits of each of two lanes."""
    return wrap32((high << 16) | (low & 0xFFFF))


def split64(value: int) -> tuple[int, int]:
    """The low and the high word of a 64-bit number."""
    return wrap32(value), wrap32(value >> 32)


def join64(low: int, high: int) -> int:
    """The 64-bit number of two words."""
    return (high << 32) | (low & WORD_MASK)


def clamp(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)


# endregion
# region Multiplications


def smuad(a: int, b: int) -> int:
    return wrap32(lo16(a) * lo16(b) + (a >> 16) * (b >> 16))


def smlad(a: int, b: int, acc: int) -> int:
    return wrap32(acc + lo16(a) * lo16(b) + (a >> 16) * (b >> 16))


def smladx(a: int, b: int, acc: int) -> int:
    return wrap32(acc + lo16(a) * (b >> 16) + (a >> 16) * lo16(b))


def smlsd(a: int, b: int, acc: int) -> int:
    return wrap32(acc + lo16(a) * lo16(b) - (a >> 16) * (b >> 16))


def smulbb(a: int, b: int) -> int:
    return lo16(a) * lo16(b)


def smulbt(a: int, b: int) -> int:
    return lo16(a) * (b >> 16)


def smultb(a: int, b: int) -> int:
    return (a >> 16) * lo16(b)


def smultt(a: int, b: int) -> int:
    return (a >> 16) * (b >> 16)


def smlabb(a: int, b: int, acc: int) -> int:
    return wrap32(acc + lo16(a) * lo16(b))


def smlabt(a: int, b: int, acc: int) -> int:
    return wrap32(acc + lo16(a) * (b >> 16))


def smlatb(a: int, b: int, acc: int) -> int:
    return wrap32(acc + (a >> 16) * lo16(b))


def smlatt(a: int, b: int, acc: int) -> int:
    return wrap32(acc + (a >> 16) * (b >> 16))


def mla(a: int, b: int, acc: int) -> int:
    return wrap32(acc + a * b)


def mls(a: int, b: int, acc: int) -> int:
    return wrap32(acc - a * b)


def smmul(a: int, b: int) -> int:
    return (a * b) >> 32


def smmulr(a: int, b: int) -> int:
    return (a * b + ROUNDING) >> 32


def smmla(a: int, b: int, acc: int) -> int:
    return wrap32(acc + smmul(a, b))


def smmlar(a: int, b: int, acc: int) -> int:
    return wrap32(acc + smmulr(a, b))


def smull(a: int, b: int) -> tuple[int, int]:
    return split64(a * b)


def umull(a: int, b: int) -> tuple[int, int]:
    return split64((a & WORD_MASK) * (b & WORD_MASK))


def smlal(a: int, b: int, acc_lo: int, acc_hi: int) -> tuple[int, int]:
    return split64(join64(acc_lo, acc_hi) + a * b)


def umlal(a: int, b: int, acc_lo: int, acc_hi: int) -> tuple[int, int]:
    return split64(join64(acc_lo, acc_hi) + (a & WORD_MASK) * (b & WORD_MASK))


# endregion
# region Lanes


def clz(x: int) -> int:
    """Zero bits before the first one."""
    return 32 - (x & WORD_MASK).bit_length()


def hold(x: int) -> int:
    """`x`, kept in a register."""
    return x


def ror(x: int, amount: int) -> int:
    # The word twice over, shifted: its low half is the rotated word.
    return wrap32(((x & WORD_MASK) * 0x1_0000_0001) >> amount)


def uxtb16(x: int, rotate: int) -> int:
    return ror(x, rotate) & 0x00FF_00FF


def sxtb16(x: int, rotate: int) -> int:
    unsigned = uxtb16(x, rotate)
    # 0x80 * 0x1FE = 0xFF00: a set sign bit fills the byte above it.
    return wrap32(unsigned | (unsigned & 0x0080_0080) * 0x1FE)


def sadd16(a: int, b: int) -> int:
    return join16(a + b, (a >> 16) + (b >> 16))


def ssub16(a: int, b: int) -> int:
    return join16(a - b, (a >> 16) - (b >> 16))


def sxtab16(acc: int, x: int, rotate: int) -> int:
    return sadd16(acc, sxtb16(x, rotate))


def uxtab16(acc: int, x: int, rotate: int) -> int:
    return sadd16(acc, uxtb16(x, rotate))


def uxtab(acc: int, x: int, rotate: int) -> int:
    return wrap32(acc + (ror(x, rotate) & 0xFF))


def pkhbt(a: int, b: int, shift: int) -> int:
    return join16(a, (b << shift) >> 16)


def pkhtb(a: int, b: int, shift: int) -> int:
    return join16(b >> shift, a >> 16)


def sadd8(a: int, b: int) -> int:
    # Bytes 0 and 2, then 1 and 3: each sum has a clear byte above it to overflow into.
    even = (a & 0x00FF_00FF) + (b & 0x00FF_00FF)
    odd = (a & 0xFF00_FF00) + (b & 0xFF00_FF00)
    return wrap32((even & 0x00FF_00FF) | (odd & 0xFF00_FF00))


def ssub8(a: int, b: int) -> int:
    # A set bit above each byte feeds the borrow.
    even = ((a & 0x00FF_00FF) | 0x0100_0100) - (b & 0x00FF_00FF)
    odd = (((a >> 8) & 0x00FF_00FF) | 0x0100_0100) - ((b >> 8) & 0x00FF_00FF)
    return wrap32((even & 0x00FF_00FF) | ((odd & 0x00FF_00FF) << 8))


def saturate_signed(value: int, bits: int) -> int:
    return clamp(value, -(1 << (bits - 1)), (1 << (bits - 1)) - 1)


def saturate_unsigned(value: int, bits: int) -> int:
    return clamp(value, 0, (1 << bits) - 1)


def ssat(x: int, bits: int, lsl: int, asr: int) -> int:
    return saturate_signed(wrap32(x << lsl) >> asr, bits)


def usat(x: int, bits: int, lsl: int, asr: int) -> int:
    return saturate_unsigned(wrap32(x << lsl) >> asr, bits)


def ssat16(x: int, bits: int) -> int:
    return join16(saturate_signed(lo16(x), bits), saturate_signed(x >> 16, bits))


def usat16(x: int, bits: int) -> int:
    return join16(saturate_unsigned(lo16(x), bits), saturate_unsigned(x >> 16, bits))


# endregion
# region Table


def get_amounts(*names: str) -> Parameters:
    """Reads integer properties, in order, as parameters."""

    def get_parameters(op: Operation, index_bitwidth: int) -> tuple[int, ...]:
        amounts = (op.properties[name] for name in names)
        return tuple(amount.value.data for amount in amounts if isinstance(amount, IntegerAttr))

    return get_parameters


WITHOUT_AMOUNTS: tuple[tuple[type[Operation], Callable[..., int | tuple[int, ...]]], ...] = (
    (dsp.SmuadOp, smuad),
    (dsp.SmladOp, smlad),
    (dsp.SmladxOp, smladx),
    (dsp.SmlsdOp, smlsd),
    (dsp.SmulbbOp, smulbb),
    (dsp.SmulbtOp, smulbt),
    (dsp.SmultbOp, smultb),
    (dsp.SmulttOp, smultt),
    (dsp.SmlabbOp, smlabb),
    (dsp.SmlabtOp, smlabt),
    (dsp.SmlatbOp, smlatb),
    (dsp.SmlattOp, smlatt),
    (dsp.MlaOp, mla),
    (dsp.MlsOp, mls),
    (dsp.SmmulOp, smmul),
    (dsp.SmmulrOp, smmulr),
    (dsp.SmmlaOp, smmla),
    (dsp.SmmlarOp, smmlar),
    (dsp.SmullOp, smull),
    (dsp.UmullOp, umull),
    (dsp.SmlalOp, smlal),
    (dsp.UmlalOp, umlal),
    (dsp.ClzOp, clz),
    (dsp.HoldOp, hold),
    (dsp.Sadd16Op, sadd16),
    (dsp.Ssub16Op, ssub16),
    (dsp.Uadd16Op, sadd16),
    (dsp.Usub16Op, ssub16),
    (dsp.Sadd8Op, sadd8),
    (dsp.Ssub8Op, ssub8),
    (dsp.Uadd8Op, sadd8),
    (dsp.Usub8Op, ssub8),
)

DSP_SEMANTICS: SemanticsTable = {
    **{op_type: Semantics(function) for op_type, function in WITHOUT_AMOUNTS},
    dsp.Sxtb16Op: Semantics(sxtb16, get_amounts("rotate")),
    dsp.Uxtb16Op: Semantics(uxtb16, get_amounts("rotate")),
    dsp.Sxtab16Op: Semantics(sxtab16, get_amounts("rotate")),
    dsp.Uxtab16Op: Semantics(uxtab16, get_amounts("rotate")),
    dsp.UxtabOp: Semantics(uxtab, get_amounts("rotate")),
    dsp.PkhbtOp: Semantics(pkhbt, get_amounts("shift")),
    dsp.PkhtbOp: Semantics(pkhtb, get_amounts("shift")),
    dsp.SsatOp: Semantics(ssat, get_amounts("bits", "lsl", "asr")),
    dsp.UsatOp: Semantics(usat, get_amounts("bits", "lsl", "asr")),
    dsp.Ssat16Op: Semantics(ssat16, get_amounts("bits")),
    dsp.Usat16Op: Semantics(usat16, get_amounts("bits")),
    dsp.RorOp: Semantics(ror, get_amounts("amount")),
}

# endregion


def check_copy(name: str, source: int, target: int, apart: int) -> None:
    """Raises InterpretationError unless both offsets are those of words, and so far apart."""
    if source % WORD_BYTES or target % WORD_BYTES or abs(source - target) < apart:
        raise InterpretationError(
            f"{name}: offsets must be multiples of {WORD_BYTES} and {apart} bytes apart, "
            f"found {source} and {target}"
        )


@register_impls
class DspFunctions(TableFunctions):
    """All operations of the `dsp` dialect."""

    table: ClassVar[SemanticsTable] = DSP_SEMANTICS

    @impl(dsp.LoadWordOp)
    def run_load_word(
        self, interpreter: Interpreter, op: dsp.LoadWordOp, args: PythonValues
    ) -> PythonValues:
        buffer, *indices = args
        start = get_memory_offset(op.name, buffer, indices, WORD_BYTES)
        data = buffer.data_ptr.raw.memory[start : start + WORD_BYTES]
        return (int.from_bytes(data, "little", signed=True),)

    @impl(dsp.StoreWordOp)
    def run_store_word(
        self, interpreter: Interpreter, op: dsp.StoreWordOp, args: PythonValues
    ) -> PythonValues:
        value, buffer, *indices = args
        start = get_memory_offset(op.name, buffer, indices, WORD_BYTES)
        data = value.to_bytes(WORD_BYTES, "little", signed=True)
        buffer.data_ptr.raw.memory[start : start + WORD_BYTES] = data
        return ()

    @impl(dsp.CopyWordsOp)
    def run_copy_words(
        self, interpreter: Interpreter, op: dsp.CopyWordsOp, args: PythonValues
    ) -> PythonValues:
        rank = len(op.source_indices)
        source, target = args[0], args[1 + rank]
        size = WORD_BYTES * op.words.value.data
        start = get_memory_offset(op.name, source, args[1 : 1 + rank], size)
        end = get_memory_offset(op.name, target, args[2 + rank :], size)
        memory, written = source.data_ptr.raw.memory, target.data_ptr.raw.memory
        check_copy(op.name, start, end, size if memory is written else 0)
        written[end : end + size] = memory[start : start + size]
        return ()
