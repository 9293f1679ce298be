"""The schedules of layers that have none: a table in `default_schedules.toml`.

A row stands for a kind of layer, a class of kernels and the widths of inputs and weights. What
depends on the size of the image, the rows of a strip, is computed for each layer.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import auto
from functools import cache
from pathlib import Path

from xdsl.utils.str_enum import StrEnum

from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.layers import DepthwiseConv2dOp, FullyConnectedOp
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr
from cmixdsl.dialects.cmix.schedule import DEFAULT_UNROLL, LANE_BITS, Expansion, ScheduleAttr
from cmixdsl.objectives import Objective
from cmixdsl.passes.builders.joint_weights import find_joint_violation, needs_sums

TABLE_PATH = Path(__file__).parent / "default_schedules.toml"

SHALLOW_CHANNELS = 4
"""A convolution of an image has no more input channels."""

STRIP_BYTES = 1024
"""Scratch for the expanded rows of a channel."""

MOST_EXPANDED = 1.25
"""Rows that may be expanded for each that fewer strips would need, so that strips are equal."""

WORTHWHILE = 4
"""New rows of a strip, for each that it keeps, that are at most expanded where that pays."""

SHIFTED_OUTPUTS = 64
"""Outputs of a channel for which larger weights are worth an instruction of each."""

MAX_ROW_TAPS = 64
"""Kernels of more taps are not unrolled over a row; they are gathered into columns."""


class KernelClass(StrEnum):
    """Kernels that want the same schedule; of every kind of layer only some exist."""

    POINTWISE = auto()
    """A 1x1 convolution."""
    SHALLOW = auto()
    """A convolution of an image: of at most `SHALLOW_CHANNELS` channels."""
    SPATIAL = auto()
    """Any other convolution."""
    UNIT = auto()
    """Depthwise, stride 1 along the row: neighbouring windows share words."""
    STRIDED = auto()
    """Depthwise, of any other stride."""
    MATRIX = auto()
    """A fully connected layer."""


@dataclass(frozen=True)
class ScheduleRow:
    """A schedule that does not know the size of the image yet."""

    expand: Expansion
    filters: int = 1
    pixels: int = 1
    unroll: int = DEFAULT_UNROLL
    strip_bytes: int = STRIP_BYTES
    """For rows: scratch that the expanded rows of a strip may take."""
    channels: int = 1
    """For rows: the most channels whose code is unrolled, so that each knows its place in bytes."""
    weight_bits: int = 0
    """16 where weights are stored as lanes, 0 where as they are."""
    reuse: int = 0
    """For rows: 1 where those that two strips read are moved, 0 where they are expanded again."""
    joint: int = 0
    """1 where the weights of two filters are multiplied together."""

    def get_schedule(self, op: ContractionOperation) -> ScheduleAttr:
        """The schedule for a layer; `columns` where it cannot be computed from rows."""
        if self.expand is not Expansion.ROWS:
            return ScheduleAttr(
                self.expand,
                self.filters,
                self.pixels,
                self.unroll,
                weight_bits=self.weight_bits,
                joint=self.joint,
            )
        if not isinstance(op, DepthwiseConv2dOp) or not can_sweep_rows(op):
            return ScheduleAttr(Expansion.COLUMNS, self.filters, self.pixels)
        channels = min(self.channels, get_byte_channels(op))
        rows = get_strip_rows(op, self.strip_bytes, channels)
        return ScheduleAttr(
            self.expand,
            self.filters,
            self.pixels,
            self.unroll,
            rows,
            channels=channels,
            weight_bits=LANE_BITS if wants_shifted_weights(op) else 0,
            reuse=self.reuse and int(can_reuse_rows(op, rows)),
        )


RowKey = tuple[Objective, str, KernelClass, int, int, bool]
"""Objective, layer's operation without its dialect, class of kernel, bits of input and weights, and
whether weights are such that those of two filters can be multiplied together."""


def get_kernel_class(op: ContractionOperation) -> KernelClass:
    """The class of a layer's kernel."""
    if isinstance(op, FullyConnectedOp):
        return KernelClass.MATRIX
    if isinstance(op, DepthwiseConv2dOp):
        return KernelClass.UNIT if op.window.strides[1] == 1 else KernelClass.STRIDED
    if op.window.kernel == (1, 1):
        return KernelClass.POINTWISE
    is_shallow = op.input_type.get_shape()[-1] <= SHALLOW_CHANNELS
    return KernelClass.SHALLOW if is_shallow else KernelClass.SPATIAL


def get_row_key(op: ContractionOperation, objective: Objective, *, joint: bool) -> RowKey:
    """Where the table has the row for a layer."""
    kind, kernel = op.name.split(".")[1], get_kernel_class(op)
    return objective, kind, kernel, op.input_type.bits, op.filter_type.bits, joint


def get_default_row(op: ContractionOperation, objective: Objective) -> ScheduleRow:
    """The row for a layer: the one for joint weights where there is one, and they can be.

    Unless they need the inputs summed, which those that are stored as lanes do not.
    """
    rows = load_default_rows()
    other = rows[get_row_key(op, objective, joint=False)]
    joint = rows.get(get_row_key(op, objective, joint=True))
    if joint is None or find_joint_violation(op) is not None:
        return other
    return other if other.weight_bits and needs_sums(op) else joint


@cache
def load_default_rows() -> Mapping[RowKey, ScheduleRow]:
    """The rows of `default_schedules.toml`."""
    tables = tomllib.loads(TABLE_PATH.read_text(encoding="utf-8"))
    rows: dict[RowKey, ScheduleRow] = {}
    objectives: tuple[Objective, ...] = ("speed", "size")
    for objective in objectives:
        for kind, classes in tables[objective].items():
            for kernel, entries in classes.items():
                for bits, entry in entries.items():
                    row = ScheduleRow(**(entry | {"expand": Expansion(entry["expand"])}))
                    inputs, weights, *joint = bits.split(",")
                    widths = int(inputs), int(weights)
                    rows[objective, kind, KernelClass(kernel), *widths, bool(joint)] = row
    return rows


def can_sweep_rows(op: DepthwiseConv2dOp) -> bool:
    """Whether the taps of a row are neighbours, and few enough to unroll."""
    kernel, dilation = op.window.kernel, op.window.dilation
    return dilation[1] == 1 and kernel[0] * kernel[1] <= MAX_ROW_TAPS


def get_byte_channels(op: DepthwiseConv2dOp) -> int:
    """Channels that fill whole bytes of input and output, 1 where inputs have several filters."""
    per_byte = max(8 // op.input_type.bits, 8 // op.output_type.bits)
    return per_byte if op.depth_multiplier == 1 else 1


def wants_shifted_weights(op: DepthwiseConv2dOp) -> bool:
    """Whether weights are stored as lanes, so that they can be shifted for the requantization.

    That saves an instruction of every output, and costs 12 bytes of a channel with 9 weights.
    """
    requant, (height, width, _) = op.requant, op.output_type.get_shape()
    if not isinstance(requant, LinearAttr) or height * width < SHIFTED_OUTPUTS:
        return False
    shifts = set(requant.left.get_values())
    return len(shifts) == 1 and shifts != {0}


def get_strip_rows(op: DepthwiseConv2dOp, strip_bytes: int, channels: int = 1) -> int:
    """Output rows whose input rows, as 16-bit lanes, fit the scratch for strips.

    Of the channels that are unrolled those of one byte of the input are expanded together.
    """
    window = op.window
    _, width, _ = op.output_type.get_shape()
    lanes = (width - 1) * window.strides[1] + window.extent[1] + 2
    together = min(channels, 8 // op.input_type.bits)
    return divide_into_strips(op, 2 * lanes * together, strip_bytes)


def can_reuse_rows(op: DepthwiseConv2dOp, rows: int) -> bool:
    """Whether strips of so many output rows share enough input rows to keep them."""
    window, height = op.window, op.output_type.get_shape()[0]
    kept = window.extent[0] - window.strides[0]
    return rows < height and 0 < rows * window.strides[0] <= WORTHWHILE * kept


def divide_into_strips(op: DepthwiseConv2dOp, row_bytes: int, strip_bytes: int) -> int:
    """Output rows of a strip whose input rows, of so many bytes each, fit the scratch.

    Rows between strips are expanded twice, so strips are few; and their height divides that of the
    image where that expands few rows more, as what is left is code of its own.
    """
    window, height = op.window, op.output_type.get_shape()[0]
    most = (strip_bytes // row_bytes - window.extent[0]) // window.strides[0] + 1
    most = min(max(most, 1), height)
    divisor = max(rows for rows in range(1, most + 1) if height % rows == 0)
    strips = -(-height // most)
    even = -(-height // strips)

    def get_expanded(rows: int) -> float:
        """Input rows that are expanded for an output row."""
        return ((rows - 1) * window.strides[0] + window.extent[0]) / rows

    return divisor if get_expanded(divisor) <= MOST_EXPANDED * get_expanded(even) else even
