"""Lowers layers that compute every output element from elements at one position: add and reshape.

Before:
```mlir
func.func private @layer(%x_bytes: memref<2x1xi8>, %y_bytes: memref<2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x1xi8> as !cmix.packed<2x1xui8>
  %y = cmix.reshape %x : !cmix.packed<2x1xui8> -> !cmix.packed<2xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2xui8> to memref<2xi8>
  return
}
```

After:
```mlir
func.func private @layer(%x_bytes: memref<2x1xi8>, %y_bytes: memref<2xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.for %n = %c0 to %c2 step %c1 {
    %x = cmix.load_element %x_bytes[%n, %c0] : memref<2x1xi8> as <2x1xui8>
    cmix.store_elements %x to %y_bytes[%n] : memref<2xi8> as <2xui8>
  }
  return
}
```
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith
from xdsl.dialects.builtin import IntegerType, ModuleOp, Signedness
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.blocks import RequantizeOp
from cmixdsl.dialects.cmix.buffers import ClearOp, LoadElementOp, StoreElementsOp
from cmixdsl.dialects.cmix.simple_layers import AddOp, ReshapeOp
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.passes.index_arithmetic import Linear, build_index, build_loop, build_yield
from cmixdsl.passes.memory import get_memory, needs_merging
from cmixdsl.passes.word_arithmetic import build_word

Body = Callable[[Builder, list[SSAValue]], None]


def build_nest(builder: Builder, extents: Sequence[int], names: Sequence[str], body: Body) -> None:
    """Loops over a box; `body` gets the loop variables, outermost first."""
    builders: list[Builder] = [builder]
    variables: list[SSAValue] = []
    for extent, name in zip(extents, names, strict=True):
        loop, inner = build_loop(builders[-1], (0, extent, 1), name)
        builders.append(inner)
        variables.append(loop.body.block.args[0])
    body(builders[-1], variables)
    for inner in reversed(builders[1:]):
        build_yield(inner)


def get_dimension_names(rank: int) -> list[str]:
    """Names of loop variables over a tensor: y, x, c for an image."""
    return ["y", "x", "c"] if rank == 3 else [f"d{index}" for index in range(rank)]


def _build_term(builder: Builder, element: SSAValue, zero: int, multiplier: int) -> SSAValue:
    if zero:
        element = builder.insert(arith.SubiOp(element, build_word(builder, zero, "zero"))).result
    if multiplier != 1:
        factor = build_word(builder, multiplier, "multiplier")
        element = builder.insert(arith.MuliOp(element, factor)).result
    return element


class ConvertAdd(RewritePattern):
    """Rewrites an elementwise sum."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, AddOp):
            return
        memory = get_memory(op)
        type_ = op.output_type

        def build_element(builder: Builder, indices: list[SSAValue]) -> None:
            terms: list[SSAValue] = []
            for source, (input_type, zero, multiplier) in zip(memory.inputs, op.terms, strict=True):
                element = builder.insert(LoadElementOp(source, indices, input_type)).result
                terms.append(_build_term(builder, element, zero, multiplier))
            total = builder.insert(arith.AddiOp(terms[0], terms[1])).result
            total.name_hint = "acc"
            channel = build_index(builder, 0)
            requantize = RequantizeOp(total, channel, op.requant, type_.element_type)
            result = builder.insert(requantize).result
            cleared = needs_merging(1, type_)
            builder.insert(
                StoreElementsOp([result], memory.output, indices, type_, cleared=cleared)
            )

        builder = Builder(InsertPoint.before(op))
        if needs_merging(1, type_):
            builder.insert(ClearOp(memory.output))
        shape = type_.get_shape()
        build_nest(builder, shape, get_dimension_names(len(shape)), build_element)
        memory.erase(op, rewriter)


def get_split_position(builder: Builder, flat: SSAValue, shape: Sequence[int]) -> list[SSAValue]:
    """The indices of a row-major position."""
    indices: list[SSAValue] = []
    for size in reversed(shape[1:]):
        extent = build_index(builder, size)
        indices.append(builder.insert(arith.RemUIOp(flat, extent)).result)
        flat = builder.insert(arith.DivUIOp(flat, extent)).result
    return [flat, *reversed(indices)]


def get_flat_position(indices: Sequence[SSAValue], shape: Sequence[int]) -> Linear:
    """The row-major position of indices."""
    flat = Linear()
    for index, size in zip(indices, shape, strict=True):
        flat = flat * size + Linear.get(index)
    return flat


class ConvertReshape(RewritePattern):
    """Rewrites a reshape as a copy, of bytes where those stay the same, else of elements."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ReshapeOp):
            return
        memory = get_memory(op)
        source_type, type_ = op.input_type, op.output_type
        if op.keeps_bytes():
            source_type, type_ = _get_byte_view(source_type), _get_byte_view(type_)

        def build_element(builder: Builder, indices: list[SSAValue]) -> None:
            flat = get_flat_position(indices, source_type.get_shape()).build(builder, "n")
            target = get_split_position(builder, flat, type_.get_shape())
            element = builder.insert(LoadElementOp(memory.inputs[0], indices, source_type)).result
            cleared = needs_merging(1, type_)
            builder.insert(
                StoreElementsOp([element], memory.output, target, type_, cleared=cleared)
            )

        builder = Builder(InsertPoint.before(op))
        if needs_merging(1, type_):
            builder.insert(ClearOp(memory.output))
        shape = source_type.get_shape()
        build_nest(builder, shape, get_dimension_names(len(shape)), build_element)
        memory.erase(op, rewriter)


def _get_byte_view(type_: PackedType) -> PackedType:
    """The packed bytes as a tensor of 8-bit elements."""
    return PackedType(type_.get_storage_shape(), IntegerType(8, Signedness.UNSIGNED))


@dataclass(frozen=True)
class ConvertElementwiseToLoopsPass(ModulePass):
    """Lowers additions and reshapes to loops."""

    name = "convert-elementwise-to-loops"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for pattern in (ConvertAdd(), ConvertReshape()):
            PatternRewriteWalker(pattern, apply_recursively=False).rewrite_module(op)
