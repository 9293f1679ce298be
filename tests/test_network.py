"""Networks built in Python: their text, their shapes, and the errors for what does not fit."""

from collections.abc import Callable

import numpy as np
import pytest
from xdsl.dialects.builtin import f32
from xdsl.ir import SSAValue

from cmixdsl.dialects.qnn.tensors import get_quantization, get_shape
from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.network import Network
from cmixdsl.network_builder.layers import get_padding
from cmixdsl.parsing import parse_module
from cmixdsl.universe import build_context

U8 = UniformType(8, False, [0.5], [128])
I4 = UniformType(4, True, [0.25], [0])
PER_AXIS = UniformType(8, False, [0.5, 0.25], [1, 2], axis=2)

TEXT = """
func.func @net(%image: tensor<4x4x2x!quant.uniform<u8:f32, 0.5:128>>)
    -> tensor<3x!quant.uniform<i4:f32, 0.25>> {
  %filter = qnn.constant dense<1> : tensor<3x3x3x2x!quant.uniform<i4:f32, 0.25>>
  %conv_bias = qnn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %conv = qnn.conv2d %image, %filter bias %conv_bias strides [2, 2] padding [0, 1, 0, 1]
      clamp [0.0, 6.0]
      : tensor<4x4x2x!quant.uniform<u8:f32, 0.5:128>>,
        tensor<3x3x3x2x!quant.uniform<i4:f32, 0.25>>, tensor<3xf32> -> tensor<2x2x3xf32>
  %pool = qnn.max_pool2d %conv kernel [2, 2] strides [2, 2]
      : tensor<2x2x3xf32> -> tensor<1x1x3xf32>
  %flat = qnn.reshape %pool : tensor<1x1x3xf32> -> tensor<3xf32>
  %y = qnn.quantize %flat : tensor<3xf32> -> tensor<3x!quant.uniform<i4:f32, 0.25>>
  func.return %y : tensor<3x!quant.uniform<i4:f32, 0.25>>
}
"""


def test_module() -> None:
    net = Network("net")
    x = net.input((4, 4, 2), U8, name="image")
    w = net.constant(np.ones((3, 3, 3, 2), np.int8), I4, name="filter")
    bias = np.array([1.0, 2.0, 3.0])
    x = net.conv2d(x, w, bias, strides=(2, 2), padding="same", clamp=(0.0, 6.0), name="conv")
    x = net.max_pool2d(x, (2, 2), name="pool")
    x = net.reshape(x, (-1,), name="flat")
    module = net.build(net.quantize(x, I4, name="y"))
    expected = parse_module(build_context(), TEXT.encode(), "expected")
    assert str(module) == str(expected)


def build_every_layer(net: Network, image: SSAValue, row: SSAValue) -> dict[str, SSAValue]:
    """One of each method, on an image of 4x4x8 and a row of 8, both u8."""
    ones = np.ones
    return {
        "conv2d": net.conv2d(image, ones((2, 3, 2, 8)), padding=(1, 0, 1, 1), dilation=(1, 2)),
        "depthwise_conv2d": net.depthwise_conv2d(image, ones((3, 3, 16)), ones(16), output=U8),
        "fully_connected": net.fully_connected(row, ones((3, 8)), clamp=(0, 6), output=I4),
        "max_pool2d": net.max_pool2d(image, (2, 2)),
        "avg_pool2d": net.avg_pool2d(image, (3, 3), strides=(1, 1), padding="same", output=f32),
        "global_avg_pool2d": net.global_avg_pool2d(image),
        "add": net.add(image, row, clamp=(0.0, float("inf")), output=I4),
        "sub": net.sub(image, ones((1, 1, 8))),
        "mul": net.mul(image, image),
        "clamp": net.clamp(image, minimum=0),
        "quantize": net.quantize(image, I4),
        "dequantize": net.dequantize(image),
        "batch_norm": net.batch_norm(image, ones(8), ones(8), ones(8), ones(8)),
        "softmax": net.softmax(row, beta=2.0),
        "sigmoid": net.sigmoid(row),
        "tanh": net.tanh(row, output=I4),
        "concat": net.concat([image, image]),
        "pad": net.pad(image, (1, 0, 0), (0, 2, 0)),
        "reshape": net.reshape(image, (2, -1)),
        "transpose": net.transpose(image, (2, 0, 1)),
        "depth_to_space": net.depth_to_space(image, 2),
    }


EVERY_TYPE = {
    "conv2d": ((3, 4, 2), f32),
    "depthwise_conv2d": ((2, 2, 16), U8),
    "fully_connected": ((3,), I4),
    "max_pool2d": ((2, 2, 8), U8),
    "avg_pool2d": ((4, 4, 8), f32),
    "global_avg_pool2d": ((8,), f32),
    "add": ((4, 4, 8), I4),
    "sub": ((4, 4, 8), f32),
    "mul": ((4, 4, 8), f32),
    "clamp": ((4, 4, 8), U8),
    "quantize": ((4, 4, 8), I4),
    "dequantize": ((4, 4, 8), f32),
    "batch_norm": ((4, 4, 8), f32),
    "softmax": ((8,), f32),
    "sigmoid": ((8,), f32),
    "tanh": ((8,), I4),
    "concat": ((4, 4, 16), U8),
    "pad": ((5, 6, 8), U8),
    "reshape": ((2, 64), U8),
    "transpose": ((8, 4, 4), U8),
    "depth_to_space": ((8, 8, 2), U8),
}


def test_every_layer() -> None:
    net = Network("net")
    values = build_every_layer(net, net.input((4, 4, 8), U8), net.input((8,), U8))
    found = {
        name: (get_shape(value), get_quantization(value) or f32) for name, value in values.items()
    }
    assert found == EVERY_TYPE
    assert [value.name_hint for value in values.values()] == list(EVERY_TYPE)
    module = net.build(*values.values())
    outputs = run_module(module, [np.zeros((4, 4, 8), np.uint8), np.zeros(8, np.uint8)])
    assert [output.shape for output in outputs] == [shape for shape, _ in EVERY_TYPE.values()]


def test_names() -> None:
    net = Network("net")
    x = net.input((2,))
    names = ("relu", "relu", "a/b:0", "conv_1", "conv_1_2", "1", "conv1", "", "é")
    found = [net.tanh(x, name=name).name_hint for name in names]
    assert found == [
        "relu",
        "relu2",
        "a_b0",
        "conv1",
        "conv1x2",
        "layer1",
        "conv1x3",
        "layer_",
        "layer__",
    ]


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "expected"),
    [
        (224, 3, 2, 1, (0, 1)),
        (225, 3, 2, 1, (1, 1)),
        (5, 2, 1, 1, (0, 1)),
        (5, 3, 1, 2, (2, 2)),
        (4, 1, 2, 1, (0, 0)),
    ],
)
def test_same_padding(
    size: int, kernel: int, stride: int, dilation: int, expected: tuple[int, int]
) -> None:
    """Figures from TensorFlow's documentation of its padding and by hand."""
    pair = (stride, stride)
    found = get_padding("same", (size, size), (kernel, kernel), pair, (dilation, dilation))
    assert found == expected * 2


REFUSED: list[tuple[Callable[[Network, SSAValue], object], str]] = [
    (
        lambda net, x: net.conv2d(x, np.ones((3, 3, 3, 5)), name="conv0"),
        "layer 'conv0': filter must have the input's 2 channels, found 5",
    ),
    (
        lambda net, x: net.conv2d(x, np.ones((3, 3, 3)), name="conv0"),
        "layer 'conv0': filter must have 4 dimensions (filters, height, width, channels), "
        "found [3, 3, 3]",
    ),
    (
        lambda net, x: net.conv2d(x, np.ones((3, 3, 3, 2)), np.ones(4), name="conv0"),
        "layer 'conv0': bias must have shape [3], found [4]",
    ),
    (
        lambda net, x: net.conv2d(x, np.ones((3, 3, 3, 2)), strides=(0, 1), name="conv0"),
        "layer 'conv0': strides must be 2 integers of at least 1, found [0, 1]",
    ),
    (
        lambda net, x: net.max_pool2d(x, (9, 9), name="pool"),
        "layer 'pool': a window of 9x9 does not fit in the padded input of 4x4",
    ),
    (
        lambda net, x: net.max_pool2d(net.reshape(x, (-1,)), (2, 2), name="pool"),
        "layer 'pool': input must have 3 dimensions (height, width, channels), found [32]",
    ),
    (lambda net, x: net.concat([], name="join"), "layer 'join': concat must have at least one"),
    (
        lambda net, x: net.reshape(x, (3, -1), name="flat"),
        "layer 'flat': output must have the input's 32 elements, found shape [3, -1]",
    ),
    (
        lambda net, x: net.clamp(net.quantize(x, PER_AXIS), name="relu"),
        "layer 'relu': expected an output type, because that of the input is !quant.uniform",
    ),
    (
        lambda net, x: net.constant(np.array([300]), U8, name="w"),
        "layer 'w': element 300 is outside the storage range [0, 255] of tensor<1x",
    ),
    (
        lambda net, x: net.constant(np.array([0.5]), U8, name="w"),
        "layer 'w': expected stored integers for tensor<1x!quant",
    ),
    (
        lambda net, x: net.constant([1e39], name="w"),
        "layer 'w': real numbers must be finite, found inf",
    ),
    (
        lambda net, x: net.input((0, 3), name="image"),
        "layer 'image': tensor must have static dimensions of at least 1, found tensor<0x3xf32>",
    ),
]


@pytest.mark.parametrize(("append", "message"), REFUSED)
def test_refused(append: Callable[[Network, SSAValue], object], message: str) -> None:
    net = Network("net")
    x = net.input((4, 4, 2), U8)
    with pytest.raises(CmixError) as caught:
        append(net, x)
    assert message in str(caught.value)
