"""How far integers are from the real numbers that they stand for, layer by layer.

A layer of level 1 computes in real numbers and rounds once; on level 2 it computes in integers.
Each layer is shown twice: by itself, fed with the integers of level 2, and with all before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import ReturnOp
from xdsl.interpreter import Interpreter
from xdsl.ir import Operation, SSAValue

from cmixdsl.dialects.quant import UniformType
from cmixdsl.driver import apply_pipeline
from cmixdsl.errors import CmixError
from cmixdsl.graph_model import check_graph_inputs, find_graph_model, get_runtime_dtype
from cmixdsl.interpreters.quantization import quantize
from cmixdsl.interpreters.registry import register_implementations
from cmixdsl.model import find_function, is_graph
from cmixdsl.passes.convert_qnn_to_cmix import convert_function, get_wanted_requantization
from cmixdsl.passes.legalization import FOLD_QNN

Array = npt.NDArray[Any]
Values = dict[SSAValue, Array]


@dataclass(frozen=True)
class LayerDifference:
    """The largest differences of a layer's elements, in steps of its output."""

    layer: str
    op: str
    tensor: str
    """What the file that the network comes from calls the output; empty for level 1."""
    own: float
    """When the layer reads the same numbers on both sides."""
    accumulated: float
    """When both sides start from the network's input."""
    differing: float
    """The share of elements that are half a step or more apart, of the layer by itself."""


def compare_levels(
    ctx: Context, module: ModuleOp, inputs: Sequence[Array]
) -> list[LayerDifference]:
    """The differences of all layers of a network of level 1 for the given inputs.

    Inputs are as `run_module` takes them. Raises CmixError when the module is not of level 1 or
    cannot be legalized.
    """
    return _compare_function(*fold_network(ctx, module, inputs))


def fold_network(
    ctx: Context, module: ModuleOp, inputs: Sequence[Array]
) -> tuple[ModuleOp, list[Array]]:
    """A copy of a module with one operation of level 1 for each layer, and inputs as it reads them.

    Raises CmixError when the module is not of level 1, or inputs do not fit.
    """
    if not is_graph(module):
        raise CmixError("expected a network of level 1 to compare, with operations of qnn")
    module = module.clone()
    model = find_graph_model(module)
    check_graph_inputs(model, inputs)
    given = model.inputs
    apply_pipeline(ctx, module, FOLD_QNN)
    folded = find_graph_model(module).inputs
    stored = [
        quantize(values, after.element_type)
        if before != after and isinstance(after.element_type, UniformType)
        else values
        for values, before, after in zip(inputs, given, folded, strict=True)
    ]
    typed = [
        values.astype(get_runtime_dtype(type_))
        for values, type_ in zip(stored, folded, strict=True)
    ]
    return module, typed


def _compare_function(module: ModuleOp, inputs: list[Array]) -> list[LayerDifference]:
    function = find_function(module)
    source = function.body.block
    interpreter = Interpreter(module, index_bitwidth=32)
    register_implementations(interpreter)
    operations = list(source.ops)
    real = run_block(interpreter, operations, source.args, inputs)
    conversion = convert_function(function, get_wanted_requantization(function))
    block = function.body.block
    integer = run_block(interpreter, list(block.ops), block.args, inputs)
    return [
        _compare_layer(interpreter, op, real, integer, conversion.values)
        for op in operations
        if op.results and op.results[0] in conversion.values and op.operands
    ]


def run_block(
    interpreter: Interpreter,
    operations: Sequence[Operation],
    arguments: Sequence[SSAValue],
    inputs: Sequence[Array],
) -> Values:
    """Interprets operations in order; the content of every value."""
    values: Values = dict(zip(arguments, inputs, strict=True))
    for op in operations:
        if not isinstance(op, ReturnOp):
            results = interpreter.run_op(op, tuple(values[operand] for operand in op.operands))
            values.update(zip(op.results, results, strict=True))
    return values


def _compare_layer(
    interpreter: Interpreter,
    op: Operation,
    real: Values,
    integer: Values,
    converted: dict[SSAValue, SSAValue],
) -> LayerDifference:
    found = integer[converted[op.results[0]]]
    operands = [
        integer[converted[value]] if value in converted else real[value] for value in op.operands
    ]
    (alone,) = interpreter.run_op(op, tuple(operands))
    result = op.results[0]
    return measure_difference(result, "", found - alone, found - real[result])


def measure_difference(
    value: SSAValue, tensor: str, own: Array, accumulated: Array
) -> LayerDifference:
    """That of the layer of level 1 that computes `value`; arrays count steps of its output."""
    return LayerDifference(
        layer=value.name_hint or "",
        op=value.owner.name if isinstance(value.owner, Operation) else "",
        tensor=tensor,
        own=_get_largest(own),
        accumulated=_get_largest(accumulated),
        differing=round(float(np.count_nonzero(np.abs(own) >= 0.5) / own.size), 6),
    )


def _get_largest(difference: Array) -> float:
    return round(float(np.abs(difference).max()), 3)
