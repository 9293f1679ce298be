"""Runs compiled models on a simulated core, on unpacked arrays: what `cmixc run` does."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cmixdsl.driver import CompiledModel
from cmixdsl.errors import CmixError
from cmixdsl.model import Layer, Model, check_input
from cmixdsl.packing import pack, unpack
from cmixdsl.simulator.kinds import Simulator
from cmixdsl.simulator.simulate import simulate
from cmixdsl.simulator.statistics import Statistics


@dataclass(frozen=True)
class Run:
    """The outputs of one or several executions, and the figures of the first."""

    outputs: tuple[npt.NDArray[np.int32], ...]
    """One array per output of the model, with a leading axis when the inputs had one."""
    images: int
    """How many executions there were."""
    statistics: Statistics
    """Of the first execution."""


def run_compiled(
    compiled: CompiledModel,
    inputs: Sequence[npt.NDArray[Any]],
    simulator: Simulator,
    *,
    optimization: str | None = None,
    timeout_seconds: float = 600,
) -> Run:
    """Executes the model once, or once for each element of the inputs' leading axis.

    `optimization` is the C compiler's option, by default the one that goes with the schedules;
    `timeout_seconds` is for all executions together.

    Raises CmixError when the inputs do not fit or the program fails, ToolchainError when a tool
    is missing.
    """
    model = compiled.model
    batches = split_batch(model, inputs)
    result = simulate(
        compiled.get_program(),
        [_pack(model, arrays) for arrays in batches],
        simulator=simulator,
        core=compiled.device.core,
        optimization=optimization or compiled.compiler_level,
        timeout_seconds=timeout_seconds,
    )
    images = [_unpack(model, buffers) for buffers in result.outputs]
    is_batched = inputs[0].ndim > len(model.inputs[0].get_shape())
    outputs = tuple(
        np.stack(arrays) if is_batched else arrays[0] for arrays in zip(*images, strict=True)
    )
    return Run(outputs, len(batches), result.statistics)


def split_batch(
    model: Model, inputs: Sequence[npt.NDArray[Any]]
) -> list[tuple[npt.NDArray[Any], ...]]:
    """The inputs of each execution.

    Every input has either the shape of its type, or all have one more axis in front, of the same
    length. Raises CmixError otherwise, and when elements do not fit their type.
    """
    if len(inputs) != len(model.inputs):
        raise CmixError(f"expected {len(model.inputs)} input arrays, found {len(inputs)}")
    ranks = [len(packed.get_shape()) for packed in model.inputs]
    if any(array.ndim != rank + 1 for array, rank in zip(inputs, ranks, strict=True)):
        batches = [tuple(inputs)]
    else:
        lengths = {len(array) for array in inputs}
        if len(lengths) != 1 or 0 in lengths:
            raise CmixError(
                f"expected inputs with equally long leading axes, found {sorted(lengths)}"
            )
        batches = list(zip(*inputs, strict=True))
    for image, arrays in enumerate(batches):
        prefix = f"image {image}, " if len(batches) > 1 else ""
        for index, (values, packed) in enumerate(zip(arrays, model.inputs, strict=True)):
            check_input(values, packed, f"{prefix}input {index}")
    return batches


def summarize_run(compiled: CompiledModel, run: Run) -> dict[str, Any]:
    """The figures of a run as plain data; null where the simulator has none."""
    figures = run.statistics
    return {
        "model": compiled.model.name,
        "target": compiled.device.name,
        "pipeline": compiled.pipeline,
        "optimize": compiled.objective,
        "compiler_level": compiled.compiler_level,
        "images": run.images,
        "layers": [_summarize_layer(layer, figures) for layer in compiled.layers],
        "total": {
            "macs": sum(layer.macs for layer in compiled.layers),
            "instructions": figures.instructions,
            "modelled_cycles": figures.cycles,
            "code_bytes": figures.code_bytes,
            "rodata_bytes": figures.rodata_bytes,
            "ram_bytes": figures.data_bytes,
            "linked_flash_bytes": figures.linked_flash_bytes,
            "linked_ram_bytes": figures.linked_ram_bytes,
            "peak_stack_bytes": figures.peak_stack_bytes,
        },
    }


def _summarize_layer(layer: Layer, figures: Statistics) -> dict[str, Any]:
    """Code that layers share counts for the first of them."""
    function = (figures.functions or {}).get(layer.function)
    if function is None:
        return {**asdict(layer), "instructions": None, "modelled_cycles": None, "code_bytes": None}
    call = function.by_call[layer.call]
    return {
        **asdict(layer),
        "instructions": call.instructions,
        "modelled_cycles": call.cycles,
        "code_bytes": function.code_bytes if layer.call == 0 else 0,
    }


def _pack(model: Model, arrays: Sequence[npt.NDArray[Any]]) -> tuple[bytes, ...]:
    return tuple(
        pack(values, packed.bits).tobytes()
        for values, packed in zip(arrays, model.inputs, strict=True)
    )


def _unpack(model: Model, buffers: Sequence[bytes]) -> tuple[npt.NDArray[np.int32], ...]:
    return tuple(
        unpack(np.frombuffer(data, np.uint8), packed.get_shape(), packed.bits, packed.is_signed)
        # An arena that the caller provides comes last.
        for data, packed in zip(buffers, model.outputs, strict=False)
    )
