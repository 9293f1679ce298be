"""Small files of TensorFlow Lite, written with the schema's classes, of random weights and scales.

A tensor is known by its index. Scales of outputs are such that random inputs use much of the range
of INT8 and saturate now and then.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from flatbuffers import Builder
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from cmixdsl.packing import pack

BITS = {"INT8": 8, "INT4": 4, "INT2": 2}
PROBABILITIES = (1 / 256, -128)
TANH_OUTPUT = (1 / 128, 0)


class ModelBuilder:
    """A network that grows operator by operator; equal seeds give equal files."""

    def __init__(self, seed: int):
        self.generator = np.random.default_rng(seed)
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = "test"
        self.graph = schema.SubGraphT()
        self.graph.name = "main"
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs = [], []
        self.model.subgraphs, self.model.operatorCodes = [self.graph], []
        self.model.buffers = [schema.BufferT()]

    def build(self, outputs: Sequence[int] | None = None) -> bytes:
        """The file; the last operator computes the output unless others are given."""
        self.graph.outputs = list(outputs or self.graph.operators[-1].outputs)
        return serialize(self.model)

    # region tensors

    def add_tensor(
        self,
        shape: Sequence[int],
        kind: str,
        scales: Sequence[float] = (),
        zeros: Sequence[int] = (),
        *,
        axis: int = 0,
        values: npt.NDArray[Any] | None = None,
    ) -> int:
        """A tensor; constant if it has values."""
        tensor = schema.TensorT()
        tensor.shape, tensor.type = list(shape), getattr(schema.TensorType, kind)
        tensor.name = f"tensor{len(self.graph.tensors)}"
        if scales:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = [float(np.float32(scale)) for scale in scales]
            tensor.quantization.zeroPoint = list(zeros) or [0] * len(scales)
            tensor.quantization.quantizedDimension = axis
        tensor.buffer = len(self.model.buffers)
        buffer = schema.BufferT()
        if values is not None:
            data = values.reshape(-1)
            bits = BITS.get(kind, 8)
            buffer.data = pack(data, bits) if bits < 8 else np.frombuffer(data.tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def add_activation(
        self, shape: Sequence[int], quantization: tuple[float, int] | None = None
    ) -> int:
        """A computed tensor of INT8, of a random scale and zero point unless they are given."""
        if quantization is None:
            zero = int(self.generator.integers(-128, 128))
            quantization = float(self.generator.uniform(0.01, 0.1)), zero
        return self.add_tensor(shape, "INT8", quantization[:1], quantization[1:])

    def add_input(self, shape: Sequence[int], quantization: tuple[float, int] | None = None) -> int:
        """An input of the network."""
        index = self.add_activation(shape, quantization)
        self.graph.inputs.append(index)
        return index

    def add_integers(self, values: Sequence[Any]) -> int:
        """A constant of INT32."""
        array = np.array(values, np.int32)
        return self.add_tensor(array.shape, "INT32", values=array)

    def add_constant(self, shape: Sequence[int]) -> int:
        """A random constant of INT8."""
        values = self.generator.integers(-128, 128, tuple(shape), np.int8)
        return self.add_tensor(shape, "INT8", [0.05], [int(values.flat[0])], values=values)

    def get_shape(self, index: int) -> tuple[int, ...]:
        """Dimensions of a tensor."""
        return tuple(self.graph.tensors[index].shape)

    def get_quantization(self, index: int) -> tuple[float, int]:
        """Scale and zero point of a tensor."""
        quantization = self.graph.tensors[index].quantization
        return quantization.scale[0], quantization.zeroPoint[0]

    # endregion
    # region operators

    def add_operator(
        self, kind: str, inputs: Sequence[int], output: int, options: Any = None
    ) -> int:
        """An operator of one output, which is returned; `options` is an instance `...OptionsT`."""
        code = schema.OperatorCodeT()
        number = getattr(schema.BuiltinOperator, kind)
        code.builtinCode, code.deprecatedBuiltinCode = number, min(number, 127)
        # The version in which kernels know scales per channel and INT4.
        code.version = 1
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes)
        self.model.operatorCodes.append(code)
        operator.inputs, operator.outputs = list(inputs), [output]
        if options is not None:
            name = type(options).__name__.removesuffix("T")
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
        self.graph.operators.append(operator)
        return output

    def conv2d(
        self,
        input: int,
        filters: int,
        kernel: tuple[int, int],
        *,
        strides: tuple[int, int] = (1, 1),
        dilation: tuple[int, int] = (1, 1),
        padding: str = "SAME",
        activation: str = "NONE",
        weights: str = "INT8",
        per_channel: bool = True,
        bias: bool = True,
    ) -> int:
        """CONV_2D with random weights."""
        channels = self.get_shape(input)[3]
        shape = (filters, *kernel, channels)
        options = _build_window_options(
            schema.Conv2DOptionsT(), strides, dilation, padding, activation
        )
        sizes = _get_output_size(self.get_shape(input), kernel, strides, dilation, padding)
        return self._add_layer(
            "CONV_2D", input, shape, 0, (1, *sizes, filters), options, weights, per_channel, bias
        )

    def depthwise_conv2d(
        self,
        input: int,
        kernel: tuple[int, int],
        *,
        multiplier: int = 1,
        strides: tuple[int, int] = (1, 1),
        dilation: tuple[int, int] = (1, 1),
        padding: str = "SAME",
        activation: str = "NONE",
        weights: str = "INT8",
        per_channel: bool = True,
        bias: bool = True,
    ) -> int:
        """DEPTHWISE_CONV_2D with random weights."""
        channels = self.get_shape(input)[3] * multiplier
        options = _build_window_options(
            schema.DepthwiseConv2DOptionsT(), strides, dilation, padding, activation
        )
        options.depthMultiplier = multiplier
        sizes = _get_output_size(self.get_shape(input), kernel, strides, dilation, padding)
        shape, output = (1, *kernel, channels), (1, *sizes, channels)
        return self._add_layer(
            "DEPTHWISE_CONV_2D", input, shape, 3, output, options, weights, per_channel, bias
        )

    def fully_connected(
        self,
        input: int,
        outputs: int,
        *,
        activation: str = "NONE",
        weights: str = "INT8",
        per_channel: bool = False,
        bias: bool = True,
        of_rows: bool = False,
    ) -> int:
        """FULLY_CONNECTED with random weights, of the whole input or each of its rows."""
        *outer, columns = self.get_shape(input)
        if not of_rows:
            outer, columns = [1], prod(outer) * columns
        shape = (outputs, columns)
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = getattr(schema.ActivationFunctionType, activation)
        options.keepNumDims = of_rows
        sizes = (*outer, outputs)
        return self._add_layer(
            "FULLY_CONNECTED", input, shape, 0, sizes, options, weights, per_channel, bias
        )

    def _add_layer(
        self,
        kind: str,
        input: int,
        shape: tuple[int, ...],
        axis: int,
        output_shape: tuple[int, ...],
        options: Any,
        weights: str,
        per_channel: bool,
        bias: bool,
    ) -> int:
        high = (1 << (BITS[weights] - 1)) - 1
        channels = shape[axis]
        scales = self.generator.uniform(0.2, 1.0, channels if per_channel else 1) / high
        values = self.generator.integers(-high, high + 1, shape, np.int8)
        filter = self.add_tensor(shape, weights, scales.tolist(), axis=axis, values=values)
        input_scale = self.get_quantization(input)[0]
        tensors = [input, filter]
        if bias:
            reach = int(40 * high * (prod(shape) / channels) ** 0.5)
            numbers = self.generator.integers(-reach, reach + 1, channels, np.int32)
            tensors.append(
                self.add_tensor(
                    (channels,), "INT32", (input_scale * scales).tolist(), values=numbers
                )
            )
        # Sums of products of uniformly random numbers: deviation 74 * 0.58 * high * sqrt(products).
        spread = input_scale * float(np.mean(scales)) * high * (prod(shape) / channels) ** 0.5
        zero = int(self.generator.integers(-60, 60))
        output = self.add_activation(output_shape, (spread * 0.6, zero))
        return self.add_operator(kind, tensors, output, options)

    def pool2d(
        self,
        kind: str,
        input: int,
        kernel: tuple[int, int],
        *,
        strides: tuple[int, int] = (1, 1),
        padding: str = "VALID",
        activation: str = "NONE",
    ) -> int:
        """AVERAGE_POOL_2D or MAX_POOL_2D."""
        shape = self.get_shape(input)
        options = schema.Pool2DOptionsT()
        options.filterHeight, options.filterWidth = kernel
        options.strideH, options.strideW = strides
        options.padding = getattr(schema.Padding, padding)
        options.fusedActivationFunction = getattr(schema.ActivationFunctionType, activation)
        sizes = _get_output_size(shape, kernel, strides, (1, 1), padding)
        output = self.add_activation((1, *sizes, shape[3]), self.get_quantization(input))
        return self.add_operator(kind, [input], output, options)

    def mean(self, input: int, axes: Sequence[int] = (1, 2), *, keep: bool = True) -> int:
        """MEAN, over height and width by default."""
        extents = dict(enumerate(self.get_shape(input)))
        for axis in axes:
            extents.pop(axis)
        options = schema.ReducerOptionsT()
        options.keepDims = keep
        scale, zero = self.get_quantization(input)
        kept = [extents.get(axis, 1) for axis in range(len(self.get_shape(input)))]
        shape = kept if keep else list(extents.values())
        output = self.add_activation(shape, (scale * 0.3, zero // 2))
        return self.add_operator("MEAN", [input, self.add_integers(axes)], output, options)

    def binary(self, kind: str, lhs: int, rhs: int, *, activation: str = "NONE") -> int:
        """ADD, SUB or MUL."""
        options = getattr(schema, f"{kind.capitalize()}OptionsT")()
        options.fusedActivationFunction = getattr(schema.ActivationFunctionType, activation)
        shape = np.broadcast_shapes(self.get_shape(lhs), self.get_shape(rhs))
        left, right = self.get_quantization(lhs)[0], self.get_quantization(rhs)[0]
        scale = 90 * left * right if kind == "MUL" else 1.2 * max(left, right)
        zero = int(self.generator.integers(-60, 60))
        output = self.add_activation(shape, (scale, zero))
        return self.add_operator(kind, [lhs, rhs], output, options)

    def reshape(self, input: int, shape: Sequence[int]) -> int:
        """RESHAPE."""
        output = self.add_activation(shape, self.get_quantization(input))
        return self.add_operator("RESHAPE", [input, self.add_integers(shape)], output)

    def transpose(self, input: int, order: Sequence[int]) -> int:
        """TRANSPOSE."""
        shape = [self.get_shape(input)[axis] for axis in order]
        output = self.add_activation(shape, self.get_quantization(input))
        return self.add_operator("TRANSPOSE", [input, self.add_integers(order)], output)

    def pad(self, input: int, amounts: Sequence[tuple[int, int]]) -> int:
        """PAD."""
        shape = [
            extent + sum(pair) for extent, pair in zip(self.get_shape(input), amounts, strict=True)
        ]
        output = self.add_activation(shape, self.get_quantization(input))
        return self.add_operator("PAD", [input, self.add_integers(amounts)], output)

    def concatenation(self, inputs: Sequence[int], axis: int) -> int:
        """CONCATENATION."""
        options = schema.ConcatenationOptionsT()
        options.axis = axis
        shape = list(self.get_shape(inputs[0]))
        shape[axis] = sum(self.get_shape(index)[axis] for index in inputs)
        output = self.add_activation(shape, self.get_quantization(inputs[0]))
        return self.add_operator("CONCATENATION", inputs, output, options)

    def softmax(self, input: int, beta: float = 1.0) -> int:
        """SOFTMAX."""
        options = schema.SoftmaxOptionsT()
        options.beta = beta
        output = self.add_activation(self.get_shape(input), PROBABILITIES)
        return self.add_operator("SOFTMAX", [input], output, options)

    def unary(self, kind: str, input: int, quantization: tuple[float, int] | None = None) -> int:
        """RELU, RELU6, LOGISTIC, TANH or QUANTIZE."""
        output = self.add_activation(self.get_shape(input), quantization)
        return self.add_operator(kind, [input], output)

    # endregion


def serialize(model: Any) -> bytes:
    """The file of a `ModelT`."""
    builder = Builder(1 << 16)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def parse(content: bytes) -> Any:
    """The `ModelT` of a file, to be changed."""
    return schema.ModelT.InitFromPackedBuf(content, 0)


def _build_window_options(
    options: Any, strides: tuple[int, int], dilation: tuple[int, int], padding: str, activation: str
) -> Any:
    options.strideH, options.strideW = strides
    options.dilationHFactor, options.dilationWFactor = dilation
    options.padding = getattr(schema.Padding, padding)
    options.fusedActivationFunction = getattr(schema.ActivationFunctionType, activation)
    return options


def _get_output_size(
    shape: Sequence[int],
    kernel: tuple[int, int],
    strides: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
) -> list[int]:
    sizes: list[int] = []
    for extent, taps, stride, step in zip(shape[1:3], kernel, strides, dilation, strict=True):
        covered = 1 if padding == "SAME" else (taps - 1) * step + 1
        sizes.append((extent - covered) // stride + 1)
    return sizes
