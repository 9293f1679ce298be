"""Builds outputs of contractions of words: sums corrected for zero points, requantized, stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.dialects import arith, memref
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.blocks import RequantizeOp
from cmixdsl.dialects.cmix.buffers import StoreElementsOp
from cmixdsl.dialects.cmix.lane_blocks import ContractWordsOp
from cmixdsl.dialects.dsp import MlsOp
from cmixdsl.passes.builders.global_constants import build_table
from cmixdsl.passes.builders.index_arithmetic import Linear, get_linear_map
from cmixdsl.passes.builders.memory import needs_merging
from cmixdsl.passes.builders.word_arithmetic import build_word


@dataclass(frozen=True)
class FilterConstants:
    """What the outputs of one filter share."""

    channel: SSAValue
    bias: SSAValue
    zero: SSAValue | None


def build_constants(builder: Builder, op: ContractWordsOp, channel: SSAValue) -> FilterConstants:
    """Loads the constants of a filter."""
    table = build_table(builder, op, "bias", op.bias.get_values(), 32)
    bias = builder.insert(memref.LoadOp.get(table, [channel])).res
    bias.name_hint = "bias"
    zeros = op.filter_zero.get_values()
    zero: SSAValue | None = None
    if any(zeros) and len(zeros) == 1:
        zero = build_word(builder, zeros[0], "filter_zero")
    elif any(zeros):
        table = build_table(builder, op, "filter_zero", zeros, 32)
        zero = builder.insert(memref.LoadOp.get(table, [channel])).res
        zero.name_hint = "filter_zero"
    return FilterConstants(channel, bias, zero)


def build_outputs(
    builder: Builder,
    op: ContractWordsOp,
    totals: Sequence[SSAValue],
    column: Linear,
    constants: Sequence[FilterConstants],
) -> None:
    """Corrects sums for zero points, requantizes and stores them: neighbouring filters, one column.

    Bytes that several calls write must have been cleared where filters do not fill whole bytes.
    """
    sum_: SSAValue | None = None
    if op.sums is not None and any(op.filter_zero.get_values()):
        sum_ = builder.insert(memref.LoadOp.get(op.sums, [column.build(builder, "x")])).res
        sum_.name_hint = "sum"
    outputs: list[SSAValue] = []
    for total, constant in zip(totals, constants, strict=True):
        acc = builder.insert(arith.AddiOp(constant.bias, total)).result
        acc.name_hint = "acc"
        if constant.zero is not None and sum_ is not None:
            acc = builder.insert(MlsOp(constant.zero, sum_, acc)).result
            acc.name_hint = "acc"
        element_type = op.output_type.element_type
        output = builder.insert(RequantizeOp(acc, constant.channel, op.requant, element_type))
        output.result.name_hint = "y"
        outputs.append(output.result)
    point = {"x": column, "f": Linear.get(constants[0].channel)}
    positions = get_linear_map(
        op.output_map.data, [point.get(name, Linear()) for name in op.iterator_names], op.offsets
    )
    indices = [position.build(builder, "o") for position in positions]
    cleared = needs_merging(op.block_filters, op.output_type)
    builder.insert(StoreElementsOp(outputs, op.output, indices, op.output_type, cleared=cleared))
