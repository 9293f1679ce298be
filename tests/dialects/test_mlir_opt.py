"""Level 1 as MLIR's own tool sees it: the types of `quant`, and the generic form of `qnn`."""

import shutil
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.printer import Printer
from xdsl.utils.exceptions import ParseError, VerifyException

from cmixdsl.diagnostics import describe_error
from cmixdsl.dialects.quant import UniformType
from cmixdsl.parsing import parse_module
from cmixdsl.universe import build_context

MLIR_OPT = next(filter(shutil.which, ("mlir-opt-22", "mlir-opt")), None)
REPOSITORY = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.skipif(MLIR_OPT is None, reason="mlir-opt is not installed")


def run_mlir_opt(text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Lets MLIR read a module and print it."""
    command = [str(MLIR_OPT), *options]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


@st.composite
def types(draw: st.DrawFn) -> UniformType:
    """Any type: storage narrowed or not, with an axis or without."""
    bits, is_signed = draw(st.integers(1, 32)), draw(st.booleans())
    least = -(2 ** (bits - 1)) if is_signed else 0
    bounds = st.lists(st.integers(least, least + 2**bits - 1), min_size=2, max_size=2, unique=True)
    low, high = sorted(draw(bounds))
    axis = draw(st.none() | st.integers(0, 7))
    count = 1 if axis is None else draw(st.integers(1, 4))
    scale = st.floats(2.0**-149, 3e38) | st.integers(1, 10**9).map(float)
    scales = draw(st.lists(scale, min_size=count, max_size=count))
    zeros = draw(st.lists(st.integers(low, high), min_size=count, max_size=count))
    return UniformType(bits, is_signed, scales, zeros, storage_min=low, storage_max=high, axis=axis)


@settings(max_examples=3, phases=[Phase.generate])
@given(st.lists(types(), min_size=30, max_size=60))
def test_types_survive(found: list[UniformType]) -> None:
    """MLIR reads the types that we print, and we read those that it prints: they are the same."""
    result = run_mlir_opt(str(ModuleOp([FuncOp.external("f", found, [])])))
    assert result.returncode == 0, result.stderr
    module = parse_module(build_context(), result.stdout.encode(), "printed by mlir-opt")
    (back,) = module.ops
    assert isinstance(back, FuncOp)
    assert list(back.function_type.inputs) == found


REFUSED = {
    "i8:f32, 0.0": "scale must be a positive number of f32, found 0.0",
    "i8:f32, -1.0": "scale must be a positive number of f32, found -1.0",
    "i8:f32, 1.0e-46": "scale must be a positive number of f32, found 1.0e-46",
    "i8:f32, 3.5e38": "scale must be a positive number of f32, found 3.5e+38",
    "i8:f32:0, {1.0, -2.0:3}": "scale must be a positive number of f32, found -2.0",
    "i8<-129:127>:f32, 1.0": "storage bounds must be ascending and in [-128, 127]",
    "i8<0:128>:f32, 1.0": "storage bounds must be ascending and in [-128, 127]",
    "u8<-1:7>:f32, 1.0": "storage bounds must be ascending and in [0, 255]",
    "i8<7:7>:f32, 1.0": "storage bounds must be ascending and in [-128, 127], found <7:7>",
    "i8<8:7>:f32, 1.0": "storage bounds must be ascending and in [-128, 127], found <8:7>",
    "i33:f32, 1.0": "expected a storage type i1 to i32 or u1 to u32, found 'i33'",
    "i0:f32, 1.0": "expected a storage type i1 to i32 or u1 to u32, found 'i0'",
    "s8:f32, 1.0": "expected a storage type i1 to i32 or u1 to u32, found 's8'",
    "i8:i32, 1.0": "expected the expressed type f32, found i32",
    "i8:f32:-1, {1.0}": "expected an axis of at least 0 with at least one scale, found axis -1",
    "i8:f32:0, {}": "expected an axis of at least 0 with at least one scale, found axis 0 with 0",
    "i8:f32, 1.0:": "integer",
    "i8:f32": "Expected ','",
    "i8:f32:0, 1.0": "'{' expected",
    "i8:f32, 1": "expected a scale with a point, found 1",
}
"""What MLIR refuses, and what we say to it."""

STRICTER = {
    "i8:f32, 1.0:200": "zero point must be in the storage range [-128, 127], found 200",
    "i8<-8:7>:f32, 1.0:8": "zero point must be in the storage range [-8, 7], found 8",
    "i8:f64, 1.0": "expected the expressed type f32, found f64",
}
"""What MLIR takes and we do not: `qnn` could not compute with it."""


def find_error(text: str) -> str:
    """The one line that a user sees for a type that we refuse."""
    with pytest.raises((ParseError, VerifyException)) as caught:
        parse_module(build_context(), text.encode(), "given")
    return describe_error(caught.value)


@pytest.mark.parametrize("parameters", [*REFUSED, *STRICTER])
def test_types_refused(parameters: str) -> None:
    text = f"func.func private @f(!quant.uniform<{parameters}>)"
    assert (run_mlir_opt(text).returncode != 0) == (parameters in REFUSED)
    error = find_error(text)
    assert error.startswith("given:1:")
    assert {**REFUSED, **STRICTER}[parameters] in error
    assert "\n" not in error


def test_generic_form_of_every_operation() -> None:
    """MLIR reads it without knowing `qnn`; what it prints is the same module to us."""
    text = (REPOSITORY / "tests/filecheck/dialects/qnn/ops.mlir").read_text(encoding="utf-8")
    module = parse_module(build_context(), text.encode(), "ops.mlir")
    result = run_mlir_opt(print_generic(module), "--allow-unregistered-dialect")
    assert result.returncode == 0, result.stderr
    back = parse_module(build_context(), result.stdout.encode(), "printed by mlir-opt")
    back.verify()
    assert back.is_structurally_equivalent(module)


def print_generic(module: ModuleOp) -> str:
    """The generic form of a module."""
    stream = StringIO()
    Printer(stream, print_generic_format=True).print_op(module)
    return stream.getvalue()
