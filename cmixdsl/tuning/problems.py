"""The distinct layers of a model, each as a module of its own."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Operation, Region

from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.schedule import ScheduleAttr
from cmixdsl.errors import CmixError
from cmixdsl.objectives import Objective
from cmixdsl.passes.outline_layers import get_layer_names
from cmixdsl.passes.schedule import SchedulePass, get_default_schedule
from cmixdsl.passes.schedules.schedule_space import enumerate_schedules

FUNCTION_NAME = "layer"

Enumerate = Callable[[ContractionOperation], Iterable[ScheduleAttr]]
"""The candidates of a layer."""


@dataclass(frozen=True)
class Problem:
    """A layer whose schedule is wanted."""

    name: str
    """Of the first layer with this content, in its model."""
    kind: str
    """The operation."""
    bits: str
    """Of input, output and weights, as in `u8_u8_u4`."""
    text: str
    """A module with this layer alone, without schedule."""
    default: str
    """The schedule that the layer has, or would get from `cmix-schedule`."""
    candidates: tuple[str, ...]
    """The default first."""
    layers: tuple[ContractionOperation, ...]
    """All layers with this content."""

    @property
    def digest(self) -> str:
        """A name for the content of the layer."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def find_problems(
    module: ModuleOp,
    objective: Objective,
    limit: int | None = None,
    enumerate_candidates: Enumerate = enumerate_schedules,
) -> list[Problem]:
    """The distinct layers with weights of a module at level 2, in order.

    Layers are equal when weights, biases and everything else are; names and schedules do not count.
    Each has at most `limit` candidates, if there is a limit, besides the default. Raises CmixError
    when there is no layer or its weights are not constant.
    """
    groups: dict[tuple[str, str], list[ContractionOperation]] = {}
    names: dict[ContractionOperation, str] = {}
    for function in [op for op in module.walk() if isinstance(op, FuncOp)]:
        layers = [op for op in function.walk() if isinstance(op, ContractionOperation)]
        names |= dict(zip(layers, get_layer_names(layers), strict=True))
    for layer in names:
        text = str(_build_module(layer, names[layer]))
        groups.setdefault((text, _get_default(layer, objective)), []).append(layer)
    if not groups:
        raise CmixError("expected a model with layers with weights at level 2, found none to tune")
    return [
        _build_problem(names[layers[0]], text, default, layers, limit, enumerate_candidates)
        for (text, default), layers in groups.items()
    ]


def _build_problem(
    name: str,
    text: str,
    default: str,
    layers: list[ContractionOperation],
    limit: int | None,
    enumerate_candidates: Enumerate,
) -> Problem:
    first = layers[0]
    others = [str(schedule) for schedule in enumerate_candidates(first)]
    others = [schedule for schedule in others if schedule != default]
    types = (first.input_type, first.output_type, first.filter_type)
    return Problem(
        name=name,
        kind=first.name.split(".")[1],
        bits="_".join(type_.get_short_name() for type_ in types),
        text=text,
        default=default,
        candidates=(default, *others[:limit]),
        layers=tuple(layers),
    )


def _get_default(layer: ContractionOperation, objective: Objective) -> str:
    options = SchedulePass(optimize=objective)
    return str(layer.schedule or get_default_schedule(layer, options))


def _build_module(layer: ContractionOperation, name: str) -> ModuleOp:
    """A module with one function that computes the layer."""
    constant = layer.filter.owner
    if not isinstance(constant, ConstantOp):
        raise CmixError(f"layer {name}: expected constant weights, found a value that varies")
    block = Block(arg_types=[layer.input.type])
    block.args[0].name_hint = "x"
    constant = constant.clone()
    constant.result.name_hint = "weight"
    properties = {key: value for key, value in layer.properties.items() if key != "schedule"}
    alone: Operation = type(layer).create(
        operands=[block.args[0], constant.result],
        result_types=[layer.output_type],
        properties=properties,
    )
    alone.results[0].name_hint = "y"
    block.add_ops([constant, alone, ReturnOp(alone.results[0])])
    signature = [layer.input.type], [layer.output_type]
    return ModuleOp([FuncOp(FUNCTION_NAME, signature, Region(block))])
