"""Networks from Python to a simulated core and back: compile, run on arrays, get arrays."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.devices import get_device
from cmixdsl.dialects.quant import UniformType
from cmixdsl.driver import CompiledModel, compile_module, write_compiled
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.graph_model import find_graph_model
from cmixdsl.interpreters.quantization import dequantize, quantize
from cmixdsl.objectives import Objective
from cmixdsl.pipelines import choose_pipeline
from cmixdsl.quantized_arrays import get_input_types, get_output_types, quantize_inputs
from cmixdsl.running import run_compiled
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.statistics import Statistics
from cmixdsl.universe import build_context

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Result:
    """What a run gave; arrays have a leading axis when the inputs had one."""

    outputs: tuple[npt.NDArray[np.float64], ...]
    """In real numbers."""
    stored: tuple[npt.NDArray[np.int32], ...]
    """As the device has them."""
    statistics: Statistics
    """Of the first execution: instructions exact, cycles modelled, memory in bytes."""


@dataclass(frozen=True)
class Deployment:
    """A compiled network that takes and gives real numbers."""

    network: ModuleOp
    """The network of level 1."""
    compiled: CompiledModel
    input_types: tuple[UniformType, ...]
    output_types: tuple[UniformType, ...]

    def run(self, *inputs: Array, simulator: Simulator = "embedded") -> Result:
        """Executes the C code once, or once for each element of the inputs' leading axis.

        Floating-point arrays are real numbers, which are quantized; arrays of integers are taken
        as stored integers. Raises CmixError when they do not fit, ToolchainError when a tool of the
        simulator is missing.
        """
        if len(inputs) != len(self.input_types):
            raise CmixError(f"expected {len(self.input_types)} input arrays, found {len(inputs)}")
        stored = quantize_inputs(self.compiled.model.function, inputs)
        run = run_compiled(self.compiled, stored, simulator)
        outputs = tuple(
            dequantize(values, type_)
            for values, type_ in zip(run.outputs, self.output_types, strict=True)
        )
        return Result(outputs, run.outputs, run.statistics)

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Writes the C sources and `summary.json`; raises CmixError when that cannot be done."""
        return write_compiled(self.compiled, folder)


def compile_network(
    network: ModuleOp,
    target: str = "cortex-m4",
    *,
    optimize: Objective = "speed",
    pipeline: str | None = None,
    flash_kib: int | None = None,
    ram_kib: int | None = None,
) -> Deployment:
    """Compiles a network of level 1, which stays as it is.

    `pipeline` replaces the named pipeline of the target. Raises CmixError naming the pass and the
    layer that refuses, or when the network is too big for the target.
    """
    device = get_device(target, flash_kib, ram_kib)
    find_graph_model(network)
    passes = choose_pipeline(device.pipeline, pipeline, None if pipeline else optimize)
    compiled = compile_module(build_context(), network.clone(), device, passes, optimize)
    function = compiled.model.function
    return Deployment(
        network,
        compiled,
        get_input_types(function),
        get_output_types(function),
    )


def interpret_network(network: ModuleOp, *inputs: Array) -> tuple[Array, ...]:
    """What a network of level 1 means, in real numbers, for one set of inputs.

    Floating-point arrays for quantized inputs are quantized first, quantized outputs dequantized.
    Raises CmixError when inputs do not fit.
    """
    model = find_graph_model(network)
    arguments = [
        quantize(values, type_.element_type)
        if isinstance(type_.element_type, UniformType) and values.dtype.kind == "f"
        else values
        for values, type_ in zip(inputs, model.inputs, strict=False)
    ]
    return tuple(
        dequantize(values, type_.element_type)
        if isinstance(type_.element_type, UniformType)
        else values
        for values, type_ in zip(run_module(network, arguments), model.outputs, strict=True)
    )
