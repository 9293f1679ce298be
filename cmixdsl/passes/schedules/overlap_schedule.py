"""Chooses the schedule of a convolution by overlapping lanes.

The solver proves the layout from the input's type and the actual weights, and estimates its cost;
scratch is bounded by that of a pair of im2col columns of 16-bit lanes, twice over.
"""

from math import ceil

from cmixdsl.dialects.cmix.constant import get_constant_elements
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.layers import Conv2dOp
from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.passes.schedules.lane_packing import OverlapProblem
from cmixdsl.passes.schedules.lanes_choice import SCRATCH_FACTOR, LanesChoice, get_copy_cost
from cmixdsl.passes.schedules.strip_solver import StripPlan, solve_strips
from cmixdsl.passes.schedules.weight_sums import WeightSums, arrange_rows


def get_overlap_problem(op: Conv2dOp) -> OverlapProblem | None:
    """What would be packed; None unless

    1. neighbouring outputs have neighbouring windows of neighbouring taps;
    2. inputs and weights are unsigned, and weights are constant;
    3. the kernel is larger than 1x1.
    """
    window, elements = op.window, get_constant_elements(op.filter)
    if window.strides[1] != 1 or window.dilation[1] != 1 or window.kernel == (1, 1):
        return None
    if op.input_type.is_signed or op.filter_type.is_signed or elements is None:
        return None
    return OverlapProblem(
        largest_input=op.input_type.element_range[1],
        largest_weight=max(int(elements.max()), 1),
        taps=window.kernel[1],
        length=op.input_type.get_shape()[2] * window.kernel[0],
        columns=op.output_type.get_shape()[1],
        filters=op.channels,
        weights=WeightSums.of(arrange_rows(elements, window.kernel[1])),
    )


def find_overlap_plan(op: ContractionOperation) -> StripPlan | None:
    """The best proven plan for a layer, None where overlap cannot be used."""
    if not isinstance(op, Conv2dOp) or (problem := get_overlap_problem(op)) is None:
        return None
    return solve_strips(problem, SCRATCH_FACTOR * op.num_products)


def find_overlap_choice(op: ContractionOperation) -> LanesChoice | None:
    """The schedule of the best plan with its cost, None where there is none."""
    strips = find_overlap_plan(op)
    if strips is None:
        return None
    layout, columns = strips.plan.layout, strips.columns
    width, _ = op.output_type.get_shape()[1:]
    schedule = ScheduleAttr(
        Expansion.OVERLAP,
        filters=1,
        pixels=layout.positions,
        unroll=strips.plan.products,
        spacing=layout.spacing,
        columns=0 if columns == width else columns,
        words=strips.plan.filters,
    )
    words = ceil(width / columns) * strips.plan.words * strips.plan.padded_length
    copies = get_copy_cost(op, words, layout.positions)
    return LanesChoice(schedule, strips.cost / (width * op.num_products) + copies)
