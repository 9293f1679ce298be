"""Moves every layer into a function of its own, named after the network, the layer and its kind.

What was one function of layers becomes a list of calls: the form in which a network is read,
profiled and placed in memory. The attribute `cmix.layer` on the new function keeps what reports
need. Reshapes that keep every byte in its place stay: they are no work.

Before:
```mlir
func.func @net(%x: !cmix.packed<4x4x3xui4>) -> !cmix.packed<2x2x3xui4> {
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2]
      : !cmix.packed<4x4x3xui4> -> !cmix.packed<2x2x3xui4>
  return %y : !cmix.packed<2x2x3xui4>
}
```

After:
```mlir
func.func @net(%x: !cmix.packed<4x4x3xui4>) -> !cmix.packed<2x2x3xui4> {
  %y = func.call @net_y_max_pool2d(%x) : (!cmix.packed<4x4x3xui4>) -> !cmix.packed<2x2x3xui4>
  return %y : !cmix.packed<2x2x3xui4>
}
func.func private @net_y_max_pool2d(%x: !cmix.packed<4x4x3xui4>) -> !cmix.packed<2x2x3xui4>
    attributes {cmix.layer = {name = "y", op = "cmix.max_pool2d",
    shape = "4x4x3 -> 2x2x3", activation_bytes = 40 : i64, bits = "u4_u4"}} {
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2]
      : !cmix.packed<4x4x3xui4> -> !cmix.packed<2x2x3xui4>
  return %y : !cmix.packed<2x2x3xui4>
}
```
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import DictionaryAttr, IntegerAttr, ModuleOp, StringAttr, i64
from xdsl.dialects.func import CallOp, FuncOp, ReturnOp
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.layers import ContractionOperation
from cmixdsl.dialects.cmix.movement import ConcatOp
from cmixdsl.dialects.cmix.simple_layers import BinaryLayerOperation, UnaryLayerOperation
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.model import LAYER_ATTRIBUTE
from cmixdsl.passes.builders.memory import is_view

LayerOperation = ContractionOperation | UnaryLayerOperation | BinaryLayerOperation | ConcatOp


def get_layer_names(layers: Sequence[LayerOperation]) -> list[str]:
    """Names that authors gave the layers' results; else, or when taken, their positions too."""
    names: list[str] = []
    for position, layer in enumerate(layers):
        hint = layer.results[0].name_hint
        name = hint or str(position)
        names.append(name if name not in names else f"{name}_{position}")
    return names


def describe_layer(op: LayerOperation, name: str) -> DictionaryAttr:
    """What reports say of a layer: name, op, shapes, bytes of inputs and outputs, bits, and for
    layers with weights MACs and bytes."""
    types = [op.operands[0].type, op.results[0].type]
    activations = [value for value in op.operands if not isinstance(value.owner, ConstantOp)]
    tensors = [value.type for value in (*dict.fromkeys(activations), *op.results)]
    packed = [type_ for type_ in tensors if isinstance(type_, PackedType)]
    entries: dict[str, Attribute] = {
        "name": StringAttr(name),
        "op": StringAttr(op.name),
        "shape": StringAttr(" -> ".join(_describe_shape(type_) for type_ in types)),
        "activation_bytes": IntegerAttr(sum(type_.get_storage_bytes() for type_ in packed), i64),
    }
    if isinstance(op, ContractionOperation):
        types.append(op.filter_type)
        entries["macs"] = IntegerAttr(op.num_macs, i64)
        entries["weight_bytes"] = IntegerAttr(op.filter_type.get_storage_bytes(), i64)
    bits = "_".join(type_.get_short_name() for type_ in types if isinstance(type_, PackedType))
    entries["bits"] = StringAttr(bits)
    return DictionaryAttr(entries)


def _describe_shape(type_: Attribute) -> str:
    return "x".join(map(str, type_.get_shape())) if isinstance(type_, PackedType) else str(type_)


def _outline(op: LayerOperation, network: FuncOp, layer_name: str) -> FuncOp:
    """Replaces a layer by a call of a new function, which is returned."""
    kind = op.name.split(".")[1]
    constants = [value.owner for value in op.operands if isinstance(value.owner, ConstantOp)]
    arguments = [value for value in op.operands if not isinstance(value.owner, ConstantOp)]
    arguments = list(dict.fromkeys(arguments))
    name = f"{network.sym_name.data}_{layer_name}_{kind}"
    signature = [value.type for value in arguments], [op.results[0].type]
    function = FuncOp(name, signature, visibility="private")
    function.attributes[LAYER_ATTRIBUTE] = describe_layer(op, layer_name)
    mapping: dict[SSAValue, SSAValue] = dict(zip(arguments, function.args, strict=True))
    for old, new in mapping.items():
        new.name_hint = old.name_hint or "x"
    clones: list[Operation] = [constant.clone(mapping) for constant in dict.fromkeys(constants)]
    layer = op.clone(mapping)
    function.body.block.add_ops([*clones, layer, ReturnOp(*layer.results)])
    call = CallOp(name, arguments, [op.results[0].type])
    call.results[0].name_hint = op.results[0].name_hint
    Rewriter.replace_op(op, call)
    for constant in constants:
        if not constant.result.uses:
            Rewriter.erase_op(constant)
    return function


@dataclass(frozen=True)
class OutlineLayersPass(ModulePass):
    """Gives every layer of every function with more than calls a function of its own."""

    name = "cmix-outline-layers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for network in [child for child in op.ops if isinstance(child, FuncOp)]:
            if LAYER_ATTRIBUTE in network.attributes or network.is_declaration:
                continue
            layers = [
                layer
                for layer in network.body.walk()
                if isinstance(layer, LayerOperation) and not is_view(layer)
            ]
            after: Operation = network
            for layer, name in zip(layers, get_layer_names(layers), strict=True):
                function = _outline(layer, network, name)
                Rewriter.insert_op(function, InsertPoint.after(after))
                after = function
