"""Bits of activations and weights that fit a network into memory at the least modelled cycles.

Like `bit_assignment.py` it starts at 8 bits and halves, but among the cuts that help it takes the
one that costs the fewest cycles for each byte it saves. Some cuts save cycles; they come first.
Accuracy is not looked at: more layers lose bits than by the paper's procedure.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias, get_args

from cmixdsl.passes.bit_assignment import (
    MIN_BITS,
    BitAssignment,
    BitsLayer,
    Flavour,
    LayerKind,
    build_widest,
    check_flash,
    check_ram,
    halve_output,
    halve_weights,
)

TABLE_PATH = Path(__file__).parent / "cycles_per_mac.toml"

CostKey: TypeAlias = tuple[LayerKind, int, int]
"""Kind of a layer, bits of its input, bits of its weights."""

Measure: TypeAlias = Callable[[BitAssignment], int]
"""Bytes by which an assignment exceeds a limit; 0 when it fits."""


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
    return sum(
        layer.macs * costs[layer.kind, assignment.get_input_bits(index), bits]
        for index, (layer, bits) in enumerate(
            zip(assignment.layers, assignment.weight_bits, strict=True)
        )
    )


def assign_bits_by_cycles(
    layers: Sequence[BitsLayer], flash_bytes: int, ram_bytes: int, flavour: Flavour
) -> BitAssignment:
    """The assignment within `ram_bytes` and `flash_bytes` that greedily costs few cycles.

    Input and output of the network keep 8 bits. Raises CmixError naming the layer and the missing
    bytes when even 2 bits are too many.
    """
    found = _cut(build_widest(layers), lambda it: _get_ram_excess(it, ram_bytes), _get_output_cuts)
    check_ram(found, ram_bytes)
    found = _cut(
        found, lambda it: max(it.get_flash_bytes(flavour) - flash_bytes, 0), _get_weight_cuts
    )
    check_flash(found, flash_bytes, flavour)
    return found


def _cut(
    assignment: BitAssignment,
    get_excess: Measure,
    get_cuts: Callable[[BitAssignment], Iterable[BitAssignment]],
) -> BitAssignment:
    """Takes the cheapest cut until nothing is exceeded or no cut helps."""
    while excess := get_excess(assignment):
        cycles = get_modelled_cycles(assignment)
        prices: list[tuple[float, BitAssignment]] = []
        for cut in get_cuts(assignment):
            if saved := excess - get_excess(cut):
                prices.append(((get_modelled_cycles(cut) - cycles) / saved, cut))
        if not prices:
            break
        _, assignment = min(prices, key=lambda price: price[0])
    return assignment


def _get_ram_excess(assignment: BitAssignment, ram_bytes: int) -> int:
    """Summed over layers, as a cut that helps one of them need not lower the largest."""
    sizes = map(assignment.get_activation_bytes, range(len(assignment.layers)))
    return sum(max(size - ram_bytes, 0) for size in sizes)


def _get_output_cuts(assignment: BitAssignment) -> Iterable[BitAssignment]:
    for index, bits in enumerate(assignment.output_bits[:-1]):
        if bits > MIN_BITS:
            yield halve_output(assignment, index)


def _get_weight_cuts(assignment: BitAssignment) -> Iterable[BitAssignment]:
    for index, bits in enumerate(assignment.weight_bits):
        if bits > MIN_BITS:
            yield halve_weights(assignment, index)
