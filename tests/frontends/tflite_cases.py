"""Files of one operator each, and networks of well-known shapes with random weights."""

from collections.abc import Callable, Mapping

from frontends.tflite_models import PROBABILITIES, TANH_OUTPUT, ModelBuilder

Build = Callable[[ModelBuilder, int], int]
"""Adds operators to a builder, given the input."""

IMAGE = (1, 9, 7, 6)

LAYERS: Mapping[str, Build] = {
    "conv2d": lambda b, x: b.conv2d(x, 5, (3, 3), activation="RELU"),
    "conv2d per tensor": lambda b, x: b.conv2d(x, 5, (3, 3), per_channel=False),
    "conv2d INT4": lambda b, x: b.conv2d(x, 5, (3, 3), weights="INT4", activation="RELU6"),
    "conv2d valid": lambda b, x: b.conv2d(
        x, 5, (3, 2), strides=(2, 1), padding="VALID", activation="RELU_N1_TO_1", bias=False
    ),
    "conv2d dilated": lambda b, x: b.conv2d(x, 5, (3, 3), dilation=(2, 3)),
    "conv2d 1x1 strided": lambda b, x: b.conv2d(x, 8, (1, 1), strides=(2, 3)),
    "depthwise": lambda b, x: b.depthwise_conv2d(x, (3, 3), activation="RELU"),
    "depthwise per tensor": lambda b, x: b.depthwise_conv2d(x, (3, 3), per_channel=False),
    "depthwise INT4": lambda b, x: b.depthwise_conv2d(x, (3, 3), weights="INT4"),
    "depthwise multiplier": lambda b, x: b.depthwise_conv2d(
        x, (3, 3), multiplier=3, strides=(2, 2)
    ),
    "depthwise dilated": lambda b, x: b.depthwise_conv2d(
        x, (3, 2), dilation=(2, 3), activation="RELU6", bias=False
    ),
    "fully connected": lambda b, x: b.fully_connected(x, 7, activation="RELU"),
    "fully connected per channel": lambda b, x: b.fully_connected(x, 7, per_channel=True),
    "fully connected INT4": lambda b, x: b.fully_connected(x, 7, weights="INT4"),
    "fully connected rows": lambda b, x: b.fully_connected(
        b.reshape(x, (1, 63, 6)), 5, of_rows=True, activation="RELU"
    ),
    "fully connected image": lambda b, x: b.fully_connected(x, 5, of_rows=True, per_channel=True),
    "add": lambda b, x: b.binary("ADD", x, b.add_input(IMAGE), activation="RELU"),
    "add constant": lambda b, x: b.binary("ADD", b.add_constant((6,)), x),
    "add constant column": lambda b, x: b.binary("ADD", x, b.add_constant((1, 9, 1, 1))),
    "sub": lambda b, x: b.binary("SUB", x, b.add_input(IMAGE), activation="RELU6"),
    "sub constant": lambda b, x: b.binary("SUB", x, b.add_constant((1, 1, 1, 6))),
    "sub from constant": lambda b, x: b.binary("SUB", b.add_constant((6,)), x),
    "sub from channels": lambda b, x: b.binary("SUB", b.add_input((1, 1, 1, 6)), x),
    "mul": lambda b, x: b.binary("MUL", x, b.add_input(IMAGE), activation="RELU"),
    "mul constant": lambda b, x: b.binary("MUL", x, b.add_constant((6,))),
    "concatenation": lambda b, x: b.concatenation(
        [x, b.pool2d("MAX_POOL_2D", x, (3, 3), padding="SAME")], 3
    ),
    "concatenation of rows": lambda b, x: b.concatenation([x, x, x], -3),
    "average pool": lambda b, x: b.pool2d("AVERAGE_POOL_2D", x, (2, 2), strides=(2, 2)),
    "average pool padded": lambda b, x: b.pool2d(
        "AVERAGE_POOL_2D", x, (3, 3), padding="SAME", activation="RELU"
    ),
    "max pool": lambda b, x: b.pool2d("MAX_POOL_2D", x, (3, 2), strides=(2, 2), padding="SAME"),
    "max pool relu": lambda b, x: b.pool2d("MAX_POOL_2D", x, (2, 2), activation="RELU"),
    "mean": lambda b, x: b.mean(x),
    "mean of columns": lambda b, x: b.mean(x, [1]),
    "mean of rows": lambda b, x: b.mean(x, [2], keep=False),
    "mean of pixels": lambda b, x: b.mean(x, [3]),
    "mean of outer": lambda b, x: b.mean(x, [1, 3], keep=False),
    "mean flat": lambda b, x: b.mean(x, keep=False),
    "pad": lambda b, x: b.pad(x, [(0, 0), (1, 2), (0, 1), (2, 0)]),
    "pad before conv2d": lambda b, x: b.conv2d(
        b.pad(x, [(0, 0), (0, 1), (0, 1), (0, 0)]), 5, (3, 3), strides=(2, 2), padding="VALID"
    ),
    "transpose": lambda b, x: b.transpose(x, (0, 3, 1, 2)),
    "transpose of ones": lambda b, x: b.transpose(b.mean(x), (0, 3, 1, 2)),
    "reshape": lambda b, x: b.reshape(x, (1, 21, 18)),
    "softmax": lambda b, x: b.softmax(b.reshape(x, (1, 63, 6))),
    "softmax beta": lambda b, x: b.softmax(b.reshape(x, (1, 27, 14)), 0.6),
    "logistic": lambda b, x: b.unary("LOGISTIC", x, PROBABILITIES),
    "tanh": lambda b, x: b.unary("TANH", x, TANH_OUTPUT),
    "relu": lambda b, x: b.unary("RELU", x),
    "relu6": lambda b, x: b.unary("RELU6", x, b.get_quantization(x)),
    "quantize": lambda b, x: b.unary("QUANTIZE", x),
}
"""Name to what is added to an image of 9x7x6."""


def build_layer(name: str, seed: int) -> bytes:
    """A network of one layer of `LAYERS`."""
    builder = ModelBuilder(seed)
    LAYERS[name](builder, builder.add_input(IMAGE))
    return builder.build()


def build_residual_network(seed: int) -> bytes:
    """Convolutions, a sum, poolings, a classifier: what small image networks are made of."""
    builder = ModelBuilder(seed)
    x = builder.add_input((1, 12, 12, 3))
    x = builder.conv2d(x, 8, (3, 3), activation="RELU")
    y = builder.conv2d(x, 8, (3, 3), weights="INT4")
    x = builder.binary("ADD", x, y, activation="RELU")
    x = builder.pool2d("MAX_POOL_2D", x, (2, 2), strides=(2, 2))
    x = builder.depthwise_conv2d(x, (3, 3), activation="RELU6")
    x = builder.mean(builder.conv2d(x, 12, (1, 1)))
    x = builder.fully_connected(builder.reshape(x, (1, 12)), 10)
    builder.softmax(x)
    return builder.build()


def build_autoencoder(seed: int) -> bytes:
    """The shapes of MLPerf Tiny's anomaly detection: ten fully connected layers."""
    builder = ModelBuilder(seed)
    x = builder.add_input((1, 640))
    for outputs in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        x = builder.fully_connected(x, outputs, activation="RELU")
    builder.fully_connected(x, 640)
    return builder.build()


def build_wake_words(seed: int) -> bytes:
    """The shapes of MLPerf Tiny's visual wake words: MobileNetV1 0.25 on 96x96x3."""
    builder = ModelBuilder(seed)
    x = builder.conv2d(
        builder.add_input((1, 96, 96, 3)), 8, (3, 3), strides=(2, 2), activation="RELU6"
    )
    filters = (16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256)
    strides = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
    for outputs, stride in zip(filters, strides, strict=True):
        x = builder.depthwise_conv2d(x, (3, 3), strides=(stride, stride), activation="RELU6")
        x = builder.conv2d(x, outputs, (1, 1), activation="RELU6")
    x = builder.pool2d("AVERAGE_POOL_2D", x, (3, 3), strides=(3, 3))
    x = builder.fully_connected(builder.reshape(x, (1, 256)), 2)
    builder.softmax(x)
    return builder.build()
