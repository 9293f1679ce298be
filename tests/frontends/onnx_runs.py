"""Runs imported networks by the interpreters and compares them with ONNX Runtime."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from frontends.onnx_writer import run_onnxruntime

from cmixdsl.dialects.qnn.tensors import QnnTensorType
from cmixdsl.dialects.quant import UniformType
from cmixdsl.execution import run_module
from cmixdsl.frontends.load import load_network
from cmixdsl.graph_model import find_graph_model
from cmixdsl.interpreters.quantization import dequantize, quantize
from cmixdsl.pipelines import get_pipeline
from cmixdsl.universe import build_context

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Difference:
    """Of one output."""

    largest_steps: float
    """The largest difference, in steps of the output."""
    unequal: float
    """The share of elements that differ by more than half a step."""
    equal_places: int
    """Images whose largest element is at a place where the runtime too has its largest."""


def compare_with_onnxruntime(
    path: Path, images: Array, *, legalized: bool
) -> tuple[Difference, ...]:
    """One result for each output of the network in `path`, over NCHW `images`."""
    return compare(path, images, run_onnxruntime(path, images), legalized=legalized)


def compare(
    path: Path, images: Array, expected: Sequence[Array], *, legalized: bool
) -> tuple[Difference, ...]:
    """The same, with the real numbers `expected` of each output."""
    context = build_context()
    module = load_network(context, path)
    *folds, conversion = get_pipeline("legalize")
    if legalized:
        for instance in folds:
            instance.apply(context, module)
    model = find_graph_model(module)
    input_type, output_types = model.inputs[0], model.outputs
    if legalized:
        conversion.apply(context, module)
        module.verify()
    runs = [run_module(module, [_prepare(image, input_type)]) for image in images]
    return tuple(
        _compare([_finish(part, type_, real[0].shape) for part in parts], real, type_)
        for parts, real, type_ in zip(zip(*runs, strict=True), expected, output_types, strict=True)
    )


def run_qonnx(path: Path, images: Array) -> Array:
    """The only output of a network for `images`, by qonnx's own executor."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrapper: Any = import_module("qonnx.core.modelwrapper").ModelWrapper(str(path))
        shapes: Any = import_module("qonnx.transformation.infer_shapes").InferShapes()
        execute: Any = import_module("qonnx.core.onnx_exec").execute_onnx
        wrapper = wrapper.transform(shapes)
        name = wrapper.graph.input[0].name
        results = [next(iter(execute(wrapper, {name: image[None]}).values())) for image in images]
    return np.concatenate(results)


def _prepare(image: Array, type_: QnnTensorType) -> Array:
    """An ONNX input without its batch as the argument of the function: channels last, quantized."""
    moved = np.moveaxis(image, 0, -1) if image.ndim > 1 else image
    element = type_.element_type
    return quantize(moved, element) if isinstance(element, UniformType) else moved.astype(float)


def _finish(stored: Array, type_: QnnTensorType, shape: tuple[int, ...]) -> Array:
    """A result as ONNX has it."""
    assert isinstance(type_.element_type, UniformType)
    reals = dequantize(stored, type_.element_type)
    is_moved = len(shape) == 3 or reals.shape == shape[::-1]
    return (np.moveaxis(reals, -1, 0) if is_moved else reals).reshape(shape)


def _compare(found: Sequence[Array], expected: Array, type_: QnnTensorType) -> Difference:
    assert isinstance(type_.element_type, UniformType)
    results = np.stack(found)
    steps = np.abs(results - expected) / type_.element_type.scales[0]
    flat, wanted = (array.reshape(len(array), -1) for array in (results, expected))
    places = np.take_along_axis(wanted, flat.argmax(1)[:, None], axis=1)[:, 0]
    equal = int((places == wanted.max(1)).sum())
    return Difference(float(steps.max()), float((steps > 0.5).mean()), equal)
