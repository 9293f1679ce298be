"""Damage to files, with fixed seeds."""

import random
from collections.abc import Iterator

WORDS = (0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Numbers that lengths and offsets do not take well."""


def damage(content: bytes, count: int, seed: int = 0) -> Iterator[bytes]:
    """`count` copies of a file: cut off, or with bits, bytes or words changed, moved or deleted."""
    generator = random.Random(seed)
    for _ in range(count):
        data = bytearray(content)
        kind = generator.choice(("cut", "bit", "byte", "word", "copy", "delete"))
        if kind == "cut":
            yield content[: generator.randrange(len(content))]
            continue
        for _ in range(generator.choice((1, 1, 2, 8))):
            _change(data, kind, generator)
        yield bytes(data)


def _change(data: bytearray, kind: str, generator: random.Random) -> None:
    position = generator.randrange(len(data) - 4)
    length = generator.randrange(1, 64)
    if kind == "bit":
        data[position] ^= 1 << generator.randrange(8)
    elif kind == "byte":
        data[position] = generator.randrange(256)
    elif kind == "word":
        position -= position % 4
        words = (*WORDS, len(data), generator.randrange(1 << 16), generator.randrange(1 << 32))
        data[position : position + 4] = generator.choice(words).to_bytes(4, "little")
    elif kind == "copy":
        source = generator.randrange(len(data) - 4)
        data[position : position + length] = data[source : source + length]
    else:
        del data[position : position + length % 16]
