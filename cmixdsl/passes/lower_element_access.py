"""Lowers reads and writes of packed elements to bytes, shifts and masks.

Neighbouring elements that fill whole bytes are written without reading what was there; others are
merged into their byte.

Before:
```mlir
func.func @f(%m: memref<2x2xi8>, %a: i32, %b: i32) {
  %c0 = arith.constant 0 : index
  cmix.store_elements %a, %b to %m[%c0, %c0] : memref<2x2xi8> as <2x4xui4>
  return
}
```

After:
```mlir
func.func @f(%m: memref<2x2xi8>, %a: i32, %b: i32) {
  %c0 = arith.constant 0 : index
  %four = arith.constant 4 : i32
  %shifted = arith.shli %b, %four : i32
  %packed = arith.ori %a, %shifted : i32
  %byte = arith.trunci %packed : i32 to i8
  memref.store %byte, %m[%c0, %c0] : memref<2x2xi8>
  return
}
```
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import ModuleOp, i8, i32
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.buffers import LoadElementOp, StoreElementsOp
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.passes.builders.index_arithmetic import Linear, build_index, get_linear_form
from cmixdsl.passes.builders.rewriting import rewrite_each
from cmixdsl.passes.builders.word_arithmetic import build_word


@dataclass(frozen=True)
class Field:
    """Where an element stands: the byte's position along its row, and the field's first bit."""

    byte: SSAValue
    shift: SSAValue | int


def build_field(builder: Builder, column: SSAValue, bits: int) -> Field:
    """The field of an element; its shift is a number where it is known at compile time."""
    per_byte = 8 // bits
    if per_byte == 1:
        return Field(column, 0)
    form = get_linear_form(column)
    phase = form.get_residue(per_byte)
    byte = form.build_quotient(builder, per_byte, "byte")
    if phase is not None:
        return Field(byte, phase * bits)
    divisor = build_index(builder, per_byte)
    rest = builder.insert(arith.RemUIOp(column, divisor)).result
    rest = builder.insert(arith.IndexCastOp(rest, i32)).result
    no_overflow = arith.IntegerOverflowAttr([arith.IntegerOverflowFlag.NSW])
    shift = builder.insert(
        arith.MuliOp(rest, build_word(builder, bits), overflow=no_overflow)
    ).result
    shift.name_hint = "shift"
    return Field(byte, shift)


def _build_shift(
    builder: Builder, value: SSAValue, shift: SSAValue | int, op: type[arith.ShLIOp | arith.ShRUIOp]
) -> SSAValue:
    if isinstance(shift, int):
        if not shift:
            return value
        shift = build_word(builder, shift)
    return builder.insert(op(value, shift)).result


def build_load(
    builder: Builder, bytes_: SSAValue, indices: Sequence[SSAValue], type_: PackedType
) -> SSAValue:
    """Reads an element and extends it to 32 bits."""
    *row, column = indices
    field = build_field(builder, column, type_.bits)
    load = builder.insert(memref.LoadOp.get(bytes_, [*row, field.byte])).res
    if type_.bits == 8:
        extend = arith.ExtSIOp if type_.is_signed else arith.ExtUIOp
        return builder.insert(extend(load, i32)).result
    value = builder.insert(arith.ExtUIOp(load, i32)).result
    value = _build_shift(builder, value, field.shift, arith.ShRUIOp)
    mask = build_word(builder, (1 << type_.bits) - 1)
    value = builder.insert(arith.AndIOp(value, mask)).result
    if type_.is_signed:
        sign = build_word(builder, 1 << (type_.bits - 1))
        value = builder.insert(arith.XOrIOp(value, sign)).result
        value = builder.insert(arith.SubiOp(value, sign)).result
    return value


def _build_masked(builder: Builder, value: SSAValue, type_: PackedType) -> SSAValue:
    """The field of a value: a negative one has ones above it."""
    if not type_.is_signed or type_.bits == 8:
        return value
    mask = build_word(builder, (1 << type_.bits) - 1)
    return builder.insert(arith.AndIOp(value, mask)).result


def _build_byte_store(
    builder: Builder, value: SSAValue, bytes_: SSAValue, indices: Sequence[SSAValue]
) -> None:
    byte = builder.insert(arith.TruncIOp(value, i8)).result
    byte.name_hint = "byte"
    builder.insert(memref.StoreOp.get(byte, bytes_, list(indices)))


def _build_packed(builder: Builder, values: Sequence[SSAValue], type_: PackedType) -> SSAValue:
    """The elements of one byte, the first in the lowest bits."""
    packed: SSAValue | None = None
    for position, value in enumerate(values):
        field = _build_masked(builder, value, type_)
        field = _build_shift(builder, field, position * type_.bits, arith.ShLIOp)
        packed = field if packed is None else builder.insert(arith.OrIOp(packed, field)).result
    assert packed is not None
    return packed


def _build_merge(
    builder: Builder, op: StoreElementsOp, values: Sequence[SSAValue], column: Linear
) -> None:
    """Writes elements of one byte into it, keeping the others."""
    bits = op.type.bits
    field = build_field(builder, column.build(builder, "o"), bits)
    indices = [*op.indices[:-1], field.byte]
    old = builder.insert(memref.LoadOp.get(op.memref, indices)).res
    old = builder.insert(arith.ExtUIOp(old, i32)).result
    if op.cleared is None:
        ones = build_word(builder, (1 << (bits * len(values))) - 1)
        mask = _build_shift(builder, ones, field.shift, arith.ShLIOp)
        others = builder.insert(arith.XOrIOp(mask, build_word(builder, -1))).result
        old = builder.insert(arith.AndIOp(old, others)).result
    packed = _build_packed(builder, values, op.type)
    new = _build_shift(builder, packed, field.shift, arith.ShLIOp)
    merged = builder.insert(arith.OrIOp(old, new)).result
    _build_byte_store(builder, merged, op.memref, indices)


def _get_merged_count(start: Linear, rest: int, per_byte: int) -> int:
    """How many of the `rest` elements from `start` on surely stand in one byte."""
    return max(
        count
        for count in range(1, min(rest, per_byte) + 1)
        if count == 1 or (per_byte % count == 0 and start.is_multiple_of(count))
    )


def build_store(builder: Builder, op: StoreElementsOp) -> None:
    """Writes neighbouring elements: whole bytes where they are aligned, else parts of bytes.

    The last elements of a row fill their byte too: what pads it is 0.
    """
    per_byte = 8 // op.type.bits
    *row, column = op.indices
    form = get_linear_form(column)
    width = op.type.get_shape()[-1]
    values = list(op.values)
    position = 0
    while position < len(values):
        start = form + position
        rest = len(values) - position
        ends_row = start.get_range() == (width - rest, width - rest)
        fills_byte = rest >= per_byte or ends_row or op.fresh is not None
        if start.is_multiple_of(per_byte) and fills_byte:
            chunk = values[position : position + per_byte]
            index = start.build_quotient(builder, per_byte, "o")
            packed = _build_packed(builder, chunk, op.type)
            _build_byte_store(builder, packed, op.memref, [*row, index])
        else:
            count = _get_merged_count(start, rest, per_byte)
            chunk = values[position : position + count]
            _build_merge(builder, op, chunk, start)
        position += len(chunk)


class LowerLoadElement(RewritePattern):
    """Lowers the read of an element."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, LoadElementOp):
            return
        builder = Builder(InsertPoint.before(op))
        value = build_load(builder, op.memref, op.indices, op.type)
        value.name_hint = op.result.name_hint
        rewriter.replace(op, [], [value])


class LowerStoreElements(RewritePattern):
    """Lowers the write of neighbouring elements."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, StoreElementsOp):
            return
        build_store(Builder(InsertPoint.before(op)), op)
        rewriter.erase(op)


@dataclass(frozen=True)
class LowerElementAccessPass(ModulePass):
    """Lowers reads and writes of packed elements to bytes."""

    name = "lower-element-access"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite_each(op, LowerLoadElement(), LoadElementOp)
        rewrite_each(op, LowerStoreElements(), StoreElementsOp)
