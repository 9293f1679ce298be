"""Verifying what changed finds what verifying everything finds."""

from collections.abc import Callable

import pytest
from xdsl.dialects import arith, func, memref, scf
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, ModuleOp, StringAttr, i32, i64
from xdsl.ir import Operation
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.utils.exceptions import VerifyException

from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.parsing import parse_module
from cmixdsl.universe import build_context
from cmixdsl.verification import IncrementalVerifier

TEXT = b"""
"memref.global"() <{sym_name = "t", sym_visibility = "private", type = memref<2xi32>,
                    initial_value = dense<[1, 2]> : tensor<2xi32>, constant}> : () -> ()
func.func @net(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
  %w = cmix.constant dense<[[3, 1]]> : !cmix.packed<1x2xsi8>
  %y = cmix.fully_connected %x, %w bias [2147450000]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
  func.return %y : !cmix.packed<1xui8>
}
func.func private @loop(%n: index, %a: i32) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = scf.for %i = %c0 to %n step %c1 iter_args(%b = %a) -> (i32) {
    %d = arith.addi %b, %a : i32
    scf.yield %d : i32
  }
  func.return %s : i32
}
func.func private @call(%n: index, %a: i32) -> i32 {
  %r = func.call @loop(%n, %a) : (index, i32) -> i32
  func.return %r : i32
}
"""

Change = Callable[[ModuleOp], None]


def find(module: ModuleOp, kind: type[Operation]) -> Operation:
    return next(op for op in module.walk() if isinstance(op, kind))


def break_property(module: ModuleOp) -> None:
    find(module, memref.GlobalOp).properties["type"] = i32


def break_attribute_of_a_used_constant(module: ModuleOp) -> None:
    """127 products of 255 no longer fit beside the bias: the constant's user is at fault."""
    constant = find(module, ConstantOp)
    assert isinstance(constant, ConstantOp)
    constant.properties["value"] = ConstantOp(
        constant.get_elements() * 0 + 127, constant.type
    ).properties["value"]


def break_operand_type(module: ModuleOp) -> None:
    loop = find(module, scf.ForOp)
    find(module, arith.AddiOp).operands[0] = loop.operands[0]


def break_terminator_of_a_loop(module: ModuleOp) -> None:
    loop = find(module, scf.ForOp)
    assert isinstance(loop, scf.ForOp)
    yielded = loop.body.block.last_op
    assert yielded is not None
    yielded.operands = [loop.lb]


def lose_terminator(module: ModuleOp) -> None:
    loop = find(module, scf.ForOp)
    assert isinstance(loop, scf.ForOp)
    assert loop.body.block.last_op is not None
    loop.body.block.last_op.detach()


def lose_everything(module: ModuleOp) -> None:
    loop = find(module, scf.ForOp)
    assert isinstance(loop, scf.ForOp)
    for op in reversed(list(loop.body.block.ops)):
        op.detach()


def change_signature_of_a_callee(module: ModuleOp) -> None:
    loop = next(op for op in module.ops if op.properties.get("sym_name") == StringAttr("loop"))
    loop.properties["sym_name"] = StringAttr("other")


def repeat_symbol(module: ModuleOp) -> None:
    Rewriter.insert_op(find(module, memref.GlobalOp).clone(), InsertPoint.at_end(module.body.block))


def use_value_of_another_function(module: ModuleOp) -> None:
    call, add = find(module, func.CallOp), find(module, arith.AddiOp)
    add.operands[0] = call.results[0]


def move_loop_to_another_function(module: ModuleOp) -> None:
    call, loop = find(module, func.CallOp), find(module, scf.ForOp)
    loop.detach()
    Rewriter.insert_op(loop, InsertPoint.before(call))


def add_broken_operation(module: ModuleOp) -> None:
    broken = arith.ConstantOp.create(result_types=[i32], properties={"value": IntegerAttr(1, i64)})
    Rewriter.insert_op(broken, InsertPoint.before(find(module, arith.AddiOp)))


def break_result_type(module: ModuleOp) -> None:
    add = find(module, arith.AddiOp)
    Rewriter.replace_value_with_new_type(add.results[0], i64)


def break_function_type(module: ModuleOp) -> None:
    function = find(module, func.FuncOp)
    assert isinstance(function, func.FuncOp)
    type_ = function.function_type
    function.properties["function_type"] = type(type_)(type_.inputs, ArrayAttr([i32]))


@pytest.mark.parametrize(
    "change",
    [
        break_property,
        break_attribute_of_a_used_constant,
        break_operand_type,
        break_terminator_of_a_loop,
        lose_terminator,
        lose_everything,
        change_signature_of_a_callee,
        repeat_symbol,
        use_value_of_another_function,
        move_loop_to_another_function,
        add_broken_operation,
        break_result_type,
        break_function_type,
    ],
)
def test_finds_what_a_whole_verification_finds(change: Change):
    module = parse_module(build_context(), TEXT, "test")
    verifier = IncrementalVerifier()
    verifier.verify(module)
    verifier.verify(module)
    change(module)
    for _ in range(2):
        with pytest.raises(VerifyException):
            verifier.verify(module)
    with pytest.raises(VerifyException):
        module.verify()


def test_verifies_only_what_changed(monkeypatch: pytest.MonkeyPatch):
    module = parse_module(build_context(), TEXT, "test")
    verifier = IncrementalVerifier()
    verifier.verify(module)
    verified: list[str] = []

    def note(op: Operation) -> None:
        verified.append(op.name)

    monkeypatch.setattr(arith.AddiOp, "verify_", note)
    monkeypatch.setattr(ConstantOp, "verify_", note)
    verifier.verify(module)
    assert verified == []
    find(module, arith.AddiOp).attributes["seen"] = StringAttr("now")
    verifier.verify(module)
    assert verified == ["arith.addi"]
