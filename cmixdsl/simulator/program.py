"""What a simulator runs: C sources and the one function to call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cmixdsl.errors import CmixError

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*\.[ch]")


@dataclass(frozen=True)
class Program:
    """C sources with one function `void f(const uint8_t *in0, ..., uint8_t *out0, ...)`.

    Buffers are handed over in this order, aligned to 8 bytes. Global variables keep their values
    from one run to the next, as they do on a device. Raises CmixError for anything malformed.
    """

    sources: Mapping[str, str]
    """File name to text. `.c` files are compiled, `.h` files are placed beside them."""
    function: str
    """The C name of the function to call."""
    input_bytes: tuple[int, ...]
    """The size of each input buffer."""
    output_bytes: tuple[int, ...]
    """The size of each output buffer."""

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.function):
            raise CmixError(f"expected the C name of a function, found {self.function!r}")
        for name in self.sources:
            if not _FILE_NAME.fullmatch(name):
                raise CmixError(f"expected a plain file name ending in .c or .h, found {name!r}")
        if not self.compiled_names:
            raise CmixError("expected at least one .c file among the sources, found none")
        for size in (*self.input_bytes, *self.output_bytes):
            if size < 1:
                raise CmixError(f"expected buffers of at least 1 byte, found {size}")

    @property
    def compiled_names(self) -> tuple[str, ...]:
        """The names of the `.c` files, sorted."""
        return tuple(sorted(name for name in self.sources if name.endswith(".c")))
