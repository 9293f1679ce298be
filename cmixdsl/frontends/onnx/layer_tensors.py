"""Which tensors of a graph are results of layers, once layers are folded into few operations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.functions import ClampOp, QuantizeOp
from cmixdsl.dialects.qnn.shapes import PadOp, ReshapeOp, TransposeOp
from cmixdsl.frontends.onnx.values import ImportedTensor, Value


@dataclass(frozen=True)
class NamedTensor:
    """A value of the module, and what the file calls it."""

    name: str
    tensor: ImportedTensor


def find_layer_tensors(
    values: Mapping[str, Value | None], names: Collection[str], outputs: Sequence[NamedTensor]
) -> list[NamedTensor]:
    """Quantized tensors that the file computes under one of `names` and that outlast folding.

    Each value stands there once, by a name under which the file has real numbers if there is one;
    `outputs` are left out.
    """
    found: dict[SSAValue, NamedTensor] = {}
    known = {output.tensor.value for output in outputs}
    for name, value in values.items():
        if not isinstance(value, ImportedTensor) or name not in names or value.value in known:
            continue
        earlier = found.get(value.value)
        is_better = earlier is None or (earlier.tensor.is_integer and not value.is_integer)
        if is_better and _outlasts_folding(value):
            found[value.value] = NamedTensor(name, value)
    return list(found.values())


def _outlasts_folding(tensor: ImportedTensor) -> bool:
    """Whether returning the tensor would not keep an operation that is folded otherwise."""
    if tensor.quantization is None or isinstance(
        tensor.value.owner, PadOp | ReshapeOp | TransposeOp
    ):
        return False
    users = [use.operation for use in tensor.value.uses]
    return any(not isinstance(user, ClampOp | QuantizeOp) for user in users)
