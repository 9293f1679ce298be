"""The operators that are imported: what each must be like, and what it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xdsl.ir import SSAValue

from cmixdsl.frontends.tflite import convert_elementwise as elementwise
from cmixdsl.frontends.tflite import convert_layers as layers
from cmixdsl.frontends.tflite import convert_pooling as pooling
from cmixdsl.frontends.tflite import convert_shapes as shapes
from cmixdsl.frontends.tflite.checks import LayerCheck
from cmixdsl.frontends.tflite.layer import LayerGen


@dataclass(frozen=True)
class Conversion:
    """How one kind of operator is imported; docstrings of both functions make the documentation."""

    check: Callable[[LayerCheck], None]
    """Notes what stands against it; its docstring says what is supported."""
    ir_gen: Callable[[LayerGen], SSAValue]
    """Builds it, after the check; its docstring says what of."""


CONVERSIONS: Mapping[str, Conversion] = {
    "ADD": Conversion(elementwise.check_binary, elementwise.ir_gen_add),
    "AVERAGE_POOL_2D": Conversion(pooling.check_pool2d, pooling.ir_gen_average_pool2d),
    "CONCATENATION": Conversion(shapes.check_concatenation, shapes.ir_gen_concatenation),
    "CONV_2D": Conversion(layers.check_conv2d, layers.ir_gen_conv2d),
    "DEPTHWISE_CONV_2D": Conversion(layers.check_depthwise_conv2d, layers.ir_gen_depthwise_conv2d),
    "DEQUANTIZE": Conversion(elementwise.check_dequantize, elementwise.ir_gen_dequantize),
    "FULLY_CONNECTED": Conversion(layers.check_fully_connected, layers.ir_gen_fully_connected),
    "LOGISTIC": Conversion(elementwise.check_logistic, elementwise.ir_gen_logistic),
    "MAX_POOL_2D": Conversion(pooling.check_pool2d, pooling.ir_gen_max_pool2d),
    "MEAN": Conversion(pooling.check_mean, pooling.ir_gen_mean),
    "MUL": Conversion(elementwise.check_binary, elementwise.ir_gen_mul),
    "PAD": Conversion(shapes.check_pad, shapes.ir_gen_pad),
    "QUANTIZE": Conversion(elementwise.check_quantize, elementwise.ir_gen_quantize),
    "RELU": Conversion(elementwise.check_relu, elementwise.ir_gen_relu),
    "RELU6": Conversion(elementwise.check_relu6, elementwise.ir_gen_relu6),
    "RESHAPE": Conversion(shapes.check_reshape, shapes.ir_gen_reshape),
    "SOFTMAX": Conversion(elementwise.check_softmax, elementwise.ir_gen_softmax),
    "SUB": Conversion(elementwise.check_binary, elementwise.ir_gen_sub),
    "TANH": Conversion(elementwise.check_tanh, elementwise.ir_gen_tanh),
    "TRANSPOSE": Conversion(shapes.check_transpose, shapes.ir_gen_transpose),
}
"""Kind of operator, as the schema calls it, to its conversion."""
