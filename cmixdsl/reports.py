"""Tables for people: the same figures that `--json` writes for machines."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

LAYER_COLUMNS = (
    ("layer", "name"),
    ("bits", "bits"),
    ("MACs", "macs"),
    ("weight\nbytes", "weight_bytes"),
    ("buffer\nbytes", "buffer_bytes"),
    ("instructions", "instructions"),
    ("cycles\n(model)", "modelled_cycles"),
    ("code\nbytes", "code_bytes"),
)
"""Heading and key of each column; a column no layer has a figure for is left out."""

TOTALS = (
    ("MACs", "macs"),
    ("instructions", "instructions"),
    ("cycles (modelled)", "modelled_cycles"),
    ("code", "code_bytes"),
    ("constants", "constant_bytes"),
    ("constants", "rodata_bytes"),
    ("buffers", "variable_bytes"),
    ("RAM", "ram_bytes"),
    ("peak stack", "peak_stack_bytes"),
    ("flash as linked", "linked_flash_bytes"),
    ("RAM as linked, stack reserved", "linked_ram_bytes"),
)
"""Name and key of each total; keys that end in `_bytes` are printed as bytes."""


def print_summary(console: Console, summary: dict[str, Any]) -> None:
    """Prints layers and totals of `CompiledModel.get_summary` or `summarize_run`."""
    if summary["layers"]:
        console.print(build_layer_table(summary["layers"]))
    for name, key in TOTALS:
        value = summary["total"].get(key)
        if value is not None:
            unit = " bytes" if key.endswith("_bytes") else ""
            console.print(f"{name}: {value:,}{unit}", highlight=False)


def build_layer_table(layers: list[dict[str, Any]]) -> Table:
    """One row for each layer."""
    columns = [
        (heading, key)
        for heading, key in LAYER_COLUMNS
        if any(layer.get(key) is not None for layer in layers)
    ]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), collapse_padding=True, pad_edge=False)
    for heading, key in columns:
        justify = "right" if _is_number(layers, key) else "left"
        table.add_column(heading, justify=justify, overflow="fold")
    for layer in layers:
        table.add_row(*(_format(layer.get(key)) for _, key in columns))
    return table


def _is_number(layers: list[dict[str, Any]], key: str) -> bool:
    return any(isinstance(layer.get(key), int) for layer in layers)


def _format(value: str | int | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else value
