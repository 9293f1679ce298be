"""What operations of the `qnn` dialect share."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import isfinite, isnan
from typing import TypeAlias

from xdsl.dialects.builtin import ArrayAttr, Float64Type, FloatAttr, f64
from xdsl.irdl import IRDLOperation, opt_prop_def, result_def, traits_def
from xdsl.irdl.declarative_assembly_format import (
    AttributeVariable,
    CustomDirective,
    ParsingState,
    PrintingState,
    irdl_custom_directive,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from cmixdsl.dialects.cmix.contraction import verify_shape
from cmixdsl.dialects.float_text import format_float, parse_float
from cmixdsl.dialects.qnn.tensors import TENSOR, QnnTensorType, get_tensor_type, verify_tensor

RealAttr: TypeAlias = FloatAttr[Float64Type]
RealsAttr: TypeAlias = ArrayAttr[RealAttr]

# region numbers


def build_real(value: float) -> RealAttr:
    """A property that holds a double."""
    return FloatAttr(float(value), f64)


def build_reals(values: Sequence[float]) -> RealsAttr:
    """A property that holds doubles."""
    return ArrayAttr(build_real(value) for value in values)


def get_reals(attribute: RealsAttr) -> tuple[float, ...]:
    """The doubles in a property."""
    return tuple(value.value.data for value in attribute)


def verify_finite(what: str, values: Sequence[float]) -> None:
    """Raises VerifyException when a value is infinite or no number."""
    for value in values:
        if not isfinite(value):
            raise VerifyException(f"{what} must be finite, found {value}")


@irdl_custom_directive
class Real(CustomDirective):
    """A double in its shortest text, `inf` for infinity."""

    value: AttributeVariable

    def is_anchorable(self) -> bool:
        return self.value.is_anchorable()

    def is_present(self, op: IRDLOperation) -> bool:
        return self.value.is_present(op)

    def parse(self, parser: Parser, state: ParsingState) -> None:
        self.value.set(state, build_real(parse_float(parser)))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        state.print_whitespace(printer)
        attribute = self.value.get(op)
        assert isa(attribute, RealAttr)
        printer.print_string(format_float(attribute.value.data))


@irdl_custom_directive
class Reals(CustomDirective):
    """A list of doubles in their shortest texts, `inf` for infinity."""

    values: AttributeVariable

    def is_anchorable(self) -> bool:
        return self.values.is_anchorable()

    def is_present(self, op: IRDLOperation) -> bool:
        return self.values.is_present(op)

    def parse(self, parser: Parser, state: ParsingState) -> None:
        values = parser.parse_comma_separated_list(
            parser.Delimiter.SQUARE, lambda: parse_float(parser)
        )
        self.values.set(state, build_reals(values))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        state.print_whitespace(printer)
        attribute = self.values.get(op)
        assert isa(attribute, RealsAttr)
        printer.print_string(f"[{', '.join(map(format_float, get_reals(attribute)))}]")


# endregion


class QnnOperation(IRDLOperation, ABC):
    """An operation that computes one tensor in real numbers.

    Quantized operands are `scale * (stored - zero_point)`. A quantized output is
    `min(max(round(real / scale) + zero_point, low), high)`, half rounded to even, low and high
    being the ends of its storage.

    Constraints that all share:
    1. tensors have at least one dimension, all of them static and at least 1, and fewer than 2^31
       elements;
    2. the axis of a quantized type is one of its tensor's, with a scale for each index;
    3. the output has the shape that the operation computes.
    """

    output = result_def(TENSOR)

    traits = traits_def(Pure())

    custom_directives = (Real, Reals)

    @property
    def output_type(self) -> QnnTensorType:
        """Type of the tensor written."""
        return get_tensor_type(self.output)

    @abstractmethod
    def infer_output_shape(self) -> tuple[int, ...]:
        """The shape that follows from operands and properties.

        Raises VerifyException when there is none.
        """

    def verify_(self) -> None:
        for value in (*self.operands, *self.results):
            verify_tensor(value.type)
        verify_shape("output", self.output_type.get_shape(), self.infer_output_shape())


class ClampedOperation(QnnOperation, ABC):
    """An operation whose real result may be limited to a range, before any quantization.

    Constraint besides those of QnnOperation:
    4. the range has two ends, the first not greater than the second.
    """

    clamp = opt_prop_def(RealsAttr)
    """The least and the greatest result; an end may be infinite."""

    def get_clamp(self) -> tuple[float, float] | None:
        """The least and the greatest result, or None when there is no limit."""
        if self.clamp is None:
            return None
        low, high = get_reals(self.clamp)
        return low, high

    def verify_(self) -> None:
        if self.clamp is not None:
            verify_range("clamp", get_reals(self.clamp))
        super().verify_()


def build_clamp(clamp: tuple[float, float] | None) -> RealsAttr | None:
    """The property `clamp`."""
    return None if clamp is None else build_reals(clamp)


def verify_range(what: str, ends: Sequence[float]) -> None:
    """Raises VerifyException unless there are two ends in order."""
    if len(ends) != 2 or any(isnan(end) for end in ends) or ends[0] > ends[1]:
        raise VerifyException(
            f"{what} must be a least and a greatest value, found "
            f"[{', '.join(map(format_float, ends))}]"
        )


CLAMP_FORMAT = " (`clamp` custom<Reals>($clamp)^)?"
