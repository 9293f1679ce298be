"""Orders the instructions of innermost loops and assigns registers.

Where a loop needs all registers, C compilers move values to the stack and back; and they load a
word just before it is used, which takes a Cortex-M4 two cycles instead of one. So the instructions
of a loop become listings: neighbours with attributes that name registers, printed as one statement
of assembly beside the plain C. What the operations compute stays the same.

1. The loop carries nothing but the sums of long multiplications, added to in place.
2. Every instruction is one that can be spelled; positions are computed before them.
3. Temporaries, carried sums, bases of addresses and words from outside fit the registers, and with
   words on the stack the operands of a statement. If not, the loads of the base that has fewest
   stay outside of listings, and part them.

Rows of depthwise layers are different: nothing is carried, and a block reads more words from
outside than registers hold. Such sums of 16-bit products become listings, with requantization and
stores as far as those can be spelled. All words from outside lie on the stack, those that follow
each other side by side; one LDRD loads two, just before their first use. Where registers hold what
the sums need, or nearly, C compilers do well, and no listing is made. Bytes into which outputs are
merged are read two at a time.

Before:
```mlir
func.func @f(%x: memref<8xi32>, %a: i32, %sums: memref<2xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i32
  %lo, %hi = scf.for %k = %c0 to %c8 step %c2 iter_args(%lo_1 = %zero, %hi_1 = %zero)
      -> (i32, i32) {
    %x0 = memref.load %x[%k] : memref<8xi32>
    %lo_2, %hi_2 = dsp.umlal %x0, %a, %lo_1, %hi_1
    %k_1 = arith.addi %k, %c1 : index
    %x1 = memref.load %x[%k_1] : memref<8xi32>
    %lo_3, %hi_3 = dsp.umlal %x1, %a, %lo_2, %hi_2
    scf.yield %lo_3, %hi_3 : i32, i32
  }
  memref.store %lo, %sums[%c0] : memref<2xi32>
  memref.store %hi, %sums[%c1] : memref<2xi32>
  return
}
```

After:
```mlir
func.func @f(%x: memref<8xi32>, %a: i32, %sums: memref<2xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i32
  %lo, %hi = scf.for %k = %c0 to %c8 step %c2 iter_args(%lo_1 = %zero, %hi_1 = %zero)
      -> (i32, i32) {
    %k_1 = arith.addi %k, %c1 : index
    %x0 = memref.load %x[%k] {cmix.listing = 0, cmix.registers = array<i64: 0>,
        cmix.base = array<i64: 0, 0>, cmix.pair} : memref<8xi32>
    %x1 = memref.load %x[%k_1] {cmix.listing = 0, cmix.registers = array<i64: 1>,
        cmix.base = array<i64: 0, 4>} : memref<8xi32>
    %lo_2, %hi_2 = dsp.umlal %x0, %a, %lo_1, %hi_1 {cmix.listing = 0,
        cmix.registers = array<i64: -1, -1>}
    %lo_3, %hi_3 = dsp.umlal %x1, %a, %lo_2, %hi_2 {cmix.listing = 0,
        cmix.registers = array<i64: -1, -1>}
    scf.yield %lo_3, %hi_3 : i32, i32
  }
  memref.store %lo, %sums[%c0] : memref<2xi32>
  memref.store %hi, %sums[%c1] : memref<2xi32>
  return
}
```
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith, scf
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, UnitAttr, i64
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.dialects.dsp_ops.listed import LISTED, LOADS, STORES, is_encoded
from cmixdsl.dialects.dsp_ops.operations import LongAccumulatingOperation
from cmixdsl.hints import (
    HIDDEN_BOUND_ATTRIBUTE,
    LISTING_ATTRIBUTE,
    ONE_REGION_ATTRIBUTE,
    ROLLED_ATTRIBUTE,
)
from cmixdsl.passes.builders.global_constants import get_parent_function
from cmixdsl.passes.builders.index_arithmetic import get_integer_constant
from cmixdsl.passes.builders.listing import (
    Item,
    Listing,
    find_carried,
    get_place,
    is_index,
    is_word_access,
)
from cmixdsl.passes.builders.listing_order import find_order
from cmixdsl.passes.builders.listing_products import (
    SUMS,
    count_temporaries,
    find_products,
    pair_bytes,
)
from cmixdsl.passes.builders.listing_registers import find_pairs, get_tied, set_bases, set_registers
from cmixdsl.passes.builders.listing_spills import build_spills

REGISTERS = 14
"""R0 to R12 and LR."""

FEW = 2
"""Words that sums of products may need beyond all registers before a listing is better.

C compilers then keep most weights in registers, of which a listing keeps none."""

MOST_DOUBLED = 256
"""Operations of listings that a function may have twice: 1 KB more of code."""

MAX_OPERANDS = 30
"""Operands of a statement of assembly, as GCC counts them: what is read and written is two."""

LONG_LOOP = 8
"""Turns from which on the function's other values may lie on the stack for the loop's sake.

Below, the code around takes more of the time, so that it gets registers of its own."""


def _is_listed(op: Operation) -> bool:
    if op.results and not any(result.uses for result in op.results):
        return False
    if isinstance(op, (*LOADS, *STORES)):
        return is_word_access(op)
    if isinstance(op, (arith.ShLIOp, arith.ShRUIOp)):
        amount = get_integer_constant(op.rhs)
        return amount is not None and 0 < amount < 32
    return isinstance(op, LISTED)


def _own_constants(block: Block) -> None:
    """Gives every instruction that adds to a small constant one of its own, as it writes it."""
    for op in list(block.ops):
        if not isinstance(op, LongAccumulatingOperation):
            continue
        for index in (2, 3):
            constant = op.operands[index].owner
            if isinstance(constant, arith.ConstantOp) and _is_byte(constant):
                own = constant.clone()
                own.result.name_hint = constant.result.name_hint
                Rewriter.insert_op(own, InsertPoint.before(op))
                op.operands[index] = own.result


def _is_byte(op: arith.ConstantOp) -> bool:
    """Whether a constant fits MOV."""
    number = get_integer_constant(op.result)
    return number is not None and 0 <= number < 256


def _build_items(ops: Sequence[Operation]) -> list[Item]:
    """The instructions; what its only user's instruction does is part of that, one for each."""
    items: list[Item] = []
    parts: dict[Operation, Operation] = {}
    for op in ops:
        user = op.results[0].get_user_of_unique_use() if op.results else None
        if user is not None and user in ops and user not in parts and is_encoded(op, user):
            parts[user] = op
            continue
        item = Item((parts[op], op) if op in parts else (op,))
        if item.access is not None:
            item.place = get_place(item.access)
        items.append(item)
    return items


@dataclass
class _Loop:
    """A loop that may become listings."""

    ops: list[Operation]
    """Its instructions, those that compute positions left out."""
    carried: frozenset[SSAValue]

    def find_orders(self) -> list[tuple[Listing, list[Item]]] | None:
        """Listings and the order of each, None where registers do not suffice."""
        items = _build_items(self.ops)
        bases = Listing(items).bases
        fewest = min(bases, key=lambda base: len(bases[base]), default=None)
        for left in ([], bases[fewest] if fewest is not None else []):
            parts = list(_split(items, left))
            listings = [Listing(part, self.carried) for part in parts]
            orders = [_find_order(listing) for listing in listings]
            pairs = zip(listings, orders, strict=True)
            found = [(listing, order) for listing, order in pairs if order is not None]
            if len(found) == len(parts):
                return found
        return None


def _split(items: Sequence[Item], separators: Sequence[Item]) -> Iterator[list[Item]]:
    part: list[Item] = []
    for item in items:
        if item not in separators:
            part.append(item)
            continue
        if part:
            yield part
        part = []
    if part:
        yield part


def _find_order(listing: Listing) -> list[Item] | None:
    """An order within the registers; None also where a value is needed behind the listing."""
    for value in (value for item in listing.items for value in get_tied(item)):
        is_own = value in listing.defined and value.has_one_use()
        if not is_own and value not in listing.carried:
            return None
    inside = {op for item in listing.items for op in item.ops}
    for value in listing.defined:
        users = {use.operation for use in value.uses}
        if value not in listing.carried and not users <= inside:
            return None
    if REGISTERS + listing.variables + listing.local_operands > MAX_OPERANDS:
        return None
    return find_order(listing, _count_left(listing))


def _find_loop(loop: scf.ForOp) -> _Loop | None:
    """Conditions 1 and 2."""
    block = loop.body.block
    carried = find_carried(block.args[1:])
    ops = _get_instructions(block)
    is_sum = any(isinstance(op, LongAccumulatingOperation) for op in ops)
    if carried is None or not is_sum or not all(_is_listed(op) for op in ops):
        return None
    _own_constants(block)
    return _Loop(_get_instructions(block), frozenset(carried))


def _get_instructions(block: Block) -> list[Operation]:
    return [op for op in block.ops if not is_index(op) and op is not block.last_op]


def _count_turns(loop: scf.ForOp) -> int:
    """The turns of a loop, 0 where they are not known."""
    low, high, step = (get_integer_constant(value) for value in (loop.lb, loop.ub, loop.step))
    if low is None or high is None or not step:
        return 0
    return len(range(low, high, step))


def _list(loop: scf.ForOp) -> None:
    if (found := _find_loop(loop)) is None or (orders := found.find_orders()) is None:
        return
    _set(loop.body.block, orders)
    if _count_turns(loop) < LONG_LOOP:
        get_parent_function(loop).attributes.pop(ONE_REGION_ATTRIBUTE, None)


def _move(listing: Listing, order: Sequence[Item], number: int) -> None:
    """Brings the operations of a listing into their order, and numbers it."""
    last = listing.items[-1].op
    block, behind = last.parent, last.next_op
    assert block is not None
    assert behind is not None
    for item in order:
        for op in item.ops:
            op.detach()
            block.insert_op_before(op, behind)
            op.attributes[LISTING_ATTRIBUTE] = IntegerAttr(number, i64)


def _set_turns(loops: Sequence[scf.ForOp]) -> None:
    """Tells C compilers which of a function's loops over listings of products stay loops.

    GCC counts a statement of assembly as if it were short. It takes loops of two turns apart
    whatever it is told, which is good but where much code comes twice.
    """
    size = sum(LISTING_ATTRIBUTE in op.attributes for loop in loops for op in loop.body.ops)
    for loop in loops:
        if _count_turns(loop) != 2:
            loop.attributes[ROLLED_ATTRIBUTE] = UnitAttr()
        elif size > MOST_DOUBLED:
            loop.attributes[HIDDEN_BOUND_ATTRIBUTE] = UnitAttr()


def _list_products(block: Block) -> bool:
    """Makes listings of products that read more than registers hold; whether there are any."""
    orders: list[tuple[Listing, list[Item]]] = []
    for ops in find_products(block):
        listing = Listing(_build_items(ops))
        sums = Listing(_build_items([op for op in ops if isinstance(op, SUMS)]))
        is_outside = not any(_is_inside(value, block) for value in listing.inputs)
        is_too_much = count_temporaries(sums, sums.items) > _count_left(sums) + FEW
        if is_outside and is_too_much and (order := _spill(listing, ops)) is not None:
            orders.append(order)
    _set(block, orders)
    return bool(orders)


def _is_inside(value: SSAValue, block: Block) -> bool:
    """Whether a block computes or is given a value."""
    return (value.owner.parent if isinstance(value.owner, Operation) else value.owner) is block


def _spill(listing: Listing, ops: Sequence[Operation]) -> tuple[Listing, list[Item]] | None:
    """The instructions with all that they read on the stack; None where that does not suffice."""
    spills = build_spills(listing.inputs, ops)
    block = ops[0].parent
    assert block is not None
    parts = {*ops, *spills.loads}
    listing = Listing(_build_items([op for op in block.ops if op in parts]))
    for order in (pair_bytes(listing), listing.items):
        registers = count_temporaries(listing, order) + len(listing.bases)
        on_stack = len(spills.loads) - len(find_pairs([i for i in order if i.op in spills.loads]))
        if registers <= REGISTERS and registers + on_stack <= MAX_OPERANDS:
            return listing, order
    spills.remove()
    return None


def _count_left(listing: Listing) -> int:
    """Registers for temporaries."""
    return REGISTERS - len(listing.bases) - len(listing.inputs) - listing.variables


def _move_positions(block: Block) -> None:
    """Brings what is computed from positions only to the front."""
    last: Operation | None = None
    later: set[SSAValue] = set()
    for op in list(block.ops):
        if not is_index(op) or not later.isdisjoint(op.operands):
            later.update(op.results)
            continue
        op.detach()
        front = InsertPoint.at_start(block) if last is None else InsertPoint.after(last)
        Rewriter.insert_op(op, front)
        last = op


def _set(block: Block, orders: Sequence[tuple[Listing, list[Item]]]) -> None:
    """Orders the operations of a block's listings, and gives them registers."""
    if not orders:
        return
    _move_positions(block)
    for number, (listing, order) in enumerate(orders):
        set_registers(listing, order)
        _move(listing, order, number)
    set_bases(orders)


@dataclass(frozen=True)
class AllocateRegistersPass(ModulePass):
    """Orders the innermost loops' instructions and assigns registers."""

    name = "cmix-allocate-registers"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.ops:
            loops = [inner for inner in function.walk() if isinstance(inner, scf.ForOp)]
            innermost = [loop for loop in loops if not any(i.regions for i in loop.body.ops)]
            for loop in innermost:
                _list(loop)
            _set_turns([loop for loop in innermost if _list_products(loop.body.block)])
