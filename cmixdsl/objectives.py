"""What a model is optimized for: `--optimize speed` or `--optimize size`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Objective = Literal["speed", "size"]

OBJECTIVES: tuple[Objective, ...] = get_args(Objective)

COMPILER_LEVELS: Mapping[Objective, str] = MappingProxyType({"speed": "-O3", "size": "-Os"})
"""The option of the C compiler that the shipped schedules were measured with."""

CODE_LIMIT_BYTES: Mapping[Objective, int] = MappingProxyType({"speed": 4096, "size": 1536})
"""Machine code that a shipped schedule may cost, per layer."""
