"""Compiles many networks into one C program, which costs one start of compiler and emulator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp, StringAttr

from cmixdsl.execution import run_module_packed
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.packing import pack
from cmixdsl.pipelines import PIPELINES
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.program import Program
from cmixdsl.simulator.simulate import simulate
from cmixdsl.targets.c.emitter import emit_c
from cmixdsl.universe import build_context

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Expectation:
    """A network of level 2 with one input and one output, and what it must compute."""

    name: str
    module: ModuleOp
    inputs: Array
    """Elements."""
    output: bytes
    """Packed."""


def expect_reference(name: str, module: ModuleOp, seed: int) -> Expectation:
    """What the interpreter of level 2 computes from random inputs."""
    (inputs,) = build_random_inputs(find_model(module), seed)
    (output,) = run_module_packed(module, [inputs])
    return Expectation(name, module, inputs, output.tobytes())


def find_wrong(
    expectations: Iterable[Expectation],
    simulator: Simulator,
    pipeline: str = "cortex-m4",
    optimization: str = "-O0",
) -> list[str]:
    """The names of the networks of which the compiled C writes other bytes than expected.

    Each runs on other inputs first, so that what a run leaves in memory shows in the next.
    """
    cases = list(expectations)
    program = _build_program(cases, pipeline)
    runs = [
        [_pack(case, np.flip(case.inputs)) for case in cases],
        [_pack(case, case.inputs) for case in cases],
    ]
    result = simulate(program, runs, simulator=simulator, optimization=optimization)
    return [
        case.name
        for case, output in zip(cases, result.outputs[-1], strict=True)
        if output != case.output
    ]


def _pack(case: Expectation, values: Array) -> bytes:
    (packed,) = find_model(case.module).inputs
    return pack(values, packed.bits).tobytes()


def _build_program(cases: Sequence[Expectation], pipeline: str) -> Program:
    """A program whose function calls all networks, each on buffers of its own."""
    sources = {"batch.c": _build_driver(len(cases))}
    for index, case in enumerate(cases):
        name = f"net{index}"
        sources |= emit_c(_lower(case.module, name, pipeline), name).files
    models = [find_model(case.module) for case in cases]
    return Program(
        sources,
        "batch",
        tuple(packed.get_storage_bytes() for model in models for packed in model.inputs),
        tuple(packed.get_storage_bytes() for model in models for packed in model.outputs),
    )


def _lower(module: ModuleOp, name: str, pipeline: str) -> ModuleOp:
    """A copy of the module, its network renamed, after the passes."""
    lowered, ctx = module.clone(), build_context()
    find_model(lowered).function.sym_name = StringAttr(name)
    for instance in PIPELINES[pipeline]:
        instance.apply(ctx, lowered)
    lowered.verify()
    return lowered


def _build_driver(count: int) -> str:
    includes = "".join(f'#include "net{index}.h"\n' for index in range(count))
    parameters = [f"const uint8_t *x{index}" for index in range(count)]
    parameters += [f"uint8_t *y{index}" for index in range(count)]
    calls = "".join(f"    net{index}(x{index}, y{index});\n" for index in range(count))
    text = f"void batch({', '.join(parameters)})"
    return f"{includes}{text};\n{text}\n{{\n{calls}}}\n"
