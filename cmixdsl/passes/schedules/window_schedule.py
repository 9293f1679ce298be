"""Chooses the schedule of a depthwise layer by overlapping lanes, where that is cheaper than SMLAD.

The solver proves the layout from the input's type and the actual weights, less their zero points,
and estimates its cost.
"""

from math import ceil

from cmixdsl.dialects.cmix.constant import get_constant_elements
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.layers import DepthwiseConv2dOp
from cmixdsl.dialects.cmix.schedule import MAX_BLOCK, Expansion, ScheduleAttr
from cmixdsl.objectives import CODE_LIMIT_BYTES
from cmixdsl.passes.builders.constants import get_centred_filter_rows
from cmixdsl.passes.builders.expand_channel_words import get_weight_ranges, split_rows
from cmixdsl.passes.schedules.default_schedules import (
    can_reuse_rows,
    divide_into_strips,
    get_byte_channels,
)
from cmixdsl.passes.schedules.window_packing import WindowPlan, WindowProblem, find_plans
from cmixdsl.passes.split_taps import can_pad

PACKING_BYTES = 300
"""Code that reads a byte of the rows of a strip."""
CHANNEL_BYTES = 275
"""Code of a channel besides its words: its share of packing, loops, addresses, constants."""
INSTRUCTION_BYTES = 3.4
"""Of an instruction, on average: some have two bytes, some four."""
STRIP_BYTES = 1152
"""Scratch for the words of a strip: twice a kernel of 64 channels as 16-bit lanes."""


def get_window_problems(op: ContractionOperation) -> list[WindowProblem]:
    """What would be packed, for each number of phases that taps can be split into; none unless

    1. the layer is depthwise with one filter for each channel;
    2. taps of a row are neighbours, and there are several;
    3. inputs are unsigned, and weights are constant.
    """
    if not isinstance(op, DepthwiseConv2dOp) or op.depth_multiplier != 1:
        return []
    window = op.window
    if window.dilation[1] != 1 or window.kernel[1] == 1:
        return []
    if op.input_type.is_signed or get_constant_elements(op.filter) is None:
        return []
    return [build_window_problem(op, phases) for phases in _list_phases(op)]


def build_window_problem(op: DepthwiseConv2dOp, phases: int) -> WindowProblem:
    """What would be packed with taps split into phases."""
    weights = get_centred_filter_rows(op).reshape(op.channels, *op.window.kernel)
    return WindowProblem(
        largest_input=op.input_type.element_range[1],
        weights=get_weight_ranges(split_rows(weights.transpose(1, 2, 0), phases)),
        stride=_get_stride(op) // phases,
        columns=op.output_type.get_shape()[1],
    )


def _get_stride(op: DepthwiseConv2dOp) -> int:
    """Columns from one window to the next; a single one has none, however far it would be."""
    return op.window.strides[1] if op.output_type.get_shape()[1] > 1 else 1


def _list_phases(op: DepthwiseConv2dOp) -> list[int]:
    """Numbers of phases that taps can be split into, the most first: no lane is wasted then."""
    stride = _get_stride(op)
    most = min(stride, MAX_BLOCK) if can_pad(op.filter_type, op.filter_zero.get_values()) else 1
    return [phases for phases in range(most, 0, -1) if stride % phases == 0]


def estimate_rows_cost(op: DepthwiseConv2dOp) -> float:
    """Instructions of an output by SMLAD on rows of lanes, requantization not counted."""
    rows, columns = op.window.kernel
    products = (columns + 1) / 2
    loads = op.window.strides[1] / 2 + 0.25
    return rows * (products + loads)


def get_window_schedule(op: DepthwiseConv2dOp, plan: WindowPlan) -> ScheduleAttr:
    """The schedule that says what a plan does."""
    channels = get_byte_channels(op)
    together = min(channels, 8 // op.input_type.bits)
    phases = plan.problem.rows // op.window.kernel[0]
    rows = divide_into_strips(op, 4 * plan.words * phases * together, STRIP_BYTES)
    return ScheduleAttr(
        Expansion.OVERLAP,
        filters=1,
        pixels=plan.layout.positions,
        rows=rows,
        spacing=plan.layout.spacing,
        channels=channels,
        phases=phases,
        reuse=int(can_reuse_rows(op, rows)),
    )


def estimate_code_bytes(op: DepthwiseConv2dOp, plan: WindowPlan) -> float:
    """Bytes of machine code, roughly: channels of a byte have code of their own."""
    channels = get_byte_channels(op)
    packing = PACKING_BYTES * ceil(channels * op.input_type.bits / 8)
    return packing + channels * (CHANNEL_BYTES + INSTRUCTION_BYTES * plan.unrolled_cost)


def _is_short(op: DepthwiseConv2dOp, plan: WindowPlan) -> bool:
    return estimate_code_bytes(op, plan) <= CODE_LIMIT_BYTES["speed"]


def find_window_schedule(op: ContractionOperation) -> ScheduleAttr | None:
    """The schedule of the best plan, None where there is none or SMLAD is cheaper.

    Where its code would be too long it is the best of those that are shorter, if any.
    """
    if not isinstance(op, DepthwiseConv2dOp):
        return None
    plans = [plan for problem in get_window_problems(op) for plan in find_plans(problem)]
    plan = min(plans, key=lambda plan: plan.cost, default=None)
    if plan is not None and not _is_short(op, plan):
        others = [other for other in plans if other.problem == plan.problem]
        short = [other for other in others if _is_short(op, other)]
        plan = min(short, key=lambda plan: plan.cost, default=plan)
    if plan is None or plan.cost >= estimate_rows_cost(op):
        return None
    return get_window_schedule(op, plan)
