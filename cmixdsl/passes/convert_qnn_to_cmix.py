"""Converts quantized networks to integer arithmetic: from level 1 to level 2.

Every scale goes into a multiplier, a bias or a table. In the example one unit of the accumulator is
worth 0.5 * 0.25 = 0.125, and so 1/4 of an output step; the bias of 1.0 is 8 such units, and 2 more
are half a step, because `#cmix.icn` floors where real arithmetic rounds.

Halves of a step become even numbers where that shows: in averages and in outputs of at most 4 bits,
which take thresholds when no linear requantization does the same.

The attributes `cmix.input_quantization` and `cmix.output_quantization` of the function keep what
the integers mean.

Before:
```mlir
func.func @net(%x: tensor<2x!quant.uniform<u8:f32, 0.5:10>>)
    -> tensor<1x!quant.uniform<u8:f32, 0.5>> {
  %w = qnn.constant dense<[[3, -1]]> : tensor<1x2x!quant.uniform<i4:f32, 0.25>>
  %b = qnn.constant dense<[1.0]> : tensor<1xf32>
  %y = qnn.fully_connected %x, %w bias %b
      : tensor<2x!quant.uniform<u8:f32, 0.5:10>>, tensor<1x2x!quant.uniform<i4:f32, 0.25>>,
        tensor<1xf32> -> tensor<1x!quant.uniform<u8:f32, 0.5>>
  return %y : tensor<1x!quant.uniform<u8:f32, 0.5>>
}
```

After:
```mlir
func.func @net(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8>
    attributes {cmix.input_quantization = [!quant.uniform<u8:f32, 0.5:10>],
                cmix.output_quantization = [!quant.uniform<u8:f32, 0.5>]} {
  %w = cmix.constant dense<[[3, -1]]> : !cmix.packed<1x2xsi4>
  %y = cmix.fully_connected %x, %w bias [10] input_zero 10
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi4> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
```
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, ModuleOp, StringAttr
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, BlockArgument, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint
from xdsl.utils.hints import isa

from cmixdsl.diagnostics import OperationFailedException, PassFailures, raise_pass_failure
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.dialects.qnn.arithmetic import AddOp, MulOp, SubOp
from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.functions import ClampOp, QuantizeOp, SigmoidOp, SoftmaxOp, TanhOp
from cmixdsl.dialects.qnn.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp, GlobalAvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.qnn.shapes import ConcatOp, DepthToSpaceOp, PadOp, ReshapeOp, TransposeOp
from cmixdsl.dialects.qnn.tensors import QnnTensorType
from cmixdsl.dialects.quant import UniformType
from cmixdsl.model import (
    INPUT_QUANTIZATION_ATTRIBUTE,
    OUTPUT_QUANTIZATION_ATTRIBUTE,
    REQUANTIZATION_ATTRIBUTE,
)
from cmixdsl.passes.qnn.arithmetic import convert_mul, convert_sum
from cmixdsl.passes.qnn.conversion import (
    Conversion,
    fail,
    get_packed_tensor_type,
    get_packed_type_of,
    get_tensor_uniform,
)
from cmixdsl.passes.qnn.functions import (
    convert_clamp,
    convert_quantize,
    convert_sigmoid,
    convert_softmax,
    convert_tanh,
)
from cmixdsl.passes.qnn.layer_requantization import REQUANTIZATIONS, Requantization
from cmixdsl.passes.qnn.layers import convert_fully_connected, convert_windowed_layer
from cmixdsl.passes.qnn.pools import (
    convert_avg_pool2d,
    convert_global_avg_pool2d,
    convert_max_pool2d,
)
from cmixdsl.passes.qnn.shapes import (
    convert_concat,
    convert_depth_to_space,
    convert_pad,
    convert_reshape,
    convert_transpose,
)

Converter: TypeAlias = Callable[[Conversion, Any], SSAValue]
"""Inserts what an operation becomes, and returns the value that stands for its result."""

CONVERTERS: Mapping[type[QnnOperation], Converter] = MappingProxyType(
    {
        AddOp: convert_sum,
        AvgPool2dOp: convert_avg_pool2d,
        ClampOp: convert_clamp,
        ConcatOp: convert_concat,
        Conv2dOp: convert_windowed_layer,
        DepthToSpaceOp: convert_depth_to_space,
        DepthwiseConv2dOp: convert_windowed_layer,
        FullyConnectedOp: convert_fully_connected,
        GlobalAvgPool2dOp: convert_global_avg_pool2d,
        MaxPool2dOp: convert_max_pool2d,
        MulOp: convert_mul,
        PadOp: convert_pad,
        QuantizeOp: convert_quantize,
        ReshapeOp: convert_reshape,
        SigmoidOp: convert_sigmoid,
        SoftmaxOp: convert_softmax,
        SubOp: convert_sum,
        TanhOp: convert_tanh,
        TransposeOp: convert_transpose,
    }
)


def convert_function(function: FuncOp, requantization: Requantization) -> Conversion:
    """Converts a function in place; the result says what became of each value.

    Values of level 1 in the result are detached from the module. Raises an exception that names
    every layer that cannot be converted; the function is then as it was.
    """
    failures = PassFailures()
    old, new = function.body.block, Block()
    conversion = Conversion(requantization, Builder(InsertPoint.at_end(new)))
    for argument in old.args:
        with failures.collect():
            _convert_argument(conversion, function, argument, new)
    for op in old.ops:
        with failures.collect():
            _convert_operation(conversion, op)
    failures.raise_if_any()
    _keep_quantization(function)
    function.body.detach_block(old)
    function.body.add_block(new)
    function.update_function_type()
    function.attributes.pop(REQUANTIZATION_ATTRIBUTE, None)
    return conversion


def _convert_argument(
    conversion: Conversion, function: FuncOp, argument: BlockArgument, block: Block
) -> None:
    type_ = argument.type
    converted = get_packed_tensor_type(type_) if isa(type_, QnnTensorType) else None
    if converted is None:
        conversion.unknown.add(argument)
        raise_pass_failure(
            function,
            f"expected argument {argument.index} to be quantized with at most 8 bits and one "
            f"scale, found {type_}: quantize it with qnn.quantize and fold that",
        )
    packed = block.insert_arg(converted, len(block.args))
    packed.name_hint = argument.name_hint
    conversion.values[argument] = packed


def _convert_operation(conversion: Conversion, op: Operation) -> None:
    if isinstance(op, ConstantOp):
        return
    if isinstance(op, ReturnOp):
        conversion.builder.insert(ReturnOp(*_get_results(conversion, op)))
        return
    if not isinstance(op, QnnOperation):
        conversion.unknown.update(op.results)
        raise_pass_failure(op, "expected operations of qnn only, in a function that has any")
    try:
        conversion.values[op.output] = _convert_layer(conversion, op)
    except OperationFailedException:
        _continue_without(conversion, op)
        raise


def _convert_layer(conversion: Conversion, op: QnnOperation) -> SSAValue:
    converter = CONVERTERS.get(type(op))
    if converter is None:
        fail(op, "expected an operation that cmix can compute: fold it, or quantize around it")
    if conversion.unknown.isdisjoint(op.operands):
        return converter(conversion, op)
    # Of a layer whose operand is not known, this much can be said.
    get_tensor_uniform(op, op.output)
    return _build_placeholder(get_packed_type_of(op, op.output))


def _continue_without(conversion: Conversion, op: QnnOperation) -> None:
    """Lets later layers be looked at, though what computes their operand could not be converted."""
    packed = get_packed_tensor_type(op.output.type)
    if packed is None:
        conversion.unknown.add(op.output)
    else:
        conversion.values[op.output] = _build_placeholder(packed)


def _build_placeholder(type_: PackedType) -> SSAValue:
    return Block(arg_types=[type_]).args[0]


def _get_results(conversion: Conversion, op: ReturnOp) -> list[SSAValue]:
    constants = [value for value in op.arguments if isinstance(value.owner, ConstantOp)]
    if constants:
        raise_pass_failure(op, "expected results that are computed, found a constant")
    return [conversion.values[value] for value in op.arguments if value in conversion.values]


def _keep_quantization(function: FuncOp) -> None:
    """Says in attributes what the integers of inputs and outputs mean."""
    types = function.function_type
    for name, tensors in (
        (INPUT_QUANTIZATION_ATTRIBUTE, types.inputs),
        (OUTPUT_QUANTIZATION_ATTRIBUTE, types.outputs),
    ):
        function.attributes[name] = ArrayAttr(
            tensor.element_type for tensor in tensors if isa(tensor, QnnTensorType)
        )


def has_qnn(function: FuncOp) -> bool:
    """Whether a function is one of level 1: by its operations, or by what it takes."""
    return any(isinstance(op, QnnOperation) for op in function.walk()) or any(
        isa(type_, QnnTensorType) and isinstance(type_.element_type, UniformType)
        for type_ in function.function_type.inputs
    )


def get_wanted_requantization(function: FuncOp) -> Requantization:
    """What the function's attribute asks for, `icn` without one.

    Frontends set it where another program defines how results are rounded.
    """
    wanted = function.attributes.get(REQUANTIZATION_ATTRIBUTE)
    for kind in REQUANTIZATIONS:
        if wanted is None or wanted == StringAttr(kind):
            return kind
    raise_pass_failure(
        function,
        f"attribute {REQUANTIZATION_ATTRIBUTE}: expected one of {', '.join(REQUANTIZATIONS)}, "
        f"found {wanted}",
    )


@dataclass(frozen=True)
class ConvertQnnToCmixPass(ModulePass):
    """Converts the functions that have operations of `qnn`."""

    name = "convert-qnn-to-cmix"

    requantization: Requantization | None = None
    """How accumulators become outputs: `icn`, `linear`, `thresholds` or `fixed-point`. With `icn`,
    layers are linear where rounding the bias could move outputs by more than a quarter of a step,
    and outputs of at most 4 bits linear or thresholds where ICN does not round halves to even.
    With `linear` those are as with `icn`, and so are layers that reach too far for 32 bits.
    With `fixed-point` it stays a whole number of the accumulator's steps, as in TensorFlow Lite.
    Left out, it is what the function's attribute `cmix.requantization` says, else `icn`."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        failures = PassFailures()
        for function in [child for child in op.ops if isinstance(child, FuncOp)]:
            if not function.is_declaration and has_qnn(function):
                kind = self.requantization or get_wanted_requantization(function)
                with failures.collect():
                    convert_function(function, kind)
        failures.raise_if_any()
