"""A network as the assignment of bits sees it: tensors, the layers between them, and their bits.

Plain Python. Layers stand in the order in which they are computed; each writes one tensor. Tensors
whose quantization has to be the same, such as a pooling's input and output, are one group.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias

LayerKind: TypeAlias = Literal["spatial", "shallow", "pointwise", "depthwise", "strided", "matrix"]
"""A convolution of larger kernels, the same of few channels, of 1x1 kernels; a depthwise one, one
whose stride is not 1 along the row; a fully connected layer."""

MAX_BITS, MIN_BITS = 8, 2


@dataclass(frozen=True)
class BitsTensor:
    """Activations."""

    name: str
    elements: int
    group: int
    """Tensors of the same number have the same bits."""
    bits: int = MAX_BITS
    """What it has before, and at most afterwards."""
    is_fixed: bool = False
    """Whether it keeps its bits, as inputs and outputs of the network do."""
    storage: int | None = None
    """The tensor whose bytes it is under another shape; None when it has bytes of its own."""


@dataclass(frozen=True)
class BitsLayer:
    """What computes one tensor from others."""

    name: str
    kind: LayerKind | None
    """None for a layer without weights."""
    inputs: tuple[int, ...]
    """Tensors that it reads."""
    output: int
    """The tensor that it writes."""
    weight_elements: int = 0
    channels: int = 0
    """Output channels, 0 for a layer without weights."""
    weight_bits: int = MAX_BITS
    """What its weights have before, and at most afterwards."""


@dataclass(frozen=True)
class BitsNetwork:
    """Tensors, numbered by their positions, and layers."""

    tensors: tuple[BitsTensor, ...]
    layers: tuple[BitsLayer, ...]

    @cached_property
    def weighted_layers(self) -> tuple[int, ...]:
        """Positions of the layers with weights."""
        return tuple(index for index, layer in enumerate(self.layers) if layer.kind is not None)

    @cached_property
    def fixed_groups(self) -> frozenset[int]:
        """Groups with a tensor that keeps its bits."""
        return frozenset(tensor.group for tensor in self.tensors if tensor.is_fixed)

    @cached_property
    def live_tensors(self) -> tuple[tuple[int, ...], ...]:
        """For each layer the tensors, by number, whose bytes are in memory while it is computed.

        Those are in memory from the layer that writes them to the last that reads them; inputs from
        the start, outputs of the network to the end. Tensors that share bytes are there once.
        """
        births, deaths = self._get_lifetimes()
        return tuple(
            tuple(tensor for tensor in births if births[tensor] <= step <= deaths[tensor])
            for step in range(len(self.layers))
        )

    def _get_lifetimes(self) -> tuple[dict[int, int], dict[int, int]]:
        births = {self._get_storage(number): 0 for number in range(len(self.tensors))}
        deaths = dict(births)
        for step, layer in enumerate(self.layers):
            storage = self._get_storage(layer.output)
            if storage == layer.output:
                births[storage] = step
            is_result = self.tensors[layer.output].is_fixed
            deaths[storage] = len(self.layers) - 1 if is_result else max(deaths[storage], step)
            for input in layer.inputs:
                deaths[self._get_storage(input)] = max(deaths[self._get_storage(input)], step)
        return births, deaths

    def _get_storage(self, tensor: int) -> int:
        storage = self.tensors[tensor].storage
        return tensor if storage is None else self._get_storage(storage)

    def get_macs(self, index: int) -> int:
        """Multiplications of a layer: each weight is used once for every pixel of the output."""
        layer = self.layers[index]
        if layer.kind is None:
            return 0
        return self.tensors[layer.output].elements // layer.channels * layer.weight_elements


@dataclass(frozen=True)
class BitAssignment:
    """Bits of every tensor and of the weights of every layer."""

    network: BitsNetwork
    tensor_bits: tuple[int, ...]
    weight_bits: tuple[int, ...]
    """0 for layers without weights."""

    def get_input_bits(self, index: int) -> int:
        """Bits of the first tensor that a layer reads."""
        return self.tensor_bits[self.network.layers[index].inputs[0]]

    @property
    def output_bits(self) -> tuple[int, ...]:
        """Bits of what the layers write, one by one."""
        return tuple(self.tensor_bits[layer.output] for layer in self.network.layers)

    def get_tensor_bytes(self, tensor: int) -> int:
        """Bytes of a packed tensor."""
        return get_bytes(self.network.tensors[tensor].elements, self.tensor_bits[tensor])

    def get_live_bytes(self, index: int) -> int:
        """Bytes of all tensors that are in memory while a layer is computed."""
        return sum(map(self.get_tensor_bytes, self.network.live_tensors[index]))

    def get_weight_bytes(self, index: int) -> int:
        """Bytes of a layer's weights."""
        return get_bytes(self.network.layers[index].weight_elements, self.weight_bits[index])

    def can_cut(self, tensor: int) -> bool:
        """Whether a tensor may have fewer bits still."""
        group = self.network.tensors[tensor].group
        return self.tensor_bits[tensor] > MIN_BITS and group not in self.network.fixed_groups

    def cut_tensor(self, tensor: int) -> "BitAssignment":
        """Half as many bits for a tensor, and for those of its group."""
        group, bits = self.network.tensors[tensor].group, self.tensor_bits[tensor] // 2
        new = (
            bits if other.group == group else before
            for other, before in zip(self.network.tensors, self.tensor_bits, strict=True)
        )
        return replace(self, tensor_bits=tuple(new))

    def cut_weights(self, index: int) -> "BitAssignment":
        """Half as many bits for the weights of a layer."""
        bits = self.weight_bits
        return replace(self, weight_bits=(*bits[:index], bits[index] // 2, *bits[index + 1 :]))


def get_bytes(elements: int, bits: int) -> int:
    """Bytes of packed elements."""
    return -(-elements * bits // 8)


def build_widest(network: BitsNetwork) -> BitAssignment:
    """The bits that everything has before."""
    weights = (0 if layer.kind is None else layer.weight_bits for layer in network.layers)
    return BitAssignment(network, tuple(tensor.bits for tensor in network.tensors), tuple(weights))


@dataclass(frozen=True)
class ChainLayer:
    """A layer that reads what the one before it writes."""

    name: str
    kind: LayerKind | None
    output_elements: int
    weight_elements: int = 0
    channels: int = 0


def build_chain(input_elements: int, layers: Sequence[ChainLayer]) -> BitsNetwork:
    """A network without branches; layers without weights keep the bits of what they read."""
    groups = _get_chain_groups(layers)
    tensors = [BitsTensor("input", input_elements, 0, is_fixed=True)]
    tensors += [
        BitsTensor(layer.name, layer.output_elements, group, is_fixed=layer is layers[-1])
        for layer, group in zip(layers, groups, strict=True)
    ]
    return BitsNetwork(
        tuple(tensors),
        tuple(
            BitsLayer(
                layer.name, layer.kind, (index,), index + 1, layer.weight_elements, layer.channels
            )
            for index, layer in enumerate(layers)
        ),
    )


def _get_chain_groups(layers: Iterable[ChainLayer]) -> list[int]:
    groups: list[int] = []
    for number, layer in enumerate(layers, 1):
        keeps = layer.kind is None
        groups.append((groups[-1] if groups else 0) if keeps else number)
    return groups
