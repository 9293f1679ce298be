"""The plans of rows and pixels that are packed in lane words, as schedules of contractions say.

A contraction that a plan cannot serve, and a schedule that cannot be proven, is refused with the
reason.
"""

from dataclasses import replace
from math import prod

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.errors import CmixError
from cmixdsl.passes.builders.constants import get_filter_elements
from cmixdsl.passes.schedules.lane_packing import (
    OverlapPlan,
    OverlapProblem,
    count_products,
    find_violation,
    get_plan,
    solve_spacing,
)
from cmixdsl.passes.schedules.outer_layout import OuterProblem
from cmixdsl.passes.schedules.outer_packing import OuterPlan, check_plan, get_sized_plan
from cmixdsl.passes.schedules.outer_packing import solve_spacing as solve_outer_spacing
from cmixdsl.passes.schedules.weight_sums import WeightSums, arrange_rows
from cmixdsl.passes.tile_outer import get_schedule

ITERATORS = ("x", "f", "i", "j", "c")
"""Those of a row of a convolution; one that is missing has an extent of 1."""


def check_shape(op: ContractOp) -> None:
    """Raises PassFailedException unless the block is one row of a convolution that can overlap.

    1. only columns and filters are parallel, and iterators are those of a convolution;
    2. neighbouring outputs have neighbouring windows of neighbouring taps;
    3. inputs and weights are unsigned.
    """
    names = op.iterator_names
    is_row = {"x", "f"}.issuperset(op.parallel_iterators) and set(ITERATORS).issuperset(names)
    if not is_row or len(op.filter_type.get_shape()) != 4:
        raise_pass_failure(
            op,
            "overlap needs a row of a convolution, which is parallel in x and f only, "
            f"found iterators {', '.join(names)}; run cmix-tile-outer first",
        )
    for name in set(names) & {"x", "j"}:
        if (step := op.get_input_step(name, 1)) != 1:
            raise_pass_failure(
                op,
                f"overlap needs a stride and a dilation of 1 along rows, found {step} for {name}",
            )
    check_unsigned(op, "overlap")


def check_pixels(op: ContractOp) -> None:
    """Raises PassFailedException unless the block is a row of pixels.

    1. only columns and filters are parallel, and sums are over a vector (k) or over windows of
       all channels;
    2. inputs and weights are unsigned.
    """
    names = op.iterator_names
    is_window = set(ITERATORS).issuperset(names) and len(op.filter_type.get_shape()) == 4
    if not {"x", "f"}.issuperset(op.parallel_iterators) or not (
        is_window or op.reduction_iterators == ("k",)
    ):
        raise_pass_failure(
            op,
            "outer needs a row of a convolution or a fully connected layer, parallel in x and f "
            f"only, found iterators {', '.join(names)}; run cmix-tile-outer first",
        )
    check_unsigned(op, "outer")


def check_unsigned(op: ContractOp, mode: str) -> None:
    """Raises PassFailedException when inputs or weights are signed."""
    for what, type_ in (("inputs", op.input_type), ("weights", op.filter_type)):
        if type_ is not None and type_.is_signed:
            raise_pass_failure(op, f"{mode} needs unsigned {what}, found {type_}")


def get_problem(op: ContractOp) -> OverlapProblem:
    """What is to be packed; weights count by their largest value and by what they add up to."""
    assert op.input_type is not None
    rows = arrange_rows(get_filter_elements(op, op.filter), op.get_extent("j"))
    return OverlapProblem(
        largest_input=op.input_type.element_range[1],
        largest_weight=max(int(rows.max()), 1),
        taps=op.get_extent("j"),
        length=op.get_extent("c") * op.get_extent("i"),
        columns=op.get_extent("x"),
        filters=op.get_extent("f"),
        weights=WeightSums.of(rows),
    )


def get_overlap_plan(op: ContractOp) -> OverlapPlan:
    """The plan of a block's schedule; raises PassFailedException if it cannot be proven."""
    schedule, problem = get_schedule(op), get_problem(op)
    positions, spacing = schedule.pixels.data, schedule.spacing.data
    products, words = min(schedule.unroll.data, problem.length), schedule.words.data
    if schedule.filters.data != 1:
        raise_pass_failure(
            op,
            f"overlap has the weights of one filter in a word, found {schedule.filters.data}; "
            "for several filters together use words",
        )
    try:
        if not spacing:
            return solve_spacing(problem, positions, products, words)
        return get_plan(problem, positions, spacing, products, words)
    except CmixError as error:
        raise_pass_failure(op, str(error))


def get_outer_problem(op: ContractOp) -> OuterProblem:
    """What is to be packed; weights count by the bits of the largest and by what they add up to."""
    assert op.input_type is not None
    elements = get_filter_elements(op, op.filter)
    largest, is_vector = max(int(elements.max()), 1), len(op.input_type.get_shape()) == 1
    return OuterProblem(
        input_bits=op.input_type.bits,
        weight_bits=largest.bit_length(),
        length=prod(op.get_extent(name) for name in op.reduction_iterators),
        pixels=op.get_extent("x"),
        filters=op.get_extent("f"),
        output_bits=op.output_type.bits,
        is_vector=is_vector,
        weights=None if is_vector else WeightSums.of(arrange_rows(elements, 1)),
    )


def get_outer_plan(op: ContractOp) -> OuterPlan:
    """The plan of a block's schedule; raises PassFailedException if it cannot be proven."""
    schedule, problem = get_schedule(op), get_outer_problem(op)
    spacing, pixels = schedule.spacing.data, schedule.pixels.data
    word = pixels, schedule.filters.data, spacing
    sizes = schedule.words.data, -(-problem.pixels // pixels), schedule.unroll.data
    try:
        plan = get_sized_plan(problem, word, sizes, schedule.apart.data)
        return check_plan(plan) if spacing else solve_outer_spacing(plan)
    except CmixError as error:
        raise_pass_failure(op, str(error))


MAX_SUMMED = 16
"""Products of a sum of inputs that are accumulated at once."""


def get_summed_products(plan: OuterPlan) -> int:
    """Inputs that a sum accumulates before lanes are taken out; they divide those of the plan."""
    layout = plan.layout
    largest = (1 << plan.problem.input_bits) - 1
    room = (1 << layout.spacing * layout.apart) - 1
    most = min(room // (largest * layout.taps), MAX_SUMMED)
    return _get_divisor(plan.padded_length, most)


def get_swept_products(plan: OverlapPlan) -> int:
    """The same for sums of windows, which sweep a row with weights of 1."""
    ones = replace(plan.problem, largest_weight=1, weights=None)
    if plan.filters == 1 and find_violation(ones, plan.layout, plan.products) is None:
        return plan.products
    return _get_divisor(plan.padded_length, count_products(ones, plan.layout, MAX_SUMMED))


def _get_divisor(length: int, most: int) -> int:
    return max(size for size in range(1, most + 1) if length % size == 0)
