"""Operations of the `lanes` dialect that move lanes between registers and memory."""

from abc import ABC
from collections.abc import Sequence
from typing import cast

from xdsl.dialects.builtin import IndexType, MemRefType, i16, i32
from xdsl.ir import SSAValue
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

from cmixdsl.dialects.lanes_ops.types import AnyLanes, LanesType, LongType


class LanesAccessOperation(IRDLOperation, ABC):
    """Moves lanes between a register and memory.

    Constraints:
    1. the elements of the memref are i32, or i16 of which a word takes two; a pair of words takes
       two i32 elements, the lower word first;
    2. there is an index for each dimension.
    """

    memref = operand_def(MemRefType)
    indices = var_operand_def(IndexType)

    def verify_(self) -> None:
        memref_type = cast(MemRefType, self.memref.type)
        # 1
        if memref_type.element_type not in (i16, i32):
            raise VerifyException(f"{self.name}: elements must be i16 or i32, found {memref_type}")
        value = self.results[0] if self.results else self.operands[0]
        if isinstance(value.type, LongType) and memref_type.element_type != i32:
            raise VerifyException(
                f"{self.name}: a pair of words needs elements of i32, found {memref_type}"
            )
        # 2
        if len(self.indices) != (rank := memref_type.get_num_dims()):
            raise VerifyException(
                f"{self.name}: {memref_type} takes {rank} indices, found {len(self.indices)}"
            )


@irdl_op_definition
class LoadOp(LanesAccessOperation):
    """Reads a word or a pair of words, whose lanes are assumed to be within their maxima.

    ```mlir
    func.func @f(%m: memref<4x8xi32>, %i: index, %j: index) {
      %x = lanes.load %m[%i, %j] : memref<4x8xi32> -> !lanes.word<4 at 8, max 3>
      return
    }
    ```
    """

    name = "lanes.load"

    result = result_def(AnyLanes)
    traits = traits_def(MemoryReadEffect())
    assembly_format = "$memref `[` $indices `]` attr-dict `:` type($memref) `->` type($result)"

    def __init__(self, memref: SSAValue, indices: Sequence[SSAValue], result_type: LanesType):
        super().__init__(operands=[memref, indices], result_types=[result_type])


@irdl_op_definition
class StoreOp(LanesAccessOperation):
    """Writes a word or a pair of words.

    ```mlir
    func.func @f(%x: !lanes.word<2 at 16, max 648>, %m: memref<20xi16>, %i: index) {
      lanes.store %x, %m[%i] : !lanes.word<2 at 16, max 648>, memref<20xi16>
      return
    }
    ```
    """

    name = "lanes.store"

    value = operand_def(AnyLanes)
    traits = traits_def(MemoryWriteEffect())
    assembly_format = (
        "$value `,` $memref `[` $indices `]` attr-dict `:` type($value) `,` type($memref)"
    )

    def __init__(self, value: SSAValue, memref: SSAValue, indices: Sequence[SSAValue]):
        super().__init__(operands=[value, memref, indices])
