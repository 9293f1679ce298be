"""Lowers lane words to plain words: UMULL, UMLAL, UXTAB16, shifts and masks.

A pair of words becomes a low and a high word. The types were the proof that no lane overflows;
what is left computes without regard to lanes.

Before:
```mlir
func.func @f(%x: memref<2xi32>, %partial: memref<2xi16>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = lanes.load %x[%c0] : memref<2xi32> -> !lanes.word<4 at 8, max 3>
  %b = lanes.load %x[%c1] : memref<2xi32> -> !lanes.word<3 at 8, max 3>
  %zero = lanes.zero : !lanes.word<2 at 8, max [18, 9]>
  %p = lanes.mla %a, %b, %zero : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max 3>,
      !lanes.word<2 at 8, max [18, 9]> -> !lanes.long<6 at 8, max [27, 27, 27, 27, 18, 9]>
  %even = lanes.take %p [0, 2] : !lanes.long<6 at 8, max [27, 27, 27, 27, 18, 9]>
      -> !lanes.word<2 at 16, max 27>
  %before = lanes.load %partial[%c0] : memref<2xi16> -> !lanes.word<2 at 16, max 100>
  %after = lanes.add %before, %even : !lanes.word<2 at 16, max 100>, !lanes.word<2 at 16, max 27>
      -> !lanes.word<2 at 16, max 127>
  lanes.store %after, %partial[%c0] : !lanes.word<2 at 16, max 127>, memref<2xi16>
  return
}
```

After:
```mlir
func.func @f(%x: memref<2xi32>, %partial: memref<2xi16>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.load %x[%c0] : memref<2xi32>
  %b = memref.load %x[%c1] : memref<2xi32>
  %lo, %hi = dsp.umull %a, %b
  %before = dsp.load_word %partial[%c0] : memref<2xi16>
  %after = dsp.uxtab16 %before, %lo
  dsp.store_word %after, %partial[%c0] : memref<2xi16>
  return
}
```
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from xdsl.builder import Builder
from xdsl.context import Context
from xdsl.dialects import arith, scf
from xdsl.dialects.builtin import ModuleOp, UnitAttr, i32
from xdsl.dialects.func import FuncOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.dialects import lanes
from cmixdsl.dialects.dsp import (
    MlaOp,
    SmlalOp,
    SmullOp,
    UmlalOp,
    UmullOp,
    Uxtab16Op,
    UxtabOp,
    Uxtb16Op,
)
from cmixdsl.hints import ROLLED_ATTRIBUTE
from cmixdsl.passes.builders.index_arithmetic import build_loop
from cmixdsl.passes.builders.lane_words import (
    WORD_BITS,
    Registers,
    build_bits,
    build_constant,
    build_lane,
    build_load,
    build_store,
    build_unpack,
    get_byte,
    get_byte_rotation,
)
from cmixdsl.passes.builders.word_arithmetic import build_word


@dataclass
class LanesLowering:
    """Replaces operations on lanes in the order of the program."""

    registers: dict[SSAValue, Registers] = field(default_factory=dict[SSAValue, Registers])

    def get(self, value: SSAValue) -> Registers:
        """The words of a value: its replacement, or the value itself once it is an i32."""
        return self.registers.get(value, Registers(value))

    def lower(self, op: Operation) -> None:
        """Builds what an operation becomes before it, and notes where its result is."""
        builder = Builder(InsertPoint.before(op))
        match op:
            case lanes.StoreOp():
                build_store(builder, op, self.get(op.value))
            case lanes.GetOp():
                self._lower_get(builder, op)
            case scf.ForOp():
                self._lower_loop(op)
            case lanes.ForOp():
                self._lower_sums(builder, op)
            case lanes.YieldOp():
                builder.insert(scf.YieldOp(*self._get_words(op.sums)))
            case _ if _is_lanes(op):
                registers = self._build_registers(builder, op)
                self._name_words(registers, op.results[0])
                self.registers[op.results[0]] = registers
            case _:
                self._lower_operands(op)

    def _build_registers(self, builder: Builder, op: Operation) -> Registers:
        """The words of the result of an operation."""
        match op:
            case lanes.LoadOp():
                return build_load(builder, op)
            case lanes.ZeroOp():
                zero = build_word(builder, 0, "zero")
                is_long = isinstance(op.result.type, lanes.LongType)
                return Registers(zero, zero if is_long else None)
            case lanes.ConstantOp():
                return build_constant(builder, op)
            case lanes.UnpackOp():
                return Registers(build_unpack(builder, op))
            case lanes.AddOp():
                high = self.get(op.b).high
                return Registers(self._build_add(builder, op), high)
            case lanes.MlaOp():
                return self._build_mla(builder, op)
            case lanes.TakeOp():
                return Registers(self._build_take(builder, op))
            case lanes.DropOp():
                source, type_ = self.get(op.source), lanes.get_lanes_type(op.source)
                bit = op.lanes.value.data * type_.spacing.data
                return Registers(build_bits(builder, source, bit, signed=type_.is_signed))
            case _:
                raise_pass_failure(op, "cannot be lowered to dsp")

    def _lower_get(self, builder: Builder, op: lanes.GetOp) -> None:
        """A lane; where a byte is added to something, extension and sum are one instruction."""
        source = self.get(op.source)
        if (word := get_byte(op, source)) is not None:
            for sum_ in [use.operation for use in op.result.uses]:
                if isinstance(sum_, arith.AddiOp):
                    other = sum_.rhs if sum_.lhs is op.result else sum_.lhs
                    Rewriter.replace_op(sum_, UxtabOp(other, *word))
        number = build_lane(builder, source, op.source, op.lane.value.data)
        number.name_hint = op.result.name_hint
        op.result.replace_all_uses_with(number)

    def _lower_loop(self, op: scf.ForOp) -> None:
        self._lower_operands(op)
        for value in (*op.body.block.args, *op.results):
            if isinstance(value.type, lanes.WordType):
                Rewriter.replace_value_with_new_type(value, i32)

    def _lower_sums(self, builder: Builder, op: lanes.ForOp) -> None:
        """A loop whose sums are words, one or two each; its body moves and is lowered next."""
        loop, body = build_loop(
            builder, (0, op.stop.value.data, op.step.value.data), "k", self._get_words(op.initial)
        )
        loop.attributes[ROLLED_ATTRIBUTE] = UnitAttr()
        index, *arguments = op.body.block.args
        new_index, *words = loop.body.block.args
        new_index.name_hint = index.name_hint
        index.replace_all_uses_with(new_index)
        results = iter(loop.results)
        words = iter(words)
        for argument, result in zip(arguments, op.sums, strict=True):
            for value, source in ((argument, words), (result, results)):
                is_long = isinstance(value.type, lanes.LongType)
                registers = Registers(next(source), next(source) if is_long else None)
                self._name_words(registers, value)
                self.registers[value] = registers
        for inner in list(op.body.block.ops):
            inner.detach()
            body.insert(inner)

    @staticmethod
    def _name_words(registers: Registers, value: SSAValue) -> None:
        name = value.name_hint
        registers.low.name_hint = name
        if registers.high not in (None, registers.low) and name is not None:
            registers.low.name_hint, registers.high.name_hint = f"{name}_lo", f"{name}_hi"

    def _get_words(self, values: Sequence[SSAValue]) -> list[SSAValue]:
        """All words of some values, low before high."""
        registers = [self.get(value) for value in values]
        return [word for pair in registers for word in (pair.low, pair.high) if word is not None]

    def _lower_operands(self, op: Operation) -> None:
        """Passes words to an operation that takes values of any type, as a yield does."""
        for index, operand in enumerate(op.operands):
            if not isinstance(operand.type, lanes.LanesType):
                continue
            registers = self.get(operand)
            if registers.high is not None or not isinstance(op, scf.ForOp | scf.YieldOp):
                raise_pass_failure(
                    op,
                    "expected lane words only in loops and in operations on lanes, found an "
                    f"operand of type {operand.type}",
                )
            op.operands[index] = registers.low

    def _build_mla(self, builder: Builder, op: lanes.MlaOp) -> Registers:
        a, b, acc = (self.get(value) for value in (op.a, op.b, op.acc))
        if isinstance(op.result.type, lanes.WordType):
            if isinstance(op.acc.owner, lanes.ZeroOp):
                return Registers(builder.insert(arith.MuliOp(a.low, b.low)).result)
            return Registers(builder.insert(MlaOp(a.low, b.low, acc.low)).result)
        if isinstance(op.acc.owner, lanes.ZeroOp):
            multiply = SmullOp if op.is_signed else UmullOp
            start = builder.insert(multiply(a.low, b.low))
            return Registers(start.lo, start.hi)
        high = build_word(builder, 0, "zero") if acc.high is None else acc.high
        accumulate = SmlalOp if op.is_signed else UmlalOp
        product = builder.insert(accumulate(a.low, b.low, acc.low, high))
        return Registers(product.lo, product.hi)

    def _build_add(self, builder: Builder, op: lanes.AddOp) -> SSAValue:
        """A sum; where bytes are added to 16-bit lanes, extension and sum are one instruction."""
        for value, other in ((op.b, op.a), (op.a, op.b)):
            owner = value.owner
            if not isinstance(owner, lanes.TakeOp):
                continue
            rotation = get_byte_rotation(owner)
            if rotation is not None:
                source = self.get(owner.source)
                word = source.low if rotation < WORD_BITS else source.high
                assert word is not None
                sum_ = Uxtab16Op(self.get(other).low, word, rotation % WORD_BITS)
                return builder.insert(sum_).result
        a, b = self.get(op.a).low, self.get(op.b).low
        return builder.insert(arith.AddiOp(a, b)).result

    def _build_take(self, builder: Builder, op: lanes.TakeOp) -> SSAValue:
        source = self.get(op.source)
        rotation = get_byte_rotation(op)
        if rotation is not None:
            word = source.low if rotation < WORD_BITS else source.high
            assert word is not None
            return builder.insert(Uxtb16Op(word, rotate=rotation % WORD_BITS)).result
        fields = [build_lane(builder, source, op.source, lane) for lane in op.taken.get_values()]
        if len(fields) == 1:
            return fields[0]
        amount = build_word(builder, 16)
        shifted = builder.insert(arith.ShLIOp(fields[1], amount)).result
        return builder.insert(arith.OrIOp(fields[0], shifted)).result


def _is_lanes(op: Operation) -> bool:
    return op.dialect_name() == "lanes"


def _check_types(function: FuncOp) -> None:
    """Ends the pass where lanes come from or go to where only words and memory are known."""
    for type_ in (*function.function_type.inputs, *function.function_type.outputs):
        if isinstance(type_, lanes.LanesType):
            raise_pass_failure(
                function,
                f"expected words and memory as arguments and results, found {type_}: load and "
                "store lanes inside the function",
            )


@dataclass(frozen=True)
class LowerLanesToDspPass(ModulePass):
    """Lowers lane words to plain words."""

    name = "lower-lanes-to-dsp"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        lowering = LanesLowering()
        lowered: list[Operation] = []
        for child in list(op.walk()):
            if isinstance(child, FuncOp):
                _check_types(child)
            values = (*child.operands, *child.results)
            if any(isinstance(value.type, lanes.LanesType) for value in values):
                lowering.lower(child)
            if _is_lanes(child):
                lowered.append(child)
        for child in reversed(lowered):
            Rewriter.erase_op(child)
