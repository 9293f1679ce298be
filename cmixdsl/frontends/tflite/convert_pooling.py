"""Poolings: AVERAGE_POOL_2D, MAX_POOL_2D, MEAN."""

from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.pooling import AvgPool2dOp, GlobalAvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_shape
from cmixdsl.frontends.tflite.checks import LayerCheck
from cmixdsl.frontends.tflite.layer import CLAMPS, LayerGen, get_element_type, get_window
from cmixdsl.frontends.tflite.network import WindowOptions


def check_pool2d(check: LayerCheck) -> None:
    """Input and output have the same scale and zero point."""
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
    """Over height and width; dimensions kept or not."""
    if not check.check_counts(2):
        return
    input = check.get_tensor(0)
    check.check_activation(input, ranks=(4,))
    check.check_activation(check.output)
    axes = check.check_integers(check.get_tensor(1), "axes")
    if axes is None or len(input.shape) != 4:
        return
    if sorted({int(axis) % 4 for axis in axes.flat}) != [1, 2]:
        check.refuse(
            f"expected a mean over height and width (axes 1 and 2), found axes {axes.tolist()}",
            "reduce over both, or use AVERAGE_POOL_2D",
        )


def ir_gen_mean(gen: LayerGen) -> SSAValue:
    """`qnn.global_avg_pool2d`, and `qnn.reshape` where dimensions are kept."""
    input = gen.build_input(0)
    type_ = build_tensor_type((get_shape(input)[2],), get_element_type(gen.output))
    mean = gen.insert(GlobalAvgPool2dOp(input, type_)).output
    return gen.build_reshape(mean, gen.output_type.get_shape())


def _build_pool(gen: LayerGen, kind: type[AvgPool2dOp | MaxPool2dOp]) -> SSAValue:
    options = gen.get_options(WindowOptions)
    assert options.kernel is not None
    window = get_window(options, options.kernel, gen.get_tensor(0))
    clamp = CLAMPS[options.activation]
    return gen.insert(kind(gen.build_input(0), gen.output_type, window=window, clamp=clamp)).output
