"""The frame of a network in the making: values, names, and the finished module."""

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from itertools import chain, count
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp, f32
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.qnn.constant import ConstantOp
from cmixdsl.dialects.qnn.operation import QnnOperation
from cmixdsl.dialects.qnn.tensors import (
    ElementType,
    QnnTensorType,
    build_tensor_type,
    get_tensor_type,
    verify_tensor,
)
from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError

Clamp: TypeAlias = tuple[float, float] | None
"""The least and the greatest result in real numbers; either may be infinite."""
Operand: TypeAlias = SSAValue | npt.NDArray[np.floating]
"""A value, or an array of real numbers, which becomes a constant of f32."""


class NetworkBase:
    """Appends operations to a function and names their results."""

    def __init__(self, name: str):
        """Begins a network whose C function will be called `name`."""
        self.name = name
        self._block = Block()
        self._names: set[str] = set()

    def input(
        self, shape: Sequence[int], element: ElementType = f32, *, name: str = "input"
    ) -> SSAValue:
        """Another input of the network."""
        with self._naming(name) as hint:
            type_ = build_tensor_type(shape, element)
            verify_tensor(type_)
            value = self._block.insert_arg(type_, len(self._block.args))
            value.name_hint = hint
        return value

    def constant(
        self, values: npt.ArrayLike, element: ElementType = f32, *, name: str = "constant"
    ) -> SSAValue:
        """A constant of real numbers or, for a quantized type, of stored integers."""
        array = np.asarray(values)
        return self._append(
            name, lambda: ConstantOp(array, build_tensor_type(array.shape, element))
        )

    def build(self, *outputs: SSAValue) -> ModuleOp:
        """The finished network: a verified module of one function, which returns `outputs`.

        Nothing can be appended afterwards. Raises CmixError when the module does not verify.
        """
        self._block.add_op(ReturnOp(*outputs))
        signature = (self._block.arg_types, [value.type for value in outputs])
        module = ModuleOp([FuncOp(self.name, signature, Region(self._block))])
        try:
            module.verify()
        except VerifyException as error:
            raise CmixError(f"network '{self.name}': {error}") from error
        return module

    def _get_value(self, operand: Operand, name: str) -> SSAValue:
        return operand if isinstance(operand, SSAValue) else self.constant(operand, name=name)

    def _append(self, name: str, build_op: Callable[[], QnnOperation]) -> SSAValue:
        with self._naming(name) as hint:
            op = build_op()
            op.verify()
            op.output.name_hint = hint
        self._block.add_op(op)
        return op.output

    @contextmanager
    def _naming(self, name: str) -> Generator[str]:
        """A legal name that no other value has; errors say which layer they are about.

        Neither does it end in an underscore and digits, which xDSL takes for its own numbering.
        """
        legal = re.sub(r"\W", "_", name, flags=re.A)
        legal = legal if legal[:1].isalpha() else f"layer_{legal}"
        legal = re.sub(r"(_+\d+)+$", lambda end: "x".join(re.findall(r"\d+", end[0])), legal)
        joint = "x" if legal[-1].isdigit() else ""
        candidates = chain([legal], (f"{legal}{joint}{number}" for number in count(2)))
        hint = next(candidate for candidate in candidates if candidate not in self._names)
        self._names.add(hint)
        try:
            yield hint
        except VerifyException as error:
            raise CmixError(f"layer '{name}': {error}") from error


def get_output_type(
    shape: Sequence[int], input: SSAValue, output: ElementType | None
) -> QnnTensorType:
    """A type of the given element, or else of the input's."""
    element = get_tensor_type(input).element_type if output is None else output
    if output is None and isinstance(element, UniformType) and element.is_per_axis:
        raise VerifyException(f"expected an output type, because that of the input is {element}")
    return build_tensor_type(shape, element)
