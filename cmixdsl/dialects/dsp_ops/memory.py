"""Operations of the `dsp` dialect that move unaligned words between memory and registers."""

from abc import ABC
from collections.abc import Sequence
from typing import cast

from xdsl.dialects.builtin import IndexType, MemRefType, NoneAttr, i8, i16, i32
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.dsp_ops.operations import Value


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
        memref_type = cast(MemRefType, self.memref.type)
        # (C1)
        if memref_type.element_type not in (i8, i16, i32):
            raise VerifyException(
                f"{self.name}: elements must be i8, i16 or i32, got {memref_type}"
            )
        # (C2)
        if len(self.indices) != (rank := memref_type.get_num_dims()):
            raise VerifyException(
                f"{self.name}: {memref_type} takes {rank} indices, got {len(self.indices)}"
            )
        # (C3)
        if not isinstance(memref_type.layout, NoneAttr):
            raise VerifyException(
                f"{self.name}: the layout must be the identity, got {memref_type}"
            )


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
