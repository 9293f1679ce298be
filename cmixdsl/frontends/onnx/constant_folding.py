"""Nodes all of whose inputs are constants: exporters leave many, above all around shapes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cmixdsl.dialects.quant import UniformType
from cmixdsl.frontends.onnx.generation import Generation
from cmixdsl.frontends.onnx.graph import Node, Tensor, quote
from cmixdsl.frontends.onnx.ir_gen_shapes import insert_ones, read_axes
from cmixdsl.frontends.onnx.quantization import scale_type, with_axis
from cmixdsl.frontends.onnx.tensors import MOST_CONSTANT_ELEMENTS, get_kind
from cmixdsl.frontends.onnx.values import REAL_KINDS, Constant, RefusedError

FoldConstant: TypeAlias = Callable[[Generation, Node], Constant]
Array: TypeAlias = npt.NDArray[Any]


def fold_constant(_: Generation, node: Node) -> Constant:
    """Constant: a tensor, number or list in an attribute."""
    for key, kind in (("value_float", "float"), ("value_floats", "float")):
        if key in node.attributes:
            return Constant(np.array(node.attributes[key], np.float32), kind)
    for key in ("value_int", "value_ints"):
        if key in node.attributes:
            return Constant(np.array(node.attributes[key], np.int64), "int64")
    value = node.attributes.get("value")
    if not isinstance(value, Tensor):
        raise RefusedError("expected a constant of numbers, found another", "mend the model")
    return Constant(value.values, value.kind)


def fold_identity(generation: Generation, node: Node) -> Constant:
    """Identity and Dropout."""
    return generation.get_constant(node, 0)


def fold_cast(generation: Generation, node: Node) -> Constant:
    """Cast between numbers; casting quantized weights between real types keeps them quantized."""
    constant = generation.get_constant(node, 0)
    kind = get_kind(node.get_int("to", 1))
    if kind in REAL_KINDS:
        if constant.quantization is not None and not constant.is_integer:
            return constant
        return Constant(constant.values.astype(np.float64), kind)
    if kind not in ("int8", "uint8", "int16", "uint16", "int32", "int64", "bool"):
        raise RefusedError(f"expected a cast to numbers, found {kind}", "fold constants")
    return Constant(constant.get_real().astype(np.int64).astype(kind), kind)


def fold_reshape(generation: Generation, node: Node) -> Constant:
    """Reshape of a constant."""
    constant = generation.get_constant(node, 0)
    wanted = (
        generation.get_integers(node, 1) if node.has_input(1) else node.get_ints("shape", ()) or ()
    )
    shape = [
        constant.shape[index] if size == 0 and index < len(constant.shape) else size
        for index, size in enumerate(wanted)
    ]
    return _reshape(constant, tuple(shape))


def fold_flatten(generation: Generation, node: Node) -> Constant:
    """Flatten of a constant."""
    constant = generation.get_constant(node, 0)
    axis = node.get_int("axis", 1)
    return _reshape(constant, (prod(constant.shape[:axis]), prod(constant.shape[axis:])))


def fold_squeeze(generation: Generation, node: Node) -> Constant:
    """Squeeze of a constant."""
    constant = generation.get_constant(node, 0)
    axes = read_axes(generation, node)
    if axes is None:
        axes = tuple(axis for axis, size in enumerate(constant.shape) if size == 1)
    dropped = {axis % max(1, len(constant.shape)) for axis in axes}
    shape = tuple(size for axis, size in enumerate(constant.shape) if axis not in dropped)
    return _reshape(constant, shape)


def fold_unsqueeze(generation: Generation, node: Node) -> Constant:
    """Unsqueeze of a constant."""
    constant = generation.get_constant(node, 0)
    return _reshape(constant, insert_ones(constant.shape, read_axes(generation, node) or ()))


def fold_transpose(generation: Generation, node: Node) -> Constant:
    """Transpose of a constant; scales follow their axis."""
    constant = generation.get_constant(node, 0)
    rank = len(constant.shape)
    order = node.get_ints("perm") or tuple(reversed(range(rank)))
    if sorted(order) != list(range(rank)):
        raise RefusedError(f"expected perm of {rank} dimensions, found {order}", "mend the model")
    type_ = constant.quantization
    if type_ is not None and type_.axis is not None:
        type_ = with_axis(type_, order.index(type_.axis))
    return replace(constant, values=constant.values.transpose(order), quantization=type_)


def fold_shape(generation: Generation, node: Node) -> Constant:
    """Shape of anything, computed tensors included: shapes are static here."""
    shape = generation.get_value(node, 0).shape
    start, end = node.get_int("start", 0), node.get_int("end", len(shape))
    return Constant(np.array(shape[start:end], np.int64), "int64")


def fold_gather(generation: Generation, node: Node) -> Constant:
    """Gather from a constant."""
    constant, indices = generation.get_constant(node, 0), generation.get_constant(node, 1)
    _check_plain(constant)
    _check_count(constant.values.size * max(1, indices.values.size))
    values = np.take(constant.values, indices.values.astype(np.int64), node.get_int("axis", 0))
    return Constant(values, constant.kind)


def fold_concat(generation: Generation, node: Node) -> Constant:
    """Concat of constants."""
    parts = [generation.get_constant(node, index) for index in range(len(node.inputs))]
    for part in parts:
        _check_plain(part)
    _check_count(sum(part.values.size for part in parts))
    values = np.concatenate([part.values for part in parts], axis=node.get_int("axis", 0))
    return Constant(values, parts[0].kind)


def fold_slice(generation: Generation, node: Node) -> Constant:
    """Slice of a constant."""
    constant = generation.get_constant(node, 0)
    _check_plain(constant)
    if node.has_input(1):
        starts, ends = generation.get_integers(node, 1), generation.get_integers(node, 2)
    else:
        starts, ends = node.get_ints("starts", ()) or (), node.get_ints("ends", ()) or ()
    axes = read_axes(generation, node, 3) or tuple(range(len(starts)))
    steps = generation.get_integers(node, 4) if node.has_input(4) else (1,) * len(starts)
    slices = [slice(None)] * len(constant.shape)
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        slices[axis] = slice(start, end, step)
    return Constant(constant.values[tuple(slices)], constant.kind)


def fold_arithmetic(compute: Callable[[Array, Array], Array]) -> FoldConstant:
    """Elementwise arithmetic of two constants."""

    def fold(generation: Generation, node: Node) -> Constant:
        lhs, rhs = generation.get_constant(node, 0), generation.get_constant(node, 1)
        _check_count(prod(np.broadcast_shapes(lhs.shape, rhs.shape)))
        if lhs.is_integer and rhs.is_integer:
            return Constant(compute(lhs.values, rhs.values).astype(np.int64), lhs.kind)
        with np.errstate(all="ignore"):
            return Constant(compute(lhs.get_real(), rhs.get_real()), "float")

    return fold


def fold_mul(generation: Generation, node: Node) -> Constant:
    """Product of constants; quantized weights times a positive number stay quantized."""
    for index in (0, 1):
        weights, factor = (generation.get_constant(node, place) for place in (index, 1 - index))
        if weights.quantization is None or weights.is_integer or factor.values.size != 1:
            continue
        number = float(factor.get_real().ravel()[0])
        if number > 0:
            return replace(weights, quantization=scale_type(weights.quantization, number))
    return fold_arithmetic(np.multiply)(generation, node)


def fold_unary(compute: Callable[[Array], Array]) -> FoldConstant:
    """A function of each element of a constant."""

    def fold(generation: Generation, node: Node) -> Constant:
        with np.errstate(all="ignore"):
            return Constant(compute(generation.get_constant(node, 0).get_real()), "float")

    return fold


def _divide(lhs: Array, rhs: Array) -> Array:
    if lhs.dtype.kind in "iu" and rhs.dtype.kind in "iu":
        if (rhs == 0).any():
            raise RefusedError("expected a divisor that is not 0", "mend the model")
        return np.floor_divide(lhs, rhs)
    return np.divide(lhs, rhs)


def _reshape(constant: Constant, shape: tuple[int, ...]) -> Constant:
    _check_count(prod(max(1, size) for size in shape))
    try:
        values = constant.values.reshape(shape)
    except ValueError as error:
        raise RefusedError(
            f"expected a shape of {constant.values.size} elements, found {quote(str(shape))}",
            "mend the model",
        ) from error
    type_ = constant.quantization
    if type_ is None or type_.axis is None:
        return replace(constant, values=values)
    return replace(
        constant, values=values, quantization=_move_axis(type_, constant.shape, values.shape)
    )


def _move_axis(type_: UniformType, old: tuple[int, ...], new: tuple[int, ...]) -> UniformType:
    assert type_.axis is not None
    before = prod(old[: type_.axis])
    for axis, size in enumerate(new):
        if prod(new[:axis]) == before and size == old[type_.axis]:
            return with_axis(type_, axis)
    raise RefusedError(
        f"expected a reshape that keeps the axis of the scales ({type_.axis} of {list(old)}), "
        f"found {list(new)}",
        "quantize weights after the Reshape",
    )


def _check_plain(constant: Constant) -> None:
    if constant.quantization is not None:
        raise RefusedError(
            "expected plain numbers, found a quantized constant", "quantize it after this node"
        )


def _check_count(count: int) -> None:
    if count > MOST_CONSTANT_ELEMENTS:
        raise RefusedError(
            f"expected at most {MOST_CONSTANT_ELEMENTS} elements, found {count}", "mend the model"
        )


FOLDS: Mapping[str, FoldConstant] = MappingProxyType(
    {
        "Add": fold_arithmetic(np.add),
        "Cast": fold_cast,
        "Concat": fold_concat,
        "Constant": fold_constant,
        "Div": fold_arithmetic(_divide),
        "Dropout": fold_identity,
        "Flatten": fold_flatten,
        "Gather": fold_gather,
        "Identity": fold_identity,
        "Mul": fold_mul,
        "Neg": fold_unary(np.negative),
        "Reshape": fold_reshape,
        "Slice": fold_slice,
        "Sqrt": fold_unary(np.sqrt),
        "Squeeze": fold_squeeze,
        "Sub": fold_arithmetic(np.subtract),
        "Transpose": fold_transpose,
        "Unsqueeze": fold_unsqueeze,
    }
)
"""By operator of ONNX's own domain."""
