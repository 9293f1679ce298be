"""Gives a layer other bits and another requantization, with random constants."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import IntegerAttr, IntegerType, ModuleOp, Signedness, i32
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region

from cmixdsl.benchmark.flavours import Flavour
from cmixdsl.benchmark.requantization import choose_requantization
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.dialects.cmix.integer_text import build_int_array
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.errors import CmixError
from cmixdsl.model import find_model

SAMPLES = 100
"""Random windows from which the spread of accumulators is estimated."""

_Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class Bits:
    """Widths of a layer's elements."""

    input: int
    output: int
    weight: int

    def get_name(self, *, signed: bool) -> str:
        """As in `u8_u4_u2`."""
        return "_".join(
            f"{'s' if signed else 'u'}{width}" for width in (self.input, self.output, self.weight)
        )


def redraw_layer(template: ModuleOp, bits: Bits, flavour: Flavour, seed: int) -> ModuleOp:
    """A module with the shapes of the only layer of `template`, everything else drawn by chance.

    Weights take every value, input and output have any zero point. Weight zero points lie in the
    middle half of the weights' range, for each channel with PC+ICN; `fixed` has signed elements
    and weights without zero point. Equal arguments give equal modules. Raises CmixError unless
    `template` is a function of one layer with constant weights.
    """
    layer = find_layer(template)
    generator = np.random.default_rng(seed)
    signed = flavour == "fixed"
    source = _retype(layer.input_type, bits.input, signed)
    output = _retype(layer.output_type, bits.output, signed)
    filter_type = _retype(layer.filter_type, bits.weight, signed)
    weights = _draw(generator, filter_type, filter_type.get_shape())
    filter_zero = _draw_filter_zero(generator, filter_type, layer.channels, flavour)
    input_zero = int(_draw(generator, source, (1,))[0])
    rows: _Array = np.moveaxis(weights, layer.CHANNEL_AXIS, 0).reshape(layer.channels, -1)
    rows = rows.astype(np.float64) - filter_zero[:, None]
    windows = _draw(generator, source, (SAMPLES, rows.shape[1])).astype(np.float64) - input_zero
    bias, requant = choose_requantization(
        generator, windows @ rows.T, output.element_range, flavour
    )
    constant = ConstantOp(weights, filter_type)
    name = find_model(template).name
    return _build_module(
        name, layer, source, constant, output, bias, requant, input_zero, filter_zero.tolist()
    )


def find_layer(module: ModuleOp) -> ContractionOperation:
    """The only layer of the model in `module`.

    Raises CmixError unless there is one, it reads the model's input and has constant weights.
    """
    function = find_model(module).function
    layers = [op for op in function.body.walk() if isinstance(op, ContractionOperation)]
    if len(layers) == 1 and len(list(function.body.walk())) == 3:
        (layer,) = layers
        if layer.input in function.args and isinstance(layer.filter.owner, ConstantOp):
            return layer
    raise CmixError(
        f"@{function.sym_name.data}: to choose bits and flavour, expected a function of one layer "
        f"with constant weights, found {len(layers)} layers"
    )


def _build_module(
    name: str,
    layer: ContractionOperation,
    source: PackedType,
    constant: ConstantOp,
    output: PackedType,
    bias: list[int],
    requant: RequantizationAttr,
    input_zero: int,
    filter_zero: list[int],
) -> ModuleOp:
    block = Block(arg_types=[source])
    block.args[0].name_hint = "x"
    constant.result.name_hint = "weight"
    properties = {key: value for key, value in layer.properties.items() if key != "pad_value"}
    properties |= {
        "bias": build_int_array(bias, i32),
        "requant": requant,
        "input_zero": IntegerAttr(input_zero, i32),
        "filter_zero": build_int_array(filter_zero, i32),
    }
    drawn = type(layer).create(
        operands=[block.args[0], constant.result], result_types=[output], properties=properties
    )
    drawn.results[0].name_hint = "y"
    block.add_ops([constant, drawn, ReturnOp(drawn.results[0])])
    module = ModuleOp([FuncOp(name, ([source], [output]), Region(block))])
    module.verify()
    return module


def _retype(packed: PackedType, width: int, signed: bool) -> PackedType:
    signedness = Signedness.SIGNED if signed else Signedness.UNSIGNED
    return PackedType(packed.shape, IntegerType(width, signedness))


def _draw(generator: np.random.Generator, packed: PackedType, shape: tuple[int, ...]) -> _Array:
    low, high = packed.element_range
    return generator.integers(low, high + 1, shape)


def _draw_filter_zero(
    generator: np.random.Generator, filter_type: PackedType, channels: int, flavour: Flavour
) -> _Array:
    if filter_type.is_signed:
        return np.zeros(1, np.int64)
    values = 1 << filter_type.bits
    count = channels if flavour == "PC+ICN" else 1
    return generator.integers(values // 4, values - values // 4, count)
