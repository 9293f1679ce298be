"""Turns the rows of depthwise layers, packed in words, into multiplications of lane words.

A channel's weights stay in registers while its row is swept. Each word starts at what the word
before left, plus an offset that keeps lanes from being negative; the products of all kernel rows
are accumulated, and complete lanes become outputs at once. The offset is taken off the bias.
Where requantization is linear, its product becomes a low word that takes lanes as they are: what
it adds holds bias and offset.

Before:
```mlir
func.func private @layer(%words: memref<2x1xi32>, %y: memref<1x6x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
  cmix.contract [x = 6, f = 1, j = 3] input %words (x, f, j) -> (0, x + j) words <4 at 8, max 3>
      filter %w (x, f, j) -> (0, j, f) output %y (x, f, j) -> (0, x, f) as <1x6x1xui8>
      bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = overlap, filters = 1, pixels = 4, spacing = 8>
      : memref<2x1xi32>, !cmix.packed<1x3x1xui2>, memref<1x6x1xi8>
  return
}
```

After, one output of the first word:
```mlir
func.func private @layer(%words: memref<2x1xi32>, %bias: i32,
                         %w: !lanes.word<3 at 8, min [1, 0, -1], max [1, 0, -1]>) -> i32 {
  %c0 = arith.constant 0 : index
  %start = lanes.constant : !lanes.word<4 at 8, min 3, max 3>
  %x = lanes.load %words[%c0, %c0] : memref<2x1xi32> -> !lanes.word<4 at 8, max 3>
  %acc = lanes.mla %x, %w, %start : !lanes.word<4 at 8, max 3>,
      !lanes.word<3 at 8, min [1, 0, -1], max [1, 0, -1]>, !lanes.word<4 at 8, min 3, max 3>
      -> !lanes.long<6 at 8, min [3, 3, 0, 0, -3, -3], max [6, 6, 6, 6, 0, 0]>
  %sum = lanes.get %acc[2]
      : !lanes.long<6 at 8, min [3, 3, 0, 0, -3, -3], max [6, 6, 6, 6, 0, 0]>
  %total = arith.addi %bias, %sum : i32
  return %total : i32
}
```
"""

from dataclasses import dataclass

import numpy as np
from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import ModuleOp, UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects import lanes
from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr
from cmixdsl.dialects.lanes import WordType
from cmixdsl.errors import CmixError
from cmixdsl.hints import ROLLED_ATTRIBUTE
from cmixdsl.passes.builders.contract_outputs import build_outputs
from cmixdsl.passes.builders.expand_channel_words import get_rows_of_taps, get_window_problem
from cmixdsl.passes.builders.global_constants import build_table
from cmixdsl.passes.builders.index_arithmetic import Linear, build_loop, build_yield, get_linear_map
from cmixdsl.passes.builders.memory import get_memref_type
from cmixdsl.passes.builders.window_requantization import find_lane_requantization
from cmixdsl.passes.schedules.window_packing import WindowPlan, get_plan


@dataclass(frozen=True)
class WindowSweep:
    """A row of one channel: its words, multiplied by the words of its weights."""

    op: ContractOp
    word_type: WordType
    plan: WindowPlan
    weights: list[SSAValue]
    bias: SSAValue | None
    """Bias less the offset of all lanes; None where the requantization adds it."""
    requant: LinearAttr | None
    """What requantizes lanes as they are; None where the bias is added before."""

    def get_words(self, word: Linear, row: int) -> list[Linear]:
        """Where a word of a row under the kernel stands."""
        index, phase = divmod(row, self.op.get_extent("h"))
        values = {"i": index, "h": phase}
        point = [Linear(values.get(name, 0)) for name in self.op.iterator_names]
        position = get_linear_map(self.op.input_map.data, point, self.op.offsets)[0]
        return [word, position]

    def build_word(
        self,
        builder: Builder,
        word: Linear,
        outputs: list[tuple[int, Linear]],
        carry: SSAValue | None,
    ) -> SSAValue | None:
        """One word: products of all rows, outputs of complete lanes; returns the other lanes."""
        acc = self._build_start(builder, carry)
        for row, weight in enumerate(self.weights):
            indices = [position.build(builder, "q") for position in self.get_words(word, row)]
            load = builder.insert(lanes.LoadOp(self.op.input, indices, self.word_type)).result
            load.name_hint = "x"
            acc = builder.insert(lanes.MlaOp(load, weight, acc)).result
            acc.name_hint = "acc"
        rest: SSAValue | None = None
        if self.plan.layout.taps > 1:
            rest = builder.insert(lanes.DropOp(acc, self.plan.layout.positions)).result
            rest.name_hint = "carry"
        for lane, column in outputs:
            self._build_output(builder, acc, lane, column)
        return rest

    def _build_start(self, builder: Builder, carry: SSAValue | None) -> SSAValue:
        """The offset of every lane, on what the word before left."""
        type_ = self.plan.start_type
        offsets = lanes.ConstantOp(type_.get_maxima(), type_.spacing.data, type(type_))
        start = builder.insert(offsets).result
        start.name_hint = "offsets"
        if carry is not None:
            start = builder.insert(lanes.AddOp(carry, start)).result
            start.name_hint = "start"
        return start

    def _build_output(self, builder: Builder, acc: SSAValue, lane: int, column: Linear) -> None:
        total = builder.insert(lanes.GetOp(acc, lane)).result
        total.name_hint = "sum"
        if self.bias is not None:
            total = builder.insert(arith.AddiOp(self.bias, total)).result
            total.name_hint = "acc"
        point = [column if name == "x" else Linear() for name in self.op.iterator_names]
        positions = get_linear_map(self.op.output_map.data, point, self.op.offsets)
        build_outputs(builder, self.op, [total], positions, requant=self.requant)


def get_steady_words(plan: WindowPlan) -> range:
    """The words whose outputs lie in the same lanes, one period after another."""
    full = [word for word in range(plan.words) if plan.is_full(word)]
    if not full:
        return range(0)
    count = (full[-1] + 1 - full[0]) // plan.period
    return range(full[0], full[0] + count * plan.period, plan.period)


def _build_words(
    builder: Builder, sweep: WindowSweep, words: range, carry: SSAValue | None
) -> SSAValue | None:
    """Words at known places, unrolled."""
    for word in words:
        outputs = [(lane, Linear(column)) for lane, column in sweep.plan.get_outputs(word)]
        carry = sweep.build_word(builder, Linear(word), outputs, carry)
    return carry


def build_sweep(builder: Builder, sweep: WindowSweep) -> None:
    """All words of a row: those in the middle in a loop, the others before and behind it."""
    plan = sweep.plan
    steady = get_steady_words(plan)
    if len(steady) < 2:
        _build_words(builder, sweep, range(plan.words), None)
        return
    carry = _build_words(builder, sweep, range(steady.start), None)
    if carry is None and plan.layout.taps > 1:
        carry = builder.insert(lanes.ZeroOp(plan.carry_type)).result
        carry.name_hint = "carry"
    loop, body = build_loop(builder, (0, len(steady), 1), "q", [] if carry is None else [carry])
    loop.attributes[ROLLED_ATTRIBUTE] = UnitAttr()
    variable, *carried = loop.body.block.args
    rest = carried[0] if carried else None
    for value in (*carried, *loop.results):
        value.name_hint = "carry"
    turn = Linear.get(variable)
    columns = plan.layout.positions * plan.period // plan.problem.stride
    for word in range(steady.start, steady.start + plan.period):
        outputs = [(lane, turn * columns + column) for lane, column in plan.get_outputs(word)]
        rest = sweep.build_word(body, turn * plan.period + word, outputs, rest)
    build_yield(body, *([] if rest is None else [rest]))
    _build_words(
        builder, sweep, range(steady.stop, plan.words), loop.results[0] if loop.results else None
    )


def _get_weight_words(op: ContractOp, plan: WindowPlan) -> list[int]:
    """Words of the taps of a row, shape (channels, kernel rows), the last tap lowest."""
    shifts = np.arange(plan.layout.taps)[::-1] * plan.layout.spacing
    words = (get_rows_of_taps(op) << shifts).sum(axis=2)
    return [int(word) for word in words.reshape(-1)]


class ConvertWindows(RewritePattern):
    """Rewrites a contraction of words with no parallel iterators but f and x as a sweep."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractOp) or op.word_type is None:
            return
        if not {"f", "x"}.issuperset(op.parallel_iterators):
            raise_pass_failure(
                op,
                f"expected a row of one channel, found parallel iterators "
                f"{', '.join(op.parallel_iterators)}; run cmix-tile-block first",
            )
        plan = _get_plan(op, op.word_type)
        builder = Builder(InsertPoint.before(op))
        (*_, channel) = get_linear_map(
            op.output_map.data, [Linear()] * len(op.iterator_names), op.offsets
        )
        table = build_table(builder, op, "weight", _get_weight_words(op, plan), 32)
        rows = plan.problem.rows
        weights: list[SSAValue] = []
        for row in range(rows):
            index = (channel * rows + row).build(builder, "w")
            load = builder.insert(lanes.LoadOp(table, [index], plan.weight_types[row])).result
            load.name_hint = f"w{row}"
            weights.append(load)
        requant = find_lane_requantization(op, plan)
        bias = _build_bias(builder, op, plan, channel) if requant is None else None
        build_sweep(builder, WindowSweep(op, op.word_type, plan, weights, bias, requant))
        rewriter.erase(op)


def _build_bias(builder: Builder, op: ContractOp, plan: WindowPlan, channel: Linear) -> SSAValue:
    """The bias of a channel, less what its lanes start at."""
    biases = [bias - plan.offset for bias in op.bias.get_values()]
    table = build_table(builder, op, "bias", biases, 32)
    bias = builder.insert(memref.LoadOp.get(table, [channel.build(builder, "o")])).res
    bias.name_hint = "bias"
    return bias


def _get_plan(op: ContractOp, word_type: WordType) -> WindowPlan:
    """What the words say; raises PassFailedException if it cannot be proven."""
    problem = get_window_problem(op, max(word_type.get_maxima()))
    try:
        plan = get_plan(problem, word_type.lanes, word_type.spacing.data)
    except CmixError as error:
        raise_pass_failure(op, str(error))
    if get_memref_type(op.input).get_shape()[0] < plan.words:
        raise_pass_failure(
            op,
            f"a row has {plan.problem.positions} positions, which need {plan.words} "
            f"words, found {op.input.type}",
        )
    return plan


@dataclass(frozen=True)
class ConvertContractWindowsToLanesPass(ModulePass):
    """Turns the rows of depthwise layers, packed in words, into multiplications of lane words."""

    name = "convert-contract-windows-to-lanes"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(ConvertWindows(), apply_recursively=False).rewrite_module(op)
