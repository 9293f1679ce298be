"""An executable for a core: built from a program, read from its ELF file."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cmixdsl.errors import CmixError, ToolchainError
from cmixdsl.simulator.cores import Core
from cmixdsl.simulator.harness import (
    build_call_assembly,
    build_linker_script,
    get_support_text,
)
from cmixdsl.simulator.program import Program
from cmixdsl.simulator.toolchain import Toolchain

IMAGE_NAME = "program.elf"
SUPPORT_OPTIMIZATION = "-O2"
_INCLUDE_FLAGS = ("-isystem", "include")


@dataclass(frozen=True)
class FunctionRange:
    """Where a function's code lies."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Image:
    """A linked program."""

    core: Core
    program: Program
    segments: tuple[tuple[int, bytes], ...]
    """Address and initial bytes of everything that is loaded."""
    symbols: Mapping[str, int]
    """Global symbols; addresses of functions are even."""
    functions: tuple[FunctionRange, ...]
    """By ascending address, without overlap."""
    code_range: tuple[int, int]
    """First address and end of the program's own code."""
    code_bytes: int
    rodata_bytes: int
    data_bytes: int

    def get_function_name(self, address: int) -> str | None:
        """The function at `address`; None outside of all functions."""
        index = bisect_right(self.functions, address, key=lambda f: f.start) - 1
        if index >= 0 and address < self.functions[index].end:
            return self.functions[index].name
        return None

    def get_function_bytes(self) -> dict[str, int]:
        """Bytes of machine code by function; clones count as the function they come from."""
        sizes: dict[str, int] = {}
        for function in self.functions:
            sizes[function.name] = sizes.get(function.name, 0) + function.end - function.start
        return sizes

    def read(self, address: int, size: int) -> bytes:
        """Initial bytes at `address`. Raises CmixError where nothing is loaded."""
        for start, data in self.segments:
            if start <= address and address + size <= start + len(data):
                return data[address - start : address - start + size]
        raise CmixError(f"the program has no bytes at address {address:#x}")


def build_image(
    program: Program,
    core: Core,
    toolchain: Toolchain,
    folder: Path,
    *,
    optimization: str,
    compiler_flags: Sequence[str] = (),
) -> Image:
    """Compile and link `program` in `folder`, which then holds `program.elf`.

    Raises CmixError when the program does not compile, link or fit the core's memory.
    """
    sources = folder / "program"
    sources.mkdir()
    for name, text in program.sources.items():
        (sources / name).write_text(text)
    _write_include(folder)
    (folder / "link.ld").write_text(build_linker_script(core))

    objects: list[str] = []
    for index, name in enumerate(program.compiled_names):
        objects.append(f"program_{index}.o")
        flags = (*_INCLUDE_FLAGS, *toolchain.program_flags, optimization, *compiler_flags)
        toolchain.compile(folder, f"program/{name}", objects[-1], flags)
    for name, data in _compile_support(toolchain).items():
        (folder / name).write_bytes(data)
        objects.append(name)
    (folder / "call.S").write_text(build_call_assembly(program))
    objects.append("support_call.o")
    toolchain.compile(folder, "call.S", objects[-1], ())
    toolchain.link(folder, objects, IMAGE_NAME)
    return read_image(folder / IMAGE_NAME, program, core)


def _write_include(folder: Path) -> None:
    include = folder / "include"
    include.mkdir()
    (include / "string.h").write_text(get_support_text("include/string.h"))


@cache
def _compile_support(toolchain: Toolchain) -> Mapping[str, bytes]:
    """The objects of our own files: name to contents. They are the same for every program."""
    objects: dict[str, bytes] = {}
    with TemporaryDirectory(prefix="cmix-") as folder_name:
        folder = Path(folder_name)
        _write_include(folder)
        for name in ("start", "runtime"):
            (folder / f"{name}.c").write_text(get_support_text(f"{name}.c"))
            object_name = f"support_{name}.o"
            flags = (*_INCLUDE_FLAGS, *toolchain.support_flags, SUPPORT_OPTIMIZATION)
            toolchain.compile(folder, f"{name}.c", object_name, flags)
            objects[object_name] = (folder / object_name).read_bytes()
    return objects


def read_image(path: Path, program: Program, core: Core) -> Image:
    """Read a linked program. Raises ToolchainError when pyelftools is missing."""
    try:
        from cmixdsl.simulator.elf import read_elf
    except ImportError:
        raise ToolchainError(
            "the package pyelftools is missing: pip install cmixdsl[sim]"
        ) from None
    elf = read_elf(path)
    sizes = {name: size for name, (_, size) in elf.sections.items()}
    code_start, code_bytes = elf.sections.get("program_code", (0, 0))
    return Image(
        core=core,
        program=program,
        segments=elf.segments,
        symbols=elf.symbols,
        functions=tuple(FunctionRange(*f) for f in elf.functions),
        code_range=(code_start, code_start + code_bytes),
        code_bytes=code_bytes,
        rodata_bytes=sizes.get("program_rodata", 0),
        data_bytes=sizes.get("program_data", 0) + sizes.get("program_bss", 0),
    )
