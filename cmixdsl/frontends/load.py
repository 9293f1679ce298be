"""Reads a network from whatever kind of file it is in: MLIR, or what a frontend imports.

Each frontend is a package `cmixdsl/frontends/<name>` whose module `importer` has a function
`import_network(context, content, path, options)`. What it needs from other Python packages is the
extra `cmixdsl[<name>]`, and nothing of it is imported before a file asks for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import DiagnosticException

from cmixdsl.diagnostics import describe_error
from cmixdsl.driver import parse_verified
from cmixdsl.errors import CmixError, ToolchainError
from cmixdsl.frontends.options import DEFAULT_OPTIONS, ImportOptions

LARGEST_FILE_BYTES = 1 << 27
"""Far above the flash of any core; what is larger is refused unread."""

ImportNetwork: TypeAlias = Callable[[Context, bytes, Path, ImportOptions], ModuleOp]
"""From the content of a file, and its path for messages, to a module at level 1.

Raises CmixError for whatever is wrong with the content.
"""


def get_tflite_importer() -> ImportNetwork:
    """The importer of TensorFlow Lite; raises ModuleNotFoundError without its packages."""
    from cmixdsl.frontends.tflite.importer import import_network

    return import_network


@dataclass(frozen=True)
class Frontend:
    """How files of one kind are recognized, and what imports them."""

    name: str
    """Of the extra with the packages that it needs, and of the ending of its files."""
    title: str
    identifier: bytes | None
    """Bytes 4 to 7 of every such file, for formats that have them."""
    get_importer: Callable[[], ImportNetwork]
    """Imports the importer; raises ModuleNotFoundError without the packages of the extra."""

    def accepts(self, path: Path, content: bytes) -> bool:
        """Whether a file is of this kind."""
        by_content = self.identifier is not None and content[4:8] == self.identifier
        return by_content or path.suffix.lower() == f".{self.name}"


def get_onnx_importer() -> ImportNetwork:
    """The importer of ONNX; raises ModuleNotFoundError without its packages."""
    from cmixdsl.frontends.onnx.importer import import_network

    return import_network


FRONTENDS = (
    Frontend("onnx", "ONNX", None, get_onnx_importer),
    Frontend("tflite", "TensorFlow Lite", b"TFL3", get_tflite_importer),
)
"""All kinds of files that are imported; every other file is MLIR."""


def load_network(
    context: Context, path: Path, options: ImportOptions = DEFAULT_OPTIONS
) -> ModuleOp:
    """The verified module in a file: MLIR of any level as it stands, other networks at level 1.

    `options` serve imports only. Raises CmixError for whatever is wrong with the file,
    ToolchainError for a missing package.
    """
    content = _read(path)
    for frontend in FRONTENDS:
        if frontend.accepts(path, content):
            return _import(frontend, context, content, path, options)
    return parse_verified(context, content, path)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise CmixError(f"{path}: cannot read: {error.strerror}") from error
    if len(content) > LARGEST_FILE_BYTES:
        raise CmixError(
            f"{path}: expected a network of at most {LARGEST_FILE_BYTES} bytes, found more: no "
            "core that cmixdsl compiles for could hold it"
        )
    return content


def _import(
    frontend: Frontend, context: Context, content: bytes, path: Path, options: ImportOptions
) -> ModuleOp:
    try:
        import_network = frontend.get_importer()
    except ModuleNotFoundError as error:
        raise ToolchainError(
            f"{path}: reading {frontend.title} needs the Python package '{error.name}': "
            f"pip install 'cmixdsl[{frontend.name}]'"
        ) from error
    module = import_network(context, content, path, options)
    try:
        module.verify()
    except DiagnosticException as error:
        raise CmixError(f"{path}: {describe_error(error, module)}") from error
    return module
