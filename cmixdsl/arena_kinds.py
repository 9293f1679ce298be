"""Where the arena is, apart from what plans it, which takes long to load."""

from typing import Literal

ArenaKind = Literal["static", "caller"]
