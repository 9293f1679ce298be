"""Loops, branches, calls and memory in C, against numpy."""

from collections.abc import Callable

import numpy as np
import pytest
from c_programs import Bytes, run_c

X = np.random.default_rng(3).integers(0, 256, 64, dtype=np.uint8)
WORDS = X.view("<i4").astype(np.int64)


def build_program(body: str, results: int) -> str:
    """`@f` with X as 16 words %in and `results` words %out."""
    return f"""
func.func @f(%x: memref<64xi8>, %y: memref<{4 * results}xi8>) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c5 = arith.constant 5 : index
  %one = arith.constant 1 : i32
  %zero = arith.constant 0 : i32
  %in = memref.view %x[%c0][] : memref<64xi8> to memref<16xi32>
  %out = memref.view %y[%c0][] : memref<{4 * results}xi8> to memref<{results}xi32>
  {body}
  func.return
}}"""


def run_words(text: str, results: int) -> list[int]:
    return run_c(text, X, 4 * results).view("<i4").tolist()


def store(*values: str) -> str:
    """Stores up to four values in the first places of %out."""
    count = len(values)
    indices = ("%c0", "%c1", "%c2", "%c3")
    return "\n".join(
        f"memref.store {value}, %out[{index}] : memref<{count}xi32>"
        for value, index in zip(values, indices, strict=False)
    )


ROTATIONS: list[tuple[str, Callable[[int, int, int], tuple[int, int, int]]]] = [
    ("%a, %b, %c", lambda a, b, c: (a, b, c)),
    ("%b, %a, %c", lambda a, b, c: (b, a, c)),
    ("%b, %c, %a", lambda a, b, c: (b, c, a)),
    ("%c, %a, %b", lambda a, b, c: (c, a, b)),
    ("%b, %sum, %a", lambda a, b, c: (b, a + b, a)),
    ("%sum, %sum, %b", lambda a, b, c: (a + b, a + b, b)),
    ("%c, %b, %a", lambda a, b, c: (c, b, a)),
]


@pytest.mark.parametrize(("yielded", "step"), ROTATIONS)
def test_yields_assign_all_at_once(
    yielded: str, step: Callable[[int, int, int], tuple[int, int, int]]
) -> None:
    body = f"""
      %two = arith.constant 2 : i32
      %p, %q, %r = scf.for %i = %c0 to %c5 step %c1
          iter_args(%a = %zero, %b = %one, %c = %two) -> (i32, i32, i32) {{
        %sum = arith.addi %a, %b overflow<nsw> : i32
        scf.yield {yielded} : i32, i32, i32
      }}
      {store("%p", "%q", "%r")}"""
    state = (0, 1, 2)
    for _ in range(5):
        state = step(*state)
    assert run_words(build_program(body, 3), 3) == list(state)


def test_nested_accumulation_shares_a_variable() -> None:
    body = f"""
      %sum = scf.for %i = %c0 to %c3 step %c1 iter_args(%acc = %one) -> (i32) {{
        %inner = scf.for %j = %c0 to %c5 step %c2 iter_args(%acc_1 = %acc) -> (i32) {{
          %k = arith.addi %i, %j : index
          %v = memref.load %in[%k] : memref<16xi32>
          %next = arith.addi %acc_1, %v : i32
          scf.yield %next : i32
        }}
        scf.yield %inner : i32
      }}
      {store("%sum")}"""
    total = 1 + sum(int(WORDS[i + j]) for i in range(3) for j in (0, 2, 4))
    assert run_words(build_program(body, 1), 1) == [wrap(total)]


def test_initial_value_is_used_again() -> None:
    """A value that starts a loop and is needed afterwards is not overwritten."""
    body = f"""
      %first = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = %one) -> (i32) {{
        %n = arith.addi %a, %a : i32
        scf.yield %n : i32
      }}
      %second = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = %first) -> (i32) {{
        %n = arith.addi %a, %one : i32
        scf.yield %n : i32
      }}
      {store("%first", "%second")}"""
    assert run_words(build_program(body, 2), 2) == [8, 11]


def test_inner_loop_starts_over_each_time() -> None:
    """A value from outside a loop starts an inner loop in each iteration anew."""
    body = f"""
      %start = scf.for %i = %c0 to %c2 step %c1 iter_args(%a = %one) -> (i32) {{
        %n = arith.addi %a, %a : i32
        scf.yield %n : i32
      }}
      %sum = scf.for %i = %c0 to %c3 step %c1 iter_args(%s = %zero) -> (i32) {{
        %r = scf.for %j = %c0 to %c2 step %c1 iter_args(%a = %start) -> (i32) {{
          %n = arith.addi %a, %one : i32
          scf.yield %n : i32
        }}
        %t = arith.addi %s, %r : i32
        scf.yield %t : i32
      }}
      {store("%sum")}"""
    assert run_words(build_program(body, 1), 1) == [18]


def test_loads_stay_before_stores() -> None:
    body = f"""
      memref.store %one, %out[%c0] : memref<3xi32>
      %before = memref.load %out[%c0] : memref<3xi32>
      %seven = arith.constant 7 : i32
      memref.store %seven, %out[%c0] : memref<3xi32>
      %after = memref.load %out[%c0] : memref<3xi32>
      {store("%after", "%before", "%seven")}"""
    assert run_words(build_program(body, 3), 3) == [7, 1, 7]


def test_loop_without_iterations_gives_its_initial_values() -> None:
    body = f"""
      %r = scf.for %i = %c3 to %c2 step %c1 iter_args(%a = %one) -> (i32) {{
        scf.yield %zero : i32
      }}
      {store("%r")}"""
    assert run_words(build_program(body, 1), 1) == [1]


def test_branches() -> None:
    body = f"""
      %s, %t = scf.for %i = %c0 to %c5 step %c1 iter_args(%a = %zero, %b = %zero) -> (i32, i32) {{
        %v = memref.load %in[%i] : memref<16xi32>
        %negative = arith.cmpi slt, %v, %zero : i32
        %p, %q = scf.if %negative -> (i32, i32) {{
          %n = arith.addi %a, %one : i32
          scf.yield %n, %b : i32, i32
        }} else {{
          %n = arith.addi %b, %one : i32
          scf.yield %a, %n : i32, i32
        }}
        scf.yield %p, %q : i32, i32
      }}
      {store("%s", "%t")}"""
    negative = int((WORDS[:5] < 0).sum())
    assert run_words(build_program(body, 2), 2) == [negative, 5 - negative]


MEMORY = """
"memref.global"() <{sym_name = "weights", type = memref<2x3xi16>, sym_visibility = "private",
  constant, initial_value = dense<[[1, -2, 3], [4, -32768, 32767]]> : tensor<2x3xi16>}> : () -> ()
"memref.global"() <{sym_name = "arena", type = memref<64xi8>, sym_visibility = "private",
  initial_value}> : () -> ()

func.func private @double(%x: memref<16xi8>, %y: memref<16xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  scf.for %i = %c0 to %c16 step %c1 {
    %v = memref.load %x[%i] : memref<16xi8>
    %d = arith.addi %v, %v : i8
    memref.store %d, %y[%i] : memref<16xi8>
  }
  func.return
}

func.func private @sum(%w: memref<2x3xi16>) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0 : i32
  %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%a = %zero) -> (i32) {
    %s = scf.for %j = %c0 to %c3 step %c1 iter_args(%b = %a) -> (i32) {
      %v = memref.load %w[%i, %j] : memref<2x3xi16>
      %e = arith.extsi %v : i16 to i32
      %n = arith.addi %b, %e overflow<nsw> : i32
      scf.yield %n : i32
    }
    scf.yield %s : i32
  }
  func.return %r : i32
}

func.func @f(%x: memref<16xi8>, %y: memref<24xi8>) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %arena = memref.get_global @arena : memref<64xi8>
  %w = memref.get_global @weights : memref<2x3xi16>
  %a = memref.view %arena[%c16][] : memref<64xi8> to memref<16xi8>
  func.call @double(%x, %a) : (memref<16xi8>, memref<16xi8>) -> ()
  func.call @double(%a, %a) : (memref<16xi8>, memref<16xi8>) -> ()
  %low = memref.view %y[%c0][] : memref<24xi8> to memref<16xi8>
  "memref.copy"(%a, %low) : (memref<16xi8>, memref<16xi8>) -> ()
  %s = func.call @sum(%w) : (memref<2x3xi16>) -> i32
  %tail = memref.view %y[%c16][] : memref<24xi8> to memref<2xi32>
  memref.store %s, %tail[%c0] : memref<2xi32>
  %local = memref.alloca() : memref<8xi8>
  dsp.store_word %s, %local[%c4] : memref<8xi8>
  %word = dsp.load_word %local[%c4] : memref<8xi8>
  %c1 = arith.constant 1 : index
  memref.store %word, %tail[%c1] : memref<2xi32>
  func.return
}
"""


def test_globals_views_calls_and_copies() -> None:
    x: Bytes = X[:16]
    total = 1 - 2 + 3 + 4 - 32768 + 32767
    expected = (x.astype(np.int64) * 4 % 256).tolist() + list(
        np.array([total] * 2, "<i4").tobytes()
    )
    assert run_c(MEMORY, x, 24).tolist() == expected


def wrap(value: int) -> int:
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


def test_views_of_several_types_share_bytes() -> None:
    """Under strict aliasing, a compiler may take the store of 16 bits to leave the word alone."""
    text = build_program(
        """
        %halves = memref.view %y[%c0][] : memref<4xi8> to memref<2xi16>
        %minus = arith.constant -1 : i16
        memref.store %one, %out[%c0] : memref<1xi32>
        memref.store %minus, %halves[%c1] : memref<2xi16>
        %word = memref.load %out[%c0] : memref<1xi32>
        %sum = arith.addi %word, %one : i32
        memref.store %sum, %out[%c0] : memref<1xi32>
        """,
        1,
    )
    assert run_words(text, 1) == [2 - (1 << 16)]


def test_words_and_signed_bytes_of_tables() -> None:
    table = """"memref.global"() <{sym_name = "words", type = memref<2xi32>,
      sym_visibility = "private", constant,
      initial_value = dense<[-2147483648, -96]> : tensor<2xi32>}> {cmix.words} : () -> ()
      "memref.global"() <{sym_name = "shift", type = memref<2xi8>, sym_visibility = "private",
      constant, initial_value = dense<[-3, 4]> : tensor<2xi8>}> : () -> ()"""
    body = """
        %words = memref.get_global @words : memref<2xi32>
        %shift = memref.get_global @shift : memref<2xi8>
        %a = memref.load %words[%c0] : memref<2xi32>
        %half = arith.shrsi %a, %one : i32
        %b = memref.load %words[%c1] : memref<2xi32>
        %amount = memref.load %shift[%c1] : memref<2xi8>
        %four = arith.extsi %amount : i8 to i32
        %sixteenth = arith.shrsi %b, %four : i32
        %negative = memref.load %shift[%c0] : memref<2xi8>
        %v = arith.extsi %negative : i8 to i32
        %byte = memref.load %x[%c5] : memref<64xi8>
        %w = arith.extsi %byte : i8 to i32
        """
    text = table + build_program(body + store("%half", "%sixteenth", "%v", "%w"), 4)
    assert run_words(text, 4) == [-(1 << 30), -6, -3, int(X.view("i1")[5])]


def test_clear_happens_in_its_place() -> None:
    """A load before it is not moved behind it."""
    body = """
        memref.store %one, %out[%c1] : memref<4xi32>
        %before = memref.load %out[%c1] : memref<4xi32>
        cmix.clear %out : memref<4xi32>
        memref.store %before, %out[%c2] : memref<4xi32>
        """
    assert run_words(build_program(body, 4), 4) == [0, 0, 1, 0]
