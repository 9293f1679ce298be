"""The code around a program: buffers, the call, and the linker script, made for its interface."""

from importlib.resources import files
from string import Template

from cmixdsl.simulator.cores import Core
from cmixdsl.simulator.program import Program

REGISTER_ARGUMENTS = 4
"""The Arm procedure call standard passes so many in r0 to r3, the others on the stack."""


def get_support_text(name: str) -> str:
    """The text of a file of the folder `support`."""
    return files("cmixdsl.simulator").joinpath("support", name).read_text()


def build_linker_script(core: Core) -> str:
    """The linker script for the memory of `core`."""
    return Template(get_support_text("link.ld")).substitute(
        flash_origin=hex(core.flash.origin),
        flash_bytes=hex(core.flash.bytes),
        ram_origin=hex(core.ram.origin),
        ram_bytes=hex(core.ram.bytes),
        stack_bytes=hex(core.stack_bytes),
    )


def get_input_symbol(index: int) -> str:
    """The symbol of an input buffer."""
    return f"cmix_input_{index}"


def get_output_symbol(index: int) -> str:
    """The symbol of an output buffer."""
    return f"cmix_output_{index}"


def build_call_assembly(program: Program) -> str:
    """Assembly that holds the buffers and `cmix_call`, which calls the function on them.

    Assembly, not C: the stack pointer at the call is recorded exactly, and `cmix_return` labels the
    instruction that follows the call.
    """
    inputs = {get_input_symbol(i): size for i, size in enumerate(program.input_bytes)}
    outputs = {get_output_symbol(i): size for i, size in enumerate(program.output_bytes)}
    lines = [
        "    .syntax unified",
        "    .thumb",
        '    .section .text.cmix_call,"ax",%progbits',
        "    .balign 4",
        "    .global cmix_call, cmix_return, cmix_done",
        "    .type cmix_call, %function",
        "    .thumb_func",
        "cmix_call:",
        *_build_call(program.function, (*inputs, *outputs)),
        "cmix_done:",
        "    b cmix_done",
        "    .ltorg",
        "    .size cmix_call, . - cmix_call",
        *_build_buffer("cmix_stack_at_call", 4),
        *_build_buffer_list("cmix_inputs", inputs),
        *_build_buffer_list("cmix_outputs", outputs),
    ]
    for symbol, size in (inputs | outputs).items():
        lines += _build_buffer(symbol, size)
    return "\n".join(lines) + "\n"


def _build_call(function: str, arguments: tuple[str, ...]) -> list[str]:
    on_stack = arguments[REGISTER_ARGUMENTS:]
    padding_bytes = 4 * (len(on_stack) % 2)
    lines = ["    push {r4, lr}"]
    if padding_bytes:
        lines.append(f"    sub sp, #{padding_bytes}")
    for symbol in reversed(on_stack):
        lines += [f"    ldr r0, ={symbol}", "    push {r0}"]
    lines += ["    ldr r0, =cmix_stack_at_call", "    mov r1, sp", "    str r1, [r0]"]
    for register, symbol in enumerate(arguments[:REGISTER_ARGUMENTS]):
        lines.append(f"    ldr r{register}, ={symbol}")
    return [
        *lines,
        f"    bl {function}",
        "cmix_return:",
        f"    add sp, #{4 * len(on_stack) + padding_bytes}",
        "    pop {r4, pc}",
    ]


def _build_buffer(symbol: str, size: int) -> list[str]:
    return [
        f'    .section .bss.{symbol},"aw",%nobits',
        "    .balign 8",
        f"    .global {symbol}",
        f"{symbol}:",
        f"    .space {size}",
    ]


def _build_buffer_list(symbol: str, buffers: dict[str, int]) -> list[str]:
    return [
        f'    .section .rodata.{symbol},"a",%progbits',
        "    .balign 4",
        f"    .global {symbol}",
        f"{symbol}:",
        *(f"    .word {name}, {size}" for name, size in buffers.items()),
        "    .word 0, 0",
    ]
