"""From a file with a model to C sources and figures about them: what `cmixc compile` does."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import DiagnosticException, ParseError, PassFailedException

from cmixdsl.arena import Arena, read_arena
from cmixdsl.collection import collecting_rarely
from cmixdsl.devices import Device, check_memory
from cmixdsl.diagnostics import describe_error
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.errors import CmixError
from cmixdsl.model import (
    Layer,
    Memory,
    Model,
    build_random_inputs,
    find_function,
    find_model,
    get_layers,
    get_memory,
    is_graph,
)
from cmixdsl.objectives import COMPILER_LEVELS, Objective
from cmixdsl.output import write_text
from cmixdsl.parsing import parse_module
from cmixdsl.pipelines import PIPELINES, print_pipeline
from cmixdsl.simulator.program import Program
from cmixdsl.targets.c.emitter import emit_c
from cmixdsl.targets.c.names import RESERVED, get_identifier
from cmixdsl.targets.c.project import Board, emit_project, get_stem

SUMMARY_NAME = "summary.json"

Passes: TypeAlias = tuple[ModulePass, ...]


@dataclass(frozen=True)
class CompiledModel:
    """C sources and what is known of them without a C compiler."""

    model: Model
    """The function at level 4, with the packed types of its inputs and outputs."""
    device: Device
    pipeline: str
    layers: tuple[Layer, ...]
    memory: Memory
    sources: dict[str, str]
    """File name to text: header, C, prelude."""
    objective: Objective = "speed"
    """What the schedules were chosen for."""

    @property
    def arena(self) -> Arena:
        """Which bytes of memory live when."""
        module = self.model.function.parent_op()
        assert isinstance(module, ModuleOp)
        return read_arena(module)

    @property
    def compiler_level(self) -> str:
        """The option of the C compiler with which the default schedules were measured."""
        return COMPILER_LEVELS[self.objective]

    def get_program(self) -> Program:
        """What a simulator runs; an arena that the caller provides is its last output."""
        outputs = [packed.get_storage_bytes() for packed in self.model.outputs]
        outputs += [self.model.arena_bytes] if self.model.arena_bytes else []
        return Program(
            sources=self.sources,
            function=self.model.name,
            input_bytes=tuple(packed.get_storage_bytes() for packed in self.model.inputs),
            output_bytes=tuple(outputs),
        )

    def get_project(self) -> dict[str, str]:
        """The files of a project around the network, which runs it on a random input."""
        core = self.device.core
        board = Board(
            device=self.device.name,
            gcc_cpu=core.gcc_cpu,
            qemu_machine=core.qemu_machine,
            flash=(core.flash.origin, core.flash.bytes),
            ram=(core.ram.origin, core.ram.bytes),
            stack_bytes=core.stack_bytes,
            optimization=self.compiler_level,
        )
        inputs = build_random_inputs(self.model, seed=0)
        return emit_project(self.model, self._get_sources(get_stem(self.model)), board, inputs)

    def _get_sources(self, stem: str) -> dict[str, str]:
        """The C with other names of files."""
        module = self.model.function.parent_op()
        assert isinstance(module, ModuleOp)
        return emit_c(module, stem).files if f"{stem}.c" not in self.sources else self.sources

    def get_summary(self) -> dict[str, Any]:
        """The content of `summary.json`; sizes in bytes."""
        return {
            "model": self.model.name,
            "target": self.device.name,
            "pipeline": self.pipeline,
            "optimize": self.objective,
            "compiler_level": self.compiler_level,
            "files": sorted(self.sources),
            "inputs": [_summarize_tensor(packed) for packed in self.model.inputs],
            "outputs": [_summarize_tensor(packed) for packed in self.model.outputs],
            "layers": [asdict(layer) for layer in self.layers],
            "total": {"macs": sum(layer.macs for layer in self.layers), **asdict(self.memory)},
        }


def load_module(ctx: Context, path: Path) -> ModuleOp:
    """The verified module in a file of MLIR.

    Raises CmixError with file, line and column for whatever is wrong with it.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CmixError(f"{path}: cannot read: {error.strerror}") from error
    return parse_verified(ctx, content, path)


def parse_verified(ctx: Context, content: bytes, path: Path) -> ModuleOp:
    """The verified module in MLIR text that was read from `path`; raises as `load_module` does."""
    module = None
    try:
        module = parse_module(ctx, content, str(path))
        module.verify()
    except (ParseError, DiagnosticException) as error:
        raise CmixError(describe_error(error, module, str(path))) from error
    return module


LEVEL_ENDS = (
    "convert-qnn-to-cmix",
    "convert-cmix-to-contract",
    "convert-contract-windows-to-lanes",
    "lower-lanes-to-dsp",
)
"""Passes that take operations away whose verifiers prove that nothing overflows."""

PROVING_DIALECTS = ("qnn.", "cmix.", "lanes.")
"""How the names of such operations begin; among instructions they are a quarter of all."""


def apply_pipeline(ctx: Context, module: ModuleOp, passes: Sequence[ModulePass]) -> None:
    """Runs passes over `module`, and verifies at the end, and before where a level ends what has a
    proof to lose; raises CmixError naming the pass.

    Verifying after each pass takes longer than the passes. So where a module does not verify, or a
    pass fails on it that is not to blame, passes run again on a copy that is verified after each.
    """
    original = module.clone()
    try:
        for instance in passes:
            if instance.name in LEVEL_ENDS:
                _verify_proofs(module)
            _apply_pass(ctx, module, instance)
        module.verify()
    except CmixError:
        raise
    except Exception:
        for instance in passes:
            _apply_pass(ctx, original, instance, verify=True)
        raise


def _verify_proofs(module: ModuleOp) -> None:
    """Verifies operations whose verifiers prove something."""
    for op in module.walk():
        if op.name.startswith(PROVING_DIALECTS):
            op.verify(verify_nested_ops=False)


def _apply_pass(
    ctx: Context, module: ModuleOp, instance: ModulePass, *, verify: bool = False
) -> None:
    """Raises CmixError where the pass refuses `module` or leaves one that does not verify."""
    reported = DiagnosticException if verify else PassFailedException
    try:
        instance.apply(ctx, module)
        if verify:
            module.verify()
    except reported as error:
        raise CmixError(f"pass '{instance.name}': {describe_error(error, module)}") from error


def legalize(ctx: Context, module: ModuleOp, passes: Sequence[ModulePass]) -> Passes:
    """Takes a module of level 1 to level 2, unless `passes` do that; the passes that were run.

    Raises CmixError naming the pass and the layer that cannot be expressed in integers.
    """
    if not is_graph(module) or any(step.name == "convert-qnn-to-cmix" for step in passes):
        return ()
    legalization = PIPELINES["legalize"]
    apply_pipeline(ctx, module, legalization)
    return legalization


@collecting_rarely()
def compile_module(
    ctx: Context,
    module: ModuleOp,
    device: Device,
    passes: Sequence[ModulePass],
    objective: Objective = "speed",
    check: Callable[[Model], None] | None = None,
) -> CompiledModel:
    """Compiles `module`, which is changed on the way; `passes` serve `objective`.

    A module of level 1 is legalized first. Then `check`, which may raise CmixError, gets the model,
    before anything is compiled; or behind `passes`, where they are what legalizes.

    Raises CmixError when a pass or the emitter refuses it, or `device` is too small for it.
    """
    _check_name(find_function(module).sym_name.data)
    legalized = legalize(ctx, module, passes)
    is_early = not is_graph(module)
    if check is not None and is_early:
        check(find_model(module))
    apply_pipeline(ctx, module, passes)
    passes = (*legalized, *passes)
    model = find_model(module)
    if not model.in_buffers:
        raise CmixError(
            "expected the pipeline to lower the model to buffers, found packed values at its end: "
            f"{print_pipeline(tuple(passes)) or 'no passes'}"
        )
    if check is not None and not is_early:
        check(model)
    memory = get_memory(module)
    interface_bytes = memory.input_bytes + memory.output_bytes
    check_memory(device, memory.constant_bytes, memory.variable_bytes, interface_bytes)
    try:
        sources = emit_c(module)
    except DiagnosticException as error:
        raise CmixError(describe_error(error, module)) from error
    return CompiledModel(
        model,
        device,
        print_pipeline(tuple(passes)),
        get_layers(module),
        memory,
        sources.files,
        objective,
    )


def _check_name(name: str) -> None:
    """Raises CmixError for a model whose C function could not have its name."""
    if name in RESERVED or name.startswith("cmix_") or get_identifier(name) != name:
        raise CmixError(
            f"expected a model with a name that C leaves to programs, found @{name}: rename the "
            "function"
        )


def write_compiled(
    compiled: CompiledModel, folder: Path, *, as_project: bool = False
) -> tuple[Path, ...]:
    """Writes sources and summary into `folder`, which is made where it is missing.

    With `as_project` also an API, build files and an example.

    Raises CmixError when that cannot be done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CmixError(f"{folder}: cannot make this folder: {error.strerror}") from error
    summary = json.dumps(compiled.get_summary(), indent=2) + "\n"
    sources = compiled.get_project() if as_project else compiled.sources
    texts = {**sources, SUMMARY_NAME: summary}
    for name, text in texts.items():
        write_text(folder / name, text)
    return tuple(folder / name for name in texts)


def _summarize_tensor(packed: PackedType) -> dict[str, Any]:
    return {
        "shape": packed.get_shape(),
        "type": packed.get_short_name(),
        "bytes": packed.get_storage_bytes(),
    }
