"""The `cmix` dialect: quantized neural networks in exact integer arithmetic.

It spans two levels. On level 2, layers compute on values of type `!cmix.packed`, tensors of 2-, 4-
and 8-bit elements; requantization attributes say how 32-bit accumulators become outputs. On level
3, the tensors live in memrefs of packed bytes, layers with weights have become contractions over
named iterators, and inputs are expanded to 16-bit lanes. Above lies `qnn` with its real-valued
scales, below lie `scf`, `memref`, `arith` and `dsp`.

```mlir
func.func @net(%x: !cmix.packed<4xui8>) -> !cmix.packed<2xui4> {
  %w = cmix.constant dense<[[1, -2, 3, -4], [5, 6, -7, -8]]> : !cmix.packed<2x4xsi4>
  %y = cmix.fully_connected %x, %w bias [100, -7] input_zero 3
      requant #cmix.icn<m0 = [1073741824], n0 = [2], zero = 0>
      : !cmix.packed<4xui8>, !cmix.packed<2x4xsi4> -> !cmix.packed<2xui4>
  return %y : !cmix.packed<2xui4>
}
```
"""

from xdsl.ir import Dialect

from cmixdsl.dialects.cmix.blocks import ContractOp, ExpandOp, RequantizeOp, SumLanesOp
from cmixdsl.dialects.cmix.buffers import (
    ClearOp,
    FromMemrefOp,
    LoadElementOp,
    StoreElementsOp,
    ToMemrefOp,
)
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.elementwise import LookupOp, MulOp
from cmixdsl.dialects.cmix.lane_blocks import ContractWordsOp, ExpandWordsOp, SumWordsOp
from cmixdsl.dialects.cmix.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr
from cmixdsl.dialects.cmix.movement import ConcatOp, PadOp, TransposeOp
from cmixdsl.dialects.cmix.pooling import AvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.cmix.requantization import FixedPointAttr, IcnAttr, ThresholdsAttr
from cmixdsl.dialects.cmix.rescale import RescaleAttr
from cmixdsl.dialects.cmix.schedule import ScheduleAttr
from cmixdsl.dialects.cmix.simple_layers import AddOp, ReshapeOp
from cmixdsl.dialects.cmix.softmax import SoftmaxOp
from cmixdsl.dialects.cmix.types import PackedType

Cmix = Dialect(
    "cmix",
    [
        AddOp,
        AvgPool2dOp,
        ClearOp,
        ConcatOp,
        ConstantOp,
        ContractOp,
        ContractWordsOp,
        Conv2dOp,
        DepthwiseConv2dOp,
        ExpandOp,
        ExpandWordsOp,
        FromMemrefOp,
        FullyConnectedOp,
        LoadElementOp,
        LookupOp,
        MaxPool2dOp,
        MulOp,
        PadOp,
        RequantizeOp,
        ReshapeOp,
        SoftmaxOp,
        StoreElementsOp,
        SumLanesOp,
        SumWordsOp,
        ToMemrefOp,
        TransposeOp,
    ],
    [FixedPointAttr, IcnAttr, LinearAttr, PackedType, RescaleAttr, ScheduleAttr, ThresholdsAttr],
)
