"""Poolings and means over images."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp, GlobalAvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_shape
from cmixdsl.frontends.onnx.generation import Generation, get_element
from cmixdsl.frontends.onnx.graph import Node
from cmixdsl.frontends.onnx.ir_gen_layers import build_image, build_line
from cmixdsl.frontends.onnx.ir_gen_movement import build_pad
from cmixdsl.frontends.onnx.ir_gen_shapes import build_shape, read_axes
from cmixdsl.frontends.onnx.values import (
    IMAGE_ORDER,
    ImportedTensor,
    Layout,
    RefusedError,
    get_stripped_axis,
    strip_batch,
)
from cmixdsl.frontends.onnx.windows import read_window


def ir_gen_max_pool(generation: Generation, node: Node) -> ImportedTensor:
    """MaxPool without indices and dilation; the result keeps the type of the input."""
    tensor = generation.get_tensor(node, 0)
    if len(node.outputs) > 1 and node.outputs[1]:
        raise RefusedError("expected one output, found indices too", "drop the indices")
    image = build_image(generation, tensor)
    window = _read_pool_window(node, image)
    op = MaxPool2dOp(
        image.value,
        build_tensor_type(
            MaxPool2dOp.infer_shape(get_shape(image.value), window), get_element(image.value)
        ),
        window=window,
    )
    return _finish(generation, node, op, image, is_line=len(tensor.shape) == 3)


def ir_gen_average_pool(generation: Generation, node: Node) -> ImportedTensor:
    """AveragePool; counted padding becomes an explicit border of zeros.

    What ceil_mode lets stand out over that is never counted.
    """
    tensor = generation.get_quantized_tensor(node, 0)
    image = build_image(generation, tensor)
    window = _read_pool_window(node, image)
    if node.get_int("count_include_pad", 0):
        image, window = _build_counted_padding(generation, node, image, window)
    op = AvgPool2dOp(
        image.value,
        build_tensor_type(AvgPool2dOp.infer_shape(get_shape(image.value), window)),
        window=window,
    )
    return _finish(generation, node, op, image, is_line=len(tensor.shape) == 3)


def ir_gen_global_average_pool(generation: Generation, node: Node) -> ImportedTensor:
    """GlobalAveragePool of an image or line."""
    tensor = generation.get_quantized_tensor(node, 0)
    reduced = range(1, len(tensor.shape) - 1)
    return _build_mean(generation, node, tensor, reduced, keeps=True)


def ir_gen_global_max_pool(generation: Generation, node: Node) -> ImportedTensor:
    """GlobalMaxPool: a window over the whole image."""
    tensor = generation.get_tensor(node, 0)
    image = build_image(generation, tensor)
    height, width, _ = get_shape(image.value)
    window = Window((height, width))
    shape = MaxPool2dOp.infer_shape(get_shape(image.value), window)
    op = MaxPool2dOp(image.value, build_tensor_type(shape, get_element(image.value)), window=window)
    return _finish(generation, node, op, image, is_line=len(tensor.shape) == 3)


def ir_gen_reduce_mean(generation: Generation, node: Node) -> ImportedTensor:
    """ReduceMean over any dimensions but the batch."""
    tensor = generation.get_quantized_tensor(node, 0)
    axes = read_axes(generation, node)
    if not axes:
        raise RefusedError(
            "expected axes to average over, found none, which means the batch too",
            "give the axes of height and width, or use GlobalAveragePool",
        )
    reduced = sorted({get_stripped_axis(axis, tensor.shape) for axis in axes})
    keeps = bool(node.get_int("keepdims", 1))
    return _build_mean(generation, node, tensor, reduced, keeps=keeps)


def _build_mean(
    generation: Generation,
    node: Node,
    tensor: ImportedTensor,
    reduced: Sequence[int],
    *,
    keeps: bool,
) -> ImportedTensor:
    """The average over dimensions, not counting the batch, of which extents of 1 may be left.

    Two of them are height and width of an image, else they make its one row; the rest are channels.
    """
    sizes = strip_batch(tensor.shape)
    if tensor.layout.shape != sizes:
        tensor = generation.build_plain(tensor)
    stored = [axis for axis in tensor.layout.order if axis not in reduced]
    kept = sorted(stored)
    ordered = generation.build_layout(tensor, [*reduced, *stored])
    rows = sizes[reduced[0]] if len(reduced) == 2 else 1
    count, channels = (prod(sizes[axis] for axis in axes) for axes in (reduced, kept))
    hint = tensor.value.name_hint or "input"
    image = generation.build_reshape(ordered.value, (rows, count // rows, channels), hint)
    op = GlobalAvgPool2dOp(image, build_tensor_type((channels,)))
    value = generation.insert(op, generation.get_hint(node))
    left = tuple(sizes[axis] for axis in kept)
    layout = Layout(left, tuple(map(kept.index, stored))) if kept else Layout((1,), (0,))
    value = generation.build_reshape(value, layout.stored_shape, hint)
    batch = tensor.shape[: -len(sizes)]
    mean = replace(tensor, value=value, shape=(*batch, *left), layout=layout)
    ones = tuple(1 if axis in reduced else size for axis, size in enumerate(sizes))
    return build_shape(generation, mean, (*batch, *ones)) if keeps else mean


def _read_pool_window(node: Node, image: ImportedTensor, *, may_ceil: bool = True) -> Window:
    height, width, _ = get_shape(image.value)
    is_ceiled = may_ceil and bool(node.get_int("ceil_mode", 0))
    window = read_window(node, None, (height, width), is_ceiled=is_ceiled)
    if window.dilation != (1, 1):
        raise RefusedError(
            f"expected dilations of 1, found {list(window.dilation)}", "pool without dilation"
        )
    return window


def _build_counted_padding(
    generation: Generation, node: Node, image: ImportedTensor, window: Window
) -> tuple[ImportedTensor, Window]:
    """The image with a border of zeros where padding is given, and the window over that."""
    given = _read_pool_window(node, image, may_ceil=False).padding
    if not any(given):
        return image, window
    top, bottom, left, right = given
    padded = build_pad(generation, image, (0, top, left), (0, bottom, right), 0.0)
    beyond = (0, window.padding[1] - bottom, 0, window.padding[3] - right)
    return padded, replace(window, padding=beyond)


def _finish(
    generation: Generation,
    node: Node,
    op: MaxPool2dOp | AvgPool2dOp | GlobalAvgPool2dOp,
    image: ImportedTensor,
    *,
    is_line: bool,
) -> ImportedTensor:
    value = generation.insert(op, generation.get_hint(node))
    height, width, channels = get_shape(value)
    chw = (channels, height, width)
    result = replace(image, value=value, shape=(1, *chw), layout=Layout(chw, IMAGE_ORDER))
    return build_line(generation, result) if is_line else result
