"""Whole networks with random constants: MobileNetV1 of any size, an autoencoder, plain chains.

Outputs spread over their range, so that the bytes of one layer depend on those of the one before.
Equal arguments give equal modules.
"""

from collections.abc import Sequence
from typing import Self, TypedDict

import numpy as np
from xdsl.builder import Builder
from xdsl.dialects.builtin import IntegerType, ModuleOp, Signedness
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.rewriter import InsertPoint

from cmixdsl.benchmark.flavours import Flavour
from cmixdsl.benchmark.requantization import choose_requantization
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.cmix.pooling import AvgPool2dOp
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.simple_layers import ReshapeOp
from cmixdsl.dialects.cmix.types import PackedType, get_packed_type
from cmixdsl.dialects.cmix.window import Window

MOBILENET_BLOCKS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *(((512, 1),) * 5),
    (1024, 2),
    (1024, 1),
)
"""Output channels at width 1 and stride of each depthwise separable block (Howard et al., 2017,
arXiv 1704.04861, table 1)."""

SAMPLES = 50
"""Random windows from which the spread of accumulators is estimated."""

POINTWISE = Window((1, 1))


def build_mobilenet(
    resolution: int = 224,
    width: float = 0.75,
    *,
    classes: int = 1000,
    blocks: Sequence[tuple[int, int]] = MOBILENET_BLOCKS,
    activation_bits: int = 8,
    weight_bits: int = 8,
    flavour: Flavour = "PC+ICN",
    seed: int = 0,
) -> ModuleOp:
    """MobileNetV1 on `resolution` x `resolution` x 3 pixels of 8 bits, channels times `width`.

    A 3x3 convolution, one 3x3 depthwise and one pointwise convolution for each of `blocks`, the
    average over all pixels, and a fully connected layer to `classes` outputs of 8 bits. With
    `fixed` it is as TensorFlow Lite's converter leaves it: signed, weights symmetric about a zero
    point of 0, layers with a ReLU.
    """
    chain = _Chain((resolution, resolution, 3), flavour, weight_bits, seed)
    chain.conv2d(_scale(32, width), _get_window(resolution, 2), activation_bits)
    for channels, stride in blocks:
        chain.depthwise_conv2d(_get_window(chain.shape[0], stride), activation_bits)
        chain.conv2d(_scale(channels, width), POINTWISE, activation_bits)
    chain.average()
    chain.fully_connected(classes)
    return chain.build("mobilenet")


def build_autoencoder(
    features: int = 640,
    hidden: int = 128,
    code: int = 8,
    *,
    flavour: Flavour = "PC+ICN",
    seed: int = 0,
) -> ModuleOp:
    """Fully connected layers of 8 bits: `features`, 4 times `hidden`, `code`, and back again.

    The defaults are those of anomaly detection in MLPerf Tiny (Banbury et al., arXiv 2106.07597).
    """
    chain = _Chain((features,), flavour, 8, seed)
    for outputs in (*(hidden,) * 4, code, *(hidden,) * 4, features):
        chain.fully_connected(outputs)
    return chain.build("autoencoder")


def build_pointwise_chain(
    layers: int, weight_bytes: int, *, pixels: int = 4, seed: int = 0
) -> ModuleOp:
    """`layers` pointwise convolutions of equal width and about `weight_bytes` weights of 8 bits."""
    channels = max(4, round((weight_bytes / layers) ** 0.5 / 4) * 4)
    chain = _Chain((pixels, pixels, channels), "PC+ICN", 8, seed)
    for _ in range(layers):
        chain.conv2d(channels, POINTWISE, 8)
    return chain.build("chain")


def _scale(channels: int, width: float) -> int:
    """Channels at a width, a multiple of 8 as MobileNet rounds them."""
    return max(8, int(channels * width + 4) // 8 * 8)


def _get_window(size: int, stride: int) -> Window:
    """A 3x3 window with the padding that TensorFlow calls SAME."""
    total = max(3 - stride if size % stride == 0 else 3 - size % stride, 0)
    before, after = total // 2, total - total // 2
    return Window((3, 3), (stride, stride), (before, after, before, after))


class _Parameters(TypedDict):
    """What layers with weights have in common, as their constructors name it."""

    bias: list[int]
    requant: RequantizationAttr
    input_zero: int
    filter_zero: list[int]


class _Chain:
    """Appends layers, each to the output of the one before."""

    def __init__(self, shape: tuple[int, ...], flavour: Flavour, weight_bits: int, seed: int):
        self._generator = np.random.default_rng(seed)
        self._flavour: Flavour = flavour
        self._signedness = Signedness.SIGNED if flavour == "fixed" else Signedness.UNSIGNED
        self._weight_bits = weight_bits
        self._block = Block(arg_types=[self._build_type(shape, 8)])
        self._builder = Builder(InsertPoint.at_end(self._block))
        self._value: SSAValue = self._block.args[0]
        self._value.name_hint = "x"
        self._counts: dict[str, int] = {}

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the last output."""
        return get_packed_type(self._value).get_shape()

    def build(self, name: str) -> ModuleOp:
        """The verified module; the chain is used up."""
        self._builder.insert(ReturnOp(self._value))
        types = [argument.type for argument in self._block.args], [self._value.type]
        module = ModuleOp([FuncOp(name, types, Region(self._block))])
        module.verify()
        return module

    def conv2d(self, filters: int, window: Window, bits: int) -> Self:
        """Appends a convolution with outputs of `bits`."""
        height, width, channels = self.shape
        output = self._build_type((*window.get_output_size(height, width), filters), bits)
        weights = self._draw_weights((filters, *window.kernel, channels))
        parameters = self._draw_parameters(weights, 0, output)
        layer = Conv2dOp(self._value, weights.result, output, window=window, **parameters)
        return self._append(layer, "pw" if window.kernel == (1, 1) else "conv")

    def depthwise_conv2d(self, window: Window, bits: int) -> Self:
        """Appends a depthwise convolution with outputs of `bits`."""
        height, width, channels = self.shape
        output = self._build_type((*window.get_output_size(height, width), channels), bits)
        weights = self._draw_weights((*window.kernel, channels))
        parameters = self._draw_parameters(weights, 2, output)
        layer = DepthwiseConv2dOp(self._value, weights.result, output, window=window, **parameters)
        return self._append(layer, "dw")

    def average(self) -> Self:
        """Appends the average over all pixels, as a vector of channels."""
        height, width, channels = self.shape
        output = self._build_type((1, 1, channels), get_packed_type(self._value).bits)
        self._append(AvgPool2dOp(self._value, output, window=Window((height, width))), "pool")
        self._append(ReshapeOp(self._value, (channels,)), "flat")
        return self

    def fully_connected(self, outputs: int) -> Self:
        """Appends a fully connected layer with outputs of 8 bits."""
        weights = self._draw_weights((outputs, *self.shape))
        output = self._build_type((outputs,), 8)
        parameters = self._draw_parameters(weights, 0, output)
        return self._append(
            FullyConnectedOp(self._value, weights.result, output, **parameters), "fc"
        )

    def _append(self, layer: Operation, kind: str) -> Self:
        self._value = self._builder.insert(layer).results[0]
        number = self._counts[kind] = self._counts.get(kind, -1) + 1
        self._value.name_hint = f"{kind}{number}"
        return self

    def _draw_weights(self, shape: tuple[int, ...]) -> ConstantOp:
        type_ = self._build_type(shape, self._weight_bits)
        low, high = type_.element_range
        low += self._flavour == "fixed"
        weights = ConstantOp(self._generator.integers(low, high + 1, shape), type_)
        weights.result.name_hint = "weight"
        return self._builder.insert(weights)

    def _draw_parameters(
        self, weights: ConstantOp, channel_axis: int, output: PackedType
    ) -> _Parameters:
        """Zero points in the middle of their ranges, bias and requantization that suit them.

        With `fixed`, layers are followed by a ReLU: the least element is the zero point.
        """
        source = get_packed_type(self._value)
        low, high = source.element_range
        is_fixed = self._flavour == "fixed"
        input_zero = low if is_fixed else (low + high + 1) // 2
        filter_zero = 0 if is_fixed else 1 << (self._weight_bits - 1)
        channels = output.get_shape()[-1]
        rows = np.moveaxis(weights.get_elements().astype(np.float64), channel_axis, 0)
        rows = rows.reshape(channels, -1) - filter_zero
        shape = (SAMPLES, rows.shape[1])
        windows = self._generator.integers(low, high + 1, shape).astype(np.float64)
        bias, requant = choose_requantization(
            self._generator,
            (windows - input_zero) @ rows.T,
            output.element_range,
            self._flavour,
            output.element_range[0] if is_fixed else None,
        )
        count = channels if self._flavour == "PC+ICN" else 1
        return {
            "bias": bias,
            "requant": requant,
            "input_zero": input_zero,
            "filter_zero": [filter_zero] * count,
        }

    def _build_type(self, shape: tuple[int, ...], bits: int) -> PackedType:
        return PackedType(shape, IntegerType(bits, self._signedness))
