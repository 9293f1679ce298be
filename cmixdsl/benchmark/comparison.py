"""What other libraries need for the same layers, and what this compiler shall reach."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cmixdsl.benchmark.cases import Case
from cmixdsl.benchmark.redraw import Bits
from cmixdsl.objectives import Objective

PEERS_PATH = Path(__file__).parent / "peers.json"
TARGETS_PATH = Path(__file__).parent / "targets.json"
CMIX_NN = "CMix-NN"
CMSIS_NN = "CMSIS-NN"
LIBRARIES = (CMIX_NN, CMSIS_NN)


@dataclass(frozen=True)
class Peer:
    """One function of a library, measured on one layer."""

    library: str
    core: str
    layer: str
    function: str
    flavour: str
    input_bits: int
    output_bits: int
    weight_bits: int
    instructions: int
    modelled_cycles: int | None
    scratch_bytes: int
    code_bytes: int
    wrong_results: bool
    """Whether the function computes something else than the layer."""


@dataclass(frozen=True)
class Goal:
    """Upper limits for one case; None where there is none."""

    instructions: int | None
    modelled_cycles: int | None
    """By how much instructions shall be fewer than the best library's, cycles shall be too."""
    code_bytes: int
    scratch_bytes: int | None


def find_peers(case: Case) -> list[Peer]:
    """The fastest function of each library that does the work of `case`.

    CMix-NN: equal widths of input and weights, and the same flavour where that was measured on the
    layer. CMSIS-NN: any that holds the operands, so an s8 function stands for what has fewer bits.
    """
    if case.bits is None or not case.is_own:
        return []
    widths = case.bits
    candidates = [
        peer for peer in load_peers() if (peer.layer, peer.core) == (case.layer, case.target)
    ]
    cmix = [
        peer
        for peer in candidates
        if peer.library == CMIX_NN
        and (peer.input_bits, peer.weight_bits) == (widths.input, widths.weight)
    ]
    cmix = [peer for peer in cmix if peer.flavour == case.flavour] or cmix
    cmsis = [
        peer
        for peer in candidates
        if peer.library == CMSIS_NN and peer.weight_bits >= widths.weight
    ]
    return [min(peers, key=_get_instructions) for peers in (cmix, cmsis) if peers]


def find_goal(case: Case, objective: Objective = "speed") -> Goal | None:
    """The limits for `case`, None for a case without any; for size none on time."""
    targets = _load(TARGETS_PATH)
    if case.bits is None or not case.is_own or case.target != targets["core"]:
        return None
    is_fast = objective == "speed"
    instructions = _get_instruction_goal(targets, case, case.bits) if is_fast else None
    peers = find_peers(case)
    scratches = [peer.scratch_bytes for peer in peers if peer.library == CMIX_NN]
    return Goal(
        instructions=instructions,
        modelled_cycles=instructions and _get_cycles_goal(instructions, peers),
        code_bytes=targets["code_bytes"][objective],
        scratch_bytes=max(scratches) * targets["scratch_ratio"] if scratches else None,
    )


@cache
def load_peers() -> tuple[Peer, ...]:
    """All figures of other libraries."""
    return tuple(Peer(**figure) for figure in _load(PEERS_PATH)["figures"])


def _get_instruction_goal(targets: dict[str, Any], case: Case, bits: Bits) -> int | None:
    for row in targets["rows"]:
        if (row["input_bits"], row["weight_bits"]) == (bits.input, bits.weight):
            instructions = row["instructions"].get(case.layer)
            if instructions is not None and case.flavour == "fixed":
                return int(instructions * targets["fixed_ratio"])
            return instructions
    return None


def _get_cycles_goal(instructions: int, peers: list[Peer]) -> int | None:
    """As many cycles for each of `instructions` as the library with the fewest has."""
    modelled = [(peer.instructions, peer.modelled_cycles) for peer in peers if peer.modelled_cycles]
    if not modelled:
        return None
    fewest, cycles = min(modelled)
    return instructions * cycles // fewest


def _get_instructions(peer: Peer) -> int:
    return peer.instructions


@cache
def _load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))
