"""What passes ask of weights that are known at compile time."""

import numpy as np
import numpy.typing as npt
from xdsl.ir import Operation, SSAValue

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects.cmix.constant import get_constant_elements
from cmixdsl.dialects.cmix.layers import ContractionOperation


def get_filter_elements(op: Operation, value: SSAValue) -> npt.NDArray[np.int32]:
    """The weights of a layer.

    Raises PassFailedException when they are not constant.
    """
    elements = get_constant_elements(value)
    if elements is None:
        raise_pass_failure(
            op,
            "weights must be a cmix.constant to be compiled, found a value of type "
            f"{value.type} that is only known at run time",
        )
    return elements


def get_centred_filter_rows(op: ContractionOperation) -> npt.NDArray[np.int64]:
    """Weights less their zero point, shape (output channels, products)."""
    elements = get_filter_elements(op, op.filter).astype(np.int64)
    rows = np.moveaxis(elements, op.CHANNEL_AXIS, 0).reshape(op.channels, -1)
    return rows - np.array(op.filter_zero.get_values(), np.int64).reshape(-1, 1)
