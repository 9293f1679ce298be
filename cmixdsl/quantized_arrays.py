"""Arrays of real numbers for networks that take integers."""

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ArrayAttr
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute

from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError
from cmixdsl.interpreters.quantization import quantize
from cmixdsl.model import INPUT_QUANTIZATION_ATTRIBUTE, OUTPUT_QUANTIZATION_ATTRIBUTE

Array: TypeAlias = npt.NDArray[Any]


def get_input_types(function: FuncOp) -> tuple[UniformType, ...]:
    """What the integers of inputs mean, in a function that was legalized; none in others."""
    return _get_types(function, INPUT_QUANTIZATION_ATTRIBUTE)


def get_output_types(function: FuncOp) -> tuple[UniformType, ...]:
    """The same for outputs."""
    return _get_types(function, OUTPUT_QUANTIZATION_ATTRIBUTE)


def quantize_inputs(function: FuncOp, inputs: Sequence[Array]) -> list[Array]:
    """Stored integers for arrays of real numbers; arrays of integers stay as they are.

    So do all where the function does not say what its integers mean, or has other inputs. Raises
    CmixError for numbers that are not finite.
    """
    types = get_input_types(function)
    if len(types) != len(inputs):
        return list(inputs)
    return [
        _quantize(values, type_, f"input {index}") if values.dtype.kind == "f" else values
        for index, (values, type_) in enumerate(zip(inputs, types, strict=True))
    ]


def _quantize(values: Array, type_: UniformType, name: str) -> Array:
    is_wrong = ~np.isfinite(values)
    if is_wrong.any():
        position = tuple(int(index) for index in np.argwhere(is_wrong)[0])
        raise CmixError(f"{name}: expected finite numbers, found {values[position]} at {position}")
    return quantize(values, type_)


def _get_types(function: FuncOp, name: str) -> tuple[UniformType, ...]:
    attribute = function.attributes.get(name)
    if not isinstance(attribute, ArrayAttr):
        return ()
    types = cast(ArrayAttr[Attribute], attribute)
    return tuple(type_ for type_ in types if isinstance(type_, UniformType))
