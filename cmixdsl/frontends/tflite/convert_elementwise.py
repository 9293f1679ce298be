"""What keeps the shape of a tensor: arithmetic of two tensors and functions of one."""

from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.arithmetic import AddOp, BinaryOperation, MulOp, SubOp
from cmixdsl.dialects.qnn.functions import (
    ClampOp,
    DequantizeOp,
    QuantizeOp,
    SigmoidOp,
    SoftmaxOp,
    TanhOp,
)
from cmixdsl.dialects.qnn.tensors import get_shape
from cmixdsl.frontends.tflite.checks import (
    ACTIVATION_TYPES,
    QUANTIZE_AGAIN,
    LayerCheck,
    get_scale_and_zero,
)
from cmixdsl.frontends.tflite.layer import CLAMPS, LayerGen
from cmixdsl.frontends.tflite.network import FusedOptions, SoftmaxOptions

PROBABILITY_SCALE = (1 / 256, -128)
"""Scale and zero point in which the kernels of SOFTMAX and LOGISTIC compute."""
TANH_SCALE = (1 / 128, 0)
"""The same for TANH."""

# region arithmetic


def check_binary(check: LayerCheck) -> None:
    """Shapes are equal, or one operand's can be broadcast to the other's."""
    if not check.check_counts(2):
        return
    for tensor in (check.get_tensor(0), check.get_tensor(1)):
        if tensor.values is None:
            check.check_activation(tensor)
        elif tensor.type not in ACTIVATION_TYPES:
            check.refuse(
                f"expected a constant operand of {' or '.join(ACTIVATION_TYPES)}, found "
                f"{tensor.describe()}",
                QUANTIZE_AGAIN,
            )
        else:
            check.check_scalar_quantization(tensor)
    check.check_activation(check.output)
    check.check_fused(check.get_options(FusedOptions).activation, CLAMPS)


def ir_gen_add(gen: LayerGen) -> SSAValue:
    """`qnn.add`."""
    return _build_binary(gen, AddOp)


def ir_gen_mul(gen: LayerGen) -> SSAValue:
    """`qnn.mul`."""
    return _build_binary(gen, MulOp)


def ir_gen_sub(gen: LayerGen) -> SSAValue:
    """`qnn.sub`."""
    return _build_binary(gen, SubOp)


def _build_binary(gen: LayerGen, kind: type[BinaryOperation]) -> SSAValue:
    lhs, rhs = gen.build_input(0), gen.build_input(1)
    if kind is not SubOp and get_shape(lhs) != gen.output_type.get_shape():
        lhs, rhs = rhs, lhs
    clamp = CLAMPS[gen.get_options(FusedOptions).activation]
    return gen.insert(kind(lhs, rhs, gen.output_type, clamp=clamp)).output


# endregion
# region functions


def check_relu(check: LayerCheck) -> None:
    """Input and output may have different scales."""
    if check.check_counts(1):
        check.check_activation(check.get_tensor(0))
        check.check_activation(check.output)


def check_relu6(check: LayerCheck) -> None:
    """Input and output have the same scale and zero point."""
    if check.check_counts(1):
        check.check_activation(check.get_tensor(0))
        check.check_activation(check.output)
        check.check_same_quantization((check.get_tensor(0), check.output))


def ir_gen_relu(gen: LayerGen) -> SSAValue:
    """`qnn.clamp` to numbers of at least 0."""
    return gen.insert(ClampOp(gen.build_input(0), gen.output_type, minimum=0.0)).output


def ir_gen_relu6(gen: LayerGen) -> SSAValue:
    """`qnn.clamp` to 0 to 6."""
    input = gen.build_input(0)
    return gen.insert(ClampOp(input, gen.output_type, minimum=0.0, maximum=6.0)).output


def check_logistic(check: LayerCheck) -> None:
    """The output has scale 1/256 and zero point -128."""
    _check_function(check, PROBABILITY_SCALE)


def check_tanh(check: LayerCheck) -> None:
    """The output has scale 1/128 and zero point 0."""
    _check_function(check, TANH_SCALE)


def check_softmax(check: LayerCheck) -> None:
    """Over the last dimension; the output has scale 1/256 and zero point -128."""
    _check_function(check, PROBABILITY_SCALE)


def _check_function(check: LayerCheck, output: tuple[float, int]) -> None:
    """The kernel computes in one scale and zero point, whatever the file says."""
    if not check.check_counts(1):
        return
    check.check_activation(check.get_tensor(0))
    check.check_activation(check.output)
    if (found := get_scale_and_zero(check.output)) not in (None, output):
        check.refuse(
            f"expected an output of scale and zero point {output}, found {found}", QUANTIZE_AGAIN
        )


def ir_gen_softmax(gen: LayerGen) -> SSAValue:
    """`qnn.softmax`."""
    beta = gen.get_options(SoftmaxOptions).beta
    return gen.insert(SoftmaxOp(gen.build_input(0), gen.output_type, beta=beta)).output


def ir_gen_logistic(gen: LayerGen) -> SSAValue:
    """`qnn.sigmoid`."""
    return gen.insert(SigmoidOp(gen.build_input(0), gen.output_type)).output


def ir_gen_tanh(gen: LayerGen) -> SSAValue:
    """`qnn.tanh`."""
    return gen.insert(TanhOp(gen.build_input(0), gen.output_type)).output


# endregion
# region quantization


def check_quantize(check: LayerCheck) -> None:
    """From FLOAT32, INT8 or UINT8 to INT8 or UINT8."""
    if check.check_counts(1):
        check.check_activation(check.get_tensor(0), ("FLOAT32", "INT8", "UINT8"))
        check.check_activation(check.output, ("INT8", "UINT8"))


def ir_gen_quantize(gen: LayerGen) -> SSAValue:
    """`qnn.quantize`."""
    return gen.insert(QuantizeOp(gen.build_input(0), gen.output_type)).output


def check_dequantize(check: LayerCheck) -> None:
    """From INT8 or UINT8 to FLOAT32; nothing may compute with the result."""
    if check.check_counts(1):
        check.check_activation(check.get_tensor(0), ("INT8", "UINT8"))
        check.check_activation(check.output, ("FLOAT32",))


def ir_gen_dequantize(gen: LayerGen) -> SSAValue:
    """`qnn.dequantize`."""
    return gen.insert(DequantizeOp(gen.build_input(0))).output


# endregion
