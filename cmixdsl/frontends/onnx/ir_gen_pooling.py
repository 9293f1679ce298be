"""Poolings and means over images."""

from dataclasses import replace

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp, GlobalAvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_shape
from cmixdsl.frontends.onnx.generation import Generation, get_element
from cmixdsl.frontends.onnx.graph import Node
from cmixdsl.frontends.onnx.ir_gen_layers import build_image, build_line
from cmixdsl.frontends.onnx.ir_gen_movement import build_pad
from cmixdsl.frontends.onnx.ir_gen_shapes import build_shape, read_axes
from cmixdsl.frontends.onnx.values import IMAGE_ORDER, ImportedTensor, Layout, RefusedError
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
    """AveragePool; counted padding becomes an explicit border of zeros."""
    tensor = generation.get_quantized_tensor(node, 0)
    image = build_image(generation, tensor)
    window = _read_pool_window(node, image)
    if node.get_int("count_include_pad", 0) and any(window.padding):
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
    return _build_mean(generation, node, tensor, keeps=True)


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
    """ReduceMean over all dimensions behind the channels."""
    tensor = generation.get_quantized_tensor(node, 0)
    rank = len(tensor.shape)
    axes = sorted(axis % rank for axis in read_axes(generation, node) or ())
    if axes != list(range(2, rank)) or rank < 3:
        raise RefusedError(
            f"expected axes of height and width of an image, found {axes} of {list(tensor.shape)}",
            "use GlobalAveragePool",
            depends_on_input=True,
        )
    return _build_mean(generation, node, tensor, keeps=bool(node.get_int("keepdims", 1)))


def _build_mean(
    generation: Generation, node: Node, tensor: ImportedTensor, *, keeps: bool
) -> ImportedTensor:
    image = build_image(generation, tensor)
    op = GlobalAvgPool2dOp(
        image.value, build_tensor_type(GlobalAvgPool2dOp.infer_shape(get_shape(image.value)))
    )
    value = generation.insert(op, generation.get_hint(node))
    ones = (1,) * (len(tensor.shape) - 2)
    shape = (1, image.shape[1], *ones)
    layout = Layout((image.shape[1],), (0,))
    flat = replace(image, value=value, shape=shape[:2], layout=layout)
    return build_shape(generation, flat, shape) if keeps else flat


def _read_pool_window(node: Node, image: ImportedTensor) -> Window:
    height, width, _ = get_shape(image.value)
    is_ceiled = bool(node.get_int("ceil_mode", 0))
    window = read_window(node, None, (height, width), is_ceiled=is_ceiled)
    if window.dilation != (1, 1):
        raise RefusedError(
            f"expected dilations of 1, found {list(window.dilation)}", "pool without dilation"
        )
    return window


def _build_counted_padding(
    generation: Generation, node: Node, image: ImportedTensor, window: Window
) -> tuple[ImportedTensor, Window]:
    if node.get_int("ceil_mode", 0):
        raise RefusedError(
            "expected ceil_mode = 0 with count_include_pad = 1, found 1", "pad without ceil_mode"
        )
    top, bottom, left, right = window.padding
    padded = build_pad(generation, image, (0, top, left), (0, bottom, right), 0.0)
    return padded, replace(window, padding=(0, 0, 0, 0))


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
