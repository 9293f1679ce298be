"""The table of operators: what imports each, from which documentation is generated too."""

from collections.abc import Mapping
from types import MappingProxyType

from cmixdsl.frontends.onnx.generation import IrGen
from cmixdsl.frontends.onnx.graph import Node
from cmixdsl.frontends.onnx.integer_operators import MICROSOFT
from cmixdsl.frontends.onnx.ir_gen_elementwise import (
    ir_gen_add,
    ir_gen_batch_normalization,
    ir_gen_clip,
    ir_gen_div,
    ir_gen_mul,
    ir_gen_neg,
    ir_gen_relu,
    ir_gen_sigmoid,
    ir_gen_softmax,
    ir_gen_sub,
    ir_gen_tanh,
)
from cmixdsl.frontends.onnx.ir_gen_layers import ir_gen_conv, ir_gen_gemm, ir_gen_mat_mul
from cmixdsl.frontends.onnx.ir_gen_movement import ir_gen_concat, ir_gen_depth_to_space, ir_gen_pad
from cmixdsl.frontends.onnx.ir_gen_pooling import (
    ir_gen_average_pool,
    ir_gen_global_average_pool,
    ir_gen_global_max_pool,
    ir_gen_max_pool,
    ir_gen_reduce_mean,
)
from cmixdsl.frontends.onnx.ir_gen_quantization import (
    ir_gen_bipolar_quant,
    ir_gen_dequantize_linear,
    ir_gen_quant,
    ir_gen_quantize_linear,
    ir_gen_trunc,
)
from cmixdsl.frontends.onnx.ir_gen_shapes import (
    ir_gen_cast,
    ir_gen_flatten,
    ir_gen_identity,
    ir_gen_reshape,
    ir_gen_squeeze,
    ir_gen_transpose,
    ir_gen_unsqueeze,
)

QONNX_DOMAINS = ("qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general")
OWN_OPERATORS: Mapping[str, IrGen] = MappingProxyType(
    {
        "Add": ir_gen_add,
        "AveragePool": ir_gen_average_pool,
        "BatchNormalization": ir_gen_batch_normalization,
        "Cast": ir_gen_cast,
        "Clip": ir_gen_clip,
        "Concat": ir_gen_concat,
        "Conv": ir_gen_conv,
        "DepthToSpace": ir_gen_depth_to_space,
        "DequantizeLinear": ir_gen_dequantize_linear,
        "Div": ir_gen_div,
        "Dropout": ir_gen_identity,
        "Flatten": ir_gen_flatten,
        "Gemm": ir_gen_gemm,
        "GlobalAveragePool": ir_gen_global_average_pool,
        "GlobalMaxPool": ir_gen_global_max_pool,
        "Identity": ir_gen_identity,
        "MatMul": ir_gen_mat_mul,
        "MaxPool": ir_gen_max_pool,
        "Mul": ir_gen_mul,
        "Neg": ir_gen_neg,
        "Pad": ir_gen_pad,
        "QuantizeLinear": ir_gen_quantize_linear,
        "ReduceMean": ir_gen_reduce_mean,
        "Relu": ir_gen_relu,
        "Reshape": ir_gen_reshape,
        "Sigmoid": ir_gen_sigmoid,
        "Softmax": ir_gen_softmax,
        "Squeeze": ir_gen_squeeze,
        "Sub": ir_gen_sub,
        "Tanh": ir_gen_tanh,
        "Transpose": ir_gen_transpose,
        "Unsqueeze": ir_gen_unsqueeze,
    }
)
"""ONNX's own, on tensors that depend on the network's input; `constant_folding` has the others."""
QONNX_OPERATORS: Mapping[str, IrGen] = MappingProxyType(
    {
        "BipolarQuant": ir_gen_bipolar_quant,
        "IntQuant": ir_gen_quant,
        "Quant": ir_gen_quant,
        "Trunc": ir_gen_trunc,
    }
)
MICROSOFT_OPERATORS: Mapping[str, IrGen] = MappingProxyType(
    {
        "DequantizeLinear": ir_gen_dequantize_linear,
        "QuantizeLinear": ir_gen_quantize_linear,
    }
)
ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "ArgMax": "end the network before it and take the largest output in your program",
        "ConvTranspose": "use DepthToSpace after a Conv instead",
        "DynamicQuantizeLinear": "quantize statically, with calibration",
        "ConvInteger": "quantize statically, with calibration",
        "MatMulInteger": "quantize statically, with calibration",
        "LeakyRelu": "train with Relu instead",
        "PRelu": "train with Relu instead",
        "HardSwish": "train with Relu or Relu6 instead",
        "Gelu": "train with Relu or Relu6 instead",
        "TopK": "end the network before it and take the largest outputs in your program",
        "FloatQuant": "quantize to integers",
    }
)
"""What to do about operators that are often met; for others, see `DEFAULT_ADVICE`."""
DEFAULT_ADVICE = "replace it by supported operators (docs/frontends.md lists them)"


def find_operator(node: Node) -> IrGen | None:
    """What imports `node`, None for operators that are not supported."""
    if node.domain in QONNX_DOMAINS:
        return QONNX_OPERATORS.get(node.op)
    if node.domain == MICROSOFT:
        return MICROSOFT_OPERATORS.get(node.op)
    return OWN_OPERATORS.get(node.op) if not node.domain else None
