"""How far outputs must stay below inputs, against distances found by hand."""

import pytest
from xdsl.dialects.func import FuncOp

from cmixdsl.parsing import parse_module
from cmixdsl.passes.builders.access_order import find_distance
from cmixdsl.universe import build_context

CONSTANTS = """
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
"""

KERNELS = {
    # Element by element, in place.
    "same": (
        8,
        8,
        """scf.for %i = %c0 to %c8 step %c1 {
      %e = memref.load %x[%i] : memref<8xi8>
      memref.store %e, %y[%i] : memref<8xi8>
    }""",
        0,
    ),
    # Input i is read after outputs 0 to 2 * i - 1 are written: 2 * 7 <= d + 7.
    "twice": (
        8,
        16,
        """scf.for %i = %c0 to %c8 step %c1 {
      %e = memref.load %x[%i] : memref<8xi8>
      %first = arith.muli %i, %c2 : index
      memref.store %e, %y[%first] : memref<16xi8>
      %second = arith.addi %first, %c1 : index
      memref.store %e, %y[%second] : memref<16xi8>
    }""",
        7,
    ),
    # Input i - 1 is read before output i is written; that of the first step does not exist.
    "window": (
        8,
        8,
        """scf.for %i = %c0 to %c8 step %c1 {
      %before = arith.subi %i, %c1 : index
      %inside = arith.cmpi ult, %before, %c8 : index
      scf.if %inside {
        %e = memref.load %x[%before] : memref<8xi8>
        memref.store %e, %y[%i] : memref<8xi8>
      }
    }""",
        1,
    ),
    # The output is written first, and then the input at the same position read.
    "late": (
        8,
        8,
        """scf.for %i = %c0 to %c8 step %c1 {
      memref.store %zero, %y[%i] : memref<8xi8>
      %e = memref.load %x[%i] : memref<8xi8>
    }""",
        1,
    ),
    # Output 7 - i is written after input i is read: only the first may lie over the last.
    "down": (
        8,
        8,
        """scf.for %i = %c0 to %c8 step %c1 {
      %e = memref.load %x[%i] : memref<8xi8>
      %to = arith.subi %c8, %i : index
      %last = arith.subi %to, %c1 : index
      memref.store %e, %y[%last] : memref<8xi8>
    }""",
        7,
    ),
    # All turns of the outer loop read all inputs, and only after the first writes are some dead.
    "again": (
        4,
        8,
        """scf.for %k = %c0 to %c2 step %c1 {
      scf.for %i = %c0 to %c4 step %c1 {
        %e = memref.load %x[%i] : memref<4xi8>
        %half = arith.muli %k, %c4 : index
        %to = arith.addi %half, %i : index
        memref.store %e, %y[%to] : memref<8xi8>
      }
    }""",
        4,
    ),
    # Words of four bytes; the last one starts at 4 in the second turn, and overlaps none.
    "words": (
        8,
        8,
        """scf.for %i = %c0 to %c8 step %c4 {
      %w = dsp.load_word %x[%i] : memref<8xi8>
      dsp.store_word %w, %y[%i] : memref<8xi8>
    }""",
        0,
    ),
    # The last turn reads what the one before read, too: 4 to 7 after 0 to 5 are written.
    "tail": (
        8,
        8,
        """scf.for %i = %c0 to %c8 step %c3 {
      %last = arith.minui %i, %c4 : index
      %w = dsp.load_word %x[%last] : memref<8xi8>
      dsp.store_word %w, %y[%last] : memref<8xi8>
    }""",
        3,
    ),
    # Turn k reads inputs 2 * k + 2 and 2 * k + 3, the first also 0 and 1, and writes those outputs.
    "kept": (
        8,
        8,
        """%last = scf.for %i = %c1 to %c4 step %c1 iter_args(%first = %c0) -> (index) {
      %row = arith.subi %i, %c1 : index
      %at = arith.muli %row, %c2 : index
      scf.for %j = %first to %c4 step %c1 {
        %from = arith.addi %at, %j : index
        %e = memref.load %x[%from] : memref<8xi8>
      }
      %third = arith.addi %at, %c2 : index
      memref.store %zero, %y[%third] : memref<8xi8>
      %last = arith.addi %at, %c3 : index
      memref.store %zero, %y[%last] : memref<8xi8>
      scf.yield %c2 : index
    }""",
        0,
    ),
    # Every turn reads four inputs: 2 * k is read after output 2 * k + 1 is written.
    "read again": (
        8,
        8,
        """%last = scf.for %i = %c1 to %c4 step %c1 iter_args(%first = %c0) -> (index) {
      %row = arith.subi %i, %c1 : index
      %at = arith.muli %row, %c2 : index
      scf.for %j = %first to %c4 step %c1 {
        %from = arith.addi %at, %j : index
        %e = memref.load %x[%from] : memref<8xi8>
      }
      %third = arith.addi %at, %c2 : index
      memref.store %zero, %y[%third] : memref<8xi8>
      %last = arith.addi %at, %c3 : index
      memref.store %zero, %y[%last] : memref<8xi8>
      scf.yield %c0 : index
    }""",
        2,
    ),
    # Of a loop that no place depends on, the last turn counts for reads.
    "phases": (
        4,
        4,
        """scf.for %k = %c0 to %c2 step %c1 {
      scf.for %i = %c0 to %c4 step %c1 {
        %e = memref.load %x[%i] : memref<4xi8>
      }
    }
    scf.for %j = %c0 to %c4 step %c1 {
      memref.store %zero, %y[%j] : memref<4xi8>
    }""",
        0,
    ),
    # What else happens to a buffer is not known.
    "call": (8, 8, "func.call @other(%x, %y) : (memref<8xi8>, memref<8xi8>) -> ()", None),
}


def get_distance(name: str, alignment: int) -> int | None:
    inputs, outputs, body, _ = KERNELS[name]
    text = f"""
  func.func private @other(memref<8xi8>, memref<8xi8>)
  func.func @kernel(%x: memref<{inputs}xi8>, %y: memref<{outputs}xi8>, %zero: i8) {{{CONSTANTS}
    {body}
    func.return
  }}"""
    module = parse_module(build_context(), text.encode(), name)
    (kernel,) = (op for op in module.ops if isinstance(op, FuncOp) and not op.is_declaration)
    return find_distance(kernel.args[0], kernel.args[1], alignment)


@pytest.mark.parametrize("name", KERNELS)
def test_distance(name: str) -> None:
    expected = KERNELS[name][3]
    assert get_distance(name, 1) == expected


def test_distances_are_aligned() -> None:
    assert get_distance("twice", 8) == 8
    assert get_distance("tail", 4) == 4
    # From 8 on the output lies below the whole input.
    assert get_distance("down", 8) is None
