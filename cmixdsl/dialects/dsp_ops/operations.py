"""What the `dsp` operations have in common: operand lists, shift amounts and their ranges.

An operation states its name and its formula; the number of words it reads, its assembly format and
its constructor come from one of the classes below. Formulas use `lo16(w)` and `hi16(w)` for the
signed halves of a word, and `+`, `-`, `*` that wrap to 32 bits.
"""

from abc import ABC
from collections.abc import Container
from typing import ClassVar, TypeAlias

from xdsl.dialects.builtin import I32, IntegerAttr, i32
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import IRDLOperation, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

Value: TypeAlias = SSAValue | Operation
"""What a constructor takes as an operand: a value, or an operation with one result."""

Amount: TypeAlias = int | IntegerAttr[I32]
"""What a constructor takes as a shift, rotation or bit count."""


def get_amount(amount: Amount) -> IntegerAttr[I32]:
    """The attribute of a shift, rotation or bit count."""
    return IntegerAttr(amount, i32) if isinstance(amount, int) else amount


def verify_amount(
    op: Operation, name: str, amount: IntegerAttr[I32], allowed: Container[int], wanted: str
) -> None:
    """Raises VerifyException unless the amount is allowed; `wanted` says in words what is."""
    if (found := amount.value.data) not in allowed:
        raise VerifyException(f"{op.name}: {name} must be {wanted}, got {found}")


def verify_bits(op: Operation, bits: IntegerAttr[I32], allowed: range) -> None:
    """Raises VerifyException unless a word or lane can be saturated to that many bits."""
    verify_amount(op, "bits", bits, allowed, f"{allowed.start} to {allowed.stop - 1}")


class UnaryOperation(IRDLOperation, ABC):
    """A pure operation on one word."""

    x = operand_def(i32)
    result = result_def(i32)

    traits = traits_def(Pure())


class BinaryOperation(IRDLOperation, ABC):
    """A pure operation on two words."""

    a = operand_def(i32)
    b = operand_def(i32)
    result = result_def(i32)

    traits = traits_def(Pure())

    assembly_format = "$a `,` $b attr-dict"

    def __init__(self, a: Value, b: Value):
        super().__init__(operands=[a, b], result_types=[i32])


class AccumulatingOperation(IRDLOperation, ABC):
    """A pure operation on two words and a 32-bit accumulator, which wraps."""

    a = operand_def(i32)
    b = operand_def(i32)
    acc = operand_def(i32)
    result = result_def(i32)

    traits = traits_def(Pure())

    assembly_format = "$a `,` $b `,` $acc attr-dict"

    def __init__(self, a: Value, b: Value, acc: Value):
        super().__init__(operands=[a, b, acc], result_types=[i32])


class LongMultiplyOperation(IRDLOperation, ABC):
    """A pure multiplication of two words into a 64-bit product."""

    a = operand_def(i32)
    b = operand_def(i32)
    lo = result_def(i32)
    """Bits 31..0 of the product."""
    hi = result_def(i32)
    """Bits 63..32 of the product."""

    traits = traits_def(Pure())

    assembly_format = "$a `,` $b attr-dict"

    def __init__(self, a: Value, b: Value):
        super().__init__(operands=[a, b], result_types=[i32, i32])


class LongAccumulatingOperation(IRDLOperation, ABC):
    """A pure multiplication of two words, added to a 64-bit accumulator, which wraps."""

    a = operand_def(i32)
    b = operand_def(i32)
    acc_lo = operand_def(i32)
    """Bits 31..0 of the accumulator."""
    acc_hi = operand_def(i32)
    """Bits 63..32 of the accumulator."""
    lo = result_def(i32)
    """Bits 31..0 of the sum."""
    hi = result_def(i32)
    """Bits 63..32 of the sum."""

    traits = traits_def(Pure())

    assembly_format = "$a `,` $b `,` $acc_lo `,` $acc_hi attr-dict"

    def __init__(self, a: Value, b: Value, acc_lo: Value, acc_hi: Value):
        super().__init__(operands=[a, b, acc_lo, acc_hi], result_types=[i32, i32])


ROTATIONS = (0, 8, 16, 24)
"""The rotations that SXTB16 and its kin encode."""


class ExtendOperation(UnaryOperation, ABC):
    """
    Rotates a word right, then widens its bytes 0 and 2 to two 16-bit lanes.

    Constraints:

    * (C1) `rotate` is 0, 8, 16 or 24.
    """

    rotate = prop_def(IntegerAttr[I32], default_value=IntegerAttr(0, i32))
    """Rotation to the right before the bytes are taken, in bits."""

    assembly_format = "$x (`ror` $rotate^)? attr-dict"

    def __init__(self, x: Value, rotate: Amount = 0):
        super().__init__(
            operands=[x], result_types=[i32], properties={"rotate": get_amount(rotate)}
        )

    def verify_(self) -> None:
        # (C1)
        verify_amount(self, "rotate", self.rotate, ROTATIONS, "0, 8, 16 or 24")


class ExtendAccumulateOperation(IRDLOperation, ABC):
    """
    Rotates a word right, widens one or two of its bytes, and adds them to a word or to its two
    16-bit lanes, which wrap.

    Constraints:

    * (C1) `rotate` is 0, 8, 16 or 24.
    """

    acc = operand_def(i32)
    x = operand_def(i32)
    rotate = prop_def(IntegerAttr[I32], default_value=IntegerAttr(0, i32))
    """Rotation of `x` to the right before its bytes are taken, in bits."""
    result = result_def(i32)

    traits = traits_def(Pure())

    assembly_format = "$acc `,` $x (`ror` $rotate^)? attr-dict"

    def __init__(self, acc: Value, x: Value, rotate: Amount = 0):
        super().__init__(
            operands=[acc, x], result_types=[i32], properties={"rotate": get_amount(rotate)}
        )

    def verify_(self) -> None:
        # (C1)
        verify_amount(self, "rotate", self.rotate, ROTATIONS, "0, 8, 16 or 24")


class PackOperation(IRDLOperation, ABC):
    """
    Takes one half of each operand, the second one shifted first.

    Constraints:

    * (C1) `shift` is 0 to 31.
    """

    a = operand_def(i32)
    b = operand_def(i32)
    shift = prop_def(IntegerAttr[I32], default_value=IntegerAttr(0, i32))
    """Shift of `b`, in bits."""
    result = result_def(i32)

    traits = traits_def(Pure())

    def __init__(self, a: Value, b: Value, shift: Amount = 0):
        super().__init__(
            operands=[a, b], result_types=[i32], properties={"shift": get_amount(shift)}
        )

    def verify_(self) -> None:
        # (C1)
        verify_amount(self, "shift", self.shift, range(32), "0 to 31")


class LaneSaturateOperation(UnaryOperation, ABC):
    """Saturates both 16-bit lanes of a word to `bits` bits."""

    ALLOWED_BITS: ClassVar[range]
    """What `bits` may be."""

    bits = prop_def(IntegerAttr[I32])
    """Bits of each saturated lane."""

    assembly_format = "$x `to` $bits `bits` attr-dict"

    def __init__(self, x: Value, bits: Amount):
        super().__init__(operands=[x], result_types=[i32], properties={"bits": get_amount(bits)})

    def verify_(self) -> None:
        # (C1)
        verify_bits(self, self.bits, self.ALLOWED_BITS)


class SaturateOperation(UnaryOperation, ABC):
    """Shifts a word, then saturates it to `bits` bits."""

    ALLOWED_BITS: ClassVar[range]
    """What `bits` may be."""

    bits = prop_def(IntegerAttr[I32])
    """Bits of the saturated result."""
    lsl = prop_def(IntegerAttr[I32], default_value=IntegerAttr(0, i32))
    """Shift to the left before saturation, in bits; what leaves the word is lost."""
    asr = prop_def(IntegerAttr[I32], default_value=IntegerAttr(0, i32))
    """Arithmetic shift to the right before saturation, in bits."""

    assembly_format = "$x (`lsl` $lsl^)? (`asr` $asr^)? `to` $bits `bits` attr-dict"

    def __init__(self, x: Value, bits: Amount, *, lsl: Amount = 0, asr: Amount = 0):
        amounts = {"bits": bits, "lsl": lsl, "asr": asr}
        super().__init__(
            operands=[x],
            result_types=[i32],
            properties={name: get_amount(amount) for name, amount in amounts.items()},
        )

    def verify_(self) -> None:
        # (C1)
        verify_bits(self, self.bits, self.ALLOWED_BITS)
        # (C2)
        verify_amount(self, "lsl", self.lsl, range(32), "0 to 31")
        # (C3)
        verify_amount(self, "asr", self.asr, range(32), "0 to 31")
        # (C4)
        if self.lsl.value.data and self.asr.value.data:
            raise VerifyException(
                f"{self.name}: shifts one way only, got lsl {self.lsl.value.data} "
                f"and asr {self.asr.value.data}"
            )
