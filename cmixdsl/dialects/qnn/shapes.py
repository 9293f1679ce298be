"""Operations that move elements and compute nothing."""

from collections.abc import Sequence
from math import prod
from typing import Literal

from xdsl.dialects.builtin import I64, DenseArrayBase, IntegerAttr, StringAttr, i64
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, var_operand_def
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.qnn.functions import PLAIN_FORMAT
from cmixdsl.dialects.qnn.operation import (
    QnnOperation,
    RealAttr,
    build_real,
    verify_finite,
)
from cmixdsl.dialects.qnn.tensors import (
    TENSOR,
    QnnTensorType,
    get_shape,
    verify_axis,
    verify_rank,
)

DepthToSpaceMode = Literal["dcr", "crd"]


@irdl_op_definition
class ConcatOp(QnnOperation):
    """Tensors one after another along an axis.

    ```mlir
    func.func @concat(%a: tensor<2x3xf32>, %b: tensor<2x1xf32>) -> tensor<2x4xf32> {
      %y = qnn.concat %a, %b axis 1 : tensor<2x3xf32>, tensor<2x1xf32> -> tensor<2x4xf32>
      return %y : tensor<2x4xf32>
    }
    ```

    Constraint besides those of QnnOperation:
    4. there is at least one tensor; all have the axis, and agree in every other dimension.
    """

    name = "qnn.concat"

    inputs = var_operand_def(TENSOR)

    axis = prop_def(IntegerAttr[I64])

    assembly_format = "$inputs `axis` $axis attr-dict `:` type($inputs) `->` type($output)"

    def __init__(self, inputs: Sequence[SSAValue], output_type: QnnTensorType, *, axis: int):
        super().__init__(
            operands=[inputs],
            result_types=[output_type],
            properties={"axis": IntegerAttr(axis, i64)},
        )

    @staticmethod
    def infer_shape(inputs: Sequence[Sequence[int]], axis: int) -> tuple[int, ...]:
        """Shape of the output; raises VerifyException when there is none."""
        if not inputs:
            raise VerifyException("concat must have at least one input, found none")
        first = inputs[0]
        verify_axis(axis, len(first))
        for shape in inputs:
            if len(shape) != len(first) or any(
                found != expected
                for index, (found, expected) in enumerate(zip(shape, first, strict=True))
                if index != axis
            ):
                raise VerifyException(
                    f"inputs must agree but in dimension {axis}, found {list(first)} and "
                    f"{list(shape)}"
                )
        return (*first[:axis], sum(shape[axis] for shape in inputs), *first[axis + 1 :])

    def infer_output_shape(self) -> tuple[int, ...]:
        return self.infer_shape([get_shape(value) for value in self.inputs], self.axis.value.data)


@irdl_op_definition
class PadOp(QnnOperation):
    """A tensor with a border of one value.

    ```mlir
    func.func @pad(%x: tensor<4x4x3xf32>) -> tensor<5x6x3xf32> {
      %y = qnn.pad %x low [0, 1, 0] high [1, 1, 0] value -1.5
          : tensor<4x4x3xf32> -> tensor<5x6x3xf32>
      return %y : tensor<5x6x3xf32>
    }
    ```

    Constraints besides those of QnnOperation:
    4. low and high have one number of at least 0 for each dimension;
    5. the value is finite.
    """

    name = "qnn.pad"

    input = operand_def(TENSOR)

    low = prop_def(DenseArrayBase.constr(i64))
    """Elements before the first, for each dimension."""
    high = prop_def(DenseArrayBase.constr(i64))
    """Elements after the last, for each dimension."""
    value = prop_def(RealAttr, default_value=build_real(0.0))
    """The real number of the border."""

    assembly_format = (
        "$input `low` $low `high` $high (`value` custom<Real>($value)^)?"
        " attr-dict `:` type($input) `->` type($output)"
    )

    def __init__(
        self,
        input: SSAValue,
        output_type: QnnTensorType,
        *,
        low: Sequence[int],
        high: Sequence[int],
        value: float = 0.0,
    ):
        super().__init__(
            operands=[input],
            result_types=[output_type],
            properties={
                "low": DenseArrayBase.from_list(i64, low),
                "high": DenseArrayBase.from_list(i64, high),
                "value": build_real(value),
            },
        )

    @staticmethod
    def infer_shape(
        input: Sequence[int], low: Sequence[int], high: Sequence[int]
    ) -> tuple[int, ...]:
        """Shape of the output; raises VerifyException when there is none."""
        for what, counts in (("low", low), ("high", high)):
            if len(counts) != len(input) or any(count < 0 for count in counts):
                raise VerifyException(
                    f"{what} must be {len(input)} (dimensions) integers of at least 0, found "
                    f"{list(counts)}"
                )
        return tuple(map(sum, zip(input, low, high, strict=True)))

    def infer_output_shape(self) -> tuple[int, ...]:
        return self.infer_shape(
            get_shape(self.input), self.low.get_values(), self.high.get_values()
        )

    def verify_(self) -> None:
        verify_finite("value", [self.value.value.data])
        super().verify_()


@irdl_op_definition
class ReshapeOp(QnnOperation):
    """The same elements in the same (row-major) order under another shape.

    ```mlir
    func.func @flatten(%x: tensor<2x2x3xf32>) -> tensor<12xf32> {
      %y = qnn.reshape %x : tensor<2x2x3xf32> -> tensor<12xf32>
      return %y : tensor<12xf32>
    }
    ```

    Constraint besides those of QnnOperation:
    4. input and output have equally many elements.
    """

    name = "qnn.reshape"

    input = operand_def(TENSOR)

    assembly_format = PLAIN_FORMAT

    def __init__(self, input: SSAValue, output_type: QnnTensorType):
        super().__init__(operands=[input], result_types=[output_type])

    @staticmethod
    def infer_shape(input: Sequence[int], shape: Sequence[int]) -> tuple[int, ...]:
        """Shape of the output, one dimension of which may be given as -1, for whatever remains.

        Raises VerifyException when the elements do not fit.
        """
        count = prod(input)
        known = prod(dimension for dimension in shape if dimension != -1)
        if tuple(shape).count(-1) == 1 and known > 0 and count % known == 0:
            shape = [count // known if dimension == -1 else dimension for dimension in shape]
        if prod(shape) != count or any(dimension < 1 for dimension in shape):
            raise VerifyException(
                f"output must have the input's {count} elements, found shape {list(shape)}"
            )
        return tuple(shape)

    def infer_output_shape(self) -> tuple[int, ...]:
        return self.infer_shape(get_shape(self.input), self.output_type.get_shape())


@irdl_op_definition
class TransposeOp(QnnOperation):
    """Dimensions in another order: dimension i of the output is the input's permutation[i].

    ```mlir
    func.func @transpose(%x: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
      %y = qnn.transpose %x permutation [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
      return %y : tensor<4x2x3xf32>
    }
    ```

    Constraint besides those of QnnOperation:
    4. the permutation has every dimension of the input once.
    """

    name = "qnn.transpose"

    input = operand_def(TENSOR)

    permutation = prop_def(DenseArrayBase.constr(i64))

    assembly_format = (
        "$input `permutation` $permutation attr-dict `:` type($input) `->` type($output)"
    )

    def __init__(self, input: SSAValue, output_type: QnnTensorType, *, permutation: Sequence[int]):
        super().__init__(
            operands=[input],
            result_types=[output_type],
            properties={"permutation": DenseArrayBase.from_list(i64, permutation)},
        )

    @staticmethod
    def infer_shape(input: Sequence[int], permutation: Sequence[int]) -> tuple[int, ...]:
        """Shape of the output; raises VerifyException when there is none."""
        if sorted(permutation) != list(range(len(input))):
            raise VerifyException(
                f"permutation must have each of 0 to {len(input) - 1} once, found "
                f"{list(permutation)}"
            )
        return tuple(input[axis] for axis in permutation)

    def infer_output_shape(self) -> tuple[int, ...]:
        return self.infer_shape(get_shape(self.input), self.permutation.get_values())


@irdl_op_definition
class DepthToSpaceOp(QnnOperation):
    """Spreads the channels of an HWC tensor over blocks of pixels, b by b.

    Depth before the block, as ONNX's mode DCR and TensorFlow Lite:
    `out[y*b + i, x*b + j, c] = in[y, x, (i*b + j)*C + c]`, C being the output's channels.
    Channels before, as ONNX's mode CRD: `out[y*b + i, x*b + j, c] = in[y, x, (c*b + i)*b + j]`.

    ```mlir
    func.func @spread(%x: tensor<2x2x8xf32>) -> tensor<4x4x2xf32> {
      %y = qnn.depth_to_space %x block 2 mode "dcr" : tensor<2x2x8xf32> -> tensor<4x4x2xf32>
      return %y : tensor<4x4x2xf32>
    }
    ```

    Constraints besides those of QnnOperation:
    4. input is HWC, the block at least 1, its square a divisor of the channels;
    5. the mode is "dcr" or "crd".
    """

    name = "qnn.depth_to_space"

    input = operand_def(TENSOR)

    block = prop_def(IntegerAttr[I64])
    mode = prop_def(StringAttr)

    assembly_format = (
        "$input `block` $block `mode` $mode attr-dict `:` type($input) `->` type($output)"
    )

    def __init__(
        self,
        input: SSAValue,
        output_type: QnnTensorType,
        *,
        block: int,
        mode: DepthToSpaceMode = "dcr",
    ):
        super().__init__(
            operands=[input],
            result_types=[output_type],
            properties={"block": IntegerAttr(block, i64), "mode": StringAttr(mode)},
        )

    @staticmethod
    def infer_shape(input: Sequence[int], block: int) -> tuple[int, int, int]:
        """Shape of the output; raises VerifyException when there is none."""
        verify_rank("input", input, 3, "height, width, channels")
        height, width, channels = input
        if block < 1 or channels % (block * block):
            raise VerifyException(
                f"block must be at least 1 and its square divide the {channels} channels, found "
                f"{block}"
            )
        return height * block, width * block, channels // (block * block)

    def infer_output_shape(self) -> tuple[int, ...]:
        return self.infer_shape(get_shape(self.input), self.block.value.data)

    def verify_(self) -> None:
        super().verify_()
        if self.mode.data not in ("dcr", "crd"):
            raise VerifyException(f'mode must be "dcr" or "crd", found "{self.mode.data}"')
