"""What a module of level 1 says about itself as a network: its function, inputs and outputs.

They are tensors of real numbers, or of stored integers that stand for such.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute, SSAValue
from xdsl.utils.hints import isa

from cmixdsl.dialects.qnn.functions import QuantizeOp
from cmixdsl.dialects.qnn.tensors import QnnTensorType, get_quantization, get_shape
from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError
from cmixdsl.interpreters.quantization import dequantize, get_storage_dtype
from cmixdsl.model import advise_shape, find_function
from cmixdsl.packing import pack, unpack

Array = npt.NDArray[Any]
PACKED_BITS = (2, 4, 8)
"""Widths of the elements of `cmix`; stored integers take the least that holds them."""


@dataclass(frozen=True)
class GraphModel:
    """The public function of a module of level 1, and the tensors that go in and come out."""

    function: FuncOp
    inputs: tuple[QnnTensorType, ...]
    outputs: tuple[QnnTensorType, ...]

    @property
    def name(self) -> str:
        """The symbol of the function."""
        return self.function.sym_name.data


def find_graph_model(module: ModuleOp) -> GraphModel:
    """The network in a module of level 1.

    Raises CmixError unless there is exactly one public function, on tensors of f32 or of quantized
    types.
    """
    function = find_function(module)
    name = function.sym_name.data
    inputs = _get_tensors(function.function_type.inputs, f"arguments of @{name}")
    outputs = _get_tensors(function.function_type.outputs, f"results of @{name}")
    return GraphModel(function, inputs, outputs)


def check_graph_inputs(model: GraphModel, inputs: Sequence[Array]) -> None:
    """Raises CmixError unless there is one fitting array for each input of `model`."""
    if len(inputs) != len(model.inputs):
        raise CmixError(f"expected {len(model.inputs)} input arrays, found {len(inputs)}")
    for index, (values, type_) in enumerate(zip(inputs, model.inputs, strict=True)):
        check_graph_input(values, type_, f"input {index}")


def check_graph_input(values: Array, type_: QnnTensorType, name: str) -> None:
    """Raises CmixError unless `values` can be a tensor of `type_`.

    These are integers in the range of the storage, or finite numbers for f32, in its shape.
    """
    element = type_.element_type
    if values.shape != type_.get_shape():
        raise CmixError(
            f"{name}: expected an array of shape {type_.get_shape()}, found {values.shape}"
            f"{advise_shape(type_.get_shape(), values.shape)}"
        )
    kinds = "iu" if isinstance(element, UniformType) else "iuf"
    if values.dtype.kind not in kinds:
        what = "integers" if kinds == "iu" else "numbers"
        raise CmixError(f"{name}: expected {what}, found {values.dtype}")
    if isinstance(element, UniformType):
        low, high = element.storage_range
        is_outside, wanted = (values < low) | (values > high), f"values in [{low}, {high}]"
    else:
        is_outside, wanted = ~np.isfinite(values), "finite numbers"
    if is_outside.any():
        position = tuple(int(index) for index in np.argwhere(is_outside)[0])
        raise CmixError(f"{name}: expected {wanted}, found {values[position]} at {position}")


def get_runtime_dtype(type_: QnnTensorType) -> np.dtype[Any]:
    """What the interpreter holds a tensor in: float64 for f32, int32 or int64 for integers."""
    element = type_.element_type
    return get_storage_dtype(element) if isinstance(element, UniformType) else np.dtype(np.float64)


def build_random_graph_inputs(model: GraphModel, seed: int) -> list[Array]:
    """Random inputs over the whole range of their type, or of that to which they are quantized.

    Real numbers that no operation quantizes lie in [0, 1).
    """
    generator = np.random.default_rng(seed)
    return [draw_argument(generator, argument) for argument in model.function.body.block.args]


def draw_argument(generator: np.random.Generator, argument: SSAValue) -> Array:
    """What `build_random_graph_inputs` takes for one argument of the function."""
    user = next((use.operation for use in argument.uses), None)
    type_ = get_quantization(argument)
    quantizer = get_quantization(user.output) if isinstance(user, QuantizeOp) else None
    uniform = type_ or quantizer
    if uniform is None:
        return generator.uniform(0, 1, get_shape(argument))
    low, high = uniform.storage_range
    stored = generator.integers(low, high + 1, get_shape(argument)).astype(
        get_storage_dtype(uniform)
    )
    return stored if type_ is not None else dequantize(stored, uniform)


def pack_values(values: Array, type_: QnnTensorType) -> npt.NDArray[np.uint8]:
    """The bytes of a tensor: packed as in `cmix` up to 8 bits, else whole words; f32 as such."""
    bits = _get_packed_bits(type_)
    if bits is not None:
        return pack(values, bits)
    return np.frombuffer(values.astype(_get_wide_dtype(type_)).tobytes(), np.uint8)


def unpack_values(data: npt.NDArray[np.uint8], type_: QnnTensorType) -> Array:
    """What `pack_values` packed, in the dtype of `get_runtime_dtype`."""
    bits = _get_packed_bits(type_)
    if bits is None:
        values = np.frombuffer(data.tobytes(), _get_wide_dtype(type_))
        return values.reshape(type_.get_shape()).astype(get_runtime_dtype(type_))
    assert isinstance(type_.element_type, UniformType)
    return unpack(data, type_.get_shape(), bits, type_.element_type.is_signed)


def _get_packed_bits(type_: QnnTensorType) -> int | None:
    element = type_.element_type
    if not isinstance(element, UniformType):
        return None
    return next((bits for bits in PACKED_BITS if element.storage_bits <= bits), None)


def _get_wide_dtype(type_: QnnTensorType) -> np.dtype[Any]:
    element = type_.element_type
    if not isinstance(element, UniformType):
        return np.dtype("<f4")
    return np.dtype("<i4" if element.is_signed else "<u4")


def _get_tensors(types: Iterable[Attribute], subject: str) -> tuple[QnnTensorType, ...]:
    tensors: list[QnnTensorType] = []
    for type_ in types:
        if not isa(type_, QnnTensorType):
            raise CmixError(
                f"{subject}: expected tensors of f32 or of !quant.uniform, found {type_}"
            )
        tensors.append(type_)
    return tuple(tensors)
