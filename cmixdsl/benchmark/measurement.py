"""Compiles one layer, runs it on a simulated core and checks what it computes."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.benchmark.cases import Case, Settings
from cmixdsl.benchmark.redraw import redraw_layer
from cmixdsl.devices import get_device
from cmixdsl.driver import CompiledModel, compile_module, legalize, load_module
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.frontends.load import load_network
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.pipelines import choose_pipeline
from cmixdsl.running import run_compiled
from cmixdsl.simulator.statistics import Statistics
from cmixdsl.universe import build_context

_Arrays: TypeAlias = list[npt.NDArray[np.int32]]


@dataclass(frozen=True)
class Figures:
    """Of one call of the compiled function, everything it calls included."""

    macs: int
    """Multiplications of an input element by a weight, those with padding included."""
    instructions: int
    modelled_cycles: int
    code_bytes: int
    rodata_bytes: int
    scratch_bytes: int
    """The arena: buffers that are neither input nor output."""
    peak_stack_bytes: int
    compile_seconds: float
    """From the text of the module to C, without the start of the process."""


@dataclass(frozen=True)
class Measurement:
    """A case with its figures, or with the reason why there are none."""

    case: Case
    figures: Figures | None
    error: str | None = None


def measure(case: Case, settings: Settings) -> Measurement:
    """Measures one case; whatever goes wrong becomes the measurement's error."""
    try:
        return Measurement(case, _get_figures(case, settings))
    except CmixError as error:
        return Measurement(case, None, str(error))
    except Exception as error:
        # A bug that one layer meets shall not cost the figures of the others.
        return Measurement(case, None, f"internal error: {type(error).__name__}: {error}")


def _get_figures(case: Case, settings: Settings) -> Figures:
    context = build_context()
    module = load_network(context, case.path)
    legalize(context, module, ())
    if case.bits is not None and case.flavour is not None:
        module = redraw_layer(module, case.bits, case.flavour, settings.seed)
    inputs = build_random_inputs(find_model(module), settings.seed)
    expected = run_module(module, inputs)
    compiled, seconds = _compile_timed(module, case, settings)
    run = run_compiled(compiled, inputs, settings.simulator, optimization=settings.optimization)
    check_outputs(list(run.outputs), expected)
    return _collect(compiled, run.statistics, seconds)


def _compile_timed(module: ModuleOp, case: Case, settings: Settings) -> tuple[CompiledModel, float]:
    """The compiled module, and the seconds from its text to C."""
    device = get_device(case.target)
    passes = choose_pipeline(device.pipeline, settings.pipeline, settings.objective)
    with TemporaryDirectory(prefix="cmix-") as folder:
        path = Path(folder) / f"{case.path.stem}.mlir"
        path.write_text(str(module), encoding="utf-8")
        start = perf_counter()
        context = build_context()
        compiled = compile_module(context, load_module(context, path), device, passes)
        return compiled, perf_counter() - start


def check_outputs(found: _Arrays, expected: _Arrays) -> None:
    """Raises CmixError unless all outputs are equal."""
    for index, (left, right) in enumerate(zip(found, expected, strict=True)):
        positions = np.argwhere(left != right)
        if len(positions):
            first = tuple(int(position) for position in positions[0])
            raise CmixError(
                f"wrong result: {len(positions)} of {right.size} elements of output {index} "
                f"differ, the first at {first}: expected {right[first]}, found {left[first]}"
            )


def _collect(compiled: CompiledModel, statistics: Statistics, seconds: float) -> Figures:
    return Figures(
        macs=sum(layer.macs for layer in compiled.layers),
        instructions=_require(statistics.instructions),
        modelled_cycles=_require(statistics.cycles),
        code_bytes=_require(statistics.code_bytes),
        rodata_bytes=_require(statistics.rodata_bytes),
        scratch_bytes=compiled.memory.variable_bytes,
        peak_stack_bytes=_require(statistics.peak_stack_bytes),
        compile_seconds=round(seconds, 3),
    )


def _require(figure: int | None) -> int:
    if figure is None:
        raise CmixError("expected a simulator that counts instructions: embedded or qemu")
    return figure
