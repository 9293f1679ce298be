"""What a module says about itself as a network: its function, packed inputs and outputs, layers.

At level 2 the one public function takes and returns `!cmix.packed` values. Below it takes buffers,
inputs then outputs, and says in the attributes `cmix.inputs` and `cmix.outputs` what they hold. For
level 1 see `graph_model.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    IntegerAttr,
    IntegerType,
    MemRefType,
    ModuleOp,
    StringAttr,
    TensorType,
)
from xdsl.dialects.func import CallOp, FuncOp
from xdsl.dialects.memref import GetGlobalOp, GlobalOp
from xdsl.ir import Attribute, SSAValue
from xdsl.utils.hints import isa

from cmixdsl.diagnostics import build_error_at
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.errors import CmixError

INPUTS_ATTRIBUTE = "cmix.inputs"
OUTPUTS_ATTRIBUTE = "cmix.outputs"
LAYER_ATTRIBUTE = "cmix.layer"
INPUT_QUANTIZATION_ATTRIBUTE = "cmix.input_quantization"
OUTPUT_QUANTIZATION_ATTRIBUTE = "cmix.output_quantization"
REQUANTIZATION_ATTRIBUTE = "cmix.requantization"


@dataclass(frozen=True)
class Model:
    """The public function of a module, and the packed tensors that go in and come out."""

    function: FuncOp
    inputs: tuple[PackedType, ...]
    outputs: tuple[PackedType, ...]
    in_buffers: bool
    """Whether inputs and outputs are buffer arguments, as they are below level 2."""

    @property
    def name(self) -> str:
        """The symbol of the function."""
        return self.function.sym_name.data

    @property
    def arena_bytes(self) -> int:
        """Bytes of memory that the caller provides besides inputs and outputs."""
        buffers = self.function.function_type.inputs.data
        extra = buffers[len(self.inputs) + len(self.outputs) :] if self.in_buffers else ()
        return sum(_get_bytes(buffer) for buffer in extra)


@dataclass(frozen=True)
class Layer:
    """One layer, as the attribute `cmix.layer` of its function or of the call describes it."""

    name: str
    op: str
    bits: str
    """Input, output and weights, such as `u8_u4_u2`."""
    shape: str
    """First input and output, such as `4x4x3 -> 2x2x3`."""
    macs: int
    """Multiplications of an input element by a weight."""
    weight_bytes: int
    activation_bytes: int
    """Inputs and output."""
    buffer_bytes: int
    """Inputs, output and scratch: the buffers that the function is given."""
    function: str
    """Symbol of the function that computes the layer."""
    call: int
    """Which call of the function it is, from 0: equal layers share one."""


@dataclass(frozen=True)
class Memory:
    """What a network takes, in bytes."""

    constant_bytes: int
    """Weights, biases, tables."""
    variable_bytes: int
    """The arena."""
    input_bytes: int
    """The caller's."""
    output_bytes: int
    """The caller's."""


def is_private(function: FuncOp) -> bool:
    """Whether only this module calls the function."""
    return function.sym_visibility is not None and function.sym_visibility.data == "private"


def find_function(module: ModuleOp) -> FuncOp:
    """The function that is the network.

    Raises CmixError unless exactly one function is public and has a body, of one block.
    """
    functions = [op for op in module.ops if isinstance(op, FuncOp) and _is_public(op)]
    if len(functions) != 1:
        names = ", ".join(f"@{op.sym_name.data}" for op in functions) or "none"
        raise build_error_at(
            functions[1] if functions else module,
            f"expected a module with exactly one public function, found {names}",
        )
    (function,) = functions
    if len(function.body.blocks) != 1:
        raise build_error_at(
            function,
            f"expected @{function.sym_name.data} to be one block, found "
            f"{len(function.body.blocks)}: control flow is not supported",
        )
    return function


def is_graph(module: ModuleOp) -> bool:
    """Whether the network in `module` takes or returns tensors, as at level 1.

    Raises CmixError unless there is exactly one public function.
    """
    signature = find_function(module).function_type
    return any(isinstance(type_, TensorType) for type_ in (*signature.inputs, *signature.outputs))


def find_model(module: ModuleOp) -> Model:
    """The model in `module`, at level 2 or below.

    Raises CmixError unless there is exactly one public function with a body, and its inputs and
    outputs are known to be packed tensors.
    """
    function = find_function(module)
    if INPUTS_ATTRIBUTE in function.attributes or OUTPUTS_ATTRIBUTE in function.attributes:
        inputs = _get_packed_attribute(function, INPUTS_ATTRIBUTE)
        outputs = _get_packed_attribute(function, OUTPUTS_ATTRIBUTE)
        return Model(function, inputs, outputs, in_buffers=True)
    inputs = _get_packed(function.function_type.inputs, f"arguments of @{function.sym_name.data}")
    outputs = _get_packed(function.function_type.outputs, f"results of @{function.sym_name.data}")
    return Model(function, inputs, outputs, in_buffers=False)


def get_layers(module: ModuleOp) -> tuple[Layer, ...]:
    """The layers of a module whose layers are functions, in the order in which they are called.

    A call that has the attribute itself says which of several layers it is that share a function.
    """
    functions = {op.sym_name.data: op for op in module.ops if isinstance(op, FuncOp)}
    calls = [op for op in module.walk() if isinstance(op, CallOp)]
    counts: dict[str, int] = {}
    layers: list[Layer] = []
    for call in calls:
        name = call.callee.string_value()
        function = functions.get(name)
        if function is None:
            continue
        layer = call.attributes.get(LAYER_ATTRIBUTE, function.attributes.get(LAYER_ATTRIBUTE))
        if isinstance(layer, DictionaryAttr):
            buffers = [value.type for value in call.arguments if not _is_table(value)]
            counts[name] = counts.get(name, -1) + 1
            layers.append(_get_layer(layer, name, counts[name], buffers))
    for name, function in functions.items():
        layer = function.attributes.get(LAYER_ATTRIBUTE)
        if isinstance(layer, DictionaryAttr) and name not in counts:
            layers.append(_get_layer(layer, name, 0, function.function_type.inputs))
    return tuple(layers)


def _is_table(value: SSAValue) -> bool:
    """Whether a call passes constants, not a buffer."""
    return isinstance(value.owner, GetGlobalOp)


def get_memory(module: ModuleOp) -> Memory:
    """Sums the global buffers of `module`, and what it wants from its caller."""
    constant_bytes = variable_bytes = 0
    for op in module.ops:
        if isinstance(op, GlobalOp):
            if op.constant is None:
                variable_bytes += _get_bytes(op.type)
            else:
                constant_bytes += _get_bytes(op.type)
    model = find_model(module)
    inputs, outputs = (
        sum(packed.get_storage_bytes() for packed in tensors)
        for tensors in (model.inputs, model.outputs)
    )
    return Memory(constant_bytes, variable_bytes, inputs, outputs)


def check_input(values: npt.NDArray[Any], packed: PackedType, name: str) -> None:
    """Raises CmixError unless `values` has the shape of `packed`, integers, and values in range."""
    if values.shape != packed.get_shape():
        raise CmixError(
            f"{name}: expected an array of shape {packed.get_shape()}, found {values.shape}"
            f"{advise_shape(packed.get_shape(), values.shape)}"
        )
    if not np.issubdtype(values.dtype, np.integer):
        raise CmixError(f"{name}: expected integers, found {values.dtype}")
    low, high = packed.element_range
    outside = np.argwhere((values < low) | (values > high))
    if len(outside):
        position = tuple(int(index) for index in outside[0])
        raise CmixError(
            f"{name}: expected values in [{low}, {high}] for {packed.get_short_name()}, "
            f"found {values[position]} at {position}"
        )


def advise_shape(expected: tuple[int, ...], found: tuple[int, ...]) -> str:
    """The end of a message on a wrong shape: what to do about an image of another tool's layout."""
    without_batch = found[1:] if len(found) == len(expected) + 1 else found
    if without_batch == expected:
        return ": leave out the batch"
    if len(expected) > 1 and without_batch == (expected[-1], *expected[:-1]):
        return ": move the channels to the last axis (numpy.moveaxis)"
    return ""


def check_inputs(model: Model, inputs: Sequence[npt.NDArray[Any]]) -> None:
    """Raises CmixError unless there is one fitting array for each input of `model`."""
    if len(inputs) != len(model.inputs):
        raise CmixError(f"expected {len(model.inputs)} input arrays, found {len(inputs)}")
    for index, (values, packed) in enumerate(zip(inputs, model.inputs, strict=True)):
        check_input(values, packed, f"input {index}")


def build_random_inputs(model: Model, seed: int) -> list[npt.NDArray[np.int32]]:
    """Uniformly random elements over the whole range of each input; equal seeds, equal arrays."""
    generator = np.random.default_rng(seed)
    return [
        generator.integers(
            packed.element_range[0], packed.element_range[1] + 1, packed.get_shape(), np.int32
        )
        for packed in model.inputs
    ]


def _get_bytes(buffer: Attribute) -> int:
    if not isa(buffer, MemRefType[IntegerType]):
        raise CmixError(f"expected global buffers of integers, found {buffer}")
    return prod(buffer.get_shape()) * max(1, buffer.element_type.width.data // 8)


def _is_public(function: FuncOp) -> bool:
    visibility = function.sym_visibility
    return not function.is_declaration and (visibility is None or visibility.data == "public")


def _get_packed_attribute(function: FuncOp, name: str) -> tuple[PackedType, ...]:
    attribute = function.attributes.get(name)
    if not isinstance(attribute, ArrayAttr):
        raise CmixError(f"@{function.sym_name.data}: expected attribute {name} = [packed types]")
    return _get_packed(cast(ArrayAttr[Attribute], attribute), f"attribute {name}")


def _get_packed(types: Iterable[Attribute], subject: str) -> tuple[PackedType, ...]:
    packed: list[PackedType] = []
    for type in types:
        if not isinstance(type, PackedType):
            raise CmixError(f"{subject}: expected types !cmix.packed<...>, found {type}")
        packed.append(type)
    return tuple(packed)


def _get_layer(
    layer: DictionaryAttr, function: str, call: int, buffers: Iterable[Attribute]
) -> Layer:
    return Layer(
        name=_get_text(layer, "name"),
        op=_get_text(layer, "op"),
        bits=_get_text(layer, "bits"),
        shape=_get_text(layer, "shape"),
        macs=_get_number(layer, "macs"),
        weight_bytes=_get_number(layer, "weight_bytes"),
        activation_bytes=_get_number(layer, "activation_bytes"),
        buffer_bytes=sum(
            _get_bytes(buffer) for buffer in buffers if isa(buffer, MemRefType[IntegerType])
        ),
        function=function,
        call=call,
    )


def _get_text(layer: DictionaryAttr, key: str) -> str:
    value = layer.data.get(key)
    if not isinstance(value, StringAttr):
        raise CmixError(
            f"attribute {LAYER_ATTRIBUTE}: expected a string for '{key}', found {value}"
        )
    return value.data


def _get_number(layer: DictionaryAttr, key: str) -> int:
    """Layers without weights leave out what they have none of."""
    value = layer.data.get(key)
    if value is None:
        return 0
    if not isinstance(value, IntegerAttr):
        raise CmixError(
            f"attribute {LAYER_ATTRIBUTE}: expected an integer for '{key}', found {value}"
        )
    return value.value.data
