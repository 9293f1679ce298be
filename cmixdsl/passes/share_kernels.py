"""Merges layers that differ in their tables only: one function that takes the tables as arguments.

Deep networks repeat a layer of the same shape many times. Its code is wanted once; weights, biases
and multipliers are what each has of its own. So are scalars, up to `MAX_SCALARS` of them, where an
argument serves as well as a literal: zero points, the multiplier of a whole layer. Every call says
in `cmix.layer` which layer it is.

The pass runs twice. As soon as all tables are there, blocks of `cmix` still among the instructions,
it spares later passes what is equal already. Layers with different scalars that may still be folded
into other operations wait for the second time.

Before:
```mlir
"memref.global"() <{sym_name = "a_bias", sym_visibility = "private", type = memref<1xi32>,
                    initial_value = dense<5> : tensor<1xi32>, constant}> : () -> ()
"memref.global"() <{sym_name = "b_bias", sym_visibility = "private", type = memref<1xi32>,
                    initial_value = dense<6> : tensor<1xi32>, constant}> : () -> ()
func.func @net(%y: memref<1xi32>) {
  func.call @a(%y) : (memref<1xi32>) -> ()
  func.call @b(%y) : (memref<1xi32>) -> ()
  return
}
func.func private @a(%y: memref<1xi32>) attributes {cmix.layer = {name = "a"}} {
  %c0 = arith.constant 0 : index
  %bias = memref.get_global @a_bias : memref<1xi32>
  %sum = memref.load %bias[%c0] : memref<1xi32>
  memref.store %sum, %y[%c0] : memref<1xi32>
  return
}
func.func private @b(%y: memref<1xi32>) attributes {cmix.layer = {name = "b"}} {
  %c0 = arith.constant 0 : index
  %bias = memref.get_global @b_bias : memref<1xi32>
  %sum = memref.load %bias[%c0] : memref<1xi32>
  memref.store %sum, %y[%c0] : memref<1xi32>
  return
}
```

After:
```mlir
"memref.global"() <{sym_name = "a_bias", sym_visibility = "private", type = memref<1xi32>,
                    initial_value = dense<5> : tensor<1xi32>, constant}> : () -> ()
"memref.global"() <{sym_name = "b_bias", sym_visibility = "private", type = memref<1xi32>,
                    initial_value = dense<6> : tensor<1xi32>, constant}> : () -> ()
func.func @net(%y: memref<1xi32>) {
  %bias = memref.get_global @a_bias : memref<1xi32>
  func.call @a(%y, %bias) {cmix.layer = {name = "a"}} : (memref<1xi32>, memref<1xi32>) -> ()
  %bias_1 = memref.get_global @b_bias : memref<1xi32>
  func.call @a(%y, %bias_1) {cmix.layer = {name = "b"}} : (memref<1xi32>, memref<1xi32>) -> ()
  return
}
func.func private @a(%y: memref<1xi32>, %bias: memref<1xi32>)
    attributes {cmix.layer = {name = "a"}} {
  %c0 = arith.constant 0 : index
  %sum = memref.load %bias[%c0] : memref<1xi32>
  memref.store %sum, %y[%c0] : memref<1xi32>
  return
}
```
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from xdsl.context import Context
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import FunctionType, ModuleOp, i32
from xdsl.dialects.func import CallOp, FuncOp
from xdsl.ir import Attribute, Block, Operation, SSAValue, Use
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.dialects.cmix.blocks import ExpandOp
from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.model import LAYER_ATTRIBUTE

MAX_SCALARS = 4
"""More are not passed: on Armv7-M every argument after the fourth is stored and loaded again."""

LITERAL_USERS = (arith.ShLIOp, arith.ShRSIOp, arith.ShRUIOp, arith.AndIOp, arith.CmpiOp)
"""Operations whose constant operand is part of the instruction."""

Slot = memref.GetGlobalOp | arith.ConstantOp
"""What two layers may have each of its own: a reference to a table, or a constant."""


@dataclass
class _Kernel:
    """A function, what it computes whatever its tables and scalars hold, and these."""

    function: FuncOp
    constants: frozenset[str]
    """The symbols of tables that never change."""
    form: Hashable = None
    slots: list[Slot] = field(default_factory=list[Slot])
    """In the order in which the function names them."""
    pads: list[Attribute] = field(default_factory=list[Attribute])
    """Scalars that are not lowered yet."""
    is_lowered: bool = True
    """Whether simplification is over."""
    _numbers: dict[SSAValue, int] = field(default_factory=dict[SSAValue, int])

    def __post_init__(self) -> None:
        self.form = (self.function.function_type, *self._get_blocks_form(self.function))

    def get_content(self, index: int) -> Hashable:
        """What is in a slot: the symbol of a table, or the value of a constant."""
        slot = self.slots[index]
        return slot.name_ if isinstance(slot, memref.GetGlobalOp) else slot.value

    def get_scalars(self) -> Hashable:
        """The values of all constants in slots."""
        return tuple(slot.value for slot in self.slots if isinstance(slot, arith.ConstantOp))

    def get_unsettled(self) -> Hashable:
        """Scalars that later passes may fold into the operations that use them."""
        if self.is_lowered:
            return ()
        constants = (slot for slot in self.slots if isinstance(slot, arith.ConstantOp))
        foldable = (slot.value for slot in constants if any(map(_may_fold, slot.result.uses)))
        return (*foldable, *self.pads)

    def _get_blocks_form(self, op: Operation) -> Sequence[Hashable]:
        return [self._get_block_form(block) for region in op.regions for block in region.blocks]

    def _get_block_form(self, block: Block) -> Hashable:
        for argument in block.args:
            self._numbers[argument] = len(self._numbers)
        types = tuple(argument.type for argument in block.args)
        # The packed weights stay behind, unused, where words of them have become a table.
        used = (op for op in block.ops if not isinstance(op, ConstantOp) or op.result.uses)
        return (types, *(self._get_op_form(op) for op in used))

    def _get_op_form(self, op: Operation) -> Hashable:
        operands = tuple(self._numbers[operand] for operand in op.operands)
        for result in op.results:
            self._numbers[result] = len(self._numbers)
        types = tuple(result.type for result in op.results)
        properties = frozenset(op.properties.items())
        self.is_lowered &= op.dialect_name() != "cmix"
        if isinstance(op, ExpandOp):
            self.pads.append(op.pad)
            properties -= {("pad", op.pad)}
        if (slot := self._get_slot(op)) is not None:
            self.slots.append(slot)
            properties = frozenset[tuple[str, Hashable]]()
        attributes = frozenset(op.attributes.items())
        return (op.name, operands, types, properties, attributes, *self._get_blocks_form(op))

    def _get_slot(self, op: Operation) -> Slot | None:
        if isinstance(op, memref.GetGlobalOp):
            return op if op.name_.string_value() in self.constants else None
        if not isinstance(op, arith.ConstantOp) or op.result.type != i32:
            return None
        is_literal = any(isinstance(use.operation, LITERAL_USERS) for use in op.result.uses)
        return None if is_literal else op


def get_kernel_form(function: FuncOp, constants: frozenset[str]) -> Hashable:
    """Equal for functions that differ in nothing but the tables and scalars that they name.

    `constants` are the symbols of tables that never change.
    """
    return _Kernel(function, constants).form


def _find_groups(kernels: Sequence[_Kernel]) -> list[list[_Kernel]]:
    """Kernels that can be merged, in the order of the module."""
    by_form: dict[Hashable, list[_Kernel]] = {}
    for kernel in kernels:
        by_form.setdefault(kernel.form, []).append(kernel)
    groups: list[list[_Kernel]] = []
    for group in by_form.values():
        if len({kernel.get_unsettled() for kernel in group}) > 1:
            continue
        scalars = [slots for slots in _find_arguments(group) if not _is_table(group[0], slots[0])]
        if len(scalars) <= MAX_SCALARS:
            groups.append(group)
            continue
        by_scalars: dict[Hashable, list[_Kernel]] = {}
        for kernel in group:
            by_scalars.setdefault(kernel.get_scalars(), []).append(kernel)
        groups += by_scalars.values()
    return [group for group in groups if len(group) > 1]


def _may_fold(use: Use) -> bool:
    """Whether simplification knows rules for what uses a constant."""
    return use.operation.dialect_name() == arith.Arith.name


def _is_table(kernel: _Kernel, index: int) -> bool:
    return isinstance(kernel.slots[index], memref.GetGlobalOp)


def _find_differences(group: Sequence[_Kernel]) -> list[int]:
    """The slots that do not hold the same in all kernels."""
    return [
        index
        for index in range(len(group[0].slots))
        if len({kernel.get_content(index) for kernel in group}) > 1
    ]


def _find_arguments(group: Sequence[_Kernel]) -> list[list[int]]:
    """The slots that become an argument each: those that hold the same in every kernel are one."""
    arguments: dict[Hashable, list[int]] = {}
    for index in _find_differences(group):
        contents = tuple(kernel.get_content(index) for kernel in group)
        arguments.setdefault(contents, []).append(index)
    return list(arguments.values())


def _take_arguments(kernel: _Kernel, arguments: Sequence[Sequence[int]]) -> None:
    """Makes slots of a function arguments of it."""
    block = kernel.function.body.block
    for indices in arguments:
        result = kernel.slots[indices[0]].results[0]
        argument = block.insert_arg(result.type, len(block.args))
        argument.name_hint = result.name_hint
        for index in indices:
            Rewriter.replace_op(kernel.slots[index], [], [argument])
    kernel.function.function_type = FunctionType.from_lists(
        [argument.type for argument in block.args], kernel.function.function_type.outputs.data
    )


def _redirect(
    call: CallOp, kernel: _Kernel, shared: FuncOp, slots: Sequence[Sequence[int]]
) -> None:
    """Has a call of a kernel call the shared function, with what the kernel has in its slots."""
    clones = [kernel.slots[index].clone() for index, *_ in slots]
    for clone in clones:
        Rewriter.insert_op(clone, InsertPoint.before(call))
    arguments = [*call.arguments, *(clone.results[0] for clone in clones)]
    replacement = CallOp(shared.sym_name.data, arguments, call.result_types)
    replacement.attributes |= call.attributes
    if LAYER_ATTRIBUTE in kernel.function.attributes:
        replacement.attributes[LAYER_ATTRIBUTE] = kernel.function.attributes[LAYER_ATTRIBUTE]
    for old, new in zip(call.results, replacement.results, strict=True):
        new.name_hint = old.name_hint
    Rewriter.replace_op(call, replacement)


def _merge(group: Sequence[_Kernel], calls: Mapping[str, Sequence[CallOp]]) -> None:
    """Keeps the first function of a group."""
    slots = _find_arguments(group)
    for kernel in group:
        for call in calls.get(kernel.function.sym_name.data, ()):
            _redirect(call, kernel, group[0].function, slots)
    _take_arguments(group[0], slots)
    for kernel in group[1:]:
        Rewriter.erase_op(kernel.function)


@dataclass(frozen=True)
class ShareKernelsPass(ModulePass):
    """Merges private functions that are equal but for the constants that they name."""

    name = "cmix-share-kernels"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        constants = frozenset(
            child.sym_name.data
            for child in op.ops
            if isinstance(child, memref.GlobalOp) and child.constant is not None
        )
        calls: dict[str, list[CallOp]] = {}
        for call in op.walk():
            if isinstance(call, CallOp):
                calls.setdefault(call.callee.string_value(), []).append(call)
        by_type: dict[FunctionType, list[FuncOp]] = {}
        for child in op.ops:
            if isinstance(child, FuncOp) and LAYER_ATTRIBUTE in child.attributes:
                by_type.setdefault(child.function_type, []).append(child)
        for functions in by_type.values():
            if len(functions) > 1:
                for group in _find_groups([_Kernel(child, constants) for child in functions]):
                    _merge(group, calls)
