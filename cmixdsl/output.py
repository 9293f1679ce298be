"""Output files that appear complete or not at all."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from cmixdsl.errors import CmixError


@contextmanager
def replaced_on_success(path: Path) -> Generator[Path]:
    """The path of an empty file that becomes `path` when the block ends without an error.

    Devices and pipes stand for themselves. Raises CmixError when `path` cannot be written.
    """
    if path.is_dir():
        raise CmixError(f"{path}: expected a file to write, found a directory")
    if path.exists() and not path.is_file():
        yield path
        return
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise CmixError(f"{path}: cannot write: {error.strerror}") from error
    os.close(descriptor)
    partial = Path(name)
    try:
        _give_default_mode(partial)
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes a text file, whole or not at all; raises CmixError when it cannot."""
    with replaced_on_success(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _give_default_mode(path: Path) -> None:
    """Temporary files are private; an output file has the mode that `open` would have given it."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
