"""Reads the options of operators."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import tflite
from flatbuffers.table import Table

from cmixdsl.frontends.tflite.limits import Malformed
from cmixdsl.frontends.tflite.network import (
    Activation,
    ConcatenationOptions,
    FullyConnectedOptions,
    FusedOptions,
    Options,
    Padding,
    SoftmaxOptions,
    WindowOptions,
)

ACTIVATIONS: tuple[Activation, ...] = (
    "NONE",
    "RELU",
    "RELU_N1_TO_1",
    "RELU6",
    "TANH",
    "SIGN_BIT",
)
"""In the order of the schema."""
PADDINGS: tuple[Padding, ...] = ("SAME", "VALID")
"""In the order of the schema."""

ParseOptions: TypeAlias = Callable[[Table], Options]


def parse_options(operator: tflite.Operator, kind: str) -> Options:
    """The options of an operator; None for kinds that have none of interest.

    Raises Malformed when options are missing, or of another kind of operator.
    """
    if kind not in PARSERS:
        return None
    name, parse = PARSERS[kind]
    table = operator.BuiltinOptions()
    number = vars(tflite.BuiltinOptions)[name]
    if table is None or operator.BuiltinOptionsType() != number:
        raise Malformed(f"a {kind} must have {name}")
    return parse(table)


def _parse_conv2d(table: Table) -> WindowOptions:
    return _parse_convolution(table, tflite.Conv2DOptions())


def _parse_depthwise_conv2d(table: Table) -> WindowOptions:
    return _parse_convolution(table, tflite.DepthwiseConv2DOptions())


def _parse_convolution(table: Table, options: tflite.Conv2DOptions) -> WindowOptions:
    options.Init(table.Bytes, table.Pos)
    return WindowOptions(
        padding=_get_padding(options.Padding()),
        strides=_get_pair("strides", options.StrideH(), options.StrideW()),
        activation=_get_activation(options.FusedActivationFunction()),
        dilation=_get_pair("dilation", options.DilationHFactor(), options.DilationWFactor()),
    )


def _parse_pool2d(table: Table) -> WindowOptions:
    options = tflite.Pool2DOptions()
    options.Init(table.Bytes, table.Pos)
    return WindowOptions(
        padding=_get_padding(options.Padding()),
        strides=_get_pair("strides", options.StrideH(), options.StrideW()),
        activation=_get_activation(options.FusedActivationFunction()),
        kernel=_get_pair("kernel", options.FilterHeight(), options.FilterWidth()),
    )


def _parse_fully_connected(table: Table) -> FullyConnectedOptions:
    options = tflite.FullyConnectedOptions()
    options.Init(table.Bytes, table.Pos)
    return FullyConnectedOptions(
        activation=_get_activation(options.FusedActivationFunction()),
        is_shuffled=options.WeightsFormat() != 0,
    )


def _parse_add(table: Table) -> FusedOptions:
    return _parse_fused(table, tflite.AddOptions())


def _parse_sub(table: Table) -> FusedOptions:
    return _parse_fused(table, tflite.SubOptions())


def _parse_mul(table: Table) -> FusedOptions:
    return _parse_fused(table, tflite.MulOptions())


def _parse_fused(
    table: Table, options: tflite.AddOptions | tflite.SubOptions | tflite.MulOptions
) -> FusedOptions:
    options.Init(table.Bytes, table.Pos)
    return FusedOptions(_get_activation(options.FusedActivationFunction()))


def _parse_concatenation(table: Table) -> ConcatenationOptions:
    options = tflite.ConcatenationOptions()
    options.Init(table.Bytes, table.Pos)
    return ConcatenationOptions(
        activation=_get_activation(options.FusedActivationFunction()), axis=options.Axis()
    )


def _parse_softmax(table: Table) -> SoftmaxOptions:
    options = tflite.SoftmaxOptions()
    options.Init(table.Bytes, table.Pos)
    return SoftmaxOptions(options.Beta())


PARSERS: Mapping[str, tuple[str, ParseOptions]] = {
    "ADD": ("AddOptions", _parse_add),
    "AVERAGE_POOL_2D": ("Pool2DOptions", _parse_pool2d),
    "CONCATENATION": ("ConcatenationOptions", _parse_concatenation),
    "CONV_2D": ("Conv2DOptions", _parse_conv2d),
    "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptions", _parse_depthwise_conv2d),
    "FULLY_CONNECTED": ("FullyConnectedOptions", _parse_fully_connected),
    "MAX_POOL_2D": ("Pool2DOptions", _parse_pool2d),
    "MUL": ("MulOptions", _parse_mul),
    "SOFTMAX": ("SoftmaxOptions", _parse_softmax),
    "SUB": ("SubOptions", _parse_sub),
}
"""Kind of operator to the schema's name of its options and what reads them."""


def _get_activation(number: int) -> Activation:
    if not 0 <= number < len(ACTIVATIONS):
        raise Malformed(
            f"expected a fused activation of 0 to {len(ACTIVATIONS) - 1}, found {number}"
        )
    return ACTIVATIONS[number]


def _get_padding(number: int) -> Padding:
    if not 0 <= number < len(PADDINGS):
        raise Malformed(f"expected padding SAME (0) or VALID (1), found {number}")
    return PADDINGS[number]


def _get_pair(what: str, rows: int, columns: int) -> tuple[int, int]:
    if rows < 1 or columns < 1:
        raise Malformed(f"{what} must be at least 1, found {rows} and {columns}")
    return rows, columns
