"""What the assignment of bits needs to know of a `qnn` function, and how it changes one."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import TensorType
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Attribute, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects.cmix.types import ELEMENT_BITS
from cmixdsl.dialects.qnn.constant import ConstantOp, get_constant_values
from cmixdsl.dialects.qnn.layers import DepthwiseConv2dOp, FullyConnectedOp, LayerOperation
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp, GlobalAvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.qnn.shapes import ConcatOp, DepthToSpaceOp, PadOp, ReshapeOp, TransposeOp
from cmixdsl.dialects.qnn.tensors import (
    QnnTensorType,
    build_tensor_type,
    get_num_elements,
    get_quantization,
    get_shape,
    get_tensor_type,
)
from cmixdsl.interpreters.quantization import dequantize
from cmixdsl.passes.bits.memory import Flavour
from cmixdsl.passes.bits.narrower_types import narrow_type, quantize_weights
from cmixdsl.passes.bits.network import (
    MAX_BITS,
    BitAssignment,
    BitsLayer,
    BitsNetwork,
    BitsTensor,
    LayerKind,
)
from cmixdsl.passes.qnn.conversion import fail, get_tensor_uniform
from cmixdsl.passes.schedules.default_schedules import SHALLOW_CHANNELS

Keeper = (
    AvgPool2dOp
    | GlobalAvgPool2dOp
    | MaxPool2dOp
    | ReshapeOp
    | ConcatOp
    | PadOp
    | TransposeOp
    | DepthToSpaceOp
)
"""What only selects, averages or moves elements: quantized as its operand, it remains so."""


@dataclass(frozen=True)
class QnnBitsNetwork:
    """A network with the values and operations that it was read from."""

    network: BitsNetwork
    values: tuple[SSAValue, ...]
    """For each tensor."""
    layers: tuple[QnnOperation, ...]
    results: tuple[int, ...]
    """The tensors that the function returns."""
    attributes: dict[str, Attribute]
    """Of the function."""


def read_network(function: FuncOp) -> QnnBitsNetwork:
    """The tensors and layers of a function whose folds are done.

    Ends the pass, naming the layer, where activations are not quantized with one scale, and where
    an argument is no tensor.
    """
    for argument in function.args:
        if not isinstance(argument.type, TensorType):
            raise_pass_failure(
                function,
                f"expected tensors as arguments, found %{argument.name_hint} of {argument.type}",
            )
    layers = [
        op
        for op in function.body.block.ops
        if isinstance(op, QnnOperation) and not isinstance(op, ConstantOp)
    ]
    values: list[SSAValue] = [*function.args, *(layer.output for layer in layers)]
    numbers = {value: number for number, value in enumerate(values)}
    groups = _get_groups(layers, numbers)
    results = _get_results(function, numbers)
    tensors = [
        BitsTensor(
            value.name_hint or f"{number}",
            get_num_elements(value),
            groups[number],
            _get_bits(function, value),
            is_fixed=number < len(function.args) or number in results,
            storage=_get_storage(value, numbers, groups),
        )
        for number, value in enumerate(values)
    ]
    network = BitsNetwork(
        tuple(tensors), tuple(_describe(layer, numbers, tensors) for layer in layers)
    )
    return QnnBitsNetwork(network, tuple(values), tuple(layers), results, dict(function.attributes))


def _get_groups(layers: Sequence[QnnOperation], numbers: dict[SSAValue, int]) -> list[int]:
    """The first tensor that each has its bits in common with, which may be itself."""
    groups = list(range(len(numbers)))
    for layer in layers:
        if not isinstance(layer, Keeper):
            continue
        for operand in _get_activations(layer, numbers):
            if get_quantization(operand) == get_quantization(layer.output):
                one, other = groups[numbers[operand]], groups[numbers[layer.output]]
                groups = [min(one, other) if group in (one, other) else group for group in groups]
    return groups


def _get_activations(layer: QnnOperation, numbers: dict[SSAValue, int]) -> list[SSAValue]:
    """The operands that are no constants, each once."""
    return [operand for operand in dict.fromkeys(layer.operands) if operand in numbers]


def _get_results(function: FuncOp, numbers: dict[SSAValue, int]) -> tuple[int, ...]:
    terminator = function.body.block.last_op
    assert isinstance(terminator, ReturnOp)
    return tuple(numbers[value] for value in terminator.arguments if value in numbers)


def _get_bits(function: FuncOp, value: SSAValue) -> int:
    """The width in memory, which is the next that can be packed."""
    if isinstance(value.owner, QnnOperation):
        uniform = get_tensor_uniform(value.owner, value)
    else:
        uniform = get_quantization(value)
    if uniform is None or uniform.storage_bits > MAX_BITS:
        raise_pass_failure(
            function,
            f"expected tensors quantized with at most {MAX_BITS} bits, found %{value.name_hint} of "
            f"{get_tensor_type(value)}: quantize it with qnn.quantize and fold that",
        )
    return next(bits for bits in ELEMENT_BITS if uniform.storage_bits <= bits)


def _get_storage(
    value: SSAValue, numbers: dict[SSAValue, int], groups: Sequence[int]
) -> int | None:
    if not isinstance(value.owner, ReshapeOp):
        return None
    source = numbers.get(value.owner.input)
    return source if source is not None and groups[source] == groups[numbers[value]] else None


def _describe(
    layer: QnnOperation, numbers: dict[SSAValue, int], tensors: Sequence[BitsTensor]
) -> BitsLayer:
    inputs = tuple(numbers[operand] for operand in _get_activations(layer, numbers))
    output = numbers[layer.output]
    if not isinstance(layer, LayerOperation):
        return BitsLayer(tensors[output].name, None, inputs, output)
    uniform = get_quantization(layer.filter)
    bits = MAX_BITS if uniform is None else min(uniform.storage_bits, MAX_BITS)
    return BitsLayer(
        tensors[output].name,
        get_kind(layer),
        inputs,
        output,
        get_num_elements(layer.filter),
        layer.channels,
        next(width for width in ELEMENT_BITS if bits <= width),
    )


def get_kind(layer: LayerOperation) -> LayerKind:
    """The row of the cycles that a multiplication takes."""
    if isinstance(layer, FullyConnectedOp):
        return "matrix"
    if isinstance(layer, DepthwiseConv2dOp):
        return "depthwise" if layer.window.strides[1] == 1 else "strided"
    if get_shape(layer.filter)[1:3] == (1, 1):
        return "pointwise"
    return "shallow" if get_shape(layer.input)[-1] <= SHALLOW_CHANNELS else "spatial"


# region changes


def build_narrower_type(value: SSAValue, bits: int) -> QnnTensorType:
    """The type of a quantized tensor with so many bits, or fewer when it has fewer."""
    uniform = get_quantization(value)
    assert uniform is not None
    narrower = narrow_type(uniform, bits) if uniform.storage_bits > bits else uniform
    return build_tensor_type(get_shape(value), narrower)


def narrow_weights(layer: LayerOperation, bits: int, flavour: Flavour) -> None:
    """Quantizes weights of real numbers, or of more bits, to so many bits."""
    values, uniform = get_constant_values(layer.filter), get_quantization(layer.filter)
    if values is None:
        fail(layer, "expected constant weights, found ones that are computed")
    if uniform is not None and uniform.storage_bits <= bits:
        return
    reals = values if uniform is None else dequantize(values, uniform)
    axis = layer.CHANNEL_AXIS if flavour == "pc-icn" else None
    stored, new = quantize_weights(reals, bits, axis)
    constant = ConstantOp(stored, build_tensor_type(stored.shape, new))
    constant.output.name_hint = layer.filter.name_hint
    Rewriter.insert_op(constant, InsertPoint.before(layer))
    old = layer.filter.owner
    layer.operands[1] = constant.output
    if isinstance(old, ConstantOp) and not old.output.uses:
        Rewriter.erase_op(old)


def apply_assignment(source: QnnBitsNetwork, assignment: BitAssignment, flavour: Flavour) -> None:
    """Rewrites the types of activations and weights."""
    for layer, found in zip(source.layers, source.network.layers, strict=True):
        if not source.network.tensors[found.output].is_fixed:
            type_ = build_narrower_type(layer.output, assignment.tensor_bits[found.output])
            Rewriter.replace_value_with_new_type(layer.output, type_)
    for layer, bits in zip(source.layers, assignment.weight_bits, strict=True):
        if isinstance(layer, LayerOperation):
            narrow_weights(layer, bits, flavour)


# endregion
