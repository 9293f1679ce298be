"""Chooses the schedule of a layer whose pixels and filters share the lanes of products.

The solver proves the layout from the types and the actual weights, and estimates its cost; scratch
is bounded by that of a pair of im2col columns of 16-bit lanes, twice over.
"""

from math import ceil

from cmixdsl.dialects.cmix.constant import get_constant_elements
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.layers import Conv2dOp, FullyConnectedOp
from cmixdsl.dialects.cmix.schedule import Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.passes.schedules.lanes_choice import SCRATCH_FACTOR, LanesChoice, get_copy_cost
from cmixdsl.passes.schedules.outer_layout import OuterProblem
from cmixdsl.passes.schedules.outer_packing import OuterPlan
from cmixdsl.passes.schedules.outer_solver import solve_outer
from cmixdsl.passes.schedules.weight_sums import WeightSums, arrange_rows


def get_outer_problem(op: ContractionOperation) -> OuterProblem | None:
    """What would be packed; None unless

    1. the layer is a convolution or fully connected;
    2. inputs and weights are unsigned, and weights are constant.
    """
    elements = get_constant_elements(op.filter)
    if elements is None or op.input_type.is_signed or op.filter_type.is_signed:
        return None
    if not isinstance(op, FullyConnectedOp | Conv2dOp):
        return None
    *outer, filters = op.output_type.get_shape()
    # The rows of a pointwise layer are one.
    rows = outer[-2:] if op.window == Window((1, 1)) else outer[-1:]
    pixels = 1
    for extent in rows:
        pixels *= extent
    is_vector = isinstance(op, FullyConnectedOp)
    return OuterProblem(
        input_bits=op.input_type.bits,
        weight_bits=max(int(elements.max()), 1).bit_length(),
        length=op.num_products,
        pixels=pixels,
        filters=filters,
        output_bits=op.output_type.bits,
        is_vector=is_vector,
        weights=None if is_vector else WeightSums.of(arrange_rows(elements, 1)),
    )


def find_outer_plan(op: ContractionOperation) -> OuterPlan | None:
    """The best proven plan for a layer, None where it cannot be used."""
    if (problem := get_outer_problem(op)) is None:
        return None
    return solve_outer(problem, SCRATCH_FACTOR * op.num_products)


def get_outer_schedule(plan: OuterPlan) -> ScheduleAttr:
    """The schedule that says what a plan does."""
    return ScheduleAttr(
        Expansion.OUTER,
        filters=plan.layout.filters,
        pixels=plan.layout.pixels * plan.layout.taps,
        unroll=plan.turn,
        spacing=plan.layout.spacing,
        columns=plan.columns,
        words=plan.weight_words,
        apart=plan.layout.apart,
    )


def find_outer_choice(op: ContractionOperation) -> LanesChoice | None:
    """The schedule of the best plan with its cost, None where there is none.

    A layer without windows copies each input once, as SMLAD does.
    """
    if (plan := find_outer_plan(op)) is None:
        return None
    copies = 0.0
    if isinstance(op, Conv2dOp) and op.window.kernel != (1, 1):
        words = ceil(plan.problem.pixels / plan.columns) * plan.input_words * plan.padded_length
        copies = get_copy_cost(op, words, plan.layout.pixels)
    return LanesChoice(get_outer_schedule(plan), plan.cost_per_product + copies)
