"""Our simplification does what xDSL's passes do, on the instructions of whole layers."""

import pytest
from xdsl.dialects.arith import AddiOp
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import CallOp, FuncOp, ReturnOp
from xdsl.dialects.memref import LoadOp, StoreOp
from xdsl.dialects.scf import ForOp
from xdsl.passes import ModulePass
from xdsl.traits import MemoryEffectKind
from xdsl.transforms.canonicalize import CanonicalizePass
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination

from cmixdsl.benchmark.cases import list_layers
from cmixdsl.benchmark.redraw import Bits, redraw_layer
from cmixdsl.driver import load_module
from cmixdsl.operation_kinds import get_kind
from cmixdsl.passes.share_values import ShareValuesPass
from cmixdsl.passes.simplify import SimplifyPass
from cmixdsl.pipelines import CORTEX_M4
from cmixdsl.universe import build_context

LAYERS = [
    ("L1", Bits(8, 4, 4)),
    ("L2", Bits(4, 4, 4)),
    ("L3", Bits(2, 2, 2)),
    ("L4", Bits(4, 2, 8)),
    ("L5", Bits(8, 8, 8)),
    ("L6", Bits(2, 4, 2)),
]


def build_instructions(name: str, bits: Bits) -> ModuleOp:
    """A layer right before values are shared for the first time."""
    module = redraw_layer(load_module(build_context(), list_layers()[name]), bits, "PC+ICN", 0)
    for instance in CORTEX_M4[: CORTEX_M4.index(ShareValuesPass())]:
        instance.apply(build_context(), module)
    return module


def run(module: ModuleOp, *passes: ModulePass) -> ModuleOp:
    module = module.clone()
    for instance in passes:
        instance.apply(build_context(), module)
    module.verify()
    return module


@pytest.mark.parametrize(("name", "bits"), LAYERS)
def test_equals_xdsl(name: str, bits: Bits):
    module = build_instructions(name, bits)
    shared = run(module, ShareValuesPass())
    assert shared.is_structurally_equivalent(run(module, CommonSubexpressionElimination()))
    simplified = run(shared, SimplifyPass())
    assert simplified.is_structurally_equivalent(run(shared, CanonicalizePass()))
    assert not simplified.is_structurally_equivalent(module)


def test_kinds():
    assert get_kind(AddiOp).effects == frozenset()
    assert get_kind(AddiOp).folds
    assert get_kind(LoadOp).effects == {MemoryEffectKind.READ}
    assert get_kind(StoreOp).effects == {MemoryEffectKind.WRITE}
    assert get_kind(CallOp).effects is None
    assert get_kind(ForOp).has_effects_of_regions
    assert get_kind(ForOp).patterns
    assert [get_kind(kind).stays for kind in (ReturnOp, FuncOp, AddiOp)] == [True, True, False]
