"""Converts operations of `qnn` that move elements to `cmix`."""

from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.movement import ConcatOp, PadOp, TransposeOp
from cmixdsl.dialects.cmix.simple_layers import ReshapeOp
from cmixdsl.dialects.qnn.shapes import ConcatOp as QnnConcatOp
from cmixdsl.dialects.qnn.shapes import DepthToSpaceOp
from cmixdsl.dialects.qnn.shapes import PadOp as QnnPadOp
from cmixdsl.dialects.qnn.shapes import ReshapeOp as QnnReshapeOp
from cmixdsl.dialects.qnn.shapes import TransposeOp as QnnTransposeOp
from cmixdsl.dialects.qnn.tensors import get_shape
from cmixdsl.interpreters.quantization import quantize
from cmixdsl.passes.qnn.conversion import Conversion, get_hint, get_tensor_uniform
from cmixdsl.passes.qnn.functions import build_requantized


def convert_concat(conversion: Conversion, source: QnnConcatOp) -> SSAValue:
    """`qnn.concat`: operands are quantized as the result first."""
    inputs = [_get_requantized(conversion, source, operand) for operand in source.inputs]
    return conversion.insert(source, ConcatOp(inputs, axis=source.axis.value.data))


def convert_pad(conversion: Conversion, source: QnnPadOp) -> SSAValue:
    """`qnn.pad`: the operand is quantized as the result first."""
    value = quantize(source.value.value.data, get_tensor_uniform(source, source.output))
    op = PadOp(
        _get_requantized(conversion, source, source.input),
        low=source.low.get_values(),
        high=source.high.get_values(),
        value=int(value),
    )
    return conversion.insert(source, op)


def convert_reshape(conversion: Conversion, source: QnnReshapeOp) -> SSAValue:
    """`qnn.reshape`."""
    input = _get_requantized(conversion, source, source.input)
    return conversion.insert(source, ReshapeOp(input, source.output_type.get_shape()))


def convert_transpose(conversion: Conversion, source: QnnTransposeOp) -> SSAValue:
    """`qnn.transpose`."""
    input = _get_requantized(conversion, source, source.input)
    permutation = source.permutation.get_values()
    return conversion.insert(source, TransposeOp(input, permutation=permutation))


def convert_depth_to_space(conversion: Conversion, source: DepthToSpaceOp) -> SSAValue:
    """`qnn.depth_to_space`: channels become block rows, block columns and channels, which move."""
    input = _get_requantized(conversion, source, source.input)
    block = source.block.value.data
    rows, columns, channels = get_shape(source.input)
    rest = channels // (block * block)
    is_depth_first = source.mode.data == "dcr"
    split = (block, block, rest) if is_depth_first else (rest, block, block)
    permutation = (0, 2, 1, 3, 4) if is_depth_first else (0, 3, 1, 4, 2)
    parts = ReshapeOp(input, (rows, columns, *split))
    value = conversion.insert(source, parts, get_hint(source, "blocks"))
    spread = TransposeOp(value, permutation=permutation)
    value = conversion.insert(source, spread, get_hint(source, "spread"))
    return conversion.insert(source, ReshapeOp(value, source.output_type.get_shape()))


def _get_requantized(
    conversion: Conversion,
    source: QnnConcatOp | QnnPadOp | QnnReshapeOp | QnnTransposeOp | DepthToSpaceOp,
    operand: SSAValue,
) -> SSAValue:
    """An operand, quantized as the result."""
    packed = conversion.get_packed(source, operand)
    name = f"{operand.name_hint or 'x'}_{get_hint(source, 'requantized')}"
    uniform = get_tensor_uniform(source, operand)
    return build_requantized(conversion, source, packed, uniform, hint=name)
