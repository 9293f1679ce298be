"""Every dsp operation in C: the portable branch on the host and the Arm branch on emulated cores
give what the interpreter gives, on corner values and random ones."""

from collections.abc import Iterator

import numpy as np
import pytest
from c_programs import Bytes, emit, run_c, run_interpreter

from cmixdsl.dialects.dsp import CopyWordsOp, Dsp, LoadWordOp, StoreWordOp
from cmixdsl.dialects.dsp_ops.operations import (
    AccumulatingOperation,
    ExtendAccumulateOperation,
    ExtendOperation,
    LaneSaturateOperation,
    LongAccumulatingOperation,
    LongMultiplyOperation,
    PackOperation,
    SaturateOperation,
)
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.simulate import available_simulators

CORNERS = (0, 1, -1, 0x7FFFFFFF, -0x80000000, 0x7FFF8000, -0x7FFF8000, 0x00FF00FF, 0x12345678)
CASES = 64
OPERANDS = 4


UNARY = {"dsp.ror": (", 0", ", 1", ", 8", ", 31"), "dsp.hold": ("",), "dsp.clz": ("",)}
"""What follows the operand, for operations that are in no family."""


def build_operations() -> Iterator[str]:
    """Every operation on %a, %b, %c, %d, with encoded numbers at both ends of their ranges."""
    for op_type in Dsp.operations:
        name = op_type.name
        if issubclass(op_type, (CopyWordsOp, LoadWordOp, StoreWordOp)):
            continue
        if issubclass(op_type, LongAccumulatingOperation):
            yield f"{name} %a, %b, %c, %d"
        elif issubclass(op_type, LongMultiplyOperation):
            yield f"{name} %a, %b"
        elif issubclass(op_type, AccumulatingOperation):
            yield f"{name} %a, %b, %c"
        elif issubclass(op_type, (ExtendOperation, ExtendAccumulateOperation)):
            operands = "%a, %b" if issubclass(op_type, ExtendAccumulateOperation) else "%a"
            yield from (f"{name} {operands}{rotate}" for rotate in ("", *rotations()))
        elif issubclass(op_type, PackOperation):
            shift = "asr" if name == "dsp.pkhtb" else "lsl"
            yield from (f"{name} %a, %b{text}" for text in ("", f" {shift} 1", f" {shift} 16"))
            yield f"{name} %a, %b {shift} 31"
        elif issubclass(op_type, (SaturateOperation, LaneSaturateOperation)):
            yield from build_saturations(name)
        elif name in UNARY:
            yield from (f"{name} %a{text}" for text in UNARY[name])
        else:
            yield f"{name} %a, %b"


def rotations() -> list[str]:
    return [f" ror {amount}" for amount in (8, 16, 24)]


def build_saturations(name: str) -> Iterator[str]:
    signed = 1 if ".s" in name else 0
    if name.endswith("16"):
        yield from (f"{name} %a to {bits + signed} bits" for bits in (0, 4, 8, 15))
        return
    for bits in (0, 2, 8, 31):
        for shift in ("", " lsl 1", " lsl 31", " asr 1", " asr 31"):
            yield f"{name} %a{shift} to {bits + signed} bits"


OPERATIONS = tuple(build_operations())


def build_program(operations: tuple[str, ...]) -> str:
    """`@f` applies the operations to each of the cases and stores their results one by one."""
    results = sum(1 + ("ull " in op or "lal " in op) for op in operations)
    lines: list[str] = []
    stored = 0
    for number, operation in enumerate(operations):
        is_long = "ull " in operation or "lal " in operation
        names = (f"%r{number}", f"%h{number}") if is_long else (f"%r{number}",)
        lines.append(f"{', '.join(names)} = {operation}")
        for name in names:
            lines.append(f"%at{stored} = arith.constant {stored} : index")
            lines.append(
                f"memref.store {name}, %out[%i, %at{stored}] : memref<{CASES}x{results}xi32>"
            )
            stored += 1
    loads = "\n".join(
        f"%o{k} = arith.constant {k} : index\n"
        f"%{name} = memref.load %in[%i, %o{k}] : memref<{CASES}x{OPERANDS}xi32>"
        for k, name in enumerate("abcd")
    )
    body = "\n".join(lines)
    return f"""
func.func @f(%x: memref<{CASES * OPERANDS * 4}xi8>, %y: memref<{CASES * results * 4}xi8>) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %cases = arith.constant {CASES} : index
  %in = memref.view %x[%c0][] : memref<{CASES * OPERANDS * 4}xi8> to memref<{CASES}x{OPERANDS}xi32>
  %out = memref.view %y[%c0][] : memref<{CASES * results * 4}xi8> to memref<{CASES}x{results}xi32>
  scf.for %i = %c0 to %cases step %c1 {{
    {loads}
    {body}
  }}
  func.return
}}"""


def build_cases() -> Bytes:
    """Operands: corner values in all pairs of places, then random words."""
    random = np.random.default_rng(7)
    words = random.integers(-(2**31), 2**31, (CASES, OPERANDS))
    corners = random.choice(np.array(CORNERS), (CASES // 2, OPERANDS))
    words[: CASES // 2] = corners
    words[:3] = [[-0x80000000] * 4, [-0x7FFF8000] * 4, [-1] * 4]
    return words.astype("<i4").reshape(-1).view(np.uint8)


def get_output_bytes() -> int:
    return 4 * CASES * sum(1 + ("ull " in op or "lal " in op) for op in OPERATIONS)


@pytest.fixture(scope="module")
def expected() -> Bytes:
    return run_interpreter(build_program(OPERATIONS), build_cases(), get_output_bytes())


@pytest.mark.parametrize("optimization", ["-O0", "-O2"])
@pytest.mark.parametrize("simulator", ["host", "embedded", "qemu"])
def test_operations(simulator: Simulator, optimization: str, expected: Bytes) -> None:
    if simulator not in available_simulators():
        pytest.skip(f"the tools of the simulator {simulator} are not installed")
    text = build_program(OPERATIONS)
    found = run_c(text, build_cases(), get_output_bytes(), simulator, optimization)
    by_case = (CASES, -1)
    wrong = np.argwhere(found.view("<i4").reshape(by_case) != expected.view("<i4").reshape(by_case))
    assert wrong.size == 0, f"first (case, result): {wrong[:5].tolist()}"


def test_smlad_against_numpy() -> None:
    text = build_program(("dsp.smlad %a, %b, %c",))
    x = build_cases()
    lanes = x.view("<i2").astype(np.int64).reshape(CASES, OPERANDS, 2)
    acc = x.view("<i4").astype(np.int64).reshape(CASES, OPERANDS)[:, 2]
    total = (lanes[:, 0] * lanes[:, 1]).sum(axis=1) + acc
    expected = (total & 0xFFFFFFFF).astype(np.uint32).view(np.uint8)
    np.testing.assert_array_equal(run_c(text, x, 4 * CASES), expected)


def test_only_used_helpers_are_printed() -> None:
    prelude = emit(build_program(("dsp.smuad %a, %b",))).prelude
    assert "cmix_smuad(" in prelude
    assert "cmix_smlad" not in prelude
    assert "cmix_load_word" not in prelude
