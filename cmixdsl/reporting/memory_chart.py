"""A picture of a network's memory: time to the right, addresses upwards, every buffer labelled.

It stands alone or inside a page, on light and dark screens: it brings its own colours.
"""

from itertools import count
from xml.etree.ElementTree import Element, SubElement

from cmixdsl.arena import Arena, PlacedBuffer
from cmixdsl.passes.builders.memory_plan import Buffer
from cmixdsl.reporting.svg import (
    add_line,
    add_text,
    build_picture,
    format_number,
    print_picture,
)

STYLE = """
.plan text{font:11px sans-serif;fill:#222}.plan .small{font-size:9px}.plan .axis{stroke:#888}
.plan .faint{stroke:#8884}.plan rect{fill-opacity:.75}
.plan .tensor{fill:#9ecae9;stroke:#4c78a8}
.plan .scratch{fill:#ffcf99;stroke:#c76a10}.plan .caller{fill:#d3d3d3;stroke:#777}
@media(prefers-color-scheme:dark){.plan text{fill:#ddd}.plan .tensor{fill:#1f4e79;stroke:#6ea6d8}
.plan .scratch{fill:#7a4510;stroke:#f0a35e}.plan .caller{fill:#444;stroke:#999}}
"""

LEFT, TOP, HEIGHT = 74.0, 24.0, 360.0
ROW = 18.0
"""Height of a row of the caller's buffers, and of the table."""
CHARACTER = 6.2
"""Width of a character, about."""


def draw_memory(arena: Arena) -> str:
    """The picture as SVG. Equal arenas give equal texts."""
    step_width = max(34.0, min(70.0, 900.0 / max(len(arena.steps), 1)))
    callers = (*arena.inputs, *arena.outputs)
    arena_top = TOP + ROW * len(callers) + 12
    table_top = arena_top + HEIGHT + 18 + CHARACTER * max(map(len, arena.steps), default=0)
    width = LEFT + step_width * max(len(arena.steps), 8) + 20
    height = table_top + ROW * (len(arena.buffers) + 2)
    title = f"Memory of {len(arena.steps)} layers: an arena of {arena.size:,} bytes"
    picture = build_picture(width, height, title)
    picture.set("class", "plan")
    SubElement(picture, "style").text = STYLE
    add_text(picture, (LEFT, 14), f"{title}; {arena.lower_bound:,} live at once", "label")
    for row, buffer in enumerate(callers):
        y = TOP + ROW * row
        kind = "input" if row < len(arena.inputs) else "output"
        _add_buffer(picture, buffer, "caller", (y, ROW - 3), step_width, buffer.name)
        add_text(picture, (LEFT - 6, y + 12), kind, "small", "end")
    _add_axes(picture, arena, arena_top, step_width)
    scale, covered = HEIGHT / max(arena.size, 1), _get_covered(arena)
    for number, buffer in zip(count(1), arena.buffers, strict=False):
        span = arena_top + HEIGHT - buffer.end * scale, buffer.size * scale
        style = "tensor" if buffer.last > buffer.first else "scratch"
        hidden = int(number - 1 in covered)
        _add_buffer(picture, buffer, style, span, step_width, f"{number} {buffer.name}", hidden)
    _add_table(picture, arena, table_top)
    return print_picture(picture)


def _add_buffer(
    picture: Element,
    buffer: Buffer,
    style: str,
    span: tuple[float, float],
    step_width: float,
    label: str,
    hidden: int = 0,
) -> None:
    """A rectangle over the steps of a buffer; `span` is its top and height.

    The label stands clear of the last `hidden` steps.
    """
    top, height = span
    x, width = LEFT + step_width * buffer.first, step_width * (buffer.last - buffer.first + 1)
    group = SubElement(picture, "g")
    SubElement(group, "title").text = f"{label}: {buffer.size:,} bytes"
    attributes = {"x": x, "y": top, "width": width, "height": max(height, 0.5)}
    texts = {name: format_number(value) for name, value in attributes.items()}
    SubElement(group, "rect", {**texts, "class": style})
    width -= step_width * hidden
    room = int(width / CHARACTER)
    # What has no room for its name has a number, which the table explains.
    text = label if len(label) <= room else label.split(" ")[0][:room]
    small = height < 12
    middle = top + height / 2 + (3 if small else 4)
    add_text(group, (x + width / 2, middle), text, "small" if small else "label", "middle")


def _get_covered(arena: Arena) -> set[int]:
    """The buffers, by position, over which in their last step another lies."""
    covered: set[int] = set()
    for overlap in arena.overlaps:
        source, destination = arena.buffers[overlap.source], arena.buffers[overlap.destination]
        if source.offset < destination.end and destination.offset < source.end:
            covered.add(overlap.source)
    return covered


def _add_axes(picture: Element, arena: Arena, top: float, step_width: float) -> None:
    """Addresses at the left, layers below."""
    bottom = top + HEIGHT
    right = LEFT + step_width * len(arena.steps)
    for quarter in range(5):
        y = bottom - HEIGHT * quarter / 4
        add_line(picture, (LEFT, y), (right, y), "faint")
        add_text(picture, (LEFT - 6, y + 4), f"{arena.size * quarter // 4:,}", "small", "end")
    add_line(picture, (LEFT, top), (LEFT, bottom), "axis")
    add_line(picture, (LEFT, bottom), (right, bottom), "axis")
    for step, name in enumerate(arena.steps):
        x, y = LEFT + step_width * (step + 0.5) + 3, bottom + 10
        add_line(picture, (x + step_width / 2 - 3, top), (x + step_width / 2 - 3, bottom), "faint")
        place = f"translate({format_number(x)} {format_number(y)}) rotate(-90)"
        group = SubElement(picture, "g", {"transform": place})
        add_text(group, (0, 0), name, "small", "end")


def _add_table(picture: Element, arena: Arena, top: float) -> None:
    """Number, name, bytes, offsets and life of every buffer in the arena."""
    columns = (("", LEFT), ("buffer", LEFT + 10), ("bytes", LEFT + 260), ("from", LEFT + 330))
    ends = ("end", "start", "end", "end", "start")
    heads = (*columns, ("while", LEFT + 350))
    for (text, x), anchor in zip(heads, ends, strict=True):
        add_text(picture, (x, top), text, "small", anchor)
    for number, buffer in enumerate(arena.buffers, 1):
        cells = _describe(arena, number, buffer)
        for (_, x), anchor, cell in zip(heads, ends, cells, strict=True):
            add_text(picture, (x, top + ROW * number), cell, "label", anchor)


def _describe(arena: Arena, number: int, buffer: PlacedBuffer) -> tuple[str, ...]:
    first, last = arena.steps[buffer.first], arena.steps[buffer.last]
    life = first if buffer.first == buffer.last else f"{first} to {last}"
    return str(number), buffer.name, f"{buffer.size:,}", f"{buffer.offset:,}", life
