"""Chooses how outputs are quantized that a network leaves real, as Brevitas does by default."""

from collections.abc import Callable
from math import prod

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp

from cmixdsl.dialects.qnn.functions import QuantizeOp
from cmixdsl.dialects.qnn.layers import LayerOperation
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.pooling import Pool2dOperation
from cmixdsl.dialects.qnn.tensors import build_tensor_type, get_quantization, get_shape
from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.graph_model import draw_argument, find_graph_model

SAMPLES = 8
MARGIN = 1.5
"""Real inputs may reach further than random ones."""
MOST_WORK = 1 << 28
"""Multiplications; a larger network would take minutes to run."""


def quantize_real_outputs(module: ModuleOp, on_note: Callable[[str], None]) -> None:
    """Gives real outputs signed 8 bits that hold what random inputs of a fixed seed produce.

    Raises CmixError when the network is too large to be run for that.
    """
    function = find_graph_model(module).function
    terminator = function.body.block.last_op
    assert isinstance(terminator, ReturnOp)
    real = [i for i, value in enumerate(terminator.operands) if get_quantization(value) is None]
    if not real:
        return
    if _count_work(function) > MOST_WORK:
        raise CmixError(
            "expected quantized outputs of so large a network, found real numbers: quantize them, "
            "or give --output-type 'i8:f32, 0.1'"
        )
    generator = np.random.default_rng(0)
    arguments = function.body.block.args
    runs = [
        run_module(module, [draw_argument(generator, a) for a in arguments]) for _ in range(SAMPLES)
    ]
    for index in real:
        largest = max(float(np.abs(run[index]).max()) for run in runs)
        type_ = UniformType(8, True, [float(np.float32(MARGIN * (largest or 1.0) / 127))], [0])
        value = terminator.operands[index]
        op = QuantizeOp(value, build_tensor_type(get_shape(value), type_))
        op.output.name_hint = value.name_hint
        function.body.block.insert_op_before(op, terminator)
        terminator.operands[index] = op.output
        on_note(
            f"output {index} is not quantized: random inputs suggest signed 8 bits of scale "
            f"{type_.scales[0]:.6g} (--output-type says better)"
        )
    function.update_function_type()


def _count_work(function: FuncOp) -> int:
    """About how many multiplications one run takes."""
    work = 0
    for op in function.body.block.ops:
        if isinstance(op, QnnOperation):
            taps = (
                prod(get_shape(op.filter)) // op.channels if isinstance(op, LayerOperation) else 1
            )
            kernel = prod(op.window.kernel) if isinstance(op, Pool2dOperation) else 1
            work += prod(get_shape(op.output)) * taps * kernel
    return work
