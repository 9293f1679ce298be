"""Bits by modelled cycles: limits, cycles beside those of the paper's procedure, single cuts."""

import tomllib
from itertools import pairwise

import pytest
from mobilenet_layers import build_mobilenet

from cmixdsl.passes.bits.assignment import assign_bits
from cmixdsl.passes.bits.cycle_assignment import (
    TABLE_PATH,
    assign_bits_by_cycles,
    get_modelled_cycles,
)
from cmixdsl.passes.bits.memory import PublishedMemory
from cmixdsl.passes.bits.network import BitAssignment, ChainLayer, LayerKind, build_chain

FLASH, RAM = 2_048_000, 512_000
MEMORY = PublishedMemory("pc-icn")

FAMILY = [(size, width) for size in (224, 192, 160, 128) for width in (1.0, 0.75, 0.5, 0.25)]
WHOLE_MEMORY = [(size, width, FLASH, RAM) for size, width in FAMILY]
HALF_MEMORY = [(size, width, FLASH // 2, RAM // 2) for size, width in FAMILY if width < 1.0]
"""At width 1.0 not even weights of 2 bits fit."""


def count_cycles(assignment: BitAssignment) -> float:
    """The figures of the table times products of the layers, written anew."""
    table = tomllib.loads(TABLE_PATH.read_text(encoding="utf-8"))
    total = 0.0
    for layer, weights in zip(assignment.network.layers, assignment.weight_bits, strict=True):
        if layer.kind is not None:
            pixels = assignment.network.tensors[layer.output].elements / layer.channels
            bits = f"{assignment.tensor_bits[layer.inputs[0]]},{weights}"
            total += pixels * layer.weight_elements * table[layer.kind][bits]
    return total


def count_bytes(assignment: BitAssignment) -> tuple[int, int]:
    """Bytes of RAM and of flash, from the formulas of the paper for a chain."""
    network = assignment.network
    sizes = [
        tensor.elements * bits // 8
        for tensor, bits in zip(network.tensors, assignment.tensor_bits, strict=True)
    ]
    ram = max(before + after for before, after in pairwise(sizes))
    flash = 0
    for layer, weights in zip(network.layers, assignment.weight_bits, strict=True):
        is_last = layer is network.layers[-1]
        if layer.kind is not None:
            flash += layer.weight_elements * weights // 8
            flash += 7 * layer.channels + 4 if is_last else 10 * layer.channels + 8
    return ram, flash


@pytest.mark.parametrize(("size", "width", "flash", "ram"), [*WHOLE_MEMORY, *HALF_MEMORY])
def test_mobilenet_fits_in_no_more_cycles(size: int, width: float, flash: int, ram: int) -> None:
    network = build_mobilenet(size, width)
    paper = assign_bits(network, MEMORY, flash, ram)
    found = assign_bits_by_cycles(network, MEMORY, flash, ram)
    used = count_bytes(found)
    assert used[0] <= ram
    assert used[1] <= flash
    assert count_cycles(found) <= count_cycles(paper)
    assert get_modelled_cycles(found) == pytest.approx(count_cycles(found))
    assert found.output_bits[-1] == 8
    assert assign_bits_by_cycles(network, MEMORY, flash, ram) == found


def test_what_fits_keeps_8_bits() -> None:
    found = assign_bits_by_cycles(build_mobilenet(128, 0.25), MEMORY, FLASH, RAM)
    assert {*found.output_bits, *found.weight_bits} == {8, 0}


@pytest.mark.parametrize("cheap", [0, 1])
def test_takes_the_cut_that_costs_least(cheap: int) -> None:
    # Weights of 4 bits make a fully connected layer faster, a pointwise convolution slower. 18 and
    # 11 bytes of parameters, 2 * 100 bytes of weights; 50 bytes have to go.
    kinds: list[LayerKind] = ["pointwise", "pointwise"]
    kinds[cheap] = "matrix"
    layers = [ChainLayer(f"{number}", kind, 10, 100, 1) for number, kind in enumerate(kinds)]
    found = assign_bits_by_cycles(build_chain(10, layers), MEMORY, 229 - 50, RAM)
    assert found.weight_bits[cheap] == 4
    assert found.weight_bits[1 - cheap] == 8


def test_table_has_all_bits_of_all_kinds() -> None:
    table = tomllib.loads(TABLE_PATH.read_text(encoding="utf-8"))
    pairs = {f"{inputs},{weights}" for inputs in (8, 4, 2) for weights in (8, 4, 2)}
    assert {kind: set(rows) for kind, rows in table.items()} == dict.fromkeys(
        ("spatial", "shallow", "pointwise", "depthwise", "strided", "matrix"), pairs
    )
