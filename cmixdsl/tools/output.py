"""Output files that appear complete or not at all."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cmixdsl.errors import CmixError


@contextmanager
def open_output(path: Path) -> Generator[IO[str]]:
    """A text stream whose content becomes `path` when the block ends without an error.

    Devices and pipes are written directly. Raises CmixError when `path` cannot be written.
    """
    if path.is_dir():
        raise CmixError(f"{path}: expected a file to write, found a directory")
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8") as device:
            yield device
        return
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise CmixError(f"{path}: cannot write: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            yield stream
        _give_default_mode(name)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _give_default_mode(name: str) -> None:
    """Temporary files are private; an output file has the mode that `open` would have given it."""
    mask = os.umask(0)
    os.umask(mask)
    Path(name).chmod(0o666 & ~mask)
