"""What goes into operations of `qnn` and what comes out, as real numbers.

The value of a tensor of f32 is a float64 array, that of a quantized one an array of its stored
integers (int32, or int64 where u32 is stored), each in the tensor's shape.
"""

import numpy as np
from xdsl.interpreter import PythonValues
from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.operation import ClampedOperation, QnnOperation
from cmixdsl.dialects.qnn.tensors import get_quantization
from cmixdsl.interpreters.quantization import Reals, Values, dequantize, quantize


def get_reals(operand: SSAValue, values: Values) -> Reals:
    """The real numbers that the value of an operand stands for."""
    type_ = get_quantization(operand)
    return np.asarray(values, np.float64) if type_ is None else dequantize(values, type_)


def finish(op: QnnOperation, results: Reals) -> PythonValues:
    """What an operation returns: its real results in its range, quantized as its type says."""
    if isinstance(op, ClampedOperation) and (clamp := op.get_clamp()) is not None:
        results = np.clip(results, *clamp)
    type_ = get_quantization(op.output)
    return (results if type_ is None else quantize(results, type_),)
