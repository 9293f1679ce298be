"""Named pipelines, and pipeline strings with errors that a user can act on.

A pipeline is a tuple of pass instances, cut where one dialect ends and the next begins, so that
pipelines share their parts. Printing one gives a string that `cmix-opt -p` takes.
"""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from xdsl.passes import ModulePass
from xdsl.utils.arg_spec import ArgSpec, parse_pipeline
from xdsl.utils.exceptions import ArgSpecParseError

from cmixdsl.errors import UsageError
from cmixdsl.objectives import Objective
from cmixdsl.options import build_from_spec
from cmixdsl.passes.allocate_registers import AllocateRegistersPass
from cmixdsl.passes.lowering import get_passes_to_c
from cmixdsl.passes.schedule import SchedulePass
from cmixdsl.universe import get_multiverse

CORTEX_M4 = get_passes_to_c(SchedulePass(), (AllocateRegistersPass(),))
"""Two products an instruction, and registers assigned, for the Cortex-M4's three-stage pipeline."""

CORTEX_M7 = get_passes_to_c(SchedulePass(), issues=2)
"""As for the Cortex-M4, with blocks for the Cortex-M7's dual issue."""

CORTEX_M33 = CORTEX_M4
"""As for the Cortex-M4, for Armv8-M Mainline with the DSP extension."""

PORTABLE = get_passes_to_c(SchedulePass())
"""The same blocks; the prelude's portable branch spells each instruction in plain C."""


def _get_legalize() -> tuple[ModulePass, ...]:
    """From level 1 to level 2; loaded late, as it takes as long as compiling a small layer."""
    from cmixdsl.passes.legalization import LEGALIZE

    return LEGALIZE


class _Pipelines(Mapping[str, tuple[ModulePass, ...]]):
    """Pipelines by name, in the order in which they are listed."""

    _factories: Mapping[str, Callable[[], tuple[ModulePass, ...]]] = MappingProxyType(
        {
            "portable": lambda: PORTABLE,
            "cortex-m4": lambda: CORTEX_M4,
            "cortex-m7": lambda: CORTEX_M7,
            "cortex-m33": lambda: CORTEX_M33,
            "legalize": _get_legalize,
        }
    )

    def __getitem__(self, name: str) -> tuple[ModulePass, ...]:
        return self._factories[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._factories)

    def __len__(self) -> int:
        return len(self._factories)


PIPELINES: Mapping[str, tuple[ModulePass, ...]] = _Pipelines()


def get_pipeline(text: str) -> tuple[ModulePass, ...]:
    """The passes that `text` names, in order.

    `text` is a comma-separated list of named pipelines and of passes with their options,
    `cortex-m4,cse` or `cmix-schedule{pixels=2}`. Raises UsageError for what is not known.
    """
    try:
        specs = tuple(parse_pipeline(text))
    except ArgSpecParseError as error:
        raise UsageError(f"pipeline '{text}': {_get_reason(error)}") from error
    return tuple(instance for spec in specs for instance in _get_passes(spec))


def choose_pipeline(
    default: str, text: str | None, objective: Objective | None
) -> tuple[ModulePass, ...]:
    """The passes of `text`, or of the named pipeline `default` with schedules for `objective`.

    Raises UsageError as `get_pipeline`, and when both are given: a text says by itself which
    schedules it wants, by `cmix-schedule{optimize=size}`.
    """
    if text is None:
        options = SchedulePass(optimize=objective or "speed")
        passes = PIPELINES[default]
        return tuple(options if instance == SchedulePass() else instance for instance in passes)
    if objective is not None:
        raise UsageError(
            "expected --pipeline or --optimize, found both; in a pipeline write "
            f"cmix-schedule{{optimize={objective}}}"
        )
    return get_pipeline(text)


def print_pipeline(passes: tuple[ModulePass, ...]) -> str:
    """The pipeline string of `passes`; `get_pipeline` turns it back into equal passes."""
    return ",".join(str(instance.spec()) for instance in passes)


def _get_passes(spec: ArgSpec) -> tuple[ModulePass, ...]:
    if not spec.parameters and spec.name in PIPELINES:
        return PIPELINES[spec.name]
    factories = get_multiverse().all_passes
    if spec.name not in factories:
        raise UsageError(
            f"unknown pass '{spec.name}'" + _suggest(spec.name, (*factories, *PIPELINES))
        )
    return (build_from_spec("pass", factories[spec.name](), spec),)


def _suggest(name: str, known: tuple[str, ...]) -> str:
    matches = get_close_matches(name, known, n=3)
    return f", did you mean {' or '.join(matches)}?" if matches else ""


def _get_reason(error: ArgSpecParseError) -> str:
    """The parser's own words, without the copy of the text and the caret around them."""
    lines = str(error).strip().splitlines()
    column = lines[1].rsplit(":", 1)[-1]
    return f"column {column}: {lines[-1].strip()}"
