"""Turns the trained network into integers: multipliers and shifts, or thresholds, and biases."""

# PyTorch is no dependency of the project, so where it is absent its types are unknown.
# pyright: basic, reportMissingImports=false

import numpy as np
import torch
from torch import Tensor

from examples.digits.integer_network import (
    Element,
    FixedPoint,
    Icn,
    IntegerNetwork,
    Integers,
    Pool,
    Reals,
    Thresholds,
    Weighted,
)
from examples.digits.quantized_layers import Digits, QuantizedLayer

INPUT_STEP = torch.ones(())
"""The first layer sees the pixels as they are."""


def convert(network: Digits) -> IntegerNetwork:
    """The network in integers."""
    n = network
    layers = (
        convert_conv0(n.conv0),
        convert_icn("dw1", n.dw1, _get_step(n.conv0)),
        convert_thresholds("pw1", n.pw1, _get_step(n.dw1)),
        Pool("pool1", "max_pool2d", 2),
        convert_icn("dw2", n.dw2, _get_step(n.pw1)),
        convert_icn("pw2", n.pw2, _get_step(n.dw2)),
        Pool("pool2", "avg_pool2d", 2),
        convert_fixed_point("fc3", n.fc3, _get_step(n.pw2)),
    )
    return IntegerNetwork("digits", (8, 8, 1), Element(8), layers)


def convert_conv0(layer: QuantizedLayer) -> Weighted:
    """One multiplier for the layer: it has no batch normalization and one step for its weights."""
    factors, offsets = get_factors(layer, INPUT_STEP)
    requantization = Icn.from_factors(factors[:1])
    return _build_weighted("conv0", layer, fold_offsets(factors, offsets), requantization)


def convert_icn(name: str, layer: QuantizedLayer, step: Tensor) -> Weighted:
    """A multiplier for each channel."""
    factors, offsets = get_factors(layer, step)
    return _build_weighted(name, layer, fold_offsets(factors, offsets), Icn.from_factors(factors))


def convert_thresholds(name: str, layer: QuantizedLayer, step: Tensor) -> Weighted:
    """The output is at least k where acc * factor + offset >= k - 1/2, so acc > a threshold."""
    factors, offsets = get_factors(layer, step)
    levels = np.arange(1, layer.activation_quantizer.element.high + 1)
    least = np.ceil((levels - 0.5 - offsets[:, None]) / factors[:, None])
    thresholds = Thresholds(least.astype(np.int64) - 1)
    return _build_weighted(name, layer, np.zeros(len(factors), np.int64), thresholds)


def convert_fixed_point(name: str, layer: QuantizedLayer, step: Tensor) -> Weighted:
    """TFLite's requantization, which rounds by itself."""
    factors, offsets = get_factors(layer, step)
    bias = np.rint(offsets / factors).astype(np.int64)
    return _build_weighted(name, layer, bias, FixedPoint.from_factors(factors))


def get_factors(layer: QuantizedLayer, input_step: Tensor) -> tuple[Reals, Reals]:
    """Factors and offsets [channels]: the output is acc * factor + offset, rounded to nearest."""
    factor, offset = layer.get_affine()
    output_step = _get_step(layer)
    per_acc = input_step.double() * layer.weight_quantizer.step.detach().double() / output_step
    return (factor * per_acc).numpy(), (offset / output_step).numpy()


def fold_offsets(factors: Reals, offsets: Reals) -> Integers:
    """Biases [channels]; half an output step is added because the multiplication rounds down."""
    return np.rint((offsets + 0.5) / factors).astype(np.int64)


def _get_step(layer: QuantizedLayer) -> Tensor:
    return layer.activation_quantizer.step.detach().double()


def _build_weighted(
    name: str,
    layer: QuantizedLayer,
    bias: Integers,
    requantization: Icn | Thresholds | FixedPoint,
) -> Weighted:
    quantizer = layer.weight_quantizer
    weight = quantizer.get_integers(layer.weight).numpy()
    if layer.groups > 1:
        op, weight = "depthwise_conv2d", weight[:, 0].transpose(1, 2, 0)
    elif name.startswith("fc"):
        op, weight = "fully_connected", weight[:, :, 0, 0]
    else:
        op, weight = "conv2d", weight.transpose(0, 2, 3, 1)
    return Weighted(
        name=name,
        op=op,
        weight=weight,
        weight_element=quantizer.element,
        z_w=quantizer.zero_point.numpy(),
        bias=bias,
        requantization=requantization,
        output_element=layer.activation_quantizer.element,
        padding=layer.padding,
    )
