"""Layers to compile, drawn at random: every kind, combination of bits, flavour and odd shape."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

import numpy as np
from builders import ELEMENTS, POINTWISE, NetworkBuilder
from requant_choice import FLAVOURS, Flavour
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.schedule import ScheduleAttr
from cmixdsl.dialects.cmix.window import Window

Kind = Literal["conv2d", "depthwise_conv2d", "fully_connected"]
KINDS: tuple[Kind, ...] = ("conv2d", "depthwise_conv2d", "fully_connected")
BITS = (2, 4, 8)
Bits = tuple[int, int, int]
COMBINATIONS: tuple[Bits, ...] = tuple(product(BITS, BITS, BITS))
"""Bits of input, output and weights: all 27."""
CHANNELS = (1, 2, 3, 4, 5, 7, 8, 9, 16)
"""Of inputs: whole words, whole bytes and neither."""


@dataclass(frozen=True)
class LayerCase:
    """One layer with random weights, zero points, bias and requantization."""

    kind: Kind
    elements: tuple[str, str, str]
    """Input, output and weights, such as ("u8", "s4", "u2")."""
    flavour: Flavour
    shape: tuple[int, int, int]
    """Of the input: height, width, channels; a fully connected layer flattens it."""
    filters: int
    """Output channels, for a depthwise layer the filters per input channel."""
    window: Window
    seed: int
    schedule: ScheduleAttr | None = None

    def build(self) -> ModuleOp:
        """The module of level 2 with the function `net`."""
        inputs, output, weights = self.elements
        shape = (self.num_inputs,) if self.kind == "fully_connected" else self.shape
        network = NetworkBuilder(shape, inputs, self.seed)
        match self.kind:
            case "conv2d":
                network.conv2d(self.filters, self.window, output, weights, self.flavour)
            case "depthwise_conv2d":
                network.depthwise_conv2d(
                    self.window, output, weights, self.flavour, multiplier=self.filters
                )
            case "fully_connected":
                network.fully_connected(self.filters, output, weights, self.flavour)
        module = network.build()
        for op in module.walk():
            if isinstance(op, ContractionOperation) and self.schedule is not None:
                op.schedule = self.schedule
        return module

    @property
    def num_inputs(self) -> int:
        """Inputs of a fully connected layer."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    def __str__(self) -> str:
        shape = "x".join(map(str, self.shape))
        return f"{self.kind}_{'_'.join(self.elements)}_{self.flavour}_{shape}_{self.seed}"


def draw_window(generator: np.random.Generator, height: int, width: int) -> Window:
    """A window that fits an input: kernel up to 4 x 4, any stride, dilation and padding."""
    while True:
        kernel = (int(generator.integers(1, 5)), int(generator.integers(1, 5)))
        strides = (int(generator.integers(1, 4)), int(generator.integers(1, 4)))
        dilation = (int(generator.integers(1, 3)), int(generator.integers(1, 3)))
        window = Window(kernel, strides, dilation=dilation)
        rows, columns = window.extent
        top, bottom = (int(pad) for pad in generator.integers(0, rows, 2))
        left, right = (int(pad) for pad in generator.integers(0, columns, 2))
        if rows <= height + top + bottom and columns <= width + left + right:
            return replace(window, padding=(top, bottom, left, right))


def draw_case(
    generator: np.random.Generator,
    kind: Kind,
    bits: Bits,
    flavour: Flavour,
    largest: int = 6,
) -> LayerCase:
    """A layer of any signedness and of a shape whose sides are at most `largest`."""
    signs = generator.choice(["u", "s"], 3, p=[0.7, 0.3])
    inputs, output, weights = (f"{sign}{b}" for sign, b in zip(signs, bits, strict=True))
    height, width = (int(size) for size in generator.integers(1, largest + 1, 2))
    channels = int(generator.choice(CHANNELS))
    depthwise = kind == "depthwise_conv2d"
    filters = int(generator.integers(1, 3)) if depthwise else int(generator.integers(1, 7))
    return LayerCase(
        kind,
        (inputs, output, weights),
        flavour,
        (height, width, channels),
        filters,
        draw_window(generator, height, width),
        int(generator.integers(0, 1 << 31)),
    )


def draw_sweep(
    seed: int, kinds: tuple[Kind, ...] = KINDS, flavours: tuple[Flavour, ...] = FLAVOURS
) -> Iterator[LayerCase]:
    """One case for each kind, combination of bits and flavour.

    The kinds with all combinations come once before any comes again with another flavour.
    """
    generator = np.random.default_rng(seed)
    layers = list(product(kinds, COMBINATIONS))
    starts: list[int] = generator.integers(len(flavours), size=len(layers)).tolist()
    for turn in range(len(flavours)):
        order: list[int] = generator.permutation(len(layers)).tolist()
        for index in order:
            flavour = flavours[(starts[index] + turn) % len(flavours)]
            yield draw_case(generator, *layers[index], flavour)


def draw_element(generator: np.random.Generator) -> str:
    """Any element type."""
    return str(generator.choice(ELEMENTS))


def draw_flavour(generator: np.random.Generator) -> Flavour:
    """Any flavour."""
    return FLAVOURS[int(generator.integers(len(FLAVOURS)))]


def build_network(seed: int) -> ModuleOp:
    """A network with every kind of layer: a residual block, poolings with padding, a classifier."""
    generator = np.random.default_rng(seed)

    def element() -> str:
        return draw_element(generator)

    def flavour() -> Flavour:
        return draw_flavour(generator)

    channels = int(generator.choice(CHANNELS))
    same = Window((3, 3), padding=(1, 1, 1, 1))
    shape = (int(generator.integers(3, 7)), int(generator.integers(3, 7)), 3)
    network = NetworkBuilder(shape, element(), seed)
    network.conv2d(channels, POINTWISE, element(), element(), flavour())
    shortcut = network.value
    network.depthwise_conv2d(same, element(), element(), flavour())
    network.add(shortcut, element(), flavour())
    network.avg_pool2d(Window((3, 2), (1, 1), (1, 0, 1, 0)))
    network.max_pool2d(Window((2, 2), (2, 2), (1, 1, 1, 1)))
    return network.fully_connected(5, element(), element(), flavour()).build()


def build_simple_network(seed: int) -> ModuleOp:
    """A network of layers without weights: sums, products, functions, tensors moved and merged."""
    generator = np.random.default_rng(seed)

    def element() -> str:
        return draw_element(generator)

    def size() -> int:
        return int(generator.integers(1, 4))

    channels = int(generator.choice(CHANNELS))
    network = NetworkBuilder((size() + 1, size() + 1, channels), element(), seed)
    start = network.value
    network.lookup(element()).add(start, element(), draw_flavour(generator))
    operand = [(channels,), (1, 1, channels), (1,), (1, 1, 1)][int(generator.integers(4))]
    network.mul(network.constant(operand, element()), element(), draw_flavour(generator))
    network.add_rescaled(start, element(), int(generator.choice([-1, 1])))
    network.concat([network.value, network.value], int(generator.integers(3)))
    network.transpose(generator.permutation(3).tolist())
    network.pad(generator.integers(0, 3, (3, 2)).tolist())
    network.transpose(generator.permutation(3).tolist())
    network.mean2d(Window((2, 1), (1, 2), (1, 1, 0, 0)), element(), draw_flavour(generator))
    network.lookup(element()).softmax(element())
    return network.softmax(element(), is_requantized=True).build()
