"""What operators may expect of their tensors and options, in the words that a user reads."""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from cmixdsl.frontends.errors import ImportProblems
from cmixdsl.frontends.tflite.network import (
    Activation,
    Network,
    Operator,
    Quantization,
    Tensor,
)
from cmixdsl.frontends.tflite.operator_access import OperatorAccess

ACTIVATION_TYPES = ("INT8",)
FILTER_TYPES = ("INT8", "INT4", "INT2")
QUANTIZE_AGAIN = "convert the network with full integer quantization to int8"
CONVERT_AGAIN = "convert the network again"


class LayerCheck(OperatorAccess):
    """Notes what stands against the import of one operator."""

    def __init__(self, operator: Operator, problems: ImportProblems):
        super().__init__(operator)
        self._problems = problems

    def refuse(self, found: str, advice: str) -> None:
        """Notes one problem: what was expected and found, and what to do."""
        self._problems.add(self.operator.describe(), found, advice)

    def check_counts(self, least: int, most: int | None = None) -> bool:
        """Whether the operator has `least` to `most` inputs, none left out, and one output."""
        most = least if most is None else most
        given = self.operator.inputs
        while given and given[-1] is None:
            given = given[:-1]
        if not least <= len(given) <= most or None in given:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            found = ", ".join("none" if tensor is None else tensor.type for tensor in given)
            self.refuse(f"expected {wanted} inputs, found {found or 'none'}", CONVERT_AGAIN)
            return False
        if len(self.operator.outputs) != 1:
            self.refuse(f"expected one output, found {len(self.operator.outputs)}", CONVERT_AGAIN)
            return False
        return True

    def check_activation(
        self,
        tensor: Tensor,
        types: Collection[str] = ACTIVATION_TYPES,
        ranks: Collection[int] = (2, 3, 4),
    ) -> bool:
        """A tensor that is computed: its type, one scale, a batch of 1, number of dimensions.

        Whether it has as many dimensions as `ranks` allow.
        """
        if tensor.type not in types:
            self.refuse(
                f"expected activations of {' or '.join(types)}, found {tensor.describe()}",
                QUANTIZE_AGAIN,
            )
        elif tensor.type != "FLOAT32":
            self.check_scalar_quantization(tensor)
        if len(tensor.shape) not in ranks:
            dimensions = " or ".join(map(str, ranks))
            self.refuse(
                f"expected {dimensions} dimensions, found {tensor.describe()}",
                "reshape it, the batch dimension first",
            )
            return False
        if tensor.shape[0] != 1:
            self.refuse(
                f"expected a batch of 1, found {tensor.describe()}",
                "convert the network with a batch of 1",
            )
        return True

    def check_scalar_quantization(self, tensor: Tensor) -> None:
        """One scale and zero point for the whole tensor."""
        scales = 0 if tensor.quantization is None else len(tensor.quantization.scales)
        if scales != 1:
            self.refuse(
                f"expected one scale for {tensor.describe()}, found {scales}", QUANTIZE_AGAIN
            )

    def check_same_quantization(self, tensors: Collection[Tensor]) -> None:
        """Integers that are copied must mean the same."""
        first, *others = tensors
        for tensor in others:
            if get_scale_and_zero(tensor) != get_scale_and_zero(first):
                self.refuse(
                    f"expected {tensor.describe()} to have the scale and zero point of "
                    f"{first.describe()}, {_format_quantization(first.quantization)}, found "
                    f"{_format_quantization(tensor.quantization)}",
                    CONVERT_AGAIN,
                )

    def check_filter(self, tensor: Tensor, rank: int, axis: int) -> bool:
        """Constant weights with scales for the tensor or along `axis`, and zero points of 0.

        Whether its type and number of dimensions are right.
        """
        if tensor.type not in FILTER_TYPES:
            self.refuse(
                f"expected a filter of {' or '.join(FILTER_TYPES)}, found {tensor.describe()}",
                QUANTIZE_AGAIN,
            )
            return False
        if tensor.values is None:
            self.refuse(
                f"expected a constant filter, found {tensor.describe()}", "make the filter constant"
            )
        if len(tensor.shape) != rank:
            self.refuse(
                f"expected a filter of {rank} dimensions, found {tensor.describe()}", CONVERT_AGAIN
            )
            return False
        self._check_filter_quantization(tensor, axis)
        return True

    def _check_filter_quantization(self, tensor: Tensor, axis: int) -> None:
        quantization = tensor.quantization
        if quantization is None:
            self.refuse(f"expected scales for the filter {tensor.describe()}", QUANTIZE_AGAIN)
            return
        count, channels = len(quantization.scales), tensor.shape[axis]
        if count > 1 and (quantization.axis != axis or count != channels):
            self.refuse(
                f"expected one scale, or {channels} along dimension {axis} of the filter "
                f"{tensor.describe()}, found {count} along dimension {quantization.axis}",
                "quantize filters per tensor or per output channel",
            )
        if any(quantization.zero_points):
            self.refuse(
                f"expected zero points of 0 for the filter {tensor.describe()}, found others",
                "quantize filters symmetrically",
            )

    def check_bias(self, tensor: Tensor | None, channels: int) -> None:
        """No bias, or a constant one of INT32 for each output channel."""
        if tensor is None:
            return
        if tensor.type != "INT32" or tensor.values is None or tensor.shape != (channels,):
            self.refuse(
                f"expected a constant bias (INT32, {channels}), found {tensor.describe()}",
                QUANTIZE_AGAIN,
            )

    def check_fused(self, activation: Activation, allowed: Collection[str]) -> None:
        """A fused activation that is supported."""
        if activation not in allowed:
            self.refuse(
                f"expected the fused activation {' or '.join(allowed)}, found {activation}",
                "replace it by a supported one",
            )

    def check_integers(self, tensor: Tensor, what: str) -> npt.NDArray[np.int32] | None:
        """The values of a constant INT32 tensor, or None when it is another one."""
        if tensor.type == "INT32" and tensor.values is not None:
            return tensor.values
        self.refuse(
            f"expected constant {what} of INT32, found {tensor.describe()}",
            f"make the {what} constant",
        )
        return None


def get_scale_and_zero(tensor: Tensor) -> tuple[float, int] | None:
    """Scale and zero point of a tensor that has one of each."""
    quantization = tensor.quantization
    if quantization is None or len(quantization.scales) != 1:
        return None
    return quantization.scales[0], quantization.zero_points[0]


def check_order(network: Network, problems: ImportProblems) -> None:
    """Every tensor is written once, and before it is read."""
    known = {tensor.index for tensor in network.inputs}
    for operator in network.operators:
        for tensor in operator.inputs:
            if tensor is not None and not tensor.is_constant and tensor.index not in known:
                problems.add(
                    operator.describe(),
                    f"expected inputs that are constant or computed before, found "
                    f"{tensor.describe()}",
                    CONVERT_AGAIN,
                )
        for tensor in operator.outputs:
            if tensor.index in known or tensor.is_constant:
                problems.add(
                    operator.describe(),
                    f"expected outputs that nothing else writes, found {tensor.describe()}",
                    CONVERT_AGAIN,
                )
            known.add(tensor.index)
    for tensor in network.outputs:
        if tensor.index not in known:
            problems.add(
                "network output",
                f"expected a tensor that is computed, found {tensor.describe()}",
                CONVERT_AGAIN,
            )


def _format_quantization(quantization: Quantization | None) -> str:
    if quantization is None:
        return "none"
    return f"{quantization.scales[0]:.6g} and {quantization.zero_points[0]}"
