"""How far integers are from what the runtime of a file's format computes, layer by layer.

As in `level_comparison` each layer is shown twice: by itself, fed with the runtime's tensors, and
with all before it.
"""

from collections.abc import Sequence

import numpy as np
from xdsl.context import Context
from xdsl.dialects.func import ReturnOp
from xdsl.interpreter import Interpreter
from xdsl.ir import Block, BlockArgument, SSAValue

from cmixdsl.dialects.cmix.types import get_packed_type
from cmixdsl.frontends.reference import LayerReference
from cmixdsl.interpreters.registry import register_implementations
from cmixdsl.level_comparison import (
    Array,
    LayerDifference,
    Values,
    fold_network,
    measure_difference,
    run_block,
)
from cmixdsl.model import find_function
from cmixdsl.passes.convert_qnn_to_cmix import convert_function, get_wanted_requantization


def compare_with_reference(
    ctx: Context, reference: LayerReference, inputs: Sequence[Array]
) -> list[LayerDifference]:
    """The differences of all tensors that the runtime computes too, for the given inputs.

    Inputs are as `run_module` takes them. Raises CmixError when the network cannot be legalized,
    or the runtime refuses it.
    """
    expected = reference.run(inputs)
    module, stored = fold_network(ctx, reference.module, inputs)
    function = find_function(module)
    real = _get_returned(function.body.block)
    convert_function(function, get_wanted_requantization(function))
    block = function.body.block
    integer = _get_returned(block)
    wanted = dict(zip(integer, expected, strict=True))
    interpreter = Interpreter(module, index_bitwidth=32)
    register_implementations(interpreter)
    accumulated = run_block(interpreter, list(block.ops), block.args, stored)
    own = _run_on_reference(interpreter, block, stored, wanted)
    return [
        measure_difference(
            before, tensor, own[after] - wanted[after], accumulated[after] - wanted[after]
        )
        for before, after, tensor in zip(real, integer, reference.tensors, strict=True)
        if not isinstance(after, BlockArgument)
    ]


def _get_returned(block: Block) -> list[SSAValue]:
    terminator = block.last_op
    assert isinstance(terminator, ReturnOp)
    return list(terminator.arguments)


def _run_on_reference(
    interpreter: Interpreter, block: Block, inputs: Sequence[Array], wanted: Values
) -> Values:
    """What every layer makes of the runtime's tensors, where the runtime has its operands."""
    results: Values = dict(zip(block.args, inputs, strict=True))

    def get_operand(value: SSAValue) -> Array:
        if value not in wanted:
            return results[value]
        # Steps are whole but for the rounding of the runtime's f32.
        steps = np.clip(np.rint(wanted[value]), *get_packed_type(value).element_range)
        return steps.astype(results[value].dtype)

    for op in block.ops:
        if not isinstance(op, ReturnOp):
            operands = tuple(get_operand(operand) for operand in op.operands)
            results.update(zip(op.results, interpreter.run_op(op, operands), strict=True))
    return results
