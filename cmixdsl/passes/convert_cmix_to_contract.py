"""Turns every layer with weights into a contraction over named iterators.

Convolution, depthwise convolution and fully connected layers become one operation that differs only
in its iterators and in the maps from them to positions: from here on they share every pass.

Before:
```mlir
func.func private @layer(%x_bytes: memref<8xi8>, %y_bytes: memref<2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<8xi8> as !cmix.packed<8xui8>
  %w = cmix.constant dense<3> : !cmix.packed<2x8xui4>
  %y = cmix.fully_connected %x, %w bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<8xui8>, !cmix.packed<2x8xui4> -> !cmix.packed<2xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2xui8> to memref<2xi8>
  return
}
```

After:
```mlir
func.func private @layer(%x_bytes: memref<8xi8>, %y_bytes: memref<2xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x8xui4>
  cmix.contract [f = 2, k = 8] input %x_bytes (f, k) -> (k) as <8xui8> filter %w (f, k) -> (f, k)
      output %y_bytes (f, k) -> (f) as <2xui8> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<8xi8>, !cmix.packed<2x8xui4>, memref<2xi8>
  return
}
```
"""

from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects.builtin import (
    AffineMapAttr,
    ArrayAttr,
    DenseArrayBase,
    IntegerAttr,
    ModuleOp,
    StringAttr,
    i32,
    i64,
)
from xdsl.ir import Attribute, Operation
from xdsl.ir.affine import AffineExpr, AffineMap
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, PatternRewriteWalker, RewritePattern
from xdsl.rewriter import InsertPoint

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.dialects.cmix.buffers import ClearOp
from cmixdsl.dialects.cmix.layers import (
    ContractionOperation,
    Conv2dOp,
    DepthwiseConv2dOp,
    FullyConnectedOp,
    WindowedContractionOperation,
)
from cmixdsl.dialects.cmix.schedule import Expansion
from cmixdsl.passes.builders.constants import get_filter_elements
from cmixdsl.passes.builders.joint_weights import find_joint_violation
from cmixdsl.passes.builders.memory import begins_bytes, get_memory, needs_merging

Positions = list[AffineExpr]


@dataclass(frozen=True)
class Domain:
    """Iterators of a contraction, outermost first, and where they lead in each operand."""

    iterators: dict[str, int]
    """Extent by name."""
    input: Positions
    filter: Positions
    output: Positions

    def get_map(self, results: Positions) -> AffineMapAttr:
        """The map from iterators to positions."""
        return AffineMapAttr(AffineMap(len(self.iterators), 0, tuple(results)))


def drop_unit_iterators(domain: Domain) -> Domain:
    """The same domain without iterators of extent 1, but for those of the output channel.

    One iterator to sum over stays in any case.
    """
    names = list(domain.iterators)
    parallel = domain.get_map(domain.output).data.used_dims_bit_vector()
    channel = domain.get_map(domain.output[-1:]).data.used_dims_bit_vector()
    kept = [
        index for index, name in enumerate(names) if domain.iterators[name] > 1 or channel[index]
    ]
    if all(parallel[index] for index in kept):
        kept.append(max(index for index in range(len(names)) if not parallel[index]))
    kept.sort()
    dims: list[AffineExpr] = [AffineExpr.constant(0)] * len(names)
    for new, old in enumerate(kept):
        dims[old] = AffineExpr.dimension(new)

    def get_kept(positions: Positions) -> Positions:
        return [position.replace_dims_and_symbols(dims, []) for position in positions]

    return Domain(
        {names[index]: domain.iterators[names[index]] for index in kept},
        get_kept(domain.input),
        get_kept(domain.filter),
        get_kept(domain.output),
    )


def _get_window_positions(
    op: WindowedContractionOperation, y: AffineExpr, x: AffineExpr, i: AffineExpr, j: AffineExpr
) -> Positions:
    """Row and column of the input under tap (i, j) of the window at output (y, x)."""
    window = op.window
    rows = y * window.strides[0] + i * window.dilation[0] - window.padding[0]
    columns = x * window.strides[1] + j * window.dilation[1] - window.padding[2]
    return [rows, columns]


def get_domain(op: ContractionOperation) -> Domain:
    """The iterators and maps of a layer; raises PassFailedException for a kind without any."""
    dims = [AffineExpr.dimension(index) for index in range(6)]
    shape = op.output_type.get_shape()
    match op:
        case FullyConnectedOp():
            f, k = dims[:2]
            return Domain({"f": shape[0], "k": op.num_products}, [k], [f, k], [f])
        case Conv2dOp():
            y, x, f, i, j, c = dims
            (rows, columns), channels = op.window.kernel, op.input_type.get_shape()[2]
            extents = (shape[0], shape[1], shape[2], rows, columns, channels)
            return Domain(
                dict(zip("yxfijc", extents, strict=True)),
                [*_get_window_positions(op, y, x, i, j), c],
                [f, i, j, c],
                [y, x, f],
            )
        case DepthwiseConv2dOp():
            c, f, y, x, i, j = dims
            (rows, columns), multiplier = op.window.kernel, op.depth_multiplier
            extents = (op.input_type.get_shape()[2], multiplier, *shape[:2], rows, columns)
            output = c * multiplier + f
            return Domain(
                dict(zip("cfyxij", extents, strict=True)),
                [*_get_window_positions(op, y, x, i, j), c],
                [i, j, output],
                [y, x, output],
            )
        case _:
            raise_pass_failure(op, "no contraction is known for this layer")


def _check_schedule(op: ContractionOperation) -> None:
    """Raises PassFailedException for a schedule that later passes could not obey.

    1. Rows hold one channel and their taps are neighbours: they suit depthwise layers without
       dilation along the row.
    2. Blocks of filters must not straddle input channels, or weights could not be interleaved.
    3. Rows, channels, phases and reuse speak of the rows of depthwise layers, and rows of several
       channels of layers with one filter for each channel.
    4. Joint weights need pairs of filters, and sums that fit 32 bits shifted to the left.
    """
    if op.schedule is None:
        return
    is_depthwise = isinstance(op, DepthwiseConv2dOp)
    if op.schedule.expansion is Expansion.ROWS and not (
        is_depthwise and op.window.dilation[1] == 1
    ):
        raise_pass_failure(
            op,
            "the schedule expands rows, which only depthwise layers without dilation "
            "along the row can; write expand = columns",
        )
    for key, size, default in (
        ("rows", op.schedule.rows.data, 1),
        ("channels", op.schedule.channels.data, 1),
        ("phases", op.schedule.phases.data, 1),
        ("reuse", op.schedule.reuse.data, 0),
    ):
        if size != default and not is_depthwise:
            raise_pass_failure(
                op,
                f"the schedule's {key} = {size} is for depthwise layers; leave {key} out",
            )
    if is_depthwise and op.schedule.channels.data > 1 and op.depth_multiplier > 1:
        raise_pass_failure(
            op,
            f"the schedule unrolls {op.schedule.channels.data} channels, which is for a depth "
            f"multiplier of 1, found {op.depth_multiplier}; leave channels out",
        )
    overlaps = op.schedule.expansion is Expansion.OVERLAP
    if is_depthwise and overlaps and op.schedule.words.data > 1:
        raise_pass_failure(
            op,
            f"the schedule multiplies {op.schedule.words.data} words of weights together, which a "
            "depthwise layer has no use for; leave words out",
        )
    filters = op.schedule.filters.data
    if is_depthwise and op.depth_multiplier % filters:
        raise_pass_failure(
            op,
            "the schedule's filters must divide the depth multiplier "
            f"{op.depth_multiplier}, found {filters}",
        )
    if op.schedule.joint.data and (violation := find_joint_violation(op)) is not None:
        raise_pass_failure(op, f"weights cannot be joint: {violation}; leave joint out")


class ConvertLayer(RewritePattern):
    """Rewrites a layer between `cmix.from_memref` and `cmix.to_memref`."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ContractionOperation):
            return
        if op.input_zero.value.data:
            raise_pass_failure(
                op, "the input's zero point must be folded before; run cmix-fold-zero-points first"
            )
        _check_schedule(op)
        get_filter_elements(op, op.filter)
        memory = get_memory(op)
        domain = drop_unit_iterators(get_domain(op))
        pad = op.get_pad_value() if isinstance(op, WindowedContractionOperation) else 0
        properties: dict[str, Attribute | None] = {
            "iterators": ArrayAttr(StringAttr(name) for name in domain.iterators),
            "extents": DenseArrayBase.from_list(i64, list(domain.iterators.values())),
            "input_map": domain.get_map(domain.input),
            "filter_map": domain.get_map(domain.filter),
            "output_map": domain.get_map(domain.output),
            "input_type": op.input_type,
            "output_type": op.output_type,
            "bias": op.bias,
            "pad": IntegerAttr(pad, i32),
            "filter_zero": op.filter_zero,
            "requant": op.requant,
            "schedule": op.schedule,
        }
        filters = 1 if op.schedule is None else op.schedule.block_filters
        merges = needs_merging(filters, op.output_type)
        if merges and not begins_bytes(op.schedule, op.output_type):
            Builder(InsertPoint.before(op)).insert(ClearOp(memory.output))
        operands = (memory.inputs[0], op.filter, memory.output, None)
        contract = ContractOp(operands, [], properties)
        contract.location = op.location
        rewriter.insert(contract)
        memory.erase(op, rewriter)


@dataclass(frozen=True)
class ConvertCmixToContractPass(ModulePass):
    """Turns layers with weights into contractions."""

    name = "convert-cmix-to-contract"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(ConvertLayer(), apply_recursively=False).rewrite_module(op)
