"""What conversions from `qnn` to `cmix` share: types, values already converted, and errors."""

from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
import numpy.typing as npt
from xdsl.builder import Builder
from xdsl.dialects.builtin import IntegerType, Signedness
from xdsl.ir import Operation, SSAValue
from xdsl.utils.exceptions import VerifyException

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects.cmix.constant import ConstantOp as PackedConstantOp
from cmixdsl.dialects.cmix.types import ELEMENT_BITS, PackedType
from cmixdsl.dialects.qnn.constant import get_constant_values
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.tensors import QnnTensorType, get_quantization, get_tensor_type
from cmixdsl.dialects.quant import UniformType
from cmixdsl.passes.qnn.layer_requantization import Requantization
from cmixdsl.passes.qnn.multipliers import round_half_away
from cmixdsl.passes.qnn.real_requantization import OutputElements

Reals = npt.NDArray[np.float64]


@dataclass
class Conversion:
    """The state of one function's conversion."""

    requantization: Requantization
    builder: Builder
    values: dict[SSAValue, SSAValue] = field(default_factory=dict[SSAValue, SSAValue])
    """Values of level 1 and what stands for them on level 2."""
    unknown: set[SSAValue] = field(default_factory=set[SSAValue])
    """Values of level 1 that cannot be packed, as has been said."""

    def get_packed(self, source: QnnOperation, value: SSAValue) -> SSAValue:
        """The packed tensor for an operand of `source`; constants are converted when used."""
        if value in self.values:
            return self.values[value]
        elements = get_constant_values(value)
        assert elements is not None, "what is not constant has been converted"
        constant = PackedConstantOp(elements, get_packed_type_of(source, value))
        packed = self.insert(source, constant, value.name_hint)
        self.values[value] = packed
        return packed

    def insert(self, source: QnnOperation, op: Operation, hint: str | None = None) -> SSAValue:
        """Inserts a part of what `source` becomes; its result has the hint, or that of `source`.

        Ends the pass when the operation does not verify, because numbers do not fit 32 bits.
        """
        op.location = source.location
        result = op.results[0]
        result.name_hint = hint or source.output.name_hint
        self.builder.insert(op)
        try:
            op.verify()
        except VerifyException as error:
            fail(source, f"{error}; use smaller scales, fewer bits or requantization=thresholds")
        return result

    @property
    def is_tflite(self) -> bool:
        """Whether results are those of TensorFlow Lite, bit by bit."""
        return self.requantization == "fixed-point"


def fail(source: QnnOperation, message: str) -> NoReturn:
    """Ends the pass because of a layer, which the message names."""
    name = source.output.name_hint
    raise_pass_failure(source, f"layer '{name}': {message}" if name else message)


def get_hint(source: QnnOperation, part: str) -> str:
    """The name of a part of what an operation becomes."""
    name = source.output.name_hint
    return f"{name}_{part}" if name else part


# region types


def get_uniform(source: QnnOperation, value: SSAValue) -> UniformType:
    """How an operand or the result of `source` is quantized; ends the pass when it is not."""
    uniform = get_quantization(value)
    if uniform is None:
        what = "result" if value is source.output else "operand"
        name = f" %{value.name_hint}" if value.name_hint else ""
        fail(
            source,
            f"expected a quantized {what}, found{name} of f32: insert qnn.quantize behind "
            f"{'it' if what == 'result' else 'what computes it'}, and fold it",
        )
    return uniform


def get_tensor_uniform(source: QnnOperation, value: SSAValue) -> UniformType:
    """As `get_uniform`, with one scale for the tensor; ends the pass when it has several."""
    uniform = get_uniform(source, value)
    if uniform.is_per_axis:
        fail(source, f"expected activations with one scale, found {uniform}")
    return uniform


def get_packed_type_of(source: QnnOperation, value: SSAValue) -> PackedType:
    """The packed type of a quantized tensor."""
    return build_packed_type(source, get_tensor_type(value).get_shape(), get_uniform(source, value))


def build_packed_type(
    source: QnnOperation, shape: tuple[int, ...], uniform: UniformType
) -> PackedType:
    """A packed tensor whose elements have the next of 2, 4 or 8 bits, signed as the storage."""
    element = get_element_type(uniform)
    if element is None:
        fail(source, f"expected elements of at most 8 bits, found {uniform}")
    return PackedType(shape, element)


def get_element_type(uniform: UniformType) -> IntegerType | None:
    """The element type of level 2 that holds such integers, None when they are too wide."""
    signedness = Signedness.SIGNED if uniform.is_signed else Signedness.UNSIGNED
    for bits in ELEMENT_BITS:
        if uniform.storage_bits <= bits:
            return IntegerType(bits, signedness)
    return None


def get_packed_tensor_type(type_: QnnTensorType) -> PackedType | None:
    """The packed type of a tensor, None when it has none."""
    if not isinstance(uniform := type_.element_type, UniformType) or uniform.is_per_axis:
        return None
    element = get_element_type(uniform)
    return None if element is None else PackedType(type_.get_shape(), element)


# endregion
# region elements


def get_output_elements(
    conversion: Conversion, source: QnnOperation, clamp: tuple[float, float] | None
) -> OutputElements:
    """The integers that `source` may write when its real result is limited to `clamp`."""
    uniform = get_tensor_uniform(source, source.output)
    packed = build_packed_type(source, source.output_type.get_shape(), uniform)
    low, high = uniform.storage_range
    (zero,) = uniform.zero_points
    if clamp is not None:
        ends = [_quantize_end(conversion, end, uniform) for end in clamp]
        low, high = (min(max(end, low), high) for end in ends)
    return OutputElements(low, high, zero, packed.element_range)


def _quantize_end(conversion: Conversion, end: float, uniform: UniformType) -> int:
    (scale,), (zero,) = uniform.scales, uniform.zero_points
    if np.isinf(end):
        return uniform.storage_range[int(end > 0)]
    if conversion.is_tflite:
        # TensorFlow Lite divides floats of 32 bits, and rounds ties away from zero.
        return round_half_away(float(np.float32(end) / np.float32(scale))) + zero
    return round(end / scale) + zero


# endregion
