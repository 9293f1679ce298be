"""Compiles many networks into one C program, which costs one start of compiler and emulator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp, StringAttr

from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.execution import run_module_packed
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.packing import pack
from cmixdsl.pipelines import PIPELINES
from cmixdsl.simulator.program import Program
from cmixdsl.simulator.simulate import Simulator, simulate
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
    optimization: str = "-O1",
) -> list[str]:
    """The names of the networks of which the compiled C writes other bytes than expected."""
    cases = list(expectations)
    program, inputs = _build_program(cases, pipeline)
    result = simulate(program, [inputs], simulator=simulator, optimization=optimization)
    return [
        case.name
        for case, output in zip(cases, result.outputs[0], strict=True)
        if output != case.output
    ]


def _build_program(cases: Sequence[Expectation], pipeline: str) -> tuple[Program, list[bytes]]:
    """A program whose function calls all networks, each on buffers of its own."""
    sources: dict[str, str] = {}
    inputs: list[bytes] = []
    types: list[tuple[PackedType, PackedType]] = []
    for index, case in enumerate(cases):
        name = f"net{index}"
        (source,), (target,) = find_model(case.module).inputs, find_model(case.module).outputs
        sources |= emit_c(_lower(case.module, name, pipeline), name).files
        inputs.append(pack(case.inputs, source.bits).tobytes())
        types.append((source, target))
    sources["batch.c"] = _build_driver(len(cases))
    return (
        Program(
            sources,
            "batch",
            tuple(source.get_storage_bytes() for source, _ in types),
            tuple(target.get_storage_bytes() for _, target in types),
        ),
        inputs,
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
