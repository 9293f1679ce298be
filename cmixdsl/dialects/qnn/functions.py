"""Functions of one tensor that keep its shape."""

from abc import ABC
from collections.abc import Sequence
from math import isfinite

from xdsl.dialects.builtin import f32
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.qnn.operation import (
    QnnOperation,
    RealAttr,
    RealsAttr,
    build_real,
    build_reals,
    get_reals,
    verify_finite,
    verify_range,
)
from cmixdsl.dialects.qnn.tensors import (
    QUANTIZED_TENSOR,
    REAL_TENSOR,
    TENSOR,
    QnnTensorType,
    build_tensor_type,
    get_shape,
)

PLAIN_FORMAT = "$input attr-dict `:` type($input) `->` type($output)"


class UnaryOperation(QnnOperation, ABC):
    """A function of one tensor whose output has the same shape."""

    input = operand_def(TENSOR)

    def __init__(
        self,
        input: SSAValue,
        output_type: QnnTensorType,
        properties: dict[str, Attribute | None] | None = None,
    ):
        super().__init__(operands=[input], result_types=[output_type], properties=properties or {})

    @staticmethod
    def infer_shape(input: Sequence[int]) -> tuple[int, ...]:
        """Shape of the output."""
        return tuple(input)

    def infer_output_shape(self) -> tuple[int, ...]:
        return self.infer_shape(get_shape(self.input))


@irdl_op_definition
class QuantizeOp(UnaryOperation):
    """Quantizes real numbers, or quantizes anew what was quantized otherwise.

    `out = min(max(round(in / scale) + zero_point, low), high)`, as every quantized output.

    ```mlir
    func.func @quantize(%x: tensor<4xf32>) -> tensor<4x!quant.uniform<u8:f32, 0.5:128>> {
      %y = qnn.quantize %x : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 0.5:128>>
      return %y : tensor<4x!quant.uniform<u8:f32, 0.5:128>>
    }
    ```
    """

    name = "qnn.quantize"

    output = result_def(QUANTIZED_TENSOR)

    assembly_format = PLAIN_FORMAT


@irdl_op_definition
class DequantizeOp(UnaryOperation):
    """The real numbers for which integers stand: `scale * (in - zero_point)`.

    ```mlir
    func.func @dequantize(%x: tensor<4x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<4xf32> {
      %y = qnn.dequantize %x : tensor<4x!quant.uniform<u8:f32, 0.5:128>> -> tensor<4xf32>
      return %y : tensor<4xf32>
    }
    ```
    """

    name = "qnn.dequantize"

    input = operand_def(QUANTIZED_TENSOR)
    output = result_def(REAL_TENSOR)

    assembly_format = PLAIN_FORMAT

    def __init__(self, input: SSAValue):
        super().__init__(input, build_tensor_type(get_shape(input), f32))


@irdl_op_definition
class ClampOp(UnaryOperation):
    """Limits numbers to a range, an end of which may be infinite: `min(max(in, low), high)`.

    ```mlir
    func.func @relu(%x: tensor<4xf32>) -> tensor<4xf32> {
      %y = qnn.clamp %x to [0.0, inf] : tensor<4xf32> -> tensor<4xf32>
      return %y : tensor<4xf32>
    }
    ```

    Constraint besides those of QnnOperation:
    4. the range has two ends, the first not greater than the second.
    """

    name = "qnn.clamp"

    range = prop_def(RealsAttr)
    """The least and the greatest output."""

    assembly_format = (
        "$input `to` custom<Reals>($range) attr-dict `:` type($input) `->` type($output)"
    )

    def __init__(
        self,
        input: SSAValue,
        output_type: QnnTensorType,
        *,
        minimum: float = float("-inf"),
        maximum: float = float("inf"),
    ):
        super().__init__(input, output_type, {"range": build_reals((minimum, maximum))})

    @property
    def minimum(self) -> float:
        """The least output."""
        return get_reals(self.range)[0]

    @property
    def maximum(self) -> float:
        """The greatest output."""
        return get_reals(self.range)[1]

    def verify_(self) -> None:
        verify_range("range", get_reals(self.range))
        super().verify_()


@irdl_op_definition
class BatchNormOp(UnaryOperation):
    """Batch normalization of each channel, channels being the last dimension.

    `out[.., c] = scale[c] * (in[.., c] - mean[c]) / sqrt(variance[c] + epsilon) + offset[c]`.

    ```mlir
    func.func @normalize(%x: tensor<5x5x2xf32>) -> tensor<5x5x2xf32> {
      %y = qnn.batch_norm %x scale [1.0, 2.0] offset [0.0, 0.5] mean [0.1, -0.1]
          variance [1.0, 4.0] epsilon 0.001 : tensor<5x5x2xf32> -> tensor<5x5x2xf32>
      return %y : tensor<5x5x2xf32>
    }
    ```

    Constraints besides those of QnnOperation:
    4. scale, offset, mean and variance have one finite number for each channel;
    5. variance + epsilon is positive and finite.
    """

    name = "qnn.batch_norm"

    scale = prop_def(RealsAttr)
    offset = prop_def(RealsAttr)
    mean = prop_def(RealsAttr)
    variance = prop_def(RealsAttr)
    epsilon = prop_def(RealAttr)

    assembly_format = (
        "$input `scale` custom<Reals>($scale) `offset` custom<Reals>($offset)"
        " `mean` custom<Reals>($mean) `variance` custom<Reals>($variance)"
        " `epsilon` custom<Real>($epsilon) attr-dict `:` type($input) `->` type($output)"
    )

    def __init__(
        self,
        input: SSAValue,
        output_type: QnnTensorType,
        scale: Sequence[float],
        offset: Sequence[float],
        mean: Sequence[float],
        variance: Sequence[float],
        *,
        epsilon: float,
    ):
        properties: dict[str, Attribute | None] = {
            "scale": build_reals(scale),
            "offset": build_reals(offset),
            "mean": build_reals(mean),
            "variance": build_reals(variance),
            "epsilon": build_real(epsilon),
        }
        super().__init__(input, output_type, properties)

    def verify_(self) -> None:
        super().verify_()
        channels = get_shape(self.input)[-1]
        for what in ("scale", "offset", "mean", "variance"):
            values = get_reals(getattr(self, what))
            if len(values) != channels:
                raise VerifyException(
                    f"{what} must have {channels} (channels) values, found {len(values)}"
                )
            verify_finite(what, values)
        for variance in get_reals(self.variance):
            total = variance + self.epsilon.value.data
            if not (total > 0 and isfinite(total)):
                raise VerifyException(
                    f"variance + epsilon must be positive and finite, found {total}"
                )


@irdl_op_definition
class SoftmaxOp(UnaryOperation):
    """Softmax along the last dimension.

    `out[.., c] = exp(beta * in[.., c]) / sum over k of exp(beta * in[.., k])`.

    ```mlir
    func.func @softmax(%x: tensor<10xf32>) -> tensor<10x!quant.uniform<i8:f32, 0.00390625:-128>> {
      %y = qnn.softmax %x beta 2.0
          : tensor<10xf32> -> tensor<10x!quant.uniform<i8:f32, 0.00390625:-128>>
      return %y : tensor<10x!quant.uniform<i8:f32, 0.00390625:-128>>
    }
    ```

    Constraint besides those of QnnOperation:
    4. beta is positive and finite.
    """

    name = "qnn.softmax"

    beta = prop_def(RealAttr, default_value=build_real(1.0))

    assembly_format = (
        "$input (`beta` custom<Real>($beta)^)? attr-dict `:` type($input) `->` type($output)"
    )

    def __init__(self, input: SSAValue, output_type: QnnTensorType, *, beta: float = 1.0):
        super().__init__(input, output_type, {"beta": build_real(beta)})

    def verify_(self) -> None:
        super().verify_()
        beta = self.beta.value.data
        if not (beta > 0 and isfinite(beta)):
            raise VerifyException(f"beta must be positive and finite, found {beta}")


@irdl_op_definition
class SigmoidOp(UnaryOperation):
    """Logistic function of each element: `1 / (1 + exp(-in))`.

    ```mlir
    func.func @sigmoid(%x: tensor<4xf32>) -> tensor<4xf32> {
      %y = qnn.sigmoid %x : tensor<4xf32> -> tensor<4xf32>
      return %y : tensor<4xf32>
    }
    ```
    """

    name = "qnn.sigmoid"

    assembly_format = PLAIN_FORMAT


@irdl_op_definition
class TanhOp(UnaryOperation):
    """Hyperbolic tangent of each element: `tanh(in)`.

    ```mlir
    func.func @tanh(%x: tensor<4xf32>) -> tensor<4xf32> {
      %y = qnn.tanh %x : tensor<4xf32> -> tensor<4xf32>
      return %y : tensor<4xf32>
    }
    ```
    """

    name = "qnn.tanh"

    assembly_format = PLAIN_FORMAT
