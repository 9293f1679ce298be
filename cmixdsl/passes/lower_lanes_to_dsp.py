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
from xdsl.dialects import arith, memref, scf
from xdsl.dialects.builtin import ModuleOp, UnitAttr, i32
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.utils.exceptions import PassFailedException

from cmixdsl.dialects import lanes
from cmixdsl.dialects.dsp import (
    HoldOp,
    LoadWordOp,
    MlaOp,
    RorOp,
    SmlalOp,
    SmullOp,
    StoreWordOp,
    UmlalOp,
    UmullOp,
    Uxtab16Op,
    UxtabOp,
    Uxtb16Op,
)
from cmixdsl.hints import ROLLED_ATTRIBUTE
from cmixdsl.passes.builders.index_arithmetic import build_loop, get_linear_form
from cmixdsl.passes.builders.memory import get_memref_type
from cmixdsl.passes.builders.word_arithmetic import build_word

WORD_BITS = 32


@dataclass(frozen=True)
class Registers:
    """The words that hold lanes: one, or a low and a high one."""

    low: SSAValue
    high: SSAValue | None = None


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
                _build_store(builder, op, self.get(op.value))
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
                return _build_load(builder, op)
            case lanes.ZeroOp():
                zero = build_word(builder, 0, "zero")
                is_long = isinstance(op.result.type, lanes.LongType)
                return Registers(zero, zero if is_long else None)
            case lanes.ConstantOp():
                return _build_constant(builder, op)
            case lanes.UnpackOp():
                return Registers(_build_unpack(builder, op))
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
                raise PassFailedException(f"{op.name}: cannot be lowered to dsp")

    def _lower_get(self, builder: Builder, op: lanes.GetOp) -> None:
        """A lane; where a byte is added to something, extension and sum are one instruction."""
        source = self.get(op.source)
        if (word := get_byte(op, source)) is not None:
            for sum_ in [use.operation for use in op.result.uses]:
                if isinstance(sum_, arith.AddiOp):
                    other = sum_.rhs if sum_.lhs is op.result else sum_.lhs
                    Rewriter.replace_op(sum_, UxtabOp(other, *word))
        number = _build_lane(builder, source, op.source, op.lane.value.data)
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
                raise PassFailedException(
                    f"{op.name}: expected lane words only in loops and in operations on lanes, "
                    f"found an operand of type {operand.type}"
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
        fields = [_build_lane(builder, source, op.source, lane) for lane in op.taken.get_values()]
        if len(fields) == 1:
            return fields[0]
        amount = build_word(builder, 16)
        shifted = builder.insert(arith.ShLIOp(fields[1], amount)).result
        return builder.insert(arith.OrIOp(fields[0], shifted)).result


def _build_constant(builder: Builder, op: lanes.ConstantOp) -> Registers:
    low = build_word(builder, op.value % (1 << WORD_BITS), "offset")
    if isinstance(op.result.type, lanes.WordType):
        return Registers(low)
    return Registers(low, build_word(builder, op.value >> WORD_BITS, "offset"))


def get_byte(op: lanes.GetOp, source: Registers) -> tuple[SSAValue, int] | None:
    """The word and the bit at which a lane is a byte of its own, None for others."""
    spacing = lanes.get_lanes_type(op.source).spacing.data
    high, bit = divmod(op.lane.value.data * spacing, WORD_BITS)
    word = source.high if high else source.low
    return None if spacing != 8 or word is None else (word, bit)


def get_byte_rotation(op: lanes.TakeOp) -> int | None:
    """The first bit of two lanes that are every other byte of one word, None for others."""
    type_, taken = lanes.get_lanes_type(op.source), op.taken.get_values()
    if type_.spacing.data != 8 or len(taken) != 2 or taken[1] != taken[0] + 2:
        return None
    return taken[0] * 8 if taken[0] % 4 < 2 else None


def _build_lane(builder: Builder, registers: Registers, value: SSAValue, lane: int) -> SSAValue:
    """One lane of a value as a number."""
    type_ = lanes.get_lanes_type(value)
    bit, count = lane * type_.spacing.data, type_.get_maxima()[lane].bit_length()
    if lane == type_.lanes - 1 and (registers.high is None or bit >= WORD_BITS):
        # Nothing lies above it.
        word = registers.low if registers.high is None else registers.high
        return _build_shift(builder, word, bit % WORD_BITS, arith.ShRUIOp)
    return build_masked_bits(builder, registers, bit, count)


def _build_unpack(builder: Builder, op: lanes.UnpackOp) -> SSAValue:
    """One AND with a shifted or rotated operand; its mask stays in a register."""
    word, rotate = op.word, op.rotate.value.data
    if rotate and rotate + op.mask.bit_length() <= WORD_BITS:
        word = _build_shift(builder, word, rotate, arith.ShRUIOp)
    elif rotate:
        word = builder.insert(RorOp(word, rotate)).result
    mask = builder.insert(HoldOp(build_word(builder, op.mask, "mask"))).result
    mask.name_hint = "mask"
    return builder.insert(arith.AndIOp(word, mask)).result


def build_bits(builder: Builder, source: Registers, bit: int, *, signed: bool = False) -> SSAValue:
    """The 32 bits of a pair of words from `bit` on."""
    assert source.high is not None
    if bit >= WORD_BITS:
        shift = arith.ShRSIOp if signed else arith.ShRUIOp
        return _build_shift(builder, source.high, bit - WORD_BITS, shift)
    if not bit:
        return source.low
    low = _build_shift(builder, source.low, bit, arith.ShRUIOp)
    high = _build_shift(builder, source.high, WORD_BITS - bit, arith.ShLIOp)
    return builder.insert(arith.OrIOp(low, high)).result


def build_masked_bits(builder: Builder, source: Registers, bit: int, count: int) -> SSAValue:
    """`count` bits of a word or a pair of words from `bit` on."""
    if source.high is None or bit + count <= WORD_BITS:
        word = _build_shift(builder, source.low, bit, arith.ShRUIOp)
        is_top = bit + count == WORD_BITS
    else:
        word = build_bits(builder, source, bit)
        is_top = bit + count == 2 * WORD_BITS
    if is_top:
        return word
    mask = build_word(builder, (1 << count) - 1, "mask")
    return builder.insert(arith.AndIOp(word, mask)).result


def _build_shift(
    builder: Builder,
    value: SSAValue,
    amount: int,
    op: type[arith.ShLIOp | arith.ShRUIOp | arith.ShRSIOp],
) -> SSAValue:
    if not amount:
        return value
    return builder.insert(op(value, build_word(builder, amount))).result


def _get_next(builder: Builder, indices: Sequence[SSAValue]) -> list[SSAValue]:
    """Where the higher word of a pair stands."""
    *outer, last = indices
    return [*outer, (get_linear_form(last) + 1).build(builder, "s")]


def _build_load(builder: Builder, op: lanes.LoadOp) -> Registers:
    if get_memref_type(op.memref).element_type != i32:
        return Registers(builder.insert(LoadWordOp(op.memref, op.indices)).result)
    low = builder.insert(memref.LoadOp.get(op.memref, op.indices)).res
    if isinstance(op.result.type, lanes.WordType):
        return Registers(low)
    load = memref.LoadOp.get(op.memref, _get_next(builder, op.indices))
    return Registers(low, builder.insert(load).res)


def _build_store(builder: Builder, op: lanes.StoreOp, words: Registers) -> None:
    if get_memref_type(op.memref).element_type != i32:
        builder.insert(StoreWordOp(words.low, op.memref, op.indices))
        return
    builder.insert(memref.StoreOp.get(words.low, op.memref, op.indices))
    if words.high is not None:
        indices = _get_next(builder, op.indices)
        builder.insert(memref.StoreOp.get(words.high, op.memref, indices))


def _is_lanes(op: Operation) -> bool:
    return op.dialect_name() == "lanes"


@dataclass(frozen=True)
class LowerLanesToDspPass(ModulePass):
    """Lowers lane words to plain words."""

    name = "lower-lanes-to-dsp"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        lowering = LanesLowering()
        lowered: list[Operation] = []
        for child in list(op.walk()):
            values = (*child.operands, *child.results)
            if any(isinstance(value.type, lanes.LanesType) for value in values):
                lowering.lower(child)
            if _is_lanes(child):
                lowered.append(child)
        for child in reversed(lowered):
            Rewriter.erase_op(child)
