"""What moves elements: CONCATENATION, PAD, RESHAPE, TRANSPOSE."""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.shapes import ConcatOp, PadOp, TransposeOp
from cmixdsl.frontends.tflite.checks import CONVERT_AGAIN, LayerCheck
from cmixdsl.frontends.tflite.layer import LayerGen
from cmixdsl.frontends.tflite.limits import MAX_OPERANDS
from cmixdsl.frontends.tflite.network import ConcatenationOptions, Tensor


def check_concatenation(check: LayerCheck) -> None:
    """Along any dimension but the batch; all tensors have the same scale and zero point."""
    if not check.check_counts(1, MAX_OPERANDS):
        return
    options = check.get_options(ConcatenationOptions)
    rank = len(check.output.shape)
    inputs = [check.get_tensor(index) for index in range(len(check.operator.inputs))]
    for tensor in (*inputs, check.output):
        check.check_activation(tensor)
    check.check_same_quantization((check.output, *inputs))
    check.check_fused(options.activation, ("NONE",))
    if not -rank <= options.axis < rank or options.axis in (0, -rank):
        check.refuse(
            f"expected an axis of 1 to {rank - 1}, found {options.axis}",
            "concatenate along another dimension than the batch",
        )


def ir_gen_concatenation(gen: LayerGen) -> SSAValue:
    """`qnn.concat`."""
    axis = gen.get_options(ConcatenationOptions).axis % len(gen.output.shape)
    inputs = [gen.build_input(index) for index in range(len(gen.operator.inputs))]
    return gen.insert(ConcatOp(inputs, gen.output_type, axis=axis - 1)).output


def check_pad(check: LayerCheck) -> None:
    """With zeros; input and output have the same scale and zero point."""
    if not check.check_counts(2):
        return
    input = check.get_tensor(0)
    _check_moved(check)
    amounts = check.check_integers(check.get_tensor(1), "paddings")
    if amounts is None:
        return
    if amounts.shape != (len(input.shape), 2) or amounts.min() < 0 or amounts[0].any():
        check.refuse(
            f"expected paddings of at least 0 for each dimension, 0 for the batch, found "
            f"{amounts.tolist()}",
            CONVERT_AGAIN,
        )


def ir_gen_pad(gen: LayerGen) -> SSAValue:
    """`qnn.pad`."""
    amounts = gen.get_integers(1)[1:]
    low, high = amounts[:, 0].tolist(), amounts[:, 1].tolist()
    return gen.insert(PadOp(gen.build_input(0), gen.output_type, low=low, high=high)).output


def check_reshape(check: LayerCheck) -> None:
    """The batch stays the first dimension."""
    if check.check_counts(1, 2):
        _check_moved(check)


def ir_gen_reshape(gen: LayerGen) -> SSAValue:
    """`qnn.reshape`, nothing where only the batch dimension moves."""
    return gen.build_reshape(gen.build_input(0), gen.output_type.get_shape())


def check_transpose(check: LayerCheck) -> None:
    """The batch stays the first dimension, or else only dimensions of 1 move."""
    if not check.check_counts(2):
        return
    _check_moved(check)
    order = check.check_integers(check.get_tensor(1), "permutation")
    if order is None:
        return
    shape = check.get_tensor(0).shape
    if sorted(order.flat) != list(range(len(shape))):
        check.refuse(
            f"expected a permutation of {len(shape)} dimensions, found {order.tolist()}",
            CONVERT_AGAIN,
        )
    elif order.flat[0] != 0 and not _is_reshape(shape, order.tolist()):
        check.refuse(
            f"expected the batch to stay the first dimension, found {order.tolist()}",
            "transpose the other dimensions only",
        )


def ir_gen_transpose(gen: LayerGen) -> SSAValue:
    """`qnn.transpose`, or `qnn.reshape` where only dimensions of 1 move."""
    order: list[int] = gen.get_integers(1).tolist()
    if _is_reshape(gen.get_tensor(0).shape, order):
        return ir_gen_reshape(gen)
    permutation = [axis - 1 for axis in order[1:]]
    input = gen.build_input(0)
    return gen.insert(TransposeOp(input, gen.output_type, permutation=permutation)).output


def _check_moved(check: LayerCheck) -> None:
    """Elements that are moved keep their meaning."""
    tensors: tuple[Tensor, ...] = (check.get_tensor(0), check.output)
    for tensor in tensors:
        check.check_activation(tensor, ranks=range(2, 9))
    check.check_same_quantization(tensors)


def _is_reshape(shape: Sequence[int], order: Sequence[int]) -> bool:
    """Whether a permutation leaves the dimensions of more than 1 in their order."""
    moved = [axis for axis in order if shape[axis] > 1]
    return moved == sorted(moved)
