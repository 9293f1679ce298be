"""A small network of level 1 with a residual block, a concatenation and poolings."""

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.dialects.quant import UniformType
from cmixdsl.network import Network

ACTIVATION = UniformType(8, False, [6 / 255], [0])


def build_residual_network(seed: int = 0) -> ModuleOp:
    """A convolution, a residual block, a concatenation of two branches, poolings, scores."""
    generator = np.random.default_rng(seed)
    network = Network("residual")

    def draw(*shape: int) -> np.ndarray:
        terms = np.prod(shape[1:])
        return generator.normal(0.1 / terms, np.sqrt(2 / terms), shape)

    image = network.input((12, 12, 3), UniformType(8, False, [1 / 64], [128]), name="image")
    stem = network.conv2d(
        image, draw(8, 3, 3, 3), padding="same", clamp=(0, 6), output=ACTIVATION, name="stem"
    )
    first = network.conv2d(
        stem, draw(8, 3, 3, 8), padding="same", clamp=(0, 6), output=ACTIVATION, name="first"
    )
    second = network.conv2d(
        first, draw(8, 3, 3, 8), padding="same", clamp=(0, 6), output=ACTIVATION, name="second"
    )
    total = network.add(stem, second, output=ACTIVATION, name="total")
    left = network.conv2d(total, draw(4, 1, 1, 8), clamp=(0, 6), output=ACTIVATION, name="left")
    right = network.conv2d(
        total, draw(8, 3, 3, 8), padding="same", clamp=(0, 6), output=ACTIVATION, name="right"
    )
    both = network.concat([left, right], axis=2, name="both")
    pooled = network.max_pool2d(both, (2, 2), name="pooled")
    mean = network.global_avg_pool2d(pooled, output=ACTIVATION, name="mean")
    rows = network.reshape(mean, (4, 3), name="rows")
    mean = network.reshape(rows, (12,), name="flat")
    scores = UniformType(8, True, [0.05], [0])
    return network.build(network.fully_connected(mean, draw(5, 12), output=scores, name="fc"))
