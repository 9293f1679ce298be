"""Bits of activations and weights along a network, as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from xml.etree.ElementTree import Element

from cmixdsl.reporting.svg import add_line, add_path, add_text, build_picture, print_picture

STEP = 22.0
"""Pixels per layer."""
LEFT, TOP, ROW = 40.0, 14.0, 34.0
CHARACTER = 6.0
"""Height of a character of a tilted name, about."""
WIDTHS = (8, 4, 2)
"""Bits, from the top of the picture down."""


@dataclass(frozen=True)
class LayerBits:
    """Element widths of one layer."""

    name: str
    output_bits: int
    weight_bits: int | None


def draw_bits(layers: Sequence[LayerBits]) -> str:
    """An SVG with one column per layer: output bits as a stepped line, weight bits as bars."""
    if not layers:
        return ""
    width, bottom = LEFT + STEP * len(layers) + 8, TOP + ROW * len(WIDTHS)
    names = 16 + CHARACTER * max(len(layer.name) for layer in layers)
    picture = build_picture(width, bottom + names, "Bits along the network")
    for bits in WIDTHS:
        add_line(picture, (LEFT, _get_y(bits)), (width - 8, _get_y(bits)), "grid")
        add_text(picture, (LEFT - 6, _get_y(bits) + 4), f"{bits} bit", "tick", "end")
    steps: list[tuple[float, float]] = []
    for index, layer in enumerate(layers):
        x = LEFT + STEP * index
        if layer.weight_bits is not None:
            centre = x + STEP / 2
            add_line(picture, (centre, bottom), (centre, _get_y(layer.weight_bits)), "weights")
        steps += [(x, _get_y(layer.output_bits)), (x + STEP, _get_y(layer.output_bits))]
        _add_name(picture, (x + STEP / 2 + 4, bottom + 8), layer.name)
    add_path(picture, steps, "activations")
    return print_picture(picture)


def _get_y(bits: int) -> float:
    """8, 4 and 2 bits are equally far apart: each halves the memory."""
    return TOP + ROW * (log2(WIDTHS[0]) - log2(bits))


def _add_name(picture: Element, position: tuple[float, float], name: str) -> None:
    x, y = position
    add_text(picture, position, name, "label", "end")
    picture[-1].set("transform", f"rotate(-60 {x:.2f} {y:.2f})")
