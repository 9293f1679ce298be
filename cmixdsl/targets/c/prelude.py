"""The prelude of generated C: helper functions with an Arm branch and a portable one.

Their text lies in `prelude_sections/*.h`, one section per operation. A line `//! cmix_smlad` begins
the section of that identifier. `@n@` and `@m@` in it stand for numbers that an instruction encodes;
they are part of the identifier, so that `cmix_usat_8_asr7` comes from `cmix_usat_@n@_asr@m@`.
The portable branch has the semantics of the interpreter. Only what a program uses is copied.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SECTION_FILES = ("base.h", "arithmetic.h", "multiply.h", "lanes.h")

IDENTIFIER = re.compile(r"\b(?:(?:cmix|CMIX)_\w+|mem(?:cpy|set)\b)")


@dataclass(frozen=True)
class Section:
    """The text of one helper, or of a family that differs in encoded numbers."""

    identifier: str
    text: str

    @property
    def pattern(self) -> str:
        """A regular expression for the identifiers of the family; groups are `n` and `m`."""
        return re.sub(r"@(\w)@", r"(?P<\1>\\d+)", self.identifier)


@cache
def read_sections() -> tuple[Section, ...]:
    """All sections, in the order in which C needs them."""
    folder = files("cmixdsl.targets.c").joinpath("prelude_sections")
    text = "".join(folder.joinpath(name).read_text("utf-8") + "\n" for name in SECTION_FILES)
    parts = re.split(r"^//! (\S+)\n", text, flags=re.MULTILINE)[1:]
    return tuple(
        Section(identifier, _strip_file_comment(body))
        for identifier, body in zip(parts[::2], parts[1::2], strict=True)
    )


def _strip_file_comment(body: str) -> str:
    """Drops the head of the next file, which the split leaves at the end of a section."""
    return re.sub(r"\n/\*[^\n]*prelude\.py\. \*/\n*\Z", "", body).strip()


@cache
def get_helper(identifier: str) -> str | None:
    """The text of the helper called `identifier`, or None when there is none."""
    for section in read_sections():
        if found := re.fullmatch(section.pattern, identifier):
            return re.sub(r"@(\w)@", lambda hole: found[hole[1]], section.text)
    return None


def is_helper(identifier: str) -> bool:
    """Whether the prelude may define this identifier."""
    return IDENTIFIER.fullmatch(identifier) is not None and get_helper(identifier) is not None


def build_prelude(identifiers: Iterable[str]) -> str:
    """The texts of these helpers and of all they use, in the order in which C needs them."""
    wanted: set[str] = set()
    pending = sorted(identifiers)
    while pending:
        identifier = pending.pop()
        if identifier in wanted or (text := get_helper(identifier)) is None:
            continue
        wanted.add(identifier)
        pending.extend(sorted(set(IDENTIFIER.findall(text))))
    texts = (get_helper(identifier) for identifier in sorted(wanted, key=_get_rank))
    return "\n\n".join(text for text in texts if text is not None)


def _get_rank(identifier: str) -> tuple[int, str]:
    """The place of a helper: users come after what they use, instances of a family by name."""
    for rank, section in enumerate(read_sections()):
        if re.fullmatch(section.pattern, identifier):
            return rank, identifier
    raise KeyError(identifier)


def find_identifiers(text: str) -> set[str]:
    """The prelude's identifiers that C text mentions."""
    return {name for name in IDENTIFIER.findall(text) if is_helper(name)}


def emit_type_includes(text: str) -> str:
    """The headers that define the types in C text."""
    uses_bool = re.search(r"\b(?:bool|true|false)\b", text) is not None
    return ("#include <stdbool.h>\n" if uses_bool else "") + "#include <stdint.h>"
