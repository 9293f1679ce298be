"""Operations that move elements."""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.shapes import (
    ConcatOp,
    DepthToSpaceMode,
    DepthToSpaceOp,
    PadOp,
    ReshapeOp,
    TransposeOp,
)
from cmixdsl.dialects.qnn.tensors import ElementType, get_shape
from cmixdsl.network_builder.base import NetworkBase, get_output_type


class ShapeMethods(NetworkBase):
    """Methods for operations that move elements and compute nothing."""

    def concat(
        self,
        inputs: Sequence[SSAValue],
        *,
        axis: int = -1,
        output: ElementType | None = None,
        name: str = "concat",
    ) -> SSAValue:
        """Tensors one after another along an axis; -1 is the last. The type is the first's."""

        def build_op() -> QnnOperation:
            index = axis + len(get_shape(inputs[0])) if axis < 0 and inputs else axis
            shape = ConcatOp.infer_shape([get_shape(value) for value in inputs], index)
            return ConcatOp(inputs, get_output_type(shape, inputs[0], output), axis=index)

        return self._append(name, build_op)

    def pad(
        self,
        input: SSAValue,
        low: Sequence[int],
        high: Sequence[int],
        *,
        value: float = 0.0,
        output: ElementType | None = None,
        name: str = "pad",
    ) -> SSAValue:
        """A border of one real number; `low` and `high` count elements for each dimension."""

        def build_op() -> QnnOperation:
            type_ = get_output_type(PadOp.infer_shape(get_shape(input), low, high), input, output)
            return PadOp(input, type_, low=low, high=high, value=value)

        return self._append(name, build_op)

    def reshape(
        self,
        input: SSAValue,
        shape: Sequence[int],
        *,
        output: ElementType | None = None,
        name: str = "reshape",
    ) -> SSAValue:
        """The same elements in row-major order; one dimension may be -1, for what remains."""
        return self._append(
            name,
            lambda: ReshapeOp(
                input,
                get_output_type(ReshapeOp.infer_shape(get_shape(input), shape), input, output),
            ),
        )

    def transpose(
        self,
        input: SSAValue,
        permutation: Sequence[int],
        *,
        output: ElementType | None = None,
        name: str = "transpose",
    ) -> SSAValue:
        """Dimension i of the result is the input's dimension permutation[i]."""

        def build_op() -> QnnOperation:
            shape = TransposeOp.infer_shape(get_shape(input), permutation)
            return TransposeOp(
                input, get_output_type(shape, input, output), permutation=permutation
            )

        return self._append(name, build_op)

    def depth_to_space(
        self,
        input: SSAValue,
        block: int,
        *,
        mode: DepthToSpaceMode = "dcr",
        output: ElementType | None = None,
        name: str = "depth_to_space",
    ) -> SSAValue:
        """Channels spread over blocks of pixels."""

        def build_op() -> QnnOperation:
            shape = DepthToSpaceOp.infer_shape(get_shape(input), block)
            return DepthToSpaceOp(
                input, get_output_type(shape, input, output), block=block, mode=mode
            )

        return self._append(name, build_op)
