"""Nodes that compute element by element: activations, normalization, arithmetic."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import f32

from cmixdsl.dialects.qnn.arithmetic import AddOp, MulOp, SubOp
from cmixdsl.dialects.qnn.functions import BatchNormOp, ClampOp, SigmoidOp, SoftmaxOp, TanhOp
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_shape
from cmixdsl.frontends.onnx.generation import Generation
from cmixdsl.frontends.onnx.graph import Node, quote
from cmixdsl.frontends.onnx.ir_gen_quantization import ir_gen_clip_integers
from cmixdsl.frontends.onnx.readers import is_quantized
from cmixdsl.frontends.onnx.values import (
    IMAGE_ORDER,
    Constant,
    ImportedTensor,
    RefusedError,
    Value,
    get_stripped_axis,
    strip_batch,
)

Reals = npt.NDArray[np.float64]
SAME_SHAPE = "make both operands of one shape, or one of them a constant per tensor or channel"


def ir_gen_relu(generation: Generation, node: Node) -> Value:
    """Relu: a clamp at 0."""
    tensor = generation.get_real_tensor(node, 0)
    return _build_clamp(generation, node, tensor, 0.0, float("inf"))


def ir_gen_clip(generation: Generation, node: Node) -> Value:
    """Clip with constant bounds; of integers, it narrows their type."""
    low = _read_bound(generation, node, 1, "min", float("-inf"))
    high = _read_bound(generation, node, 2, "max", float("inf"))
    if not low <= high:
        raise RefusedError(f"expected min <= max, found {low} and {high}", "mend the model")
    value = generation.get_value(node, 0)
    if isinstance(value, Constant) or value.is_integer:
        return ir_gen_clip_integers(generation, node, low, high)
    return _build_clamp(generation, node, value, low, high)


def ir_gen_batch_normalization(generation: Generation, node: Node) -> ImportedTensor:
    """BatchNormalization with fixed statistics."""
    tensor = _get_channels_last(generation, generation.get_real_tensor(node, 0))
    if node.get_int("training_mode", 0):
        raise RefusedError("expected training_mode = 0, found 1", "export in evaluation mode")
    channels = (1, -1, *[1] * (len(tensor.shape) - 2)) if len(tensor.shape) > 1 else (-1,)
    parameters: list[list[float]] = []
    for index in range(1, 5):
        values = generation.get_real_constant(node, index)
        fits = values.size == tensor.shape[min(1, len(tensor.shape) - 1)]
        vector = _get_last_axis_values(tensor, values.reshape(channels)) if fits else None
        if vector is None:
            raise RefusedError(
                f"expected one parameter for each channel of {list(tensor.shape)}, found "
                f"{list(values.shape)} in '{quote(node.get_input(index))}'",
                "mend the model",
                depends_on_input=True,
            )
        parameters.append(np.broadcast_to(vector, get_shape(tensor.value)[-1:]).tolist())
    op = BatchNormOp(
        tensor.value,
        build_tensor_type(get_shape(tensor.value)),
        *parameters,
        epsilon=node.get_float("epsilon", 1e-5),
    )
    return tensor.with_value(generation.insert(op, tensor.value.name_hint))


def ir_gen_add(generation: Generation, node: Node) -> ImportedTensor:
    """Sum of two quantized tensors, or of a tensor and a constant."""
    return _build_binary(generation, node, AddOp, lambda c, _: (np.ones(1), c))


def ir_gen_sub(generation: Generation, node: Node) -> ImportedTensor:
    """Difference of two quantized tensors, or of a tensor and a constant."""

    def get_affine(c: Reals, is_reversed: bool) -> tuple[Reals, Reals]:
        return (-np.ones(1), c) if is_reversed else (np.ones(1), -c)

    return _build_binary(generation, node, SubOp, get_affine)


def ir_gen_mul(generation: Generation, node: Node) -> ImportedTensor:
    """Product of two quantized tensors, or of a tensor and a constant."""
    return _build_binary(generation, node, MulOp, lambda c, _: (c, np.zeros(1)))


def ir_gen_div(generation: Generation, node: Node) -> ImportedTensor:
    """Quotient by a constant."""

    def get_affine(c: Reals, is_reversed: bool) -> tuple[Reals, Reals]:
        if is_reversed or (c == 0).any():
            raise RefusedError("expected a constant divisor that is not 0", "multiply instead")
        return 1 / c, np.zeros(1)

    return _build_binary(generation, node, None, get_affine)


def ir_gen_neg(generation: Generation, node: Node) -> ImportedTensor:
    """Neg: multiplication by -1."""
    tensor = generation.get_real_tensor(node, 0)
    return generation.build_affine(tensor, -np.ones(1), np.zeros(1))


def ir_gen_sigmoid(generation: Generation, node: Node) -> ImportedTensor:
    """Sigmoid of a quantized tensor."""
    return _build_function(generation, node, SigmoidOp)


def ir_gen_tanh(generation: Generation, node: Node) -> ImportedTensor:
    """Tanh of a quantized tensor."""
    return _build_function(generation, node, TanhOp)


def ir_gen_softmax(generation: Generation, node: Node) -> ImportedTensor:
    """Softmax of a quantized tensor along its channels or, without such, its last dimension."""
    tensor = generation.get_quantized_tensor(node, 0)
    default = 1 if generation.graph.opset < 13 else -1
    axis = get_stripped_axis(node.get_int("axis", default), tensor.shape)
    rank = len(strip_batch(tensor.shape))
    if generation.graph.opset < 13 and axis != rank - 1:
        raise RefusedError(
            f"expected the last axis before opset 13, found {axis + 1} of {list(tensor.shape)}",
            "export with opset 13 or later",
        )
    order = (*(other for other in range(rank) if other != axis), axis)
    moved = generation.build_layout(tensor, order)
    op = SoftmaxOp(moved.value, build_tensor_type(get_shape(moved.value)))
    return moved.with_value(generation.insert(op, generation.get_hint(node)))


def _build_clamp(
    generation: Generation, node: Node, tensor: ImportedTensor, low: float, high: float
) -> ImportedTensor:
    """A clamp; of a quantized tensor it keeps the type where that has the limits.

    Where a node behind it quantizes anew, that node says the type.
    """
    uniform = tensor.quantization
    keeps = uniform is not None and uniform.holds_limit(low) and uniform.holds_limit(high)
    element = uniform if keeps and not is_quantized(generation.readers, node.output) else None
    type_ = build_tensor_type(get_shape(tensor.value), element or f32)
    op = ClampOp(tensor.value, type_, minimum=low, maximum=high)
    return tensor.with_value(generation.insert(op, tensor.value.name_hint))


def _read_bound(generation: Generation, node: Node, index: int, key: str, default: float) -> float:
    if node.has_input(index):
        values = generation.get_constant(node, index).get_real().ravel()
        if values.size != 1 or np.isnan(values[0]):
            raise RefusedError(f"expected one number for {key}, found {values.size}", "mend it")
        return float(values[0])
    return node.get_float(key, default)


def _build_function(
    generation: Generation, node: Node, operation: type[SigmoidOp | TanhOp]
) -> ImportedTensor:
    tensor = generation.get_quantized_tensor(node, 0)
    op = operation(tensor.value, build_tensor_type(get_shape(tensor.value)))
    return tensor.with_value(generation.insert(op, generation.get_hint(node)))


def _build_binary(
    generation: Generation,
    node: Node,
    operation: type[AddOp | SubOp | MulOp] | None,
    get_affine: Callable[[Reals, bool], tuple[Reals, Reals]],
) -> ImportedTensor:
    """Two tensors by `operation`; with one constant, as scale and offset of each channel."""
    if any(isinstance(generation.get_value(node, index), Constant) for index in (0, 1)):
        return _build_with_constant(generation, node, operation, get_affine)
    if operation is None:
        raise RefusedError("expected a constant divisor, found a computed one", "multiply instead")
    tensors = [generation.get_quantized_tensor(node, index) for index in (0, 1)]
    is_reversed = not can_broadcast(tensors[1].shape, tensors[0].shape)
    if is_reversed:
        tensors.reverse()
    first, second = _unify_layouts(generation, *tensors)
    lhs, rhs = first.value, second.value
    if is_reversed and operation is SubOp:
        lhs, rhs = rhs, lhs
    op = operation(lhs, rhs, build_tensor_type(get_shape(first.value)))
    return first.with_value(generation.insert(op, generation.get_hint(node)))


def _unify_layouts(
    generation: Generation, first: ImportedTensor, second: ImportedTensor
) -> tuple[ImportedTensor, ImportedTensor]:
    """Both tensors with their elements in the same order."""
    if len(first.shape) != len(second.shape):
        raise RefusedError(
            f"expected operands of as many dimensions, found {list(first.shape)} and "
            f"{list(second.shape)}",
            SAME_SHAPE,
            depends_on_input=True,
        )
    if first.layout == second.layout:
        return first, second
    if first.layout.is_flat or second.layout.is_flat:
        image = len(first.shape) == 4
        order = IMAGE_ORDER if image else tuple(range(len(strip_batch(first.shape))))
        return generation.build_layout(first, order), generation.build_layout(second, order)
    return first, generation.build_layout(second, first.layout.order)


def _build_with_constant(
    generation: Generation,
    node: Node,
    operation: type[AddOp | SubOp | MulOp] | None,
    get_affine: Callable[[Reals, bool], tuple[Reals, Reals]],
) -> ImportedTensor:
    is_reversed = isinstance(generation.get_value(node, 0), Constant)
    tensor = generation.get_real_tensor(node, 1 if is_reversed else 0)
    index = 0 if is_reversed else 1
    constant = generation.get_constant(node, index)
    values = generation.get_real_constant(node, index)
    if values.ndim > len(tensor.shape) or not can_broadcast(values.shape, tensor.shape):
        raise RefusedError(
            f"expected a constant that fits {list(tensor.shape)}, found {list(values.shape)}",
            SAME_SHAPE,
            depends_on_input=True,
        )
    if values.size > 1:
        tensor = _get_channels_last(generation, tensor)
    vector = _get_last_axis_values(tensor, values)
    if vector is not None:
        return generation.build_affine(tensor, *get_affine(vector, is_reversed))
    if operation is None:
        operation, constant = MulOp, Constant(get_affine(values, is_reversed)[0])
    return _build_with_tensor(
        generation, node, operation, tensor, constant, is_reversed=is_reversed
    )


def _build_with_tensor(
    generation: Generation,
    node: Node,
    operation: type[AddOp | SubOp | MulOp],
    tensor: ImportedTensor,
    constant: Constant,
    *,
    is_reversed: bool,
) -> ImportedTensor:
    """Arithmetic with a constant that differs from element to element; real ones stay real."""
    generation.check_quantized(tensor, node.get_input(int(is_reversed)))
    if constant.quantization is None or constant.quantization.is_per_axis:
        constant = Constant(constant.get_real())
    stored = _store(tensor, constant.values)
    operand = generation.build_constant(replace(constant, values=stored), "operand")
    operands = (operand, tensor.value) if is_reversed else (tensor.value, operand)
    op = operation(*operands, build_tensor_type(get_shape(tensor.value)))
    return tensor.with_value(generation.insert(op, generation.get_hint(node)))


def can_broadcast(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether a tensor of `shape` can be repeated to `target`."""
    pairs = zip(reversed(shape), reversed(target), strict=False)
    return len(shape) <= len(target) and all(size in (1, wanted) for size, wanted in pairs)


def _get_channels_last(generation: Generation, tensor: ImportedTensor) -> ImportedTensor:
    """Images as HWC, lines as LC, so that parameters per channel are along the last dimension."""
    if tensor.layout.is_flat or len(tensor.shape) not in (3, 4):
        return tensor
    return generation.build_layout(tensor, (1, 0) if len(tensor.shape) == 3 else IMAGE_ORDER)


def _store(tensor: ImportedTensor, values: np.ndarray) -> np.ndarray:
    """`values`, which can be broadcast to the ONNX tensor, in the order in which it is stored."""
    full = np.broadcast_to(values, tensor.shape).reshape(strip_batch(tensor.shape))
    layout = tensor.layout
    return full.reshape(layout.shape).transpose(layout.order).reshape(layout.stored_shape)


def _get_last_axis_values(tensor: ImportedTensor, values: Reals) -> Reals | None:
    """`values` as one number for all or for each index of the last stored dimension, else None."""
    if values.size == 1:
        return values.reshape(1)
    stored = _store(tensor, values)
    vector = stored.reshape(-1, stored.shape[-1])[0]
    return vector if (stored == vector).all() else None
