"""Rescaling of one operand by a fixed-point number, before operands of different scales meet."""

from collections.abc import Sequence

from xdsl.dialects.builtin import IntAttr
from xdsl.ir import Attribute, ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.integer_text import parse_int

MAX_MULTIPLIER = 2**31 - 1
MAX_LEFT_SHIFT = 22
"""An element less its zero point has 9 bits; shifted left so far, it still has less than 32."""


@irdl_attr_definition
class RescaleAttr(ParametrizedAttribute):
    """A factor `multiplier * 2^(shift - 31)` with the rounding of TensorFlow Lite's ADD and SUB.

    `rescale(v) = sign(multiplier) * ((high((v << left_shift) * |multiplier|)) >> -shift)`; high is
    the doubling high multiply, half rounded up, and the shift rounds half away from zero.

    ```mlir
    func.func @add(%a: !cmix.packed<2x3xsi8>, %b: !cmix.packed<2x3xsi8>)
        -> !cmix.packed<2x3xsi8> {
      %y = cmix.add %a, %b lhs_zero 3
          lhs_rescale <multiplier = 1073741824, shift = 0, left_shift = 20>
          rhs_rescale <multiplier = -1518500250, shift = -3, left_shift = 20>
          requant #cmix.fixed_point<multiplier = [1518500250], shift = [-18],
                                    zero = 0, min = -128, max = 127>
          : !cmix.packed<2x3xsi8>, !cmix.packed<2x3xsi8> -> !cmix.packed<2x3xsi8>
      return %y : !cmix.packed<2x3xsi8>
    }
    ```

    Constraints:
    1. the multiplier is in [1 - 2^31, 2^31 - 1];
    2. shift is in [-31, 0], left_shift in [0, 22].
    """

    name = "cmix.rescale"

    multiplier: IntAttr
    shift: IntAttr
    left_shift: IntAttr

    def __init__(
        self, multiplier: int | IntAttr, shift: int | IntAttr, left_shift: int | IntAttr = 20
    ):
        values = (multiplier, shift, left_shift)
        super().__init__(*(IntAttr(v) if isinstance(v, int) else v for v in values))

    def verify(self) -> None:
        if abs(self.multiplier.data) > MAX_MULTIPLIER:
            raise VerifyException(
                f"rescale: multiplier must be in [{-MAX_MULTIPLIER}, {MAX_MULTIPLIER}], "
                f"found {self.multiplier.data}"
            )
        if not -31 <= self.shift.data <= 0:
            raise VerifyException(f"rescale: shift must be in [-31, 0], found {self.shift.data}")
        if not 0 <= self.left_shift.data <= MAX_LEFT_SHIFT:
            raise VerifyException(
                f"rescale: left_shift must be in [0, {MAX_LEFT_SHIFT}], "
                f"found {self.left_shift.data}"
            )

    @property
    def exact_shift(self) -> int | None:
        """The n for which the factor is 2^n and nothing is rounded away, or None."""
        magnitude = abs(self.multiplier.data)
        exponent = magnitude.bit_length() - 1
        amount = self.left_shift.data + exponent - 31 + self.shift.data
        return amount if magnitude == 1 << exponent and amount >= 0 else None

    def get_bound(self, magnitude: int) -> int:
        """No |rescale(v)| is greater for |v| <= magnitude."""
        wide = (magnitude << self.left_shift.data) * abs(self.multiplier.data)
        return (wide >> (31 - self.shift.data)) + 2

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        with parser.in_angle_brackets():
            multiplier = parse_int(parser, "multiplier")
            parser.parse_punctuation(",")
            shift = parse_int(parser, "shift")
            parser.parse_punctuation(",")
            return (multiplier, shift, parse_int(parser, "left_shift"))

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            printer.print_string(
                f"multiplier = {self.multiplier.data}, shift = {self.shift.data}, "
                f"left_shift = {self.left_shift.data}"
            )
