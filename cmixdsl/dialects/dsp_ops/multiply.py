"""Multiplications of the `dsp` dialect: 16-bit lanes, whole words, 64-bit products."""

from xdsl.irdl import irdl_op_definition

from cmixdsl.dialects.dsp_ops.operations import (
    AccumulatingOperation,
    BinaryOperation,
    LongAccumulatingOperation,
    LongMultiplyOperation,
)

# region Two products of 16-bit lanes


@irdl_op_definition
class SmuadOp(BinaryOperation):
    """
    Adds the products of the low and of the high lanes.

    `lo16(a) * lo16(b) + hi16(a) * hi16(b)`

    ```mlir
    %r = dsp.smuad %a, %b
    ```
    """

    name = "dsp.smuad"


@irdl_op_definition
class SmladOp(AccumulatingOperation):
    """
    Adds the products of the low and of the high lanes to an accumulator.

    `acc + lo16(a) * lo16(b) + hi16(a) * hi16(b)`

    ```mlir
    %r = dsp.smlad %a, %b, %acc
    ```
    """

    name = "dsp.smlad"


@irdl_op_definition
class SmladxOp(AccumulatingOperation):
    """
    Adds the products of crossed lanes to an accumulator.

    `acc + lo16(a) * hi16(b) + hi16(a) * lo16(b)`

    ```mlir
    %r = dsp.smladx %a, %b, %acc
    ```
    """

    name = "dsp.smladx"


@irdl_op_definition
class SmlsdOp(AccumulatingOperation):
    """
    Adds the difference of the products of the low and of the high lanes to an accumulator.

    `acc + lo16(a) * lo16(b) - hi16(a) * hi16(b)`

    ```mlir
    %r = dsp.smlsd %a, %b, %acc
    ```
    """

    name = "dsp.smlsd"


# endregion
# region One product of 16-bit lanes


@irdl_op_definition
class SmulbbOp(BinaryOperation):
    """
    Multiplies the low lane of `a` by the low lane of `b`.

    `lo16(a) * lo16(b)`

    ```mlir
    %r = dsp.smulbb %a, %b
    ```
    """

    name = "dsp.smulbb"


@irdl_op_definition
class SmulbtOp(BinaryOperation):
    """
    Multiplies the low lane of `a` by the high lane of `b`.

    `lo16(a) * hi16(b)`

    ```mlir
    %r = dsp.smulbt %a, %b
    ```
    """

    name = "dsp.smulbt"


@irdl_op_definition
class SmultbOp(BinaryOperation):
    """
    Multiplies the high lane of `a` by the low lane of `b`.

    `hi16(a) * lo16(b)`

    ```mlir
    %r = dsp.smultb %a, %b
    ```
    """

    name = "dsp.smultb"


@irdl_op_definition
class SmulttOp(BinaryOperation):
    """
    Multiplies the high lane of `a` by the high lane of `b`.

    `hi16(a) * hi16(b)`

    ```mlir
    %r = dsp.smultt %a, %b
    ```
    """

    name = "dsp.smultt"


@irdl_op_definition
class SmlabbOp(AccumulatingOperation):
    """
    Adds the product of the low lane of `a` and the low lane of `b` to an accumulator.

    `acc + lo16(a) * lo16(b)`

    ```mlir
    %r = dsp.smlabb %a, %b, %acc
    ```
    """

    name = "dsp.smlabb"


@irdl_op_definition
class SmlabtOp(AccumulatingOperation):
    """
    Adds the product of the low lane of `a` and the high lane of `b` to an accumulator.

    `acc + lo16(a) * hi16(b)`

    ```mlir
    %r = dsp.smlabt %a, %b, %acc
    ```
    """

    name = "dsp.smlabt"


@irdl_op_definition
class SmlatbOp(AccumulatingOperation):
    """
    Adds the product of the high lane of `a` and the low lane of `b` to an accumulator.

    `acc + hi16(a) * lo16(b)`

    ```mlir
    %r = dsp.smlatb %a, %b, %acc
    ```
    """

    name = "dsp.smlatb"


@irdl_op_definition
class SmlattOp(AccumulatingOperation):
    """
    Adds the product of the high lane of `a` and the high lane of `b` to an accumulator.

    `acc + hi16(a) * hi16(b)`

    ```mlir
    %r = dsp.smlatt %a, %b, %acc
    ```
    """

    name = "dsp.smlatt"


# endregion
# region Products of words


@irdl_op_definition
class MlaOp(AccumulatingOperation):
    """
    Adds the low half of the product of two words to an accumulator.

    `acc + a * b`

    ```mlir
    %r = dsp.mla %a, %b, %acc
    ```
    """

    name = "dsp.mla"


@irdl_op_definition
class MlsOp(AccumulatingOperation):
    """
    Subtracts the low half of the product of two words from an accumulator.

    `acc - a * b`

    ```mlir
    %r = dsp.mls %a, %b, %acc
    ```
    """

    name = "dsp.mls"


@irdl_op_definition
class SmmulOp(BinaryOperation):
    """
    Gives the high half of the signed 64-bit product, rounded towards minus infinity.

    `(int32_t)(((int64_t)a * b) >> 32)`

    ```mlir
    %r = dsp.smmul %a, %b
    ```
    """

    name = "dsp.smmul"


@irdl_op_definition
class SmmulrOp(BinaryOperation):
    """
    Gives the high half of the signed 64-bit product, rounded to nearest, ties upwards.

    `(int32_t)(((int64_t)a * b + 0x80000000) >> 32)`

    ```mlir
    %r = dsp.smmulr %a, %b
    ```
    """

    name = "dsp.smmulr"


@irdl_op_definition
class SmmlaOp(AccumulatingOperation):
    """
    Adds the high half of the signed 64-bit product to an accumulator.

    `acc + (int32_t)(((int64_t)a * b) >> 32)`

    ```mlir
    %r = dsp.smmla %a, %b, %acc
    ```
    """

    name = "dsp.smmla"


@irdl_op_definition
class SmmlarOp(AccumulatingOperation):
    """
    Adds the high half of the signed 64-bit product, rounded to nearest, to an accumulator.

    `acc + (int32_t)(((int64_t)a * b + 0x80000000) >> 32)`

    ```mlir
    %r = dsp.smmlar %a, %b, %acc
    ```
    """

    name = "dsp.smmlar"


# endregion
# region 64-bit products


@irdl_op_definition
class SmullOp(LongMultiplyOperation):
    """
    Multiplies two signed words into 64 bits.

    `hi:lo = (int64_t)a * b`

    ```mlir
    %lo, %hi = dsp.smull %a, %b
    ```
    """

    name = "dsp.smull"


@irdl_op_definition
class UmullOp(LongMultiplyOperation):
    """
    Multiplies two unsigned words into 64 bits.

    `hi:lo = (uint64_t)(uint32_t)a * (uint32_t)b`

    ```mlir
    %lo, %hi = dsp.umull %a, %b
    ```
    """

    name = "dsp.umull"


@irdl_op_definition
class SmlalOp(LongAccumulatingOperation):
    """
    Adds the product of two signed words to a 64-bit accumulator.

    `hi:lo = acc_hi:acc_lo + (int64_t)a * b`

    ```mlir
    %lo, %hi = dsp.smlal %a, %b, %acc_lo, %acc_hi
    ```
    """

    name = "dsp.smlal"


@irdl_op_definition
class UmlalOp(LongAccumulatingOperation):
    """
    Adds the product of two unsigned words to a 64-bit accumulator.

    `hi:lo = acc_hi:acc_lo + (uint64_t)(uint32_t)a * (uint32_t)b`

    ```mlir
    %lo, %hi = dsp.umlal %a, %b, %acc_lo, %acc_hi
    ```
    """

    name = "dsp.umlal"


# endregion
