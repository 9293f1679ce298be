"""`validate_pipeline` names the pass that changes the meaning, and only that one."""

from dataclasses import dataclass

import numpy as np
import pytest
from increment import INCREMENT
from xdsl.context import Context
from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i8
from xdsl.passes import ModulePass
from xdsl.transforms.canonicalize import CanonicalizePass

from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.parsing import parse_module
from cmixdsl.universe import build_context
from cmixdsl.validation import validate_pipeline

X = np.array([0, 1, 127, 200, 255])


@dataclass(frozen=True)
class IncrementByTwoPass(ModulePass):
    """A wrong pass: the constant of type i8 becomes 2."""

    name = "increment-by-two"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for constant in op.walk():
            if isinstance(constant, arith.ConstantOp) and constant.result.type == i8:
                constant.properties["value"] = IntegerAttr(2, i8)


@dataclass(frozen=True)
class DropStoresPass(ModulePass):
    """A wrong pass: nothing is written."""

    name = "drop-stores"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for store in list(op.walk()):
            if isinstance(store, memref.StoreOp):
                store.detach()
                store.erase()


@dataclass(frozen=True)
class BreakModulePass(ModulePass):
    """A pass that leaves a module which does not verify."""

    name = "break-module"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for constant in op.walk():
            if isinstance(constant, arith.ConstantOp) and constant.result.type == i8:
                del constant.properties["value"]


LAYER_ON_VALUES = """
func.func @net(%x: !cmix.packed<2x2x1xui4>) -> !cmix.packed<1x1x1xui4> {
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2]
      : !cmix.packed<2x2x1xui4> -> !cmix.packed<1x1x1xui4>
  func.return %y : !cmix.packed<1x1x1xui4>
}
"""
LAYER_ON_BUFFERS = """
func.func @net(%x_bytes: memref<2x2x1xi8>, %y_bytes: memref<1x1x1xi8>) attributes {
    cmix.inputs = [!cmix.packed<2x2x1xui4>], cmix.outputs = [!cmix.packed<1x1x1xui4>]} {
  %x = cmix.from_memref %x_bytes : memref<2x2x1xi8> as !cmix.packed<2x2x1xui4>
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2]
      : !cmix.packed<2x2x1xui4> -> !cmix.packed<1x1x1xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x1x1xui4> to memref<1x1x1xi8>
  func.return
}
"""


@pytest.mark.parametrize("text", [LAYER_ON_VALUES, LAYER_ON_BUFFERS])
def test_layers_run_at_every_level(text: str) -> None:
    layer = parse_module(build_context(), text.encode(), "layer.mlir")
    (y,) = run_module(layer, [np.array([3, 15, 0, 7]).reshape(2, 2, 1)])
    assert y.tolist() == [[[15]]]


@pytest.fixture
def module() -> ModuleOp:
    return parse_module(build_context(), INCREMENT.encode(), "increment.mlir")


def test_run_module_wraps_bytes(module: ModuleOp) -> None:
    (y,) = run_module(module, [X])
    assert y.tolist() == [1, 2, 128, 201, 0]


def test_right_pipeline_has_no_culprit(module: ModuleOp) -> None:
    validation = validate_pipeline(build_context(), module, [CanonicalizePass()] * 2, [X])
    assert validation.culprit is None
    assert [step.difference for step in validation.passes] == [None, None]


def test_culprit_is_the_first_wrong_pass(module: ModuleOp) -> None:
    passes = [CanonicalizePass(), IncrementByTwoPass(), DropStoresPass()]
    validation = validate_pipeline(build_context(), module, passes, [X])
    assert [step.spec for step in validation.passes] == ["canonicalize", "increment-by-two"]
    culprit = validation.passes[-1]
    assert validation.culprit is culprit
    assert str(culprit.difference) == (
        "5 of 5 bytes of output 0 differ, the first at (0,): 1 before, 2 after"
    )


def test_outputs_that_nobody_writes_show(module: ModuleOp) -> None:
    zeros = np.full(5, 255)
    validation = validate_pipeline(build_context(), module, [DropStoresPass()], [zeros])
    assert validation.culprit is not None


def test_the_module_stays_as_it_was(module: ModuleOp) -> None:
    before = str(module)
    validate_pipeline(build_context(), module, [IncrementByTwoPass()], [X])
    assert str(module) == before


def test_module_that_does_not_verify_names_pass_and_place(module: ModuleOp) -> None:
    with pytest.raises(CmixError, match=r"pass 'break-module': increment.mlir:6:3: 'arith.const"):
        validate_pipeline(build_context(), module, [BreakModulePass()], [X])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros(4, np.int32), r"input 0: expected an array of shape \(5,\), found \(4,\)"),
        (np.zeros(5), "input 0: expected integers, found float64"),
        (np.array([0, 0, 0, 256, 0]), r"expected values in \[0, 255\] for u8, found 256 at \(3,\)"),
        (np.array([-1, 0, 0, 0, 0]), r"found -1 at \(0,\)"),
    ],
)
def test_wrong_inputs(module: ModuleOp, wrong: np.ndarray, message: str) -> None:
    with pytest.raises(CmixError, match=message):
        run_module(module, [wrong])


def test_wrong_number_of_inputs(module: ModuleOp) -> None:
    with pytest.raises(CmixError, match="expected 1 input arrays, found 2"):
        run_module(module, [X, X])
