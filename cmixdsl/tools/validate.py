"""cmixc validate: finds the pass that changes what a model computes."""

from argparse import Namespace

from cmixdsl.driver import legalize
from cmixdsl.errors import CmixError
from cmixdsl.model import find_model
from cmixdsl.pipelines import get_pipeline
from cmixdsl.tools.inputs import get_inputs
from cmixdsl.tools.loading import load_model
from cmixdsl.universe import build_context
from cmixdsl.validation import ValidatedPass, validate_pipeline


def run_validate(arguments: Namespace) -> None:
    """`cmixc validate`; raises CmixError when a pass changed the meaning."""
    passes = get_pipeline(arguments.pipeline)
    context = build_context()
    module = load_model(context, arguments)
    if legalize(context, module, passes):
        print("legalize: done; cmixc compare shows what rounding changes", flush=True)
    validation = validate_pipeline(
        context, module, passes, get_inputs(arguments, find_model(module)), on_pass=_print_pass
    )
    if (culprit := validation.culprit) is not None:
        raise CmixError(f"pass {culprit.spec} changed the meaning: {culprit.difference}")


def _print_pass(step: ValidatedPass) -> None:
    if step.difference is not None:
        verdict = "changed the meaning"
    elif step.changed_module:
        verdict = "same outputs"
    else:
        verdict = "no change"
    print(f"{step.spec}: {verdict}", flush=True)
