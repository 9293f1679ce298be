"""Reading ELF files: the adapter of pyelftools, which has no complete types."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile  # pyright: ignore[reportMissingTypeStubs]


@dataclass(frozen=True)
class Elf:
    """What a simulator needs of an ELF file."""

    segments: tuple[tuple[int, bytes], ...]
    """Address and bytes of what is loaded; without what is zero at the start."""
    sections: dict[str, tuple[int, int]]
    """Name to address and size."""
    symbols: dict[str, int]
    """Global symbols, without the bit that marks Thumb functions."""
    functions: tuple[tuple[int, int, str], ...]
    """Start, end and name of every function, local ones included, by address."""


def read_elf(path: Path) -> Elf:
    """Read an executable. Clones that compilers make (`f.part.0`) have the function's name."""
    with path.open("rb") as file:
        elf: Any = ELFFile(file)
        segments = tuple(
            (int(s["p_vaddr"]), bytes(s.data()))
            for s in elf.iter_segments("PT_LOAD")
            if s["p_filesz"] > 0
        )
        sections = {
            str(s.name): (int(s["sh_addr"]), int(s["sh_size"])) for s in elf.iter_sections()
        }
        symbols: dict[str, int] = {}
        functions: dict[int, tuple[int, int, str]] = {}
        for symbol in elf.get_section_by_name(".symtab").iter_symbols():
            name, value, size = str(symbol.name), int(symbol["st_value"]), int(symbol["st_size"])
            is_function = symbol["st_info"]["type"] == "STT_FUNC"
            address = value & ~1 if is_function else value
            if symbol["st_info"]["bind"] == "STB_GLOBAL":
                symbols[name] = address
            # Aliases of the run-time ABI have the name of the function: memcpy, not __aeabi_memcpy.
            is_alias = address in functions and name.startswith("__")
            if is_function and size > 0 and not is_alias:
                functions[address] = (address, address + size, name.split(".")[0])
    return Elf(segments, sections, symbols, tuple(functions[a] for a in sorted(functions)))
