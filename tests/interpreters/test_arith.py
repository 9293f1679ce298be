"""Integer arithmetic of the interpreter against numpy, at the ends of every type's range."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects import arith
from xdsl.dialects.builtin import IndexType, IntegerAttr, IntegerType, ModuleOp, i1, i8, i16, i32
from xdsl.interpreter import Interpreter
from xdsl.ir import Attribute, Operation
from xdsl.utils.exceptions import InterpretationError
from xdsl.utils.test_value import create_ssa_value

from cmixdsl.interpreters.registry import register_implementations

TYPES: dict[Attribute, tuple[Any, Any]] = {
    i8: (np.int8, np.uint8),
    i16: (np.int16, np.uint16),
    i32: (np.int32, np.uint32),
    IndexType(): (np.int32, np.uint32),
}


def run(op: Operation, *args: int) -> Any:
    op.verify()
    interpreter = Interpreter(ModuleOp([]), index_bitwidth=32)
    register_implementations(interpreter)
    (result,) = interpreter.run_op(op, args)
    return result


def run_binary(op_type: Callable[..., Operation], value_type: Attribute, lhs: int, rhs: int) -> Any:
    return run(op_type(create_ssa_value(value_type), create_ssa_value(value_type)), lhs, rhs)


def get_values(dtype: Any) -> list[Any]:
    limits = np.iinfo(dtype)
    values = (limits.min, limits.min + 1, -100, -7, -1, 0, 1, 2, 7, 100, limits.max - 1, limits.max)
    return [dtype(value) for value in values]


SIGNED: dict[Callable[..., Operation], Callable[[Any, Any], Any]] = {
    arith.AddiOp: operator.add,
    arith.SubiOp: operator.sub,
    arith.MuliOp: operator.mul,
    arith.AndIOp: np.bitwise_and,
    arith.OrIOp: np.bitwise_or,
    arith.XOrIOp: np.bitwise_xor,
    arith.MinSIOp: np.minimum,
    arith.MaxSIOp: np.maximum,
}

UNSIGNED: dict[Callable[..., Operation], Callable[[Any, Any], Any]] = {
    arith.MinUIOp: np.minimum,
    arith.MaxUIOp: np.maximum,
    arith.DivUIOp: np.floor_divide,
    arith.RemUIOp: np.remainder,
    arith.CeilDivUIOp: lambda a, b: a // b + (a % b != 0),
}

DIVISIONS: dict[Callable[..., Operation], Callable[[Any, Any], Any]] = {
    arith.DivSIOp: lambda a, b: np.trunc(np.float64(a) / np.float64(b)),
    arith.RemSIOp: np.fmod,
    arith.FloorDivSIOp: np.floor_divide,
    arith.CeilDivSIOp: lambda a, b: np.ceil(np.float64(a) / np.float64(b)),
}


@pytest.mark.parametrize("value_type", TYPES)
@pytest.mark.parametrize("op_type", SIGNED)
def test_signed(op_type: Callable[..., Operation], value_type: Attribute) -> None:
    dtype, _ = TYPES[value_type]
    for a in get_values(dtype):
        for b in get_values(dtype):
            with np.errstate(over="ignore"):
                expected = SIGNED[op_type](a, b)
            assert run_binary(op_type, value_type, int(a), int(b)) == int(expected)


@pytest.mark.parametrize("value_type", TYPES)
@pytest.mark.parametrize("op_type", UNSIGNED)
def test_unsigned(op_type: Callable[..., Operation], value_type: Attribute) -> None:
    dtype, unsigned = TYPES[value_type]
    for a in get_values(dtype):
        for b in get_values(dtype):
            x, y = a.view(unsigned), b.view(unsigned)
            if y == 0 and op_type not in (arith.MinUIOp, arith.MaxUIOp):
                continue
            expected = unsigned(UNSIGNED[op_type](x, y)).view(dtype)
            assert run_binary(op_type, value_type, int(a), int(b)) == int(expected)


@pytest.mark.parametrize("value_type", TYPES)
@pytest.mark.parametrize("op_type", DIVISIONS)
def test_signed_division(op_type: Callable[..., Operation], value_type: Attribute) -> None:
    dtype, _ = TYPES[value_type]
    for a in get_values(dtype):
        for b in get_values(dtype):
            if b == 0 or (b == -1 and a == np.iinfo(dtype).min):
                continue
            expected = int(DIVISIONS[op_type](a, b))
            assert run_binary(op_type, value_type, int(a), int(b)) == expected


@pytest.mark.parametrize("op_type", [*DIVISIONS, arith.DivUIOp, arith.RemUIOp, arith.CeilDivUIOp])
def test_division_by_zero(op_type: Callable[..., Operation]) -> None:
    with pytest.raises(InterpretationError, match=r"arith\."):
        run_binary(op_type, i32, 5, 0)


@pytest.mark.parametrize("op_type", DIVISIONS)
def test_quotient_out_of_range(op_type: Callable[..., Operation]) -> None:
    with pytest.raises(InterpretationError, match=r"arith\."):
        run_binary(op_type, i8, -128, -1)


@given(a=st.integers(-(2**31), 2**31 - 1), amount=st.integers(0, 31))
def test_shifts(a: int, amount: int) -> None:
    word = np.int32(a)
    logical = (word.view(np.uint32) >> np.uint32(amount)).view(np.int32)
    assert run_binary(arith.ShLIOp, i32, a, amount) == int(np.left_shift(word, amount))
    assert run_binary(arith.ShRSIOp, i32, a, amount) == int(np.right_shift(word, amount))
    assert run_binary(arith.ShRUIOp, i32, a, amount) == int(logical)


@pytest.mark.parametrize("op_type", [arith.ShLIOp, arith.ShRSIOp, arith.ShRUIOp])
@pytest.mark.parametrize("amount", [8, 100, -1])
def test_shift_by_the_width_or_more(op_type: Callable[..., Operation], amount: int) -> None:
    with pytest.raises(InterpretationError, match="shift must be 0 to 7"):
        run_binary(op_type, i8, 1, amount)


@given(a=st.integers(-(2**31), 2**31 - 1))
def test_casts(a: int) -> None:
    word, byte = np.int32(a), np.int32(a).astype(np.int8)
    wide, narrow, index = (create_ssa_value(t) for t in (i32, i8, IndexType()))
    assert run(arith.TruncIOp(wide, i8), a) == int(byte)
    assert run(arith.ExtSIOp(narrow, i32), int(byte)) == int(byte)
    assert run(arith.ExtUIOp(narrow, i32), int(byte)) == int(byte.view(np.uint8))
    assert run(arith.IndexCastOp(index, i8), a) == int(byte)
    assert run(arith.IndexCastOp(wide, IndexType()), a) == int(word)


def test_truth_values() -> None:
    condition, word = create_ssa_value(i1), create_ssa_value(i32)
    truth = run(arith.ConstantOp(IntegerAttr.from_bool(True)))
    assert truth == run(arith.CmpiOp(word, word, "eq"), 1, 1) == -1
    assert run(arith.ExtUIOp(condition, i32), truth) == 1
    assert run(arith.ExtSIOp(condition, i32), truth) == -1
    assert run(arith.SelectOp(condition, word, word), truth, 5, 6) == 5
    assert run(arith.SelectOp(condition, word, word), 0, 5, 6) == 6


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "slt": operator.lt,
    "sle": operator.le,
    "sgt": operator.gt,
    "sge": operator.ge,
    "ult": operator.lt,
    "ule": operator.le,
    "ugt": operator.gt,
    "uge": operator.ge,
}


@pytest.mark.parametrize("value_type", TYPES)
@pytest.mark.parametrize("predicate", COMPARISONS)
def test_comparison(predicate: str, value_type: Attribute) -> None:
    dtype, unsigned = TYPES[value_type]
    read_as = unsigned if predicate.startswith("u") else dtype
    operand = create_ssa_value(value_type)
    for a in get_values(dtype):
        for b in get_values(dtype):
            truth = bool(COMPARISONS[predicate](a.view(read_as), b.view(read_as)))
            assert run(arith.CmpiOp(operand, operand, predicate), int(a), int(b)) == -truth


def test_index_has_the_interpreters_width() -> None:
    operand = create_ssa_value(IndexType())
    interpreter = Interpreter(ModuleOp([]), index_bitwidth=64)
    register_implementations(interpreter)
    assert interpreter.run_op(arith.MuliOp(operand, operand), (2**20, 2**20)) == (2**40,)


def test_constants_are_signed() -> None:
    assert run(arith.ConstantOp(IntegerAttr(200, IntegerType(8)))) == -56
