"""Level 3 of the `cmix` dialect: rows packed in lane words, and convolutions along such rows.

In a buffer of lane words, word `[q, k]` holds `positions` neighbours of row k, from position
`q * positions` on. Row k is input row `k % kernel rows` of channel `k / kernel rows`.
"""

from collections.abc import Sequence
from math import prod

from xdsl.dialects.builtin import (
    I32,
    I64,
    AffineMapAttr,
    DenseArrayBase,
    IndexType,
    IntegerAttr,
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
    traits_def,
    var_operand_def,
)
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from cmixdsl.dialects.cmix.buffers import verify_storage
from cmixdsl.dialects.cmix.contraction import NO_ZERO_POINTS, ZERO
from cmixdsl.dialects.cmix.iteration import Access, IteratedOperation, Iterators
from cmixdsl.dialects.cmix.requantization import RequantizationAttr
from cmixdsl.dialects.cmix.types import PackedType, get_packed_type
from cmixdsl.dialects.lanes import WordType

ONE = IntegerAttr(1, i64)


def get_words_shape(name: str, words: SSAValue) -> tuple[int, int]:
    """Words of a row and rows; raises VerifyException unless words are a two-dimensional i32."""
    type_ = words.type
    if not isa(type_, MemRefType) or type_.element_type != i32 or type_.get_num_dims() != 2:
        raise VerifyException(
            f"{name}: words must be a memref of i32 with two dimensions, found {type_}"
        )
    columns, rows = type_.get_shape()
    return columns, rows


def verify_row(name: str, shape: tuple[int, int], word_type: WordType, row: int, rows: int) -> None:
    """Raises VerifyException unless words hold so many rows of so many positions."""
    if shape[0] * word_type.lanes < row or shape[1] < rows:
        raise VerifyException(
            f"{name}: {rows} rows of {row} positions do not fit {shape[0]}x{shape[1]} words of "
            f"{word_type.lanes} positions"
        )


@irdl_op_definition
class ExpandWordsOp(IteratedOperation):
    """Packs rows of a packed tensor into lane words.

    Iterators are c (channel), i (row under the kernel) and p (position): lane `p % positions` of
    `words[p / positions, c * rows + i]` becomes `in[in_map]`, or `pad` where that lies outside the
    input. With an iterator h (phase, or tap) before p, rows are those of all phases: `(c * rows +
    i) * phases + h`. Words behind the last row become 0. With `from %first`, rows under the kernel
    before that one keep what they hold.

    ```mlir
    func.func @rows(%m: memref<4x4x1xi8>, %words: memref<2x9xi32>, %y: index) {
      cmix.expand_words [c = 3, i = 3, p = 6] at %y
          input %m (c, i, p)[s0] -> (i + s0 - 1, p - 1, c) as <4x4x3xui2> pad 1
          words %words as <4 at 8, max 3> : memref<4x4x1xi8>, memref<2x9xi32>
      return
    }
    ```

    Constraints besides those of iterators:
    3. the input is a memref of its type's storage, words one of i32 with two dimensions;
    4. there are three iterators, or four with the phase, and the words hold their rows;
    5. inputs are unsigned and within the maxima of the lanes.
    """

    name = "cmix.expand_words"

    input = operand_def(MemRefType)
    words = operand_def(MemRefType)
    offsets = var_operand_def(IndexType)
    first = opt_operand_def(IndexType)

    input_map = prop_def(AffineMapAttr)
    input_type = prop_def(PackedType)
    pad = prop_def(IntegerAttr[I32], default_value=ZERO)
    word_type = prop_def(WordType)

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    custom_directives = (Iterators, Access)

    assembly_format = (
        "custom<Iterators>($iterators, $extents) (`from` $first^)? (`at` $offsets^)?"
        " `input` $input custom<Access>($input_map) `as` $input_type (`pad` $pad^)?"
        " `words` $words `as` $word_type attr-dict `:` type($input) `,` type($words)"
    )

    def __init__(
        self,
        input: SSAValue,
        words: SSAValue,
        offsets: Sequence[SSAValue | Operation],
        properties: dict[str, Attribute | None],
        first: SSAValue | None = None,
    ):
        super().__init__(operands=[input, words, offsets, first], properties=properties)

    @property
    def positions(self) -> int:
        """Positions of a row."""
        return self.extents.get_values()[-1]

    @property
    def phases(self) -> int:
        """Rows that a row of the input is spread over."""
        return prod(self.extents.get_values()[2:-1])

    @property
    def rows(self) -> int:
        """Rows that are packed, of all channels and phases."""
        return prod(self.extents.get_values()[:-1])

    def verify_(self) -> None:
        verify_storage("input", self.input.type, self.input_type)
        rank = len(self.input_type.get_shape())
        self.verify_iterators(len(self.offsets), (("input map", self.input_map.data, rank),))
        if len(self.extents) not in (3, 4):
            raise VerifyException(
                f"{self.name}: expected iterators of channel, row, maybe phase, and position, "
                f"found {', '.join(self.iterator_names)}"
            )
        shape = get_words_shape(self.name, self.words)
        verify_row(self.name, shape, self.word_type, self.positions, self.rows)
        largest = min(self.word_type.get_maxima())
        low, high = self.input_type.element_range
        if low < 0 or high > largest:
            raise VerifyException(
                f"{self.name}: inputs must be in [0, {largest}], as lanes are, "
                f"found {self.input_type}"
            )


@irdl_op_definition
class SumWordsOp(IRDLOperation):
    """Sums the windows of rows: `sums[x] = sum over k < length, j < taps of row_k[x + j]`.

    ```mlir
    func.func @f(%words: memref<2x9xi32>, %sums: memref<4xi32>) {
      cmix.sum_words %words as <4 at 8, max 3> length 9 taps 3 products 9 to %sums
          : memref<2x9xi32>, memref<4xi32>
      return
    }
    ```

    Constraints:
    1. words are a memref of i32 with two dimensions that hold the rows;
    2. sums are a memref of i32 with one dimension;
    3. taps and products are at least 1.
    """

    name = "cmix.sum_words"

    words = operand_def(MemRefType)
    sums = operand_def(MemRefType)
    word_type = prop_def(WordType)
    length = prop_def(IntegerAttr[I64])
    taps = prop_def(IntegerAttr[I64])
    products = prop_def(IntegerAttr[I64])
    """Products accumulated before lanes are extracted."""

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())

    assembly_format = (
        "$words `as` $word_type `length` $length `taps` $taps `products` $products `to` $sums"
        " attr-dict `:` type($words) `,` type($sums)"
    )

    def __init__(
        self,
        words: SSAValue,
        sums: SSAValue,
        word_type: WordType,
        length: int,
        taps: int,
        products: int,
    ):
        super().__init__(
            operands=[words, sums],
            properties={
                "word_type": word_type,
                "length": IntegerAttr(length, i64),
                "taps": IntegerAttr(taps, i64),
                "products": IntegerAttr(products, i64),
            },
        )

    @property
    def columns(self) -> int:
        """Number of sums."""
        assert isa(self.sums.type, MemRefType)
        return self.sums.type.get_shape()[0]

    def verify_(self) -> None:
        shape = get_words_shape(self.name, self.words)
        _verify_sums(self.name, self.sums, None)
        if min(self.taps.value.data, self.products.value.data) < 1:
            raise VerifyException(
                f"{self.name}: taps and products must be at least 1, "
                f"found {self.taps.value.data} and {self.products.value.data}"
            )
        row = self.columns + self.taps.value.data - 1
        verify_row(self.name, shape, self.word_type, row, self.length.value.data)


def _verify_sums(name: str, sums: SSAValue, columns: int | None) -> None:
    type_ = sums.type
    assert isa(type_, MemRefType)
    shape = type_.get_shape()
    if type_.element_type != i32 or len(shape) != 1 or columns not in (None, shape[0]):
        raise VerifyException(
            f"{name}: sums must be a memref of i32 with a value for each column, found {type_}"
        )


@irdl_op_definition
class ContractWordsOp(IteratedOperation):
    """A row of a convolution whose input is packed in lane words, by multiplying whole words.

    Iterators are x (column), f (filter), k (row) and j (tap): `out[out_map] = requant(bias[f] +
    sum over k and j of row_k[x + j] * (w[f, k, j] - filter_zero[f]))`. `sums` holds the window sums
    of the rows where a zero point is not 0. `products` products are accumulated before lanes are
    extracted.

    The lanes of a word of weights are taps, the last one lowest. With a `by` type they belong to
    several filters, as far apart as all lanes of a word of inputs, so that a product has a lane for
    each column and filter; or filters are neighbours, and the lanes of a word of inputs are as far
    apart as all of theirs. `weight_words` words of weights are multiplied together, and where they
    hold several filters or are several, an iteration computes `unroll` products.

    ```mlir
    func.func @f(%words: memref<2x9xi32>, %w: !cmix.packed<8x9x3xui2>, %y: memref<4x4x4xi8>,
                 %row: index) {
      cmix.contract_words [x = 4, f = 8, k = 9, j = 3] at %row
          words %words as <4 at 8, max 3> products 9 filter %w
          output %y (x, f, k, j)[s0] -> (s0, x, f) as <4x4x8xui4>
          bias [1, 2, 3, 4, 5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0>
          : memref<2x9xi32>, !cmix.packed<8x9x3xui2>, memref<4x4x4xi8>
      return
    }
    ```

    ```mlir
    func.func @g(%words: memref<2x9xi32>, %w: !cmix.packed<8x9x1xui2>, %y: memref<4x4xi8>) {
      cmix.contract_words [x = 4, f = 8, k = 9, j = 1]
          words %words as <2 at 14, max 3> products 9
          filter %w by <3 at 14, max [3, 0, 3]> weight_words 2 unroll 4
          output %y (x, f, k, j) -> (x, f) as <4x8xui4>
          bias [1, 2, 3, 4, 5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0>
          : memref<2x9xi32>, !cmix.packed<8x9x1xui2>, memref<4x4xi8>
      return
    }
    ```

    Constraints besides those of iterators:
    3. words are a memref of i32 with two dimensions that hold the rows, the output is a memref of
       its type's storage;
    4. weights are unsigned, with the extents of f, k and j; products, weight_words and unroll are
       at least 1;
    5. bias has as many values as there are filters, filter_zero 1 or as many;
    6. the requantization fits the output's channels and range;
    7. sums are a memref of i32 with a value per column; zero points other than 0 need them;
    8. a `by` type has the lanes of filters, equally large, and nothing between them; there is one
       tap, or one column with as many taps as lanes;
    9. where filters are neighbours, there is one tap.
    """

    name = "cmix.contract_words"

    words = operand_def(MemRefType)
    filter = operand_def(PackedType)
    output = operand_def(MemRefType)
    sums = opt_operand_def(MemRefType)
    offsets = var_operand_def(IndexType)

    word_type = prop_def(WordType)
    products = prop_def(IntegerAttr[I64])
    weight_type = opt_prop_def(WordType)
    weight_words = prop_def(IntegerAttr[I64], default_value=ONE)
    unroll = prop_def(IntegerAttr[I64], default_value=ONE)
    output_map = prop_def(AffineMapAttr)
    output_type = prop_def(PackedType)
    bias = prop_def(DenseArrayBase.constr(i32))
    filter_zero = prop_def(DenseArrayBase.constr(i32), default_value=NO_ZERO_POINTS)
    requant = prop_def(RequantizationAttr)

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    custom_directives = (Iterators, Access)

    assembly_format = (
        "custom<Iterators>($iterators, $extents) (`at` $offsets^)?"
        " `words` $words `as` $word_type `products` $products `filter` $filter"
        " (`by` $weight_type^)? (`weight_words` $weight_words^)? (`unroll` $unroll^)?"
        " `output` $output custom<Access>($output_map) `as` $output_type"
        " `bias` $bias (`filter_zero` $filter_zero^)? (`sums` $sums^ `:` type($sums))?"
        " `requant` $requant attr-dict `:` type($words) `,` type($filter) `,` type($output)"
    )

    def __init__(
        self,
        operands: tuple[SSAValue, SSAValue, SSAValue, SSAValue | None],
        offsets: Sequence[SSAValue | Operation],
        properties: dict[str, Attribute | None],
    ):
        """Builds a contraction of (words, filter, output, sums) with ready properties."""
        super().__init__(operands=[*operands[:3], operands[3], offsets], properties=properties)

    @property
    def filter_type(self) -> PackedType:
        """Type of the weights."""
        return get_packed_type(self.filter)

    @property
    def word_filters(self) -> int:
        """Filters whose weights share a word."""
        if self.weight_type is None:
            return 1
        if self.apart > 1:
            return self.weight_type.lanes
        return (self.weight_type.lanes - 1) // self.word_type.lanes + 1

    @property
    def apart(self) -> int:
        """Lanes of a product from one column to the next."""
        if self.weight_type is None:
            return 1
        return max(self.word_type.spacing.data // self.weight_type.spacing.data, 1)

    @property
    def block_filters(self) -> int:
        """Filters that are computed together."""
        return self.word_filters * self.weight_words.value.data

    def verify_(self) -> None:
        shape = get_words_shape(self.name, self.words)
        verify_storage("output", self.output.type, self.output_type)
        rank = len(self.output_type.get_shape())
        self.verify_iterators(len(self.offsets), (("output map", self.output_map.data, rank),))
        columns, *filter_shape = self.extents.get_values()
        filter_type = self.filter_type
        if list(filter_type.get_shape()) != filter_shape or filter_type.is_signed:
            raise VerifyException(
                f"{self.name}: expected unsigned weights of shape {filter_shape}, "
                f"found {filter_type}"
            )
        filters, rows, taps = filter_shape
        verify_row(self.name, shape, self.word_type, columns + taps - 1, rows)
        zeros = self.filter_zero.get_values()
        if len(self.bias) != filters or len(zeros) not in (1, filters):
            raise VerifyException(
                f"{self.name}: {filters} filters need as many values of bias and 1 or as many of "
                f"filter_zero, found {len(self.bias)} and {len(zeros)}"
            )
        self.requant.verify_for(*self.output_type.element_range, channels=filters)
        if self.products.value.data < 1:
            raise VerifyException(
                f"{self.name}: products must be at least 1, found {self.products.value.data}"
            )
        if min(self.weight_words.value.data, self.unroll.value.data) < 1:
            raise VerifyException(
                f"{self.name}: weight_words and unroll must be at least 1, found "
                f"{self.weight_words.value.data} and {self.unroll.value.data}"
            )
        if self.sums is not None:
            _verify_sums(self.name, self.sums, columns)
        elif any(zeros):
            raise VerifyException(f"{self.name}: zero points need the sums of windows")
        if self.weight_type is not None:
            self._verify_weight_type(self.weight_type, taps)

    def _verify_weight_type(self, type_: WordType, taps: int) -> None:
        maxima, distance = type_.get_maxima(), self.word_type.lanes
        # 9
        if self.apart > 1:
            between, expected = type_.lanes * type_.spacing.data, [max(maxima)] * type_.lanes
            if self.word_type.spacing.data != between or list(maxima) != expected or taps > 1:
                raise VerifyException(
                    f"{self.name}: filters that are neighbours need one tap, equal lanes and "
                    f"columns {between} bits apart, found {taps} "
                    f"{'tap' if taps == 1 else 'taps'}, {type_} and {self.word_type}"
                )
            distance = 1
        # 8
        one = [max(maxima)] * taps + [0] * (distance - taps)
        expected = (one * self.word_filters)[: len(maxima)]
        is_apart = self.apart > 1 or type_.spacing == self.word_type.spacing
        is_apart = is_apart and list(maxima) == expected
        if not is_apart or taps not in (1, distance) or (taps > 1 and self.get_extent("x") > 1):
            raise VerifyException(
                f"{self.name}: a word of weights of several filters needs one tap, or one column "
                f"and {distance} taps, and as many equal lanes every {distance} lanes of "
                f"{self.word_type.spacing.data} bits, found {taps} "
                f"{'tap' if taps == 1 else 'taps'} and {type_}"
            )
