"""Memory of the interpreter: views alias, globals persist, nothing outside a buffer is touched."""

import numpy as np
import pytest
from level4 import build_buffer, build_interpreter, get_bytes, parse
from xdsl.utils.exceptions import InterpretationError

GLOBALS = """
"memref.global"() <{sym_name = "table", sym_visibility = "private", constant,
  type = memref<3xi16>, initial_value = dense<[1, -2, 300]> : tensor<3xi16>}> : () -> ()
"memref.global"() <{sym_name = "splat", sym_visibility = "private",
  type = memref<4xi8>, initial_value = dense<7> : tensor<4xi8>}> : () -> ()
"memref.global"() <{sym_name = "arena", sym_visibility = "private",
  type = memref<16xi8>, initial_value}> : () -> ()

func.func @load(%i: index) -> i16 {
  %table = memref.get_global @table : memref<3xi16>
  %v = memref.load %table[%i] : memref<3xi16>
  func.return %v : i16
}
func.func @spoil(%v: i16, %i: index) {
  %table = memref.get_global @table : memref<3xi16>
  memref.store %v, %table[%i] : memref<3xi16>
  func.return
}
func.func @write(%v: i8, %i: index) {
  %arena = memref.get_global @arena : memref<16xi8>
  memref.store %v, %arena[%i] : memref<16xi8>
  func.return
}
func.func @read(%i: index) -> i8 {
  %arena = memref.get_global @arena : memref<16xi8>
  %v = memref.load %arena[%i] : memref<16xi8>
  func.return %v : i8
}
func.func @write_then_read(%v: i8, %i: index) -> i8 {
  func.call @write(%v, %i) : (i8, index) -> ()
  %r = func.call @read(%i) : (index) -> i8
  func.return %r : i8
}
func.func @count(%i: index) -> i8 {
  %splat = memref.get_global @splat : memref<4xi8>
  %v = memref.load %splat[%i] : memref<4xi8>
  %one = arith.constant 1 : i8
  %next = arith.addi %v, %one : i8
  memref.store %next, %splat[%i] : memref<4xi8>
  func.return %v : i8
}
func.func @view(%shift: index, %v: i32) -> i8 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %arena = memref.get_global @arena : memref<16xi8>
  %words = memref.view %arena[%shift][] : memref<16xi8> to memref<2x1xi32>
  memref.store %v, %words[%c1, %c0] : memref<2x1xi32>
  %c8 = arith.constant 8 : index
  %e = memref.load %arena[%c8] : memref<16xi8>
  func.return %e : i8
}
"""


def test_constant_global() -> None:
    interpreter = build_interpreter(parse(GLOBALS))
    assert [interpreter.call_op("load", (i,)) for i in range(3)] == [(1,), (-2,), (300,)]


def test_store_into_a_constant_is_refused() -> None:
    interpreter = build_interpreter(parse(GLOBALS))
    with pytest.raises(TypeError):
        interpreter.call_op("spoil", (5, 0))
    assert interpreter.call_op("load", (0,)) == (1,)


def test_mutable_globals_are_shared_by_functions_and_calls() -> None:
    interpreter = build_interpreter(parse(GLOBALS))
    assert interpreter.call_op("write_then_read", (-5, 3)) == (-5,)
    assert interpreter.call_op("read", (3,)) == (-5,)
    assert [interpreter.call_op("count", (0,)) for _ in range(3)] == [(7,), (8,), (9,)]


def test_interpreters_do_not_share_globals() -> None:
    module = parse(GLOBALS)
    build_interpreter(module).call_op("count", (0,))
    assert build_interpreter(module).call_op("count", (0,)) == (7,)


def test_fresh_memory_is_not_zero() -> None:
    interpreter = build_interpreter(parse(GLOBALS))
    assert interpreter.call_op("read", (0,)) == (0xA5 - 0x100,)


def test_view_aliases_at_its_offset() -> None:
    interpreter = build_interpreter(parse(GLOBALS))
    # The second word of a view at byte 4 starts at byte 8.
    assert interpreter.call_op("view", (4, 0x0102_037F)) == (0x7F,)
    # At byte 3 it starts at byte 7: byte 8 is the second of the word.
    assert interpreter.call_op("view", (3, 0x0102_037F)) == (3,)


@pytest.mark.parametrize("shift", [-1, 9])
def test_view_outside_its_source(shift: int) -> None:
    interpreter = build_interpreter(parse(GLOBALS))
    with pytest.raises(InterpretationError, match=r"memref\.view: 8 bytes"):
        interpreter.call_op("view", (shift, 0))


@pytest.mark.parametrize("index", [-1, 16])
def test_index_outside_its_dimension(index: int) -> None:
    interpreter = build_interpreter(parse(GLOBALS))
    with pytest.raises(InterpretationError, match=r"memref\.load: index"):
        interpreter.call_op("read", (index,))
    with pytest.raises(InterpretationError, match=r"memref\.store: index"):
        interpreter.call_op("write", (0, index))


COPY = """
func.func @copy(%x: memref<2x3xi16>, %y: memref<2x3xi16>) {
  %scratch = memref.alloca() : memref<2x3xi16>
  "memref.copy"(%x, %scratch) : (memref<2x3xi16>, memref<2x3xi16>) -> ()
  "memref.copy"(%scratch, %y) : (memref<2x3xi16>, memref<2x3xi16>) -> ()
  func.return
}
func.func @dynamic(%n: index, %i: index) -> i32 {
  %scratch = memref.alloc(%n) : memref<?xi32>
  %v = arith.constant 77 : i32
  memref.store %v, %scratch[%i] : memref<?xi32>
  %r = memref.load %scratch[%i] : memref<?xi32>
  memref.dealloc %scratch : memref<?xi32>
  func.return %r : i32
}
"""


def test_copy_through_scratch() -> None:
    values = np.arange(-3, 3, dtype=np.int16).reshape(2, 3) * 1000
    x, y = build_buffer(values), build_buffer(np.zeros_like(values))
    build_interpreter(parse(COPY)).call_op("copy", (x, y))
    assert get_bytes(y) == values.tobytes()
    assert get_bytes(x) == values.tobytes()


def test_dynamic_allocation() -> None:
    interpreter = build_interpreter(parse(COPY))
    assert interpreter.call_op("dynamic", (5, 4)) == (77,)
    with pytest.raises(InterpretationError, match=r"memref\.store"):
        interpreter.call_op("dynamic", (5, 5))
