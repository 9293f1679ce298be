"""Compares what a layer computes before and after passes."""

import numpy as np
from layer_cases import LayerCase

from cmixdsl.dialects.lanes import MlaOp
from cmixdsl.execution import run_module_packed
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.passes.convert_contract_words_to_lanes import ConvertContractWordsToLanesPass
from cmixdsl.pipelines import PIPELINES
from cmixdsl.universe import build_context
from cmixdsl.validation import validate_pipeline

PASSES = PIPELINES["cortex-m4"]


def check_compiled(case: LayerCase) -> None:
    """Compares the bytes after all passes with those of level 2."""
    module = case.build()
    compiled = module.clone()
    for instance in PASSES:
        instance.apply(build_context(), compiled)
    compiled.verify()
    inputs = build_random_inputs(find_model(module), case.seed)
    (expected,), (found,) = (run_module_packed(m, inputs) for m in (module, compiled))
    np.testing.assert_array_equal(found, expected, str(case))


def check_every_pass(case: LayerCase) -> None:
    """No pass changes the result; executing lanes checks every bound that types state."""
    module = case.build()
    inputs = build_random_inputs(find_model(module), case.seed)
    culprit = validate_pipeline(build_context(), module, PASSES, inputs).culprit
    assert culprit is None, str(culprit)


def check_bounded(case: LayerCase) -> None:
    """Some sums are bounded by the actual weights, and hold for the largest inputs there are."""
    module = case.build()
    lowered = module.clone()
    for instance in PASSES[: 1 + PASSES.index(ConvertContractWordsToLanesPass())]:
        instance.apply(build_context(), lowered)
    assert any(isinstance(op, MlaOp) and op.bounded is not None for op in lowered.walk())
    model = find_model(module)
    (largest,) = (packed.element_range[1] for packed in model.inputs)
    inputs = [np.full_like(values, largest) for values in build_random_inputs(model, case.seed)]
    (expected,), (found,) = (run_module_packed(each, inputs) for each in (module, lowered))
    np.testing.assert_array_equal(found, expected, str(case))
