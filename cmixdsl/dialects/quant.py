"""The `quant` dialect: how integers stand for real numbers, in the types of MLIR's dialect `quant`.

The text of a type is the one that `mlir-opt` reads and writes; only `f32` can be expressed. `qnn`
computes on tensors of such elements.

```mlir
func.func private @layer(tensor<8x8x3x!quant.uniform<u8:f32, 0.0078125:128>>)
    -> tensor<8x8x16x!quant.uniform<i4<-7:7>:f32, 0.05>>
```
"""

import re
from collections.abc import Sequence
from math import isinf

from xdsl.dialects.builtin import (
    I64,
    ArrayAttr,
    DenseArrayBase,
    Float64Type,
    IntAttr,
    IntegerType,
    NoneAttr,
    Signedness,
    f32,
    f64,
    i64,
)
from xdsl.ir import Attribute, Dialect, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.float_text import format_float, parse_float
from cmixdsl.packing import get_element_range

MAX_STORAGE_BITS = 32
SCALE_RANGE = (2.0**-149, (2 - 2.0**-23) * 2.0**127)
"""The least and the greatest positive number of f32."""


@irdl_attr_definition
class UniformType(ParametrizedAttribute, TypeAttribute):
    """Integers that stand for real numbers in equal steps: `real = scale * (stored - zero_point)`.

    There is one scale and one zero point for the tensor, or, with an axis, one of each for every
    index of that axis. Storage is signed (`i4`) or unsigned (`u4`), and may be narrowed to a part
    of its range. Zero points of 0 are not printed.

    ```mlir
    func.func private @activations(tensor<16x!quant.uniform<u4:f32, 0.02:3>>)
    func.func private @weights(tensor<2x16x!quant.uniform<i4<-7:7>:f32:0, {0.1, 0.2:3}>>)
    ```

    Constraints:
    1. storage has 1 to 32 bits;
    2. the least stored integer is less than the greatest, and both are of the storage's type;
    3. scales are positive numbers of f32;
    4. zero points can be stored;
    5. there is one scale, or an axis of at least 0 and any number of scales but none; there are as
       many zero points as scales.
    """

    name = "quant.uniform"

    storage_type: IntegerType
    """Signed or unsigned."""
    storage_bounds: ArrayAttr[IntAttr]
    """The least and the greatest integer."""
    scale_values: DenseArrayBase[Float64Type]
    zero_point_values: DenseArrayBase[I64]
    axis_value: IntAttr | NoneAttr

    def __init__(
        self,
        storage_bits: int,
        is_signed: bool,
        scales: Sequence[float],
        zero_points: Sequence[int],
        *,
        storage_min: int | None = None,
        storage_max: int | None = None,
        axis: int | None = None,
    ):
        """Builds a type; bounds of the storage that are not given are those of its bits."""
        low, high = get_element_range(max(1, storage_bits), is_signed)
        bounds = (
            low if storage_min is None else storage_min,
            high if storage_max is None else storage_max,
        )
        signedness = Signedness.SIGNED if is_signed else Signedness.UNSIGNED
        super().__init__(
            IntegerType(storage_bits, signedness),
            ArrayAttr(IntAttr(bound) for bound in bounds),
            DenseArrayBase.from_list(f64, [float(scale) for scale in scales]),
            DenseArrayBase.from_list(i64, [int(zero) for zero in zero_points]),
            NoneAttr() if axis is None else IntAttr(axis),
        )

    @property
    def storage_bits(self) -> int:
        """Bits of one stored integer."""
        return self.storage_type.width.data

    @property
    def is_signed(self) -> bool:
        """Whether stored integers are signed."""
        return self.storage_type.signedness.data == Signedness.SIGNED

    @property
    def storage_range(self) -> tuple[int, int]:
        """The least and the greatest stored integer, both inclusive."""
        low, high = self.storage_bounds
        return low.data, high.data

    @property
    def scales(self) -> tuple[float, ...]:
        """The step between neighbouring integers: one, or one for each index of the axis."""
        return tuple(self.scale_values.iter_values())

    @property
    def zero_points(self) -> tuple[int, ...]:
        """The integers that stand for 0: as many as scales."""
        return tuple(self.zero_point_values.iter_values())

    @property
    def axis(self) -> int | None:
        """The axis of the tensor along which scales differ."""
        return self.axis_value.data if isinstance(self.axis_value, IntAttr) else None

    @property
    def is_per_axis(self) -> bool:
        """Whether scales differ along an axis."""
        return self.axis is not None

    def holds_limit(self, number: float) -> bool:
        """Whether elements limited to a number stay in the type, which has one scale.

        So it is for infinity, which limits nothing, and for numbers that an integer stands for.
        """
        low, high = self.storage_range
        place = number / self.scales[0] + self.zero_points[0]
        return isinf(number) or (place.is_integer() and low <= place <= high)

    def verify(self) -> None:
        if not 1 <= self.storage_bits <= MAX_STORAGE_BITS:
            raise VerifyException(
                f"storage must have 1 to {MAX_STORAGE_BITS} bits, found {self.storage_bits}"
            )
        low, high = self.storage_range
        least, greatest = get_element_range(self.storage_bits, self.is_signed)
        if not least <= low < high <= greatest:
            raise VerifyException(
                f"storage bounds must be ascending and in [{least}, {greatest}], "
                f"found <{low}:{high}>"
            )
        self._verify_counts()
        for scale in self.scales:
            if not SCALE_RANGE[0] <= scale <= SCALE_RANGE[1]:
                raise VerifyException(
                    f"scale must be a positive number of f32, found {format_float(scale)}"
                )
        for zero in self.zero_points:
            if not low <= zero <= high:
                raise VerifyException(
                    f"zero point must be in the storage range [{low}, {high}], found {zero}"
                )

    def _verify_counts(self) -> None:
        count = len(self.scales)
        if len(self.zero_points) != count:
            raise VerifyException(
                f"expected as many zero points as scales ({count}), found {len(self.zero_points)}"
            )
        if self.axis is None and count != 1:
            raise VerifyException(f"expected one scale without an axis, found {count}")
        if self.axis is not None and (self.axis < 0 or count < 1):
            raise VerifyException(
                "expected an axis of at least 0 with at least one scale, found axis "
                f"{self.axis} with {count} scales"
            )

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            bits, is_signed = _parse_storage(parser)
            low, high = _parse_bounds(parser) or get_element_range(bits, is_signed)
            _parse_expressed(parser)
            axis = None
            if parser.parse_optional_punctuation(":"):
                axis = parser.parse_integer(allow_boolean=False)
            parser.parse_punctuation(",")
            if axis is None:
                steps = [_parse_step(parser)]
            else:
                steps = parser.parse_comma_separated_list(
                    parser.Delimiter.BRACES, lambda: _parse_step(parser)
                )
        type_ = cls(
            bits,
            is_signed,
            [scale for scale, _ in steps],
            [zero for _, zero in steps],
            storage_min=low,
            storage_max=high,
            axis=axis,
        )
        return type_.parameters

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string(f"{'i' if self.is_signed else 'u'}{self.storage_bits}")
            if self.storage_range != get_element_range(self.storage_bits, self.is_signed):
                printer.print_string("<{}:{}>".format(*self.storage_range))
            steps = ", ".join(
                format_float(scale) + (f":{zero}" if zero else "")
                for scale, zero in zip(self.scales, self.zero_points, strict=True)
            )
            axis = "" if self.axis is None else f":{self.axis}"
            steps = steps if self.axis is None else f"{{{steps}}}"
            printer.print_string(f":f32{axis}, {steps}")


def _parse_storage(parser: AttrParser) -> tuple[int, bool]:
    position = parser.pos
    name = parser.parse_identifier(": a storage type i1 to i32 or u1 to u32")
    match = re.fullmatch(r"([iu])(\d{1,4})", name)
    if match is None or not 1 <= int(match[2]) <= MAX_STORAGE_BITS:
        parser.raise_error(
            f"expected a storage type i1 to i32 or u1 to u32, found '{name}'",
            position,
            parser.pos,
        )
    return int(match[2]), match[1] == "i"


def _parse_bounds(parser: AttrParser) -> tuple[int, int] | None:
    if parser.parse_optional_punctuation("<") is None:
        return None
    low = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(":")
    high = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(">")
    return low, high


def _parse_expressed(parser: AttrParser) -> None:
    parser.parse_punctuation(":")
    position = parser.pos
    expressed = parser.parse_type()
    if expressed != f32:
        parser.raise_error(
            f"expected the expressed type f32, found {expressed}", position, parser.pos
        )


def _parse_step(parser: AttrParser) -> tuple[float, int]:
    start = parser.pos
    scale = parse_float(parser)
    text = parser.lexer.input.content[start : parser.pos].strip()
    if not re.search(r"\.|^-?0x", text):
        parser.raise_error(f"expected a scale with a point, found {text}", start, parser.pos)
    if parser.parse_optional_punctuation(":"):
        return scale, parser.parse_integer(allow_boolean=False)
    return scale, 0


Quant = Dialect("quant", [], [UniformType])
