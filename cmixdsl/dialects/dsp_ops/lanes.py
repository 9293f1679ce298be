"""Operations of the `dsp` dialect that rearrange, add and saturate the lanes of a word."""

from typing import ClassVar

from xdsl.irdl import irdl_op_definition

from cmixdsl.dialects.dsp_ops.operations import (
    BinaryOperation,
    ExtendAccumulateOperation,
    ExtendOperation,
    LaneSaturateOperation,
    PackOperation,
    SaturateOperation,
)

# region Bytes to 16-bit lanes


@irdl_op_definition
class Sxtb16Op(ExtendOperation):
    """
    Widens bytes 0 and 2 of a rotated word to signed 16-bit lanes.

    `r = ror(x, rotate); lane0 = (int8_t)r; lane1 = (int8_t)(r >> 16)`

    ```mlir
    %r = dsp.sxtb16 %x ror 8
    ```
    """

    name = "dsp.sxtb16"


@irdl_op_definition
class Uxtb16Op(ExtendOperation):
    """
    Widens bytes 0 and 2 of a rotated word to unsigned 16-bit lanes.

    `r = ror(x, rotate); lane0 = (uint8_t)r; lane1 = (uint8_t)(r >> 16)`

    ```mlir
    %r = dsp.uxtb16 %x ror 8
    ```
    """

    name = "dsp.uxtb16"


@irdl_op_definition
class Sxtab16Op(ExtendAccumulateOperation):
    """
    Adds signed bytes 0 and 2 of a rotated word to two 16-bit lanes.

    `r = ror(x, rotate); lane0 = acc.lane0 + (int8_t)r; lane1 = acc.lane1 + (int8_t)(r >> 16)`

    ```mlir
    %r = dsp.sxtab16 %acc, %x ror 8
    ```
    """

    name = "dsp.sxtab16"


@irdl_op_definition
class Uxtab16Op(ExtendAccumulateOperation):
    """
    Adds unsigned bytes 0 and 2 of a rotated word to two 16-bit lanes.

    `r = ror(x, rotate); lane0 = acc.lane0 + (uint8_t)r; lane1 = acc.lane1 + (uint8_t)(r >> 16)`

    ```mlir
    %r = dsp.uxtab16 %acc, %x ror 8
    ```
    """

    name = "dsp.uxtab16"


@irdl_op_definition
class UxtabOp(ExtendAccumulateOperation):
    """
    Adds unsigned byte 0 of a rotated word to a word.

    `acc + (uint8_t)ror(x, rotate)`

    ```mlir
    %r = dsp.uxtab %acc, %x ror 8
    ```
    """

    name = "dsp.uxtab"


# endregion
# region Halves of two words


@irdl_op_definition
class PkhbtOp(PackOperation):
    """
    Joins the low half of `a` and the high half of `b` shifted left.

    `(a & 0xffff) | ((b << shift) & 0xffff0000)`

    ```mlir
    %r = dsp.pkhbt %a, %b lsl 16
    ```
    """

    name = "dsp.pkhbt"

    assembly_format = "$a `,` $b (`lsl` $shift^)? attr-dict"


@irdl_op_definition
class PkhtbOp(PackOperation):
    """
    Joins the high half of `a` and the low half of `b` shifted right; shift 0 does not shift.

    `(a & 0xffff0000) | ((b >> shift) & 0xffff)`

    ```mlir
    %r = dsp.pkhtb %a, %b asr 16
    ```
    """

    name = "dsp.pkhtb"

    assembly_format = "$a `,` $b (`asr` $shift^)? attr-dict"


# endregion
# region Sums of lanes
# Signed and unsigned forms give the same word; on the core they differ in the GE flags.


@irdl_op_definition
class Sadd16Op(BinaryOperation):
    """
    Adds signed 16-bit lanes, which wrap.

    `lane[i] = (int16_t)(a.lane[i] + b.lane[i])`

    ```mlir
    %r = dsp.sadd16 %a, %b
    ```
    """

    name = "dsp.sadd16"


@irdl_op_definition
class Ssub16Op(BinaryOperation):
    """
    Subtracts signed 16-bit lanes, which wrap.

    `lane[i] = (int16_t)(a.lane[i] - b.lane[i])`

    ```mlir
    %r = dsp.ssub16 %a, %b
    ```
    """

    name = "dsp.ssub16"


@irdl_op_definition
class Uadd16Op(BinaryOperation):
    """
    Adds unsigned 16-bit lanes, which wrap.

    `lane[i] = (uint16_t)(a.lane[i] + b.lane[i])`

    ```mlir
    %r = dsp.uadd16 %a, %b
    ```
    """

    name = "dsp.uadd16"


@irdl_op_definition
class Usub16Op(BinaryOperation):
    """
    Subtracts unsigned 16-bit lanes, which wrap.

    `lane[i] = (uint16_t)(a.lane[i] - b.lane[i])`

    ```mlir
    %r = dsp.usub16 %a, %b
    ```
    """

    name = "dsp.usub16"


@irdl_op_definition
class Sadd8Op(BinaryOperation):
    """
    Adds signed 8-bit lanes, which wrap.

    `lane[i] = (int8_t)(a.lane[i] + b.lane[i])`

    ```mlir
    %r = dsp.sadd8 %a, %b
    ```
    """

    name = "dsp.sadd8"


@irdl_op_definition
class Ssub8Op(BinaryOperation):
    """
    Subtracts signed 8-bit lanes, which wrap.

    `lane[i] = (int8_t)(a.lane[i] - b.lane[i])`

    ```mlir
    %r = dsp.ssub8 %a, %b
    ```
    """

    name = "dsp.ssub8"


@irdl_op_definition
class Uadd8Op(BinaryOperation):
    """
    Adds unsigned 8-bit lanes, which wrap.

    `lane[i] = (uint8_t)(a.lane[i] + b.lane[i])`

    ```mlir
    %r = dsp.uadd8 %a, %b
    ```
    """

    name = "dsp.uadd8"


@irdl_op_definition
class Usub8Op(BinaryOperation):
    """
    Subtracts unsigned 8-bit lanes, which wrap.

    `lane[i] = (uint8_t)(a.lane[i] - b.lane[i])`

    ```mlir
    %r = dsp.usub8 %a, %b
    ```
    """

    name = "dsp.usub8"


# endregion
# region Saturation


@irdl_op_definition
class SsatOp(SaturateOperation):
    """
    Shifts a word, then saturates it to a signed number of `bits` bits.

    `clamp((x << lsl) >> asr, -(1 << (bits - 1)), (1 << (bits - 1)) - 1)`

    ```mlir
    %r = dsp.ssat %x asr 7 to 8 bits
    ```

    Constraints:

    * (C1) `bits` is 1 to 32.
    * (C2) `lsl` is 0 to 31.
    * (C3) `asr` is 0 to 31.
    * (C4) `lsl` or `asr` is 0.
    """

    name = "dsp.ssat"

    ALLOWED_BITS: ClassVar[range] = range(1, 33)


@irdl_op_definition
class UsatOp(SaturateOperation):
    """
    Shifts a word, then saturates it to an unsigned number of `bits` bits.

    `clamp((x << lsl) >> asr, 0, (1 << bits) - 1)`

    ```mlir
    %r = dsp.usat %x asr 7 to 8 bits
    ```

    Constraints:

    * (C1) `bits` is 0 to 31.
    * (C2) `lsl` is 0 to 31.
    * (C3) `asr` is 0 to 31.
    * (C4) `lsl` or `asr` is 0.
    """

    name = "dsp.usat"

    ALLOWED_BITS: ClassVar[range] = range(32)


@irdl_op_definition
class Ssat16Op(LaneSaturateOperation):
    """
    Saturates signed 16-bit lanes to signed numbers of `bits` bits.

    `lane[i] = clamp(x.lane[i], -(1 << (bits - 1)), (1 << (bits - 1)) - 1)`

    ```mlir
    %r = dsp.ssat16 %x to 8 bits
    ```

    Constraints:

    * (C1) `bits` is 1 to 16.
    """

    name = "dsp.ssat16"

    ALLOWED_BITS: ClassVar[range] = range(1, 17)


@irdl_op_definition
class Usat16Op(LaneSaturateOperation):
    """
    Saturates signed 16-bit lanes to unsigned numbers of `bits` bits.

    `lane[i] = clamp(x.lane[i], 0, (1 << bits) - 1)`

    ```mlir
    %r = dsp.usat16 %x to 8 bits
    ```

    Constraints:

    * (C1) `bits` is 0 to 15.
    """

    name = "dsp.usat16"

    ALLOWED_BITS: ClassVar[range] = range(16)


# endregion
