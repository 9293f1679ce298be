"""Blocks of products that may become listings: sums of 16-bit products, and the outputs of them.

Where registers hold all that such a block reads, C compilers do well; where they do not, words that
it reads lie on the stack, two side by side.
"""

from collections.abc import Iterator, Sequence

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import i32
from xdsl.ir import Block, Operation

from cmixdsl.dialects.dsp import LoadWordOp, StoreWordOp
from cmixdsl.dialects.dsp_ops.listed import PRODUCTS, REQUANTIZATIONS, is_encoded
from cmixdsl.passes.builders.listing import Item, Listing

SUMS = (*PRODUCTS, LoadWordOp)
"""Operations that sums are made of."""


def find_products(block: Block) -> Iterator[list[Operation]]:
    """Groups of products, with the loads that only they read, and what makes outputs of them.

    A group ends where an operation that is no part of it uses its results, or may read or write
    what it has written.
    """
    group: list[Operation] = []
    for op in block.ops:
        if _is_part(op):
            group.append(op)
        elif _ends(op, group):
            if _has_products(group):
                yield group
            group = []
    if _has_products(group):
        yield group


def _has_products(group: Sequence[Operation]) -> bool:
    return any(isinstance(op, PRODUCTS) for op in group)


def _is_part(op: Operation) -> bool:
    user = op.results[0].get_user_of_unique_use() if op.results else None
    match op:
        case LoadWordOp():
            return all(isinstance(use.operation, PRODUCTS) for use in op.result.uses)
        case memref.LoadOp() | arith.TruncIOp():
            return user is not None and user.parent is op.parent and is_encoded(op, user)
        case arith.ExtUIOp():
            return isinstance(op.input.owner, memref.LoadOp) and is_encoded(op.input.owner, op)
        case memref.StoreOp():
            return isinstance(op.value.owner, arith.TruncIOp) and is_encoded(op.value.owner, op)
        case arith.ShLIOp():
            return op.result.type == i32 and isinstance(op.rhs.owner, arith.ConstantOp)
        case arith.OrIOp():
            return op.result.type == i32
        case _:
            return isinstance(op, (*PRODUCTS, *REQUANTIZATIONS))


def _ends(op: Operation, group: Sequence[Operation]) -> bool:
    results = {result for each in group for result in each.results}
    is_effect = bool(op.regions) or not op.results
    is_read = isinstance(op, (memref.LoadOp, LoadWordOp))
    writes = any(isinstance(each, (memref.StoreOp, StoreWordOp)) for each in group)
    return is_effect or (is_read and writes) or not results.isdisjoint(op.operands)


def count_temporaries(listing: Listing, order: Sequence[Item]) -> int:
    """The most registers that results take at once."""
    last = {value: number for number, item in enumerate(order) for value in item.reads}
    last |= dict.fromkeys(listing.outputs, len(order))
    live, most = 0, 0
    for number, item in enumerate(order):
        live -= sum(value in listing.defined and last[value] == number for value in item.reads)
        live += len(item.op.results)
        most = max(most, live)
    return most


def pair_bytes(listing: Listing) -> list[Item]:
    """The items in order, but every other load of a byte follows the one before.

    A load right behind another one takes one cycle instead of two. Words are in pairs already.
    """
    items, predecessors = listing.items, listing.predecessors
    order: list[int] = []
    left = list(range(len(items)))
    while left:
        number = left.pop(0)
        order.append(number)
        following = next((each for each in left if _is_byte_load(items[each])), None)
        if following is None or not _is_byte_load(items[number]):
            continue
        if not predecessors[following] & ~sum(1 << each for each in order):
            left.remove(following)
            order.append(following)
    return [items[number] for number in order]


def _is_byte_load(item: Item) -> bool:
    return isinstance(item.op, arith.ExtUIOp)
