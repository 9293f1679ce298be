# %% [markdown]
# # How many bits does a network need?
#
# This file is a notebook: editors show its cells, `python -m examples.python_api.widths` runs them.
# It fits a small network for handwritten digits, once with 8 bits throughout, once with 2 and 4,
# and runs both on an emulated Cortex-M4.

# %%
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from xdsl.ir import SSAValue

from cmixdsl.deployment import compile_network, interpret_network
from cmixdsl.dialects.quant import UniformType
from cmixdsl.interpreters.quantization import quantize
from cmixdsl.network import Network

Reals = npt.NDArray[np.float64]

# %% [markdown]
# Images have 8x8 pixels of 0 to 16. Two thirds fit the network, the others judge it.

# %%
with np.load(Path(__file__).parent.parent / "digits" / "test_images.npz") as arrays:
    images: Reals = arrays["x"] / 16
    labels: npt.NDArray[np.int64] = arrays["y"].astype(np.int64)
fitting, judging = slice(0, 240), slice(240, 360)

# %% [markdown]
# Types say how numbers are quantized: how many bits, whether signed, scale and zero point. Weights
# have a scale for each filter, which makes its largest weight the largest integer.

# %%
PIXELS = UniformType(8, False, [1 / 16], [0])
FEATURES = {
    8: UniformType(8, False, [4 / 255], [0]),
    2: UniformType(4, False, [4 / 15], [0]),
}
"""Results of the first layer, by the bits of its filters."""
SCORES = UniformType(8, True, [1 / 64], [0])


def choose_type(weights: Reals, bits: int) -> UniformType:
    """A signed, symmetric type for weights whose first axis is the filter."""
    largest = 2 ** (bits - 1) - 1
    scales = np.abs(weights).reshape(len(weights), -1).max(axis=1) / largest
    zeros = [0] * len(scales)
    return UniformType(bits, True, scales.tolist(), zeros, storage_min=-largest, axis=0)


# %% [markdown]
# The first layer has random filters; they do well enough and need no training. Layers infer shapes.
# Each computes in real numbers, and `output` is what its results are rounded to.

# %%
filters: Reals = np.random.default_rng(0).normal(size=(24, 3, 3, 1)) / 3


def append_features(net: Network, x: SSAValue, bits: int) -> SSAValue:
    """Random filters, ReLU, maxima of 2x2 pixels: 4x4x24 features."""
    type_ = choose_type(filters, bits)
    w = net.constant(quantize(filters, type_), type_, name="conv_filter")
    x = net.conv2d(x, w, padding="same", clamp=(0.0, 4.0), output=FEATURES[bits], name="conv")
    x = net.max_pool2d(x, (2, 2), name="pool")
    return net.reshape(x, (-1,), name="flat")


# %% [markdown]
# `interpret_network` tells what a network computes, rounding included. So the second layer can be
# fit to the features as they will be: by least squares, to the ten digits.


# %%
def fit(bits: int) -> Reals:
    """Weights (10, 384) of the second layer, for features whose filters have `bits` bits."""
    net = Network("features")
    module = net.build(append_features(net, net.input((8, 8, 1), PIXELS), bits))
    features = np.stack([interpret_network(module, image)[0] for image in images[fitting]])
    wanted = np.eye(10)[labels[fitting]]
    square = features.T @ features + 10 * np.eye(features.shape[1])
    return np.asarray(np.linalg.solve(square, features.T @ wanted).T, np.float64)


# %% [markdown]
# The whole network. `compile_network` takes it down to C, and `run` executes that on the core: real
# numbers in, real numbers out.

# %%
table = Table("weights", "accuracy", "instructions", "constants", title="Handwritten digits")
accuracies: list[float] = []
for conv_bits, fc_bits in ((8, 8), (2, 4)):
    net = Network("digits")
    x = append_features(net, net.input((8, 8, 1), PIXELS, name="image"), conv_bits)
    weights = fit(conv_bits)
    fc_type = choose_type(weights, fc_bits)
    w = net.constant(quantize(weights, fc_type), fc_type, name="fc_filter")
    network = net.build(net.fully_connected(x, w, output=SCORES, name="fc"))

    result = compile_network(network, "cortex-m4").run(images[judging])
    is_right = np.argmax(result.outputs[0], axis=1) == labels[judging]
    accuracies.append(np.count_nonzero(is_right) / len(is_right))
    table.add_row(
        f"{conv_bits} and {fc_bits} bits",
        f"{accuracies[-1]:.1%}",
        f"{result.statistics.instructions:,}",
        f"{result.statistics.rodata_bytes:,} bytes",
    )
Console().print(table)
