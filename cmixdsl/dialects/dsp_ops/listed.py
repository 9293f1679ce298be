"""The operations that a listing may hold, by what their instructions can do."""

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import i8, i32
from xdsl.ir import Operation

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

Access = memref.LoadOp | LoadWordOp | memref.StoreOp | StoreWordOp

LOADS = (memref.LoadOp, LoadWordOp)
STORES = (memref.StoreOp, StoreWordOp)
SHIFTS = (RorOp, arith.ShLIOp, arith.ShRUIOp)
"""Operations that an instruction does on its last operand, the amount being constant."""

SHIFTERS = (arith.AndIOp, arith.OrIOp, arith.AddiOp)
"""Operations whose instruction does so."""

PRODUCTS = (SmladOp, SmlabbOp, SmlabtOp, SmlatbOp, SmlattOp)
"""Operations that add products of 16 bits to a sum."""

REQUANTIZATIONS = (SmmlaOp, MlaOp, SmmulOp, UsatOp, SsatOp)
"""Operations that make an output of such a sum."""

LISTED = (
    *LOADS,
    *STORES,
    *SHIFTS,
    *SHIFTERS,
    UmullOp,
    UmlalOp,
    *PRODUCTS,
    Uxtab16Op,
    arith.ConstantOp,
)
"""All of them."""


def is_encoded(op: Operation, user: Operation) -> bool:
    """Whether the instruction of its user may also do what `op` does.

    A shift of the last operand; the load of a byte that is extended, the store of a truncated one.
    """
    match op:
        case memref.LoadOp():
            return isinstance(user, arith.ExtUIOp) and op.res.type == i8 and user.result.type == i32
        case arith.TruncIOp():
            return (
                isinstance(user, memref.StoreOp) and op.result.type == i8 and op.input.type == i32
            )
        case _:
            return isinstance(op, SHIFTS) and isinstance(user, SHIFTERS)
