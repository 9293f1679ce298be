"""The roofline of a network: how fast each layer runs, and what could bound it.

S. Williams, A. Waterman, D. Patterson: Roofline: an insightful visual performance model for
multicore architectures, CACM 52(4), 2009. Here performance is multiply-accumulates per modelled
cycle, and intensity multiply-accumulates per byte that the layer must move at least once: its
inputs, weights and outputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log2
from xml.etree.ElementTree import Element

from cmixdsl.reporting.svg import (
    add_dot,
    add_line,
    add_path,
    add_text,
    build_picture,
    print_picture,
)
from cmixdsl.simulator.cores import Core

WIDTH, HEIGHT = 720.0, 400.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 16.0, 16.0, 44.0
LABEL_WIDTH, LABEL_HEIGHT = 48.0, 12.0
"""Pixels of a label, about."""
LANES_PER_MULTIPLY = 2
"""SMLAD multiplies two pairs of 16-bit lanes."""
BYTES_PER_LOAD = 4


@dataclass(frozen=True)
class Point:
    """One layer of a roofline."""

    name: str
    intensity: float
    """MACs per byte of inputs, weights and outputs."""
    macs_per_cycle: float


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis to the base of 2, from `low` to `high`, onto pixels."""

    low: int
    """Exponents of 2."""
    high: int
    first: float
    last: float

    def get_position(self, value: float) -> float:
        """Where `value` lies, in pixels."""
        share = (log2(value) - self.low) / (self.high - self.low)
        return self.first + share * (self.last - self.first)

    def get_ticks(self) -> list[float]:
        """The powers of 2 on the axis."""
        return [2.0**exponent for exponent in range(self.low, self.high + 1)]


def get_roof(core: Core, intensity: float) -> float:
    """MACs per cycle that `core` reaches at most with SMLAD and one load of a word per cycle.

    `core` starts at most one multiply and one load per cycle, whatever its issue width.
    """
    return min(float(LANES_PER_MULTIPLY), intensity * BYTES_PER_LOAD / core.timing.load_pipelined)


def draw_roofline(points: Sequence[Point], core: Core) -> str:
    """An SVG of all points under the roof of `core`; empty text without points."""
    points = [point for point in points if point.intensity > 0 and point.macs_per_cycle > 0]
    if not points:
        return ""
    across = _fit([point.intensity for point in points], LEFT, WIDTH - RIGHT)
    speeds = [*(point.macs_per_cycle for point in points), float(LANES_PER_MULTIPLY)]
    up = _fit(speeds, HEIGHT - BOTTOM, TOP)
    picture = build_picture(WIDTH, HEIGHT, f"Roofline of {core.name}")
    _draw_axes(picture, across, up)
    _draw_roof(picture, across, up, core)
    positions = [
        (across.get_position(point.intensity), up.get_position(point.macs_per_cycle))
        for point in points
    ]
    for point, position in zip(points, positions, strict=True):
        text = f"{point.name}: {point.macs_per_cycle:.2f} MAC/cycle, {point.intensity:.1f} MAC/byte"
        add_dot(picture, position, "dot", text)
    for (x, y), text in label_points([point.name for point in points], positions):
        add_text(picture, (x + 8, y + 4), text, "label")
    return print_picture(picture)


def label_points(
    names: Sequence[str], positions: Sequence[tuple[float, float]]
) -> list[tuple[tuple[float, float], str]]:
    """Places and texts of labels that do not cover each other.

    A point whose label would lie on that of an earlier one is counted there: `pw7 +3`.
    """
    places: list[tuple[float, float]] = []
    members: list[list[str]] = []
    for name, (x, y) in zip(names, positions, strict=True):
        near = [
            index
            for index, (left, top) in enumerate(places)
            if abs(x - left) < LABEL_WIDTH and abs(y - top) < LABEL_HEIGHT
        ]
        if near:
            members[near[0]].append(name)
        else:
            places.append((x, y))
            members.append([name])
    texts = (f"{first} +{len(rest)}" if rest else first for first, *rest in members)
    return list(zip(places, texts, strict=True))


def _fit(values: Sequence[float], first: float, last: float) -> Scale:
    low, high = floor(log2(min(values))), ceil(log2(max(values)))
    return Scale(low - (low == high), high + 1, first, last)


def _draw_axes(picture: Element, across: Scale, up: Scale) -> None:
    for tick in across.get_ticks():
        x = across.get_position(tick)
        add_line(picture, (x, up.first), (x, up.last), "grid")
        add_text(picture, (x, up.first + 16), _format_tick(tick), "tick", "middle")
    for tick in up.get_ticks():
        y = up.get_position(tick)
        add_line(picture, (across.first, y), (across.last, y), "grid")
        add_text(picture, (across.first - 6, y + 4), _format_tick(tick), "tick", "end")
    centre = (across.first + across.last) / 2, HEIGHT - 6
    add_text(picture, centre, "MACs per byte of inputs, weights and outputs", "tick", "middle")
    add_text(picture, (across.first + 6, up.last + 12), "MACs per modelled cycle", "tick")


def _draw_roof(picture: Element, across: Scale, up: Scale, core: Core) -> None:
    edges = [2.0**across.low, 2.0**across.high]
    ridge = LANES_PER_MULTIPLY * core.timing.load_pipelined / BYTES_PER_LOAD
    if edges[0] < ridge < edges[1]:
        edges.insert(1, ridge)
    heights = [max(get_roof(core, edge), 2.0**up.low) for edge in edges]
    corners = [
        (across.get_position(edge), up.get_position(height))
        for edge, height in zip(edges, heights, strict=True)
    ]
    add_path(picture, corners, "roof")
    end = across.last, corners[-1][1] - 6
    add_text(picture, end, "SMLAD: 2 MACs per multiply", "label", "end")


def _format_tick(value: float) -> str:
    return f"{value:g}" if value >= 1 else f"1/{round(1 / value)}"
