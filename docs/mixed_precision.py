"""The table of docs/mixed-precision.md: bits of the MobileNetV1 family."""

from cmixdsl.passes.bit_assignment import BitsLayer, assign_bits

FLASH_BYTES, RAM_BYTES = 2_048_000, 512_000

FILTERS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)

SIZES = (224, 192, 160, 128)
WIDTHS = (1.0, 0.75, 0.5, 0.25)


def build_layers(size: int, width: float) -> list[BitsLayer]:
    """The layers with weights of MobileNetV1 (Howard et al., arXiv 1704.04861)."""
    side, channels = size // 2, int(32 * width)
    layers = [BitsLayer("conv0", 3 * size * size, side * side * channels, 27 * channels, channels)]
    for number, (stride, count) in enumerate(zip(STRIDES, FILTERS, strict=True), 1):
        before, side, filters = side * side * channels, -(-side // stride), int(count * width)
        area = side * side
        layers += [
            BitsLayer(f"dw{number}", before, area * channels, 9 * channels, channels),
            BitsLayer(f"pw{number}", area * channels, area * filters, channels * filters, filters),
        ]
        channels = filters
    return [*layers, BitsLayer("fc", channels, 1000, 1000 * channels, 1000)]


def build_bits_table() -> str:
    """One row for each network: bits of activations and weights in the order of the layers."""
    rows = [
        "| network | activations | weights | RAM, bytes | flash, bytes |",
        "| --- | --- | --- | --- | --- |",
    ]
    for size in SIZES:
        for width in WIDTHS:
            found = assign_bits(build_layers(size, width), FLASH_BYTES, RAM_BYTES, "pc-icn")
            activations, weights = (
                "".join(map(str, bits)) for bits in (found.output_bits, found.weight_bits)
            )
            ram, flash = found.ram_bytes, found.get_flash_bytes("pc-icn")
            rows.append(f"| {size}_{width} | {activations} | {weights} | {ram:,} | {flash:,} |")
    return "\n".join(rows)
