"""Reads a network from whatever kind of file it is in: MLIR, or what a frontend imports.

Each frontend is a package `cmixdsl/frontends/<name>` whose module `importer` has a function
`import_network(context, content, path, options)`, and whose module `reference` has
`build_reference` with the same arguments. What the first needs from other Python packages is the
extra `cmixdsl[<name>]`, what the second needs more is `cmixdsl[compare]`; nothing of it is imported
before a file asks for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import DiagnosticException

from cmixdsl.diagnostics import describe_error
from cmixdsl.driver import parse_verified
from cmixdsl.errors import CmixError, ToolchainError
from cmixdsl.frontends.options import DEFAULT_OPTIONS, ImportOptions
from cmixdsl.frontends.reference import BuildReference, LayerReference

LARGEST_FILE_BYTES = 1 << 27
"""Far above the flash of any core; what is larger is refused unread."""

ImportNetwork: TypeAlias = Callable[[Context, bytes, Path, ImportOptions], ModuleOp]
"""From the content of a file, and its path for messages, to a module at level 1.

Raises CmixError for whatever is wrong with the content.
"""


Result = TypeVar("Result")


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
    get_reference_builder: Callable[[], BuildReference]
    """The same for what runs the file by the format's own runtime."""

    def accepts(self, path: Path, content: bytes) -> bool:
        """Whether a file is of this kind."""
        by_content = self.identifier is not None and content[4:8] == self.identifier
        return by_content or path.suffix.lower() == f".{self.name}"


def get_tflite_importer() -> ImportNetwork:
    """The importer of TensorFlow Lite; raises ModuleNotFoundError without its packages."""
    from cmixdsl.frontends.tflite.importer import import_network

    return import_network


def get_tflite_reference_builder() -> BuildReference:
    """That of TensorFlow Lite; raises ModuleNotFoundError without the importer's packages."""
    from cmixdsl.frontends.tflite.reference import build_reference

    return build_reference


def get_onnx_importer() -> ImportNetwork:
    """The importer of ONNX; raises ModuleNotFoundError without its packages."""
    from cmixdsl.frontends.onnx.importer import import_network

    return import_network


def get_onnx_reference_builder() -> BuildReference:
    """That of ONNX; raises ModuleNotFoundError without the importer's packages."""
    from cmixdsl.frontends.onnx.reference import build_reference

    return build_reference


FRONTENDS = (
    Frontend("onnx", "ONNX", None, get_onnx_importer, get_onnx_reference_builder),
    Frontend(
        "tflite", "TensorFlow Lite", b"TFL3", get_tflite_importer, get_tflite_reference_builder
    ),
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
    frontend = _find_frontend(path, content)
    if frontend is None:
        return parse_verified(context, content, path)

    def import_module() -> ModuleOp:
        return frontend.get_importer()(context, content, path, options)

    module = _call_with_packages(import_module, frontend, path, frontend.name)
    _verify(module, path)
    return module


def load_reference(
    context: Context, path: Path, options: ImportOptions = DEFAULT_OPTIONS
) -> LayerReference | None:
    """The network in a file layer by layer, and the runtime that computes it; None for MLIR.

    Raises what `load_network` raises, and ToolchainError without the runtime's package.
    """
    content = _read(path)
    frontend = _find_frontend(path, content)
    if frontend is None:
        return None

    def build() -> LayerReference:
        return frontend.get_reference_builder()(context, content, path, options)

    reference = _call_with_packages(build, frontend, path, f"{frontend.name},compare")
    _verify(reference.module, path)
    return reference


def _find_frontend(path: Path, content: bytes) -> Frontend | None:
    return next((frontend for frontend in FRONTENDS if frontend.accepts(path, content)), None)


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


def _call_with_packages(
    function: Callable[[], Result], frontend: Frontend, path: Path, extras: str
) -> Result:
    """What `function` returns; raises ToolchainError where it lacks a package of the extras."""
    try:
        return function()
    except ModuleNotFoundError as error:
        raise ToolchainError(
            f"{path}: reading {frontend.title} needs the Python package '{error.name}': "
            f"pip install 'cmixdsl[{extras}]'"
        ) from error


def _verify(module: ModuleOp, path: Path) -> None:
    try:
        module.verify()
    except DiagnosticException as error:
        raise CmixError(f"{path}: {describe_error(error, module)}") from error
