"""Chooses the bits of activations and weights so that a network fits into flash and RAM.

The procedure is that of Rusci et al., arXiv 1905.13082; `bit_assignment.py` beside this file has it
in plain Python. With `strategy=cycles` it is that of `cycle_bit_assignment.py`: of the cuts that
help, the one that costs the fewest modelled cycles for each byte it saves.

Activations keep their range of real numbers in larger steps; weights are quantized anew from the
real numbers that they stand for, with one scale for each output channel (`pc-icn`) or for each
layer. The network's input and output keep their bits. It expects a chain of layers whose folds are
done; only poolings and reshapes may stand between them.

In the example 8 bits fit the default memory; with `ram=5` the result of the first layer, 4 bytes,
would get 4 bits in steps of 51.0.

Before:
```mlir
func.func @net(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %w = qnn.constant dense<[[155.0, -100.0], [51.0, 0.0], [0.0, 102.0], [0.0, 0.0]]>
      : tensor<4x2xf32>
  %v = qnn.constant dense<[[255.0, 0.0, 0.0, 1.0]]> : tensor<1x4xf32>
  %h = qnn.fully_connected %x, %w : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<4x2xf32>
     -> tensor<4x!quant.uniform<u8:f32, 3.0>>
  %y = qnn.fully_connected %h, %v : tensor<4x!quant.uniform<u8:f32, 3.0>>, tensor<1x4xf32>
     -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}
```

After:
```mlir
func.func @net(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %w = qnn.constant dense<[[255, 0], [255, 0], [0, 255], [0, 0]]>
      : tensor<4x2x!quant.uniform<u8:f32:0, {1.0:100, 0.2, 0.4, 1.0}>>
  %v = qnn.constant dense<[[255, 0, 0, 1]]> : tensor<1x4x!quant.uniform<u8:f32:0, {1.0}>>
  %h = qnn.fully_connected %x, %w
      : tensor<2x!quant.uniform<u8:f32, 0.5>>,
        tensor<4x2x!quant.uniform<u8:f32:0, {1.0:100, 0.2, 0.4, 1.0}>>
     -> tensor<4x!quant.uniform<u8:f32, 3.0>>
  %y = qnn.fully_connected %h, %v
      : tensor<4x!quant.uniform<u8:f32, 3.0>>, tensor<1x4x!quant.uniform<u8:f32:0, {1.0}>>
     -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}
```
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects.qnn.constant import ConstantOp, get_constant_values
from cmixdsl.dialects.qnn.layers import DepthwiseConv2dOp, FullyConnectedOp, LayerOperation
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp, GlobalAvgPool2dOp, MaxPool2dOp
from cmixdsl.dialects.qnn.shapes import ReshapeOp
from cmixdsl.dialects.qnn.tensors import (
    build_tensor_type,
    get_num_elements,
    get_quantization,
    get_shape,
)
from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError
from cmixdsl.interpreters.quantization import dequantize
from cmixdsl.model import find_function
from cmixdsl.passes.bit_assignment import (
    MAX_BITS,
    BitAssignment,
    BitsLayer,
    Flavour,
    LayerKind,
    assign_bits,
)
from cmixdsl.passes.cycle_bit_assignment import assign_bits_by_cycles
from cmixdsl.passes.narrower_types import narrow_type, quantize_weights
from cmixdsl.passes.qnn_conversion import fail, get_tensor_uniform

Follower = AvgPool2dOp | GlobalAvgPool2dOp | MaxPool2dOp | ReshapeOp
"""What may stand between layers with weights; it keeps the quantization of its operand."""

Strategy: TypeAlias = Literal["paper", "cycles"]

ASSIGNMENTS: Mapping[
    Strategy, Callable[[Sequence[BitsLayer], int, int, Flavour], BitAssignment]
] = {"paper": assign_bits, "cycles": assign_bits_by_cycles}
"""How bits are chosen, for layers, bytes of flash, bytes of RAM and flavour."""


def get_chain(module: ModuleOp) -> list[LayerOperation]:
    """The layers with weights, each of which reads what the one before it computes."""
    layers = [op for op in find_function(module).walk() if isinstance(op, LayerOperation)]
    for before, layer in zip([None, *layers], layers, strict=False):
        source = layer.input
        while isinstance(source.owner, Follower):
            source = source.owner.input
        if before is not None and source is not before.output:
            fail(layer, "expected a chain, each layer reading the one before: set its bits by hand")
    return layers


def describe_layers(layers: list[LayerOperation]) -> list[BitsLayer]:
    """What the assignment needs to know."""
    return [
        BitsLayer(
            layer.output.name_hint or f"{number}",
            get_kind(layer),
            get_num_elements(layer.input),
            get_num_elements(layer.output),
            get_num_elements(layer.filter),
            layer.channels,
        )
        for number, layer in enumerate(layers)
    ]


def get_kind(layer: LayerOperation) -> LayerKind:
    """The row of the cycles that a multiplication takes."""
    if isinstance(layer, FullyConnectedOp):
        return "matrix"
    if isinstance(layer, DepthwiseConv2dOp):
        return "depthwise"
    return "pointwise" if get_shape(layer.filter)[1:3] == (1, 1) else "spatial"


def narrow_activations(layer: LayerOperation, bits: int) -> None:
    """Gives the result of a layer, and what is pooled from it, a type of so many bits."""
    uniform = get_tensor_uniform(layer, layer.output)
    if uniform.storage_bits > bits:
        _replace_types(layer.output, narrow_type(uniform, bits))


def _replace_types(value: SSAValue, uniform: UniformType) -> None:
    before = get_quantization(value)
    assert isinstance(value.owner, QnnOperation)
    type_ = build_tensor_type(value.owner.output_type.get_shape(), uniform)
    new = Rewriter.replace_value_with_new_type(value, type_)
    for use in list(new.uses):
        user = use.operation
        if isinstance(user, Follower) and get_quantization(user.output) == before:
            _replace_types(user.output, uniform)


def narrow_weights(layer: LayerOperation, bits: int, flavour: Flavour) -> None:
    """Quantizes weights of real numbers, or of more bits, to so many bits."""
    values, uniform = get_constant_values(layer.filter), get_quantization(layer.filter)
    if values is None:
        fail(layer, "expected constant weights, found ones that are computed")
    if uniform is not None and uniform.storage_bits <= bits:
        return
    reals = values if uniform is None else dequantize(values, uniform)
    axis = layer.CHANNEL_AXIS if flavour == "pc-icn" else None
    stored, new = quantize_weights(reals, bits, axis)
    constant = ConstantOp(stored, build_tensor_type(stored.shape, new))
    constant.output.name_hint = layer.filter.name_hint
    Rewriter.insert_op(constant, InsertPoint.before(layer))
    old = layer.filter.owner
    layer.operands[1] = constant.output
    if isinstance(old, ConstantOp) and not old.output.uses:
        Rewriter.erase_op(old)


def apply_assignment(
    layers: list[LayerOperation], assignment: BitAssignment, flavour: Flavour
) -> None:
    """Rewrites the types of activations and weights."""
    bits = zip(layers, assignment.output_bits, assignment.weight_bits, strict=True)
    for layer, output_bits, weight_bits in bits:
        narrow_activations(layer, output_bits)
        narrow_weights(layer, weight_bits, flavour)


@dataclass(frozen=True)
class QnnAssignBitsPass(ModulePass):
    """Chooses the bits of a chain of layers by the memory of a device."""

    name = "qnn-assign-bits"

    flash: int = 2_048_000
    """Bytes for weights and the parameters of requantization."""
    ram: int = 512_000
    """Bytes for the input and output of any layer."""
    flavour: Flavour = "pc-icn"
    """How layers are requantized: `pl-fold`, `pl-icn` or `pc-icn`."""
    strategy: Strategy = "paper"
    """How cuts are chosen: as in the paper (`paper`), or the one that costs the fewest modelled
    cycles for each byte it saves (`cycles`)."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        layers = get_chain(op)
        if not layers:
            raise_pass_failure(op, "expected layers with weights, found none")
        try:
            assign = ASSIGNMENTS[self.strategy]
            assignment = assign(describe_layers(layers), self.flash, self.ram, self.flavour)
        except CmixError as error:
            raise_pass_failure(find_function(op), str(error))
        # The network's output keeps its bits, whatever they are.
        last = (*assignment.output_bits[:-1], MAX_BITS)
        apply_assignment(layers, replace(assignment, output_bits=last), self.flavour)
