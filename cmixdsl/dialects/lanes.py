"""
The `lanes` dialect: words that hold several small numbers, with a proof that none overflows.

Above it lie blocks of packed tensors, below it `dsp`, whose words are plain `i32`. A type says how
many lanes a word has, how far apart they are and how large each may be; an operation is legal only
if the lanes of its result hold what the lanes of its operands can produce. Overflow is thus
impossible in a module that verifies, whoever wrote it. What memory holds is the one assumption:
`lanes.load` states it, and executing the module checks it.

```mlir
%x = lanes.load %xs[%q, %k] : memref<4x8xi32> -> !lanes.word<4 at 8, max 3>
%w = lanes.load %ws[%k] : memref<8xi32> -> !lanes.word<3 at 8, max 3>
%p = lanes.mla %x, %w, %carry : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max 3>,
    !lanes.word<2 at 8, max [18, 9]> -> !lanes.long<6 at 8, max [27, 27, 27, 27, 18, 9]>
%even = lanes.take %p [0, 2] : !lanes.long<6 at 8, max [27, 27, 27, 27, 18, 9]>
    -> !lanes.word<2 at 16, max 27>
%next = lanes.drop %p by 4 : !lanes.long<6 at 8, max [27, 27, 27, 27, 18, 9]>
    -> !lanes.word<2 at 8, max [18, 9]>
```
"""

from xdsl.ir import Dialect

from cmixdsl.dialects.lanes_ops.arithmetic import (
    AddOp,
    ConstantOp,
    MlaOp,
    ZeroOp,
    fits_low,
)
from cmixdsl.dialects.lanes_ops.extraction import (
    DropOp,
    GetOp,
    TakeOp,
    UnpackOp,
)
from cmixdsl.dialects.lanes_ops.loops import (
    ForOp,
    YieldOp,
    build_for_block,
)
from cmixdsl.dialects.lanes_ops.memory import (
    LoadOp,
    StoreOp,
)
from cmixdsl.dialects.lanes_ops.types import (
    AnyLanes,
    LaneRange,
    LanesType,
    LongType,
    WordType,
    build_ranged,
    get_lanes_type,
    get_product_ranges,
    get_sum_ranges,
)

__all__ = [
    "AddOp",
    "AnyLanes",
    "ConstantOp",
    "DropOp",
    "ForOp",
    "GetOp",
    "LaneRange",
    "Lanes",
    "LanesType",
    "LoadOp",
    "LongType",
    "MlaOp",
    "StoreOp",
    "TakeOp",
    "UnpackOp",
    "WordType",
    "YieldOp",
    "ZeroOp",
    "build_for_block",
    "build_ranged",
    "fits_low",
    "get_lanes_type",
    "get_product_ranges",
    "get_sum_ranges",
]

Lanes = Dialect(
    "lanes",
    [
        AddOp,
        ConstantOp,
        DropOp,
        ForOp,
        GetOp,
        LoadOp,
        MlaOp,
        StoreOp,
        TakeOp,
        UnpackOp,
        YieldOp,
        ZeroOp,
    ],
    [LongType, WordType],
)
