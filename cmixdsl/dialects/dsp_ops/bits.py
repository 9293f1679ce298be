"""Operations of the `dsp` dialect on the bits of one word."""

from collections.abc import Sequence

from xdsl.dialects.builtin import I32, IntegerAttr, i32
from xdsl.interfaces import HasFolderInterface
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import irdl_op_definition, prop_def

from cmixdsl.dialects.dsp_ops.operations import (
    Amount,
    UnaryOperation,
    Value,
    get_amount,
    verify_amount,
)

# region Counting


@irdl_op_definition
class ClzOp(UnaryOperation):
    """
    Counts the zero bits before the first one; there are 32 in a word of 0.

    `x == 0 ? 32 : 31 - (the highest bit that is 1)`

    ```mlir
    %r = dsp.clz %x
    ```
    """

    name = "dsp.clz"

    assembly_format = "$x attr-dict"

    def __init__(self, x: Value):
        super().__init__(operands=[x], result_types=[i32])


# endregion
# region Rotation


@irdl_op_definition
class RorOp(UnaryOperation, HasFolderInterface):
    """
    Rotates a word to the right.

    `((uint32_t)x >> amount) | ((uint32_t)x << (-amount & 31))`

    ```mlir
    %r = dsp.ror %x, 8
    ```

    Constraints:

    * (C1) `amount` is 0 to 31.
    """

    name = "dsp.ror"

    amount = prop_def(IntegerAttr[I32])
    """Rotation to the right, in bits."""

    assembly_format = "$x `,` $amount attr-dict"

    def __init__(self, x: Value, amount: Amount):
        super().__init__(
            operands=[x], result_types=[i32], properties={"amount": get_amount(amount)}
        )

    def verify_(self) -> None:
        # (C1)
        verify_amount(self, "amount", self.amount, range(32), "0 to 31")

    def fold(self) -> Sequence[SSAValue | Attribute] | None:
        return None if self.amount.value.data else (self.x,)


# endregion
# region Registers


@irdl_op_definition
class HoldOp(UnaryOperation):
    """
    Keeps a word in a register: the C compiler may no longer fold the constant that it is.

    `x`

    A mask that is a constant to the compiler becomes an immediate, and then a shift before it an
    instruction of its own; held in a register, both are one AND with a shifted operand.

    ```mlir
    %r = dsp.hold %x
    ```
    """

    name = "dsp.hold"

    assembly_format = "$x attr-dict"

    def __init__(self, x: Value):
        super().__init__(operands=[x], result_types=[i32])


# endregion
