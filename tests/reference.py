"""Level 2 of the cmix dialect once more, as loops over Python integers written from the formulas.

Slow, and shares no code with the package but the definitions of operations and attributes, of which
it reads the fields. Tests compare everything else with it.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import IntAttr, ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Operation, SSAValue

from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.elementwise import LookupOp, MulOp
from cmixdsl.dialects.cmix.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr
from cmixdsl.dialects.cmix.movement import ConcatOp, PadOp, TransposeOp
from cmixdsl.dialects.cmix.pooling import AvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.cmix.requantization import (
    FixedPointAttr,
    IcnAttr,
    RequantizationAttr,
    ThresholdsAttr,
)
from cmixdsl.dialects.cmix.rescale import RescaleAttr
from cmixdsl.dialects.cmix.simple_layers import AddOp, ReshapeOp
from cmixdsl.dialects.cmix.softmax import SoftmaxOp
from cmixdsl.dialects.cmix.types import PackedType

Array = npt.NDArray[Any]

# region Requantization


def get_channel_value(values: Sequence[int], channel: int) -> int:
    return values[channel] if len(values) > 1 else values[0]


def apply_icn(acc: int, m0: int, n0: int, zero: int) -> int:
    return ((acc << max(-n0, 0)) * m0 // 2**32) // 2 ** max(n0, 0) + zero


def apply_fixed_point(acc: int, multiplier: int, shift: int, zero: int) -> int:
    """With the branches and the truncating division of the original in TensorFlow Lite."""
    wide = acc * 2 ** max(shift, 0) * multiplier
    nudge = 2**30 if wide >= 0 else 1 - 2**30
    quotient = abs(wide + nudge) // 2**31
    high = quotient if wide + nudge >= 0 else -quotient
    exponent = max(-shift, 0)
    mask = 2**exponent - 1
    remainder = high & mask
    threshold = mask // 2 + (1 if high < 0 else 0)
    return (high >> exponent) + (1 if remainder > threshold else 0) + zero


def apply_linear(acc: int, requant: LinearAttr, channel: int) -> int:
    left, multiplier, offset, right = (
        get_channel_value(values.get_values(), channel)
        for values in (requant.left, requant.multiplier, requant.offset, requant.right)
    )
    product = acc * 2**left * multiplier
    if requant.product.data == "high":
        product = product // 2**32
    elif requant.product.data == "rounded":
        product = (product + 2**31) // 2**32
        product -= 1 if product < 0 else 0
    assert -(2**31) <= product + offset < 2**31
    return (product + offset) // 2**right


def apply_requantization(
    acc: int, channel: int, requant: RequantizationAttr, type_: PackedType
) -> int:
    assert -(2**31) <= acc < 2**31
    sign_bit = 2 ** (type_.bits - 1) if type_.is_signed else 0
    low, high = -sign_bit, 2**type_.bits - 1 - sign_bit
    match requant:
        case IcnAttr():
            m0 = get_channel_value(requant.m0.get_values(), channel)
            n0 = get_channel_value(requant.n0.get_values(), channel)
            result = apply_icn(acc, m0, n0, requant.zero.data)
            low = requant.min.data if isinstance(requant.min, IntAttr) else low
            high = requant.max.data if isinstance(requant.max, IntAttr) else high
        case ThresholdsAttr():
            rows = requant.get_rows()
            row = rows[channel] if len(rows) > 1 else rows[0]
            return low + sum(acc > threshold for threshold in row)
        case FixedPointAttr():
            multiplier = get_channel_value(requant.multiplier.get_values(), channel)
            shift = get_channel_value(requant.shift.get_values(), channel)
            result = apply_fixed_point(acc, multiplier, shift, requant.zero.data)
            low, high = requant.min.data, requant.max.data
        case LinearAttr():
            result = apply_linear(acc, requant, channel)
            low, high = requant.min.data, requant.max.data
        case _:
            raise AssertionError(f"unknown requantization {requant}")
    return min(max(result, low), high)


# endregion
# region Layers


def get_taps(
    op: Conv2dOp | DepthwiseConv2dOp | MaxPool2dOp | AvgPool2dOp,
    kernel: Sequence[int],
    dilation: Sequence[int],
    y: int,
    x: int,
) -> Iterator[tuple[int, int, int, int]]:
    """Row and column in the kernel, row and column in the input (maybe outside), of one window."""
    top, _, left, _ = op.padding.get_values()
    stride_y, stride_x = op.strides.get_values()
    for i, j in product(range(kernel[0]), range(kernel[1])):
        yield i, j, y * stride_y + i * dilation[0] - top, x * stride_x + j * dilation[1] - left


def read(inputs: Array, row: int, column: int, channel: int, outside: int | None) -> int | None:
    if 0 <= row < inputs.shape[0] and 0 <= column < inputs.shape[1]:
        return int(inputs[row, column, channel])
    return outside


def accumulate(
    op: ContractionOperation, inputs: Array, filters: Array, index: Sequence[int]
) -> int:
    """The accumulator of the output element at an index."""
    channel = index[-1]
    acc = op.bias.get_values()[channel]
    input_zero = op.input_zero.value.data
    filter_zero = get_channel_value(op.filter_zero.get_values(), channel)
    if isinstance(op, FullyConnectedOp):
        for k in range(inputs.shape[0]):
            acc += (int(inputs[k]) - input_zero) * (int(filters[channel, k]) - filter_zero)
        return acc
    assert isinstance(op, Conv2dOp | DepthwiseConv2dOp)
    pad = input_zero if op.pad_value is None else op.pad_value.value.data
    is_depthwise = isinstance(op, DepthwiseConv2dOp)
    kernel = filters.shape[:2] if is_depthwise else filters.shape[1:3]
    per_input = filters.shape[2] // inputs.shape[2] if is_depthwise else 0
    channels = [channel // per_input] if is_depthwise else range(inputs.shape[2])
    for i, j, row, column in get_taps(op, kernel, op.dilation.get_values(), index[0], index[1]):
        for c in channels:
            value = read(inputs, row, column, c, pad)
            assert value is not None
            weight = filters[i, j, channel] if is_depthwise else filters[channel, i, j, c]
            acc += (value - input_zero) * (int(weight) - filter_zero)
    return acc


def pool(op: MaxPool2dOp | AvgPool2dOp, inputs: Array, index: Sequence[int]) -> int:
    y, x, channel = index
    taps = get_taps(op, op.kernel.get_values(), (1, 1), y, x)
    found = [read(inputs, row, column, channel, None) for _, _, row, column in taps]
    values = [value for value in found if value is not None]
    if isinstance(op, MaxPool2dOp):
        return max(values)
    total, count = sum(values), len(values)
    if op.requant is not None:
        acc = total - count * op.input_zero.value.data
        return apply_requantization(acc, channel, op.requant, op.output_type)
    rounded = (abs(total) + count // 2) // count
    return rounded if total >= 0 else -rounded


def center(op: AddOp | MulOp, args: Sequence[Array], index: Sequence[int]) -> tuple[int, int]:
    """Both elements less their zero points; a small right operand is spread as numpy does."""
    left, right = args
    if right.shape != left.shape:
        right = np.broadcast_to(right.reshape(right.shape[-1:]), left.shape)
    position = tuple(index)
    return (
        int(left[position]) - op.lhs_zero.value.data,
        int(right[position]) - op.rhs_zero.value.data,
    )


def apply_factor(value: int, multiplier: int, rescale: RescaleAttr | None) -> int:
    if rescale is None:
        return value * multiplier
    factor = rescale.multiplier.data
    wide = value * 2**rescale.left_shift.data
    scaled = apply_fixed_point(wide, abs(factor), rescale.shift.data, 0)
    return scaled if factor > 0 else -scaled


def add(op: AddOp, args: Sequence[Array], index: tuple[int, ...]) -> int:
    left, right = center(op, args, index)
    acc = apply_factor(left, op.lhs_multiplier.value.data, op.lhs_rescale)
    acc += apply_factor(right, op.rhs_multiplier.value.data, op.rhs_rescale)
    return apply_requantization(acc, index[-1], op.requant, op.output_type)


def mul(op: MulOp, args: Sequence[Array], index: tuple[int, ...]) -> int:
    left, right = center(op, args, index)
    return apply_requantization(left * right, index[-1], op.requant, op.output_type)


def look_up(op: LookupOp, element: int) -> int:
    low = -(2 ** (op.input_type.bits - 1)) if op.input_type.is_signed else 0
    return op.table.get_values()[element - low]


def concatenate(op: ConcatOp, args: Sequence[Array], index: tuple[int, ...]) -> int:
    axis, position = op.axis.value.data, list(index)
    for array in args:
        if position[axis] < array.shape[axis]:
            return int(array[tuple(position)])
        position[axis] -= array.shape[axis]
    raise AssertionError(f"no input has the element {index}")


def pad(op: PadOp, inputs: Array, index: tuple[int, ...]) -> int:
    position = [i - low for i, low in zip(index, op.low.get_values(), strict=True)]
    if all(0 <= i < size for i, size in zip(position, inputs.shape, strict=True)):
        return int(inputs[tuple(position)])
    return op.value.value.data


def transpose(op: TransposeOp, inputs: Array, index: tuple[int, ...]) -> int:
    position = [0] * len(index)
    for i, dimension in zip(index, op.permutation.get_values(), strict=True):
        position[dimension] = i
    return int(inputs[tuple(position)])


def decode_constant(op: ConstantOp) -> Array:
    """The elements of a constant, bit by bit from its bytes."""
    *outer, columns = op.type.get_shape()
    bits = op.type.bits
    row_bytes = (columns * bits + 7) // 8
    data = op.value.data.data
    elements: list[int] = []
    for start in range(0, len(data), row_bytes):
        row = int.from_bytes(data[start : start + row_bytes], "little")
        for column in range(columns):
            element = row >> column * bits & 2**bits - 1
            is_negative = op.type.is_signed and element >= 2 ** (bits - 1)
            elements.append(element - 2**bits if is_negative else element)
    return np.array(elements).reshape(*outer, columns)


def compute_element(op: Operation, args: Sequence[Array], index: tuple[int, ...]) -> int:
    match op:
        case ContractionOperation():
            acc = accumulate(op, args[0], args[1], index)
            return apply_requantization(acc, index[-1], op.requant, op.output_type)
        case MaxPool2dOp() | AvgPool2dOp():
            return pool(op, args[0], index)
        case AddOp():
            return add(op, args, index)
        case MulOp():
            return mul(op, args, index)
        case LookupOp():
            return look_up(op, int(args[0][index]))
        case ConcatOp():
            return concatenate(op, args, index)
        case PadOp():
            return pad(op, args[0], index)
        case TransposeOp():
            return transpose(op, args[0], index)
        case _:
            raise AssertionError(f"unknown operation {op.name}")


# endregion
# region Softmax, after gemmlowp's fixedpoint.h and TensorFlow Lite's reference kernel


def multiply_high(left: int, right: int) -> int:
    """SaturatingRoundingDoublingHighMul, with its nudge and its truncating division."""
    product = left * right
    nudged = product + (2**30 if product >= 0 else 1 - 2**30)
    return nudged // 2**31 if nudged >= 0 else -(-nudged // 2**31)


def divide_by_power(value: int, exponent: int) -> int:
    """RoundingDivideByPOT."""
    mask = 2**exponent - 1
    threshold = mask // 2 + (1 if value < 0 else 0)
    return (value >> exponent) + (1 if value & mask > threshold else 0)


def exponential(value: int) -> int:
    """exp_on_negative_values of a number with 26 bits behind the point."""
    if value == 0:
        return 2**31 - 1
    rest = value % 2**24 - 2**24
    x = rest * 2**5 + 2**28
    x2 = multiply_high(x, x)
    x3, x4 = multiply_high(x2, x), multiply_high(x2, x2)
    tail = divide_by_power(multiply_high(divide_by_power(x4, 2) + x3, 715827883) + x2, 1)
    result = 1895147668 + multiply_high(1895147668, x + tail)
    factors = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
    for position, factor in enumerate(factors):
        if (rest - value) >> (24 + position) & 1:
            result = multiply_high(result, factor)
    return result


def reciprocal(total: int) -> tuple[int, int]:
    """GetReciprocal of a number with 19 bits behind the point."""
    zeros = 32 - total.bit_length()
    half = (total * 2**zeros - 2**31 + 2**31 - 1 + 1) // 2
    x = 1515870810 + multiply_high(half, -1010580540)
    for _ in range(3):
        x += 4 * multiply_high(x, 2**29 - multiply_high(half, x))
    return min(2 * x, 2**31 - 1), 12 - zeros


def softmax(op: SoftmaxOp, row: list[int]) -> list[int]:
    multiplier, left = op.multiplier.value.data, op.left_shift.value.data
    least = -(31 * 2**26 // 2**left)
    differences = [element - max(row) for element in row]
    powers = [
        exponential(multiply_high(d * 2**left, multiplier)) if d >= least else 0
        for d in differences
    ]
    scale, shift = reciprocal(sum(divide_by_power(power, 12) for power in powers))
    if op.requant is not None:
        shares = [multiply_high(scale, power) // 2**shift for power in powers]
        return [apply_requantization(share, 0, op.requant, op.output_type) for share in shares]
    bits, signed = op.output_type.bits, op.output_type.is_signed
    shares = [divide_by_power(multiply_high(scale, power), shift + 31 - bits) for power in powers]
    return [min(share, 2**bits - 1) - (2 ** (bits - 1) if signed else 0) for share in shares]


# endregion


def compute_layer(op: Operation, *args: Array) -> Array:
    """The output elements of one operation of level 2, given its operands' elements."""
    if isinstance(op, ConstantOp):
        return decode_constant(op)
    type_ = op.results[0].type
    assert isinstance(type_, PackedType)
    shape = type_.get_shape()
    if isinstance(op, SoftmaxOp):
        rows = args[0].reshape(-1, shape[-1]).tolist()
        return np.array([softmax(op, row) for row in rows]).reshape(shape)
    if isinstance(op, ReshapeOp):
        return np.array(args[0].flatten().tolist()).reshape(shape)
    indices = product(*map(range, shape))
    elements = [compute_element(op, args, index) for index in indices]
    return np.array(elements).reshape(shape)


def compute_model(module: ModuleOp, inputs: Sequence[Array]) -> list[Array]:
    """The outputs of a module of level 2 that has one function."""
    (function,) = (op for op in module.ops if isinstance(op, FuncOp))
    values: dict[SSAValue, Array] = dict(zip(function.args, inputs, strict=True))
    for op in function.body.block.ops:
        args = [values[operand] for operand in op.operands]
        if isinstance(op, ReturnOp):
            return args
        values[op.results[0]] = compute_layer(op, *args)
    raise AssertionError("a function must return")
