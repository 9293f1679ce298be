"""Lowers softmax to loops: the maximum, the sum of exponentials, the share of each.

Exponentials are entries of a table, one for each difference that two elements can have.

Before:
```mlir
func.func private @layer(%x_bytes: memref<3xi8>, %y_bytes: memref<3xi8>) {
  %x = cmix.from_memref %x_bytes : memref<3xi8> as !cmix.packed<3xsi8>
  %y = cmix.softmax %x multiplier 1717986918 left_shift 22
      : !cmix.packed<3xsi8> -> !cmix.packed<3xsi8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<3xsi8> to memref<3xi8>
  return
}
```

After, the loop over the sum:
```mlir
func.func private @layer(%x_bytes: memref<3xi8>, %table: memref<256xi32>, %max: i32) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0 : i32
  %half = arith.constant 2048 : i32
  %bits = arith.constant 12 : i32
  %sum = scf.for %c = %c0 to %c3 step %c1 iter_args(%sum_in = %zero) -> (i32) {
    %e = cmix.load_element %x_bytes[%c] : memref<3xi8> as <3xsi8>
    %d = arith.subi %max, %e : i32
    %entry = arith.index_cast %d : i32 to index
    %power = memref.load %table[%entry] : memref<256xi32>
    %raised = arith.addi %power, %half : i32
    %rounded = arith.shrui %raised, %bits : i32
    %sum_out = arith.addi %sum_in, %rounded : i32
    scf.yield %sum_out : i32
  }
  return %sum : i32
}
```
"""

from collections.abc import Callable
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import IndexType, ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.blocks import RequantizeOp
from cmixdsl.dialects.cmix.buffers import StoreElementsOp
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.softmax import SoftmaxOp
from cmixdsl.dialects.dsp import ClzOp
from cmixdsl.interpreters.softmax import ONE, SUM_BITS, get_exponentials, get_fraction
from cmixdsl.passes.builders.element_loops import Tensor, build_groups
from cmixdsl.passes.builders.fixed_point import build_doubling_high_multiply
from cmixdsl.passes.builders.global_constants import build_table
from cmixdsl.passes.builders.index_arithmetic import Linear, build_index, build_loop, build_yield
from cmixdsl.passes.builders.memory import get_memory
from cmixdsl.passes.builders.word_arithmetic import build_word

Binary = type[
    arith.AddiOp | arith.SubiOp | arith.ShLIOp | arith.ShRSIOp | arith.ShRUIOp | arith.MaxSIOp
]


def _build(builder: Builder, op: Binary, left: SSAValue, right: SSAValue | int) -> SSAValue:
    if isinstance(right, int):
        right = build_word(builder, right, "k")
    return builder.insert(op(left, right)).result


def build_reciprocal(builder: Builder, total: SSAValue) -> tuple[SSAValue, SSAValue]:
    """1 / sum as a fraction of 31 bits in [1/2, 1], and by how much to shift it right.

    Three Newton steps on a number of 2 integer bits, for the sum shifted to [1/2, 1).
    """
    leading = builder.insert(ClzOp(total)).result
    leading.name_hint = "leading"
    amount = _build(builder, arith.SubiOp, leading, 1)
    half = _build(builder, arith.ShLIOp, total, amount)
    half.name_hint = "denominator"
    slope = build_word(builder, get_fraction(-32 / 17, 2), "slope")
    x = build_doubling_high_multiply(builder, half, slope)
    x = _build(builder, arith.AddiOp, x, get_fraction(48 / 17, 2))
    for _ in range(3):
        product = build_doubling_high_multiply(builder, half, x)
        error = _build(builder, arith.SubiOp, build_word(builder, 1 << 29, "one"), product)
        step = build_doubling_high_multiply(builder, x, error)
        x = _build(builder, arith.AddiOp, x, _build(builder, arith.ShLIOp, step, 2))
        x.name_hint = "reciprocal"
    doubled = _build(builder, arith.ShLIOp, x, 1)
    limit = build_word(builder, 1 << 30, "limit")
    is_one = builder.insert(arith.CmpiOp(x, limit, "sge")).result
    scale = builder.insert(arith.SelectOp(is_one, build_word(builder, ONE, "most"), doubled)).result
    scale.name_hint = "scale"
    shift = _build(builder, arith.SubiOp, build_word(builder, SUM_BITS), leading)
    shift.name_hint = "shift"
    return scale, shift


@dataclass(frozen=True)
class Softmax:
    """A softmax, what it reads and writes, and its table of exponentials."""

    source: Tensor
    target: Tensor
    table: SSAValue
    requant: RequantizationAttr | None

    def build_loop(
        self,
        builder: Builder,
        row: list[SSAValue],
        start: int,
        name: str,
        step: Callable[[Builder, SSAValue, SSAValue], SSAValue],
    ) -> SSAValue:
        """Carries a value over the elements of a row."""
        columns = self.source.type.get_shape()[-1]
        loop, body = build_loop(builder, (0, columns, 1), "c", [build_word(builder, start)])
        position, carried = loop.body.block.args
        carried.name_hint = name
        element = self.source.build_load(body, [*row, position])
        result = step(body, carried, element)
        result.name_hint = name
        build_yield(body, result)
        loop.results[0].name_hint = name
        return loop.results[0]

    def build_power(self, builder: Builder, most: SSAValue, element: SSAValue) -> SSAValue:
        """The exponential of an element less the maximum."""
        difference = _build(builder, arith.SubiOp, most, element)
        entry = builder.insert(arith.IndexCastOp(difference, IndexType())).result
        entry.name_hint = "entry"
        load = builder.insert(memref.LoadOp.get(self.table, [entry])).res
        load.name_hint = "power"
        return load

    def build_row(self, builder: Builder, row: list[SSAValue]) -> None:
        """Computes one row."""
        low = self.source.type.element_range[0]
        most = self.build_loop(
            builder,
            row,
            low,
            "max",
            lambda inside, carried, element: _build(inside, arith.MaxSIOp, carried, element),
        )

        def add(inside: Builder, carried: SSAValue, element: SSAValue) -> SSAValue:
            power = self.build_power(inside, most, element)
            # The greatest power overflows the signed sum; the shift is one without sign.
            raised = _build(inside, arith.AddiOp, power, 1 << (SUM_BITS - 1))
            rounded = _build(inside, arith.ShRUIOp, raised, SUM_BITS)
            return _build(inside, arith.AddiOp, carried, rounded)

        total = self.build_loop(builder, row, 0, "sum", add)
        scale, shift = build_reciprocal(builder, total)

        def store(inside: Builder, row: list[SSAValue], start: Linear, count: int) -> None:
            shares: list[SSAValue] = []
            for offset in range(count):
                column = (start + offset).build(inside, "column")
                element = self.source.build_load(inside, [*row, column])
                power = self.build_power(inside, most, element)
                shares.append(self.build_share(inside, power, scale, shift))
            position = [*row, start.build(inside, "column")]
            inside.insert(StoreElementsOp(shares, self.target.memory, position, self.target.type))

        build_groups(builder, self.target, row, store)

    def build_share(
        self, builder: Builder, power: SSAValue, scale: SSAValue, shift: SSAValue
    ) -> SSAValue:
        """The output element."""
        product = build_doubling_high_multiply(builder, power, scale)
        if self.requant is None:
            return self.build_rounded(builder, product, shift)
        share = _build(builder, arith.ShRSIOp, product, shift)
        share.name_hint = "share"
        channel = build_index(builder, 0)
        element_type = self.target.type.element_type
        return builder.insert(RequantizeOp(share, channel, self.requant, element_type)).result

    def build_rounded(self, builder: Builder, product: SSAValue, shift: SSAValue) -> SSAValue:
        """A product shifted and rounded; what is shifted is not negative, so half rounds up."""
        bits, (low, high) = self.target.type.bits, self.target.type.element_range
        value = _build(builder, arith.ShRSIOp, product, 30 - bits)
        value = _build(builder, arith.ShRSIOp, value, shift)
        value = _build(builder, arith.ShRSIOp, _build(builder, arith.AddiOp, value, 1), 1)
        limit = build_word(builder, high - low)
        value = builder.insert(arith.MinSIOp(value, limit)).result
        result = value if not low else _build(builder, arith.AddiOp, value, low)
        result.name_hint = "share"
        return result


class ConvertSoftmax(RewritePattern):
    """Rewrites a softmax between `cmix.from_memref` and `cmix.to_memref`."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, SoftmaxOp):
            return
        memory = get_memory(op)
        builder = Builder(InsertPoint.before(op))
        values = get_exponentials(*op.parameters, op.input_type.bits)
        softmax = Softmax(
            Tensor(memory.inputs[0], op.input_type).build_rows(builder),
            Tensor(memory.output, op.output_type).build_rows(builder),
            build_table(builder, op, "powers", values, 32),
            op.requant,
        )
        *outer, _ = softmax.target.type.get_shape()
        if outer:
            loop, body = build_loop(builder, (0, outer[0], 1), "row")
            softmax.build_row(body, [loop.body.block.args[0]])
            build_yield(body)
        else:
            softmax.build_row(builder, [])
        memory.erase(op, rewriter)


@dataclass(frozen=True)
class ConvertSoftmaxToLoopsPass(ModulePass):
    """Lowers softmax to loops."""

    name = "convert-softmax-to-loops"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(ConvertSoftmax(), apply_recursively=False).rewrite_module(op)
