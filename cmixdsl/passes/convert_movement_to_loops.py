"""Lowers layers that only move elements to copies of bytes where rows allow it, else to loops.

Before:
```mlir
func.func private @layer(%a_bytes: memref<2x2xi8>, %b_bytes: memref<2x1xi8>,
                         %y_bytes: memref<2x3xi8>) {
  %a = cmix.from_memref %a_bytes : memref<2x2xi8> as !cmix.packed<2x4xui4>
  %b = cmix.from_memref %b_bytes : memref<2x1xi8> as !cmix.packed<2x1xui4>
  %y = cmix.concat %a, %b axis 1
      : !cmix.packed<2x4xui4>, !cmix.packed<2x1xui4> -> !cmix.packed<2x5xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x5xui4> to memref<2x3xi8>
  return
}
```

After, for the first input:
```mlir
func.func private @layer(%a: memref<4xi8>, %y: memref<6xi8>, %c0: index) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  scf.for %d0 = %c0 to %c2 step %c1 {
    %from = arith.muli %d0, %c2 : index
    %source = memref.view %a[%from][] : memref<4xi8> to memref<2xi8>
    %to = arith.muli %d0, %c3 : index
    %target = memref.view %y[%to][] : memref<6xi8> to memref<2xi8>
    "memref.copy"(%source, %target) : (memref<2xi8>, memref<2xi8>) -> ()
  }
  return
}
```
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import MemRefType, ModuleOp, i8
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.buffers import ClearOp, StoreElementsOp
from cmixdsl.dialects.cmix.movement import ConcatOp, PadOp, TransposeOp
from cmixdsl.dialects.cmix.simple_layers import ReshapeOp, UnaryLayerOperation
from cmixdsl.passes.builders.element_loops import Tensor, build_row_loops
from cmixdsl.passes.builders.index_arithmetic import Linear, build_index, build_loop, build_yield
from cmixdsl.passes.builders.memory import (
    build_collapsed,
    get_memory,
    get_memref_type,
    is_view,
    needs_merging,
)
from cmixdsl.passes.builders.word_arithmetic import build_word

Body = Callable[[Builder, list[Linear]], None]

# region Loops and copies


def build_nest(builder: Builder, extents: Sequence[int], body: Body) -> None:
    """Loops over a box, none where an extent is 1; `body` gets the positions, outermost first."""
    builders: list[Builder] = [builder]
    positions: list[Linear] = []
    for dimension, extent in enumerate(extents):
        if extent == 1:
            positions.append(Linear())
            continue
        loop, inner = build_loop(builders[-1], (0, extent, 1), f"d{dimension}")
        builders.append(inner)
        positions.append(Linear.get(loop.body.block.args[0]))
    body(builders[-1], positions)
    for inner in reversed(builders[1:]):
        build_yield(inner)


def get_strides(shape: Sequence[int]) -> list[int]:
    """How far apart neighbours along each dimension lie, row-major."""
    return [prod(shape[dimension + 1 :]) for dimension in range(len(shape))]


def get_offset(positions: Sequence[Linear], strides: Sequence[int]) -> Linear:
    """The row-major offset of positions."""
    return sum((p * s for p, s in zip(positions, strides, strict=True)), Linear())


def build_positions(builder: Builder, positions: Sequence[Linear]) -> list[SSAValue]:
    """The positions as values."""
    return [position.build(builder, "position") for position in positions]


def build_flat_bytes(builder: Builder, value: SSAValue) -> SSAValue:
    """A memref of bytes as one row."""
    rank = len(get_memref_type(value).get_shape())
    return value if rank == 1 else build_collapsed(builder, value, rank)


def _build_bytes(builder: Builder, value: SSAValue, start: Linear, count: int) -> SSAValue:
    """So many bytes of a row of bytes."""
    if get_memref_type(value).get_shape() == (count,):
        return value
    offset = start.build(builder, "offset")
    view = memref.ViewOp.create(operands=[value, offset], result_types=[MemRefType(i8, [count])])
    view.results[0].name_hint = value.name_hint
    return builder.insert(view).results[0]


def build_copy(
    builder: Builder, source: tuple[SSAValue, Linear], target: tuple[SSAValue, Linear], count: int
) -> None:
    """Copies `count` bytes between rows of bytes, each with an offset."""
    values = [_build_bytes(builder, *end, count) for end in (source, target)]
    builder.insert(memref.CopyOp(values[0], values[1]))


def build_move(
    builder: Builder,
    source: tuple[Tensor, Sequence[Linear]],
    target: tuple[Tensor, Sequence[Linear]],
    *,
    cleared: bool,
) -> None:
    """Moves one element."""
    (origin, taken), (destination, given) = source, target
    element = origin.build_load(builder, build_positions(builder, taken))
    indices = build_positions(builder, given)
    builder.insert(
        StoreElementsOp([element], destination.memory, indices, destination.type, cleared=cleared)
    )


# endregion
# region Reshape and transpose


def _get_tensors(op: UnaryLayerOperation) -> tuple[Tensor, Tensor]:
    """What a layer reads and writes."""
    memory = get_memory(op)
    return Tensor(memory.inputs[0], op.input_type), Tensor(memory.output, op.output_type)


def _copy_whole(builder: Builder, source: Tensor, target: Tensor) -> None:
    values = [build_flat_bytes(builder, tensor.memory) for tensor in (source, target)]
    builder.insert(memref.CopyOp(values[0], values[1]))


def get_split_position(builder: Builder, flat: SSAValue, shape: Sequence[int]) -> list[SSAValue]:
    """The indices of a row-major position."""
    indices: list[SSAValue] = []
    for size in reversed(shape[1:]):
        extent = build_index(builder, size)
        indices.append(builder.insert(arith.RemUIOp(flat, extent)).result)
        flat = builder.insert(arith.DivUIOp(flat, extent)).result
    return [flat, *reversed(indices)]


def convert_reshape(builder: Builder, op: ReshapeOp) -> None:
    """One copy where packed bytes stay in order, else element by element."""
    source, target = _get_tensors(op)
    if is_view(op):
        _copy_whole(builder, source, target)
        return
    shape = source.type.get_shape()
    cleared = needs_merging(1, target.type)
    if cleared:
        builder.insert(ClearOp(target.memory))

    def move(inside: Builder, positions: list[Linear]) -> None:
        flat = get_offset(positions, get_strides(shape)).build(inside, "n")
        given = get_split_position(inside, flat, target.type.get_shape())
        ends = (source, positions), (target, [Linear.get(index) for index in given])
        build_move(inside, *ends, cleared=cleared)

    build_nest(builder, shape, move)


def convert_transpose(builder: Builder, op: TransposeOp) -> None:
    """Copies the blocks of the last dimensions that stay in place, else moves elements."""
    source, target = _get_tensors(op)
    shape, permutation = target.type.get_shape(), op.permutation.get_values()
    if is_view(op):
        _copy_whole(builder, source, target)
    elif permutation[-1] != len(shape) - 1:
        _transpose_elements(builder, op, source, target)
    else:
        _transpose_blocks(builder, op, source, target)


def _transpose_blocks(builder: Builder, op: TransposeOp, source: Tensor, target: Tensor) -> None:
    permutation = op.permutation.get_values()
    fixed = len(permutation)
    while fixed and permutation[fixed - 1] == fixed - 1:
        fixed -= 1
    storage = target.type.get_storage_shape()
    strides = get_strides(source.type.get_storage_shape())
    origin, destination = (build_flat_bytes(builder, end.memory) for end in (source, target))

    def copy(inside: Builder, positions: list[Linear]) -> None:
        taken = get_offset(positions, [strides[dimension] for dimension in permutation[:fixed]])
        given = get_offset(positions, get_strides(storage)[:fixed])
        build_copy(inside, (origin, taken), (destination, given), prod(storage[fixed:]))

    build_nest(builder, storage[:fixed], copy)


def _transpose_elements(builder: Builder, op: TransposeOp, source: Tensor, target: Tensor) -> None:
    order = op.permutation.get_values()

    def store(inside: Builder, row: list[SSAValue], start: Linear, count: int) -> None:
        elements: list[SSAValue] = []
        for offset in range(count):
            given = [*row, (start + offset).build(inside, "column")]
            taken = sorted(range(len(order)), key=lambda position: order[position])
            elements.append(source.build_load(inside, [given[position] for position in taken]))
        indices = [*row, start.build(inside, "column")]
        inside.insert(StoreElementsOp(elements, target.memory, indices, target.type))

    build_row_loops(builder, target, store)


# endregion
# region Concatenation


def convert_concat(builder: Builder, op: ConcatOp) -> None:
    """Copies blocks of whole bytes, else moves elements into cleared bytes."""
    memory, axis = get_memory(op), op.axis.value.data
    target = Tensor(memory.output, op.output_type)
    sources = [Tensor(*pair) for pair in zip(memory.inputs, op.input_types, strict=True)]
    is_innermost = axis == len(op.output_type.get_shape()) - 1
    has_blocks = not is_innermost or all(source.has_whole_rows for source in sources[:-1])
    if not has_blocks:
        builder.insert(ClearOp(target.memory))
    start = 0
    for source in sources:
        if has_blocks:
            start += _concat_blocks(builder, source, target, axis, start)
        else:
            start += _concat_elements(builder, source, target, start)


def _concat_blocks(builder: Builder, source: Tensor, target: Tensor, axis: int, start: int) -> int:
    """Copies one input to where its first byte belongs; returns the bytes of a block."""
    block = prod(source.type.get_storage_shape()[axis:])
    stride = prod(target.type.get_storage_shape()[axis:])
    origin, destination = (build_flat_bytes(builder, end.memory) for end in (source, target))

    def copy(inside: Builder, positions: list[Linear]) -> None:
        ends = (origin, positions[0] * block), (destination, positions[0] * stride + start)
        build_copy(inside, *ends, block)

    build_nest(builder, [prod(source.type.get_shape()[:axis])], copy)
    return block


def _concat_elements(builder: Builder, source: Tensor, target: Tensor, start: int) -> int:
    """Moves one input behind the columns before it; returns how many columns it has."""
    origin, destination = source.build_rows(builder), target.build_rows(builder)

    def move(inside: Builder, positions: list[Linear]) -> None:
        given = [*positions[:-1], positions[-1] + start]
        build_move(inside, (origin, positions), (destination, given), cleared=True)

    build_nest(builder, origin.type.get_shape(), move)
    return source.type.get_shape()[-1]


# endregion
# region Padding


def convert_pad(builder: Builder, op: PadOp) -> None:
    """Fills the output with the value, then copies the input into it."""
    source, target = _get_tensors(op)
    _fill(builder, target, op.value.value.data)
    padded = [dimension for dimension, width in enumerate(op.widths) if any(width)]
    first = max(padded, default=0)
    low, high = op.widths[-1]
    bits, storage = source.type.bits, source.type.get_storage_shape()
    if first == len(storage) - 1 and (low * bits % 8 or (high and not source.has_whole_rows)):
        _pad_elements(builder, op, source, target)
        return
    starts = [Linear(width[0]) for width in op.widths[:first]]
    strides = (
        get_strides(source.type.get_storage_shape()),
        get_strides(target.type.get_storage_shape()),
    )
    lead = op.widths[first][0]
    lead = lead * bits // 8 if first == len(storage) - 1 else lead * strides[1][first]
    origin, destination = (build_flat_bytes(builder, end.memory) for end in (source, target))

    def copy(inside: Builder, positions: list[Linear]) -> None:
        moved = [position + start for position, start in zip(positions, starts, strict=True)]
        taken = get_offset(positions, strides[0][:first])
        given = get_offset(moved, strides[1][:first]) + lead
        build_copy(inside, (origin, taken), (destination, given), prod(storage[first:]))

    build_nest(builder, storage[:first], copy)


def _pad_elements(builder: Builder, op: PadOp, source: Tensor, target: Tensor) -> None:
    def move(inside: Builder, positions: list[Linear]) -> None:
        given = [position + low for position, (low, _) in zip(positions, op.widths, strict=True)]
        build_move(inside, (source, positions), (target, given), cleared=False)

    build_nest(builder, source.type.get_shape(), move)


def _fill(builder: Builder, target: Tensor, value: int) -> None:
    """Sets all elements; bits that pad a row stay 0."""
    type_ = target.type
    field = value & ((1 << type_.bits) - 1)
    fields = 8 // type_.bits
    pattern = sum(field << (type_.bits * position) for position in range(fields))
    builder.insert(ClearOp(target.memory, pattern))
    rest = type_.get_shape()[-1] % fields
    if not rest or not pattern:
        return
    rows = target.build_rows(builder)
    end = get_memref_type(rows.memory).get_shape()[-1] - 1

    def store(inside: Builder, positions: list[Linear]) -> None:
        word = build_word(inside, pattern & ((1 << (rest * type_.bits)) - 1), "fill")
        byte = inside.insert(arith.TruncIOp(word, i8)).result
        indices = build_positions(inside, [*positions, Linear(end)])
        inside.insert(memref.StoreOp.get(byte, rows.memory, indices))

    build_nest(builder, rows.type.get_shape()[:-1], store)


# endregion


class ConvertMovement(RewritePattern):
    """Rewrites a layer that moves elements."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        builder = Builder(InsertPoint.before(op))
        match op:
            case ReshapeOp():
                convert_reshape(builder, op)
            case TransposeOp():
                convert_transpose(builder, op)
            case ConcatOp():
                convert_concat(builder, op)
            case PadOp():
                convert_pad(builder, op)
            case _:
                return
        get_memory(op).erase(op, rewriter)


@dataclass(frozen=True)
class ConvertMovementToLoopsPass(ModulePass):
    """Lowers concatenations, paddings, reshapes and transpositions to copies and loops."""

    name = "convert-movement-to-loops"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(ConvertMovement(), apply_recursively=False).rewrite_module(op)
