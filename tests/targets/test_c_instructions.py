"""Each dsp operation becomes one instruction, whichever compiler; words are loaded by plain LDR."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from c_programs import emit
from test_c_dsp import OPERATIONS

from cmixdsl.errors import ToolchainError
from cmixdsl.simulator.cores import CORTEX_M4, Core
from cmixdsl.simulator.toolchain import Toolchain, find_clang, find_gcc

FRAME = ("bx", "str", "push", "pop", "mov", "sub", "strd", "strex", "add.w")
OTHER_SPELLINGS = {
    # Multiplications commute, and PKHTB without a shift is a PKHBT.
    "smlabt": "smla(bt|tb)",
    "smlatb": "smla(bt|tb)",
    "smulbt": "smul(bt|tb)",
    "smultb": "smul(bt|tb)",
    "pkhtb": "pkh(bt|tb)",
}

COMPILERS = pytest.mark.parametrize("find", [find_gcc, find_clang])


def find_or_skip(find: Callable[[Core], Toolchain]) -> Toolchain:
    try:
        return find(CORTEX_M4)
    except ToolchainError as error:
        pytest.skip(str(error))


def compile_functions(toolchain: Toolchain, text: str, folder: Path) -> dict[str, list[str]]:
    """The instructions of each function, as text."""
    (folder / "f.c").write_text(emit(text).single_file)
    flags = ("-Wno-error", "-O2", "-g0", "-fomit-frame-pointer", "-S", "f.c", "-o", "f.s")
    command = [*toolchain.compile_command, *flags]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    functions: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (folder / "f.s").read_text().splitlines():
        if label := re.match(r"(f\d+):", line):
            current = functions[label[1]] = []
        elif instruction := re.match(r"\t(?![.@#])(\w.*)", line):
            current.append(instruction[1].split("@")[0].strip().replace("\t", " "))
    return functions


def build_functions() -> str:
    """One function for each operation."""
    functions: list[str] = []
    for number, operation in enumerate(OPERATIONS):
        is_long = "ull " in operation or "lal " in operation
        high = "memref.store %h, %y[%c1] : memref<2xi32>" if is_long else ""
        functions.append(f"""
          func.func @f{number}(%y: memref<2xi32>, %a: i32, %b: i32, %c: i32, %d: i32) {{
            %c0 = arith.constant 0 : index
            %c1 = arith.constant 1 : index
            {"%r, %h" if is_long else "%r"} = {operation}
            memref.store %r, %y[%c0] : memref<2xi32>
            {high}
            func.return
          }}""")
    return "\n".join(functions)


@COMPILERS
def test_one_instruction_each(find: Callable[[Core], Toolchain], tmp_path: Path) -> None:
    functions = compile_functions(find_or_skip(find), build_functions(), tmp_path)
    wrong: list[str] = []
    for number, operation in enumerate(OPERATIONS):
        mnemonic = operation.split()[0].removeprefix("dsp.")
        expected = OTHER_SPELLINGS.get(mnemonic, mnemonic)
        # The fifth argument lies on the stack: one load is not the operation's.
        body = [i for i in functions[f"f{number}"] if not i.startswith((*FRAME, "ldr"))]
        is_copy = operation.endswith("%a, 0") or "to 32 bits" in operation or mnemonic == "hold"
        if not (len(body) == 1 and re.match(expected, body[0])) and not (is_copy and len(body) < 2):
            wrong.append(f"{operation}: {body}")
    assert not wrong


@COMPILERS
def test_unaligned_words_are_never_loaded_in_pairs(
    find: Callable[[Core], Toolchain], tmp_path: Path
) -> None:
    loads = "\n".join(
        f"%i{k} = arith.constant {4 * k} : index\n"
        f"%w{k} = dsp.load_word %x[%i{k}] : memref<16xi8>\n"
        f"dsp.store_word %w{k}, %y[%i{k}] : memref<16xi8>"
        for k in range(4)
    )
    text = f"func.func @f0(%x: memref<16xi8>, %y: memref<16xi8>) {{\n{loads}\nfunc.return\n}}"
    body = compile_functions(find_or_skip(find), text, tmp_path)["f0"]
    mnemonics = [instruction.split()[0].removesuffix(".w") for instruction in body]
    assert mnemonics.count("ldr") == 4
    assert mnemonics.count("str") == 4
    assert not {"ldrd", "ldm", "ldmia", "strd", "stm", "stmia"} & set(mnemonics)
