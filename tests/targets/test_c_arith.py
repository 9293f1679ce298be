"""Every arithmetic operation in C at every width gives what the interpreter gives, without
undefined behaviour, on corner values in all combinations."""

from itertools import product

import numpy as np
import pytest
from c_programs import Bytes, run_c, run_interpreter

WIDTHS = (8, 16, 32, 64)
CORNERS = {
    bits: (0, 1, -1, 5, -7, 100, -(1 << (bits - 1)), (1 << (bits - 1)) - 1) for bits in WIDTHS
}

BINARY = ("addi", "subi", "muli", "andi", "ori", "xori", "minsi", "maxsi", "minui", "maxui")
NO_64_BIT_FORM = ("minui", "maxui")
PREDICATES = ("eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge")
SHIFTS = ("shli", "shrsi", "shrui")
DIVISIONS = ("divsi", "remsi", "divui", "remui", "floordivsi", "ceildivsi", "ceildivui")
DIVISORS = (1, 3, 100)


def build_program(bits: int, lines: list[str], results: list[str]) -> str:
    """`@f` computes results (i<bits> values) for each pair %a, %b of corner values."""
    pairs, count, size = len(CORNERS[bits]) ** 2, len(results), bits // 8
    x_bytes, y_bytes = 2 * pairs * size, pairs * count * size
    stores = "\n".join(
        f"%at{k} = arith.constant {k} : index\n"
        f"memref.store {value}, %out[%i, %at{k}] : memref<{pairs}x{count}xi{bits}>"
        for k, value in enumerate(results)
    )
    body = "\n".join(lines)
    return f"""
func.func @f(%x: memref<{x_bytes}xi8>, %y: memref<{y_bytes}xi8>) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %pairs = arith.constant {pairs} : index
  %in = memref.view %x[%c0][] : memref<{x_bytes}xi8> to memref<{pairs}x2xi{bits}>
  %out = memref.view %y[%c0][] : memref<{y_bytes}xi8> to memref<{pairs}x{count}xi{bits}>
  scf.for %i = %c0 to %pairs step %c1 {{
    %a = memref.load %in[%i, %c0] : memref<{pairs}x2xi{bits}>
    %b = memref.load %in[%i, %c1] : memref<{pairs}x2xi{bits}>
    {body}
    {stores}
  }}
  func.return
}}"""


def check(bits: int, lines: list[str], results: list[str]) -> None:
    """Compares C with the interpreter."""
    text = build_program(bits, lines, results)
    pairs = np.array(list(product(CORNERS[bits], repeat=2)), f"<i{bits // 8}")
    x: Bytes = pairs.reshape(-1).view(np.uint8)
    y_bytes = len(pairs) * len(results) * bits // 8
    expected = run_interpreter(text, x, y_bytes)
    found = run_c(text, x, y_bytes)
    shape = (len(pairs), len(results))
    wrong = np.argwhere(
        found.view(f"<i{bits // 8}").reshape(shape)
        != expected.view(f"<i{bits // 8}").reshape(shape)
    )
    assert wrong.size == 0, f"{[(lines[r], pairs[p].tolist()) for p, r in wrong[:5]]}"


@pytest.mark.parametrize("bits", WIDTHS)
def test_binary(bits: int) -> None:
    names = [name for name in BINARY if bits < 64 or name not in NO_64_BIT_FORM]
    lines = [f"%r{k} = arith.{name} %a, %b : i{bits}" for k, name in enumerate(names)]
    check(bits, lines, [f"%r{k}" for k in range(len(names))])


@pytest.mark.parametrize("bits", WIDTHS)
def test_comparisons_and_select(bits: int) -> None:
    lines = [
        f"%p{k} = arith.cmpi {name}, %a, %b : i{bits}\n"
        f"%r{k} = arith.select %p{k}, %a, %b : i{bits}\n"
        f"%n{k} = arith.ext{'si' if k % 2 else 'ui'} %p{k} : i1 to i{bits}"
        for k, name in enumerate(PREDICATES)
    ]
    check(bits, lines, [f"%{letter}{k}" for k in range(len(PREDICATES)) for letter in "rn"])


@pytest.mark.parametrize("bits", WIDTHS)
def test_shifts(bits: int) -> None:
    cases = [(name, amount) for name in SHIFTS for amount in (0, 1, 7, bits - 1)]
    lines = [
        f"%n{k} = arith.constant {amount} : i{bits}\n%r{k} = arith.{name} %a, %n{k} : i{bits}"
        for k, (name, amount) in enumerate(cases)
    ]
    check(bits, lines, [f"%r{k}" for k in range(len(cases))])


@pytest.mark.parametrize("bits", WIDTHS)
def test_shifts_by_variable_amounts(bits: int) -> None:
    lines = [f"%most = arith.constant {bits - 1} : i{bits}", f"%n = arith.andi %b, %most : i{bits}"]
    lines += [f"%r{k} = arith.{name} %a, %n : i{bits}" for k, name in enumerate(SHIFTS)]
    check(bits, lines, [f"%r{k}" for k in range(len(SHIFTS))])


@pytest.mark.parametrize("bits", WIDTHS)
def test_divisions_by_constants(bits: int) -> None:
    names = [name for name in DIVISIONS if bits < 64 or name in DIVISIONS[:4]]
    cases = [(name, divisor) for name in names for divisor in DIVISORS]
    lines = [
        f"%n{k} = arith.constant {divisor} : i{bits}\n%r{k} = arith.{name} %a, %n{k} : i{bits}"
        for k, (name, divisor) in enumerate(cases)
    ]
    check(bits, lines, [f"%r{k}" for k in range(len(cases))])


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_divisions_by_variables(bits: int) -> None:
    lines = [
        f"%three = arith.constant 3 : i{bits}",
        f"%one = arith.constant 1 : i{bits}",
        f"%masked = arith.andi %b, %three : i{bits}",
        f"%divisor = arith.ori %masked, %one : i{bits}",
    ]
    lines += [f"%r{k} = arith.{name} %a, %divisor : i{bits}" for k, name in enumerate(DIVISIONS)]
    check(bits, lines, [f"%r{k}" for k in range(len(DIVISIONS))])


@pytest.mark.parametrize(
    ("source", "target"), [(8, 16), (8, 32), (8, 64), (16, 32), (16, 64), (32, 64)]
)
def test_conversions(source: int, target: int) -> None:
    """There and back: both extensions of a sum, shifted down so that the upper bits are seen."""
    lines = [f"%sum = arith.addi %a, %b : i{source}"]
    lines += [f"%n = arith.constant {source - 2} : i{target}"]
    for k, extension in enumerate(("extsi", "extui")):
        lines.append(f"%e{k} = arith.{extension} %sum : i{source} to i{target}")
        lines.append(f"%s{k} = arith.shrsi %e{k}, %n : i{target}")
        lines.append(f"%r{k} = arith.trunci %s{k} : i{target} to i{source}")
    check(source, lines, ["%r0", "%r1"])


def test_promised_and_wrapping_arithmetic() -> None:
    """What is promised not to overflow prints as plain operators; results agree all the same."""
    lines = [
        "%small = arith.constant 15 : i32",
        "%x1 = arith.andi %a, %small : i32",
        "%x2 = arith.andi %b, %small : i32",
        "%r0 = arith.addi %x1, %x2 overflow<nsw> : i32",
        "%r1 = arith.subi %x1, %x2 overflow<nsw> : i32",
        "%r2 = arith.muli %x1, %x2 overflow<nsw> : i32",
        "%shift = arith.constant 4 : i32",
        "%r3 = arith.shli %r1, %shift overflow<nsw> : i32",
        "%r4 = arith.subi %r0, %r1 overflow<nsw> : i32",
        "%t = arith.subi %x1, %r4 overflow<nsw> : i32",
        "%r5 = arith.subi %r2, %t overflow<nsw> : i32",
    ]
    check(32, lines, [f"%r{k}" for k in range(6)])
