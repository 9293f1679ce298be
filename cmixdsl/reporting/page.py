"""The report of a run as one HTML page that needs no network: what `cmixc report` writes."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from cmixdsl.errors import ToolchainError
from cmixdsl.reporting.bits_chart import LayerBits, draw_bits
from cmixdsl.reporting.roofline import Point, draw_roofline
from cmixdsl.simulator.cores import Core

TEMPLATE, STYLE_SHEET = "page.html.jinja", "page.css"


def build_page(summary: dict[str, Any], core: Core, *, memory_plan: str = "") -> str:
    """The page for the figures of `cmixdsl.running.summarize_run`.

    `memory_plan` is an SVG picture of the arena, or empty. Raises ToolchainError when the package
    jinja2 is missing.
    """
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError:
        raise ToolchainError(
            "the package jinja2 is missing: pip install 'cmixdsl[report]'"
        ) from None
    folder = files("cmixdsl.reporting")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["grouped"] = format_integer
    template = environment.from_string(folder.joinpath(TEMPLATE).read_text(encoding="utf-8"))
    layers = [describe_layer(layer, summary["total"]) for layer in summary["layers"]]
    return template.render(
        summary=summary,
        total=summary["total"],
        layers=layers,
        largest_share=max((layer["share"] for layer in layers), default=0.0) or 1.0,
        megahertz=core.megahertz,
        style=folder.joinpath(STYLE_SHEET).read_text(encoding="utf-8"),
        memory_plan=memory_plan,
        roofline=draw_roofline(build_points(layers), core),
        bits=draw_bits(build_layer_bits(layers)),
    )


def describe_layer(layer: dict[str, Any], total: dict[str, Any]) -> dict[str, Any]:
    """A layer's figures with what follows from them: share of time, flash, scratch, speed.

    `share` is in percent of the modelled cycles of the network; sizes are in bytes.
    """
    cycles, total_cycles = layer["modelled_cycles"], total["modelled_cycles"]
    return {
        **layer,
        "op": layer["op"].removeprefix("cmix."),
        "share": 100 * cycles / total_cycles if cycles and total_cycles else 0.0,
        "speed": layer["macs"] / cycles if cycles else 0.0,
        "flash_bytes": layer["weight_bytes"] + (layer["code_bytes"] or 0),
        "scratch_bytes": max(0, layer["buffer_bytes"] - layer["activation_bytes"]),
    }


def build_points(layers: Sequence[dict[str, Any]]) -> list[Point]:
    """The layers with multiplications, as points of a roofline."""
    return [
        Point(
            layer["name"],
            layer["macs"] / (layer["weight_bytes"] + layer["activation_bytes"]),
            layer["speed"],
        )
        for layer in layers
        if layer["macs"]
    ]


def build_layer_bits(layers: Sequence[dict[str, Any]]) -> list[LayerBits]:
    """Element widths from the short form `u8_u4_s2`: input, output, weights."""
    found: list[LayerBits] = []
    for layer in layers:
        _, output_bits, *weight_bits = (int(part[1:]) for part in layer["bits"].split("_"))
        found.append(LayerBits(layer["name"], output_bits, weight_bits[0] if weight_bits else None))
    return found


def format_integer(value: int | None) -> str:
    """Digits in groups of three; a dash where there is no figure."""
    return "–" if value is None else f"{value:,}"  # noqa: RUF001
