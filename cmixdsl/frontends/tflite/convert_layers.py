"""Layers with weights: CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED."""

from collections.abc import Sequence

import numpy as np
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.qnn.tensors import build_tensor_type
from cmixdsl.frontends.tflite.checks import CONVERT_AGAIN, LayerCheck
from cmixdsl.frontends.tflite.layer import (
    CLAMPS,
    LayerGen,
    build_uniform_type,
    get_element_type,
    get_scales,
    get_window,
)
from cmixdsl.frontends.tflite.network import FullyConnectedOptions, Tensor, WindowOptions


def check_conv2d(check: LayerCheck) -> None:
    """Filters of INT8, INT4 or INT2, per tensor or per output channel; no groups."""
    if (filter := _check_convolution(check, channel_axis=0)) is None:
        return
    channels = check.get_tensor(0).shape[-1]
    if filter.shape[3] != channels:
        check.refuse(
            f"expected filters of the input's {channels} channels, found {filter.describe()}",
            "split a convolution of groups into one for each group",
        )


def ir_gen_conv2d(gen: LayerGen) -> SSAValue:
    """`qnn.conv2d`."""
    options, filter = gen.get_options(WindowOptions), gen.get_tensor(1)
    scales = get_scales(filter)
    return gen.insert(
        Conv2dOp(
            gen.build_input(0),
            _build_filter(gen, filter.shape, axis=0, scales=scales),
            gen.output_type,
            window=get_window(options, (filter.shape[1], filter.shape[2]), gen.get_tensor(0)),
            bias=_build_bias(gen, scales),
            clamp=CLAMPS[options.activation],
        )
    ).output


def check_depthwise_conv2d(check: LayerCheck) -> None:
    """As CONV_2D; any depth multiplier."""
    if (filter := _check_convolution(check, channel_axis=3)) is None:
        return
    channels = check.get_tensor(0).shape[-1]
    if filter.shape[0] != 1 or filter.shape[3] % channels:
        check.refuse(
            f"expected a filter of 1 x height x width x a multiple of the input's {channels} "
            f"channels, found {filter.describe()}",
            CONVERT_AGAIN,
        )


def ir_gen_depthwise_conv2d(gen: LayerGen) -> SSAValue:
    """`qnn.depthwise_conv2d`."""
    options, filter = gen.get_options(WindowOptions), gen.get_tensor(1)
    scales = get_scales(filter)
    return gen.insert(
        DepthwiseConv2dOp(
            gen.build_input(0),
            _build_filter(gen, filter.shape[1:], axis=2, scales=scales),
            gen.output_type,
            window=get_window(options, (filter.shape[1], filter.shape[2]), gen.get_tensor(0)),
            bias=_build_bias(gen, scales),
            clamp=CLAMPS[options.activation],
        )
    ).output


def check_fully_connected(check: LayerCheck) -> None:
    """Filters as CONV_2D; the input is flattened, or rows of as many elements as filters have."""
    if not check.check_counts(2, 3):
        return
    options = check.get_options(FullyConnectedOptions)
    input, filter, output = check.get_tensor(0), check.get_tensor(1), check.output
    check.check_activation(input)
    check.check_activation(output)
    check.check_fused(options.activation, CLAMPS)
    if options.is_shuffled:
        check.refuse("expected weights in their default order, found shuffled ones", CONVERT_AGAIN)
    if check.check_filter(filter, rank=2, axis=0):
        check.check_bias(check.get_optional_tensor(2), filter.shape[0])
        outputs, inputs = filter.shape
        rows, rest = divmod(input.get_size(), inputs)
        if rest or not rows or output.get_size() != rows * outputs or output.shape[-1] != outputs:
            check.refuse(
                f"expected rows of as many elements as {filter.describe()} has columns, found "
                f"{input.describe()} and {output.describe()}",
                CONVERT_AGAIN,
            )


def ir_gen_fully_connected(gen: LayerGen) -> SSAValue:
    """`qnn.fully_connected`, of several rows `qnn.conv2d`; between `qnn.reshape` where needed."""
    _, inputs = gen.get_tensor(1).shape
    rows = gen.get_tensor(0).get_size() // inputs
    result = _build_row(gen) if rows == 1 else _build_rows(gen, rows)
    return gen.build_reshape(result, gen.output_type.get_shape())


def _build_row(gen: LayerGen) -> SSAValue:
    outputs, inputs = gen.get_tensor(1).shape
    scales = _get_fully_connected_scales(gen)
    return gen.insert(
        FullyConnectedOp(
            gen.build_reshape(gen.build_input(0), (inputs,)),
            _build_filter(gen, (outputs, inputs), axis=0, scales=scales),
            build_tensor_type((outputs,), get_element_type(gen.output)),
            bias=_build_bias(gen, scales),
            clamp=CLAMPS[gen.get_options(FullyConnectedOptions).activation],
        )
    ).output


def _build_rows(gen: LayerGen, rows: int) -> SSAValue:
    """A convolution of a column of pixels."""
    outputs, inputs = gen.get_tensor(1).shape
    scales = _get_fully_connected_scales(gen)
    return gen.insert(
        Conv2dOp(
            gen.build_reshape(gen.build_input(0), (rows, 1, inputs)),
            _build_filter(gen, (outputs, 1, 1, inputs), axis=0, scales=scales),
            build_tensor_type((rows, 1, outputs), get_element_type(gen.output)),
            window=Window((1, 1)),
            bias=_build_bias(gen, scales),
            clamp=CLAMPS[gen.get_options(FullyConnectedOptions).activation],
        )
    ).output


def _check_convolution(check: LayerCheck, channel_axis: int) -> Tensor | None:
    """The filter, or None when it or the input has other dimensions than a convolution's."""
    if not check.check_counts(2, 3):
        return None
    filter = check.get_tensor(1)
    has_image = check.check_activation(check.get_tensor(0), ranks=(4,))
    check.check_activation(check.output, ranks=(4,))
    check.check_fused(check.get_options(WindowOptions).activation, CLAMPS)
    if not check.check_filter(filter, rank=4, axis=channel_axis) or not has_image:
        return None
    check.check_bias(check.get_optional_tensor(2), filter.shape[channel_axis])
    return filter


def _get_fully_connected_scales(gen: LayerGen) -> tuple[float, ...]:
    """The scales of the filter as the kernel uses them.

    With one scale for the tensor, TensorFlow Lite rounds its product with the input's to f32; with
    one for each output, as in convolutions, it does not.
    """
    scales = get_scales(gen.get_tensor(1))
    if len(scales) != 1:
        return scales
    (scale,), (input_scale,) = scales, get_scales(gen.get_tensor(0))
    return (float(np.float32(input_scale) * np.float32(scale)) / input_scale,)


def _build_filter(
    gen: LayerGen, shape: Sequence[int], axis: int, scales: Sequence[float]
) -> SSAValue:
    """The weights in `shape`, of which `axis` is the output channel."""
    tensor = gen.get_tensor(1)
    element = build_uniform_type(tensor.type, scales, [0] * len(scales), axis)
    return gen.build_constant(tensor, shape, element, "filter")


def _build_bias(gen: LayerGen, scales: Sequence[float]) -> SSAValue | None:
    """The bias in steps of input scale times filter scale, as the kernels add it.

    The scale that the file gives it is the same product, rounded to f32.
    """
    if (tensor := gen.get_optional_tensor(2)) is None:
        return None
    (input_scale,) = get_scales(gen.get_tensor(0))
    products = [input_scale * scale for scale in scales]
    element = build_uniform_type(tensor.type, products, [0] * len(products), axis=0)
    return gen.build_constant(tensor, tensor.shape, element, "bias")
