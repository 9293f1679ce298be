"""Bits of activations and weights that fit a network into memory at the least modelled cycles.

Like `bit_assignment.py` it starts at 8 bits and halves, but among the cuts that help it takes the
one that costs the fewest cycles for each byte it saves. Some cuts save cycles; they come first.
Accuracy is not looked at: more layers lose bits than by the paper's procedure.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias, get_args

from cmixdsl.passes.bits.memory import MemoryModel
from cmixdsl.passes.bits.network import (
    MIN_BITS,
    BitAssignment,
    BitsNetwork,
    LayerKind,
    build_widest,
)

TABLE_PATH = Path(__file__).parent / "cycles_per_mac.toml"

CostKey: TypeAlias = tuple[LayerKind, int, int]
"""Kind of a layer, bits of its input, bits of its weights."""

Cuts: TypeAlias = Iterable[tuple[BitAssignment, int]]
"""Assignments of fewer bits, and the bytes of what is exceeded that each saves."""


@cache
def load_cycles_per_mac() -> Mapping[CostKey, float]:
    """The figures of `cycles_per_mac.toml`."""
    tables = tomllib.loads(TABLE_PATH.read_text(encoding="utf-8"))
    costs: dict[CostKey, float] = {}
    kinds: tuple[LayerKind, ...] = get_args(LayerKind)
    for kind in kinds:
        for bits, cost in tables[kind].items():
            inputs, weights = map(int, bits.split(","))
            costs[kind, inputs, weights] = float(cost)
    return costs


def get_modelled_cycles(assignment: BitAssignment) -> float:
    """Multiplications of all layers times the cycles that one takes at their bits."""
    costs = load_cycles_per_mac()
    network = assignment.network
    total = 0.0
    for index, bits in enumerate(assignment.weight_bits):
        kind = network.layers[index].kind
        if kind is not None:
            cost = costs[kind, assignment.get_input_bits(index), bits]
            total += network.get_macs(index) * cost
    return total


def assign_bits_by_cycles(
    network: BitsNetwork, memory: MemoryModel, flash_bytes: int, ram_bytes: int
) -> BitAssignment:
    """The assignment within `ram_bytes` and `flash_bytes` that greedily costs few cycles.

    Input and output of the network keep their bits. Raises CmixError naming the layer and the
    missing bytes when even 2 bits are too many.
    """
    found = build_widest(network)
    while True:
        before = found
        found = _cut_activations(found, memory, ram_bytes)
        memory.check_ram(found, ram_bytes)
        found = _cut_weights(found, memory, flash_bytes)
        memory.check_flash(found, flash_bytes)
        # Weights of other bits may be computed with other scratch.
        if found == before:
            return found


def _cut_activations(found: BitAssignment, memory: MemoryModel, ram_bytes: int) -> BitAssignment:
    """Takes the cheapest cut that helps a layer that does not fit, until none does."""
    layers = range(len(found.network.layers))
    limit = ram_bytes
    while memory.get_ram_bytes(found) > ram_bytes:
        cuts = _rank(found, _get_tensor_cuts(found, memory, limit))
        if cuts:
            found = cuts[0]
            continue
        tallest = max(memory.get_layer_bytes(found, index) for index in layers)
        if tallest > limit:
            break
        # Buffers of different sizes leave gaps: all layers fit, and the whole does not.
        limit = tallest - 1
    return found


def _cut_weights(found: BitAssignment, memory: MemoryModel, flash_bytes: int) -> BitAssignment:
    """Takes the cheapest cut of weights that saves more than its code takes, until none does."""
    while (before := memory.get_flash_bytes(found)) > flash_bytes:
        cuts = _rank(found, _get_weight_cuts(found, before - flash_bytes))
        smaller = next((cut for cut in cuts if memory.get_flash_bytes(cut) < before), None)
        if smaller is None:
            break
        found = smaller
    return found


def _rank(assignment: BitAssignment, cuts: Cuts) -> list[BitAssignment]:
    """The cuts that save bytes, by the cycles that each of these costs, the fewest first."""
    cycles = get_modelled_cycles(assignment)
    prices = [
        ((get_modelled_cycles(cut) - cycles) / saved, cut) for cut, saved in cuts if saved > 0
    ]
    return [cut for _, cut in sorted(prices, key=lambda price: price[0])]


def _get_tensor_cuts(assignment: BitAssignment, memory: MemoryModel, limit: int) -> Cuts:
    """What a cut saves is summed over layers: where it helps one it need not lower the largest."""
    network = assignment.network
    exceeded = [
        index
        for index in range(len(network.layers))
        if memory.get_layer_bytes(assignment, index) > limit
    ]
    groups = {
        network.tensors[tensor].group: tensor
        for index in exceeded
        for tensor in network.live_tensors[index]
        if assignment.can_cut(tensor)
    }
    for _, tensor in sorted(groups.items()):
        cut = assignment.cut_tensor(tensor)
        saved = (
            _get_excess(assignment, memory, index, limit) - _get_excess(cut, memory, index, limit)
            for index in exceeded
        )
        yield cut, sum(saved)


def _get_excess(assignment: BitAssignment, memory: MemoryModel, index: int, limit: int) -> int:
    return max(memory.get_layer_bytes(assignment, index) - limit, 0)


def _get_weight_cuts(assignment: BitAssignment, excess: int) -> Cuts:
    """Bytes of weights alone: code and tables hardly change."""
    for index, bits in enumerate(assignment.weight_bits):
        if bits > MIN_BITS:
            cut = assignment.cut_weights(index)
            yield cut, min(assignment.get_weight_bytes(index) - cut.get_weight_bytes(index), excess)
