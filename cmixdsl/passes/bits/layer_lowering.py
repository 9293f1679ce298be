"""Lowers single layers of a `qnn` network at bits that it does not have yet.

What a layer takes in memory, scratch and code included, is known when the passes that compile it
have been over it. Each layer is lowered once for all bits that are tried.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import TypeAlias

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import CallOp, FuncOp, ReturnOp
from xdsl.dialects.memref import GlobalOp
from xdsl.ir import Block, BlockArgument, OpResult, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.layers import LayerOperation
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.shapes import ReshapeOp, TransposeOp
from cmixdsl.dialects.qnn.tensors import QnnTensorType
from cmixdsl.model import find_function, get_memory, is_private
from cmixdsl.objectives import Objective
from cmixdsl.passes.bits.code_bytes import estimate_code_bytes
from cmixdsl.passes.bits.memory import Flavour
from cmixdsl.passes.bits.network import BitAssignment
from cmixdsl.passes.bits.qnn_network import (
    QnnBitsNetwork,
    build_narrower_type,
    narrow_weights,
)
from cmixdsl.passes.builders.buffer_overlaps import CalleeDistances
from cmixdsl.passes.builders.memory import is_view
from cmixdsl.passes.convert_qnn_to_cmix import ConvertQnnToCmixPass
from cmixdsl.passes.hoist_scratch import HoistScratchPass
from cmixdsl.passes.lowering import get_passes_to_blocks, get_passes_to_instructions
from cmixdsl.passes.schedule import SchedulePass
from cmixdsl.passes.share_kernels import get_kernel_form

Bits: TypeAlias = tuple[tuple[int, ...], int, int]
"""Of the tensors that a layer reads, of that which it writes, and of its weights."""

FUNCTION = "layer"
"""The name of the function around a single layer."""


@dataclass(frozen=True)
class LayerSize:
    """What a layer takes in flash."""

    constant_bytes: int
    """Exact: weights and tables."""
    call_bytes: int
    """Estimated: what the network's function does for it."""
    kernels: tuple[tuple[Hashable, int], ...]
    """Estimated bytes of its functions; of equal keys there is one function only."""


Distances: TypeAlias = Mapping[tuple[str, int, int], int | None]
"""By a function's name and the positions of an input and an output."""


@dataclass(frozen=True)
class LayerInstructions:
    """What is known of a layer at level 4."""

    size: LayerSize
    distances: Distances


@dataclass
class LayerLowering:
    """Lowers layers of a network, and remembers them."""

    context: Context
    source: QnnBitsNetwork
    flavour: Flavour
    objective: Objective
    """What the default schedules are for."""
    _views: dict[tuple[int, Bits], FuncOp | None] = field(
        default_factory=dict[tuple[int, Bits], FuncOp | None]
    )
    _blocks: dict[tuple[int, Bits], ModuleOp] = field(
        default_factory=dict[tuple[int, Bits], ModuleOp]
    )
    _instructions: dict[tuple[int, Bits], LayerInstructions] = field(
        default_factory=dict[tuple[int, Bits], LayerInstructions]
    )

    def get_buffers(self, assignment: BitAssignment, index: int) -> ModuleOp:
        """A layer as `@layer` on buffers, which allocates scratch and calls private functions.

        A layer with weights is at level 3, as nothing is allocated below; others are at level 4.
        """
        key = index, self._get_bits(assignment, index)
        if key not in self._blocks:
            module = self._lower(assignment, index)
            HoistScratchPass().apply(self.context, module)
            self._blocks[key] = module
        return self._blocks[key]

    def get_view(self, assignment: BitAssignment, index: int) -> FuncOp | None:
        """A layer that is no work, only another shape of its operand, as a function of level 2."""
        if not isinstance(self.source.layers[index], ReshapeOp | TransposeOp):
            return None
        key = index, self._get_bits(assignment, index)
        if key not in self._views:
            module = self._build_module(assignment, index)
            ConvertQnnToCmixPass().apply(self.context, module)
            function = find_function(module)
            *layers, _ = function.body.block.ops
            self._views[key] = function if all(map(is_view, layers)) else None
        return self._views[key]

    def get_size(self, assignment: BitAssignment, index: int) -> LayerSize:
        """What a layer takes in flash."""
        return self._get_instructions(assignment, index).size

    def get_distances(self, assignment: BitAssignment, index: int) -> Distances:
        """How far the functions of a layer let their outputs lie over their inputs."""
        return self._get_instructions(assignment, index).distances

    def _get_instructions(self, assignment: BitAssignment, index: int) -> LayerInstructions:
        key = index, self._get_bits(assignment, index)
        if key not in self._instructions:
            module = self.get_buffers(assignment, index)
            if isinstance(self.source.layers[index], LayerOperation):
                module = module.clone()
                self._run(get_passes_to_instructions(), module)
            self._instructions[key] = LayerInstructions(
                measure_module(module), find_distances(module)
            )
        return self._instructions[key]

    def _get_bits(self, assignment: BitAssignment, index: int) -> Bits:
        layer = self.source.network.layers[index]
        inputs = tuple(assignment.tensor_bits[tensor] for tensor in layer.inputs)
        return inputs, assignment.tensor_bits[layer.output], assignment.weight_bits[index]

    def _lower(self, assignment: BitAssignment, index: int) -> ModuleOp:
        module = self._build_module(assignment, index)
        self._run(
            (ConvertQnnToCmixPass(), *get_passes_to_blocks(SchedulePass(self.objective))), module
        )
        if not isinstance(self.source.layers[index], LayerOperation):
            self._run(get_passes_to_instructions(), module)
        return module

    def _run(self, passes: Sequence[ModulePass], module: ModuleOp) -> None:
        for instance in passes:
            instance.apply(self.context, module)

    def _build_module(self, assignment: BitAssignment, index: int) -> ModuleOp:
        """A module with nothing but a layer, of other bits."""
        layer, found = self.source.layers[index], self.source.network.layers[index]
        block = Block()
        values: dict[SSAValue, SSAValue] = {}
        for number in found.inputs:
            value = self.source.values[number]
            type_ = build_narrower_type(value, assignment.tensor_bits[number])
            values[value] = block.insert_arg(type_, len(block.args))
            values[value].name_hint = value.name_hint
        for operand in dict.fromkeys(layer.operands):
            if isinstance(operand.owner, ConstantOp):
                values[operand] = _append_clone(block, operand.owner, {})
        output = _append_clone(block, layer, values)
        type_ = build_narrower_type(output, assignment.tensor_bits[found.output])
        output = Rewriter.replace_value_with_new_type(output, type_)
        block.add_op(ReturnOp(output))
        if isinstance(output.owner, LayerOperation):
            narrow_weights(output.owner, assignment.weight_bits[index], self.flavour)
        function = FuncOp(FUNCTION, (block.arg_types, [type_]), Region(block))
        function.attributes |= self.source.attributes
        return ModuleOp([function])


def find_distances(module: ModuleOp) -> Distances:
    """Distances of the tensors that `@layer` hands to its functions."""
    functions = [op for op in module.ops if isinstance(op, FuncOp)]
    distances, layer = CalleeDistances(functions), find_function(module)
    calls = [op for op in layer.body.block.ops if isinstance(op, CallOp)]
    used = Counter(value for call in calls for value in set(call.arguments))
    return {
        (call.callee.string_value(), source, destination): distances.find(call, source, destination)
        for call in calls
        for source, destination in permutations(range(len(call.arguments)), 2)
        # Scratch of one function has nothing to share.
        if all(
            isinstance(value, BlockArgument) or used[value] > 1
            for value in (call.arguments[source], call.arguments[destination])
        )
    }


def _append_clone(
    block: Block, op: QnnOperation, values: dict[SSAValue, SSAValue]
) -> OpResult[QnnTensorType]:
    """The result of a copy of an operation at the end of a block."""
    clone = op.clone(values)
    block.add_op(clone)
    clone.output.name_hint = op.output.name_hint
    return clone.output


def measure_module(module: ModuleOp) -> LayerSize:
    """Sizes of a layer at level 4."""
    constants = frozenset(
        op.sym_name.data
        for op in module.ops
        if isinstance(op, GlobalOp) and op.constant is not None
    )
    call_bytes = 0
    kernels: list[tuple[Hashable, int]] = []
    for function in module.ops:
        if isinstance(function, FuncOp):
            estimate = estimate_code_bytes(function)
            if is_private(function):
                kernels.append((get_kernel_form(function, constants), estimate))
            else:
                call_bytes += estimate
    return LayerSize(get_memory(module).constant_bytes, call_bytes, tuple(kernels))
