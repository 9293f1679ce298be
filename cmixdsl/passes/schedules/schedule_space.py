"""The schedules worth trying for a layer, best guess first.

One generator for each way to expand activations yields register blocks, unrolling and strips; what
does not fit the registers or the scratch is left out. A new expansion is a new generator in
`SPACES`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType

from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.layers import Conv2dOp, DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.cmix.schedule import MAX_BLOCK, Expansion, ScheduleAttr
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.passes.builders.column_products import PIXELS_TOGETHER
from cmixdsl.passes.builders.index_arithmetic import get_unroll
from cmixdsl.passes.builders.joint_weights import find_joint_violation
from cmixdsl.passes.builders.word_arithmetic import LANE_BITS, get_pairs_per_word
from cmixdsl.passes.schedules.default_schedules import (
    can_reuse_rows,
    can_sweep_rows,
    get_byte_channels,
    get_strip_rows,
)
from cmixdsl.passes.schedules.lane_packing import LaneLayout, OverlapPlan, find_plans
from cmixdsl.passes.schedules.outer_packing import get_sized_plan
from cmixdsl.passes.schedules.outer_schedule import get_outer_problem, get_outer_schedule
from cmixdsl.passes.schedules.outer_solver import find_plans as find_outer_plans
from cmixdsl.passes.schedules.overlap_schedule import get_overlap_problem
from cmixdsl.passes.schedules.window_packing import WindowPlan
from cmixdsl.passes.schedules.window_packing import find_plans as find_window_plans
from cmixdsl.passes.schedules.window_schedule import (
    build_window_problem,
    get_window_problems,
    get_window_schedule,
)

MAX_FILTERS = 4
MAX_PIXELS = 7
UNROLLS = (4, 8, 16)
"""Pairs of products in an iteration."""
STRIP_SIZES = (512, 1024, 1152, 2048)
"""Bytes of scratch for the rows of a strip."""
STRIP_WORDS = (0, 16, 8, 4)
"""Words of a row that overlapping lanes are computed from at once; 0 is all."""
WIDE_BYTES = 1024
"""Bytes of weights that may be stored as lanes: twice to eight times those of the type."""
OVERLAPS = 6
"""Candidates with overlapping lanes."""
OUTERS = 12
"""Candidates whose lanes pixels and filters share."""
WORD_EXPANSIONS = (Expansion.OVERLAP, Expansion.OUTER)
"""Expansions to words of several numbers, whose plans know their registers."""


@dataclass(frozen=True)
class Limits:
    """What a candidate may use."""

    registers: int = 14
    """Of the core, without stack pointer and program counter."""
    scratch_bytes: int = 1024
    """Always allowed."""
    scratch_columns: int = 4
    """Columns of a convolution that are allowed however long they are."""


def enumerate_schedules(
    op: ContractionOperation, limits: Limits = Limits()
) -> tuple[ScheduleAttr, ...]:
    """Candidates for a layer, those with the lowest estimate first, each once."""
    found = dict.fromkeys(
        schedule
        for space in SPACES.values()
        for schedule in space(op, limits)
        if schedule.expansion in WORD_EXPANSIONS or count_registers(schedule) <= limits.registers
    )
    return tuple(sorted(found, key=lambda schedule: estimate_instructions(op, schedule)))


def count_registers(schedule: ScheduleAttr) -> int:
    """Registers that a block keeps in its innermost loop.

    Accumulators; a pair of weights for each filter, unpacked together as they are stored; the pair
    of inputs that passes; the addresses of both, and the loop's end. A block over rows has no loop,
    and its weights come and go. Joint weights of two filters take a register, and another where
    they meet more inputs than are loaded at once.
    """
    filters, pixels = schedule.filters.data, schedule.pixels.data
    if schedule.joint.data:
        words = filters // 2 * (2 if pixels > PIXELS_TOGETHER else 1)
        return filters * pixels + words + min(pixels, PIXELS_TOGETHER) + 2
    if schedule.expansion is Expansion.ROWS:
        return filters * pixels + filters + 3
    return filters * pixels + filters + 4


def estimate_instructions(op: ContractionOperation, schedule: ScheduleAttr) -> float:
    """Instructions of the innermost loops and of requantization, roughly: to rank, not to quote.

    A pair of products costs one instruction; loading a pair of inputs one for each pixel, unpacking
    a pair of weights one for each filter and its share in loading the word; of joint ones, half of
    that. Blocks at the border have what the extent leaves.
    """
    if schedule.expansion is Expansion.OVERLAP:
        return _estimate_overlap(op, schedule)
    if schedule.expansion is Expansion.OUTER:
        return _estimate_outer(op, schedule)
    pairs = (op.num_products + 1) // 2
    is_wide = schedule.weight_bits.data > 0
    unpack = 1.0 if is_wide else 1 + 1 / get_pairs_per_word(op.filter_type.bits)
    if schedule.joint.data:
        unpack = 1.0
    width = get_width(op)
    height = op.output_type.get_num_elements() // (width * op.channels)
    loop = 0.0 if schedule.expansion is Expansion.ROWS else 3 / schedule.unroll.data
    total = 0.0
    for (filters, times), (pixels, columns) in product(
        _split(op.channels, schedule.filters.data), _split(width, schedule.pixels.data)
    ):
        inner = pairs * (filters * pixels + filters * unpack + pixels + loop)
        total += times * columns * (inner + 8 * filters * pixels)
    return total * height


def get_width(op: ContractionOperation) -> int:
    """Pixels along which blocks lie: those of an output row; a fully connected layer has one.

    The rows of a pointwise layer are one.
    """
    if isinstance(op, FullyConnectedOp):
        return 1
    height, width, _ = op.output_type.get_shape()
    is_pixelwise = op.window == Window((1, 1)) and not isinstance(op, DepthwiseConv2dOp)
    return height * width if is_pixelwise else width


def get_scratch_limit(op: ContractionOperation, limits: Limits = Limits()) -> int:
    """Bytes of scratch that a candidate of a convolution may use."""
    return max(limits.scratch_bytes, 2 * op.num_products * limits.scratch_columns)


def _split(extent: int, size: int) -> Iterator[tuple[int, int]]:
    """Sizes of the blocks along an extent, each with its number."""
    yield size, extent // size
    if extent % size:
        yield extent % size, 1


def _enumerate_columns(op: ContractionOperation, limits: Limits) -> Iterator[ScheduleAttr]:
    if isinstance(op, DepthwiseConv2dOp) and can_sweep_rows(op):
        return
    most_filters, most_pixels = _get_largest_block(op)
    is_joint = find_joint_violation(op) is None
    for filters, pixels, weight_bits in product(
        range(1, most_filters + 1), range(1, most_pixels + 1), _get_weight_bits(op)
    ):
        if 2 * op.num_products * pixels > get_scratch_limit(op, limits):
            continue
        for unroll in _get_unrolls(op, weight_bits or op.filter_type.bits):
            block = ScheduleAttr(
                Expansion.COLUMNS, filters, pixels, unroll, weight_bits=weight_bits
            )
            yield block
            if is_joint and not filters % 2 and not weight_bits:
                yield ScheduleAttr(Expansion.COLUMNS, filters, pixels, unroll, joint=1)


def _get_weight_bits(op: ContractionOperation) -> list[int]:
    """Weights as they are, and as lanes where they are few."""
    return [0, LANE_BITS] if 2 * op.num_products * op.channels <= WIDE_BYTES else [0]


def _get_unrolls(op: ContractionOperation, bits: int) -> list[int]:
    """Those that differ: an iteration takes whole words, and their number divides that of all."""
    pairs = get_pairs_per_word(bits)
    words = -(-op.num_products * bits // 32)
    return list({get_unroll(words, unroll // pairs): unroll for unroll in UNROLLS[::-1]}.values())


def _get_largest_block(op: ContractionOperation) -> tuple[int, int]:
    if isinstance(op, FullyConnectedOp):
        return min(MAX_BLOCK, op.channels), 1
    pixels = min(MAX_PIXELS, get_width(op))
    if isinstance(op, DepthwiseConv2dOp):
        return 1, pixels
    return min(MAX_FILTERS, op.channels), pixels


def _enumerate_rows(op: ContractionOperation, limits: Limits) -> Iterator[ScheduleAttr]:
    if not isinstance(op, DepthwiseConv2dOp) or not can_sweep_rows(op):
        return
    largest = max(limits.scratch_bytes, 2 * op.num_products * op.channels)
    sizes = [size for size in STRIP_SIZES if size <= largest]
    _, most_pixels = _get_largest_block(op)
    unrolled = sorted({1, get_byte_channels(op)})
    for pixels, size, channels in product(range(1, most_pixels + 1), sizes, unrolled):
        rows = get_strip_rows(op, size, channels)
        for reuse in range(1 + can_reuse_rows(op, rows)):
            yield ScheduleAttr(Expansion.ROWS, 1, pixels, rows=rows, channels=channels, reuse=reuse)


def _enumerate_overlaps(op: ContractionOperation, limits: Limits) -> Iterator[ScheduleAttr]:
    """The most promising proven plans, each with the longest strips that fit the scratch."""
    if isinstance(op, DepthwiseConv2dOp):
        yield from _enumerate_windows(op)
    problem = get_overlap_problem(op) if isinstance(op, Conv2dOp) else None
    if problem is None:
        return
    largest, found = get_scratch_limit(op, limits), 0
    for plan in sorted(find_plans(problem), key=lambda plan: plan.cost):
        for words in STRIP_WORDS:
            columns = words * plan.layout.positions
            if columns < problem.columns and _get_strip(plan, columns).scratch_bytes <= largest:
                yield ScheduleAttr(
                    Expansion.OVERLAP,
                    1,
                    plan.layout.positions,
                    plan.products,
                    spacing=plan.layout.spacing,
                    columns=columns,
                    words=plan.filters,
                )
                found += 1
                break
        if found == OVERLAPS:
            return


def _enumerate_windows(op: DepthwiseConv2dOp) -> Iterator[ScheduleAttr]:
    """The most promising proven plans of a depthwise layer."""
    found = (plan for problem in get_window_problems(op) for plan in find_window_plans(problem))
    plans = sorted(found, key=lambda plan: plan.cost)[:OVERLAPS]
    yield from (get_window_schedule(op, plan) for plan in plans)


def _get_strip(plan: OverlapPlan, columns: int) -> OverlapPlan:
    """The plan for so many columns; 0 are all."""
    problem = plan.problem
    return replace(plan, problem=replace(problem, columns=columns or problem.columns))


def _estimate_overlap(op: ContractionOperation, schedule: ScheduleAttr) -> float:
    """As the solver estimates it, besides requantization."""
    outputs = op.output_type.get_num_elements()
    if isinstance(op, DepthwiseConv2dOp):
        windows = build_window_problem(op, schedule.phases.data)
        layout = LaneLayout(schedule.pixels.data, windows.taps, schedule.spacing.data)
        return outputs * (WindowPlan(windows, layout).cost + 8)
    problem = get_overlap_problem(op) if isinstance(op, Conv2dOp) else None
    assert problem is not None
    layout = LaneLayout(schedule.pixels.data, problem.taps, schedule.spacing.data)
    plan = OverlapPlan(problem, layout, schedule.unroll.data, schedule.words.data)
    strips = problem.columns / (schedule.columns.data or problem.columns)
    cost = strips * _get_strip(plan, schedule.columns.data).cost
    return outputs / problem.columns * cost + 8 * outputs


def _enumerate_outers(op: ContractionOperation, limits: Limits) -> Iterator[ScheduleAttr]:
    """The most promising proven plans, each with the usual iteration and others."""
    problem = get_outer_problem(op)
    if problem is None:
        return
    largest = get_scratch_limit(op, limits)
    plans = dict.fromkeys(
        replace(plan, unroll=unroll)
        for plan in find_outer_plans(problem, largest)
        for unroll in (plan.unroll, *UNROLLS)
    )
    fitting = [plan for plan in plans if plan.scratch_bytes <= largest and plan.violation is None]
    for plan in sorted(fitting, key=lambda plan: plan.cost)[:OUTERS]:
        yield get_outer_schedule(plan)


def _estimate_outer(op: ContractionOperation, schedule: ScheduleAttr) -> float:
    """As the solver estimates it, besides requantization."""
    problem = get_outer_problem(op)
    assert problem is not None
    pixels = schedule.pixels.data
    word = pixels, schedule.filters.data, schedule.spacing.data
    input_words = -(-(schedule.columns.data or problem.pixels) // pixels)
    sizes = schedule.words.data, input_words, schedule.unroll.data
    plan = get_sized_plan(problem, word, sizes, schedule.apart.data)
    return plan.cost + 8 * op.output_type.get_num_elements()


SPACES: Mapping[Expansion, Callable[[ContractionOperation, Limits], Iterator[ScheduleAttr]]] = (
    MappingProxyType(
        {
            Expansion.COLUMNS: _enumerate_columns,
            Expansion.ROWS: _enumerate_rows,
            Expansion.OVERLAP: _enumerate_overlaps,
            Expansion.OUTER: _enumerate_outers,
        }
    )
)
"""Candidates of each expansion for a layer, some of them with too many registers."""
