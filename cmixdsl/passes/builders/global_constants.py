"""Constant tables of a layer: biases, weight words, requantization parameters."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from xdsl.builder import Builder
from xdsl.dialects import memref
from xdsl.dialects.builtin import (
    BytesAttr,
    DenseIntOrFPElementsAttr,
    IntegerType,
    MemRefType,
    StringAttr,
    TensorType,
    UnitAttr,
)
from xdsl.dialects.func import FuncOp
from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from cmixdsl.dialects.cmix.constant import ConstantOp

WORDS_ATTRIBUTE = "cmix.words"
"""On a `memref.global` of i32: every element is a word of several fields, not a number."""


def get_parent_function(op: Operation) -> FuncOp:
    """The function that an operation stands in."""
    parent = op.parent_op()
    while parent is not None and not isinstance(parent, FuncOp):
        parent = parent.parent_op()
    assert parent is not None, f"{op.name} stands outside of any function"
    return parent


def build_table(
    builder: Builder,
    op: Operation,
    name: str,
    values: Sequence[int] | npt.NDArray[np.integer],
    bits: int,
    *,
    packed: bool = False,
) -> SSAValue:
    """A reference to the constant table `<function>_<name>` of the function that holds `op`.

    A table with the same name and values is shared; one with other values gets a numbered name.
    `values` are taken modulo 2^bits. `packed` marks words of several fields, `cmix.words`, which C
    spells in hexadecimal.
    """
    function = get_parent_function(op)
    element_type = IntegerType(bits)
    data = np.asarray(values, dtype=np.int64).astype(f"<i{bits // 8}").tobytes()
    type_ = TensorType(element_type, [len(values)])
    dense = DenseIntOrFPElementsAttr(type_, BytesAttr(data))
    symbol = _find_symbol(function, f"{function.sym_name.data}_{name}", dense, packed)
    memref_type = MemRefType(element_type, [len(values)])
    reference = builder.insert(memref.GetGlobalOp(symbol, memref_type))
    reference.memref.name_hint = name
    return reference.memref


def build_bytes(builder: Builder, op: ConstantOp, name: str) -> SSAValue:
    """A reference to the global `<function>_<name>` with the packed bytes of a constant."""
    function = get_parent_function(op)
    symbol = _find_symbol(function, f"{function.sym_name.data}_{name}", op.value, False)
    reference = builder.insert(memref.GetGlobalOp(symbol, op.type.get_storage_type()))
    reference.memref.name_hint = name
    return reference.memref


def _find_symbol(function: FuncOp, base: str, dense: DenseIntOrFPElementsAttr, packed: bool) -> str:
    """The symbol of a global with these values, created before the function when there is none."""
    symbol, number = base, 0
    symbols = _get_tables(function)
    while symbol in symbols:
        if symbols[symbol].initial_value == dense:
            return symbol
        number += 1
        symbol = f"{base}_{number}"
    table = memref.GlobalOp.get(
        StringAttr(symbol),
        MemRefType(dense.get_element_type(), dense.get_shape()),
        dense,
        StringAttr("private"),
        UnitAttr(),
    )
    if packed:
        table.attributes[WORDS_ATTRIBUTE] = UnitAttr()
    Rewriter.insert_op(table, InsertPoint.before(function))
    return symbol


def _get_tables(function: FuncOp) -> dict[str, memref.GlobalOp]:
    """The globals right before a function, by symbol: all that were created for it are there.

    Every table asks, so that a look at the whole module would take time by the square of its size.
    """
    found: dict[str, memref.GlobalOp] = {}
    op = function.prev_op
    while isinstance(op, memref.GlobalOp):
        found[op.sym_name.data] = op
        op = op.prev_op
    return found
