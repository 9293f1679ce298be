"""The inputs of a model that a command line names."""

from argparse import Namespace
from typing import Any

import numpy.typing as npt

from cmixdsl.arrays import load_array
from cmixdsl.model import Model, build_random_inputs
from cmixdsl.quantized_arrays import quantize_inputs


def get_inputs(arguments: Namespace, model: Model) -> list[npt.NDArray[Any]]:
    """The arrays of `--input` as integers, or random ones of `--seed`."""
    if arguments.input is not None:
        return quantize_inputs(model.function, [load_array(path) for path in arguments.input])
    return list(build_random_inputs(model, arguments.seed))
