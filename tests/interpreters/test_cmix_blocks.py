"""Level 3 of cmix: expansions and contractions against loops over their maps."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from builders import build_type
from hypothesis import given, settings
from hypothesis import strategies as st
from level3 import (
    GARBAGE,
    Array,
    build_bytes,
    build_packed,
    draw_elements,
    get_array,
    get_elements,
    run,
)
from level4 import build_buffer, get_bytes, parse
from xdsl.ir.affine import AffineMap
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.dialects.cmix.blocks import ContractOp, ExpandOp
from cmixdsl.packing import pack

# region Lanes


def test_sum_lanes():
    text = """
    func.func @f(%lanes: memref<2x4xi16>, %sums: memref<2xi32>) {
      cmix.sum_lanes %lanes length 3 to %sums : memref<2x4xi16>, memref<2xi32>
      return
    }"""
    lanes = np.array([[-32768, -32768, -1, 7], [32767, 32767, 2, 7]], np.int16)
    sums = build_buffer(np.zeros(2, np.int32))
    run(text, build_buffer(lanes), sums)
    assert get_array(sums, "<i4").tolist() == [-65537, 65536]


EXPAND = """
func.func @f(%m: memref<4x5x2xi8>, %lanes: memref<2x20xi16>, %y: index, %x: index) {{
  cmix.expand [p = 2, i = 2, j = 2, c = 4] at %y, %x
      input %m (p, i, j, c)[s0, s1] -> (i + s0, p * 2 + j + s1, c) as <4x5x4x{element}> pad {pad}
      lanes %lanes (p, i, j, c)[s0, s1] -> (p, i * 8 + j * 4 + c + 1) {order}
      : memref<4x5x2xi8>, memref<2x20xi16>
  return
}}"""


def expand_by_loops(text: str, elements: Array, lanes: Array, offsets: Sequence[int]) -> None:
    """Executes the one expand operation of a module, point by point."""
    (op,) = (op for op in parse(text).walk() if isinstance(op, ExpandOp))
    extents = op.extents.get_values()
    order = [0] if op.order is None else op.order.get_values()
    for point in product(*map(range, extents)):
        group, within = divmod(point[-1], len(order))
        read = (*point[:-1], group * len(order) + order[within])
        origin = op.input_map.data.eval(read, offsets)
        inside = all(0 <= o < s for o, s in zip(origin, elements.shape, strict=True))
        value = elements[origin] if inside else op.pad.value.data
        lanes[op.lanes_map.data.eval(point, offsets)] = value


@pytest.mark.parametrize("element", ["ui4", "si4"])
@pytest.mark.parametrize("order", ["", "order [0, 2, 1, 3]", "order [1, 0]"])
@pytest.mark.parametrize("offsets", [(0, 0), (-1, -1), (3, 2)])
def test_expand(element: str, order: str, offsets: tuple[int, int]):
    text = EXPAND.format(element=element, order=order, pad=-3)
    elements = draw_elements(2, build_type((4, 5, 4), element.replace("i", "")))
    expected = np.full((2, 20), 77, np.int16)
    lanes = build_buffer(expected)
    expand_by_loops(text, elements, expected, offsets)
    run(text, build_packed(elements, 4), lanes, *offsets)
    np.testing.assert_array_equal(get_array(lanes, "<i2"), expected)


def test_lanes_outside_are_refused():
    text = """
    func.func @f(%m: memref<4xi8>, %lanes: memref<8xi16>, %at: index) {
      cmix.expand [c = 8] at %at input %m (c)[s] -> (c) as <8xui4> lanes %lanes (c)[s] -> (c + s)
          : memref<4xi8>, memref<8xi16>
      return
    }"""
    with pytest.raises(InterpretationError, match=r"cmix.expand: lanes: .* outside the shape"):
        run(text, build_bytes((4,)), build_buffer(np.zeros(8, np.int16)), 1)


# endregion
# region Contractions


def contract_by_loops(
    text: str, inputs: Array, filters: Array, offsets: Sequence[int]
) -> dict[tuple[int, ...], int]:
    """The accumulator of each output that the one contraction of a module computes."""
    (op,) = (op for op in parse(text).walk() if isinstance(op, ContractOp))
    bias, zeros = list(op.bias.iter_values()), list(op.filter_zero.iter_values())
    accumulators: dict[tuple[int, ...], int] = {}
    for point in product(*map(range, op.extents.get_values())):
        origin, tap, target = (
            evaluate(map_.data, point, offsets)
            for map_ in (op.input_map, op.filter_map, op.output_map)
        )
        inside = all(0 <= o < s for o, s in zip(origin, inputs.shape, strict=True))
        value = int(inputs[origin]) if inside else op.pad.value.data
        zero = zeros[target[-1]] if len(zeros) > 1 else zeros[0]
        products = value * (int(filters[tap]) - zero)
        accumulators[target] = accumulators.get(target, bias[target[-1]]) + products
    return accumulators


def evaluate(map_: AffineMap, point: Sequence[int], offsets: Sequence[int]) -> tuple[int, ...]:
    return map_.eval(point, offsets)


CONV2D = """
func.func @f(%m: memref<5x6x2xi8>, %w: !cmix.packed<3x2x3x4xsi4>, %out: memref<5x6x3xi8>,
             %y: index, %x: index) {{
  cmix.contract [y = 2, x = 3, o = 3, i = 2, j = 3, c = 4] at %y, %x
      input %m (y, x, o, i, j, c)[s0, s1] -> (y + i + s0 - 1, x + j + s1 - 1, c) as <5x6x4xui4>
      pad 9
      filter %w (y, x, o, i, j, c)[s0, s1] -> (o, i, j, c)
      output %out (y, x, o, i, j, c)[s0, s1] -> (y + s0, x + s1, o) as <5x6x3xsi8>
      bias [-100, 7, 300] filter_zero {filter_zero} requant {requant}
      : memref<5x6x2xi8>, !cmix.packed<3x2x3x4xsi4>, memref<5x6x3xi8>
  return
}}"""

# Shifts the accumulator right by 2, as 2^30 halves twice and n0 is 0.
QUARTER = "#cmix.icn<m0 = [1073741824], n0 = [0], zero = 5>"


def quarter(acc: int) -> int:
    return min(max((acc >> 2) + 5, -128), 127)


@settings(max_examples=20)
@given(
    st.integers(0, 1000),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.sampled_from(["[0]", "[-3]", "[1, -8, 7]"]),
)
def test_contract(seed: int, offsets: tuple[int, int], filter_zero: str):
    text = CONV2D.format(filter_zero=filter_zero, requant=QUARTER)
    inputs = draw_elements(seed, build_type((5, 6, 4), "u4"))
    filters = draw_elements(seed + 1, build_type((3, 2, 3, 4), "s4"))
    output_type = build_type((5, 6, 3), "s8")
    output = build_bytes((5, 6, 3))
    expected = get_elements(output, output_type)
    for target, acc in contract_by_loops(text, inputs, filters, offsets).items():
        expected[target] = quarter(acc)
    run(text, build_packed(inputs, 4), filters, output, *offsets)
    np.testing.assert_array_equal(get_elements(output, output_type), expected)


DEPTHWISE = """
func.func @f(%m: memref<3x4x5xi8>, %w: !cmix.packed<2x2x5xui2>, %out: memref<2x3x3xi8>) {
  cmix.contract [c = 5, y = 2, x = 3, i = 2, j = 2]
      input %m (c, y, x, i, j) -> (y + i, x + j, c) as <3x4x5xsi8>
      filter %w (c, y, x, i, j) -> (i, j, c)
      output %out (c, y, x, i, j) -> (y, x, c) as <2x3x5xui4>
      bias [1, 2, 3, 4, 5] filter_zero [1] requant #cmix.thresholds<i16, [
        [-90, -70, -50, -40, -30, -20, -10, 0, 10, 20, 30, 40, 50, 70, 90]]>
      : memref<3x4x5xi8>, !cmix.packed<2x2x5xui2>, memref<2x3x3xi8>
  return
}"""


def test_contract_depthwise_clears_padding():
    inputs = draw_elements(5, build_type((3, 4, 5), "s8"))
    filters = draw_elements(6, build_type((2, 2, 5), "u2"))
    output = build_bytes((2, 3, 3))
    steps = [-90, -70, -50, -40, -30, -20, -10, 0, 10, 20, 30, 40, 50, 70, 90]
    expected = np.zeros((2, 3, 5), np.int64)
    for target, acc in contract_by_loops(DEPTHWISE, inputs, filters, ()).items():
        expected[target] = sum(acc > step for step in steps)
    run(DEPTHWISE, build_packed(inputs, 8), filters, output)
    assert get_bytes(output) == pack(expected, 4).tobytes()


LANES = """
func.func @f(%lanes: memref<4x8xi16>, %w: !cmix.packed<3x8xui4>, %sums: memref<4xi32>,
             %out: memref<4x3xi8>) {{
  cmix.contract [p = 3, o = 3, g = 2, a = 2, b = 2]
      input %lanes (p, o, g, a, b) -> (p + 1, g * 4 + a * 2 + b)
      filter %w (p, o, g, a, b) -> (o, g * 4 + b * 2 + a)
      output %out (p, o, g, a, b) -> (p, o) as <4x3xsi8>
      bias [0, 40, -40] filter_zero [3, 8, 11]{sums} requant {requant}
      : memref<4x8xi16>, !cmix.packed<3x8xui4>, memref<4x3xi8>
  return
}}"""


@pytest.mark.parametrize("with_sums", [False, True])
def test_contract_of_permuted_lanes(with_sums: bool):
    """Lanes are signed; with the right sums, a contraction is the same as without."""
    text = LANES.format(sums=" sums %sums : memref<4xi32>" if with_sums else "", requant=QUARTER)
    lanes = np.random.default_rng(7).integers(-20, 20, (4, 8)).astype(np.int16)
    filters = draw_elements(8, build_type((3, 8), "u4"))
    sums = build_buffer(lanes.sum(axis=1).astype(np.int32))
    output = build_bytes((4, 3))
    expected = np.full((4, 3), GARBAGE, np.uint8).view(np.int8).astype(np.int64)
    for target, acc in contract_by_loops(text, lanes, filters, ()).items():
        expected[target] = quarter(acc)
    run(text, build_buffer(lanes), filters, sums, output)
    np.testing.assert_array_equal(get_array(output, "<i1"), expected)


def test_sums_are_taken_from_memory():
    text = LANES.format(sums=" sums %sums : memref<4xi32>", requant=QUARTER)
    sums = build_buffer(np.array([99, 0, 4, 8], np.int32))
    output = build_bytes((4, 3))
    run(text, build_buffer(np.zeros((4, 8), np.int16)), np.zeros((3, 8)), sums, output)
    # (bias - filter_zero * sum) / 4 + 5
    assert get_array(output, "<i1")[0].tolist() == [5, 15, -5]
    assert get_array(output, "<i1")[1].tolist() == [2, 7, -16]
    assert get_array(output, "<i1")[2].tolist() == [-1, -1, -27]


def test_outputs_outside_are_refused():
    text = CONV2D.format(filter_zero="[0]", requant=QUARTER)
    args = (build_bytes((5, 6, 2)), np.zeros((3, 2, 3, 4), np.int32), build_bytes((5, 6, 3)))
    with pytest.raises(InterpretationError, match=r"cmix.contract: output: .* outside the shape"):
        run(text, *args, 4, 0)


def test_requantize():
    text = """
    func.func @f(%acc: i32, %o: index) -> i32 {
      %y = cmix.requantize %acc channel %o
          by #cmix.icn<m0 = [1073741824, -1073741824], n0 = [0, 1], zero = 3> to ui4
      return %y : i32
    }"""
    assert [run(text, acc, 0)[0] for acc in (-14, -13, 5, 48, 200)] == [0, 0, 4, 15, 15]
    assert [run(text, acc, 1)[0] for acc in (-104, -9, 0, 1, 24)] == [15, 4, 3, 2, 0]


# endregion
