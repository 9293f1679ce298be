"""The tables of docs/mixed-precision.md: bits of the MobileNetV1 family."""

from collections.abc import Mapping
from typing import TypeAlias

from cmixdsl.passes.bits.assignment import assign_bits
from cmixdsl.passes.bits.cycle_assignment import assign_bits_by_cycles, get_modelled_cycles
from cmixdsl.passes.bits.memory import PublishedMemory
from cmixdsl.passes.bits.network import (
    BitAssignment,
    BitsNetwork,
    ChainLayer,
    LayerKind,
    build_chain,
)

FLASH_BYTES, RAM_BYTES = 2_048_000, 512_000
MEMORY = PublishedMemory("pc-icn")

FILTERS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)

SIZES = (224, 192, 160, 128)
WIDTHS = (1.0, 0.75, 0.5, 0.25)

Row: TypeAlias = tuple[str, str, str, str]
"""Bits of activations and of weights, one digit per layer; bytes of RAM and of flash."""

UNKNOWN = "-"
ABSENT: Row = (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)

EIGHTS = "8" * 28
WIDEST = "8888888888888848484848884822"
LAST_TWO = "8" * 26 + "44"

PUBLISHED: Mapping[str, Row] = {
    "224_1.0": ("4428444".ljust(28, "8"), WIDEST, "401,408", "1,984,884"),
    "224_0.75": ("8448848".ljust(28, "8"), LAST_TWO, "451,584", "1,978,532"),
    "224_0.5": ("8848".ljust(28, "8"), EIGHTS, "401,408", "1,381,588"),
    "224_0.25": (EIGHTS, EIGHTS, UNKNOWN, UNKNOWN),
    "192_1.0": ("8448848".ljust(28, "8"), WIDEST, "442,368", "1,984,884"),
    "192_0.75": ("8848".ljust(28, "8"), LAST_TWO, "442,368", "1,978,532"),
    "192_0.5": (EIGHTS, EIGHTS, UNKNOWN, UNKNOWN),
    "192_0.25": (EIGHTS, EIGHTS, UNKNOWN, UNKNOWN),
    "160_1.0": ("8848".ljust(28, "8"), WIDEST, "409,600", "1,984,884"),
    "160_0.75": (EIGHTS, LAST_TWO, "460,800", "1,978,532"),
    "160_0.5": (EIGHTS, EIGHTS, UNKNOWN, UNKNOWN),
    "160_0.25": (EIGHTS, EIGHTS, UNKNOWN, UNKNOWN),
    "128_0.75": (EIGHTS, LAST_TWO, "294,912", "1,978,532"),
    "128_0.5": (EIGHTS, EIGHTS, UNKNOWN, UNKNOWN),
    "128_0.25": (EIGHTS, EIGHTS, UNKNOWN, UNKNOWN),
}
"""What the procedure of Rusci et al. (arXiv 1905.13082) gives, recomputed independently of this
repository."""


def build_network(size: int, width: float) -> BitsNetwork:
    """MobileNetV1 (Howard et al., arXiv 1704.04861)."""
    side, channels = size // 2, int(32 * width)
    layers = [ChainLayer("conv0", "shallow", side * side * channels, 27 * channels, channels)]
    for number, (stride, count) in enumerate(zip(STRIDES, FILTERS, strict=True), 1):
        side, filters = -(-side // stride), int(count * width)
        area = side * side
        kind: LayerKind = "depthwise" if stride == 1 else "strided"
        layers += [
            ChainLayer(f"dw{number}", kind, area * channels, 9 * channels, channels),
            ChainLayer(f"pw{number}", "pointwise", area * filters, channels * filters, filters),
        ]
        channels = filters
    layers += [
        ChainLayer("pool", None, channels),
        ChainLayer("fc", "matrix", 1000, 1000 * channels, 1000),
    ]
    return build_chain(3 * size * size, layers)


def build_bits_table() -> str:
    """One row for each network, ours beside the published, and where they differ."""
    rows = [
        "| network | activations | published | weights | published "
        "| RAM, bytes | published | flash, bytes | published |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    different: list[str] = []
    for name, network in build_family().items():
        found, published = get_row(network), PUBLISHED.get(name)
        cells = [cell for pair in zip(found, published or ABSENT, strict=True) for cell in pair]
        rows.append(f"| {' | '.join([name, *cells])} |")
        if published is not None and any(
            known not in (cell, UNKNOWN) for cell, known in zip(found, published, strict=True)
        ):
            different.append(name)
    verdict = f"differ for {', '.join(different)}" if different else "are equal wherever both exist"
    rows += [
        "",
        f"The published columns cover {len(PUBLISHED)} of them; ours and theirs {verdict}.",
    ]
    return "\n".join(rows)


def build_cycles_table() -> str:
    """Bits by modelled cycles, beside the cycles of the paper's procedure, where they differ."""
    rows = [
        "| network | activations | weights | Mcycles | Mcycles, `paper` |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, network in build_family().items():
        paper = assign_bits(network, MEMORY, FLASH_BYTES, RAM_BYTES)
        found = assign_bits_by_cycles(network, MEMORY, FLASH_BYTES, RAM_BYTES)
        if found != paper:
            cycles, more = (get_modelled_cycles(each) / 1e6 for each in (found, paper))
            digits = " | ".join(get_digits(found))
            rows.append(f"| {name} | {digits} | {cycles:.1f} | {more:.1f} |")
    return "\n".join(rows)


def get_digits(assignment: BitAssignment) -> tuple[str, str]:
    """Bits of activations and of weights, one digit for each layer with weights."""
    layers = assignment.network.weighted_layers
    activations, weights = (
        "".join(str(bits[layer]) for layer in layers)
        for bits in (assignment.output_bits, assignment.weight_bits)
    )
    return activations, weights


def build_family() -> dict[str, BitsNetwork]:
    """The networks by size of the image and width, such as `224_0.75`."""
    return {f"{size}_{width}": build_network(size, width) for size in SIZES for width in WIDTHS}


def get_row(network: BitsNetwork) -> Row:
    """What our assignment gives for a network."""
    found = assign_bits(network, MEMORY, FLASH_BYTES, RAM_BYTES)
    sizes = MEMORY.get_ram_bytes(found), MEMORY.get_flash_bytes(found)
    return *get_digits(found), f"{sizes[0]:,}", f"{sizes[1]:,}"
