"""Nodes that move elements: Concat, Pad, DepthToSpace."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from xdsl.dialects.builtin import f32

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.shapes import ConcatOp, DepthToSpaceOp, PadOp
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_shape
from cmixdsl.frontends.onnx.generation import Generation, get_element
from cmixdsl.frontends.onnx.graph import Node, quote
from cmixdsl.frontends.onnx.values import (
    IMAGE_ORDER,
    Constant,
    ImportedTensor,
    Layout,
    RefusedError,
    get_stripped_axis,
    strip_batch,
)


def ir_gen_depth_to_space(generation: Generation, node: Node) -> ImportedTensor:
    """DepthToSpace in both modes."""
    tensor = generation.get_tensor(node, 0)
    check_image(tensor)
    image = generation.build_layout(tensor, IMAGE_ORDER)
    block, mode = node.get_int("blocksize", 0), node.get_text("mode", "DCR")
    if mode not in ("DCR", "CRD"):
        raise RefusedError(f"expected mode DCR or CRD, found '{quote(mode)}'", "mend the model")
    shape = DepthToSpaceOp.infer_shape(get_shape(image.value), block)
    op = DepthToSpaceOp(
        image.value,
        build_tensor_type(shape, get_element(image.value)),
        block=block,
        mode="dcr" if mode == "DCR" else "crd",
    )
    value = generation.insert(op, generation.get_hint(node))
    chw = (shape[2], shape[0], shape[1])
    return replace(image, value=value, shape=(1, *chw), layout=Layout(chw, IMAGE_ORDER))


def ir_gen_concat(generation: Generation, node: Node) -> ImportedTensor:
    """Concat of quantized tensors; the result is quantized when all are alike."""
    first = next(
        (
            v
            for i in range(len(node.inputs))
            if not isinstance(v := generation.get_value(node, i), Constant)
        ),
        None,
    )
    if first is None:
        raise RefusedError("expected a computed input, found constants", "fold constants")
    axis = get_stripped_axis(node.get_int("axis", 1), first.shape)
    order = tuple(range(len(strip_batch(first.shape))))
    order = IMAGE_ORDER if len(order) == 3 else order
    parts = [_get_part(generation, node, index, order, first) for index in range(len(node.inputs))]
    for index, part in enumerate(parts):
        generation.check_quantized(part, node.get_input(index))
    elements = {get_element(part.value) for part in parts}
    if len(elements) > 1 and first.is_integer:
        raise RefusedError(
            "expected integers of equal scale and zero point, found several",
            "put DequantizeLinear before and QuantizeLinear after the node",
            depends_on_input=True,
        )
    stored = ConcatOp.infer_shape([get_shape(part.value) for part in parts], order.index(axis))
    element = elements.pop() if len(elements) == 1 else f32
    op = ConcatOp(
        [part.value for part in parts],
        build_tensor_type(stored, element),
        axis=order.index(axis),
    )
    value = generation.insert(op, generation.get_hint(node))
    shape = tuple(stored[order.index(index)] for index in range(len(order)))
    full = (1, *shape) if len(first.shape) > 1 else shape
    return replace(first, value=value, shape=full, layout=Layout(shape, order))


def ir_gen_pad(generation: Generation, node: Node) -> ImportedTensor:
    """Pad by a constant."""
    tensor = generation.get_tensor(node, 0)
    mode = node.get_text("mode", "constant")
    if mode != "constant":
        raise RefusedError(
            f"expected mode constant, found '{quote(mode)}'", "pad by a constant instead"
        )
    low, high = _read_pads(generation, node, len(tensor.shape))
    number = 0.0
    if node.has_input(2):
        number = float(generation.get_real_constant(node, 2).ravel()[0])
    if tensor.is_integer and tensor.quantization is not None:
        number = (number - tensor.quantization.zero_points[0]) * tensor.quantization.scales[0]
    return build_pad(generation, tensor, low, high, number)


def build_pad(
    generation: Generation,
    tensor: ImportedTensor,
    low: Sequence[int],
    high: Sequence[int],
    number: float,
) -> ImportedTensor:
    """`tensor` with a border of `number`; `low` and `high` count as ONNX's shape without batch."""
    if tensor.layout.is_flat:
        tensor = generation.build_plain(tensor)
    order = tensor.layout.order
    stored_low, stored_high = [low[axis] for axis in order], [high[axis] for axis in order]
    stored = PadOp.infer_shape(get_shape(tensor.value), stored_low, stored_high)
    keeps_type = number == 0.0 or tensor.is_integer
    element = get_element(tensor.value) if keeps_type else f32
    op = PadOp(
        tensor.value,
        build_tensor_type(stored, element),
        low=stored_low,
        high=stored_high,
        value=number,
    )
    value = generation.insert(op, f"{tensor.value.name_hint or 'input'}_padded")
    shape = tuple(map(sum, zip(tensor.layout.shape, low, high, strict=True)))
    full = (1, *shape) if len(tensor.shape) > 1 else shape
    return replace(tensor, value=value, shape=full, layout=Layout(shape, order))


def build_padding(
    generation: Generation, image: ImportedTensor, window: Window
) -> tuple[ImportedTensor, Window]:
    """The image and a window whose padding is less than its extent: more is padded before."""
    top, bottom, left, right = window.padding
    rows, columns = window.extent
    if max(top, bottom) < rows and max(left, right) < columns:
        return image, window
    padded = build_pad(generation, image, (0, top, left), (0, bottom, right), 0.0)
    return padded, replace(window, padding=(0, 0, 0, 0))


def check_image(tensor: ImportedTensor) -> None:
    """Raises RefusedError for what is no NCHW image."""
    if len(tensor.shape) != 4:
        raise RefusedError(
            f"expected an image of 4 dimensions (NCHW), found {list(tensor.shape)}",
            "use images of two dimensions",
            depends_on_input=True,
        )


def _get_part(
    generation: Generation, node: Node, index: int, order: tuple[int, ...], like: ImportedTensor
) -> ImportedTensor:
    """An operand of Concat in the common order; constants become values of the module."""
    value = generation.get_value(node, index)
    if isinstance(value, ImportedTensor):
        return generation.build_layout(value, order)
    if value.quantization is None or value.quantization.is_per_axis:
        raise RefusedError(
            f"expected a constant quantized per tensor, found '{quote(node.get_input(index))}'",
            "quantize it per tensor",
        )
    shape = strip_batch(value.shape)
    stored = np.transpose(value.values.reshape(shape), order)
    constant = generation.build_constant(replace(value, values=stored), "part")
    return replace(like, value=constant, shape=value.shape, layout=Layout(shape, order))


def _read_pads(
    generation: Generation, node: Node, rank: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    pads = (
        generation.get_integers(node, 1) if node.has_input(1) else node.get_ints("pads", ()) or ()
    )
    axes = generation.get_integers(node, 3) if node.has_input(3) else tuple(range(rank))
    low, high = [0] * rank, [0] * rank
    if len(pads) != 2 * len(axes) or any(not -rank <= axis < rank for axis in axes):
        raise RefusedError(
            f"expected two pads for each of {rank} dimensions, found {len(pads)}",
            "mend the model",
            depends_on_input=True,
        )
    for axis, before, after in zip(axes, pads[: len(axes)], pads[len(axes) :], strict=True):
        low[axis], high[axis] = before, after
    if min(*low, *high, 0) < 0 or (rank > 1 and (low[0] or high[0])):
        raise RefusedError(
            f"expected pads of at least 0, none for the batch, found {quote(str(list(pads)))}",
            "pad instead of cropping",
        )
    return (tuple(low[1:]), tuple(high[1:])) if rank > 1 else (tuple(low), tuple(high))
