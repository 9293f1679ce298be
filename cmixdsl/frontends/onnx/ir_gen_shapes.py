"""Nodes that move elements: Reshape, Transpose, Concat, Pad and their kin."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

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


def ir_gen_identity(generation: Generation, node: Node) -> ImportedTensor:
    """Identity, Dropout and Cast between real types: the tensor as it is."""
    return generation.get_tensor(node, 0)


def ir_gen_cast(generation: Generation, node: Node) -> ImportedTensor:
    """Cast between real types."""
    tensor = generation.get_real_tensor(node, 0)
    if node.get_int("to", 1) not in (1, 10, 11, 16):
        raise RefusedError(
            "expected a cast to real numbers, found one to integers", "use QuantizeLinear"
        )
    return tensor


def ir_gen_reshape(generation: Generation, node: Node) -> ImportedTensor:
    """Reshape to a constant shape."""
    tensor = generation.get_tensor(node, 0)
    wanted = (
        generation.get_integers(node, 1) if node.has_input(1) else node.get_ints("shape", ()) or ()
    )
    copies = not node.get_int("allowzero", 0)
    shape = [
        tensor.shape[index] if size == 0 and copies and index < len(tensor.shape) else size
        for index, size in enumerate(wanted)
    ]
    known = prod(size for size in shape if size != -1)
    count = prod(tensor.shape)
    if shape.count(-1) == 1 and known > 0 and count % known == 0:
        shape[shape.index(-1)] = count // known
    if any(size < 1 for size in shape) or prod(shape) != count:
        raise RefusedError(
            f"expected a shape of {count} elements, found {quote(str(list(wanted)))}",
            "export the network for one image",
            depends_on_input=True,
        )
    return build_shape(generation, tensor, tuple(shape))


def ir_gen_flatten(generation: Generation, node: Node) -> ImportedTensor:
    """Flatten of everything but the batch."""
    tensor = generation.get_tensor(node, 0)
    axis = node.get_int("axis", 1)
    axis = axis + len(tensor.shape) if axis < 0 else axis
    shape = (prod(tensor.shape[:axis]), prod(tensor.shape[axis:]))
    return build_shape(generation, tensor, shape)


def ir_gen_squeeze(generation: Generation, node: Node) -> ImportedTensor:
    """Squeeze: dimensions of extent 1 disappear."""
    tensor = generation.get_tensor(node, 0)
    axes = read_axes(generation, node)
    rank = len(tensor.shape)
    if axes is None:
        dropped = {index for index, size in enumerate(tensor.shape) if size == 1}
    else:
        dropped = {axis % rank for axis in axes}
    if any(tensor.shape[axis] != 1 for axis in dropped):
        raise RefusedError(
            f"expected dimensions of extent 1 at {sorted(dropped)}, found {list(tensor.shape)}",
            "mend the model",
            depends_on_input=True,
        )
    shape = tuple(size for index, size in enumerate(tensor.shape) if index not in dropped)
    return build_shape(generation, tensor, shape)


def ir_gen_unsqueeze(generation: Generation, node: Node) -> ImportedTensor:
    """Unsqueeze: new dimensions of extent 1."""
    tensor = generation.get_tensor(node, 0)
    axes = read_axes(generation, node) or ()
    return build_shape(generation, tensor, insert_ones(tensor.shape, axes))


def ir_gen_transpose(generation: Generation, node: Node) -> ImportedTensor:
    """Transpose that leaves the batch in front; only the layout changes."""
    tensor = generation.get_tensor(node, 0)
    rank = len(tensor.shape)
    permutation = node.get_ints("perm") or tuple(reversed(range(rank)))
    if sorted(permutation) != list(range(rank)):
        raise RefusedError(
            f"expected perm with each of 0 to {rank - 1}, found {quote(str(list(permutation)))}",
            "mend the model",
            depends_on_input=True,
        )
    if rank < 2:
        return tensor
    if permutation[0] != 0:
        raise RefusedError(
            f"expected the batch to stay in front, found perm {list(permutation)}",
            "export the network for one image",
            depends_on_input=True,
        )
    moved = [axis - 1 for axis in permutation[1:]]
    if tensor.layout.shape != strip_batch(tensor.shape):
        return tensor
    shape = tuple(tensor.layout.shape[axis] for axis in moved)
    order = tuple(moved.index(axis) for axis in tensor.layout.order)
    layout = Layout(shape, order, tensor.layout.is_flat)
    return replace(tensor, shape=(1, *shape), layout=layout)


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


def build_shape(
    generation: Generation, tensor: ImportedTensor, shape: tuple[int, ...]
) -> ImportedTensor:
    """`tensor` under another ONNX shape of as many elements, moving as little as possible."""
    wanted = strip_batch(shape)
    layout = tensor.layout
    hint = tensor.value.name_hint or "input"
    if wanted == strip_batch(tensor.shape):
        return replace(tensor, shape=shape)
    if len(wanted) == 1:
        flat = generation.build_reshape(tensor.value, (prod(wanted),), hint)
        kept = Layout(layout.shape, layout.order, is_flat=True)
        kept = Layout.get_plain(wanted) if layout.is_plain else kept
        return replace(tensor, value=flat, shape=shape, layout=kept)
    if wanted == layout.shape:
        value = generation.build_reshape(tensor.value, layout.transposed, hint)
        return replace(tensor, value=value, shape=shape, layout=replace(layout, is_flat=False))
    target = _find_same_order(layout, wanted)
    if target is None:
        tensor, target = generation.build_plain(tensor), Layout.get_plain(wanted)
    value = generation.build_reshape(tensor.value, target.stored_shape, hint)
    return replace(tensor, value=value, shape=shape, layout=target)


def read_axes(generation: Generation, node: Node, index: int = 1) -> tuple[int, ...] | None:
    """Axes of an operator that has them as an attribute or, in later versions, as an input."""
    if node.has_input(index):
        return generation.get_integers(node, index)
    return node.get_ints("axes")


def insert_ones(shape: tuple[int, ...], axes: Sequence[int]) -> tuple[int, ...]:
    """`shape` with new dimensions of 1 at `axes` of the result."""
    rank = len(shape) + len(axes)
    places = {axis + rank if axis < 0 else axis for axis in axes}
    if len(places) != len(axes) or not places <= set(range(rank)):
        raise RefusedError(f"expected axes of {rank} dimensions, found {axes}", "mend the model")
    old = iter(shape)
    return tuple(1 if index in places else next(old) for index in range(rank))


def check_image(tensor: ImportedTensor) -> None:
    """Raises RefusedError for what is no NCHW image."""
    if len(tensor.shape) != 4:
        raise RefusedError(
            f"expected an image of 4 dimensions (NCHW), found {list(tensor.shape)}",
            "use images of two dimensions",
            depends_on_input=True,
        )


def _find_same_order(layout: Layout, wanted: tuple[int, ...]) -> Layout | None:
    """A layout of shape `wanted` with equal storage, where only extents of 1 come or go."""
    if [size for size in layout.shape if size > 1] != [size for size in wanted if size > 1]:
        return None
    long = [axis for axis, size in enumerate(wanted) if size > 1]
    ranks = sorted(axis for axis in layout.order if layout.shape[axis] > 1)
    stored = [long[ranks.index(axis)] for axis in layout.order if layout.shape[axis] > 1]
    plain = tuple(range(len(wanted)))
    for order in (IMAGE_ORDER, plain):
        if len(order) == len(wanted) and [axis for axis in order if axis in long] == stored:
            return Layout(wanted, order)
    short = [axis for axis in plain if axis not in long]
    return Layout(wanted, (*short, *stored))


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
