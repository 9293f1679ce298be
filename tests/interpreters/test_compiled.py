"""Compiled execution against the interpreter: results, memory and refusals."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from level4 import build_buffer, build_interpreter, get_bytes, parse
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.interpreters import compiled
from cmixdsl.interpreters.compiled import compile_module, execute_fast

NETWORK = """
"memref.global"() <{sym_name = "weight", sym_visibility = "private", constant,
  type = memref<3x8xi8>, initial_value = dense<[[1, -2, 3, -4, 5, -6, 7, -8],
    [127, -128, 127, -128, 127, -128, 127, -128], [0, 1, 0, 1, 0, 1, 0, -1]]> : tensor<3x8xi8>
}> : () -> ()
"memref.global"() <{sym_name = "arena", sym_visibility = "private",
  type = memref<64xi8>, initial_value}> : () -> ()

func.func private @dot(%x: memref<2x8xi8>, %y: memref<2x3xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i32
  %w = memref.get_global @weight : memref<3x8xi8>
  scf.for %p = %c0 to %c2 step %c1 {
    scf.for %o = %c0 to %c3 step %c1 {
      %even, %odd = scf.for %k = %c0 to %c8 step %c4 iter_args(%e = %zero, %d = %zero)
          -> (i32, i32) {
        %xw = dsp.load_word %x[%p, %k] : memref<2x8xi8>
        %ww = dsp.load_word %w[%o, %k] : memref<3x8xi8>
        %x0 = dsp.uxtb16 %xw
        %x1 = dsp.uxtb16 %xw ror 8
        %w0 = dsp.sxtb16 %ww
        %w1 = dsp.sxtb16 %ww ror 8
        %e_next = dsp.smlad %x0, %w0, %e
        %d_next = dsp.smlad %x1, %w1, %d
        scf.yield %d_next, %e_next : i32, i32
      }
      %acc = arith.addi %even, %odd : i32
      memref.store %acc, %y[%p, %o] : memref<2x3xi32>
    }
  }
  func.return
}
func.func @net(%x: memref<2x8xi8>, %y: memref<2x3xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c20 = arith.constant 20 : index
  %limit = arith.constant 500 : i32
  %arena = memref.get_global @arena : memref<64xi8>
  %scratch = memref.view %arena[%c0][] : memref<64xi8> to memref<2x8xi8>
  %sums = memref.view %arena[%c20][] : memref<64xi8> to memref<2x3xi32>
  "memref.copy"(%x, %scratch) : (memref<2x8xi8>, memref<2x8xi8>) -> ()
  func.call @dot(%scratch, %sums) : (memref<2x8xi8>, memref<2x3xi32>) -> ()
  scf.for %p = %c0 to %c2 step %c1 {
    scf.for %o = %c0 to %c3 step %c1 {
      %s = memref.load %sums[%p, %o] : memref<2x3xi32>
      %large = arith.cmpi ugt, %s, %limit : i32
      %q = scf.if %large -> (i32) {
        %u = dsp.usat %s asr 4 to 7 bits
        scf.yield %u : i32
      } else {
        %t = dsp.ssat %s lsl 1 to 5 bits
        scf.yield %t : i32
      }
      %b = arith.trunci %q : i32 to i8
      memref.store %b, %y[%p, %o] : memref<2x3xi8>
    }
  }
  func.return
}
"""


@pytest.fixture(scope="module")
def network() -> ModuleOp:
    return parse(NETWORK)


@settings(max_examples=20)
@given(values=st.lists(st.integers(-128, 127), min_size=16, max_size=16))
def test_network_gives_equal_bytes(network: ModuleOp, values: list[int]) -> None:
    x = np.array(values, np.int8).reshape(2, 8)
    expected, found = (build_buffer(np.zeros((2, 3), np.int8)) for _ in range(2))
    assert build_interpreter(network).call_op("net", (build_buffer(x), expected)) == ()
    assert execute_fast(network, "net", (build_buffer(x), found)) == ()
    assert get_bytes(found) == get_bytes(expected)


def run_both(module: ModuleOp, name: str, args: Sequence[Any]) -> tuple[Any, ...]:
    """The result, which has to be the same both ways."""
    expected = build_interpreter(module).call_op(name, tuple(args))
    assert execute_fast(module, name, args) == expected
    return expected


CONTROL = """
func.func @carry(%n: index, %a: i32, %b: i32) -> (i32, i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%x = %a, %y = %b) -> (i32, i32) {
    %sum = arith.addi %x, %y : i32
    scf.yield %sum, %x : i32, i32
  }
  func.return %r#0, %r#1 : i32, i32
}
func.func @choose(%c: i1, %a: i32, %b: i32) -> i32 {
  %s = arith.select %c, %a, %b : i32
  %t:2 = func.call @swap(%s, %b) : (i32, i32) -> (i32, i32)
  %u = arith.subi %t#0, %t#1 : i32
  func.return %u : i32
}
func.func private @swap(%a: i32, %b: i32) -> (i32, i32) {
  func.return %b, %a : i32, i32
}
func.func @long(%a: i32, %b: i32) -> (i32, i32) {
  %lo, %hi = dsp.umull %a, %b
  %lo_sum, %hi_sum = dsp.smlal %a, %b, %lo, %hi
  func.return %lo_sum, %hi_sum : i32, i32
}
func.func @index(%i: index) -> index {
  %j = arith.muli %i, %i : index
  func.return %j : index
}
func.func @scratch(%c: i1, %i: index) -> i32 {
  %x = memref.alloca() : memref<6xi8>
  %y = memref.alloca() : memref<6xi8>
  %z = arith.select %c, %x, %y : memref<6xi8>
  %w = dsp.load_word %z[%i] : memref<6xi8>
  func.return %w : i32
}
func.func @scalar(%v: i16) -> i16 {
  %x = memref.alloca() : memref<i16>
  memref.store %v, %x[] : memref<i16>
  %r = memref.load %x[] : memref<i16>
  func.return %r : i16
}
func.func @carried_buffer(%x: memref<8xi8>, %y: memref<8xi8>) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %p:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = %x, %b = %y)
      -> (memref<8xi8>, memref<8xi8>) {
    %v = dsp.load_word %a[%i] : memref<8xi8>
    dsp.store_word %v, %b[%c1] : memref<8xi8>
    scf.yield %b, %a : memref<8xi8>, memref<8xi8>
  }
  %r = dsp.load_word %p#0[%c1] : memref<8xi8>
  func.return %r : i32
}
"""


def test_loop_carries_values_at_once() -> None:
    # Fibonacci numbers; without a turn, the initial values.
    assert run_both(parse(CONTROL), "carry", (10, 1, 0)) == (89, 55)
    assert run_both(parse(CONTROL), "carry", (0, 3, 4)) == (3, 4)


@pytest.mark.parametrize(("condition", "expected"), [(-1, 20 - 10), (0, 0)])
def test_select_and_call(condition: int, expected: int) -> None:
    assert run_both(parse(CONTROL), "choose", (condition, 10, 20)) == (expected,)


def test_two_results() -> None:
    # 2 * (-1 as unsigned) + 2 * -1 = 2**33 - 4
    assert run_both(parse(CONTROL), "long", (2, -1)) == (-4, 1)


def test_index_wraps_at_32_bits() -> None:
    assert run_both(parse(CONTROL), "index", (2**16 + 1,)) == (2**17 + 1,)


def test_scratch_memory() -> None:
    run_both(parse(CONTROL), "scratch", (0, 2))
    assert run_both(parse(CONTROL), "scalar", (-300,)) == (-300,)


def test_buffers_as_loop_values() -> None:
    module = parse(CONTROL)
    results: list[Any] = []
    for call in (build_interpreter(module).call_op, compile_module(module).call):
        x, y = (build_buffer(np.arange(k, k + 8, dtype=np.int8)) for k in (0, 50))
        results.append((call("carried_buffer", (x, y)), get_bytes(x), get_bytes(y)))
    assert results[0] == results[1]


def test_globals_live_as_long_as_the_compiled_module() -> None:
    module = parse("""
      "memref.global"() <{sym_name = "count", sym_visibility = "private",
        type = memref<1xi32>, initial_value = dense<5> : tensor<1xi32>}> : () -> ()
      func.func @next() -> i32 {
        %c0 = arith.constant 0 : index
        %one = arith.constant 1 : i32
        %m = memref.get_global @count : memref<1xi32>
        %v = memref.load %m[%c0] : memref<1xi32>
        %n = arith.addi %v, %one : i32
        memref.store %n, %m[%c0] : memref<1xi32>
        func.return %v : i32
      }""")
    functions = compile_module(module)
    assert [functions.call("next", ()) for _ in range(3)] == [(5,), (6,), (7,)]
    assert execute_fast(module, "next", ()) == (5,)


REFUSED = """
"memref.global"() <{sym_name = "table", sym_visibility = "private", constant,
  type = memref<2x4xi8>, initial_value = dense<1> : tensor<2x4xi8>}> : () -> ()
func.func @load(%i: index, %j: index) -> i8 {
  %m = memref.alloca() : memref<2x4xi8>
  %v = memref.load %m[%i, %j] : memref<2x4xi8>
  func.return %v : i8
}
func.func @store(%i: index, %j: index) {
  %m = memref.alloca() : memref<2x4xi8>
  %v = arith.constant 0 : i8
  memref.store %v, %m[%i, %j] : memref<2x4xi8>
  func.return
}
func.func @word(%i: index, %j: index) -> i32 {
  %m = memref.alloca() : memref<2x4xi8>
  %v = dsp.load_word %m[%i, %j] : memref<2x4xi8>
  func.return %v : i32
}
func.func @constant(%i: index, %j: index) {
  %m = memref.get_global @table : memref<2x4xi8>
  %v = arith.constant 0 : i8
  memref.store %v, %m[%i, %j] : memref<2x4xi8>
  func.return
}
func.func @view(%i: index, %j: index) -> i16 {
  %m = memref.alloca() : memref<9xi8>
  %c0 = arith.constant 0 : index
  %v = memref.view %m[%i][] : memref<9xi8> to memref<4xi16>
  %e = memref.load %v[%c0] : memref<4xi16>
  func.return %e : i16
}
func.func @shift(%i: index, %j: index) -> index {
  %v = arith.shli %i, %j : index
  func.return %v : index
}
"""


@pytest.mark.parametrize(
    ("name", "args", "operation"),
    [
        ("load", (0, 4), "memref.load"),
        ("load", (-1, 0), "memref.load"),
        ("store", (2, 0), "memref.store"),
        ("store", (0, -1), "memref.store"),
        ("word", (1, 1), "dsp.load_word"),
        ("word", (0, 4), "dsp.load_word"),
        ("word", (1, -1), "dsp.load_word"),
        ("view", (2, 0), "memref.view"),
        ("view", (-1, 0), "memref.view"),
        ("shift", (1, 32), "arith.shli"),
    ],
)
def test_refusals_name_the_operation(name: str, args: tuple[int, int], operation: str) -> None:
    module = parse(REFUSED)
    with pytest.raises(InterpretationError, match=operation.replace(".", r"\.")):
        build_interpreter(module).call_op(name, args)
    with pytest.raises(InterpretationError, match=operation.replace(".", r"\.")):
        execute_fast(module, name, args)


def test_store_into_a_constant_is_refused() -> None:
    with pytest.raises(InterpretationError, match=r"memref\.store: .*read-only"):
        execute_fast(parse(REFUSED), "constant", (0, 0))


def test_unknown_operations_are_refused() -> None:
    module = parse("""
      func.func @f(%a: f32) -> f32 {
        %b = arith.addf %a, %a : f32
        func.return %b : f32
      }""")
    with pytest.raises(InterpretationError, match=r"arith\.addf cannot be compiled"):
        compile_module(module)


def test_unknown_function() -> None:
    with pytest.raises(InterpretationError, match="there is no function nothing"):
        execute_fast(parse(REFUSED), "nothing", ())


def test_documented_translation() -> None:
    documentation = compiled.__doc__ or ""
    (source,) = re.findall(r"```mlir\n(.*?)```", documentation, re.DOTALL)
    (text,) = re.findall(r"```python\n(.*?)```", documentation, re.DOTALL)
    assert compile_module(parse(source)).sources["sum"].text == text


def test_clear_sets_the_bytes_of_its_memref_only() -> None:
    module = parse("""
    func.func @f(%y: memref<16xi8>) {
      %c4 = arith.constant 4 : index
      %words = memref.view %y[%c4][] : memref<16xi8> to memref<2xi32>
      cmix.clear %words : memref<2xi32>
      func.return
    }""")
    expected = np.array([1] * 4 + [0] * 8 + [1] * 4, np.int8)
    interpreted, compiled = (build_buffer(np.ones(16, np.int8)) for _ in range(2))
    build_interpreter(module).call_op("f", (interpreted,))
    execute_fast(module, "f", (compiled,))
    assert get_bytes(interpreted) == get_bytes(compiled) == expected.tobytes()
