"""Lowers poolings to loops over output elements and window positions.

Window positions outside the input take no part; they are tested only where padding makes them
possible.

Before:
```mlir
func.func private @layer(%x_bytes: memref<4x4x1xi8>, %y_bytes: memref<2x2x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<4x4x1xi8> as !cmix.packed<4x4x1xui8>
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2]
      : !cmix.packed<4x4x1xui8> -> !cmix.packed<2x2x1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x2x1xui8> to memref<2x2x1xi8>
  return
}
```

After, the loop over a window:
```mlir
func.func private @layer(%x_bytes: memref<4x4x1xi8>, %row: index, %c0: index) -> i32 {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %least = arith.constant 0 : i32
  %max = scf.for %j = %c0 to %c2 step %c1 iter_args(%max_in = %least) -> (i32) {
    %e = cmix.load_element %x_bytes[%row, %j, %c0] : memref<4x4x1xi8> as <4x4x1xui8>
    %max_out = arith.maxsi %max_in, %e : i32
    scf.yield %max_out : i32
  }
  return %max : i32
}
```
"""

from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, scf
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.blocks import RequantizeOp
from cmixdsl.dialects.cmix.buffers import LoadElementOp, StoreElementsOp
from cmixdsl.dialects.cmix.pooling import AvgPool2dOp, MaxPool2dOp, Pool2dOperation
from cmixdsl.passes.builders.index_arithmetic import Linear, build_index, build_loop, build_yield
from cmixdsl.passes.builders.memory import LayerMemory, get_memory, needs_merging
from cmixdsl.passes.builders.word_arithmetic import build_word

State = list[SSAValue]
"""What windows accumulate: a maximum or a sum for each channel and, with padding, a count."""


@dataclass(frozen=True)
class Pooling:
    """A pooling layer, its memory, and channels that are pooled together: those of a byte."""

    op: Pool2dOperation
    memory: LayerMemory
    channels: tuple[Linear, ...]

    @property
    def counts(self) -> bool:
        """Whether the number of positions inside the input differs between windows, and matters."""
        op = self.op
        if not isinstance(op, AvgPool2dOp) or not any(op.window.padding):
            return False
        return op.requant is None or op.input_zero.value.data != 0 or op.terms is not None

    def build_start(self, builder: Builder) -> State:
        """What windows start from."""
        if isinstance(self.op, MaxPool2dOp):
            least = build_word(builder, self.op.input_type.element_range[0], "max")
            return [least] * len(self.channels)
        zero = build_word(builder, 0, "sum")
        return [zero] * (len(self.channels) + self.counts)

    def build_step(self, builder: Builder, state: State, row: Linear, column: Linear) -> State:
        """Takes one position into account."""
        combine = arith.MaxSIOp if isinstance(self.op, MaxPool2dOp) else arith.AddiOp
        taken: State = []
        for channel, value in zip(self.channels, state, strict=False):
            indices = [position.build(builder, "in") for position in (row, column, channel)]
            load = LoadElementOp(self.memory.inputs[0], indices, self.op.input_type)
            element = builder.insert(load).result
            taken.append(builder.insert(combine(value, element)).result)
        if self.counts:
            taken.append(builder.insert(arith.AddiOp(state[-1], build_word(builder, 1))).result)
        return taken

    def build_results(self, builder: Builder, state: State) -> list[SSAValue]:
        """The output elements."""
        return [
            self._build_result(builder, total, state[-1], channel.build(builder, "c"))
            for total, channel in zip(state, self.channels, strict=False)
        ]

    def _build_result(
        self, builder: Builder, total: SSAValue, count: SSAValue, channel: SSAValue
    ) -> SSAValue:
        if not isinstance(self.op, AvgPool2dOp):
            return total
        kernel = self.op.window.kernel
        if self.op.to_even is not None:
            zero = self.op.input_zero.value.data
            return build_even_quotient(builder, total, kernel[0] * kernel[1], zero)
        if not self.counts:
            count = build_word(builder, kernel[0] * kernel[1], "count")
        if self.op.requant is None:
            return build_rounded_quotient(builder, total, count, self.op.input_type.is_signed)
        zero = self.op.input_zero.value.data
        if zero:
            zeros = builder.insert(arith.MuliOp(count, build_word(builder, zero, "zero"))).result
            total = builder.insert(arith.SubiOp(total, zeros)).result
            total.name_hint = "acc"
        if self.op.terms is not None:
            terms = build_word(builder, self.op.terms.value.data, "terms")
            share = builder.insert(arith.DivUIOp(terms, count)).result
            total = builder.insert(arith.MuliOp(total, share)).result
            total.name_hint = "acc"
        element_type = self.op.output_type.element_type
        return builder.insert(RequantizeOp(total, channel, self.op.requant, element_type)).result


def build_rounded_quotient(
    builder: Builder, total: SSAValue, count: SSAValue, is_signed: bool
) -> SSAValue:
    """`total / count`, half rounded away from zero; `count` is positive."""
    one = build_word(builder, 1)
    half = builder.insert(arith.ShRUIOp(count, one)).result
    raised = builder.insert(arith.AddiOp(total, half)).result
    if not is_signed:
        return builder.insert(arith.DivUIOp(raised, count)).result
    lowered = builder.insert(arith.SubiOp(total, half)).result
    zero = build_word(builder, 0)
    is_negative = builder.insert(arith.CmpiOp(total, zero, "slt")).result
    moved = builder.insert(arith.SelectOp(is_negative, lowered, raised)).result
    return builder.insert(arith.DivSIOp(moved, count)).result


def build_even_quotient(builder: Builder, total: SSAValue, count: int, zero: int) -> SSAValue:
    """`total / count`, half rounded to where the difference from `zero` is even.

    `count` is a power of two, 2^s. Where bit s of the sum says that the floor is odd, a half is
    raised; with an odd zero point, where it says that the floor is even.
    """
    if count == 1:
        return total
    shift = build_word(builder, count.bit_length() - 1)
    floor = builder.insert(arith.ShRSIOp(total, shift)).result
    parity = builder.insert(arith.AndIOp(floor, build_word(builder, 1))).result
    parity.name_hint = "parity"
    half = build_word(builder, count // 2 - (zero % 2 == 0))
    raised = builder.insert(arith.AddiOp(total, half)).result
    combine = arith.SubiOp if zero % 2 else arith.AddiOp
    raised = builder.insert(combine(raised, parity)).result
    return builder.insert(arith.ShRSIOp(raised, shift)).result


def _build_guarded_step(
    builder: Builder, pooling: Pooling, state: State, row: Linear, column: Linear
) -> State:
    """Takes a position into account where it lies inside the input."""
    shape = pooling.op.input_type.get_shape()
    tests: list[SSAValue] = []
    for position, size in zip((row, column), shape[:2], strict=True):
        bounds = position.get_range()
        if bounds is None or bounds[0] < 0 or bounds[1] >= size:
            limit = build_index(builder, size)
            test = arith.CmpiOp(position.build(builder, "in"), limit, "ult")
            tests.append(builder.insert(test).result)
    if not tests:
        return pooling.build_step(builder, state, row, column)
    condition = tests[0]
    for test in tests[1:]:
        condition = builder.insert(arith.AndIOp(condition, test)).result
    condition.name_hint = "is_inside"
    inside, outside = Region(Block()), Region(Block())
    choice = builder.insert(scf.IfOp(condition, [value.type for value in state], inside, outside))
    body = Builder(InsertPoint.at_end(inside.block))
    build_yield(body, *pooling.build_step(body, state, row, column))
    build_yield(Builder(InsertPoint.at_end(outside.block)), *state)
    return list(choice.results)


def _build_window(builder: Builder, pooling: Pooling, y: SSAValue, x: SSAValue) -> None:
    """Loops over the positions of one window, and stores what comes of it."""
    op, window = pooling.op, pooling.op.window
    start = pooling.build_start(builder)
    rows, row_body = build_loop(builder, (0, window.kernel[0], 1), "i", start)
    i, *row_state = rows.body.block.args
    columns, column_body = build_loop(row_body, (0, window.kernel[1], 1), "j", row_state)
    j, *state = columns.body.block.args
    row = Linear.get(y) * window.strides[0] + Linear.get(i) + -window.padding[0]
    column = Linear.get(x) * window.strides[1] + Linear.get(j) + -window.padding[2]
    build_yield(column_body, *_build_guarded_step(column_body, pooling, list(state), row, column))
    build_yield(row_body, *columns.results)
    results = pooling.build_results(builder, list(rows.results))
    # All of a byte is written at once; behind the last channel it has nothing.
    indices = [y, x, pooling.channels[0].build(builder, "c")]
    fresh = needs_merging(len(results), op.output_type)
    store = StoreElementsOp(results, pooling.memory.output, indices, op.output_type, fresh=fresh)
    builder.insert(store)


class ConvertPool(RewritePattern):
    """Rewrites a pooling between `cmix.from_memref` and `cmix.to_memref`."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, Pool2dOperation):
            return
        memory = get_memory(op)
        height, width, channels = op.output_type.get_shape()
        rows, row_body = build_loop(Builder(InsertPoint.before(op)), (0, height, 1), "y")
        columns, body = build_loop(row_body, (0, width, 1), "x")
        y, x = (loop.body.block.args[0] for loop in (rows, columns))
        together = 8 // op.output_type.bits
        rest = channels % together
        if channels > rest:
            depth, inner = build_loop(body, (0, channels - rest, together), "c")
            c = Linear.get(depth.body.block.args[0])
            _build_window(inner, Pooling(op, memory, tuple(c + i for i in range(together))), y, x)
            build_yield(inner)
        if rest:
            last = tuple(Linear(channel) for channel in range(channels - rest, channels))
            _build_window(body, Pooling(op, memory, last), y, x)
        for builder in (body, row_body):
            build_yield(builder)
        memory.erase(op, rewriter)


@dataclass(frozen=True)
class ConvertPoolToLoopsPass(ModulePass):
    """Lowers poolings to loops."""

    name = "convert-pool-to-loops"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(ConvertPool(), apply_recursively=False).rewrite_module(op)
