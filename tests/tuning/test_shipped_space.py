"""The tuner may find what is shipped: default schedules are among the candidates."""

from itertools import product

import pytest
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.benchmark.cases import list_layers
from cmixdsl.benchmark.redraw import Bits, redraw_layer
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.types import ELEMENT_BITS
from cmixdsl.driver import load_module
from cmixdsl.objectives import OBJECTIVES
from cmixdsl.passes.fold_zero_points import FoldZeroPointsPass
from cmixdsl.passes.schedule import SchedulePass, get_default_schedule
from cmixdsl.passes.schedules.schedule_space import enumerate_schedules
from cmixdsl.passes.unsign_filters import UnsignFiltersPass
from cmixdsl.universe import build_context

SAMPLED = ((8, 8), (8, 2), (4, 4), (2, 2))
"""Bits of input and weights."""


def get_layer(module: ModuleOp) -> ContractionOperation:
    """The only layer, as it is when its schedule is chosen."""
    for instance in (FoldZeroPointsPass(), UnsignFiltersPass()):
        instance.apply(build_context(), module)
    (layer,) = (op for op in module.walk() if isinstance(op, ContractionOperation))
    return layer


@pytest.mark.parametrize("name", list_layers())
def test_defaults_are_candidates(name: str, full: bool) -> None:
    template = load_module(build_context(), list_layers()[name])
    for inputs, weights in product(ELEMENT_BITS, repeat=2) if full else SAMPLED:
        layer = get_layer(redraw_layer(template, Bits(inputs, 8, weights), "PC+ICN", 0))
        candidates = enumerate_schedules(layer)
        for objective in OBJECTIVES:
            default = get_default_schedule(layer, SchedulePass(objective))
            assert default in candidates, f"{objective} {inputs},{weights}: {default}"
