"""Names of networks and layers that read well in MLIR and C, from whatever names a file has."""

import re
from pathlib import Path

LONGEST_NAME = 60
"""Characters; converters join the names of all layers they fuse."""


def get_name(text: str, default: str) -> str:
    """`text` as an identifier, other characters as underscores; `default` if nothing is left."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", text[:LONGEST_NAME]).strip("_")
    if not name:
        return default
    return f"{default}_{name}" if name[0].isdigit() else name


def get_network_name(path: Path) -> str:
    """The symbol of the function that a network becomes."""
    return get_name(path.stem, "net")
