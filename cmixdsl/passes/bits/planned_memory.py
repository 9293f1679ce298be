"""What a network with given bits takes in memory once it is compiled.

RAM is exact: the arena that `cmix-plan-buffers` makes of the layers' tensors and scratch, and the
inputs and outputs, which the caller keeps. Flash is weights and tables, exact, and an estimate of
the code.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr, SymbolRefAttr
from xdsl.dialects.func import CallOp, FuncOp, ReturnOp
from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.model import is_private
from cmixdsl.objectives import Objective
from cmixdsl.passes.bits.layer_lowering import FUNCTION, LayerLowering
from cmixdsl.passes.bits.memory import Flavour, MemoryModel
from cmixdsl.passes.bits.network import BitAssignment
from cmixdsl.passes.bits.qnn_network import QnnBitsNetwork, build_narrower_type
from cmixdsl.passes.bufferize import BufferizePass
from cmixdsl.passes.builders.buffer_overlaps import ALIGNMENT
from cmixdsl.passes.builders.memory_plan import Buffer, Overlap, get_live_bytes, plan_memory
from cmixdsl.passes.plan_buffers import get_buffers, get_overlaps
from cmixdsl.passes.qnn.conversion import get_packed_tensor_type
from cmixdsl.passes.reuse_buffers import ReuseBuffersPass


@dataclass(frozen=True)
class PlannedRam:
    """The RAM of a network at certain bits."""

    arena_bytes: int
    interface_bytes: int
    """Inputs and outputs."""
    layer_bytes: tuple[int, ...]
    """Of the arena, what is in use while each layer is computed."""


class PlannedMemory(MemoryModel):
    """Memory of the compiled network."""

    def __init__(
        self,
        context: Context,
        source: QnnBitsNetwork,
        flavour: Flavour,
        objective: Objective = "speed",
    ):
        self._context = context
        self._source = source
        self._lowering = LayerLowering(context, source, flavour, objective)
        self._found: dict[tuple[tuple[int, ...], tuple[int, ...]], PlannedRam] = {}

    def get_layer_bytes(self, assignment: BitAssignment, index: int) -> int:
        ram = self._plan(assignment)
        return ram.interface_bytes + ram.layer_bytes[index]

    def get_ram_bytes(self, assignment: BitAssignment) -> int:
        ram = self._plan(assignment)
        return ram.interface_bytes + ram.arena_bytes

    def get_flash_bytes(self, assignment: BitAssignment) -> int:
        total = 0
        kernels: dict[Hashable, int] = {}
        for index in range(len(assignment.network.layers)):
            size = self._lowering.get_size(assignment, index)
            total += size.constant_bytes + size.call_bytes
            kernels.update(size.kernels)
        return total + sum(kernels.values())

    def describe_layer(self, assignment: BitAssignment, index: int) -> str:
        tensors = super().describe_layer(assignment, index)
        rest = self.get_layer_bytes(assignment, index) - assignment.get_live_bytes(index)
        if rest <= 0:
            return tensors
        return f"{tensors}, and {rest:,} bytes of scratch and of inputs and outputs that stay,"

    def _plan(self, assignment: BitAssignment) -> PlannedRam:
        key = assignment.tensor_bits, assignment.weight_bits
        if key not in self._found:
            self._found[key] = self._plan_anew(assignment)
        return self._found[key]

    def _plan_anew(self, assignment: BitAssignment) -> PlannedRam:
        indices = range(len(assignment.network.layers))
        views = {index: self._lowering.get_view(assignment, index) for index in indices}
        network = NetworkFrame(self._source, assignment, views)
        interface_bytes = network.interface_bytes
        BufferizePass().apply(self._context, network.module)
        for index in indices:
            if views[index] is not None:
                continue
            network.insert_layer(index, self._lowering.get_buffers(assignment, index))
        ReuseBuffersPass().apply(self._context, network.module)
        found = get_buffers(network.function)
        buffers = [buffer for _, buffer in found]

        def find_distance(call: CallOp, source: int, destination: int) -> int | None:
            index, name = network.get_callee(call)
            distances = self._lowering.get_distances(assignment, index)
            return distances.get((name, source, destination))

        overlaps = get_overlaps(network.function, found, find_distance)
        return PlannedRam(
            plan_memory(buffers, ALIGNMENT, overlaps).size,
            interface_bytes,
            network.get_layer_bytes(buffers, overlaps),
        )


@dataclass
class NetworkFrame:
    """A network that calls its layers, which are inserted one by one when they are lowered."""

    source: QnnBitsNetwork
    assignment: BitAssignment
    views: Mapping[int, FuncOp | None]
    """Layers that are no work, as functions of level 2."""
    module: ModuleOp = field(init=False)
    function: FuncOp = field(init=False)
    _layers: dict[Operation, int] = field(default_factory=dict[Operation, int])
    """The layer of each operation that was inserted."""

    def __post_init__(self) -> None:
        """Builds the network's function, at level 2, and declares a function for each layer."""
        types = [self._get_packed_type(number) for number in range(len(self.source.values))]
        inputs = len(types) - len(self.source.layers)
        results = self.source.results
        self.function = FuncOp("network", (types[:inputs], [types[it] for it in results]))
        values: list[SSAValue] = list(self.function.args)
        self.module = ModuleOp([self.function])
        for index, layer in enumerate(self.source.network.layers):
            arguments = [values[number] for number in layer.inputs]
            values.append(self._add_layer(index, arguments, types[layer.output]))
            values[-1].name_hint = layer.name
        self.function.body.block.add_op(ReturnOp(*(values[number] for number in results)))

    def _add_layer(self, index: int, arguments: list[SSAValue], type_: PackedType) -> SSAValue:
        """Calls a layer, which is declared; the result."""
        block = self.function.body.block
        if (view := self.views[index]) is not None:
            values: dict[SSAValue, SSAValue] = dict(zip(view.args, arguments, strict=True))
            *ops, terminator = view.body.block.ops
            block.add_ops(op.clone(values) for op in ops)
            return values[terminator.operands[0]]
        signature = [value.type for value in arguments], [type_]
        self.module.body.block.add_op(FuncOp.external(_get_name(index), *signature))
        call = CallOp(_get_name(index), arguments, [type_])
        block.add_op(call)
        return call.results[0]

    def _get_packed_type(self, number: int) -> PackedType:
        bits = self.assignment.tensor_bits[number]
        packed = get_packed_tensor_type(build_narrower_type(self.source.values[number], bits))
        assert packed is not None
        return packed

    @property
    def interface_bytes(self) -> int:
        """Bytes of inputs and outputs, before bufferization."""
        types = self.function.function_type
        tensors = (*types.inputs, *types.outputs)
        return sum(t.get_storage_bytes() for t in tensors if isinstance(t, PackedType))

    def insert_layer(self, index: int, lowered: ModuleOp) -> None:
        """Replaces the call of a layer by what `@layer` in `lowered` does.

        Where the layer has no weights, the functions that it calls come with it: it depends on them
        whether the output may be written over an input.
        """
        call = next(
            op
            for op in self.function.body.block.ops
            if isinstance(op, CallOp) and op.callee.string_value() == _get_name(index)
        )
        has_weights = self.source.network.layers[index].kind is not None
        for function in lowered.ops:
            if not isinstance(function, FuncOp):
                continue
            if not is_private(function):
                self._inline(call, function, index)
            elif not has_weights:
                copy = function.clone()
                copy.sym_name = StringAttr(f"{_get_name(index)}_{function.sym_name.data}")
                self.module.body.block.add_op(copy)

    def _inline(self, call: CallOp, function: FuncOp, index: int) -> None:
        values: dict[SSAValue, SSAValue] = dict(zip(function.args, call.arguments, strict=True))
        for op in function.body.block.ops:
            if isinstance(op, ReturnOp):
                continue
            clone = op.clone(values)
            if isinstance(clone, CallOp):
                name = f"{_get_name(index)}_{clone.callee.string_value()}"
                clone.callee = SymbolRefAttr(name)
            Rewriter.insert_op(clone, InsertPoint.before(call))
            self._layers[clone] = index
        Rewriter.erase_op(call)

    def get_callee(self, call: CallOp) -> tuple[int, str]:
        """The layer that a call belongs to, and what the layer's module calls its callee."""
        index = self._layers[call]
        return index, call.callee.string_value().removeprefix(f"{_get_name(index)}_")

    def get_layer_bytes(self, buffers: list[Buffer], overlaps: list[Overlap]) -> tuple[int, ...]:
        """Bytes of the buffers that live while each layer is computed."""
        found = [0] * len(self.source.layers)
        for step, op in enumerate(self.function.body.block.ops):
            if isinstance(op, CallOp) and op in self._layers:
                live = get_live_bytes(buffers, overlaps, step)
                found[self._layers[op]] = max(found[self._layers[op]], live)
        return tuple(found)


def _get_name(index: int) -> str:
    return f"{FUNCTION}{index}"
