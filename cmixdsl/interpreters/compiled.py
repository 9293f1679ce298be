"""Runs functions of level 4 by translating them to Python, about twenty times faster.

Each `func.func` becomes one Python function; loops become loops, memrefs memoryviews, and every
operation on integers a call of the function that its table of semantics names, so that nothing is
defined twice. Results are those of the interpreter; so are the errors, but for their wording. For

```mlir
func.func @sum(%x: memref<8xi8>, %zero: i32) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %total = scf.for %i = %c0 to %c8 step %c1 iter_args(%acc = %zero) -> (i32) {
    %e = memref.load %x[%i] : memref<8xi8>
    %wide = arith.extsi %e : i8 to i32
    %next = arith.addi %acc, %wide : i32
    scf.yield %next : i32
  }
  func.return %total : i32
}
```

the text is

```python
def function_0(v1, v2):
    v3 = v2
    for v4 in range(0, 8, 1):
        v5 = v1[v4] if v4 >= 0 else refuse_index(v4)
        v6 = extsi(v5)
        v7 = addi(v3, v6, 32)
        v3 = v7
    return (v3,)
```
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from xdsl.dialects import func, memref
from xdsl.dialects.builtin import ModuleOp
from xdsl.interpreters.shaped_array import ShapedArray
from xdsl.ir import Attribute
from xdsl.utils.exceptions import InterpretationError

from cmixdsl.interpreters.memref import Buffer, IndexWidth, build_global_memory, get_buffer_bytes
from cmixdsl.interpreters.python_source import (
    RUNTIME,
    FunctionSource,
    build_function_source,
    get_view_format,
)

FILE_NAME = "<compiled {}>"


@dataclass
class CompiledModule:
    """
    The functions of a module as Python functions, and the memory of its globals.

    Globals live as long as this object, as they do in an interpreter.
    """

    sources: Mapping[str, FunctionSource]
    """By symbol name."""

    namespace: dict[str, Any] = field(repr=False)
    """What the Python functions see: each other, globals, the functions of the semantics."""

    def call(self, name: str, args: Sequence[Any]) -> tuple[Any, ...]:
        """
        Calls a function with the values that the interpreter would take: integers and ShapedArrays.

        Raises InterpretationError, which names the operation, when the interpreter would.
        """
        if name not in self.sources:
            raise InterpretationError(f"there is no function {name}, only {sorted(self.sources)}")
        function = self.namespace[self.sources[name].python_name]
        try:
            return function(*(build_argument(arg) for arg in args))
        except (IndexError, TypeError, ValueError) as error:
            raise InterpretationError(f"{self.find_operation(error)}: {error}") from error

    def find_operation(self, error: Exception) -> str:
        """The name of the operation whose Python line raised the error."""
        lines = {FILE_NAME.format(name): source for name, source in self.sources.items()}
        found = "func.call"
        step = error.__traceback__
        while step is not None:
            if (source := lines.get(step.tb_frame.f_code.co_filename)) is not None:
                found = source.operations[step.tb_lineno - 1]
            step = step.tb_next
        return found


def build_argument(arg: Any) -> Any:
    """The value that Python functions take: buffers as memoryviews with shape and element type."""
    if not isinstance(arg, ShapedArray):
        return arg
    buffer = cast(Buffer, arg)
    pointer = buffer.data_ptr
    view = pointer.raw.memoryview[: get_buffer_bytes(buffer)]
    return view.cast(get_view_format(cast(Attribute, pointer.xtype)), buffer.shape)


def compile_module(module: ModuleOp, index_bitwidth: IndexWidth = 32) -> CompiledModule:
    """
    Translates every function of a module of level 4.

    Raises InterpretationError when an operation, a type or the host cannot be translated.
    """
    if sys.byteorder != "little":
        raise InterpretationError("compiled execution needs a little-endian host")
    functions = [op for op in module.ops if isinstance(op, func.FuncOp)]
    names = {op.sym_name.data: f"function_{number}" for number, op in enumerate(functions)}
    globals_ = [op for op in module.ops if isinstance(op, memref.GlobalOp)]
    buffers = {op.sym_name.data: f"global_{number}" for number, op in enumerate(globals_)}
    namespace: dict[str, Any] = dict(RUNTIME)
    for op in globals_:
        view = memoryview(build_global_memory(op, index_bitwidth))
        view_format = get_view_format(op.type.get_element_type())
        namespace[buffers[op.sym_name.data]] = view.cast(view_format, op.type.get_shape())
    sources = {
        op.sym_name.data: build_function_source(op, names, buffers, index_bitwidth)
        for op in functions
    }
    for name, source in sources.items():
        exec(compile(source.text, FILE_NAME.format(name), "exec"), namespace)
    return CompiledModule(sources, namespace)


def execute_fast(
    module: ModuleOp, name: str, args: Sequence[Any], index_bitwidth: IndexWidth = 32
) -> tuple[Any, ...]:
    """
    Calls a function of a module of level 4 once, on fresh globals.

    `args` and results are as for `Interpreter.call_op`, but buffers cannot be results.
    Raises InterpretationError when the interpreter would, or an operation cannot be translated.
    """
    return compile_module(module, index_bitwidth).call(name, args)
