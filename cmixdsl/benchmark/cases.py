"""What there is to measure: layers, bits, flavours and targets, and how a user names them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from cmixdsl.benchmark.flavours import FLAVOURS, Flavour
from cmixdsl.benchmark.redraw import Bits
from cmixdsl.devices import get_device
from cmixdsl.dialects.cmix.types import ELEMENT_BITS
from cmixdsl.errors import UsageError
from cmixdsl.objectives import Objective
from cmixdsl.simulator.kinds import Simulator

LAYERS_FOLDER = Path(__file__).parent / "layers"
FIXED_BITS = (Bits(8, 8, 8), Bits(8, 8, 4))
"""What TensorFlow Lite has."""


@dataclass(frozen=True)
class Settings:
    """What all measurements of a run share."""

    simulator: Simulator
    optimization: str = "-O3"
    """For the C compiler."""
    pipeline: str | None = None
    """Instead of the target's own."""
    seed: int = 0
    """Of constants and inputs."""
    objective: Objective | None = None
    """Of default schedules; None is speed, or what the pipeline says."""


@dataclass(frozen=True)
class Case:
    """One measurement."""

    layer: str
    """L1 to L6, or the name of the file without its ending."""
    path: Path
    """The module; of one layer when bits and flavour are given."""
    bits: Bits | None
    """None measures the module as it stands, and then `flavour` is None too."""
    flavour: Flavour | None
    target: str

    @property
    def is_own(self) -> bool:
        """Whether this is one of the benchmark's own layers, which other libraries ran too."""
        return self.path.parent == LAYERS_FOLDER

    def get_name(self) -> str:
        """As in `L1 u8_u8_u4 PC+ICN cortex-m4`."""
        parts = [self.layer]
        if self.bits is not None and self.flavour is not None:
            parts += [self.bits.get_name(signed=self.flavour == "fixed"), self.flavour]
        return " ".join((*parts, self.target))


def build_cases(
    layers: Sequence[tuple[str, Path]],
    bits: Sequence[Bits],
    flavours: Sequence[Flavour],
    targets: Sequence[str],
) -> list[Case]:
    """All combinations that exist; raises UsageError when there are none."""
    cases = [
        Case(name, path, widths, flavour, target)
        for target, (name, path), widths, flavour in product(targets, layers, bits, flavours)
        if is_combination(widths, flavour)
    ]
    if not cases:
        raise UsageError(
            "nothing to measure: `thresholds` needs outputs of 2 or 4 bits, "
            "`fixed` needs bits 8,8,8 or 8,8,4"
        )
    return cases


def is_combination(bits: Bits, flavour: Flavour) -> bool:
    """Whether the field knows a layer of these bits and this flavour.

    Thresholds are for 2- and 4-bit outputs: at 8 bits their tables outweigh the layer.
    """
    if flavour == "fixed":
        return bits in FIXED_BITS
    return flavour != "thresholds" or bits.output < 8


def list_layers() -> dict[str, Path]:
    """The benchmark's own layers."""
    return {path.stem: path for path in sorted(LAYERS_FOLDER.glob("*.mlir"))}


def parse_layers(text: str) -> list[tuple[str, Path]]:
    """Names of the benchmark's layers separated by commas, or `all`.

    Raises UsageError for an unknown one.
    """
    known = list_layers()
    names = list(known) if text == "all" else _split(text)
    for name in names:
        if name not in known:
            raise UsageError(f"unknown layer '{name}', expected one of {', '.join(known)}")
    return [(name, known[name]) for name in names]


def parse_bits(text: str) -> list[Bits]:
    """`all`, or combinations input,output,weights separated by semicolons, `*` for any width.

    Also the field's names, `u8_u4_u2,u8_u8_u8`. Raises UsageError for anything else.
    """
    if text == "all":
        text = "*,*,*"
    words = [word for part in text.split(";") for word in (_split(part) if "_" in part else [part])]
    return _unique(bits for word in words for bits in _parse_combination(word))


def parse_flavours(text: str) -> list[Flavour]:
    """Flavours separated by commas, or `all`; raises UsageError for an unknown one."""
    if text == "all":
        return list(FLAVOURS)
    by_name: dict[str, Flavour] = {flavour: flavour for flavour in FLAVOURS}
    names = _split(text)
    for name in names:
        if name not in by_name:
            raise UsageError(f"unknown flavour '{name}', expected one of {', '.join(FLAVOURS)}")
    return [by_name[name] for name in names]


def parse_targets(text: str) -> list[str]:
    """Targets separated by commas; raises UsageError for an unknown one."""
    return [get_device(name).name for name in _split(text)]


def _parse_combination(word: str) -> Iterable[Bits]:
    names = word.strip().split("_") if "_" in word else word.split(",")
    prefix = "u" if "_" in word else ""
    widths = {f"{prefix}{width}": (width,) for width in ELEMENT_BITS} | {"*": ELEMENT_BITS}
    choices = [widths.get(name.strip()) for name in names]
    if len(choices) != 3 or None in choices:
        raise UsageError(
            f"expected bits such as 8,4,2 or *,8,2 or u8_u4_u2 (input, output, weights), "
            f"found '{word}'"
        )
    return (Bits(*combination) for combination in product(*filter(None, choices)))


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _unique(items: Iterable[Bits]) -> list[Bits]:
    return list(dict.fromkeys(items))
