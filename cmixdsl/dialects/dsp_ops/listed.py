"""The operations that a listing may hold, by what their instructions can do."""

from xdsl.dialects import arith, memref

from cmixdsl.dialects.dsp import LoadWordOp, RorOp, StoreWordOp, UmlalOp, UmullOp, Uxtab16Op

Access = memref.LoadOp | LoadWordOp | memref.StoreOp | StoreWordOp

LOADS = (memref.LoadOp, LoadWordOp)
STORES = (memref.StoreOp, StoreWordOp)
SHIFTS = (RorOp, arith.ShLIOp, arith.ShRUIOp)
"""Operations that an instruction does on its last operand, the amount being constant."""

SHIFTERS = (arith.AndIOp, arith.OrIOp, arith.AddiOp)
"""Operations whose instruction does so."""

LISTED = (
    *LOADS,
    *STORES,
    *SHIFTS,
    *SHIFTERS,
    UmullOp,
    UmlalOp,
    Uxtab16Op,
    arith.ConstantOp,
)
"""All of them."""
