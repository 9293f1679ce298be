"""Poolings: AVERAGE_POOL_2D, MAX_POOL_2D, MEAN."""

from math import prod

import numpy as np
import numpy.typing as npt
from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.pooling import AvgPool2dOp, GlobalAvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.qnn.shapes import TransposeOp
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_shape
from cmixdsl.frontends.tflite.checks import LayerCheck
from cmixdsl.frontends.tflite.layer import CLAMPS, LayerGen, get_element_type, get_window
from cmixdsl.frontends.tflite.network import WindowOptions


def check_pool2d(check: LayerCheck) -> None:
    """Input and output have the same scale and zero point, as TensorFlow Lite demands."""
    if not check.check_counts(1):
        return
    input, output = check.get_tensor(0), check.output
    check.check_activation(input, ranks=(4,))
    check.check_activation(output, ranks=(4,))
    check.check_same_quantization((input, output))
    check.check_fused(check.get_options(WindowOptions).activation, CLAMPS)


def ir_gen_average_pool2d(gen: LayerGen) -> SSAValue:
    """`qnn.avg_pool2d`."""
    return _build_pool(gen, AvgPool2dOp)


def ir_gen_max_pool2d(gen: LayerGen) -> SSAValue:
    """`qnn.max_pool2d`."""
    return _build_pool(gen, MaxPool2dOp)


def check_mean(check: LayerCheck) -> None:
    """Over any dimensions but the batch; dimensions kept or not."""
    if not check.check_counts(2):
        return
    input = check.get_tensor(0)
    has_rank = check.check_activation(input)
    check.check_activation(check.output)
    axes = check.check_integers(check.get_tensor(1), "axes")
    if axes is None or not has_rank:
        return
    rank = len(input.shape)
    reduced = _get_axes(axes, rank)
    if not reduced or 0 in reduced or not all(-rank <= axis < rank for axis in axes.ravel()):
        check.refuse(
            f"expected a mean over some of the axes 1 to {rank - 1}, found axes {axes.tolist()}",
            "leave the batch, axis 0, as it is",
        )


def ir_gen_mean(gen: LayerGen) -> SSAValue:
    """`qnn.global_avg_pool2d`; between `qnn.transpose` and `qnn.reshape` where needed.

    What is averaged becomes the rows of an image of one column, all else its channels.
    """
    input, axes = gen.build_input(0), gen.get_tensor(1).values
    assert axes is not None
    shape, element = get_shape(input), get_element_type(gen.get_tensor(0))
    reduced = [axis - 1 for axis in _get_axes(axes, len(shape) + 1)]
    kept = [axis for axis in range(len(shape)) if axis not in reduced]
    if reduced != [0, 1] or kept != [2]:
        order = [*reduced, *kept]
        if order != sorted(order):
            moved = build_tensor_type([shape[axis] for axis in order], element)
            input = gen.insert(TransposeOp(input, moved, permutation=order)).output
        image = (prod(shape[axis] for axis in reduced), 1, prod(shape[axis] for axis in kept))
        input = gen.build_reshape(input, image)
    type_ = build_tensor_type((get_shape(input)[2],), get_element_type(gen.output))
    mean = gen.insert(GlobalAvgPool2dOp(input, type_)).output
    return gen.build_reshape(mean, gen.output_type.get_shape())


def _get_axes(axes: npt.NDArray[np.int32], rank: int) -> list[int]:
    """Dimensions, ascending, without repetition, counted from the first."""
    return sorted({int(axis) % rank for axis in axes.ravel()})


def _build_pool(gen: LayerGen, kind: type[AvgPool2dOp | MaxPool2dOp]) -> SSAValue:
    options = gen.get_options(WindowOptions)
    assert options.kernel is not None
    window = get_window(options, options.kernel, gen.get_tensor(0))
    clamp = CLAMPS[options.activation]
    return gen.insert(kind(gen.build_input(0), gen.output_type, window=window, clamp=clamp)).output
