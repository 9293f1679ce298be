"""The `qnn` dialect: quantized neural networks as their authors think of them (level 1).

Operations compute in real numbers; the type of the result says how the result is quantized. A
tensor has elements of f32 or of a type of the `quant` dialect, in any mixture. Images are HWC,
without a batch dimension. Below lies `cmix`, in which no real number is left.

```mlir
func.func @net(%x: tensor<4x!quant.uniform<u8:f32, 0.0078125:128>>)
    -> tensor<2x!quant.uniform<i8:f32, 0.1:-3>> {
  %w = qnn.constant dense<[[1, -2, 3, -4], [5, 6, -7, 7]]>
      : tensor<2x4x!quant.uniform<i4<-7:7>:f32:0, {0.5, 0.25}>>
  %b = qnn.constant dense<[0.5, -0.25]> : tensor<2xf32>
  %h = qnn.fully_connected %x, %w bias %b
      : tensor<4x!quant.uniform<u8:f32, 0.0078125:128>>,
        tensor<2x4x!quant.uniform<i4<-7:7>:f32:0, {0.5, 0.25}>>, tensor<2xf32> -> tensor<2xf32>
  %y = qnn.quantize %h : tensor<2xf32> -> tensor<2x!quant.uniform<i8:f32, 0.1:-3>>
  return %y : tensor<2x!quant.uniform<i8:f32, 0.1:-3>>
}
```
"""

from xdsl.ir import Dialect

from cmixdsl.dialects.qnn.arithmetic import AddOp, MulOp, SubOp
from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.functions import (
    BatchNormOp,
    ClampOp,
    DequantizeOp,
    QuantizeOp,
    SigmoidOp,
    SoftmaxOp,
    TanhOp,
)
from cmixdsl.dialects.qnn.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp, GlobalAvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.qnn.shapes import ConcatOp, DepthToSpaceOp, PadOp, ReshapeOp, TransposeOp

Qnn = Dialect(
    "qnn",
    [
        AddOp,
        AvgPool2dOp,
        BatchNormOp,
        ClampOp,
        ConcatOp,
        ConstantOp,
        Conv2dOp,
        DepthToSpaceOp,
        DepthwiseConv2dOp,
        DequantizeOp,
        FullyConnectedOp,
        GlobalAvgPool2dOp,
        MaxPool2dOp,
        MulOp,
        PadOp,
        QuantizeOp,
        ReshapeOp,
        SigmoidOp,
        SoftmaxOp,
        SubOp,
        TanhOp,
        TransposeOp,
    ],
)
