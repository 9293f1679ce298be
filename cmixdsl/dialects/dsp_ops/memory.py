"""Operations of the `dsp` dialect that move unaligned words between memory and registers."""

from abc import ABC
from collections.abc import Sequence
from typing import cast

from xdsl.dialects.builtin import (
    I64,
    IndexType,
    IntegerAttr,
    MemRefType,
    NoneAttr,
    i8,
    i16,
    i32,
    i64,
)
from xdsl.ir import SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.dsp_ops.operations import Value


def verify_words(name: str, memref: SSAValue, indices: Sequence[SSAValue]) -> None:
    """Raises VerifyException unless words can be addressed by element: see WordAccessOperation."""
    memref_type = cast(MemRefType, memref.type)
    # (C1)
    if memref_type.element_type not in (i8, i16, i32):
        raise VerifyException(f"{name}: elements must be i8, i16 or i32, got {memref_type}")
    # (C2)
    if len(indices) != (rank := memref_type.get_num_dims()):
        raise VerifyException(f"{name}: {memref_type} takes {rank} indices, got {len(indices)}")
    # (C3)
    if not isinstance(memref_type.layout, NoneAttr):
        raise VerifyException(f"{name}: the layout must be the identity, got {memref_type}")


class WordAccessOperation(IRDLOperation, ABC):
    """
    Moves the four bytes, little-endian, that start at one element's address.

    The address needs no alignment, and the word may run over the end of a row, but it must lie
    within the memref.

    Constraints:

    * (C1) The elements of `memref` are `i8`, `i16` or `i32`.
    * (C2) There is one index for each dimension of `memref`.
    * (C3) `memref` has the identity layout: its rows lie one after the other.
    """

    memref = operand_def(MemRefType)
    indices = var_operand_def(IndexType)

    def verify_(self) -> None:
        verify_words(self.name, self.memref, self.indices)


@irdl_op_definition
class LoadWordOp(WordAccessOperation):
    """
    Loads the four bytes that start at one element's address.

    `memcpy(&result, &memref[i][j], 4)`

    ```mlir
    %w = dsp.load_word %m[%i, %j] : memref<4x32xi8>
    ```
    """

    name = "dsp.load_word"

    result = result_def(i32)

    traits = traits_def(MemoryReadEffect())

    assembly_format = "$memref `[` $indices `]` attr-dict `:` type($memref)"

    def __init__(self, memref: Value, indices: Sequence[Value]):
        super().__init__(operands=[memref, indices], result_types=[i32])


@irdl_op_definition
class StoreWordOp(WordAccessOperation):
    """
    Stores four bytes from one element's address on.

    `memcpy(&memref[i][j], &value, 4)`

    ```mlir
    dsp.store_word %w, %m[%i, %j] : memref<4x32xi8>
    ```
    """

    name = "dsp.store_word"

    value = operand_def(i32)

    traits = traits_def(MemoryWriteEffect())

    assembly_format = "$value `,` $memref `[` $indices `]` attr-dict `:` type($memref)"

    def __init__(self, value: Value, memref: Value, indices: Sequence[Value]):
        super().__init__(operands=[value, memref, indices])


@irdl_op_definition
class CopyWordsOp(IRDLOperation):
    """
    Copies words from one place to another.

    `memcpy(&target[k][l], &source[i][j], 4 * words)`

    Both addresses must be multiples of four bytes, so that several words move in one instruction.
    The words lie within their memrefs, and none is both read and written.

    ```mlir
    dsp.copy_words %m[%i, %j] to %m[%j, %i] words 2 : memref<4x32xi8>, memref<4x32xi8>
    ```

    Constraints:

    * (C1) The elements of either memref are `i8`, `i16` or `i32`.
    * (C2) There is one index for each dimension of a memref.
    * (C3) Both memrefs have the identity layout: their rows lie one after the other.
    * (C4) At least one word is copied.
    """

    name = "dsp.copy_words"

    source = operand_def(MemRefType)
    source_indices = var_operand_def(IndexType)
    target = operand_def(MemRefType)
    target_indices = var_operand_def(IndexType)
    words = prop_def(IntegerAttr[I64])

    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())
    irdl_options = (AttrSizedOperandSegments(as_property=True),)

    assembly_format = (
        "$source `[` $source_indices `]` `to` $target `[` $target_indices `]` `words` $words"
        " attr-dict `:` type($source) `,` type($target)"
    )

    def __init__(
        self,
        source: tuple[Value, Sequence[Value]],
        target: tuple[Value, Sequence[Value]],
        words: int,
    ):
        super().__init__(operands=[*source, *target], properties={"words": IntegerAttr(words, i64)})

    @property
    def places(self) -> tuple[tuple[SSAValue, Sequence[SSAValue]], ...]:
        """Memref and indices of the first word that is read, and of that which is written."""
        return (self.source, self.source_indices), (self.target, self.target_indices)

    def verify_(self) -> None:
        for memref, indices in self.places:
            verify_words(self.name, memref, indices)
        # (C4)
        if (words := self.words.value.data) < 1:
            raise VerifyException(f"{self.name}: words must be at least 1, got {words}")
