"""The memory of a compiled network, read back from its module: which bytes live when.

Steps are the calls in the network's function, in order. A buffer lives from the first step that
uses it to the last, both inclusive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import (
    DictionaryAttr,
    IntegerAttr,
    IntegerType,
    MemRefType,
    ModuleOp,
    StringAttr,
)
from xdsl.dialects.func import CallOp, FuncOp
from xdsl.dialects.memref import ViewOp
from xdsl.ir import Block, SSAValue
from xdsl.utils.hints import isa

from cmixdsl.errors import CmixError
from cmixdsl.model import LAYER_ATTRIBUTE, Model, find_model
from cmixdsl.passes.builders.buffer_overlaps import CalleeDistances, find_overlaps
from cmixdsl.passes.builders.memory_plan import Buffer, Overlap, get_lower_bound


@dataclass(frozen=True)
class PlacedBuffer(Buffer):
    """A buffer in the arena."""

    offset: int
    """Of its first byte, from the arena's."""

    @property
    def end(self) -> int:
        """The offset behind its last byte."""
        return self.offset + self.size


@dataclass(frozen=True)
class Arena:
    """All buffers of a network."""

    size: int
    """Bytes; 0 when nothing needs a buffer."""
    steps: tuple[str, ...]
    """The layer of each step, or the function that it calls."""
    buffers: tuple[PlacedBuffer, ...]
    inputs: tuple[Buffer, ...]
    """The caller's."""
    outputs: tuple[Buffer, ...]
    """The caller's."""
    overlaps: tuple[Overlap, ...] = ()
    """Of the buffers, by position, those that the layer between them lets share bytes."""

    @property
    def lower_bound(self) -> int:
        """Bytes of the arena that live at the same step, at most: no arena could be smaller."""
        return get_lower_bound(self.buffers, self.overlaps)

    def get_dead_ranges(self, step: int) -> list[tuple[int, int]]:
        """The bytes, as offsets from and to (exclusive), that nothing needs before `step`.

        What lives at this step for the first time is not needed before either.
        """
        needed = sorted(
            (buffer.offset, buffer.end)
            for buffer in self.buffers
            if buffer.first < step <= buffer.last
        )
        ranges: list[tuple[int, int]] = []
        position = 0
        for start, end in (*needed, (self.size, self.size)):
            if start > position:
                ranges.append((position, start))
            position = max(position, end)
        return ranges


def read_arena(module: ModuleOp) -> Arena:
    """The arena of the network in `module`, which has been through `cmix-plan-buffers`.

    Raises CmixError when there is no network, or its buffers have no place yet.
    """
    model = find_model(module)
    if not model.in_buffers:
        raise CmixError(f"expected @{model.name} to have buffers, found packed tensors")
    block = model.function.body.block
    calls = [op for op in block.ops if isinstance(op, CallOp)]
    steps = {call: step for step, call in enumerate(calls)}
    views = [op for op in block.ops if isinstance(op, ViewOp)]
    found = [(view.results[0], _read_buffer(view, block, steps)) for view in views]
    placed = [(value, buffer) for value, buffer in found if buffer is not None]
    functions = {op.sym_name.data: op for op in module.ops if isinstance(op, FuncOp)}
    inputs, outputs = _get_arguments(model, block, steps)
    return Arena(
        size=_get_arena_bytes(block),
        steps=tuple(_get_layer_name(call, functions) for call in calls),
        buffers=tuple(buffer for _, buffer in placed),
        inputs=inputs,
        outputs=outputs,
        overlaps=tuple(find_overlaps(steps, placed, CalleeDistances(functions.values()).find)),
    )


def _get_arena_bytes(block: Block) -> int:
    sources = [op.source for op in block.ops if isinstance(op, ViewOp)]
    return _get_bytes(sources[0]) if sources else 0


def _read_buffer(view: ViewOp, block: Block, steps: dict[CallOp, int]) -> PlacedBuffer | None:
    offset = view.byte_shift.owner
    if not isinstance(offset, ConstantOp) or not isa(offset.value, IntegerAttr):
        raise CmixError(f"expected a constant offset in the arena, found {view.byte_shift}")
    value = view.results[0]
    used = _get_steps([value], block, steps)
    if not used:
        return None
    name = value.name_hint or "buffer"
    return PlacedBuffer(name, _get_bytes(value), min(used), max(used), offset.value.value.data)


def _get_arguments(
    model: Model, block: Block, steps: dict[CallOp, int]
) -> tuple[tuple[Buffer, ...], tuple[Buffer, ...]]:
    """Inputs, which live from the start, and outputs, which live to the end."""
    last = max(len(steps) - 1, 0)
    inputs: list[Buffer] = []
    outputs: list[Buffer] = []
    for index, argument in enumerate(block.args):
        used = _get_steps([argument], block, steps) or [0, last]
        name = (argument.name_hint or "argument").removesuffix("_bytes")
        size = _get_bytes(argument)
        if index < len(model.inputs):
            inputs.append(Buffer(name, size, 0, max(used)))
        elif index < len(model.inputs) + len(model.outputs):
            outputs.append(Buffer(name, size, min(used), last))
    return tuple(inputs), tuple(outputs)


def _get_steps(values: Iterable[SSAValue], block: Block, steps: dict[CallOp, int]) -> list[int]:
    """The steps that use values, or what is derived from them."""
    found: list[int] = []
    for value in values:
        for use in value.uses:
            op = block.find_ancestor_op_in_block(use.operation)
            if isinstance(op, CallOp):
                found.append(steps[op])
            else:
                found += _get_steps(use.operation.results, block, steps)
    return found


def _get_layer_name(call: CallOp, functions: dict[str, FuncOp]) -> str:
    name = call.callee.string_value()
    function = functions.get(name)
    attributes = {} if function is None else function.attributes
    layer = call.attributes.get(LAYER_ATTRIBUTE, attributes.get(LAYER_ATTRIBUTE))
    found = layer.data.get("name") if isinstance(layer, DictionaryAttr) else None
    return found.data if isinstance(found, StringAttr) else name


def _get_bytes(value: SSAValue) -> int:
    type_ = value.type
    assert isa(type_, MemRefType[IntegerType]), f"expected a memref of integers, found {type_}"
    return prod(type_.get_shape()) * type_.element_type.width.data // 8
