"""C identifiers from symbol names and name hints, without collisions."""

import re
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

RESERVED_TEXT = (
    "auto break case char const continue default do double else enum extern float for "
    "goto if inline int long register restrict return short signed sizeof static struct "
    "switch typedef union unsigned void volatile while asm typeof bool true false NULL "
    "memcpy memset main errno int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t "
    "uint64_t size_t ptrdiff_t intptr_t alignas alignof and and_eq bitand bitor catch "
    "class compl constexpr decltype delete explicit export false friend mutable namespace "
    "new noexcept not not_eq nullptr operator or or_eq private protected public "
    "static_assert template this throw try typeid typename using virtual xor xor_eq "
    "wchar_t abs div index labs y0 y1 yn j0 j1 jn linux unix "
)

RESERVED = frozenset(RESERVED_TEXT.split())
"""Keywords of C and C++, names of standard headers, library functions that would be hidden."""


def get_identifier(name: str) -> str:
    """`name` with everything but letters, digits and inner underscores replaced."""
    identifier = re.sub(r"[^A-Za-z0-9_]", "_", name).lstrip("_")
    return identifier if identifier and not identifier[0].isdigit() else f"v{identifier}"


class Names:
    """Identifiers in nested scopes; an inner scope never hides a name of an outer one."""

    def __init__(self, taken: Iterable[str], is_reserved: Callable[[str], bool]):
        self._scopes = [dict.fromkeys(taken, 0)]
        self._is_reserved = is_reserved
        self._unnamed = 0

    @contextmanager
    def scope(self) -> Generator[None]:
        """Names declared inside are free again afterwards."""
        self._scopes.append({})
        yield
        self._scopes.pop()

    def declare(self, hint: str | None) -> str:
        """A name that is free here: the hint, or the hint and a number, or `v0`, `v1`, ..."""
        if hint is None:
            hint = f"v{self._unnamed}"
            self._unnamed += 1
        stem = name = get_identifier(hint)
        number = max(scope.get(stem, 0) for scope in self._scopes)
        while not self._is_free(name):
            number += 1
            name = f"{stem}_{number}"
        self._scopes[-1][name] = 0
        # Where the search for the next name of this stem begins.
        self._scopes[-1][stem] = number
        return name

    def _is_free(self, name: str) -> bool:
        if name in RESERVED or self._is_reserved(name):
            return False
        return not any(name in scope for scope in self._scopes)
