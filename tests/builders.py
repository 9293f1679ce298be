"""Small random networks of level 2, of any bits and flavour of requantization.

Requantization is chosen such that outputs spread over their range when inputs do, and such that the
module verifies. Equal seeds give equal modules.
"""

from math import frexp
from typing import Any, Self, TypedDict

import numpy as np
import numpy.typing as npt
from requant_choice import Flavour, choose_requantization, choose_without_bias
from xdsl.builder import Builder
from xdsl.dialects.builtin import IntegerType, ModuleOp, Signedness
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.elementwise import LookupOp, MulOp
from cmixdsl.dialects.cmix.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.cmix.movement import ConcatOp, PadOp, TransposeOp
from cmixdsl.dialects.cmix.pooling import AvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.cmix.requantization import FixedPointAttr, RequantizationAttr
from cmixdsl.dialects.cmix.rescale import RescaleAttr
from cmixdsl.dialects.cmix.simple_layers import AddOp, ReshapeOp
from cmixdsl.dialects.cmix.softmax import SoftmaxOp
from cmixdsl.dialects.cmix.types import PackedType, get_packed_type
from cmixdsl.dialects.cmix.window import Window

Array = npt.NDArray[Any]

ELEMENTS = ("u2", "u4", "u8", "s2", "s4", "s8")
"""Element types by the field's short names."""

SAMPLES = 200
"""Random windows from which the spread of accumulators is estimated."""

POINTWISE = Window((1, 1))


class Parameters(TypedDict):
    """What layers with weights have in common, as their constructors name it."""

    bias: list[int]
    requant: RequantizationAttr
    input_zero: int
    filter_zero: list[int]


def build_type(shape: tuple[int, ...], element: str) -> PackedType:
    """A packed tensor of elements named as in `u4`, `s8`."""
    signedness = Signedness.SIGNED if element[0] == "s" else Signedness.UNSIGNED
    return PackedType(shape, IntegerType(int(element[1:]), signedness))


def quantize_multiplier(real: float) -> tuple[int, int]:
    """A Q31 multiplier and a shift, as TensorFlow Lite writes a real number below 1."""
    fraction, exponent = frexp(real)
    multiplier = round(fraction * 2**31)
    return (2**30, exponent + 1) if multiplier == 2**31 else (multiplier, exponent)


def build_rescale(real: float) -> tuple[int, int]:
    """As above for an operand of a sum, the factor of which is at most a half."""
    multiplier, shift = quantize_multiplier(real)
    assert shift <= 0
    return multiplier, shift


class NetworkBuilder:
    """Appends layers, each to the output of the one before, to a function named `net`.

    `NetworkBuilder((5, 5, 3), "u8", seed).conv2d(4, Window((3, 3)), "u4", "s2").build()`.
    `value` is the last output; it can be kept and given to `add`.
    """

    def __init__(self, shape: tuple[int, ...], element: str = "u8", seed: int = 0):
        self.generator = np.random.default_rng(seed)
        self.block = Block(arg_types=[build_type(shape, element)])
        self.builder = Builder(InsertPoint.at_end(self.block))
        self.value: SSAValue = self.block.args[0]
        self.value.name_hint = "x"

    @property
    def type(self) -> PackedType:
        """Type of the last output."""
        return get_packed_type(self.value)

    def build(self) -> ModuleOp:
        """The verified module; the builder is used up."""
        self.builder.insert(ReturnOp(self.value))
        types = ([argument.type for argument in self.block.args], [self.value.type])
        module = ModuleOp([FuncOp("net", types, Region(self.block))])
        module.verify()
        return module

    # region Layers with weights

    def conv2d(
        self,
        filters: int,
        window: Window = POINTWISE,
        element: str = "u8",
        weight: str = "s8",
        flavour: Flavour = "PC+ICN",
    ) -> Self:
        """Appends a convolution; `element` is that of the output, here and below."""
        height, width, channels = self.type.get_shape()
        output = build_type((*window.get_output_size(height, width), filters), element)
        weights = self._draw_constant((filters, *window.kernel, channels), weight)
        parameters = self._draw_parameters(weights, 0, output, flavour)
        return self._append(
            Conv2dOp(self.value, weights.result, output, window=window, **parameters)
        )

    def depthwise_conv2d(
        self,
        window: Window,
        element: str = "u8",
        weight: str = "s8",
        flavour: Flavour = "PC+ICN",
        multiplier: int = 1,
    ) -> Self:
        """Appends a depthwise convolution with `multiplier` filters per channel."""
        height, width, channels = self.type.get_shape()
        channels *= multiplier
        output = build_type((*window.get_output_size(height, width), channels), element)
        weights = self._draw_constant((*window.kernel, channels), weight)
        parameters = self._draw_parameters(weights, 2, output, flavour)
        return self._append(
            DepthwiseConv2dOp(self.value, weights.result, output, window=window, **parameters)
        )

    def fully_connected(
        self,
        outputs: int,
        element: str = "u8",
        weight: str = "s8",
        flavour: Flavour = "PC+ICN",
    ) -> Self:
        """Appends a fully connected layer; flattens what comes before."""
        if len(self.type.get_shape()) > 1:
            self.reshape((self.type.get_num_elements(),))
        output = build_type((outputs,), element)
        weights = self._draw_constant((outputs, self.type.get_num_elements()), weight)
        parameters = self._draw_parameters(weights, 0, output, flavour)
        return self._append(FullyConnectedOp(self.value, weights.result, output, **parameters))

    # endregion
    # region Other layers

    def max_pool2d(self, window: Window) -> Self:
        """Appends a maximum pooling."""
        return self._append(MaxPool2dOp(self.value, self._get_pooled_type(window), window=window))

    def avg_pool2d(self, window: Window) -> Self:
        """Appends an average pooling."""
        return self._append(AvgPool2dOp(self.value, self._get_pooled_type(window), window=window))

    def reshape(self, shape: tuple[int, ...]) -> Self:
        """Appends a change of shape."""
        return self._append(ReshapeOp(self.value, shape))

    def mean2d(self, window: Window, element: str = "u8", flavour: Flavour = "PL") -> Self:
        """Appends a pooling whose sums are requantized."""
        shape = self._get_pooled_type(window).get_shape()
        output, zero = build_type(shape, element), self._draw_zero(self.type)
        count = window.kernel[0] * window.kernel[1]
        sums = (self._draw_elements(self.type, (SAMPLES, count)) - zero).sum(axis=1)
        limit = count * max(abs(end - zero) for end in self.type.element_range)
        requant = choose_without_bias(self.generator, sums, limit, output.element_range, flavour)
        return self._append(
            AvgPool2dOp(self.value, output, window=window, input_zero=zero, requant=requant)
        )

    def add(self, other: SSAValue, element: str = "u8", flavour: Flavour = "PL") -> Self:
        """Appends the sum of the last output and another value, which may broadcast."""
        output = build_type(self.type.get_shape(), element)
        sums, limit = np.zeros(SAMPLES, np.int64), 0
        multipliers = self.generator.integers(1, 1 << 12, 2).tolist()
        zeros, terms = self._draw_terms(other)
        for multiplier, (values, reach) in zip(multipliers, terms, strict=True):
            sums += multiplier * values
            limit += multiplier * reach
        requant = choose_without_bias(
            self.generator, sums, limit, output.element_range, flavour, output.get_shape()[-1]
        )
        return self._append(
            AddOp(
                self.value,
                other,
                output,
                requant=requant,
                zeros=zeros,
                multipliers=(multipliers[0], multipliers[1]),
            )
        )

    def add_rescaled(self, other: SSAValue, element: str = "s8", sign: int = 1) -> Self:
        """Appends a sum (or, with sign -1, a difference) as TensorFlow Lite computes it."""
        output = build_type(self.type.get_shape(), element)
        zeros, terms = self._draw_terms(other)
        scales = self.generator.uniform(0.01, 1, 2)
        twice = 2 * float(scales.max())
        factors = [build_rescale(float(scale) / twice) for scale in scales]
        spread = sum(float(scale) * reach for scale, (_, reach) in zip(scales, terms, strict=True))
        low, high = output.element_range
        multiplier, shift = quantize_multiplier(twice * (high - low) / spread / 2 / 2**20)
        zero = self._draw_zero(output)
        return self._append(
            AddOp(
                self.value,
                other,
                output,
                requant=FixedPointAttr([multiplier], [shift], zero, low, high),
                zeros=zeros,
                rescales=(
                    RescaleAttr(*factors[0]),
                    RescaleAttr(sign * factors[1][0], factors[1][1]),
                ),
            )
        )

    def mul(self, other: SSAValue, element: str = "u8", flavour: Flavour = "PL") -> Self:
        """Appends the product of the last output and another value, which may broadcast."""
        output = build_type(self.type.get_shape(), element)
        zeros, ((left, left_reach), (right, right_reach)) = self._draw_terms(other)
        products, limit = left * right, left_reach * right_reach
        requant = choose_without_bias(
            self.generator, products, limit, output.element_range, flavour, output.get_shape()[-1]
        )
        return self._append(MulOp(self.value, other, output, requant=requant, zeros=zeros))

    def lookup(self, element: str = "u8") -> Self:
        """Appends a random function of one element."""
        output = build_type(self.type.get_shape(), element)
        table = self._draw_elements(output, (1 << self.type.bits,)).tolist()
        return self._append(LookupOp(self.value, output, table=table))

    def softmax(self, element: str = "s8", *, is_requantized: bool = False) -> Self:
        """Appends a softmax over the last dimension, requantized to any scale or not."""
        output = build_type(self.type.get_shape(), element)
        multiplier = int(self.generator.integers(1 << 30, 1 << 31))
        left_shift = int(self.generator.integers(15, 29))
        requant = None
        if is_requantized:
            shift = -int(self.generator.integers(20, 32))
            zero = self._draw_zero(output)
            requant = FixedPointAttr([multiplier], [shift], zero, *output.element_range)
        op = SoftmaxOp(
            self.value, output, multiplier=multiplier, left_shift=left_shift, requant=requant
        )
        return self._append(op)

    def constant(self, shape: tuple[int, ...], element: str) -> SSAValue:
        """A constant operand for `add` and `mul`."""
        return self._draw_constant(shape, element).result

    def concat(self, others: list[SSAValue], axis: int) -> Self:
        """Appends the last output with others behind it."""
        return self._append(ConcatOp([self.value, *others], axis=axis))

    def pad(self, widths: list[tuple[int, int]]) -> Self:
        """Appends a border of any element."""
        low, high = ([width[side] for width in widths] for side in (0, 1))
        return self._append(PadOp(self.value, low=low, high=high, value=self._draw_zero(self.type)))

    def transpose(self, permutation: list[int]) -> Self:
        """Appends another order of the dimensions."""
        return self._append(TransposeOp(self.value, permutation=permutation))

    # endregion

    def _append(self, op: Operation) -> Self:
        self.builder.insert(op)
        (self.value,) = op.results
        self.value.name_hint = op.name.removeprefix("cmix.")
        return self

    def _get_pooled_type(self, window: Window) -> PackedType:
        height, width, channels = self.type.get_shape()
        size = window.get_output_size(height, width)
        return PackedType((*size, channels), self.type.element_type)

    def _draw_elements(self, type_: PackedType, shape: tuple[int, ...]) -> Array:
        low, high = type_.element_range
        return self.generator.integers(low, high + 1, shape)

    def _draw_terms(
        self, other: SSAValue
    ) -> tuple[tuple[int, int], tuple[tuple[Array, int], tuple[Array, int]]]:
        """Zero points of the last output and another; of each centred samples and a bound."""
        terms: list[tuple[Array, int]] = []
        zeros: list[int] = []
        for type_ in (self.type, get_packed_type(other)):
            low, high = type_.element_range
            zero = (low + high + int(self.generator.integers(0, 2))) // 2
            zeros.append(zero)
            samples = self._draw_elements(type_, (SAMPLES,)) - zero
            terms.append((samples, max(high - zero, zero - low)))
        return (zeros[0], zeros[1]), (terms[0], terms[1])

    def _draw_zero(self, type_: PackedType) -> int:
        return int(self._draw_elements(type_, (1,))[0])

    def _draw_constant(self, shape: tuple[int, ...], element: str) -> ConstantOp:
        type_ = build_type(shape, element)
        op = ConstantOp(self._draw_elements(type_, shape), type_)
        op.result.name_hint = "weight"
        return self.builder.insert(op)

    def _draw_parameters(
        self, weights: ConstantOp, channel_axis: int, output: PackedType, flavour: Flavour
    ) -> Parameters:
        """Zero points, and bias and requantization that suit them and the weights."""
        channels = output.get_shape()[-1]
        input_zero = self._draw_zero(self.type)
        zeros = self._draw_elements(weights.type, (channels if flavour == "PC+ICN" else 1,))
        if weights.type.is_signed and flavour != "PC+ICN":
            zeros = np.array([0])
        rows = np.moveaxis(weights.get_elements().astype(np.int64), channel_axis, 0)
        rows = rows.reshape(channels, -1) - zeros[:, None]
        windows = self._draw_elements(self.type, (SAMPLES, rows.shape[1])) - input_zero
        reach = max(abs(end - input_zero) for end in self.type.element_range)
        bias, requant = choose_requantization(
            self.generator,
            windows @ rows.T,
            np.abs(rows).sum(axis=1) * reach,
            output.element_range,
            flavour,
        )
        return {
            "bias": bias,
            "requant": requant,
            "input_zero": input_zero,
            "filter_zero": zeros.tolist(),
        }
