"""What the `ir_gen_…` functions share: the names seen so far, and ways to add operations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.builder import Builder
from xdsl.dialects.builtin import f32
from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.functions import BatchNormOp, QuantizeOp
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.shapes import ReshapeOp, TransposeOp
from cmixdsl.dialects.qnn.tensors import ElementType, build_tensor_type, get_shape, get_tensor_type
from cmixdsl.dialects.quant import UniformType
from cmixdsl.frontends.names import get_name
from cmixdsl.frontends.onnx.graph import Graph, Node, quote
from cmixdsl.frontends.onnx.readers import Readers, get_readers
from cmixdsl.frontends.onnx.values import (
    Constant,
    ImportedTensor,
    Layout,
    RefusedError,
    Value,
    strip_batch,
)
from cmixdsl.frontends.options import ImportOptions

LARGEST_TENSOR = 1 << 24
"""Elements of an activation; more than any core has bytes of RAM."""
QUANTIZE_IT = "quantize it (a QuantizeLinear and DequantizeLinear pair, or Quant)"


@dataclass
class Generation:
    """The state of one import; every `ir_gen_…` function reads and extends it."""

    graph: Graph
    options: ImportOptions
    builder: Builder
    values: dict[str, Value | None] = field(default_factory=dict[str, Value | None])
    """By the names in the graph; None for results that could not be imported."""
    names: dict[str, int] = field(default_factory=dict[str, int])
    """How often each name hint was given."""

    # region reading

    @cached_property
    def readers(self) -> Readers:
        """The nodes that read each name of the graph."""
        return get_readers(self.graph)

    def get_value(self, node: Node, index: int) -> Value:
        """An input of `node`; raises RefusedError when it is absent."""
        name = node.get_input(index)
        value = self.values.get(name)
        if value is None:
            raise RefusedError(
                f"expected an input {index} that an earlier node makes, found '{quote(name)}'",
                "export a graph without cycles, in the order of computation",
                depends_on_input=name in self.values,
            )
        return value

    def get_tensor(self, node: Node, index: int) -> ImportedTensor:
        """An input that is computed from the network's inputs."""
        value = self.get_value(node, index)
        if isinstance(value, Constant):
            raise RefusedError(
                f"expected an input {index} that depends on the network's input, found the "
                f"constant '{quote(node.get_input(index))}'",
                "fold constants before exporting",
            )
        return value

    def get_real_tensor(self, node: Node, index: int) -> ImportedTensor:
        """An input that is computed and, in ONNX, of real numbers."""
        tensor = self.get_tensor(node, index)
        if tensor.is_integer:
            raise RefusedError(
                f"expected real numbers, found the integers '{quote(node.get_input(index))}'",
                "put a DequantizeLinear before the node",
                depends_on_input=True,
            )
        return tensor

    def get_quantized_tensor(self, node: Node, index: int) -> ImportedTensor:
        """An input whose elements are integers that stand for real numbers."""
        tensor = self.get_real_tensor(node, index)
        self.check_quantized(tensor, node.get_input(index))
        return tensor

    def check_quantized(self, tensor: ImportedTensor, name: str) -> None:
        """Raises RefusedError for real numbers that are not quantized."""
        if tensor.quantization is None:
            raise RefusedError(
                f"expected a quantized input, found real numbers in '{quote(name)}'",
                QUANTIZE_IT,
                depends_on_input=True,
            )

    def get_constant(self, node: Node, index: int) -> Constant:
        """An input that must be constant."""
        value = self.get_value(node, index)
        if not isinstance(value, Constant):
            raise RefusedError(
                f"expected a constant input {index}, found '{quote(node.get_input(index))}', which "
                "is computed",
                "export the network with fixed shapes and parameters",
                depends_on_input=value.is_suspect,
            )
        return value

    def get_real_constant(self, node: Node, index: int) -> npt.NDArray[np.float64]:
        """The real numbers of an input that must be constant."""
        values = self.get_constant(node, index).get_real()
        if not np.isfinite(values).all():
            raise RefusedError(
                f"expected finite numbers, found others in '{quote(node.get_input(index))}'",
                "train the network again",
            )
        return values

    def get_integers(self, node: Node, index: int) -> tuple[int, ...]:
        """The integers, such as a shape or axes, of an input that must be constant."""
        values = self.get_constant(node, index).values
        if values.dtype.kind not in "iu" or values.ndim > 1:
            raise RefusedError(f"expected integers for input {index}", "mend the model")
        return tuple(int(value) for value in np.atleast_1d(values))

    # endregion

    # region building

    def get_unique(self, hint: str) -> str:
        """A name hint that no other layer has."""
        count = self.names.get(hint, 0)
        self.names[hint] = count + 1
        return hint if not count else self.get_unique(f"{hint}_{count}")

    def get_hint(self, node: Node) -> str:
        """What the result of `node` is called in the module."""
        return self.get_unique(get_name((node.name or node.output).strip("/"), "layer"))

    def insert(self, op: QnnOperation, hint: str | None) -> SSAValue:
        """Adds an operation at the end of the function; raises VerifyException if it is invalid."""
        op.output.name_hint = hint
        op.verify()
        if prod(get_shape(op.output)) > LARGEST_TENSOR:
            raise RefusedError(
                f"expected a result of at most {LARGEST_TENSOR} elements, found shape "
                f"{list(get_shape(op.output))}",
                "make the network's input smaller",
                depends_on_input=True,
            )
        return self.builder.insert(op).results[0]

    def build_constant(self, constant: Constant, hint: str) -> SSAValue:
        """A constant whose dimensions are already those of `qnn`; real ones become f32."""
        type_ = build_tensor_type(constant.shape, constant.quantization or f32)
        return self.insert(ConstantOp(constant.values, type_), hint)

    def build_quantize(self, tensor: ImportedTensor, type_: UniformType) -> ImportedTensor:
        """`tensor` in steps of `type_`, under the name of what it quantizes."""
        if tensor.quantization == type_:
            return replace(tensor, is_integer=False)
        op = QuantizeOp(tensor.value, build_tensor_type(get_shape(tensor.value), type_))
        return replace(tensor, value=self.insert(op, tensor.value.name_hint), is_integer=False)

    def build_affine(
        self,
        tensor: ImportedTensor,
        scale: npt.NDArray[np.float64],
        offset: npt.NDArray[np.float64],
    ) -> ImportedTensor:
        """`scale * x + offset`, both scalars or one number for each index of the last dimension."""
        channels = get_shape(tensor.value)[-1]
        zeros, ones = np.zeros(channels), np.ones(channels)
        op = BatchNormOp(
            tensor.value,
            build_tensor_type(get_shape(tensor.value)),
            (ones * scale).tolist(),
            (zeros + offset).tolist(),
            zeros.tolist(),
            ones.tolist(),
            epsilon=0.0,
        )
        return tensor.with_value(self.insert(op, tensor.value.name_hint))

    def build_layout(self, tensor: ImportedTensor, order: Sequence[int]) -> ImportedTensor:
        """`tensor` with its dimensions in another order, transposed where they are not."""
        layout, shape = tensor.layout, strip_batch(tensor.shape)
        if layout.is_flat and layout.shape != shape:
            return self._build_flat_plain(tensor)
        hint = tensor.value.name_hint or "input"
        value = self.build_reshape(tensor.value, layout.transposed, hint)
        target = Layout(layout.shape, tuple(order))
        if not _is_same_order(layout, target):
            permutation = [layout.order.index(axis) for axis in order]
            type_ = build_tensor_type(target.transposed, get_element(value))
            value = self.insert(TransposeOp(value, type_, permutation=permutation), hint)
        value = self.build_reshape(value, target.transposed, hint)
        return replace(tensor, value=value, layout=target)

    def _build_flat_plain(self, tensor: ImportedTensor) -> ImportedTensor:
        """A flattened image in ONNX's order: as an image, transposed, flattened again."""
        shape = tensor.layout.shape
        image = replace(tensor, shape=(1, *shape))
        plain = self.build_layout(image, range(len(shape)))
        stripped = strip_batch(tensor.shape)
        value = self.build_reshape(plain.value, stripped, tensor.value.name_hint or "input")
        return replace(tensor, value=value, layout=Layout.get_plain(stripped))

    def build_plain(self, tensor: ImportedTensor) -> ImportedTensor:
        """`tensor` with its elements in ONNX's order."""
        return self.build_layout(tensor, range(len(strip_batch(tensor.shape))))

    def build_reshape(self, value: SSAValue, shape: tuple[int, ...], hint: str) -> SSAValue:
        """The same elements under another shape; a reshape of a reshape becomes one."""
        if isinstance(value.owner, ReshapeOp):
            value = value.owner.input
        if get_shape(value) == shape:
            return value
        type_ = build_tensor_type(shape, get_element(value))
        return self.insert(ReshapeOp(value, type_), hint)

    # endregion


def get_element(value: SSAValue) -> ElementType:
    """The element type of a tensor."""
    return get_tensor_type(value).element_type


def _is_same_order(layout: Layout, target: Layout) -> bool:
    """Whether two orders of one shape place elements alike: extents of 1 may stand anywhere."""

    def get_long(axes: Sequence[int]) -> list[int]:
        return [axis for axis in axes if layout.shape[axis] > 1]

    return get_long(layout.order) == get_long(target.order)


IrGen: TypeAlias = Callable[[Generation, Node], Value | Sequence[Value]]
"""Turns one node into operations, and gives what its outputs stand for.

Raises RefusedError, or VerifyException from an operation, for what cannot be imported.
"""
Array: TypeAlias = npt.NDArray[Any]
