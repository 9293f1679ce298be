"""Bits of activations and weights that fit a network into memory, in plain Python.

The procedures are those of Rusci et al., "Memory-driven mixed low precision quantization for
enabling deep network inference on microcontrollers" (arXiv 1905.13082), algorithms 1 and 2, for
networks with branches too: what the paper says of the input of a layer is said of every tensor that
is in memory beside the layer's output.
"""

from cmixdsl.passes.bits.memory import MemoryModel
from cmixdsl.passes.bits.network import MIN_BITS, BitAssignment, BitsNetwork, build_widest

SHARE_MARGIN = 0.05
"""Layers whose share of all weights comes so near to the largest are treated alike."""


def assign_bits(
    network: BitsNetwork, memory: MemoryModel, flash_bytes: int, ram_bytes: int
) -> BitAssignment:
    """The paper's assignment: activations fit `ram_bytes`, weights `flash_bytes`.

    Input and output of the network, and whatever fits, keep their bits. Raises CmixError naming the
    layer and the missing bytes when even 2 bits are too many.
    """
    assignment = build_widest(network)
    while True:
        before = assignment
        assignment = cut_activations(assignment, memory, ram_bytes)
        assignment = cut_weights(assignment, memory, flash_bytes)
        # Weights of other bits may be computed with other scratch.
        if assignment == before:
            return assignment


def cut_activations(
    assignment: BitAssignment, memory: MemoryModel, ram_bytes: int
) -> BitAssignment:
    """Sweeps forward, cutting outputs, and backward, cutting what else is in memory.

    Until nothing changes. Raises CmixError when a layer does not fit `ram_bytes` then.
    """
    layers = range(len(assignment.network.layers))
    limit = ram_bytes
    while True:
        before = assignment
        for index in layers:
            assignment = _cut_output(assignment, memory, index, limit)
        for index in reversed(layers):
            assignment = _cut_other(assignment, memory, index, limit)
        if assignment != before:
            continue
        # Buffers of different sizes leave gaps: all layers fit, and the whole does not.
        excess = memory.get_ram_bytes(assignment) - ram_bytes
        tallest = max(memory.get_layer_bytes(assignment, index) for index in layers)
        if excess <= 0 or tallest > limit:
            break
        limit = tallest - 1
    memory.check_ram(assignment, ram_bytes)
    return assignment


def _cut_output(
    assignment: BitAssignment, memory: MemoryModel, index: int, limit: int
) -> BitAssignment:
    while memory.get_layer_bytes(assignment, index) > limit and _should_cut_output(
        assignment, index
    ):
        assignment = assignment.cut_tensor(assignment.network.layers[index].output)
    return assignment


def _cut_other(
    assignment: BitAssignment, memory: MemoryModel, index: int, limit: int
) -> BitAssignment:
    while memory.get_layer_bytes(assignment, index) > limit:
        other = _find_other(assignment, index)
        if other is None or _should_cut_output(assignment, index):
            break
        assignment = assignment.cut_tensor(other)
    return assignment


def _should_cut_output(assignment: BitAssignment, index: int) -> bool:
    """The wider side is cut, at equal bits the larger tensor, if it may be cut at all."""
    output = assignment.network.layers[index].output
    other = _find_other(assignment, index)
    if other is None or not assignment.can_cut(output):
        return assignment.can_cut(output)
    return _get_rank(assignment, output) >= _get_rank(assignment, other)


def _find_other(assignment: BitAssignment, index: int) -> int | None:
    """The widest tensor beside the output that may be cut, the largest of equally wide ones."""
    output = assignment.network.tensors[assignment.network.layers[index].output].group
    others = [
        tensor
        for tensor in assignment.network.live_tensors[index]
        if assignment.can_cut(tensor) and assignment.network.tensors[tensor].group != output
    ]
    return max(others, key=lambda tensor: _get_rank(assignment, tensor), default=None)


def _get_rank(assignment: BitAssignment, tensor: int) -> tuple[int, int]:
    return assignment.tensor_bits[tensor], assignment.network.tensors[tensor].elements


def cut_weights(assignment: BitAssignment, memory: MemoryModel, flash_bytes: int) -> BitAssignment:
    """Halves weights, the largest shares first, the earliest layer among equals.

    Where code counts, weights of fewer bits may need more of it than they save: they stay. Raises
    CmixError when no cut helps and weights do not fit `flash_bytes`.
    """
    while (before := memory.get_flash_bytes(assignment)) > flash_bytes:
        cuts = map(assignment.cut_weights, _rank_weights(assignment))
        smaller = next((cut for cut in cuts if memory.get_flash_bytes(cut) < before), None)
        if smaller is None:
            break
        assignment = smaller
    memory.check_flash(assignment, flash_bytes)
    return assignment


def _rank_weights(assignment: BitAssignment) -> list[int]:
    """Layers whose weights may be cut, in the order in which they should."""
    sizes = [assignment.get_weight_bytes(index) for index in range(len(assignment.weight_bits))]
    candidates = [index for index, bits in enumerate(assignment.weight_bits) if bits > MIN_BITS]
    margin = SHARE_MARGIN * sum(sizes)
    ranked: list[int] = []
    while candidates:
        largest = max(sizes[index] for index in candidates)
        first = next(index for index in candidates if sizes[index] > largest - margin)
        candidates.remove(first)
        ranked.append(first)
    return ranked
