"""Functions of real numbers that operations stand for; no part of the interpreter."""

import numpy as np

from cmixdsl.interpreters.quantization import Reals


def compute_sigmoid(values: Reals) -> Reals:
    """`1 / (1 + exp(-x))`, which is 0 far on the left."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-values))


def compute_softmax(values: Reals, beta: float) -> Reals:
    """Along the last dimension; the largest exponent is 0, so that nothing overflows."""
    powers = np.exp(beta * (values - values.max(axis=-1, keepdims=True)))
    return powers / powers.sum(axis=-1, keepdims=True)
