"""How accumulators become outputs, in the field's terms."""

from typing import Literal, TypeAlias, get_args

Flavour: TypeAlias = Literal["PL", "PL+ICN", "PC+ICN", "thresholds", "fixed"]
"""`fixed` is that of TensorFlow Lite."""

FLAVOURS: tuple[Flavour, ...] = get_args(Flavour)
UNSIGNED_FLAVOURS: tuple[Flavour, ...] = ("PL", "PL+ICN", "PC+ICN")
