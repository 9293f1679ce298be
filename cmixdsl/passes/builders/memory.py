"""Where a layer's tensors live once functions are bufferized."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from xdsl.builder import Builder
from xdsl.dialects import memref
from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseArrayBase,
    IntegerAttr,
    IntegerType,
    MemRefType,
    i64,
)
from xdsl.ir import Block, Operation, SSAValue, Use
from xdsl.pattern_rewriter import PatternRewriter
from xdsl.rewriter import InsertPoint
from xdsl.utils.exceptions import PassFailedException
from xdsl.utils.hints import isa

from cmixdsl.dialects.cmix.blocks import ExpandOp
from cmixdsl.dialects.cmix.buffers import FromMemrefOp, ToMemrefOp
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.lane_blocks import ExpandWordsOp
from cmixdsl.dialects.cmix.movement import TransposeOp
from cmixdsl.dialects.cmix.schedule import ScheduleAttr
from cmixdsl.dialects.cmix.simple_layers import ReshapeOp
from cmixdsl.dialects.cmix.types import PackedType, keeps_bytes

SAME_BYTES = (memref.CastOp, memref.CollapseShapeOp, memref.ExpandShapeOp)
"""Operations whose result is the same bytes in the same order."""

VIEWS = (*SAME_BYTES, memref.ViewOp)
"""Operations whose result lies in the memory of their first operand."""


@dataclass(frozen=True)
class LayerMemory:
    """Memrefs that a layer reads its activations from and writes its output to."""

    inputs: list[SSAValue]
    output: SSAValue
    write: ToMemrefOp

    def erase(self, layer: Operation, rewriter: PatternRewriter) -> None:
        """Erases the layer with the operations that marked its memory."""
        reads = [value.owner for value in layer.operands]
        rewriter.erase(self.write)
        rewriter.erase(layer)
        for read in dict.fromkeys(reads):
            if isinstance(read, FromMemrefOp) and not read.result.uses:
                rewriter.erase(read)


def get_memory(layer: Operation) -> LayerMemory:
    """The memory of a layer with one result.

    Raises PassFailedException when an activation is not read from a memref or the result is not
    written to exactly one.
    """
    inputs: list[SSAValue] = []
    for value in layer.operands:
        if isinstance(value.owner, FromMemrefOp):
            inputs.append(value.owner.source)
        elif not isinstance(value.owner, ConstantOp):
            raise PassFailedException(
                f"{layer.name}: inputs must come from cmix.from_memref; "
                "run cmix-outline-layers and cmix-bufferize first"
            )
    uses = list(layer.results[0].uses)
    if len(uses) != 1 or not isinstance(write := uses[0].operation, ToMemrefOp):
        raise PassFailedException(
            f"{layer.name}: the result must be written by one cmix.to_memref; "
            "run cmix-outline-layers and cmix-bufferize first"
        )
    return LayerMemory(inputs, write.destination, write)


def build_scratch(
    layer: Operation, shape: tuple[int, ...], bits: int, name: str, rewriter: PatternRewriter
) -> SSAValue:
    """Allocates scratch memory at the start of the function that holds a layer."""
    block = _get_body(layer)
    alloc = memref.AllocOp.get(IntegerType(bits), shape=shape, alignment=4)
    alloc.memref.name_hint = name
    rewriter.insert(alloc, InsertPoint.at_start(block))
    return alloc.memref


def build_block_scratch(
    layer: Operation,
    shape: tuple[int, ...],
    bits: int,
    name: str,
    rewriter: PatternRewriter,
    *,
    may_be_longer: bool = False,
) -> SSAValue:
    """Scratch for expanded inputs of a block, shared by the blocks of a layer where shapes agree.

    Blocks come one after another, and each fills its scratch before it reads it. With
    `may_be_longer` a block shares scratch whose first dimension is larger, too.
    """
    for other in _get_body(layer).ops:
        if not isinstance(other, memref.AllocOp) or not _is_filled(other):
            continue
        type_ = get_memref_type(other.memref)
        length, *rest = type_.get_shape()
        is_long = length == shape[0] or (may_be_longer and length > shape[0])
        if type_.element_type == IntegerType(bits) and tuple(rest) == shape[1:] and is_long:
            return other.memref
    return build_scratch(layer, shape, bits, name, rewriter)


def _get_body(layer: Operation) -> Block:
    """The body of the function that holds a layer."""
    block = layer.parent_block()
    while block is not None and (parent := block.parent_op()) is not None:
        if parent.name == "func.func":
            break
        block = parent.parent_block()
    assert block is not None
    return block


def _is_filled(alloc: memref.AllocOp) -> bool:
    """Whether expanded inputs are written to a buffer."""
    return any(isinstance(use.operation, ExpandOp | ExpandWordsOp) for use in alloc.memref.uses)


def build_stack_scratch(
    layer: Operation, shape: tuple[int, ...], bits: int, name: str, rewriter: PatternRewriter
) -> SSAValue:
    """As `build_scratch`, for few bytes that are used often: they lie on the stack."""
    value = build_scratch(layer, shape, bits, name, rewriter)
    alloc = value.owner
    assert isinstance(alloc, memref.AllocOp)
    alloca = memref.AllocaOp.get(IntegerType(bits), shape=shape, alignment=4)
    alloca.memref.name_hint = name
    rewriter.replace(alloc, alloca)
    return alloca.memref


def get_memref_type(value: SSAValue) -> MemRefType[IntegerType]:
    """The type of a memref of integers."""
    type_ = value.type
    assert isa(type_, MemRefType[IntegerType]), f"expected a memref of integers, found {type_}"
    return type_


def get_root(value: SSAValue) -> SSAValue:
    """The memory that a view, or a view of a view, looks at."""
    while isinstance(value.owner, VIEWS):
        value = value.owner.operands[0]
    return value


def get_uses_through_views(value: SSAValue) -> Iterator[Use]:
    """The uses of a memref and of all views of it, but for those that make a view."""
    for use in value.uses:
        if isinstance(use.operation, VIEWS):
            yield from get_uses_through_views(use.operation.results[0])
        else:
            yield use


def build_collapsed(builder: Builder, value: SSAValue, count: int, first: int = 0) -> SSAValue:
    """A view of a memref with `count` dimensions merged, number `first` and those that follow."""
    rank = len(get_memref_type(value).get_shape())
    merged = range(first, first + count)
    groups = [*([d] for d in range(first)), merged, *([d] for d in range(first + count, rank))]
    return _build_collapse(builder, value, groups)


def build_reshaped(builder: Builder, value: SSAValue, shape: Sequence[int]) -> SSAValue:
    """A view of a memref under another shape with as many elements."""
    found = get_memref_type(value).get_shape()
    if found == tuple(shape):
        return value
    if (groups := get_reassociation(found, shape)) is not None:
        return _build_collapse(builder, value, groups)
    if (groups := get_reassociation(shape, found)) is None:
        value = build_collapsed(builder, value, len(found))
        groups = [range(len(shape))]
    expand = memref.ExpandShapeOp.create(
        operands=[value],
        result_types=[MemRefType(get_memref_type(value).element_type, shape)],
        properties={
            "reassociation": _get_reassociation_attr(groups),
            "static_output_shape": DenseArrayBase.from_list(i64, shape),
        },
    )
    expand.result.name_hint = value.name_hint
    return builder.insert(expand).result


def get_reassociation(fine: Sequence[int], coarse: Sequence[int]) -> list[range] | None:
    """The dimensions of `fine` that merge into each of `coarse`; None where they do not."""
    groups: list[range] = []
    end = 0
    for size in coarse:
        start = end
        while end < len(fine) and (end == start or prod(fine[start:end]) < size):
            end += 1
        if end == start or prod(fine[start:end]) != size:
            return None
        groups.append(range(start, end))
    if not groups or prod(fine[end:]) != 1:
        return None
    groups[-1] = range(groups[-1].start, len(fine))
    return groups


def _build_collapse(builder: Builder, value: SSAValue, groups: Sequence[Sequence[int]]) -> SSAValue:
    type_ = get_memref_type(value)
    shape = type_.get_shape()
    merged = [prod(shape[dimension] for dimension in group) for group in groups]
    collapse = memref.CollapseShapeOp.create(
        operands=[value],
        result_types=[MemRefType(type_.element_type, merged)],
        properties={"reassociation": _get_reassociation_attr(groups)},
    )
    collapse.result.name_hint = value.name_hint
    return builder.insert(collapse).result


def _get_reassociation_attr(groups: Sequence[Sequence[int]]) -> ArrayAttr:
    return ArrayAttr(
        ArrayAttr(IntegerAttr(dimension, i64) for dimension in group) for group in groups
    )


def is_view(op: Operation) -> bool:
    """Whether a layer's result has the bytes of its operand in the same order: there is no work."""
    match op:
        case ReshapeOp():
            return keeps_bytes(op.input_type, op.output_type)
        case TransposeOp():
            shape = op.input_type.get_shape()
            moved = [axis for axis in op.permutation.get_values() if shape[axis] > 1]
            return moved == sorted(moved) and keeps_bytes(op.input_type, op.output_type)
        case _:
            return False


def begins_bytes(schedule: ScheduleAttr | None, type_: PackedType) -> bool:
    """Whether the channels of a byte are written one after another, the first of them alone first.

    So nothing needs to be cleared.
    """
    channels = 1 if schedule is None else schedule.channels.data
    return channels > 1 and not needs_merging(channels, type_)


def needs_merging(elements: int, type_: PackedType) -> bool:
    """Whether writing so many elements at a time leaves bytes that several writes share."""
    return elements * type_.bits % 8 != 0
