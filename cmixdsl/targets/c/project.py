"""A project around the C of a network: a typed API, build files, and an example for a board.

`model.h` and `model.c` are the API, with one structure for all inputs and one for all outputs. The
rest builds and runs it: a Makefile, a CMakeLists.txt, and a program that runs the network once.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from math import prod

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ArrayAttr, MemRefType
from xdsl.ir import Attribute, BlockArgument
from xdsl.utils.hints import isa

from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError
from cmixdsl.model import INPUT_QUANTIZATION_ATTRIBUTE, OUTPUT_QUANTIZATION_ATTRIBUTE, Model
from cmixdsl.packing import pack
from cmixdsl.targets.c.header import describe_packed
from cmixdsl.targets.c.names import Names, get_identifier
from cmixdsl.targets.c.prelude import is_helper
from cmixdsl.targets.c.printer import INDENT, break_line, join_wrapped

STATIC_FILES = ("board.h", "board_host.c", "board_mps2.c")
BUILD_FILES = ("board.ld", "Makefile", "CMakeLists.txt", "arm-none-eabi.cmake")
OWN_STEMS = frozenset({"model", "main", "board", "board_host", "board_mps2", "example"})
"""Names of files, without their endings, that a network's own must not have."""
OWN_SYMBOLS = frozenset({"model_run", "board_write", "board_reset", "board_fault"})
"""Functions that a network must not be called."""

API_HEADER = """\
/* The network `@network@`. */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Inputs and outputs are faster to access at addresses that are multiples of 4. */
#if defined(__GNUC__)
#define MODEL_ALIGNED __attribute__((aligned(8)))
#else
#define MODEL_ALIGNED
#endif
@packing@
typedef struct {
@inputs@
} model_input_t;

typedef struct {
@outputs@
} model_output_t;
@arena@
/* @promise@ */
void model_run(const model_input_t *input, model_output_t *output@parameter@);

#ifdef __cplusplus
}
#endif

#endif /* MODEL_H */
"""

PACKING = """
/* Elements of 2 and 4 bits are packed least significant bits first, and each row of the innermost
   dimension is padded with zeros to a whole byte. */
"""

CALLERS_ARENA = """
enum { MODEL_ARENA_BYTES = @bytes@ };

/* Memory that the network works in. What it holds between runs does not matter. */
typedef union {
    uint64_t alignment;
    uint8_t bytes[MODEL_ARENA_BYTES];
} model_arena_t;
"""

EXAMPLE_HEADER = """\
/* An input for the network, and how tensors are described to be printed. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include "model.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *name;
    const void *bytes;
    uint32_t rows;
    uint32_t columns; /* the innermost dimension */
    uint32_t bits;
    bool is_signed;
} example_tensor;

static const model_input_t example_input = {
@inputs@
};

#endif /* EXAMPLE_H */
"""


STATIC_PROMISE = "Runs once. Works in static memory: calls must not overlap."
CALLERS_PROMISE = "Runs once. The arguments must not overlap."


@dataclass(frozen=True)
class Board:
    """What the example runs on."""

    device: str
    gcc_cpu: str
    qemu_machine: str
    flash: tuple[int, int]
    """Address and bytes."""
    ram: tuple[int, int]
    """Address and bytes."""
    stack_bytes: int
    optimization: str
    """The option of the C compiler."""


@dataclass(frozen=True)
class _Tensor:
    """An input or an output."""

    name: str
    type: PackedType
    meaning: Attribute | None

    @property
    def c_type(self) -> str:
        is_signed_byte = self.type.is_signed and self.type.bits == 8
        return "int8_t" if is_signed_byte else "uint8_t"

    def emit_member(self) -> list[str]:
        """The member of a structure, with what it holds."""
        comment = f"/* {describe_packed(self.type)}{_describe_meaning(self.meaning)} */"
        size = self.type.get_storage_bytes()
        return [f"{INDENT}{comment}", f"{INDENT}{self.c_type} {self.name}[{size}] MODEL_ALIGNED;"]

    def emit_values(self, values: npt.NDArray[np.integer]) -> list[str]:
        """The initializer of the member."""
        data = pack(values, self.type.bits).reshape(-1)
        numbers = data.view(np.int8) if self.c_type == "int8_t" else data
        items = [str(value) for value in numbers.tolist()]
        return [f"{INDENT}.{self.name} = {{", *join_wrapped(items, INDENT * 2), f"{INDENT}}},"]

    def emit_description(self) -> list[str]:
        """The initializer of an `example_tensor`."""
        *rows, columns = self.type.get_shape()
        signed = "true" if self.type.is_signed else "false"
        line = (
            f'{{"{self.name}", output.{self.name}, {prod(rows)}, {columns}, '
            f"{self.type.bits}, {signed}}},"
        )
        return break_line(f"{INDENT * 2}{line}")


def emit_project(
    model: Model,
    sources: dict[str, str],
    board: Board,
    inputs: Sequence[npt.NDArray[np.integer]],
) -> dict[str, str]:
    """All files of the project, `sources` included: file name to text.

    `sources` are those of the network, named by `get_stem`; `inputs` are what the example runs on,
    one array of elements for each input. Raises CmixError for a network without
    inputs or outputs, or with a name that the project has itself.
    """
    _check_name(model)
    tensors_in, tensors_out = _get_tensors(model)
    arena = _emit_arena(model)
    promise = CALLERS_PROMISE if arena else STATIC_PROMISE
    texts = {
        "model.h": _fill(
            API_HEADER,
            network=model.name,
            packing=PACKING if any(t.type.bits < 8 for t in (*tensors_in, *tensors_out)) else "",
            inputs=_join(tensor.emit_member() for tensor in tensors_in),
            outputs=_join(tensor.emit_member() for tensor in tensors_out),
            arena=arena,
            promise=promise,
            parameter=", model_arena_t *arena" if arena else "",
        ),
        "model.c": _emit_wrapper(model, tensors_in, tensors_out, _get_header_name(sources)),
        "example.h": _fill(
            EXAMPLE_HEADER,
            inputs=_join(
                tensor.emit_values(values)
                for tensor, values in zip(tensors_in, inputs, strict=True)
            ),
        ),
        "main.c": _fill(
            _read("main.c"),
            outputs=_join(tensor.emit_description() for tensor in tensors_out),
            arena="static model_arena_t arena;\n" if arena else "",
            arena_argument=", &arena" if arena else "",
        ),
    }
    texts |= {name: _read(name) for name in STATIC_FILES}
    texts |= {name: _fill(_read(name), **_get_settings(board, sources)) for name in BUILD_FILES}
    return {**sources, **texts}


def _get_settings(board: Board, sources: dict[str, str]) -> dict[str, str]:
    compiled = ["model.c", *sorted(name for name in sources if name.endswith(".c"))]
    return {
        "device": board.device,
        "gcc_cpu": board.gcc_cpu,
        "qemu_machine": board.qemu_machine,
        "flash_origin": hex(board.flash[0]),
        "flash_bytes": str(board.flash[1]),
        "ram_origin": hex(board.ram[0]),
        "ram_bytes": str(board.ram[1]),
        "stack_bytes": str(board.stack_bytes),
        "level": board.optimization,
        "network_sources": " ".join(compiled),
        "network_sources_cmake": " ".join(compiled),
    }


def _emit_arena(model: Model) -> str:
    """The type of the memory that the caller provides; nothing when it is static."""
    return _fill(CALLERS_ARENA, bytes=str(model.arena_bytes)) if model.arena_bytes else ""


def _emit_wrapper(
    model: Model, inputs: Sequence[_Tensor], outputs: Sequence[_Tensor], header_name: str
) -> str:
    """`model.c`."""
    arguments = [
        *(f"{_cast(tensor, 'const uint8_t *')}input->{tensor.name}" for tensor in inputs),
        *(f"{_cast(tensor, 'uint8_t *')}output->{tensor.name}" for tensor in outputs),
        *(["arena->bytes"] if model.arena_bytes else []),
    ]
    parameter = ", model_arena_t *arena" if model.arena_bytes else ""
    lines = [
        '#include "model.h"',
        f'#include "{header_name}"',
        "",
        f"void model_run(const model_input_t *input, model_output_t *output{parameter})",
        "{",
        *break_line(f"{INDENT}{get_identifier(model.name)}({', '.join(arguments)});"),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _cast(tensor: _Tensor, c_type: str) -> str:
    return "" if tensor.c_type == "uint8_t" else f"({c_type})"


def _get_tensors(model: Model) -> tuple[list[_Tensor], list[_Tensor]]:
    """Inputs and outputs with names that C takes."""
    if not model.inputs or not model.outputs:
        raise CmixError(f"expected @{model.name} to have inputs and outputs to make a project of")
    arguments = [a for a in model.function.args if isinstance(a.type, MemRefType)]
    meanings = [
        *_get_meanings(model, INPUT_QUANTIZATION_ATTRIBUTE, len(model.inputs)),
        *_get_meanings(model, OUTPUT_QUANTIZATION_ATTRIBUTE, len(model.outputs)),
    ]
    names = Names((), is_helper)
    tensors = [
        _Tensor(names.declare(_get_hint(argument)), packed, meaning)
        for argument, packed, meaning in zip(
            arguments, (*model.inputs, *model.outputs), meanings, strict=False
        )
    ]
    return tensors[: len(model.inputs)], tensors[len(model.inputs) :]


def _get_hint(argument: BlockArgument) -> str:
    return (argument.name_hint or "tensor").removesuffix("_bytes")


def _get_meanings(model: Model, key: str, count: int) -> list[Attribute | None]:
    attribute = model.function.attributes.get(key)
    if isa(attribute, ArrayAttr[Attribute]) and len(attribute.data) == count:
        return list(attribute.data)
    return [None] * count


def _describe_meaning(meaning: Attribute | None) -> str:
    """What an element stands for, where that is known."""
    if not isinstance(meaning, UniformType):
        return ""
    if meaning.is_per_axis:
        return f", real values by {meaning}"
    (scale,), (zero,) = meaning.scales, meaning.zero_points
    element = f"(element {'-' if zero > 0 else '+'} {abs(zero)})" if zero else "element"
    return f", real value = {scale!r} * {element}"


def get_stem(model: Model) -> str:
    """The name of the network's files in a project, without their endings."""
    stem = get_identifier(model.name)
    return f"{stem}_network" if stem in OWN_STEMS else stem


def _check_name(model: Model) -> None:
    if get_identifier(model.name) in OWN_SYMBOLS:
        raise CmixError(
            f"expected a network whose name is none of {', '.join(sorted(OWN_SYMBOLS))}, which the "
            f"project has itself, found @{model.name}: rename the function"
        )


def _get_header_name(sources: dict[str, str]) -> str:
    """The header that declares the network, not the prelude."""
    return next(name for name in sources if name.endswith(".h") and not name.endswith("_dsp.h"))


def _join(parts: Iterable[Sequence[str]]) -> str:
    return "\n".join(line for lines in parts for line in lines)


def _read(name: str) -> str:
    return files("cmixdsl.targets.c").joinpath("project_files", name).read_text()


def _fill(text: str, **values: str) -> str:
    """Replaces every `@name@`, as CMake does: `$` means something in all of these files."""
    return re.sub(r"@([a-z_]+)@", lambda match: values[match[1]], text)
