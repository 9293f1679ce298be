"""The subcommands of cmixc: each calls the library and prints what it says."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable

from rich.console import Console

from cmixdsl.arena_kinds import ArenaKind
from cmixdsl.devices import DEVICES, describe_excess, get_device
from cmixdsl.driver import CompiledModel, compile_module, write_compiled
from cmixdsl.model import Model
from cmixdsl.output import write_text
from cmixdsl.passes.plan_buffers import PlanBuffersPass
from cmixdsl.pipelines import PIPELINES, choose_pipeline, get_pipeline, print_pipeline
from cmixdsl.reports import print_summary
from cmixdsl.tools.console import build_console
from cmixdsl.tools.loading import load_model
from cmixdsl.universe import build_context


def run_import(arguments: Namespace) -> None:
    """`cmixc import`."""
    write_text(arguments.output, str(load_model(build_context(), arguments)) + "\n")


def run_compile(arguments: Namespace) -> None:
    """`cmixc compile`."""
    compiled = compile_model(arguments, arguments.arena)
    paths = write_compiled(compiled, arguments.output, as_project=arguments.project)
    if arguments.json:
        print(json.dumps(compiled.get_summary(), indent=2))
        return
    console = build_console()
    print_summary(console, compiled.get_summary())
    console.print(f"wrote {', '.join(map(str, paths))}", highlight=False, soft_wrap=True)


def run_pipelines(arguments: Namespace) -> None:
    """`cmixc pipelines`."""
    if arguments.name is not None:
        print(print_pipeline(get_pipeline(arguments.name)))
        return
    for name, passes in PIPELINES.items():
        print(f"{name}: {len(passes)} passes")


def run_targets(_: Namespace) -> None:
    """`cmixc targets`."""
    for device in DEVICES.values():
        print(f"{device.name}: {device.summary}; pipeline {device.pipeline}")


def compile_model(
    arguments: Namespace, arena: ArenaKind = "static", check: Callable[[Model], None] | None = None
) -> CompiledModel:
    """What the arguments of a target ask for, to C; `check` is as for `compile_module`."""
    device = get_device(
        arguments.target, arguments.flash, arguments.ram, board_memory=arguments.board_memory
    )
    passes = choose_pipeline(device.pipeline, arguments.pipeline, arguments.optimize)
    if arena != "static":
        planned = PlanBuffersPass(arena)
        passes = tuple(planned if p == PlanBuffersPass() else p for p in passes)
    context = build_context()
    module = load_model(context, arguments)
    with Console(stderr=True).status(f"compiling {arguments.model}"):
        objective = arguments.optimize or "speed"
        compiled = compile_module(context, module, device, passes, objective, check)
    memory = compiled.memory
    interface_bytes = memory.input_bytes + memory.output_bytes
    for line in describe_excess(
        device, memory.constant_bytes, memory.variable_bytes, interface_bytes
    ):
        print(f"note: {line}", file=sys.stderr)
    return compiled
