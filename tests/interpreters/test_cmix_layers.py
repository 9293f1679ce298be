"""Level 2 of cmix against the same formulas in plain loops, on random networks."""

import time
from fractions import Fraction

import numpy as np
import pytest
from builders import ELEMENTS, NetworkBuilder, build_type
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_cases import build_simple_network
from reference import compute_model
from requant_choice import FLAVOURS, Flavour
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i32
from xdsl.interpreter import Interpreter
from xdsl.ir import Operation
from xdsl.utils.exceptions import InterpretationError
from xdsl.utils.test_value import create_ssa_value

from cmixdsl.dialects.cmix.contraction import WindowedContractionOperation
from cmixdsl.dialects.cmix.layers import FullyConnectedOp
from cmixdsl.dialects.cmix.pooling import AvgPool2dOp
from cmixdsl.dialects.cmix.requantization import IcnAttr
from cmixdsl.dialects.cmix.simple_layers import AddOp
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.execution import run_module
from cmixdsl.interpreters.registry import register_implementations
from cmixdsl.model import build_random_inputs, find_model

SEEDS = st.integers(0, 2**31)
ELEMENT = st.sampled_from(ELEMENTS)
FLAVOUR = st.sampled_from(FLAVOURS)
SMALL = st.integers(1, 4)


@st.composite
def windows(draw: st.DrawFn, *, dilations: int = 2) -> Window:
    """Windows that fit an input of 5x5."""
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    dilation = draw(st.tuples(st.integers(1, dilations), st.integers(1, dilations)))
    strides = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    rows, columns = Window(kernel, dilation=dilation).extent
    vertical, horizontal = st.integers(0, rows - 1), st.integers(0, columns - 1)
    padding = draw(st.tuples(vertical, vertical, horizontal, horizontal))
    return Window(kernel, strides, padding, dilation)


def check(module: ModuleOp, seed: int) -> None:
    """Compares the interpreter with the reference on random inputs."""
    inputs = build_random_inputs(find_model(module), seed)
    (found,), (expected,) = run_module(module, inputs), compute_model(module, inputs)
    np.testing.assert_array_equal(found, expected)


def run_operation(op: Operation, *args: object) -> np.ndarray:
    interpreter = Interpreter(ModuleOp([]))
    register_implementations(interpreter)
    (result,) = interpreter.run_op(op, args)
    return result


# region Random networks


@given(SEEDS, windows(), ELEMENT, ELEMENT, ELEMENT, FLAVOUR, SMALL, SMALL)
def test_conv2d(
    seed: int,
    window: Window,
    source: str,
    element: str,
    weight: str,
    flavour: Flavour,
    channels: int,
    filters: int,
):
    builder = NetworkBuilder((5, 6, channels), source, seed)
    check(builder.conv2d(filters, window, element, weight, flavour).build(), seed)


@given(SEEDS, windows(), ELEMENT, ELEMENT, ELEMENT, FLAVOUR, SMALL, SMALL)
def test_depthwise_conv2d(
    seed: int,
    window: Window,
    source: str,
    element: str,
    weight: str,
    flavour: Flavour,
    channels: int,
    multiplier: int,
):
    builder = NetworkBuilder((6, 5, channels), source, seed)
    builder.depthwise_conv2d(window, element, weight, flavour, multiplier)
    check(builder.build(), seed)


@given(SEEDS, ELEMENT, ELEMENT, ELEMENT, FLAVOUR, st.integers(1, 40), st.integers(1, 9))
def test_fully_connected(
    seed: int,
    source: str,
    element: str,
    weight: str,
    flavour: Flavour,
    inputs: int,
    outputs: int,
):
    builder = NetworkBuilder((inputs,), source, seed)
    check(builder.fully_connected(outputs, element, weight, flavour).build(), seed)


@given(SEEDS, windows(dilations=1), ELEMENT, SMALL)
def test_pools(seed: int, window: Window, element: str, channels: int):
    check(NetworkBuilder((5, 6, channels), element, seed).max_pool2d(window).build(), seed)
    check(NetworkBuilder((5, 6, channels), element, seed).avg_pool2d(window).build(), seed)


@settings(max_examples=40)
@given(SEEDS, st.tuples(ELEMENT, ELEMENT, ELEMENT), ELEMENT, FLAVOUR)
def test_whole_network(seed: int, elements: tuple[str, str, str], weight: str, flavour: Flavour):
    builder = NetworkBuilder((6, 5, 3), elements[0], seed)
    builder.conv2d(5, Window((3, 3), (2, 1), (1, 1, 1, 1)), elements[1], weight, flavour)
    shortcut = builder.value
    builder.depthwise_conv2d(Window((3, 3), padding=(1, 1, 1, 1)), elements[2], weight, flavour)
    builder.add(shortcut, elements[1], flavour).avg_pool2d(Window((3, 2)))
    check(builder.fully_connected(4, elements[0], weight, flavour).build(), seed)


@settings(max_examples=25)
@given(SEEDS)
def test_layers_without_weights(seed: int):
    check(build_simple_network(seed), seed)


@given(SEEDS, windows(dilations=1), ELEMENT, ELEMENT, FLAVOUR, SMALL)
def test_means(
    seed: int, window: Window, source: str, element: str, flavour: Flavour, channels: int
):
    builder = NetworkBuilder((5, 6, channels), source, seed)
    check(builder.mean2d(window, element, flavour).build(), seed)


@given(SEEDS, windows(), ELEMENT)
@settings(max_examples=40)
def test_pad_value(seed: int, window: Window, source: str):
    """0, which counts as false in Python, must not pass for an absent pad value."""
    for pad_value in build_type((1,), source).element_range:
        module = NetworkBuilder((5, 5, 2), source, seed).conv2d(2, window).build()
        for op in module.walk():
            if isinstance(op, WindowedContractionOperation):
                op.pad_value = IntegerAttr(pad_value, i32)
        check(module, seed)


# endregion
# region Single operations


def test_average_rounds_half_away_from_zero():
    source = create_ssa_value(build_type((1, 2, 4), "s8"))
    op = AvgPool2dOp(source, build_type((1, 1, 4), "s8"), window=Window((1, 2)))
    values = np.array([[[1, -1, 3, -128], [2, -2, 3, -127]]], np.int32)
    np.testing.assert_array_equal(run_operation(op, values), [[[2, -2, 3, -128]]])


def test_average_counts_positions_inside():
    source = create_ssa_value(build_type((2, 2, 1), "u8"))
    window = Window((2, 2), (1, 1), (1, 0, 1, 0))
    op = AvgPool2dOp(source, build_type((2, 2, 1), "u8"), window=window)
    values = np.array([[[10], [20]], [[31], [40]]], np.int32)
    np.testing.assert_array_equal(run_operation(op, values)[..., 0], [[10, 15], [21, 25]])


@pytest.mark.parametrize("zero", [-3, 0, 2])
def test_average_rounds_half_to_even(zero: int):
    """What is even is the difference from the zero point; in loops as in one step."""
    source = create_ssa_value(build_type((2, 2, 256), "s8"))
    type_ = build_type((1, 1, 256), "s8")
    op = AvgPool2dOp(source, type_, window=Window((2, 2)), input_zero=zero, to_even=True)
    values = np.full((2, 2, 256), -128, np.int32)
    values[0, 0] = np.arange(-128, 128)
    values[1] = np.arange(-128, 128) // 3
    expected = np.array([round(Fraction(total, 4)) for total in (values - zero).sum((0, 1))]) + zero
    np.testing.assert_array_equal(run_operation(op, values)[0, 0], expected)


def test_sums_of_few_terms_are_made_comparable():
    """Half of the average: 36 terms, times 2^31 / 72 / 2^31, rounded down."""
    source = create_ssa_value(build_type((3, 3, 1), "u8"))
    requant = IcnAttr([(1 << 31) // 72 + 1], [-1], 0)
    op = AvgPool2dOp(
        source,
        build_type((3, 3, 1), "u8"),
        window=Window((3, 3), padding=(1, 1, 1, 1)),
        terms=36,
        requant=requant,
    )
    values = np.arange(9, dtype=np.int32).reshape(3, 3, 1) * 20
    # Averages 40 50 60, 70 80 90, 100 110 120 of each window's 4, 6 or 9 positions.
    expected = [[20, 25, 30], [35, 40, 45], [50, 55, 60]]
    np.testing.assert_array_equal(run_operation(op, values)[..., 0], expected)


def test_overflowing_accumulator_is_refused():
    op = AddOp(
        create_ssa_value(build_type((1,), "u8")),
        create_ssa_value(build_type((1,), "u8")),
        build_type((1,), "u8"),
        requant=IcnAttr([1], [0]),
        multipliers=(2**30, 2**30),
    )
    with pytest.raises(InterpretationError, match=r"accumulator in .* overflows 32 bits"):
        run_operation(op, np.array([1], np.int32), np.array([1], np.int32))


def test_overflowing_left_shift_is_refused():
    op = FullyConnectedOp(
        create_ssa_value(build_type((1,), "u8")),
        create_ssa_value(build_type((1, 1), "u8")),
        build_type((1,), "u8"),
        bias=[0],
        requant=IcnAttr([1], [-20]),
    )
    with pytest.raises(InterpretationError, match=r"shifted left in .* overflows 32 bits"):
        run_operation(op, np.array([255], np.int32), np.array([[255]], np.int32))


def test_layer_of_benchmark_size_is_quick():
    builder = NetworkBuilder((16, 16, 32), "u8", 0)
    module = builder.conv2d(64, Window((3, 3), padding=(1, 1, 1, 1)), "u4", "s4").build()
    inputs = build_random_inputs(find_model(module), 0)
    # Time of this process alone: other work on the machine does not count.
    start = time.process_time()
    run_module(module, inputs)
    assert time.process_time() - start < 2


# endregion
