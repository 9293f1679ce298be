"""Requantization as instructions compute it: one product, one offset, one shift."""

from collections.abc import Sequence
from enum import auto

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import DenseArrayBase, IntAttr, IntegerType, StringAttr, i8, i32
from xdsl.ir import Attribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.str_enum import StrEnum

from cmixdsl.dialects.cmix.integer_text import (
    build_int_array,
    parse_array,
    parse_int,
    parse_integers,
    print_array,
)
from cmixdsl.dialects.cmix.requantization import (
    MAX_SHIFT,
    RequantizationAttr,
    verify_clamp,
    verify_count,
)

INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1

Integers = npt.NDArray[np.int64]


class Product(StrEnum):
    """What is taken of the product of an accumulator and a multiplier."""

    LOW = auto()
    """Bits 31..0, which are all of it."""
    HIGH = auto()
    """Bits 63..32."""
    ROUNDED = auto()
    """Bits 63..32 rounded half up, less 1 when that is negative: with an offset of half, a shift to
    the right then rounds half away from zero."""


def get_product(values: Integers, multiplier: Integers, product: Product) -> Integers:
    """The product of accumulators and multipliers, both of 32 bits."""
    exact = values * multiplier
    if product is Product.LOW:
        return exact
    if product is Product.HIGH:
        return exact >> 32
    rounded = (exact + (1 << 31)) >> 32
    return rounded - (rounded < 0)


@irdl_attr_definition
class LinearAttr(RequantizationAttr):
    """Requantization by one product: what the others become where that is proven to be equal.

    The offset is finer than a step of the accumulator: it may hold a bias that is not a whole
    number of them.

    `y = clamp((p + offset) >> right, min, max)`, the shift flooring, where p is the product of
    `acc << left` and the multiplier: its `low` word, its `high` word, or that `rounded` half up,
    less 1 when it is negative.

    ```mlir
    func.func @f(%acc: i32, %o: index) -> i32 {
      %y = cmix.requantize %acc channel %o
          by #cmix.linear<left = [0], high [1518500250, 2000000000], offset = [40], right = [3],
                           min = 0, max = 15> to ui4
      return %y : i32
    }
    ```

    Constraints:
    1. the product is `low`, `high` or `rounded`;
    2. shifts are in [0, 31];
    3. of left, multiplier, offset and right there are 1 or as many values as output channels;
    4. min <= max, and both are elements of the output's type;
    5. no accumulator of the layer makes p or `p + offset` overflow 32 bits.
    """

    name = "cmix.linear"

    product: StringAttr
    left: DenseArrayBase[IntegerType]
    multiplier: DenseArrayBase[IntegerType]
    offset: DenseArrayBase[IntegerType]
    right: DenseArrayBase[IntegerType]
    min: IntAttr
    max: IntAttr

    def __init__(
        self,
        product: Product,
        multiplier: Sequence[int],
        offset: Sequence[int],
        clamp: tuple[int, int],
        *,
        left: Sequence[int] = (0,),
        right: Sequence[int] = (0,),
    ):
        super().__init__(
            StringAttr(product),
            build_int_array(left, i8),
            build_int_array(multiplier, i32),
            build_int_array(offset, i32),
            build_int_array(right, i8),
            IntAttr(clamp[0]),
            IntAttr(clamp[1]),
        )

    def verify(self) -> None:
        choices = [str(choice) for choice in Product]
        # 1
        if self.product.data not in choices:
            raise VerifyException(
                f"linear: the product must be one of {', '.join(choices)}, "
                f"found {self.product.data}"
            )
        # 2
        for shift in (*self.left.iter_values(), *self.right.iter_values()):
            if not 0 <= shift <= MAX_SHIFT:
                raise VerifyException(f"linear: shifts must be in [0, 31], found {shift}")

    @property
    def kind(self) -> Product:
        """What is taken of the product."""
        return Product(self.product.data)

    def get_shifted(self, shift: int) -> "LinearAttr":
        """The same for accumulators that have been shifted to the left so far before."""
        multiplier, offset, right = (
            values.get_values() for values in (self.multiplier, self.offset, self.right)
        )
        left = [amount - shift for amount in self.left.iter_values()]
        return LinearAttr(self.kind, multiplier, offset, self.clamp, left=left, right=right)

    @property
    def clamp(self) -> tuple[int, int]:
        """Smallest and largest output."""
        return self.min.data, self.max.data

    @property
    def channel_parameters(self) -> dict[str, DenseArrayBase[IntegerType]]:
        """What channels may differ in, by name."""
        return {
            "left": self.left,
            "multiplier": self.multiplier,
            "offset": self.offset,
            "right": self.right,
        }

    @property
    def channels(self) -> int:
        return max(len(values) for values in self.channel_parameters.values())

    @property
    def left_shifts(self) -> tuple[int, ...]:
        return self.left.get_values()

    def verify_for(self, low: int, high: int, channels: int) -> None:
        # 3
        for what, values in self.channel_parameters.items():
            verify_count(what, len(values), channels)
        # 4
        verify_clamp(*self.clamp, low, high)

    def verify_accumulators(self, low: Integers, high: Integers) -> None:
        left, multiplier, offset = (
            np.array(values.get_values(), np.int64)
            for values in (self.left, self.multiplier, self.offset)
        )
        # 5
        for values in (low, high):
            products = get_product(values << left, multiplier, self.kind)
            for what, reached in (("product", products), ("product and offset", products + offset)):
                if reached.min() < INT32_MIN or reached.max() > INT32_MAX:
                    raise VerifyException(
                        f"linear: {what} reach [{reached.min()}, {reached.max()}], which overflows "
                        "32 bits"
                    )

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            left = parse_array(parser, "left", i8)
            parser.parse_punctuation(",")
            product = StringAttr(parser.parse_identifier())
            position = parser.pos
            values = parse_integers(parser)
            try:
                multiplier = build_int_array(values, i32)
            except VerifyException as error:
                parser.raise_error(f"multiplier: {error}", position)
            parser.parse_punctuation(",")
            offset = parse_array(parser, "offset", i32)
            parser.parse_punctuation(",")
            right = parse_array(parser, "right", i8)
            limits: list[IntAttr] = []
            for key in ("min", "max"):
                parser.parse_punctuation(",")
                limits.append(parse_int(parser, key))
            return (product, left, multiplier, offset, right, *limits)

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            print_array(printer, "left", self.left)
            printer.print_string(f", {self.product.data} [")
            printer.print_list(self.multiplier.iter_values(), printer.print_int)
            printer.print_string("], ")
            print_array(printer, "offset", self.offset)
            printer.print_string(", ")
            print_array(printer, "right", self.right)
            printer.print_string(f", min = {self.min.data}, max = {self.max.data}")
