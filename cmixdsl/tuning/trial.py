"""One measurement: a layer with one schedule, compiled alone, run once and checked."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.parser import Parser

from cmixdsl.benchmark.measurement import check_outputs
from cmixdsl.devices import get_device
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.schedule import ScheduleAttr
from cmixdsl.driver import compile_module
from cmixdsl.errors import CmixError, ToolchainError
from cmixdsl.execution import run_module
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.parsing import parse_module
from cmixdsl.pipelines import get_pipeline
from cmixdsl.running import run_compiled
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.tuning.fingerprint import get_fingerprint
from cmixdsl.universe import build_context

Verdict = Literal["measured", "refused", "wrong", "failed"]
"""- measured: the result was right;
- refused: the compiler does not take the schedule;
- wrong: the result was not that of level 2;
- failed: anything else, such as a time limit, that another attempt may not meet."""

_Arrays: TypeAlias = list[npt.NDArray[np.int32]]


@dataclass(frozen=True)
class Setup:
    """What all trials of a search share."""

    target: str
    simulator: Simulator
    compiler_level: str
    """As in `-O3`."""
    fingerprint: str
    """Of the compilers, ours and the one for C, where the search was started."""
    seed: int = 0
    """Of the input."""
    timeout_seconds: float = 120


@dataclass(frozen=True)
class Trial:
    """What one process is asked to do; plain text, so that it travels."""

    text: str
    """The layer's module."""
    schedule: str
    setup: Setup


@dataclass(frozen=True)
class Outcome:
    """What a trial found; figures are None unless the verdict is `measured`."""

    schedule: str
    verdict: Verdict
    reason: str | None = None
    """Why there are no figures."""
    instructions: int | None = None
    modelled_cycles: int | None = None
    code_bytes: int | None = None
    scratch_bytes: int | None = None

    @property
    def is_measured(self) -> bool:
        """Whether there are figures."""
        return self.verdict == "measured"


def run_trial(trial: Trial) -> Outcome:
    """Measures; whatever goes wrong with this schedule becomes the verdict.

    Raises ToolchainError when a tool is missing, which no other schedule would mend.
    """
    if trial.setup.fingerprint != get_fingerprint(trial.setup.simulator):
        raise ToolchainError(
            "a worker has another version of cmixdsl or of the C compiler than this computer: "
            "install the same everywhere"
        )
    try:
        return _measure(trial)
    except ToolchainError:
        raise
    except CmixError as error:
        return Outcome(trial.schedule, "failed", str(error))
    except Exception as error:
        # A bug that one schedule meets shall not cost the figures of the others.
        return Outcome(trial.schedule, "failed", f"internal: {type(error).__name__}: {error}")


def parse_schedule(text: str) -> ScheduleAttr:
    """The attribute that `str` made a text of."""
    attribute = Parser(build_context(), text).parse_attribute()
    assert isinstance(attribute, ScheduleAttr)
    return attribute


@lru_cache(maxsize=2)
def load_layer(text: str, seed: int) -> tuple[ModuleOp, _Arrays, _Arrays]:
    """The layer's module, an input, and what level 2 makes of it: trials of a layer share them."""
    module = parse_module(build_context(), text.encode(), "layer")
    inputs = build_random_inputs(find_model(module), seed)
    return module, inputs, run_module(module, inputs)


def _measure(trial: Trial) -> Outcome:
    setup = trial.setup
    template, inputs, expected = load_layer(trial.text, setup.seed)
    module = template.clone()
    for op in module.walk():
        if isinstance(op, ContractionOperation):
            op.schedule = parse_schedule(trial.schedule)
    device = get_device(setup.target)
    try:
        passes = get_pipeline(device.pipeline)
        compiled = compile_module(build_context(), module, device, passes)
    except CmixError as error:
        return Outcome(trial.schedule, "refused", str(error))
    run = run_compiled(
        compiled,
        inputs,
        setup.simulator,
        optimization=setup.compiler_level,
        timeout_seconds=setup.timeout_seconds,
    )
    try:
        check_outputs(list(run.outputs), expected)
    except CmixError as error:
        return Outcome(trial.schedule, "wrong", str(error))
    figures = run.statistics
    return Outcome(
        trial.schedule,
        "measured",
        instructions=figures.instructions,
        modelled_cycles=figures.cycles,
        code_bytes=figures.code_bytes,
        scratch_bytes=compiled.memory.variable_bytes,
    )
