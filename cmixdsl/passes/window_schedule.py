"""Chooses the schedule of a depthwise layer by overlapping lanes, where that is cheaper than SMLAD.

The solver proves the layout from the input's type and the actual weights, less their zero points,
and estimates its cost.
"""

from cmixdsl.dialects.cmix.constant import get_constant_elements
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.layers import DepthwiseConv2dOp
from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.passes.constants import get_centred_filter_rows
from cmixdsl.passes.default_schedules import divide_into_strips, get_byte_channels
from cmixdsl.passes.expand_channel_words import get_weight_ranges, split_rows
from cmixdsl.passes.split_taps import count_phases
from cmixdsl.passes.window_packing import WindowPlan, WindowProblem, solve_windows

STRIP_BYTES = 1152
"""Scratch for the words of a strip: twice a kernel of 64 channels as 16-bit lanes."""


def get_window_problem(op: ContractionOperation) -> WindowProblem | None:
    """What would be packed; None unless

    1. the layer is depthwise with one filter for each channel;
    2. taps of a row are neighbours, and there are several;
    3. inputs are unsigned, and weights are constant.
    """
    if not isinstance(op, DepthwiseConv2dOp) or op.depth_multiplier != 1:
        return None
    window = op.window
    if window.dilation[1] != 1 or window.kernel[1] == 1:
        return None
    if op.input_type.is_signed or get_constant_elements(op.filter) is None:
        return None
    weights = get_centred_filter_rows(op).reshape(op.channels, *window.kernel)
    columns = op.output_type.get_shape()[1]
    # A single column has no next one, however far away it would be.
    stride = window.strides[1] if columns > 1 else 1
    phases = count_phases(stride, 1, op.filter_type, op.filter_zero.get_values())
    return WindowProblem(
        largest_input=op.input_type.element_range[1],
        weights=get_weight_ranges(split_rows(weights.transpose(1, 2, 0), phases)),
        stride=stride // phases,
        columns=columns,
    )


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
    )


def find_window_schedule(op: ContractionOperation) -> ScheduleAttr | None:
    """The schedule of the best plan, None where there is none or SMLAD is cheaper."""
    problem = get_window_problem(op)
    if problem is None or not isinstance(op, DepthwiseConv2dOp):
        return None
    plan = solve_windows(problem)
    if plan is None or plan.cost >= estimate_rows_cost(op):
        return None
    return get_window_schedule(op, plan)
