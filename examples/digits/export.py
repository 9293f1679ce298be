"""Writes an integer network as a module of the `cmix` dialect, weights inside."""

from io import StringIO
from pathlib import Path

import numpy as np
from xdsl.builder import Builder
from xdsl.dialects.builtin import IntegerType, ModuleOp, Signedness, i16, i32
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue
from xdsl.printer import Printer
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.cmix.pooling import AvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.cmix.requantization import (
    FixedPointAttr,
    IcnAttr,
    RequantizationAttr,
    ThresholdsAttr,
)
from cmixdsl.dialects.cmix.simple_layers import ReshapeOp
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.dialects.cmix.window import Window
from examples.digits.integer_network import (
    Element,
    FixedPoint,
    Icn,
    IntegerNetwork,
    Integers,
    Pool,
    Thresholds,
    Weighted,
)

HEADER = """\
// Classifies 8x8 images of handwritten digits, pixels from 0 to 16, into the digits 0 to 9.
// Written by train.py in this folder, which says how to rerun it.
"""


def write_module(network: IntegerNetwork, path: Path) -> None:
    """Writes the network as MLIR text."""
    module = build_module(network)
    module.verify()
    text = StringIO()
    Printer(text).print_op(module)
    path.write_text(f"{HEADER}{text.getvalue()}\n", encoding="utf-8")


def build_module(network: IntegerNetwork) -> ModuleOp:
    """A module of one function, from the image to the last layer's output."""
    input_type = PackedType(network.input_shape, build_element_type(network.input_element))
    block = Block(arg_types=[input_type])
    builder = Builder(InsertPoint.at_end(block))
    x: SSAValue = block.args[0]
    x.name_hint = "image"
    for layer in network.layers:
        x = (
            build_pool(builder, layer, x)
            if isinstance(layer, Pool)
            else build_weighted(builder, layer, x)
        )
        x.name_hint = layer.name
    builder.insert(ReturnOp(x))
    return ModuleOp([FuncOp(network.name, ([input_type], [x.type]), Region(block))])


def build_pool(builder: Builder, pool: Pool, x: SSAValue) -> SSAValue:
    """The output of a pooling."""
    input_type = get_packed_type(x)
    rows, columns, channels = input_type.get_shape()
    size = (pool.size, pool.size)
    shape = (rows // pool.size, columns // pool.size, channels)
    op_class = MaxPool2dOp if pool.op == "max_pool2d" else AvgPool2dOp
    output_type = PackedType(shape, input_type.element_type)
    return builder.insert(op_class(x, output_type, window=Window(size, strides=size))).output


def build_weighted(builder: Builder, layer: Weighted, x: SSAValue) -> SSAValue:
    """The output of a layer with weights."""
    weight = build_weight(builder, layer)
    bias = to_list(layer.bias)
    filter_zero = to_list(layer.z_w if layer.z_w.any() else layer.z_w[:1])
    requant = build_requantization(layer)
    element_type = build_element_type(layer.output_element)
    if layer.op == "fully_connected":
        x = build_flat(builder, x)
        output_type = PackedType(layer.bias.shape, element_type)
        op = FullyConnectedOp(
            x, weight, output_type, bias=bias, requant=requant, filter_zero=filter_zero
        )
        return builder.insert(op).output
    depthwise = layer.op == "depthwise_conv2d"
    op_class = DepthwiseConv2dOp if depthwise else Conv2dOp
    height, width = layer.weight.shape[:2] if depthwise else layer.weight.shape[1:3]
    pad = layer.padding
    window = Window((height, width), padding=(pad, pad, pad, pad))
    rows, columns, _ = get_packed_type(x).get_shape()
    shape = (*window.get_output_size(rows, columns), len(layer.bias))
    op = op_class(
        x,
        weight,
        PackedType(shape, element_type),
        bias=bias,
        requant=requant,
        window=window,
        filter_zero=filter_zero,
    )
    return builder.insert(op).output


def build_weight(builder: Builder, layer: Weighted) -> SSAValue:
    """The constant that holds a layer's weights."""
    type_ = PackedType(layer.weight.shape, build_element_type(layer.weight_element))
    weight = builder.insert(ConstantOp(layer.weight, type_)).result
    weight.name_hint = f"{layer.name}_weight"
    return weight


def build_flat(builder: Builder, x: SSAValue) -> SSAValue:
    """The same tensor with one dimension."""
    flat = builder.insert(ReshapeOp(x, [get_packed_type(x).get_num_elements()])).output
    flat.name_hint = "flat"
    return flat


def build_requantization(layer: Weighted) -> RequantizationAttr:
    """The attribute for a layer's requantization."""
    element = layer.output_element
    match layer.requantization:
        case Icn(m0, n0):
            return IcnAttr(to_list(m0), to_list(n0))
        case Thresholds(thresholds):
            bounds = np.iinfo(np.int16)
            fits = bounds.min <= thresholds.min() and thresholds.max() <= bounds.max
            return ThresholdsAttr([to_list(row) for row in thresholds], i16 if fits else i32)
        case FixedPoint(mult, shift):
            return FixedPointAttr(to_list(mult), to_list(shift), 0, element.low, element.high)


def build_element_type(element: Element) -> IntegerType:
    """The MLIR type of an element, such as ui4."""
    return IntegerType(element.bits, Signedness.SIGNED if element.signed else Signedness.UNSIGNED)


def get_packed_type(value: SSAValue) -> PackedType:
    """The type of a packed tensor."""
    assert isinstance(value.type, PackedType)
    return value.type


def to_list(values: Integers) -> list[int]:
    """Python integers of a one-dimensional array."""
    return [int(value) for value in values]
