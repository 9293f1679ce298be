"""NumPy files in and out, with errors a user can act on."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cmixdsl.errors import CmixError
from cmixdsl.output import replaced_on_success


def load_array(path: Path) -> npt.NDArray[Any]:
    """The array in a `.npy` file; raises CmixError when there is none."""
    try:
        with path.open("rb") as stream:
            return np.lib.format.read_array(stream, allow_pickle=False)
    except OSError as error:
        raise CmixError(f"{path}: cannot read: {error.strerror}") from error
    except (ValueError, EOFError, MemoryError) as error:
        raise CmixError(f"{path}: expected an array saved by numpy.save: {error}") from error


def save_array(path: Path, values: npt.NDArray[Any]) -> None:
    """Writes a `.npy` file, whole or not at all; raises CmixError when it cannot."""
    with replaced_on_success(path) as partial, partial.open("wb") as stream:
        np.lib.format.write_array(stream, values, allow_pickle=False)
