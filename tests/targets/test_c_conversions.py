"""Chains of conversions: casts that print as nothing, or as one, still convert."""

from itertools import product

import numpy as np
import pytest
from targets.c_programs import run_c, run_interpreter

CHAIN = """
func.func @f(%x: memref<4xi8>, %y: memref<4xi8>) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {{
    %byte = memref.load %x[%i] : memref<4xi8>
    %wide = arith.{first} %byte : i8 to i32
    %half = arith.trunci %wide : i32 to i16
    %again = arith.{second} %half : i16 to i32
    %eight = arith.constant 8 : i32
    %high = arith.shrui %again, %eight : i32
    %result = arith.trunci %high : i32 to i8
    memref.store %result, %y[%i] : memref<4xi8>
  }}
  func.return
}}
"""


@pytest.mark.parametrize(("first", "second"), list(product(("extsi", "extui"), repeat=2)))
def test_extension_then_truncation(first: str, second: str) -> None:
    text = CHAIN.format(first=first, second=second)
    x = np.array([0, 1, 128, 255], np.uint8)
    expected = run_interpreter(text, x, 4)
    assert expected.tolist() == ([0, 0, 255, 255] if first == "extsi" else [0, 0, 0, 0])
    assert run_c(text, x, 4).tolist() == expected.tolist()
