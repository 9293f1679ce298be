"""Bits of activations and weights that fit a network into memory, in plain Python.

The procedures are those of Rusci et al., "Memory-driven mixed low precision quantization for
enabling deep network inference on microcontrollers" (arXiv 1905.13082), algorithms 1 and 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

from cmixdsl.errors import CmixError

Flavour: TypeAlias = Literal["pl-fold", "pl-icn", "pc-icn"]
"""How a layer is requantized: per layer with folded batch normalization, per layer with integer
channel normalization, per channel."""

FLAVOURS: tuple[Flavour, ...] = get_args(Flavour)

LayerKind: TypeAlias = Literal["spatial", "pointwise", "depthwise", "matrix"]
"""A convolution of larger or of 1x1 kernels, of single channels, or a fully connected layer."""

MAX_BITS, MIN_BITS = 8, 2

SHARE_MARGIN = 0.05
"""Layers whose share of all weights comes so near to the largest are treated alike."""

PARAMETER_BYTES: dict[Flavour, tuple[int, int]] = {
    "pl-fold": (4, 20),
    "pl-icn": (9, 12),
    "pc-icn": (10, 8),
}
"""Flash of a layer besides its weights: bytes per output channel, bytes per layer."""

LAST_PARAMETER_BYTES: dict[Flavour, tuple[int, int]] = {
    "pl-fold": (4, 20),
    "pl-icn": (4, 20),
    "pc-icn": (7, 4),
}
"""The same for the last layer, whose scores need no normalization."""


@dataclass(frozen=True)
class BitsLayer:
    """What the assignment needs to know of a layer with weights."""

    name: str
    kind: LayerKind
    input_elements: int
    output_elements: int
    weight_elements: int
    channels: int
    """Output channels."""

    @property
    def macs(self) -> int:
        """Multiplications: each weight is used once for every pixel of the output."""
        return self.output_elements // self.channels * self.weight_elements


@dataclass(frozen=True)
class BitAssignment:
    """Bits of every tensor, layer by layer; a layer's output is the next one's input."""

    layers: tuple[BitsLayer, ...]
    input_bits: int
    output_bits: tuple[int, ...]
    weight_bits: tuple[int, ...]

    def get_input_bits(self, index: int) -> int:
        """Bits of the tensor that a layer reads."""
        return self.output_bits[index - 1] if index else self.input_bits

    def get_activation_bytes(self, index: int) -> int:
        """Bytes of a layer's input and output together."""
        layer = self.layers[index]
        return get_bytes(layer.input_elements, self.get_input_bits(index)) + get_bytes(
            layer.output_elements, self.output_bits[index]
        )

    def get_weight_bytes(self, index: int) -> int:
        """Bytes of a layer's weights."""
        return get_bytes(self.layers[index].weight_elements, self.weight_bits[index])

    @property
    def ram_bytes(self) -> int:
        """The largest sum of a layer's input and output."""
        return max(self.get_activation_bytes(index) for index in range(len(self.layers)))

    def get_flash_bytes(self, flavour: Flavour) -> int:
        """Weights and the parameters of requantization."""
        weights = sum(self.get_weight_bytes(index) for index in range(len(self.layers)))
        return weights + get_parameter_bytes(self.layers, flavour)


def get_bytes(elements: int, bits: int) -> int:
    """Bytes of packed elements."""
    return -(-elements * bits // 8)


def get_parameter_bytes(layers: Sequence[BitsLayer], flavour: Flavour) -> int:
    """Flash of all layers besides their weights (table 1 of the paper)."""
    per_channel, per_layer = PARAMETER_BYTES[flavour]
    last_per_channel, last_per_layer = LAST_PARAMETER_BYTES[flavour]
    inner = sum(per_channel * layer.channels + per_layer for layer in layers[:-1])
    return inner + last_per_channel * layers[-1].channels + last_per_layer


def assign_bits(
    layers: Sequence[BitsLayer], flash_bytes: int, ram_bytes: int, flavour: Flavour
) -> BitAssignment:
    """The paper's assignment: activations fit `ram_bytes`, weights `flash_bytes`.

    Input and output of the network, and whatever fits, keep 8 bits. Raises CmixError naming the
    layer and the missing bytes when even 2 bits are too many.
    """
    assignment = build_widest(layers)
    return cut_weights(cut_activations(assignment, ram_bytes), flash_bytes, flavour)


def build_widest(layers: Sequence[BitsLayer]) -> BitAssignment:
    """8 bits everywhere."""
    eights = (MAX_BITS,) * len(layers)
    return BitAssignment(tuple(layers), MAX_BITS, eights, eights)


def cut_activations(assignment: BitAssignment, ram_bytes: int) -> BitAssignment:
    """Sweeps forward, cutting outputs, and backward, cutting inputs, until nothing changes.

    Raises CmixError when a layer's input and output do not fit `ram_bytes` then.
    """
    while True:
        before = assignment
        for index in range(len(assignment.layers)):
            assignment = _cut_output(assignment, index, ram_bytes)
        for index in reversed(range(len(assignment.layers))):
            assignment = _cut_input(assignment, index, ram_bytes)
        if assignment == before:
            break
    check_ram(assignment, ram_bytes)
    return assignment


def _cut_output(assignment: BitAssignment, index: int, ram_bytes: int) -> BitAssignment:
    while (
        assignment.get_activation_bytes(index) > ram_bytes
        and index < len(assignment.layers) - 1
        and _should_cut_output(assignment, index)
    ):
        assignment = halve_output(assignment, index)
    return assignment


def _cut_input(assignment: BitAssignment, index: int, ram_bytes: int) -> BitAssignment:
    while (
        assignment.get_activation_bytes(index) > ram_bytes
        and index > 0
        and _should_cut_input(assignment, index)
    ):
        assignment = halve_output(assignment, index - 1)
    return assignment


def _should_cut_output(assignment: BitAssignment, index: int) -> bool:
    """The wider side is cut, at equal bits the larger tensor; the network's input never is."""
    layer = assignment.layers[index]
    output, input = assignment.output_bits[index], assignment.get_input_bits(index)
    if output == MIN_BITS or index == 0:
        return output > MIN_BITS
    return output > input or (output == input and layer.output_elements >= layer.input_elements)


def _should_cut_input(assignment: BitAssignment, index: int) -> bool:
    layer = assignment.layers[index]
    output, input = assignment.output_bits[index], assignment.get_input_bits(index)
    if input == MIN_BITS or index == len(assignment.layers) - 1:
        return input > MIN_BITS
    return input > output or (output == input and layer.input_elements > layer.output_elements)


def halve_output(assignment: BitAssignment, index: int) -> BitAssignment:
    """Half as many bits for the output of a layer, the input of the next."""
    return replace(assignment, output_bits=_halve(assignment.output_bits, index))


def halve_weights(assignment: BitAssignment, index: int) -> BitAssignment:
    """Half as many bits for the weights of a layer."""
    return replace(assignment, weight_bits=_halve(assignment.weight_bits, index))


def _halve(bits: tuple[int, ...], index: int) -> tuple[int, ...]:
    return (*bits[:index], bits[index] // 2, *bits[index + 1 :])


def check_ram(assignment: BitAssignment, ram_bytes: int) -> None:
    """Raises CmixError, naming the layer, when an input and output do not fit `ram_bytes`."""
    for index, layer in enumerate(assignment.layers):
        excess = assignment.get_activation_bytes(index) - ram_bytes
        if excess > 0:
            raise CmixError(
                f"layer '{layer.name}': input at {assignment.get_input_bits(index)} bits and "
                f"output at {assignment.output_bits[index]} bits need {excess:,} bytes more than "
                f"the {ram_bytes:,} bytes of RAM: make the layer's tensors smaller"
            )


def cut_weights(assignment: BitAssignment, flash_bytes: int, flavour: Flavour) -> BitAssignment:
    """Halves weights, the largest shares first, the earliest layer among equals.

    Raises CmixError when weights of 2 bits do not fit `flash_bytes` either.
    """
    while assignment.get_flash_bytes(flavour) > flash_bytes:
        index = _find_weights_to_cut(assignment)
        if index is None:
            break
        assignment = halve_weights(assignment, index)
    check_flash(assignment, flash_bytes, flavour)
    return assignment


def check_flash(assignment: BitAssignment, flash_bytes: int, flavour: Flavour) -> None:
    """Raises CmixError when weights of the fewest bits do not fit `flash_bytes`."""
    excess = assignment.get_flash_bytes(flavour) - flash_bytes
    if excess > 0:
        sizes = [assignment.get_weight_bytes(layer) for layer in range(len(assignment.layers))]
        largest = assignment.layers[sizes.index(max(sizes))]
        raise CmixError(
            f"weights of {MIN_BITS} bits need {excess:,} bytes more than the {flash_bytes:,} "
            f"bytes of flash; layer '{largest.name}' has the most, {max(sizes):,} bytes: "
            "take a network with fewer channels"
        )


def _find_weights_to_cut(assignment: BitAssignment) -> int | None:
    sizes = [assignment.get_weight_bytes(index) for index in range(len(assignment.layers))]
    candidates = [index for index, bits in enumerate(assignment.weight_bits) if bits > MIN_BITS]
    if not candidates:
        return None
    largest = max(sizes[index] for index in candidates)
    margin = SHARE_MARGIN * sum(sizes)
    return next(index for index in candidates if sizes[index] > largest - margin)
