"""Finds the first pass of a pipeline that changes what a model computes, by running the model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import DiagnosticException

from cmixdsl.diagnostics import describe_error
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module_packed, unpack_output


@dataclass(frozen=True)
class Difference:
    """Where the outputs before and after a pass differ."""

    output: int
    """Which output of the model, from 0."""
    bytes_different: int
    bytes_total: int
    first: str
    """The first differing element with both values, or that only padding bits differ."""

    def __str__(self) -> str:
        return (
            f"{self.bytes_different} of {self.bytes_total} bytes of output {self.output} differ, "
            f"{self.first}"
        )


@dataclass(frozen=True)
class ValidatedPass:
    """What one pass did."""

    spec: str
    """The pass with its options, as in a pipeline string."""
    changed_module: bool
    difference: Difference | None


@dataclass(frozen=True)
class Validation:
    """The passes up to the first one that changed the meaning, that one included."""

    passes: tuple[ValidatedPass, ...]

    @property
    def culprit(self) -> ValidatedPass | None:
        """The pass that changed the meaning, None when all passes kept it."""
        return next((step for step in self.passes if step.difference is not None), None)


def validate_pipeline(
    ctx: Context,
    module: ModuleOp,
    passes: Sequence[ModulePass],
    inputs: Sequence[npt.NDArray[np.integer]],
    on_pass: Callable[[ValidatedPass], None] = lambda _: None,
) -> Validation:
    """Applies `passes` to a copy of `module` and runs it on `inputs` before and after each.

    The bytes of the outputs are compared, padding bits included. A module that a pass left as it
    was is not run again. `on_pass` is called after each pass. Raises CmixError when a pass fails,
    leaves a module that does not verify, or one that cannot be executed.
    """
    module = module.clone()
    expected = run_module_packed(module, inputs)
    steps: list[ValidatedPass] = []
    for instance in passes:
        before = module.clone()
        found = expected
        try:
            instance.apply(ctx, module)
            module.verify()
            changed = not module.is_structurally_equivalent(before)
            if changed:
                found = run_module_packed(module, inputs)
        except (DiagnosticException, CmixError) as error:
            raise CmixError(f"pass '{instance.name}': {describe_error(error, module)}") from error
        step = ValidatedPass(str(instance.spec()), changed, _compare(module, expected, found))
        steps.append(step)
        on_pass(step)
        if step.difference is not None:
            break
    return Validation(tuple(steps))


def _compare(
    module: ModuleOp,
    expected: Sequence[npt.NDArray[np.uint8]],
    found: Sequence[npt.NDArray[np.uint8]],
) -> Difference | None:
    if len(found) != len(expected):
        raise CmixError(f"expected {len(expected)} outputs as before, found {len(found)}")
    for index, (left, right) in enumerate(zip(expected, found, strict=True)):
        if not np.array_equal(left, right):
            return Difference(
                output=index,
                bytes_different=int(np.count_nonzero(left != right)),
                bytes_total=left.size,
                first=_describe_first(module, index, left, right),
            )
    return None


def _describe_first(
    module: ModuleOp, index: int, expected: npt.NDArray[np.uint8], found: npt.NDArray[np.uint8]
) -> str:
    left, right = (unpack_output(module, index, data) for data in (expected, found))
    positions = np.argwhere(left != right)
    if not len(positions):
        return "in padding bits only, which must be zero"
    position = tuple(int(i) for i in positions[0])
    return f"the first at {position}: {left[position]} before, {right[position]} after"
