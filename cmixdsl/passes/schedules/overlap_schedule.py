"""Chooses the schedule of a convolution by overlapping lanes, where that is cheaper than SMLAD.

The solver proves the layout from the input's type and the actual weights, and estimates its cost;
scratch is bounded by that of a pair of im2col columns of 16-bit lanes, twice over.
"""

from cmixdsl.dialects.cmix.constant import get_constant_elements
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.layers import Conv2dOp
from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.passes.schedules.lane_packing import OverlapProblem, StripPlan, solve_strips

SMLAD_COST = 1.0
"""Instructions per multiply-accumulate of an SMLAD block with its copies."""
SCRATCH_FACTOR = 8
"""Bytes of scratch per product of an output: two columns of 16-bit lanes, twice over."""


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
    )


def find_overlap_plan(op: ContractionOperation) -> StripPlan | None:
    """The best proven plan for a layer, None where overlap cannot be used or costs more."""
    if not isinstance(op, Conv2dOp) or (problem := get_overlap_problem(op)) is None:
        return None
    strips = solve_strips(problem, SCRATCH_FACTOR * op.num_products)
    products = problem.columns * problem.taps * problem.length
    return strips if strips is not None and strips.cost < SMLAD_COST * products else None


def find_overlap_schedule(op: ContractionOperation) -> ScheduleAttr | None:
    """The schedule of the best plan, None where there is none."""
    strips = find_overlap_plan(op)
    if strips is None:
        return None
    layout, columns = strips.plan.layout, strips.columns
    return ScheduleAttr(
        Expansion.OVERLAP,
        filters=1,
        pixels=layout.positions,
        unroll=strips.plan.products,
        spacing=layout.spacing,
        columns=0 if columns == op.output_type.get_shape()[1] else columns,
    )
