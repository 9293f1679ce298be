"""What a network with given bits takes in memory, by the simple sums of the paper.

Rusci et al., arXiv 1905.13082: in RAM the tensors that a layer reads and writes, in flash weights
and the parameters of requantization.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from cmixdsl.errors import CmixError
from cmixdsl.passes.bits.network import BitAssignment, BitsLayer

Flavour: TypeAlias = Literal["pl-fold", "pl-icn", "pc-icn"]
"""How a layer is requantized: per layer with folded batch normalization, per layer with integer
channel normalization, per channel."""

FLAVOURS: tuple[Flavour, ...] = get_args(Flavour)

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


class MemoryModel(ABC):
    """Counts the bytes that a network takes."""

    @abstractmethod
    def get_layer_bytes(self, assignment: BitAssignment, index: int) -> int:
        """RAM while a layer is computed."""

    @abstractmethod
    def get_flash_bytes(self, assignment: BitAssignment) -> int:
        """Flash of the whole network."""

    def get_ram_bytes(self, assignment: BitAssignment) -> int:
        """RAM of the whole network: that of the layer that needs the most."""
        layers = range(len(assignment.network.layers))
        return max(self.get_layer_bytes(assignment, index) for index in layers)

    def describe_layer(self, assignment: BitAssignment, index: int) -> str:
        """What fills RAM while a layer is computed, for a message."""
        names = [
            f"{assignment.network.tensors[tensor].name} at {assignment.tensor_bits[tensor]} bits"
            for tensor in assignment.network.live_tensors[index]
        ]
        return ", ".join(names)

    def check_ram(self, assignment: BitAssignment, ram_bytes: int) -> None:
        """Raises CmixError, naming the layer that needs the most, when RAM does not suffice."""
        excess = self.get_ram_bytes(assignment) - ram_bytes
        if excess <= 0:
            return
        layers = range(len(assignment.network.layers))
        index = max(layers, key=lambda layer: self.get_layer_bytes(assignment, layer))
        raise CmixError(
            f"layer '{assignment.network.layers[index].name}': "
            f"{self.describe_layer(assignment, index)} need {excess:,} bytes more than the "
            f"{ram_bytes:,} bytes of RAM: make the layer's tensors smaller"
        )

    def check_flash(self, assignment: BitAssignment, flash_bytes: int) -> None:
        """Raises CmixError when flash does not suffice, naming the layer with the most weights."""
        excess = self.get_flash_bytes(assignment) - flash_bytes
        if excess <= 0:
            return
        sizes = list(map(assignment.get_weight_bytes, range(len(assignment.network.layers))))
        largest = assignment.network.layers[sizes.index(max(sizes))]
        raise CmixError(
            f"weights of the fewest bits need {excess:,} bytes more than the {flash_bytes:,} "
            f"bytes of flash; layer '{largest.name}' has the most, {max(sizes):,} bytes: "
            "take a network with fewer channels"
        )


@dataclass(frozen=True)
class PublishedMemory(MemoryModel):
    """The sums of the paper."""

    flavour: Flavour = "pc-icn"

    def get_layer_bytes(self, assignment: BitAssignment, index: int) -> int:
        return assignment.get_live_bytes(index)

    def get_flash_bytes(self, assignment: BitAssignment) -> int:
        network = assignment.network
        weights = sum(map(assignment.get_weight_bytes, network.weighted_layers))
        layers = [network.layers[index] for index in network.weighted_layers]
        return weights + self._get_parameter_bytes(layers)

    def _get_parameter_bytes(self, layers: Sequence[BitsLayer]) -> int:
        """Flash of all layers besides their weights (table 1 of the paper)."""
        per_channel, per_layer = PARAMETER_BYTES[self.flavour]
        last_per_channel, last_per_layer = LAST_PARAMETER_BYTES[self.flavour]
        inner = sum(per_channel * layer.channels + per_layer for layer in layers[:-1])
        return inner + last_per_channel * layers[-1].channels + last_per_layer
