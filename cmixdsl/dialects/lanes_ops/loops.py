"""Loops of the `lanes` dialect: sums over many turns, whose lanes are proven for all of them."""

from collections.abc import Iterator, Sequence

from xdsl.dialects.builtin import I64, IndexType, IntegerAttr, i64
from xdsl.ir import Attribute, Block, BlockArgument, Operation, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    prop_def,
    region_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import HasParent, IsTerminator, Pure, RecursiveMemoryEffect
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.lanes_ops.arithmetic import AddOp, MlaOp
from cmixdsl.dialects.lanes_ops.types import AnyLanes, LanesType, get_lanes_type


@irdl_op_definition
class ForOp(IRDLOperation):
    """Repeats additions to lanes: `for k in range(0, stop, step)`, carrying sums from turn to turn.

    A turn adds at most `growth` to a sum: what the type yielded has more than that of the argument.
    After `t` turns a sum is at most `initial + t * growth`.

    ```mlir
    func.func @f(%xs: memref<64xi32>, %ws: memref<64xi32>) {
      %zero = lanes.zero : !lanes.long<6 at 10, max 0>
      %sum = lanes.for %k = 0 to 64 step 1
          (%acc: !lanes.long<6 at 10, max 567> = %zero: !lanes.long<6 at 10, max 0>) {
        %x = lanes.load %xs[%k] : memref<64xi32> -> !lanes.word<3 at 10, max 3>
        %w = lanes.load %ws[%k] : memref<64xi32> -> !lanes.word<4 at 10, max [3, 0, 0, 3]>
        %next = lanes.mla %x, %w, %acc : !lanes.word<3 at 10, max 3>,
            !lanes.word<4 at 10, max [3, 0, 0, 3]>, !lanes.long<6 at 10, max 567>
            -> !lanes.long<6 at 10, max 576>
        lanes.yield %next : !lanes.long<6 at 10, max 576>
      }
      return
    }
    ```

    Constraints:
    1. step is at least 1 and divides stop, which is at least step;
    2. there is an argument of type index, and one for each initial value; initial value, argument,
       value yielded and result have as many lanes, equally far apart, in the same kind of register;
    3. the value yielded is its argument plus something: a chain of `lanes.mla` and `lanes.add`;
    4. the argument holds the initial value and what all turns but the last add;
    5. the result holds the initial value and what all turns add.
    """

    name = "lanes.for"

    initial = var_operand_def(AnyLanes)
    stop = prop_def(IntegerAttr[I64])
    step = prop_def(IntegerAttr[I64])
    sums = var_result_def(AnyLanes)
    body = region_def("single_block")

    traits = traits_def(RecursiveMemoryEffect())

    def __init__(self, initial: Sequence[SSAValue], stop: int, step: int, body: Region):
        """Builds a loop around a body that is complete: its yield has the types of the results."""
        yielded = body.block.last_op
        assert isinstance(yielded, YieldOp)
        super().__init__(
            operands=[initial],
            result_types=[[value.type for value in yielded.sums]],
            properties={"stop": IntegerAttr(stop, i64), "step": IntegerAttr(step, i64)},
            regions=[body],
        )

    @property
    def turns(self) -> int:
        """How often the body runs."""
        return self.stop.value.data // self.step.value.data

    def verify_(self) -> None:
        stop, step = self.stop.value.data, self.step.value.data
        # 1
        if step < 1 or stop < step or stop % step:
            raise VerifyException(
                f"{self.name}: step must divide stop, both at least 1, found {step} and {stop}"
            )
        arguments, yielded = self.body.block.args, self.body.block.last_op
        # 2
        is_complete = (
            isinstance(yielded, YieldOp)
            and len(arguments) == len(self.initial) + 1
            and len(yielded.sums) == len(self.initial) == len(self.sums)
            and isinstance(arguments[0].type, IndexType)
        )
        if not is_complete:
            raise VerifyException(
                f"{self.name}: the body needs an index and an argument for each of "
                f"{len(self.initial)} initial values, and must yield as many"
            )
        for sum_ in self._get_sums():
            self._verify_sum(*sum_)

    def _get_sums(self) -> Iterator[tuple[SSAValue, BlockArgument, SSAValue, SSAValue]]:
        yielded = self.body.block.last_op
        assert isinstance(yielded, YieldOp)
        arguments = self.body.block.args[1:]
        return zip(self.initial, arguments, yielded.sums, self.sums, strict=True)

    def _verify_sum(
        self, initial: SSAValue, argument: BlockArgument, yielded: SSAValue, result: SSAValue
    ) -> None:
        types = [value.type for value in (initial, argument, yielded, result)]
        # 2
        if len({_get_shape(type_) for type_ in types}) != 1:
            raise VerifyException(
                f"{self.name}: initial value, argument, value yielded and result must have the "
                f"same lanes, found {', '.join(map(str, types))}"
            )
        # 3
        if not is_sum_on(yielded, argument):
            raise VerifyException(
                f"{self.name}: the value yielded must be the argument plus something, "
                "a chain of lanes.mla and lanes.add"
            )
        first, before, after, last = (
            get_lanes_type(value).get_maxima() for value in (initial, argument, yielded, result)
        )
        growth = [high - low for low, high in zip(before, after, strict=True)]
        # 4 and 5
        for what, maxima, turns in (
            ("argument", before, self.turns - 1),
            ("result", last, self.turns),
        ):
            reached = [low + turns * more for low, more in zip(first, growth, strict=True)]
            if any(largest < value for largest, value in zip(maxima, reached, strict=True)):
                raise VerifyException(
                    f"{self.name}: after {turns} turns the lanes of the {what} reach {reached}, "
                    f"found {list(maxima)}"
                )

    def print(self, printer: Printer) -> None:
        index, *arguments = self.body.block.args
        printer.print_string(" ")
        printer.print_ssa_value(index)
        printer.print_string(f" = 0 to {self.stop.value.data} step {self.step.value.data} ")
        with printer.in_parens():
            printer.print_list(
                zip(arguments, self.initial, strict=True), lambda pair: _print_sum(printer, *pair)
            )
        printer.print_string(" ")
        printer.print_region(self.body, print_entry_block_args=False)
        printer.print_op_attributes(self.attributes)

    @classmethod
    def parse(cls, parser: Parser) -> "ForOp":
        index = parser.parse_argument(expect_type=False).resolve(IndexType())
        parser.parse_punctuation("=")
        if parser.parse_integer():
            parser.raise_error("expected a loop that starts at 0")
        parser.parse_keyword("to")
        stop = parser.parse_integer()
        parser.parse_keyword("step")
        step = parser.parse_integer()

        def parse_sum() -> tuple[Parser.Argument, SSAValue]:
            argument = parser.parse_argument()
            parser.parse_punctuation("=")
            operand = parser.parse_unresolved_operand()
            parser.parse_punctuation(":")
            return argument, parser.resolve_operand(operand, parser.parse_type())

        pairs = parser.parse_comma_separated_list(parser.Delimiter.PAREN, parse_sum)
        body = parser.parse_region([index, *(argument for argument, _ in pairs)])
        attributes = parser.parse_optional_attr_dict()
        if not isinstance(body.block.last_op, YieldOp):
            parser.raise_error("expected a body that ends in lanes.yield")
        loop = cls([initial for _, initial in pairs], stop, step, body)
        loop.attributes |= attributes
        return loop


def _print_sum(printer: Printer, argument: BlockArgument, initial: SSAValue) -> None:
    for position, value in enumerate((argument, initial)):
        printer.print_string(" = " if position else "")
        printer.print_ssa_value(value)
        printer.print_string(": ")
        printer.print_attribute(value.type)


def _get_shape(type_: Attribute) -> tuple[str, int, tuple[int, ...]]:
    """What a sum keeps from turn to turn: all of its type but the maxima."""
    assert isinstance(type_, LanesType)
    return type_.name, type_.spacing.data, type_.get_minima()


def is_sum_on(value: SSAValue, argument: SSAValue) -> bool:
    """Whether a value is an argument to which products and other lanes were added."""
    if value is argument:
        return True
    match value.owner:
        case MlaOp():
            return is_sum_on(value.owner.acc, argument)
        case AddOp():
            return any(is_sum_on(part, argument) for part in (value.owner.a, value.owner.b))
        case _:
            return False


@irdl_op_definition
class YieldOp(IRDLOperation):
    """Ends a turn of a `lanes.for` with the sums after it.

    ```mlir
    func.func @f(%x: !lanes.word<2 at 16, max 3>) {
      %zero = lanes.zero : !lanes.word<2 at 16, max 0>
      %sum = lanes.for %k = 0 to 4 step 1
          (%acc: !lanes.word<2 at 16, max 9> = %zero: !lanes.word<2 at 16, max 0>) {
        %next = lanes.add %acc, %x : !lanes.word<2 at 16, max 9>, !lanes.word<2 at 16, max 3>
            -> !lanes.word<2 at 16, max 12>
        lanes.yield %next : !lanes.word<2 at 16, max 12>
      }
      return
    }
    ```

    Constraint: it ends the body of a `lanes.for`.
    """

    name = "lanes.yield"

    sums = var_operand_def(AnyLanes)
    traits = traits_def(IsTerminator(), HasParent(ForOp), Pure())
    assembly_format = "$sums attr-dict `:` type($sums)"

    def __init__(self, sums: Sequence[SSAValue | Operation]):
        super().__init__(operands=[sums])


def build_for_block(
    initial: Sequence[SSAValue], stop: int, step: int, growth: Sequence[Sequence[int]]
) -> Block:
    """The block of a loop to be: an index, and an argument for each sum, of the right type.

    `growth` is what one turn adds to the lanes of each sum at most.
    """
    before = stop // step - 1
    types: list[Attribute] = [IndexType()]
    for value, added in zip(initial, growth, strict=True):
        type_ = get_lanes_type(value)
        maxima = [low + before * more for low, more in zip(type_.get_maxima(), added, strict=True)]
        types.append(type(type_)(maxima, type_.spacing.data))
    return Block(arg_types=types)
