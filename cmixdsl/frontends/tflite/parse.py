"""Reads a file of TensorFlow Lite into plain data.

The code that reads single fields is generated from TensorFlow's schema (the package `tflite`) and
trusts the file. So every length is checked before anything of that length is read, and whatever
damage makes it raise becomes one message.
"""

from collections.abc import Sequence
from pathlib import Path
from struct import error as StructError  # noqa: N812

import numpy as np
import numpy.typing as npt
import tflite

from cmixdsl.errors import CmixError
from cmixdsl.frontends.tflite.limits import (
    MAX_ENTRIES,
    MAX_OPERANDS,
    Budget,
    Malformed,
    get_array,
    get_entry,
    get_text,
)
from cmixdsl.frontends.tflite.network import Network, Operator, Tensor
from cmixdsl.frontends.tflite.options import parse_options
from cmixdsl.frontends.tflite.parse_tensors import parse_tensor

IDENTIFIER = b"TFL3"
SCHEMA_VERSION = 3
UNREADABLE = (StructError, ValueError, TypeError, IndexError, OverflowError)
"""What generated code raises for offsets and lengths that point out of the file."""


def parse_network(content: bytes, path: Path) -> Network:
    """The network in a file.

    Operators, types and shapes may be any that the schema has. Raises CmixError when the file is
    damaged, or has more than one subgraph.
    """
    if content[4:8] != IDENTIFIER:
        raise CmixError(
            f"{path}: expected a TensorFlow Lite file with the identifier TFL3 at byte 4, found "
            f"{content[4:8]!a}"
        )
    try:
        return _parse_model(tflite.Model.GetRootAs(content), Budget(len(content)))
    except UNREADABLE as error:
        reason = str(error) if isinstance(error, Malformed) else "an offset or a length is wrong"
        raise CmixError(
            f"{path}: cannot read this TensorFlow Lite file: {reason}: convert or copy it again"
        ) from error


def _parse_model(model: tflite.Model, budget: Budget) -> Network:
    if model.Version() != SCHEMA_VERSION:
        raise Malformed(f"expected version {SCHEMA_VERSION} of the schema, found {model.Version()}")
    if model.SubgraphsLength() != 1:
        raise Malformed(
            f"expected one subgraph, found {model.SubgraphsLength()} (control flow and several "
            "signatures are not supported)"
        )
    graph = model.Subgraphs(0)
    count = budget.take(model.BuffersLength(), "buffers", MAX_ENTRIES)
    buffers = [model.Buffers(index) for index in range(count)]
    count = budget.take(graph.TensorsLength(), "tensors", MAX_ENTRIES)
    tensors = [parse_tensor(graph.Tensors(i), i, buffers, budget) for i in range(count)]
    count = budget.take(model.OperatorCodesLength(), "operator codes", MAX_ENTRIES)
    kinds = [_get_kind(model.OperatorCodes(index)) for index in range(count)]
    count = budget.take(graph.OperatorsLength(), "operators", MAX_ENTRIES)
    operators = [
        _parse_operator(graph.Operators(i), i, kinds, tensors, budget) for i in range(count)
    ]
    budget.take(graph.InputsLength(), "inputs of the network", MAX_OPERANDS)
    budget.take(graph.OutputsLength(), "outputs of the network", MAX_OPERANDS)
    return Network(
        _get_tensors(graph.InputsAsNumpy(), tensors),
        _get_tensors(graph.OutputsAsNumpy(), tensors),
        tuple(operators),
    )


def _get_kind(code: tflite.OperatorCode) -> str:
    """The name of an operator; old files have its number in a field of one byte."""
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    names = (name for name, value in vars(tflite.BuiltinOperator).items() if value == number)
    kind = next(names, f"operator code {number}")
    return f"CUSTOM '{get_text(code.CustomCode())}'" if kind == "CUSTOM" else kind


def _parse_operator(
    operator: tflite.Operator,
    index: int,
    kinds: Sequence[str],
    tensors: Sequence[Tensor],
    budget: Budget,
) -> Operator:
    kind = get_entry(kinds, operator.OpcodeIndex(), f"operator code for operator {index}")
    budget.take(operator.InputsLength(), f"inputs of operator {index}", MAX_OPERANDS)
    budget.take(operator.OutputsLength(), f"outputs of operator {index}", MAX_OPERANDS)
    inputs = get_array(operator.InputsAsNumpy())
    return Operator(
        index=index,
        kind=kind,
        inputs=tuple(
            None if number == -1 else get_entry(tensors, int(number), "tensor") for number in inputs
        ),
        outputs=_get_tensors(operator.OutputsAsNumpy(), tensors),
        options=parse_options(operator, kind),
    )


def _get_tensors(
    indices: npt.NDArray[np.int32] | int, tensors: Sequence[Tensor]
) -> tuple[Tensor, ...]:
    return tuple(get_entry(tensors, int(index), "tensor") for index in get_array(indices))
