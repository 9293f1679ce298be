"""The part of `cmix-expand-words` for depthwise layers: words of neighbours of one channel.

Rows of the channels of a byte are packed together, as many as a strip of output rows needs. What is
left is the same contraction, of words: its input positions are (row, position), the row being
(channel * rows + row under the kernel) * phases + phase. `convert-contract-windows-to-lanes` sweeps
them.
"""

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import AffineMapAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.ir.affine import AffineExpr, AffineMap
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects.cmix.blocks import ContractOp, get_map_range
from cmixdsl.dialects.cmix.iteration import build_iterators
from cmixdsl.dialects.cmix.lane_blocks import ExpandWordsOp
from cmixdsl.dialects.lanes import LaneRange
from cmixdsl.errors import CmixError
from cmixdsl.passes.builders.constants import get_filter_elements
from cmixdsl.passes.builders.memory import build_block_scratch
from cmixdsl.passes.schedules.window_packing import (
    WindowPlan,
    WindowProblem,
    get_plan,
    solve_spacing,
)
from cmixdsl.passes.tile_outer import get_schedule, is_windowed


def check_windows(op: ContractOp) -> None:
    """Raises PassFailedException unless the block has windows that words can hold.

    1. taps of a row, or of a phase of it, are neighbours;
    2. inputs are unsigned;
    3. channels begin with those of a byte.
    """
    assert op.input_type is not None
    if op.get_extent("j") > 1 and (step := op.get_input_step("j", 1)) != op.get_extent("h"):
        raise_pass_failure(op, f"overlap needs a dilation of 1 along rows, found {step}")
    if op.input_type.is_signed:
        raise_pass_failure(op, f"overlap needs unsigned inputs, found {op.input_type}")
    per_byte, channels = 8 // op.input_type.bits, get_schedule(op).channels.data
    if channels % per_byte:
        raise_pass_failure(
            op,
            f"overlap packs the {per_byte} channels of a byte together; the schedule's "
            f"channels must be a multiple of that, found {channels}",
        )


def get_centred_taps(op: ContractOp) -> npt.NDArray[np.int64]:
    """The weights of a depthwise layer less their zero points, shape (rows, columns, channels)."""
    zeros = np.array(op.filter_zero.get_values(), np.int64)
    return get_filter_elements(op, op.filter).astype(np.int64) - zeros


def get_window_problem(op: ContractOp, largest_input: int) -> WindowProblem:
    """What is to be packed; weights count by their actual values, less their zero point."""
    stride = op.get_input_step("x", 1) // max(op.get_input_step("j", 1), 1)
    return WindowProblem(
        largest_input=largest_input,
        weights=get_weight_ranges(get_rows_of_taps(op)),
        stride=max(stride, 1),
        columns=op.get_extent("x"),
    )


def get_rows_of_taps(op: ContractOp) -> npt.NDArray[np.int64]:
    """Weights less their zero points, shape (channels, kernel rows and their phases, taps)."""
    return split_rows(get_centred_taps(op), op.get_extent("h"))


def split_rows(weights: npt.NDArray[np.int64], phases: int) -> npt.NDArray[np.int64]:
    """Weights of shape (rows, columns, channels) as (channels, rows and phases, taps of a phase).

    Missing taps become 0.
    """
    rows, columns, channels = weights.shape
    taps = -(-columns // phases)
    padded = np.pad(weights, ((0, 0), (0, taps * phases - columns), (0, 0)))
    split = padded.reshape(rows, taps, phases, channels)
    return split.transpose(3, 0, 2, 1).reshape(channels, rows * phases, taps)


def get_weight_ranges(weights: npt.NDArray[np.int64]) -> tuple[tuple[LaneRange, ...], ...]:
    """The range of each tap of each kernel row over all channels, given shape (channels, ...)."""
    low, high = weights.min(axis=0).tolist(), weights.max(axis=0).tolist()
    return tuple(
        tuple(zip(least, largest, strict=True)) for least, largest in zip(low, high, strict=True)
    )


def get_window_plan(op: ContractOp) -> WindowPlan:
    """The plan of a block's schedule; raises PassFailedException if it cannot be proven."""
    assert op.input_type is not None
    schedule = get_schedule(op)
    problem = get_window_problem(op, op.input_type.element_range[1])
    positions, spacing = schedule.pixels.data, schedule.spacing.data
    try:
        if not spacing:
            return solve_spacing(problem, positions)
        return get_plan(problem, positions, spacing)
    except CmixError as error:
        raise_pass_failure(op, str(error))


def _get_results(op: ContractOp, point: dict[str, AffineExpr]) -> tuple[AffineExpr, ...]:
    """Positions of the input for values of some iterators, the others being 0."""
    values = [point.get(name, AffineExpr.constant(0)) for name in op.iterator_names]
    symbols = [AffineExpr.symbol(index) for index in range(len(op.offsets))]
    return tuple(
        result.replace_dims_and_symbols(values, symbols) for result in op.input_map.data.results
    )


def _get_read_map(op: ContractOp, rows: int, stride: int) -> AffineMap:
    """From the iterators of the contraction to the row and the position that words hold."""
    names, phases = op.iterator_names, op.get_extent("h")
    dims = {name: AffineExpr.dimension(index) for index, name in enumerate(names)}
    zero: AffineExpr = AffineExpr.constant(0)
    row = dims.get("y", zero) * op.get_input_step("y", 0) + dims.get("i", zero) * op.get_input_step(
        "i", 0
    )
    row = (dims.get("c", zero) * rows + row) * phases + dims.get("h", zero)
    position = dims.get("x", zero) * stride + dims.get("j", zero)
    return AffineMap(len(names), len(op.offsets), (row, position))


def _build_expansion(
    op: ContractOp, words: SSAValue, plan: WindowPlan, rows: int, rewriter: PatternRewriter
) -> None:
    phases = op.get_extent("h")
    extents = {"c": op.get_extent("c"), "i": rows, "h": phases, "p": plan.problem.positions}
    if phases == 1:
        del extents["h"]
    dims = {name: AffineExpr.dimension(index) for index, name in enumerate(extents)}
    row, column, channel = _get_results(op, {"c": dims["c"]})
    column = column + dims["p"] * phases
    if phases > 1:
        column = column + dims["h"]
    map_ = AffineMap(len(extents), len(op.offsets), (row + dims["i"], column, channel))
    properties: dict[str, Attribute | None] = {
        **build_iterators(**extents),
        "input_map": AffineMapAttr(map_),
        "input_type": op.input_type,
        "pad": op.pad,
        "word_type": plan.input_type,
    }
    rewriter.insert(ExpandWordsOp(op.input, words, op.offsets, properties))


class ExpandChannels(RewritePattern):
    """Packs the rows of a depthwise layer."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractOp) or op.input_type is None or not is_windowed(op):
            return
        check_windows(op)
        plan = get_window_plan(op)
        extents = op.extents.get_values()
        (first, last), *_ = get_map_range(op.input_map.data, extents, [0] * len(op.offsets))
        rows = last - first + 1
        phases = op.get_extent("h")
        shape = plan.words, op.get_extent("c") * rows * phases
        words = build_block_scratch(op, shape, 32, "words", rewriter)
        _build_expansion(op, words, plan, rows, rewriter)
        properties: dict[str, Attribute | None] = dict(op.properties)
        del properties["input_type"]
        properties.pop("pad", None)
        properties["input_map"] = AffineMapAttr(_get_read_map(op, rows, plan.problem.stride))
        properties["word_type"] = plan.input_type
        operands = (words, op.filter, op.output, op.sums)
        rewriter.replace(op, op.with_properties(op.offsets, properties, operands), [])
