"""Nodes with weights: Conv, Gemm, MatMul."""

from dataclasses import dataclass, replace

import numpy as np
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_shape
from cmixdsl.frontends.onnx.generation import Generation
from cmixdsl.frontends.onnx.graph import Node, quote
from cmixdsl.frontends.onnx.ir_gen_movement import build_padding
from cmixdsl.frontends.onnx.quantization import scale_type, with_axis
from cmixdsl.frontends.onnx.values import (
    IMAGE_ORDER,
    Constant,
    ImportedTensor,
    Layout,
    RefusedError,
)
from cmixdsl.frontends.onnx.windows import read_window

QUANTIZE_WEIGHTS = "quantize weights, per tensor or per filter, to at most 8 bits"


@dataclass(frozen=True)
class Filters:
    """Weights and bias; the first dimension of the weights is the output channel."""

    weights: Constant
    bias: Constant | None

    @property
    def count(self) -> int:
        """Output channels."""
        return self.weights.shape[0]


def ir_gen_conv(generation: Generation, node: Node) -> ImportedTensor:
    """Conv of one or two dimensions, in one group, one group per channel, or groups made dense."""
    tensor = generation.get_quantized_tensor(node, 0)
    filters = _read_filters(generation, node, generation.get_constant(node, 1), 2)
    is_line = len(tensor.shape) == 3
    image = build_image(generation, tensor)
    if is_line:
        filters = replace(filters, weights=_insert_row(filters.weights))
    if filters.weights.values.ndim != 4:
        raise RefusedError(
            f"expected weights of 4 dimensions (OIHW), found {list(filters.weights.shape)}",
            "use convolutions of one or two dimensions",
        )
    height, width, _ = get_shape(image.value)
    window = read_window(node, filters.weights.shape[2:], (height, width))
    result = _build_convolution(generation, node, image, filters, window)
    return build_line(generation, result) if is_line else result


def ir_gen_gemm(generation: Generation, node: Node) -> ImportedTensor:
    """Gemm whose second operand is constant: a fully connected layer."""
    tensor = generation.get_quantized_tensor(node, 0)
    if node.get_int("transA", 0):
        raise RefusedError("expected transA = 0, found 1", "transpose weights instead")
    weights = generation.get_constant(node, 1)
    if not node.get_int("transB", 0):
        weights = _transpose(weights)
    filters = _read_filters(generation, node, weights, 2)
    scaled = _scale(filters, node.get_float("alpha", 1.0), node.get_float("beta", 1.0))
    return _build_fully_connected(generation, node, tensor, scaled)


def ir_gen_mat_mul(generation: Generation, node: Node) -> ImportedTensor:
    """MatMul by a constant: fully connected, or a pointwise convolution for each position."""
    tensor = generation.get_quantized_tensor(node, 0)
    weights = _transpose(generation.get_constant(node, 1))
    filters = Filters(_check_weights(node, weights), None)
    if len(tensor.shape) <= 2:
        return _build_fully_connected(generation, node, tensor, filters)
    if len(tensor.shape) > 4:
        raise RefusedError(
            f"expected at most 4 dimensions, found {list(tensor.shape)}",
            "reshape to fewer dimensions",
            depends_on_input=True,
        )
    plain = generation.build_plain(tensor)
    shape = get_shape(plain.value)
    rows = shape if len(shape) == 3 else (1, *shape)
    hint = generation.get_hint(node)
    image = generation.build_reshape(plain.value, rows, plain.value.name_hint or hint)
    kernel = replace(filters.weights, values=filters.weights.values[:, None, None, :])
    output_shape = Conv2dOp.infer_shape(rows, kernel.shape, Window((1, 1)))
    op = Conv2dOp(
        image,
        generation.build_constant(kernel, f"{hint}_weights"),
        build_tensor_type(output_shape),
        window=Window((1, 1)),
    )
    value = generation.insert(op, hint)
    output = (1, *shape[: len(shape) - 1], filters.count)
    value = generation.build_reshape(value, output[1:], hint)
    return replace(tensor, value=value, shape=output, layout=Layout.get_plain(output[1:]))


def build_image(generation: Generation, tensor: ImportedTensor) -> ImportedTensor:
    """An NCHW or NCL tensor as HWC; a line has one row."""
    if len(tensor.shape) == 3:
        line = generation.build_layout(tensor, (1, 0))
        length, channels = get_shape(line.value)
        value = generation.build_reshape(
            line.value, (1, length, channels), line.value.name_hint or "input"
        )
        shape = (1, channels, 1, length)
        return replace(tensor, value=value, shape=shape, layout=Layout(shape[1:], IMAGE_ORDER))
    if len(tensor.shape) != 4:
        raise RefusedError(
            f"expected an image of 4 dimensions (NCHW) or a line of 3, found {list(tensor.shape)}",
            "use operators of one or two dimensions",
            depends_on_input=True,
        )
    return generation.build_layout(tensor, IMAGE_ORDER)


def build_line(generation: Generation, image: ImportedTensor) -> ImportedTensor:
    """An image of one row as NCL."""
    _, channels, _, length = image.shape
    value = generation.build_reshape(
        image.value, (length, channels), image.value.name_hint or "line"
    )
    layout = Layout((channels, length), (1, 0))
    return replace(image, value=value, shape=(1, channels, length), layout=layout)


def _build_convolution(
    generation: Generation, node: Node, image: ImportedTensor, filters: Filters, window: Window
) -> ImportedTensor:
    hint = generation.get_hint(node)
    image, window = build_padding(generation, image, window)
    channels, groups = image.shape[1], node.get_int("group", 1)
    if groups < 1 or channels % groups or filters.count % groups:
        raise RefusedError(
            f"expected a number of groups that divides {channels} and {filters.count} channels, "
            f"found {groups}",
            "mend the model",
            depends_on_input=True,
        )
    if filters.weights.shape[1] * groups != channels:
        raise RefusedError(
            f"expected weights for {channels} channels in {groups} groups, found "
            f"{list(filters.weights.shape)}",
            "mend the model",
            depends_on_input=True,
        )
    if groups == channels and groups > 1:
        weights = _move_axes(filters.weights, (2, 3, 0, 1))
        weights = replace(weights, values=weights.values[..., 0])
        operation: type[Conv2dOp | DepthwiseConv2dOp] = DepthwiseConv2dOp
    else:
        dense = _make_dense(filters.weights, groups)
        weights, operation = _move_axes(dense, (0, 2, 3, 1)), Conv2dOp
    shape = operation.infer_shape(get_shape(image.value), weights.shape, window)
    op = operation(
        image.value,
        generation.build_constant(weights, f"{hint}_weights"),
        build_tensor_type(shape),
        window=window,
        bias=_build_bias(generation, filters, hint),
    )
    value = generation.insert(op, hint)
    chw = (shape[2], shape[0], shape[1])
    return replace(image, value=value, shape=(1, *chw), layout=Layout(chw, IMAGE_ORDER))


def _build_fully_connected(
    generation: Generation, node: Node, tensor: ImportedTensor, filters: Filters
) -> ImportedTensor:
    """Weights of a flattened image are put into the order in which it is stored."""
    if len(tensor.shape) > 2 or filters.weights.shape[1] != tensor.shape[len(tensor.shape) - 1]:
        raise RefusedError(
            f"expected weights for an input of {list(tensor.shape)}, found "
            f"{list(filters.weights.shape)} (filters, inputs)",
            "flatten the input",
            depends_on_input=True,
        )
    hint = generation.get_hint(node)
    weights = filters.weights
    if tensor.layout.is_flat:
        weights = replace(weights, values=weights.values[:, tensor.layout.get_positions()])
    output = (1, filters.count) if len(tensor.shape) == 2 else (filters.count,)
    op = FullyConnectedOp(
        tensor.value,
        generation.build_constant(weights, f"{hint}_weights"),
        build_tensor_type((filters.count,)),
        bias=_build_bias(generation, filters, hint),
    )
    value = generation.insert(op, hint)
    return replace(tensor, value=value, shape=output, layout=Layout.get_plain((filters.count,)))


def _build_bias(generation: Generation, filters: Filters, hint: str) -> SSAValue | None:
    if filters.bias is None:
        return None
    return generation.build_constant(filters.bias, f"{hint}_bias")


def _read_filters(generation: Generation, node: Node, weights: Constant, index: int) -> Filters:
    weights = _check_weights(node, weights)
    if not node.has_input(index):
        return Filters(weights, None)
    bias = generation.get_constant(node, index)
    count = weights.shape[0]
    if bias.values.size not in (1, count) or bias.is_integer:
        raise RefusedError(
            f"expected a bias of {count} real numbers, found {bias.kind} {list(bias.shape)}",
            "mend the model",
        )
    quantization = bias.quantization
    is_exact = quantization is not None and quantization.storage_bits == 32
    if not is_exact or bias.shape != (count,):
        reals = np.broadcast_to(bias.get_real().ravel(), (count,))
        return Filters(weights, Constant(reals))
    return Filters(weights, bias)


def _check_weights(node: Node, weights: Constant) -> Constant:
    """Weights whose first dimension is the output channel, quantized per tensor or per filter."""
    subject = f"'{quote(node.get_input(1))}'"
    quantization = weights.quantization
    if quantization is None or weights.is_integer:
        found = "integers without a scale" if weights.is_integer else "real numbers"
        raise RefusedError(
            f"expected quantized weights, found {found} in {subject}", QUANTIZE_WEIGHTS
        )
    if quantization.storage_bits > 8 or quantization.axis not in (None, 0):
        raise RefusedError(
            f"expected weights of at most 8 bits with scales per tensor or filter, found "
            f"{quantization.storage_bits} bits and scales along axis {quantization.axis} in "
            f"{subject}",
            QUANTIZE_WEIGHTS,
        )
    return weights


def _scale(filters: Filters, alpha: float, beta: float) -> Filters:
    """Gemm's factors, of the product and of the bias, as part of scales and bias."""
    weights, bias = filters.weights, filters.bias
    if beta != 1.0 and bias is not None:
        bias = Constant(bias.get_real() * beta)
    if alpha != 1.0:
        assert weights.quantization is not None
        weights = replace(weights, quantization=scale_type(weights.quantization, alpha))
    return Filters(weights, bias)


def _transpose(weights: Constant) -> Constant:
    if weights.values.ndim != 2:
        raise RefusedError(
            f"expected weights of 2 dimensions, found {list(weights.shape)}",
            "reshape weights before exporting",
        )
    return _move_axes(weights, (1, 0))


def _move_axes(weights: Constant, order: tuple[int, ...]) -> Constant:
    type_ = weights.quantization
    if type_ is not None and type_.axis is not None:
        type_ = with_axis(type_, order.index(type_.axis))
    return replace(weights, values=weights.values.transpose(order), quantization=type_)


def _make_dense(weights: Constant, groups: int) -> Constant:
    """Weights for all input channels, real zeros where a filter's group ends."""
    if groups == 1:
        return weights
    assert weights.quantization is not None
    filters, channels = weights.shape[:2]
    shape = (filters, 1, 1, 1)
    zeros = np.broadcast_to(np.array(weights.quantization.zero_points), (filters,)).reshape(shape)
    dense = np.empty((filters, channels * groups, *weights.shape[2:]), np.int64)
    dense[...] = zeros
    for filter in range(filters):
        first = filter // (filters // groups) * channels
        dense[filter, first : first + channels] = weights.values[filter]
    return replace(weights, values=dense)


def _insert_row(weights: Constant) -> Constant:
    if weights.values.ndim != 3:
        raise RefusedError(
            f"expected weights of 3 dimensions (OIL), found {list(weights.shape)}",
            "use convolutions of as many dimensions as the input has",
        )
    return replace(weights, values=weights.values[:, :, None, :])
