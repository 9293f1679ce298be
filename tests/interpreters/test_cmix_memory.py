"""Packed tensors in memory against numpy's packing."""

from itertools import product

import numpy as np
import pytest
from builders import build_type
from level3 import (
    build_bytes,
    build_packed,
    draw_elements,
    run,
)
from level4 import get_bytes
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.packing import pack

LOAD = """
func.func @f(%m: memref<{storage}xi8>, %i: index, %j: index) -> i32 {{
  %e = cmix.load_element %m[%i, %j] : memref<{storage}xi8> as <{type}>
  return %e : i32
}}"""

STORE = """
func.func @f(%m: memref<{storage}xi8>, %i: index, %j: index, %a: i32, %b: i32, %c: i32) {{
  cmix.store_elements %a, %b, %c to %m[%i, %j] : memref<{storage}xi8> as <{type}>
  return
}}"""

ELEMENT_CASES = pytest.mark.parametrize("element", ["u2", "s2", "u4", "s4", "u8", "s8"])


def fill(text: str, type_: PackedType) -> str:
    return text.format(
        storage="x".join(map(str, type_.get_storage_shape())),
        type="x".join(map(str, type_.get_shape())) + f"x{type_.element_type}",
    )


@ELEMENT_CASES
def test_load_element(element: str):
    type_ = build_type((2, 7), element)
    elements = draw_elements(0, type_)
    buffer = build_packed(elements, type_.bits)
    text = fill(LOAD, type_)
    found = [run(text, buffer, *index)[0] for index in product(range(2), range(7))]
    assert found == elements.flatten().tolist()


@ELEMENT_CASES
@pytest.mark.parametrize("column", [0, 1, 3, 4])
def test_store_elements(element: str, column: int):
    type_ = build_type((2, 7), element)
    elements = draw_elements(0, type_)
    buffer = build_packed(elements, type_.bits)
    low, high = type_.element_range
    # Of values beyond the element's range the low bits count.
    run(fill(STORE, type_), buffer, 1, column, high, low, 2**31 - 3)
    elements[1, column : column + 3] = [high, low, -3 if low else high - 2]
    assert get_bytes(buffer) == pack(elements, type_.bits).tobytes()


def test_padding_is_cleared_with_the_last_element():
    type_ = build_type((2, 7), "u2")
    buffer = build_bytes(type_.get_storage_shape())
    text = fill(STORE, type_)
    run(text, buffer, 0, 1, 3, 0, 3)
    assert get_bytes(buffer).hex() == "cda5a5a5"
    run(text, buffer, 0, 4, 2, 1, 0)
    assert get_bytes(buffer).hex() == "cd06a5a5"


def test_a_fresh_byte_is_cleared_behind_the_values():
    type_ = build_type((2, 7), "u2")
    buffer = build_bytes(type_.get_storage_shape())
    text = fill(STORE.replace("to %m", "to fresh %m"), type_)
    run(text, buffer, 1, 0, 3, 0, 1)
    assert get_bytes(buffer).hex() == "a5a513a5"
    with pytest.raises(InterpretationError, match="expected a first element of a byte, found 3"):
        run(text, buffer, 1, 3, 3, 0, 1)


def test_elements_outside_are_refused():
    type_ = build_type((2, 7), "u4")
    buffer = build_bytes(type_.get_storage_shape())
    with pytest.raises(InterpretationError, match=r"cmix.load_element: .* outside the shape"):
        run(fill(LOAD, type_), buffer, 0, 7)
    with pytest.raises(InterpretationError, match=r"cmix.store_elements: .* outside the shape"):
        run(fill(STORE, type_), buffer, 1, 5, 0, 0, 0)


@ELEMENT_CASES
def test_whole_tensors_to_and_from_memory(element: str):
    type_ = build_type((2, 3, 5), element)
    elements = draw_elements(1, type_)
    text = """
    func.func @f(%m: memref<{storage}xi8>, %n: memref<{storage}xi8>) -> !cmix.packed<{type}> {{
      %x = cmix.from_memref %m : memref<{storage}xi8> as !cmix.packed<{type}>
      cmix.to_memref %x, %n : !cmix.packed<{type}> to memref<{storage}xi8>
      return %x : !cmix.packed<{type}>
    }}"""
    destination = build_bytes(type_.get_storage_shape())
    (found,) = run(fill(text, type_), build_packed(elements, type_.bits), destination)
    np.testing.assert_array_equal(found, elements)
    assert get_bytes(destination) == pack(elements, type_.bits).tobytes()


def test_views_alias_their_memory():
    text = """
    func.func @f(%x: !cmix.packed<3xui4>, %m: memref<8xi8>, %at: index) {
      %v = memref.view %m[%at][] : memref<8xi8> to memref<2xi8>
      cmix.to_memref %x, %v : !cmix.packed<3xui4> to memref<2xi8>
      return
    }"""
    buffer = build_bytes((8,))
    run(text, np.array([1, 2, 3]), buffer, 3)
    assert get_bytes(buffer).hex() == "a5a5a52103a5a5a5"


def test_constants_cannot_be_written():
    text = """
    "memref.global"() <{sym_name = "c", sym_visibility = "private", type = memref<2xi8>,
        initial_value = dense<1> : tensor<2xi8>, constant}> : () -> ()
    func.func @f(%x: !cmix.packed<3xui4>) {
      %m = memref.get_global @c : memref<2xi8>
      cmix.to_memref %x, %m : !cmix.packed<3xui4> to memref<2xi8>
      return
    }"""
    with pytest.raises(InterpretationError, match="cannot write to a constant"):
        run(text, np.array([1, 2, 3]))
