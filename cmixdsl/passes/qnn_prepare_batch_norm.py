"""Gives batch normalization that no layer with weights precedes such a layer: a depthwise of ones.

`qnn-fold-batch-norm` then folds it, as any other, and what is left are weights of 1 and -1 with a
scale for each channel, and a bias. An average before it becomes the depthwise layer itself.

Before:
```mlir
func.func @net(%x: tensor<4x2x!quant.uniform<u8:f32, 0.5>>) -> tensor<4x2xf32> {
  %y = qnn.batch_norm %x scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0]
      variance [1.0, 4.0] epsilon 0.0
      : tensor<4x2x!quant.uniform<u8:f32, 0.5>> -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}
```

After:
```mlir
func.func @net(%x: tensor<4x2x!quant.uniform<u8:f32, 0.5>>) -> tensor<4x2xf32> {
  %y_image = qnn.reshape %x
      : tensor<4x2x!quant.uniform<u8:f32, 0.5>> -> tensor<1x4x2x!quant.uniform<u8:f32, 0.5>>
  %y_ones = qnn.constant dense<1> : tensor<1x1x2x!quant.uniform<i2<-1:1>:f32, 1.0>>
  %y_depthwise = qnn.depthwise_conv2d %y_image, %y_ones
      : tensor<1x4x2x!quant.uniform<u8:f32, 0.5>>, tensor<1x1x2x!quant.uniform<i2<-1:1>:f32, 1.0>>
     -> tensor<1x4x2xf32>
  %y = qnn.batch_norm %y_depthwise scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0]
      variance [1.0, 4.0] epsilon 0.0 : tensor<1x4x2xf32> -> tensor<1x4x2xf32>
  %y_1 = qnn.reshape %y : tensor<1x4x2xf32> -> tensor<4x2xf32>
  return %y_1 : tensor<4x2xf32>
}
```
"""

from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.dialects.qnn.functions import BatchNormOp, ClampOp
from cmixdsl.dialects.qnn.layers import DepthwiseConv2dOp
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.pooling import AvgPool2dOp, GlobalAvgPool2dOp
from cmixdsl.dialects.qnn.shapes import ReshapeOp
from cmixdsl.dialects.qnn.tensors import (
    build_tensor_type,
    get_quantization,
    get_shape,
    get_tensor_type,
)
from cmixdsl.dialects.quant import UniformType
from cmixdsl.passes.qnn.rewriting import (
    build_constant,
    get_producer,
    get_single_user,
    insert_before,
)

IMAGE_RANK = 3
"""Height, width, channels."""


@dataclass(frozen=True)
class Source:
    """What is normalized: elements of a quantized tensor, or averages of them."""

    value: SSAValue
    """The quantized tensor, with one scale."""
    image: tuple[int, int, int]
    """The dimensions in which it is normalized."""
    window: Window
    """Of which elements an average is taken; a kernel of one element where none is."""
    replaced: tuple[QnnOperation, ...] = ()
    """The operations, last first, that average, and reshape averages; nothing else needs them."""


def find_source(value: SSAValue) -> Source | None:
    """What a normalization of `value` can compute from by itself, None where there is nothing.

    An average is taken over whole windows only: at a border it would be of fewer elements.
    """
    shape = get_shape(value)
    if is_quantized(value):
        is_image = len(shape) == IMAGE_RANK
        rows = shape[:2] if is_image else (1, prod(shape[:-1]))
        return Source(value, (rows[0], rows[1], shape[-1]), Window((1, 1)))
    reshapes: list[QnnOperation] = []
    while isinstance(reshape := get_producer(value), ReshapeOp):
        reshapes.append(reshape)
        value = reshape.input
    average = get_producer(value)
    if not isinstance(average, AvgPool2dOp | GlobalAvgPool2dOp) or average.clamp is not None:
        return None
    if get_quantization(value) is not None or not is_quantized(average.input):
        return None
    height, width, channels = get_shape(average.input)
    if channels != shape[-1]:
        return None
    replaced = (*reshapes, average)
    if isinstance(average, GlobalAvgPool2dOp):
        return Source(average.input, (1, 1, channels), Window((height, width)), replaced)
    if any(average.window.padding):
        return None
    rows = get_shape(value)
    return Source(average.input, (rows[0], rows[1], channels), average.window, replaced)


def is_quantized(value: SSAValue) -> bool:
    """Whether a tensor is quantized with one scale."""
    uniform = get_quantization(value)
    return uniform is not None and not uniform.is_per_axis


class InsertDepthwise(RewritePattern):
    """Lets a depthwise layer of ones, or of one nth, compute what is normalized."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: BatchNormOp, rewriter: PatternRewriter) -> None:
        source = find_source(op.input)
        if source is None:
            return
        op.operands[0] = _build_depthwise(rewriter, op, source)
        rewriter.notify_op_modified(op)
        for replaced in source.replaced:
            rewriter.erase(replaced)
        if get_shape(op.output) != source.image:
            _restore_shape(rewriter, op, source.image)


def _build_depthwise(rewriter: PatternRewriter, op: BatchNormOp, source: Source) -> SSAValue:
    hint, channels = op.output.name_hint or "norm", source.image[-1]
    value = source.value
    if len(get_shape(value)) != IMAGE_RANK:
        type_ = build_tensor_type(source.image, get_tensor_type(value).element_type)
        value = insert_before(rewriter, op, ReshapeOp(value, type_), f"{hint}_image")
    shape = (*source.window.kernel, channels)
    step = 1 / prod(source.window.kernel)
    ones = UniformType(2, True, [step], [0], storage_min=-1, storage_max=1)
    filters = build_constant(
        rewriter, op, np.ones(shape, np.int8), build_tensor_type(shape, ones), f"{hint}_ones"
    )
    type_ = build_tensor_type(source.image)
    depthwise = DepthwiseConv2dOp(value, filters, type_, window=source.window)
    depthwise.location = op.location
    return insert_before(rewriter, op, depthwise, f"{hint}_depthwise")


def _restore_shape(rewriter: PatternRewriter, op: BatchNormOp, image: tuple[int, int, int]) -> None:
    """Lets the normalization, and a clamp that follows, compute an image; users see their shape."""
    follower = get_single_user(op.output)
    steps: list[BatchNormOp | ClampOp] = [op]
    if isinstance(follower, ClampOp) and get_quantization(op.output) is None:
        steps.append(follower)
    wanted, name = get_tensor_type(steps[-1].output), steps[-1].output.name_hint
    for step in steps:
        type_ = build_tensor_type(image, get_tensor_type(step.output).element_type)
        rewriter.replace_value_with_new_type(step.output, type_)
    result = steps[-1].output
    uses = list(result.uses)
    reshape = ReshapeOp(result, wanted)
    reshape.output.name_hint = name
    rewriter.insert(reshape, InsertPoint.after(steps[-1]))
    for use in uses:
        use.operation.operands[use.index] = reshape.output


@dataclass(frozen=True)
class QnnPrepareBatchNormPass(ModulePass):
    """Gives batch normalization without a layer before it a depthwise layer of ones."""

    name = "qnn-prepare-batch-norm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        walker = PatternRewriteWalker(InsertDepthwise(), apply_recursively=False)
        walker.rewrite_module(op)
