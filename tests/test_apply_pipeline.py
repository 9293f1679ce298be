"""Passes that break a module are named, though it is verified at the ends of levels only."""

from dataclasses import dataclass

import pytest
from xdsl.context import Context
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i32, i64
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.utils.exceptions import PassFailedException

from cmixdsl.dialects.cmix.constant import ConstantOp as PackedConstantOp
from cmixdsl.driver import LEVEL_ENDS, apply_pipeline
from cmixdsl.errors import CmixError
from cmixdsl.parsing import parse_module
from cmixdsl.passes.legalization import LEGALIZE
from cmixdsl.pipelines import CORTEX_M4
from cmixdsl.universe import build_context

TEXT = b"""\
func.func @net(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
  %w = cmix.constant dense<[[3, 1]]> : !cmix.packed<1x2xsi8>
  %y = cmix.fully_connected %x, %w bias [2147450000]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
  func.return %y : !cmix.packed<1xui8>
}
"""


@dataclass(frozen=True)
class KeepPass(ModulePass):
    """Does nothing."""

    name = "keep"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        pass


@dataclass(frozen=True)
class BreakPass(ModulePass):
    """Adds a constant whose value is not of its type."""

    name = "break"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        wrong = ConstantOp.create(result_types=[i32], properties={"value": IntegerAttr(1, i64)})
        Rewriter.insert_op(wrong, InsertPoint.at_end(op.body.block))


@dataclass(frozen=True)
class MendPass(ModulePass):
    """Erases what BreakPass added; no other pass is in its way."""

    name = "mend"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for constant in [found for found in op.ops if isinstance(found, ConstantOp)]:
            Rewriter.erase_op(constant)


@dataclass(frozen=True)
class CrashPass(ModulePass):
    """Cannot cope with a module that does not verify."""

    name = "crash"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        raise KeyError("constant")


@dataclass(frozen=True)
class RefusePass(ModulePass):
    """Refuses every module."""

    name = "refuse"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        raise PassFailedException("expected something else")


@dataclass(frozen=True)
class OverflowPass(ModulePass):
    """Gives the layer weights with which the accumulator overflows."""

    name = "overflow"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        (constant,) = (found for found in op.walk() if isinstance(found, PackedConstantOp))
        larger = PackedConstantOp(constant.get_elements() * 0 + 127, constant.type)
        constant.properties["value"] = larger.properties["value"]


def apply(*passes: ModulePass) -> None:
    context = build_context()
    apply_pipeline(context, parse_module(context, TEXT, "net.mlir"), passes)


def test_names_the_pass_that_broke_a_module():
    with pytest.raises(CmixError, match=r"pass 'break': 'arith.constant': .*i64"):
        apply(KeepPass(), BreakPass(), KeepPass())


def test_names_the_pass_that_made_another_fail():
    with pytest.raises(CmixError, match=r"pass 'break': "):
        apply(BreakPass(), CrashPass())


def test_a_bug_on_a_verified_module_stays_a_bug():
    with pytest.raises(KeyError):
        apply(KeepPass(), CrashPass())


def test_names_the_pass_that_refuses():
    with pytest.raises(CmixError, match=r"pass 'refuse': .*expected something else"):
        apply(KeepPass(), RefusePass())


def test_verifies_before_a_level_ends():
    """Loops and instructions no longer say what the layer's verifier proves."""
    assert {*LEVEL_ENDS} <= {step.name for step in (*LEGALIZE, *CORTEX_M4)}
    with pytest.raises(CmixError, match=r"pass 'overflow': net.mlir:3:3: .*overflow"):
        apply(OverflowPass(), *CORTEX_M4)


def test_does_not_verify_within_a_level():
    apply(BreakPass(), MendPass())
