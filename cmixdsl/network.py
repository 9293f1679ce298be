"""Builds networks of level 1 in Python, layer by layer.

Shapes are inferred. The result of every layer is of real numbers, or quantized as `output` says.
Images are height, width, channels, without a batch dimension.
"""

from cmixdsl.network_builder.functions import FunctionMethods
from cmixdsl.network_builder.layers import LayerMethods
from cmixdsl.network_builder.shapes import ShapeMethods


class Network(LayerMethods, FunctionMethods, ShapeMethods):
    """A network in the making; methods append layers and return their results.

    Names of layers end up in the C code; characters that are illegal there become underscores.

    All methods raise CmixError, which names the layer, when operands do not fit.
    """
