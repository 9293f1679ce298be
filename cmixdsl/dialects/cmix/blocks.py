"""Level 3 of the `cmix` dialect: contractions over named iterators, copies that expand inputs."""

from collections.abc import Mapping, Sequence

from xdsl.dialects.builtin import (
    I32,
    I64,
    AffineMapAttr,
    DenseArrayBase,
    IndexType,
    IntegerAttr,
    IntegerType,
    MemRefType,
    i32,
    i64,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect, Pure
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from cmixdsl.dialects.cmix.buffers import ByteMemRef, verify_storage
from cmixdsl.dialects.cmix.contraction import NO_ZERO_POINTS, ZERO
from cmixdsl.dialects.cmix.iteration import (
    Access,
    IteratedOperation,
    Iterators,
    get_map_range,
    get_map_steps,
)
from cmixdsl.dialects.cmix.lane_blocks import get_words_shape
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.schedule import ScheduleAttr
from cmixdsl.dialects.cmix.types import PackedType, get_packed_type
from cmixdsl.dialects.lanes import WordType


def _get_memref_type(value: SSAValue) -> ByteMemRef:
    type_ = value.type
    assert isa(type_, MemRefType[IntegerType])
    return type_


def _verify_operand(what: str, value: SSAValue, packed_type: PackedType | None) -> int:
    """Checks a tensor operand and returns its rank."""
    type_ = _get_memref_type(value)
    if packed_type is None:
        if type_.element_type != IntegerType(16):
            raise VerifyException(f"{what} must be packed or a memref of i16, found {type_}")
    else:
        verify_storage(what, type_, packed_type)
    return type_.get_num_dims()


@irdl_op_definition
class ContractOp(IteratedOperation):
    """Sums of products over named iterators, then requantization: what every layer with weights is.

    For every point of the iterators that the output map uses,
    `out[out_map] = requant(bias[o] + sum over the other iterators of in[in_map] * (w[filter_map] -
    filter_zero[o]))`, o being the last position of the output. Positions of the input outside its
    shape hold `pad`. An operand with a packed type is read from packed bytes; an input without one
    has been expanded to 16-bit lanes, or to lane words where its `words` have a type: then its
    positions are (row, position) of the rows that `cmix.expand_words` packs. `sums` holds, for each
    first position of the input, the sum of the inputs there over the other iterators, when an
    earlier operation has computed it.

    ```mlir
    func.func @pixels(%m: memref<4x4x3xi8>, %w: !cmix.packed<8x3xui4>, %out: memref<4x4x4xi8>,
                      %y: index, %x: index) {
      cmix.contract [p = 2, o = 8, c = 3] at %y, %x
          input %m (p, o, c)[s0, s1] -> (s0, p + s1, c) as <4x4x3xui8>
          filter %w (p, o, c)[s0, s1] -> (o, c)
          output %out (p, o, c)[s0, s1] -> (s0, p + s1, o) as <4x4x8xui4>
          bias [1, 2, 3, 4, 5, 6, 7, 8] filter_zero [7]
          requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0>
          : memref<4x4x3xi8>, !cmix.packed<8x3xui4>, memref<4x4x4xi8>
      return
    }
    ```

    Constraints besides those of iterators:
    3. packed operands are memrefs of their type's storage; an expanded input is a memref of i16,
       or of i32 with two dimensions for lane words;
    4. bias has as many values as the output has channels, filter_zero 1 or as many;
    5. the requantization fits the output's channels and range;
    6. sums are a memref of i32 with one dimension.
    """

    name = "cmix.contract"

    input = operand_def(MemRefType)
    filter = operand_def(PackedType)
    output = operand_def(MemRefType)
    sums = opt_operand_def(MemRefType)
    offsets = var_operand_def(IndexType)

    input_map = prop_def(AffineMapAttr)
    filter_map = prop_def(AffineMapAttr)
    output_map = prop_def(AffineMapAttr)
    input_type = opt_prop_def(PackedType)
    word_type = opt_prop_def(WordType)
    output_type = prop_def(PackedType)
    bias = prop_def(DenseArrayBase.constr(i32))
    pad = prop_def(IntegerAttr[I32], default_value=ZERO)
    filter_zero = prop_def(DenseArrayBase.constr(i32), default_value=NO_ZERO_POINTS)
    requant = prop_def(RequantizationAttr)
    schedule = opt_prop_def(ScheduleAttr)

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    custom_directives = (Iterators, Access)

    assembly_format = (
        "custom<Iterators>($iterators, $extents) (`at` $offsets^)?"
        " `input` $input custom<Access>($input_map) (`as` $input_type^)? (`pad` $pad^)?"
        " (`words` $word_type^)?"
        " `filter` $filter custom<Access>($filter_map)"
        " `output` $output custom<Access>($output_map) `as` $output_type"
        " `bias` $bias (`filter_zero` $filter_zero^)? (`sums` $sums^ `:` type($sums))?"
        " `requant` $requant (`schedule` $schedule^)? attr-dict"
        " `:` type($input) `,` type($filter) `,` type($output)"
    )

    def __init__(
        self,
        operands: tuple[SSAValue, SSAValue, SSAValue, SSAValue | None],
        offsets: Sequence[SSAValue | Operation],
        properties: dict[str, Attribute | None],
    ):
        """Builds a contraction of (input, filter, output, sums) with ready properties."""
        super().__init__(operands=[*operands[:3], operands[3], offsets], properties=properties)

    def with_properties(
        self,
        offsets: Sequence[SSAValue | Operation],
        properties: Mapping[str, Attribute | None],
        operands: tuple[SSAValue, SSAValue, SSAValue, SSAValue | None] | None = None,
    ) -> "ContractOp":
        """The same contraction with other offsets and properties, and other (input, filter, output,
        sums) where they are given; it comes from the same place of the source."""
        kept = {key: value for key, value in properties.items() if key != "operandSegmentSizes"}
        operands = operands or (self.input, self.filter, self.output, self.sums)
        contract = ContractOp(operands, offsets, kept)
        contract.location = self.location
        return contract

    @property
    def filter_type(self) -> PackedType:
        """Type of the weights."""
        return get_packed_type(self.filter)

    @property
    def channels(self) -> int:
        """Number of output channels of the whole layer."""
        return self.output_type.get_shape()[-1]

    @property
    def parallel_iterators(self) -> tuple[str, ...]:
        """Iterators that the output map uses."""
        used = self.output_map.data.used_dims_bit_vector()
        return tuple(
            name for name, is_used in zip(self.iterator_names, used, strict=True) if is_used
        )

    @property
    def reduction_iterators(self) -> tuple[str, ...]:
        """Iterators that are summed over."""
        parallel = self.parallel_iterators
        return tuple(name for name in self.iterator_names if name not in parallel)

    def get_input_step(self, name: str, position: int) -> int:
        """How far a step of an iterator moves a position of the input; 0 where there is no such."""
        if name not in self.iterator_names:
            return 0
        return get_map_steps(self.input_map.data, self.iterator_names.index(name))[position]

    def verify_(self) -> None:
        if self.word_type is None:
            input_rank = _verify_operand("input", self.input, self.input_type)
        else:
            input_rank = len(get_words_shape(self.name, self.input))
        filter_rank = len(self.filter_type.get_shape())
        output_rank = _verify_operand("output", self.output, self.output_type)
        self.verify_iterators(
            len(self.offsets),
            (
                ("input map", self.input_map.data, input_rank),
                ("filter map", self.filter_map.data, filter_rank),
                ("output map", self.output_map.data, output_rank),
            ),
        )
        if len(self.bias) != self.channels or len(self.filter_zero) not in (1, self.channels):
            raise VerifyException(
                f"{self.channels} output channels need as many values of bias and 1 or as many "
                f"of filter_zero, found {len(self.bias)} and {len(self.filter_zero)}"
            )
        self.requant.verify_for(*self.output_type.element_range, channels=self.channels)
        if self.sums is not None:
            sums_type = _get_memref_type(self.sums)
            if sums_type.element_type != i32 or sums_type.get_num_dims() != 1:
                raise VerifyException(
                    f"sums must be a memref of i32 with one dimension, found {sums_type}"
                )


@irdl_op_definition
class ExpandOp(IteratedOperation):
    """Copies elements of a packed tensor into a buffer of 16-bit lanes.

    For every point of the iterators, `lanes[lanes_map] = in[in_map]`, or `pad` where that position
    lies outside the input. Other lanes stay as they are. With an `order`, the innermost iterator is
    permuted: point l of it reads element `order[l]` of its group of `len(order)`. With
    `from %first`, lanes of rows under the kernel, i, before that one keep what they hold.

    ```mlir
    func.func @column(%m: memref<4x4x4xi8>, %lanes: memref<2x24xi16>, %y: index, %x: index) {
      cmix.expand [p = 2, i = 3, c = 8] at %y, %x
          input %m (p, i, c)[s0, s1] -> (s0, p + i + s1 - 1, c) as <4x4x8xui4> pad 7
          lanes %lanes (p, i, c)[s0, s1] -> (p, i * 8 + c) order [0, 2, 1, 3]
          : memref<4x4x4xi8>, memref<2x24xi16>
      return
    }
    ```

    Constraints besides those of iterators:
    3. the input is a memref of its type's storage, lanes are a memref of i16, and no lane that the
       map reaches lies outside it;
    4. order is a permutation, and the innermost extent a multiple of its length;
    5. where a first row is given, an iterator before the innermost is i.
    """

    name = "cmix.expand"

    input = operand_def(MemRefType)
    lanes = operand_def(MemRefType)
    offsets = var_operand_def(IndexType)
    first = opt_operand_def(IndexType)

    input_map = prop_def(AffineMapAttr)
    lanes_map = prop_def(AffineMapAttr)
    input_type = prop_def(PackedType)
    pad = prop_def(IntegerAttr[I32], default_value=ZERO)
    order = opt_prop_def(DenseArrayBase.constr(i64))

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    custom_directives = (Iterators, Access)

    assembly_format = (
        "custom<Iterators>($iterators, $extents) (`from` $first^)? (`at` $offsets^)?"
        " `input` $input custom<Access>($input_map) `as` $input_type (`pad` $pad^)?"
        " `lanes` $lanes custom<Access>($lanes_map) (`order` $order^)? attr-dict"
        " `:` type($input) `,` type($lanes)"
    )

    def __init__(
        self,
        input: SSAValue,
        lanes: SSAValue,
        offsets: Sequence[SSAValue | Operation],
        properties: dict[str, Attribute | None],
        first: SSAValue | None = None,
    ):
        super().__init__(operands=[input, lanes, offsets, first], properties=properties)

    @property
    def lanes_type(self) -> MemRefType[IntegerType]:
        """Type of the buffer written."""
        return _get_memref_type(self.lanes)

    def verify_(self) -> None:
        rank = _verify_operand("input", self.input, self.input_type)
        lanes_rank = _verify_operand("lanes", self.lanes, None)
        maps = (
            ("input map", self.input_map.data, rank),
            ("lanes map", self.lanes_map.data, lanes_rank),
        )
        self.verify_iterators(len(self.offsets), maps)
        extents, shape = self.extents.get_values(), self.lanes_type.get_shape()
        reach = get_map_range(self.lanes_map.data, extents, [0] * len(self.offsets))
        if any(low < 0 or high >= size for (low, high), size in zip(reach, shape, strict=True)):
            raise VerifyException(f"lanes of shape {list(shape)} do not contain {reach}")
        if self.order is not None:
            order = self.order.get_values()
            if sorted(order) != list(range(len(order))) or extents[-1] % len(order):
                raise VerifyException(
                    f"order must permute groups that divide {extents[-1]}, found {list(order)}"
                )
        if self.first is not None and "i" not in self.iterator_names[:-1]:
            raise VerifyException(
                "a first row needs an iterator i before the innermost, found "
                f"{', '.join(self.iterator_names)}"
            )


@irdl_op_definition
class SumLanesOp(IRDLOperation):
    """Sums the first lanes of every column: `sums[p] = sum over k < length of lanes[p, k]`.

    Computed once per pixel, the sum serves the zero points of all filters.

    ```mlir
    func.func @f(%lanes: memref<4x16xi16>, %sums: memref<4xi32>) {
      cmix.sum_lanes %lanes length 9 to %sums : memref<4x16xi16>, memref<4xi32>
      return
    }
    ```

    Constraints:
    1. lanes are a memref of i16 with two dimensions, sums one of i32 with the first of them;
    2. length is in [1, second dimension of lanes].
    """

    name = "cmix.sum_lanes"

    lanes = operand_def(MemRefType)
    sums = operand_def(MemRefType)
    length = prop_def(IntegerAttr[I64])

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())

    assembly_format = (
        "$lanes `length` $length `to` $sums attr-dict `:` type($lanes) `,` type($sums)"
    )

    def __init__(self, lanes: SSAValue, sums: SSAValue, length: int):
        super().__init__(operands=[lanes, sums], properties={"length": IntegerAttr(length, i64)})

    def verify_(self) -> None:
        _verify_operand("lanes", self.lanes, None)
        shape = _get_memref_type(self.lanes).get_shape()
        if len(shape) != 2 or self.sums.type != MemRefType(i32, shape[:1]):
            raise VerifyException(
                "expected two-dimensional lanes and a sum of i32 for each of their columns, "
                f"found {self.lanes.type} and {self.sums.type}"
            )
        if not 1 <= self.length.value.data <= shape[1]:
            raise VerifyException(
                f"length must be in [1, {shape[1]}], found {self.length.value.data}"
            )


@irdl_op_definition
class RequantizeOp(IRDLOperation):
    """Turns an accumulator into an output element, by the parameters of its channel.

    ```mlir
    func.func @f(%acc: i32, %o: index) -> i32 {
      %y = cmix.requantize %acc channel %o
          by #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0> to ui4
      return %y : i32
    }
    ```

    Constraints:
    1. the output's element type is one that packed tensors may have;
    2. the requantization fits its range.
    """

    name = "cmix.requantize"

    accumulator = operand_def(i32)
    channel = operand_def(IndexType)
    requant = prop_def(RequantizationAttr)
    element_type = prop_def(IntegerType)
    result = result_def(i32)

    traits = traits_def(Pure())

    assembly_format = "$accumulator `channel` $channel `by` $requant `to` $element_type attr-dict"

    def __init__(
        self,
        accumulator: SSAValue | Operation,
        channel: SSAValue | Operation,
        requant: RequantizationAttr,
        element_type: IntegerType,
    ):
        super().__init__(
            operands=[accumulator, channel],
            properties={"requant": requant, "element_type": element_type},
            result_types=[i32],
        )

    @property
    def element_range(self) -> tuple[int, int]:
        """Smallest and largest output element."""
        return PackedType([1], self.element_type).element_range

    def verify_(self) -> None:
        self.requant.verify_for(*self.element_range, channels=self.requant.channels)
