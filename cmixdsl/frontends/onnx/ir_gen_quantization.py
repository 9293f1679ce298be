"""Nodes that say how numbers are quantized: QDQ pairs and QONNX."""

from dataclasses import replace

import numpy as np

from cmixdsl.dialects.qnn.functions import QuantizeOp
from cmixdsl.dialects.quant import UniformType
from cmixdsl.frontends.onnx.generation import Generation
from cmixdsl.frontends.onnx.graph import Node, quote
from cmixdsl.frontends.onnx.quantization import (
    EVEN_ROUNDINGS,
    INTEGER_KINDS,
    ROUNDINGS,
    build_type,
    find_axis,
    get_bounds,
    narrow_type,
    quantize_constant,
)
from cmixdsl.frontends.onnx.values import Constant, ImportedTensor, RefusedError, Value
from cmixdsl.packing import get_element_range

MOST_BITS = 32


def ir_gen_quantize_linear(generation: Generation, node: Node) -> Value:
    """`round(x / scale) + zero point`; scale and zero point must be constant."""
    value = generation.get_value(node, 0)
    kind = _get_kind(generation, node)
    type_ = read_linear_type(generation, node, value.shape, kind)
    if isinstance(value, Constant):
        return quantize_constant(value.get_real(), type_, kind=kind)
    tensor = generation.get_real_tensor(node, 0)
    return replace(_build_quantized(generation, tensor, type_), is_integer=True)


def ir_gen_dequantize_linear(generation: Generation, node: Node) -> Value:
    """`(x - zero point) * scale`; gives a tensor the meaning that QuantizeLinear gave it."""
    value = generation.get_value(node, 0)
    if isinstance(value, Constant):
        kind = value.kind
        if kind not in INTEGER_KINDS:
            raise RefusedError(f"expected integers, found {kind}", "mend the model")
        type_ = read_linear_type(generation, node, value.shape, kind)
        if value.quantization is None:
            type_ = narrow_type(type_, *value.bounds) if value.bounds else type_
            return Constant(value.values.astype(np.int64), "float", type_)
        _check_same(value.quantization, type_)
        return replace(value, kind="float")
    if value.quantization is None or not value.is_integer:
        raise RefusedError(
            f"expected integers, found real numbers in '{quote(node.get_input(0))}'",
            "put a QuantizeLinear before the node",
            depends_on_input=True,
        )
    bits, is_signed = value.quantization.storage_bits, value.quantization.is_signed
    kind = f"{'' if is_signed else 'u'}int{bits}"
    _check_same(value.quantization, read_linear_type(generation, node, value.shape, kind))
    return replace(value, is_integer=False)


def ir_gen_quant(generation: Generation, node: Node) -> Value:
    """QONNX's Quant: `(clamp(round(x / scale + zero point)) - zero point) * scale`."""
    value = generation.get_value(node, 0)
    bits = _read_bits(generation, node, 3)
    is_signed, is_narrow = bool(node.get_int("signed", 1)), bool(node.get_int("narrow", 0))
    rounding = node.get_text("rounding_mode", "ROUND").upper()
    if rounding not in ROUNDINGS:
        raise RefusedError(
            f"expected rounding_mode {', '.join(ROUNDINGS)}, found '{quote(rounding)}'",
            "train with another rounding",
        )
    if bits == 1 and is_signed:
        raise RefusedError("expected at least 2 signed bits, found 1", "use BipolarQuant")
    type_ = _read_quant_type(
        generation, node, value.shape, get_bounds(bits, is_signed, is_narrow), is_signed
    )
    if isinstance(value, Constant):
        stored = quantize_constant(value.get_real(), type_, rounding, rounds_sum=True)
        return replace(stored, kind="float")
    if rounding not in EVEN_ROUNDINGS:
        raise RefusedError(
            f"expected rounding_mode ROUND for a computed tensor, found {rounding}",
            "train with rounding to the nearest",
        )
    return _build_quantized(generation, generation.get_real_tensor(node, 0), type_)


def ir_gen_bipolar_quant(generation: Generation, node: Node) -> Value:
    """QONNX's BipolarQuant of a constant: `scale` or `-scale`, two bits of storage."""
    value = generation.get_value(node, 0)
    if not isinstance(value, Constant):
        raise RefusedError(
            "expected constant weights, found a computed tensor",
            "quantize activations with Quant of at least 2 bits",
            depends_on_input=value.is_suspect,
        )
    scales = generation.get_real_constant(node, 1)
    axis = find_axis([scales.shape], value.shape)
    type_ = build_type((-1, 1), True, _flatten(scales, axis), np.zeros(1), axis)
    return Constant(np.where(value.get_real() >= 0, 1, -1), "float", type_)


def ir_gen_trunc(generation: Generation, node: Node) -> Value:
    """QONNX's Trunc where it drops no bits: the tensor as it is.

    Its second version has an output scale before the bits that are kept.
    """
    tensor = generation.get_quantized_tensor(node, 0)
    is_rescaled = node.has_input(5)
    scales = [generation.get_real_constant(node, index) for index in (1, 4)] if is_rescaled else []
    given, kept = _read_bits(generation, node, 3), _read_bits(generation, node, 4 + is_rescaled)
    if len(scales) == 2 and not np.array_equal(scales[0].ravel(), scales[1].ravel()):
        raise RefusedError(
            "expected the same scale out as in, found others",
            "replace the Trunc by a Quant, which rounds",
        )
    if given != kept:
        raise RefusedError(
            f"expected as many bits out as in, found {given} and {kept}",
            "replace the Trunc by a Quant, which rounds",
        )
    return tensor


def ir_gen_clip_integers(generation: Generation, node: Node, low: float, high: float) -> Value:
    """Clip between QuantizeLinear and DequantizeLinear: how exporters write a narrower range."""
    value = generation.get_value(node, 0)
    if isinstance(value, Constant):
        if value.quantization is None:
            return replace(value, values=np.clip(value.values, low, high), bounds=(low, high))
        type_ = narrow_type(value.quantization, low, high)
        return replace(
            value, values=np.clip(value.values, *type_.storage_range), quantization=type_
        )
    assert value.quantization is not None
    source = value.value
    if isinstance(source.owner, QuantizeOp):
        source = source.owner.input
    type_ = narrow_type(value.quantization, low, high)
    narrowed = generation.build_quantize(value.with_value(source), type_)
    return replace(narrowed, is_integer=True)


def read_linear_type(
    generation: Generation, node: Node, shape: tuple[int, ...], kind: str
) -> UniformType:
    """The type that QuantizeLinear's and DequantizeLinear's inputs 1 and 2 and axis describe."""
    if kind not in INTEGER_KINDS:
        raise RefusedError(
            f"expected integers of {', '.join(INTEGER_KINDS)}, found {kind}",
            "quantize to integers of at most 8 bits",
        )
    if node.get_int("block_size", 0):
        raise RefusedError(
            "expected scales per tensor or channel, found blocks", "quantize per channel"
        )
    bits, is_signed = INTEGER_KINDS[kind]
    scales = generation.get_real_constant(node, 1)
    zeros = generation.get_real_constant(node, 2) if node.has_input(2) else np.zeros(1)
    axis = None
    if scales.size != 1:
        axis = 0 if len(shape) == 1 else node.get_int("axis", 1)
        axis = axis + len(shape) if axis < 0 else axis
        if scales.ndim != 1 or not 0 <= axis < len(shape) or shape[axis] != scales.size:
            raise RefusedError(
                f"expected one scale for each index of axis {axis} of {list(shape)}, found "
                f"{list(scales.shape)}",
                "quantize per tensor or per channel",
                depends_on_input=True,
            )
    return build_type(get_element_range(bits, is_signed), is_signed, scales, zeros, axis)


def _get_kind(generation: Generation, node: Node) -> str:
    """The integers that QuantizeLinear makes: those of the zero point, else of an attribute."""
    if node.has_input(2):
        return generation.get_constant(node, 2).kind
    by_number = {2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 21: "uint4", 22: "int4"}
    by_number |= {25: "uint2", 26: "int2", 0: "uint8"}
    number = node.get_int("output_dtype", 0)
    return by_number.get(number, f"type {number}")


def _read_quant_type(
    generation: Generation,
    node: Node,
    shape: tuple[int, ...],
    bounds: tuple[int, int],
    is_signed: bool,
) -> UniformType:
    scales, zeros = generation.get_real_constant(node, 1), generation.get_real_constant(node, 2)
    axis = find_axis([scales.shape, zeros.shape], shape)
    if axis is not None and scales.size == 1:
        scales = np.full(shape[axis], scales.ravel()[0])
    return build_type(bounds, is_signed, _flatten(scales, axis), _flatten(zeros, axis), axis)


def _read_bits(generation: Generation, node: Node, index: int) -> int:
    values = generation.get_real_constant(node, index).ravel()
    bits = float(values[0]) if values.size else 0.0
    if (values != bits).any() or bits != int(bits) or not 1 <= bits <= MOST_BITS:
        raise RefusedError(
            f"expected one whole number of bits, 1 to {MOST_BITS}, found {quote(str(values[:2]))}",
            "train with whole bit widths",
        )
    return int(bits)


def _flatten(values: np.ndarray, axis: int | None) -> np.ndarray:
    return values.ravel() if axis is not None else values.ravel()[:1]


def _build_quantized(
    generation: Generation, tensor: ImportedTensor, type_: UniformType
) -> ImportedTensor:
    """`qnn.quantize` of an activation, whose type is per tensor and of at most 8 bits."""
    if type_.is_per_axis:
        raise RefusedError(
            "expected one scale for a computed tensor, found one for each channel",
            "quantize activations per tensor",
        )
    if type_.storage_bits > 8:
        raise RefusedError(
            f"expected activations of at most 8 bits, found {type_.storage_bits}",
            "quantize activations to at most 8 bits",
        )
    return generation.build_quantize(tensor, type_)


def _check_same(found: UniformType, expected: UniformType) -> None:
    if (found.scales, found.zero_points, found.axis) != (
        expected.scales,
        expected.zero_points,
        expected.axis,
    ):
        raise RefusedError(
            "expected the scale and zero point of the QuantizeLinear before it, found others",
            "use the same ones",
            depends_on_input=True,
        )
