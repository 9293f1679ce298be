"""What figures depend on besides the layer: both compilers, to the letter."""

import hashlib
import shutil
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cmixdsl.errors import ToolchainError
from cmixdsl.simulator.kinds import Simulator

PACKAGE = Path(__file__).resolve().parent.parent
SOURCES = ("dialects", "passes", "simulator", "targets", "pipelines.py")
"""What decides about the machine code, and how it is counted."""
TABLES = frozenset({"default_schedules.toml", "__pycache__"})
"""Defaults are candidates like others; trying them does not depend on their table."""


@cache
def get_fingerprint(simulator: Simulator) -> str:
    """A short text that changes whenever cmixdsl, xDSL or the C compiler does."""
    state = hashlib.sha256()
    packages = ("cmixdsl", "xdsl", *(("ziglang", "unicorn") if simulator == "embedded" else ()))
    for package in packages:
        state.update(f"{package} {_get_version(package)}\n".encode())
    if simulator == "qemu":
        state.update(_get_compiler_version().encode())
    for path in _list_sources():
        state.update(f"{path.relative_to(PACKAGE)}\n".encode())
        state.update(path.read_bytes())
    return state.hexdigest()[:16]


def _list_sources() -> list[Path]:
    paths = [PACKAGE / name for name in SOURCES]
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    return sorted(file for file in files if file.is_file() and TABLES.isdisjoint(file.parts))


def _get_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _get_compiler_version() -> str:
    gcc = shutil.which("arm-none-eabi-gcc")
    if gcc is None:
        raise ToolchainError("arm-none-eabi-gcc is missing: install it, or use `embedded`")
    return subprocess.run([gcc, "--version"], capture_output=True, text=True, check=True).stdout
