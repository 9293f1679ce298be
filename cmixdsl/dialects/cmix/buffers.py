"""Level 3 of the `cmix` dialect: where packed tensors live in memory."""

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    I32,
    IndexType,
    IntegerAttr,
    IntegerType,
    MemRefType,
    UnitAttr,
    i32,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from cmixdsl.dialects.cmix.types import PackedType, get_packed_type

ByteMemRef = MemRefType[IntegerType]


def verify_storage(what: str, memref_type: Attribute, packed_type: PackedType) -> None:
    """Raises VerifyException when a memref does not hold the bytes of a packed tensor."""
    expected = packed_type.get_storage_type()
    if memref_type != expected:
        raise VerifyException(f"{what} of {packed_type} must be {expected}, found {memref_type}")


@irdl_op_definition
class FromMemrefOp(IRDLOperation):
    """Reads a packed tensor from its bytes.

    ```mlir
    func.func @f(%m: memref<2x2xi8>) {
      %x = cmix.from_memref %m : memref<2x2xi8> as !cmix.packed<2x3xui4>
      return
    }
    ```

    Constraints:
    1. the memref is i8 and has the type's storage shape.
    """

    name = "cmix.from_memref"

    source = operand_def(MemRefType)
    result = result_def(PackedType)

    traits = traits_def(MemoryReadEffect())

    assembly_format = "$source attr-dict `:` type($source) `as` type($result)"

    def __init__(self, source: SSAValue, result_type: PackedType):
        super().__init__(operands=[source], result_types=[result_type])

    @property
    def type(self) -> PackedType:
        """Type of the tensor read."""
        return get_packed_type(self.result)

    def verify_(self) -> None:
        verify_storage("source", self.source.type, self.type)


@irdl_op_definition
class ToMemrefOp(IRDLOperation):
    """Writes a packed tensor to memory.

    ```mlir
    func.func @f(%x: !cmix.packed<2x3xui4>, %m: memref<2x2xi8>) {
      cmix.to_memref %x, %m : !cmix.packed<2x3xui4> to memref<2x2xi8>
      return
    }
    ```

    Constraints:
    1. the memref is i8 and has the type's storage shape.
    """

    name = "cmix.to_memref"

    value = operand_def(PackedType)
    destination = operand_def(MemRefType)

    traits = traits_def(MemoryWriteEffect())

    assembly_format = "$value `,` $destination attr-dict `:` type($value) `to` type($destination)"

    def __init__(self, value: SSAValue, destination: SSAValue):
        super().__init__(operands=[value, destination])

    @property
    def type(self) -> PackedType:
        """Type of the tensor written."""
        return get_packed_type(self.value)

    def verify_(self) -> None:
        verify_storage("destination", self.destination.type, self.type)


def _verify_indices(op: "LoadElementOp | StoreElementsOp") -> None:
    verify_storage("memref", op.memref.type, op.type)
    if len(op.indices) != len(op.type.get_shape()):
        raise VerifyException(
            f"expected {len(op.type.get_shape())} indices for {op.type}, found {len(op.indices)}"
        )


@irdl_op_definition
class LoadElementOp(IRDLOperation):
    """Reads one element of a packed tensor, extended to 32 bits by its type's sign.

    ```mlir
    func.func @f(%m: memref<2x2xi8>, %i: index, %j: index) -> i32 {
      %e = cmix.load_element %m[%i, %j] : memref<2x2xi8> as <2x3xui4>
      return %e : i32
    }
    ```

    Constraints:
    1. the memref is i8 and has the type's storage shape;
    2. there is an index, in elements, for each dimension.
    """

    name = "cmix.load_element"

    memref = operand_def(MemRefType)
    indices = var_operand_def(IndexType)
    packed_type = prop_def(PackedType)
    result = result_def(i32)

    traits = traits_def(MemoryReadEffect())

    assembly_format = "$memref `[` $indices `]` attr-dict `:` type($memref) `as` $packed_type"

    def __init__(
        self, memref: SSAValue, indices: Sequence[SSAValue | Operation], packed_type: PackedType
    ):
        super().__init__(
            operands=[memref, indices],
            properties={"packed_type": packed_type},
            result_types=[i32],
        )

    @property
    def type(self) -> PackedType:
        """Type of the tensor that the memref holds."""
        return self.packed_type

    def verify_(self) -> None:
        _verify_indices(self)


@irdl_op_definition
class StoreElementsOp(IRDLOperation):
    """Writes neighbouring elements of a packed tensor.

    The values, elements of the type, go to the innermost positions `indices[-1], indices[-1] + 1,
    ...`; elements beside them stay as they are. Bits that pad the row to a whole byte become 0 with
    its last element; a write that does not fill that byte relies on their being 0 before. With
    `cleared`, the elements written are 0 before too, so that OR can merge them into their byte.
    With `fresh`, the first value begins a byte, and what lies behind the last in its byte becomes
    0.

    ```mlir
    func.func @f(%a: i32, %b: i32, %m: memref<2x2xi8>, %i: index, %j: index) {
      cmix.store_elements %a, %b to %m[%i, %j] : memref<2x2xi8> as <2x3xui4>
      cmix.store_elements %a to cleared %m[%j, %i] : memref<2x2xi8> as <2x3xui4>
      cmix.store_elements %a to fresh %m[%j, %i] : memref<2x2xi8> as <2x3xui4>
      return
    }
    ```

    Constraints:
    1. the memref is i8 and has the type's storage shape;
    2. there is an index, in elements, for each dimension, and at least one value.
    """

    name = "cmix.store_elements"

    values = var_operand_def(i32)
    memref = operand_def(MemRefType)
    indices = var_operand_def(IndexType)
    packed_type = prop_def(PackedType)
    cleared = opt_prop_def(UnitAttr)
    fresh = opt_prop_def(UnitAttr)

    traits = traits_def(MemoryWriteEffect())
    irdl_options = (AttrSizedOperandSegments(as_property=True),)

    assembly_format = (
        "$values `to` (`cleared` $cleared^)? (`fresh` $fresh^)? $memref `[` $indices `]` attr-dict"
        " `:` type($memref) `as` $packed_type"
    )

    def __init__(
        self,
        values: Sequence[SSAValue | Operation],
        memref: SSAValue,
        indices: Sequence[SSAValue | Operation],
        packed_type: PackedType,
        *,
        cleared: bool = False,
        fresh: bool = False,
    ):
        super().__init__(
            operands=[values, memref, indices],
            properties={
                "packed_type": packed_type,
                "cleared": UnitAttr() if cleared else None,
                "fresh": UnitAttr() if fresh else None,
            },
        )

    @property
    def type(self) -> PackedType:
        """Type of the tensor that the memref holds."""
        return self.packed_type

    def verify_(self) -> None:
        _verify_indices(self)
        if not self.values:
            raise VerifyException("expected at least one value to store")


@irdl_op_definition
class ClearOp(IRDLOperation):
    """Sets every byte of a memref to 0, or to another byte.

    It stays in the IR down to C, where it is a `memset`.

    ```mlir
    func.func @f(%m: memref<2x2xi8>) {
      cmix.clear %m : memref<2x2xi8>
      cmix.clear %m to 136 : memref<2x2xi8>
      return
    }
    ```

    Constraints:
    1. the memref has integer elements and a static shape;
    2. the byte is in [0, 255].
    """

    name = "cmix.clear"

    memref = operand_def(MemRefType)
    byte = prop_def(IntegerAttr[I32], default_value=IntegerAttr(0, i32))

    traits = traits_def(MemoryWriteEffect())

    assembly_format = "$memref (`to` $byte^)? attr-dict `:` type($memref)"

    def __init__(self, memref: SSAValue, byte: int = 0):
        super().__init__(operands=[memref], properties={"byte": IntegerAttr(byte, i32)})

    @property
    def element_bytes(self) -> int:
        """Bytes of an element."""
        assert isa(self.memref.type, ByteMemRef)
        return self.memref.type.element_type.bitwidth // 8

    def verify_(self) -> None:
        if not isa(self.memref.type, ByteMemRef) or not self.memref.type.has_static_shape():
            raise VerifyException(
                "expected a memref of integers with a static shape to clear, "
                f"found {self.memref.type}"
            )
        if not 0 <= self.byte.value.data <= 255:
            raise VerifyException(f"byte must be in [0, 255], found {self.byte.value.data}")
