"""Small ONNX networks for tests, written node by node with seeded weights and calibrated scales."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

# its stubs know only a part of it
onnxruntime: Any = import_module("onnxruntime")
Array = npt.NDArray[Any]
RANGES = {
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int4": (-8, 7),
    "uint4": (0, 15),
    "int2": (-2, 1),
    "uint2": (0, 3),
    "int32": (-(2**31), 2**31 - 1),
}
KINDS = {
    "float": TensorProto.FLOAT,
    "int64": TensorProto.INT64,
    "int8": TensorProto.INT8,
    "uint8": TensorProto.UINT8,
    "int4": TensorProto.INT4,
    "uint4": TensorProto.UINT4,
    "int2": TensorProto.INT2,
    "uint2": TensorProto.UINT2,
    "int32": TensorProto.INT32,
}


@dataclass
class Writer:
    """Collects nodes and constants; every method returns the name of what it made."""

    seed: int = 0
    opset: int = 21
    shape: tuple[int, ...] = (1, 3, 8, 8)
    """Of the network's input `x`."""
    has_binary_scales: bool = False
    """Whether scales of activations are powers of two."""
    nodes: list[onnx.NodeProto] = field(default_factory=list[onnx.NodeProto])
    constants: list[onnx.TensorProto] = field(default_factory=list[onnx.TensorProto])
    opsets: dict[str, int] = field(default_factory=dict[str, int])
    generator: np.random.Generator = field(init=False)
    images: Array = field(init=False)
    """Inputs that scales are calibrated with."""

    def __post_init__(self) -> None:
        self.generator = np.random.default_rng(self.seed)
        self.images = self.generator.uniform(0, 1, (8, *self.shape[1:])).astype(np.float32)

    def constant(self, values: npt.ArrayLike, kind: str = "float", name: str = "") -> str:
        array = np.asarray(values)
        name = name or f"c{len(self.constants)}"
        self.constants.append(
            helper.make_tensor(name, KINDS[kind], array.shape, array.ravel().tolist())
        )
        return name

    def node(
        self, op: str, inputs: Sequence[str], name: str = "", *, domain: str = "", **attributes: Any
    ) -> str:
        output = f"{name or op.lower()}_{len(self.nodes)}"
        node = helper.make_node(
            op, list(inputs), [output], name=name or output, domain=domain, **attributes
        )
        self.nodes.append(node)
        return output

    def measure(self, value: str) -> Array:
        """What a value is for the calibration images."""
        session = onnxruntime.InferenceSession(
            self.build([value]).SerializeToString(), _get_options(), ["CPUExecutionProvider"]
        )
        results = [session.run(None, {"x": image[None]})[0] for image in self.images]
        return np.concatenate([np.asarray(result) for result in results])

    def choose_scale(self, value: str, kind: str) -> tuple[float, int]:
        """Scale and zero point that fit what `value` is for the calibration images."""
        measured = self.measure(value)
        low, high = min(0.0, float(measured.min())), max(0.0, float(measured.max()))
        least, greatest = RANGES[kind]
        scale = max((high - low) / (greatest - least), 1e-6)
        if self.has_binary_scales:
            scale = 2.0 ** np.ceil(np.log2(scale))
        return scale, int(np.clip(round(least - low / scale), least, greatest))

    def quantize(
        self, value: str, kind: str = "int8", *, clip: tuple[int, int] | None = None
    ) -> str:
        """A pair of QuantizeLinear and DequantizeLinear around what `clip` narrows."""
        scale, zero = self.choose_scale(value, kind)
        if clip is not None:
            scale *= (RANGES[kind][1] - RANGES[kind][0]) / (clip[1] - clip[0])
            zero = int(np.clip(round(zero * (clip[1] - clip[0]) / 255), *clip))
        parameters = [self.constant(np.float32(scale)), self.constant(zero, kind)]
        stored = self.node("QuantizeLinear", [value, *parameters])
        if clip is not None:
            bounds = [self.constant(bound, kind) for bound in clip]
            stored = self.node("Clip", [stored, *bounds])
        return self.node("DequantizeLinear", [stored, *parameters])

    def weights(
        self, shape: Sequence[int], kind: str = "int8", *, axis: int | None = 0, zero: int = 0
    ) -> str:
        """Random weights as stored integers behind a DequantizeLinear."""
        low, high = RANGES[kind]
        values = self.generator.integers(max(low, -high), high + 1, shape)
        count = 1 if axis is None else shape[axis]
        fan_in = np.prod(shape) / shape[0]
        scales = self.generator.uniform(0.5, 1.5, count) / (high * np.sqrt(fan_in))
        stored = self.constant(values, kind)
        scale = self.constant(np.float32(scales if axis is not None else scales[0]))
        zeros = self.constant(np.full(scales.shape, zero) if axis is not None else zero, kind)
        return self.node("DequantizeLinear", [stored, scale, zeros], axis=axis or 0)

    def bias(self, count: int) -> str:
        return self.constant(self.generator.normal(0, 0.2, count).astype(np.float32))

    def build(self, outputs: Sequence[str]) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes,
            "net",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            self.constants,
        )
        opsets = [helper.make_opsetid("", self.opset)]
        opsets += [helper.make_opsetid(domain, version) for domain, version in self.opsets.items()]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)

    def save(self, path: Path, *outputs: str) -> Path:
        path.write_bytes(self.build(outputs).SerializeToString())
        return path


def run_onnxruntime(
    path: Path, images: Array, outputs: Sequence[str] = (), *, is_optimized: bool = False
) -> list[Array]:
    """What ONNX Runtime makes of `images`, one after another.

    In real numbers, or optimized: by operators on integers where it has them.
    """
    options = _get_options(is_optimized=is_optimized)
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    runs = [session.run(list(outputs) or None, {"x": image[None]}) for image in images]
    return [
        np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*runs, strict=True)
    ]


def run_in_double_precision(path: Path, images: Array) -> Array:
    """The only output of a network for `images`, by ONNX's own reference in numpy and f64."""
    model = onnx.ModelProto.FromString(path.read_bytes())
    for constant in model.graph.initializer:
        if constant.data_type == TensorProto.FLOAT:
            values = numpy_helper.to_array(constant).astype(np.float64)
            constant.CopyFrom(numpy_helper.from_array(values, constant.name))
    evaluator: Any = import_module("onnx.reference").ReferenceEvaluator(model)
    results = [evaluator.run(None, {"x": image[None].astype(np.float64)})[0] for image in images]
    return np.concatenate(results)


def _get_options(*, is_optimized: bool = False) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    if not is_optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return options
