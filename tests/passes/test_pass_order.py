"""Passes left out, twice, in another order: a layer computes the same, or is refused."""

import random

import numpy as np
from layer_cases import draw_sweep
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import DiagnosticException

from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module_packed
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.pipelines import PIPELINES
from cmixdsl.universe import build_context

SAMPLES = 40
ALL_SAMPLES = 1500
MOST_SKIPPED = 3
"""Places by which a pass moves."""


def _disarrange(passes: list[ModulePass], generator: random.Random) -> None:
    """Leaves a pass out, applies it twice or moves it."""
    index = generator.randrange(len(passes))
    match generator.choice(("leave out", "repeat", "move")):
        case "leave out":
            del passes[index]
        case "repeat":
            passes.insert(generator.randrange(index, len(passes)), passes[index])
        case _:
            place = index + generator.randint(-MOST_SKIPPED, MOST_SKIPPED)
            passes.insert(max(place, 0), passes.pop(index))


def test_disarranged_passes(*, full: bool) -> None:
    generator = random.Random(0)
    cases = list(draw_sweep(0))
    equal = 0
    for _ in range(ALL_SAMPLES if full else SAMPLES):
        case, passes = generator.choice(cases), list(PIPELINES["cortex-m4"])
        for _ in range(generator.randint(1, 3)):
            _disarrange(passes, generator)
        module = case.build()
        inputs = build_random_inputs(find_model(module), case.seed)
        (expected,) = run_module_packed(module, inputs)
        try:
            for instance in passes:
                instance.apply(build_context(), module)
                module.verify()
            (found,) = run_module_packed(module, inputs)
        except (DiagnosticException, CmixError):
            continue
        equal += 1
        spelled = ",".join(instance.name for instance in passes)
        np.testing.assert_array_equal(found, expected, f"{case}: {spelled}")
    assert equal
