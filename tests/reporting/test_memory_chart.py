"""The picture of a plan: well-formed, complete, to scale, deterministic, alone in the world."""

from xml.etree.ElementTree import Element, fromstring

from cmixdsl.arena import Arena, PlacedBuffer
from cmixdsl.passes.builders.memory_plan import Buffer
from cmixdsl.reporting.memory_chart import draw_memory

ARENA = Arena(
    size=1000,
    steps=("conv0", "<dw&1>"),
    buffers=(
        PlacedBuffer("conv0", 600, 0, 1, 0),
        PlacedBuffer("lanes", 400, 1, 1, 600),
        PlacedBuffer("sums", 1, 0, 0, 600),
    ),
    inputs=(Buffer("x", 64, 0, 0),),
    outputs=(Buffer("y", 32, 1, 1),),
)
SVG = "{http://www.w3.org/2000/svg}"


def find_rectangle(picture: Element, label: str) -> dict[str, float]:
    for group in picture.iter(f"{SVG}g"):
        title, rectangle = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        if title is not None and rectangle is not None and (title.text or "").startswith(label):
            return {key: float(rectangle.attrib[key]) for key in ("x", "y", "width", "height")}
    raise AssertionError(f"no rectangle {label}")


def test_rectangles_are_to_scale():
    picture = fromstring(draw_memory(ARENA))
    conv, lanes = find_rectangle(picture, "1 conv0"), find_rectangle(picture, "2 lanes")
    assert conv["height"] / lanes["height"] == 600 / 400
    assert conv["width"] == 2 * lanes["width"]
    # Lanes lie right above, in the second step.
    assert lanes["y"] + lanes["height"] == conv["y"]
    assert lanes["x"] == conv["x"] + lanes["width"]


def test_every_buffer_is_labelled_and_every_layer_named():
    texts = {text.text for text in fromstring(draw_memory(ARENA)).iter(f"{SVG}text")}
    assert {"1 conv0", "lanes", "sums", "x", "y", "conv0", "<dw&1>", "400", "600"} <= texts


def test_picture_needs_nothing_else():
    text = draw_memory(ARENA)
    assert text == draw_memory(ARENA)
    assert "prefers-color-scheme:dark" in text
    assert "href" not in text
    assert "url(" not in text


def test_network_without_buffers():
    arena = Arena(0, ("conv0",), (), ARENA.inputs, ARENA.outputs)
    assert "arena of 0 bytes" in draw_memory(arena)
