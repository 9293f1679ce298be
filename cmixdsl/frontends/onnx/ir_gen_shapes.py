"""Nodes that leave elements as they are, and mostly where they are: Reshape, Transpose, Cast."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from cmixdsl.frontends.onnx.generation import Generation
from cmixdsl.frontends.onnx.graph import Node, quote
from cmixdsl.frontends.onnx.values import (
    IMAGE_ORDER,
    ImportedTensor,
    Layout,
    RefusedError,
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
