"""Pictures as SVG elements that stand inside a page and take its colours.

Colours are classes, which the page's style sheet gives meaning to: so one picture serves light and
dark screens and paper.
"""

from xml.etree.ElementTree import Element, SubElement, tostring


def build_picture(width: float, height: float, title: str) -> Element:
    """An empty picture, sizes in pixels; `title` is what screen readers say."""
    picture = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {format_number(width)} {format_number(height)}",
            "width": format_number(width),
            "height": format_number(height),
            "role": "img",
        },
    )
    SubElement(picture, "title").text = title
    return picture


def add_line(
    parent: Element, start: tuple[float, float], end: tuple[float, float], style: str
) -> None:
    """A straight line from `start` to `end`."""
    names = ("x1", "y1", "x2", "y2")
    coordinates = zip(names, (*start, *end), strict=True)
    attributes = {name: format_number(value) for name, value in coordinates}
    SubElement(parent, "line", {**attributes, "class": style})


def add_path(parent: Element, points: list[tuple[float, float]], style: str) -> None:
    """Lines through `points`."""
    steps = " ".join(f"{format_number(x)},{format_number(y)}" for x, y in points)
    SubElement(parent, "polyline", {"points": steps, "class": style})


def add_dot(parent: Element, centre: tuple[float, float], style: str, title: str) -> None:
    """A dot that says `title` when pointed at."""
    x, y = (format_number(value) for value in centre)
    dot = SubElement(parent, "circle", {"cx": x, "cy": y, "r": "5", "class": style})
    SubElement(dot, "title").text = title


def add_text(
    parent: Element, position: tuple[float, float], text: str, style: str, anchor: str = "start"
) -> None:
    """Text whose `anchor` (start, middle or end) is at `position`."""
    x, y = (format_number(value) for value in position)
    attributes = {"x": x, "y": y, "class": style, "text-anchor": anchor}
    SubElement(parent, "text", attributes).text = text


def print_picture(picture: Element) -> str:
    """The picture as text that can stand in HTML."""
    return tostring(picture, encoding="unicode")


def format_number(value: float) -> str:
    """At most two decimals, none where they are zero: equal pictures are equal texts."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
