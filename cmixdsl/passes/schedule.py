"""Gives every layer with weights that has none a schedule.

A schedule is data on the operation: later passes obey it, a person may write it by hand, and this
pass never changes one that is there. What it sets stands in the table `default_schedules.toml`,
which `cmixc tune` filled.

Before:
```mlir
func.func @fc(%x: !cmix.packed<2xui8>, %w: !cmix.packed<1x2xsi8>) -> !cmix.packed<1xui8> {
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
```

After:
```mlir
func.func @fc(%x: !cmix.packed<2xui8>, %w: !cmix.packed<1x2xsi8>) -> !cmix.packed<1xui8> {
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 5, pixels = 1, unroll = 16>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
```
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern

from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.layers import DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.cmix.schedule import DEFAULT_UNROLL, MAX_BLOCK, Expansion, ScheduleAttr
from cmixdsl.objectives import Objective
from cmixdsl.passes.schedules.default_schedules import ScheduleRow, get_default_row
from cmixdsl.passes.schedules.outer_schedule import find_outer_choice
from cmixdsl.passes.schedules.overlap_schedule import find_overlap_choice
from cmixdsl.passes.schedules.schedule_space import WORD_EXPANSIONS, enumerate_schedules, get_width
from cmixdsl.passes.schedules.window_schedule import find_window_schedule

MUCH_LESS = 0.9
"""The part of what `overlap` costs that `outer` must stay below: estimates err by less."""


ROW_BLOCKS = range(4, 8)
"""Pixels of a row that sums, weights and words of a depthwise block leave registers for."""


def get_default_schedule(op: ContractionOperation, options: "SchedulePass") -> ScheduleAttr:
    """The schedule for a layer without one: that of the table, with what the options say instead.

    A convolution whose operands overlap in lanes more cheaply does so, unless options are given. A
    depthwise layer has no filter to share its inputs with. A fully connected layer has one pixel
    and takes twice the filters. For size a block divides the layer, so that no code is duplicated
    for what is left at the border; for speed a block of a row does where one of about its size can.
    """
    wants_default = options == SchedulePass()
    if wants_default and (lanes := find_lanes_schedule(op)) is not None:
        return lanes
    row = _get_overridden(get_default_row(op, options.optimize), op, options)
    if options.optimize == "size":
        filters = _get_divisor(op.channels, row.filters)
        row = replace(row, filters=filters, pixels=_get_divisor(get_width(op), row.pixels))
    elif row.expand is Expansion.ROWS and options.pixels is None:
        row = replace(row, pixels=_get_even_block(get_width(op), row.pixels))
    return row.get_schedule(op)


def find_lanes_schedule(op: ContractionOperation) -> ScheduleAttr | None:
    """The schedule of a layer by products of whole words; None where SMLAD is cheaper."""
    overlap, outer = find_overlap_choice(op), find_outer_choice(op)
    choice = overlap or outer
    if overlap is not None and outer is not None and outer.cost < MUCH_LESS * overlap.cost:
        choice = outer
    if choice is not None and choice.beats_smlad:
        return choice.schedule
    return find_window_schedule(op)


def _get_overridden(
    row: ScheduleRow, op: ContractionOperation, options: "SchedulePass"
) -> ScheduleRow:
    filters, pixels = options.filters or row.filters, options.pixels or row.pixels
    if isinstance(op, FullyConnectedOp):
        filters = min(2 * options.filters, MAX_BLOCK) if options.filters else row.filters
        pixels = 1
    elif isinstance(op, DepthwiseConv2dOp):
        filters = 1
    has_block = options.filters is not None or options.pixels is not None
    unroll = options.unroll or (DEFAULT_UNROLL if has_block else row.unroll)
    joint = row.joint and int(filters % 2 == 0)
    return replace(row, filters=filters, pixels=pixels, unroll=unroll, joint=joint)


def _get_divisor(extent: int, limit: int) -> int:
    """The largest divisor of `extent` up to `limit`."""
    return max(size for size in range(1, limit + 1) if extent % size == 0)


def _get_even_block(width: int, pixels: int) -> int:
    """About as many pixels: as many as leave nothing over of a row, if any do."""
    near = (pixels, pixels + 1, pixels + 2, pixels - 1, pixels - 2)
    even = (size for size in near if size in ROW_BLOCKS and width % size == 0)
    return next(even, pixels)


def _get_blocks(
    op: ContractionOperation, schedules: Iterable[ScheduleAttr]
) -> Iterator[tuple[int, int, int]]:
    """Options filters, pixels and unroll that lead to schedules; odd sides have none."""
    scale = 2 if isinstance(op, FullyConnectedOp) else 1
    for schedule in schedules:
        filters, rest = divmod(schedule.filters.data, scale)
        if rest == 0 and schedule.expansion not in WORD_EXPANSIONS:
            yield filters, schedule.pixels.data, schedule.unroll.data


@dataclass
class SetSchedule(RewritePattern):
    """Sets the default schedule."""

    options: "SchedulePass"

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractionOperation) or op.schedule is not None:
            return
        op.schedule = get_default_schedule(op, self.options)
        rewriter.notify_op_modified(op)


@dataclass(frozen=True)
class SchedulePass(ModulePass):
    """Sets schedules where there are none."""

    name = "cmix-schedule"

    optimize: Objective = "speed"
    """Which schedules to take from the table."""
    filters: int | None = None
    """Filters of a register block, instead of the table's; a fully connected layer takes twice as
    many."""
    pixels: int | None = None
    """Pixels of a register block, instead of the table's."""
    unroll: int | None = None
    """Pairs of products in an iteration, instead of the table's; 8 where only a block is given."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(SetSchedule(self), apply_recursively=False).rewrite_module(op)

    @classmethod
    def schedule_space(cls, ctx: Context, module_op: ModuleOp) -> tuple["SchedulePass", ...]:
        """The defaults, and every block and unrolling that some layer without a schedule may want.

        Empty when all layers have schedules. Other sides than these are for `cmixc tune`, which
        chooses for each layer by itself.
        """
        layers = [
            layer
            for layer in module_op.walk()
            if isinstance(layer, ContractionOperation) and layer.schedule is None
        ]
        if not layers:
            return ()
        blocks = dict.fromkeys(
            block for layer in layers for block in _get_blocks(layer, enumerate_schedules(layer))
        )
        return (cls(), cls("size"), *(cls("speed", *block) for block in blocks))
