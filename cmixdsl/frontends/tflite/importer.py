"""From a file of TensorFlow Lite to a module of `qnn` operations."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue
from xdsl.rewriter import InsertPoint
from xdsl.utils.exceptions import VerifyException

from cmixdsl.frontends.errors import ImportProblems
from cmixdsl.frontends.names import get_name, get_network_name
from cmixdsl.frontends.options import DEFAULT_OPTIONS, ImportOptions
from cmixdsl.frontends.tflite.checks import (
    CONVERT_AGAIN,
    QUANTIZE_AGAIN,
    LayerCheck,
    check_order,
    get_scale_and_zero,
)
from cmixdsl.frontends.tflite.layer import LayerGen, get_activation_type
from cmixdsl.frontends.tflite.network import Network
from cmixdsl.frontends.tflite.operators import CONVERSIONS
from cmixdsl.frontends.tflite.parse import parse_network
from cmixdsl.model import REQUANTIZATION_ATTRIBUTE

BOUNDARY_TYPES = ("INT8", "UINT8", "FLOAT32")
"""Of inputs and outputs of a network."""


def import_network(
    _: Context, content: bytes, path: Path, _options: ImportOptions = DEFAULT_OPTIONS
) -> ModuleOp:
    """The module at level 1 of a file that was read from `path`; such files leave nothing open.

    Raises CmixError when the file is damaged, or names everything in it that is not supported.
    """
    return ir_gen_checked_network(parse_network(content, path), path)


def ir_gen_checked_network(network: Network, path: Path) -> ModuleOp:
    """The module of a network that was read from `path`.

    Raises CmixError that names everything in it that is not supported.
    """
    problems = ImportProblems(path)
    check_network(network, problems)
    problems.raise_if_any()
    module = ir_gen_network(network, get_network_name(path), problems)
    problems.raise_if_any()
    return module


def check_boundary(network: Network, problems: ImportProblems) -> None:
    """Notes what stands against inputs and outputs of the network."""
    for what, tensors in (("input", network.inputs), ("output", network.outputs)):
        if not tensors:
            problems.add("network", f"expected at least one {what}, found none", CONVERT_AGAIN)
        if len({tensor.index for tensor in network.inputs}) < len(network.inputs):
            problems.add("network", "expected every input once", CONVERT_AGAIN)
        for tensor in tensors:
            layer = f"{what} {tensor.describe()}"
            if tensor.type not in BOUNDARY_TYPES or tensor.is_constant:
                problems.add(
                    layer,
                    f"expected a computed {' or '.join(BOUNDARY_TYPES)}",
                    QUANTIZE_AGAIN,
                )
            elif tensor.type != "FLOAT32" and get_scale_and_zero(tensor) is None:
                problems.add(layer, "expected one scale and zero point", QUANTIZE_AGAIN)
            if len(tensor.shape) < 2 or tensor.shape[0] != 1:
                problems.add(
                    layer, "expected at least 2 dimensions, the first a batch of 1", "change it so"
                )


def check_network(network: Network, problems: ImportProblems) -> None:
    """Notes everything that stands against the import of a network."""
    check_order(network, problems)
    check_boundary(network, problems)
    for operator in network.operators:
        check = LayerCheck(operator, problems)
        if operator.kind not in CONVERSIONS:
            check.refuse(
                f"{operator.kind} is not supported",
                f"replace it by some of {', '.join(CONVERSIONS)}",
            )
            continue
        CONVERSIONS[operator.kind].check(check)


def ir_gen_network(network: Network, name: str, problems: ImportProblems) -> ModuleOp:
    """A function with an operation or a few for each operator, to be rounded as the kernels do.

    Notes where the file contradicts itself; the module is of use only if it does not.
    """
    names = get_layer_names(network)
    block = Block()
    values: dict[int, SSAValue] = {}
    builder = Builder(InsertPoint.at_end(block))
    for tensor in network.inputs:
        with _noting(f"input '{tensor.name}'", problems):
            argument = block.insert_arg(get_activation_type(tensor), len(block.args))
            argument.name_hint = names[tensor.index]
            values[tensor.index] = argument
    for operator in network.operators:
        gen = LayerGen(operator, builder, values, names)
        with _noting(operator.describe(), problems):
            values[operator.outputs[0].index] = CONVERSIONS[operator.kind].ir_gen(gen)
    results = [values[tensor.index] for tensor in network.outputs if tensor.index in values]
    builder.insert(ReturnOp(*results))
    types = [argument.type for argument in block.args], [result.type for result in results]
    function = FuncOp(name, types, Region(block))
    function.attributes[REQUANTIZATION_ATTRIBUTE] = StringAttr("fixed-point")
    return ModuleOp([function])


def get_layer_names(network: Network) -> dict[int, str]:
    """Names of values, by the tensor's index: the file's, without the name of the whole model."""
    tensors = [*network.inputs, *(operator.outputs[0] for operator in network.operators)]
    parts = {tensor.index: tensor.get_short_name().split("/") for tensor in tensors}
    first = {words[0] for words in parts.values() if len(words) > 1}
    return {
        index: get_name(
            "_".join(words[1:] if len(first) == 1 and len(words) > 1 else words), "layer"
        )
        for index, words in parts.items()
    }


@contextmanager
def _noting(layer: str, problems: ImportProblems) -> Generator[None]:
    """Notes what an operation does not allow, and what was noted for a layer before this one."""
    try:
        yield
    except VerifyException as error:
        problems.add(layer, str(error), CONVERT_AGAIN)
    except KeyError:
        # An input is missing because of a problem that is noted already.
        if not problems:
            raise
